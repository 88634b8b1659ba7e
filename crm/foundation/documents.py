"""Paper: a template of `templates/documents` and its facts become a tagged PDF, readable aloud and kept for years.

Typst sets it, with the faces its wheel carries (Libertinus, under the Open Font License), never those of the machine:
the same facts give the same bytes everywhere. A process that has made a document must not be forked afterwards;
whoever makes many of them starts a process of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import typst

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "documents"
STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]
"""PDF/A for keeping and PDF/UA for reading aloud: a document without title, language or alternative text is refused."""

_alone = Lock()


def pdf(template: str, facts: Mapping[str, Any], *, at: datetime) -> bytes:
    """The bytes of `templates/documents/<template>.typ` with its facts (JSON's own kinds, finished words)."""
    with _alone:
        made = _compiler(template).compile(
            format="pdf",
            sys_inputs={"facts": json.dumps(facts, ensure_ascii=False)},
            pdf_standards=STANDARDS,
            timestamp=int(at.astimezone(UTC).timestamp()),
        )
    assert isinstance(made, bytes)
    return made


def image(template: str, facts: Mapping[str, Any], *, dots: float = 100) -> bytes:
    """The first page as a PNG, to be looked at."""
    with _alone:
        made = _compiler(template).compile(
            format="png", sys_inputs={"facts": json.dumps(facts, ensure_ascii=False)}, ppi=dots
        )
    assert made is not None
    return made[0] if isinstance(made, list) else made


@cache
def _compiler(template: str) -> typst.Compiler:
    return typst.Compiler(FOLDER / f"{template}.typ", root=FOLDER, ignore_system_fonts=True)
