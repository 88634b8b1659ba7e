"""What a term is called in the reader's language: a country as everybody calls it, a theme as the list says."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale

from crm.values.languages import Language
from mailing.content.model import Term

_TAXONOMY = Path(__file__).with_name("taxonomy.json")


def name_of(term: Term, language: Language) -> str:
    """Its name in that language; the organisation's own label in French, and where nothing better is known."""
    if language is Language.FR:
        return term.label
    known = _entries().get(term.code, {})
    written: str | None = known.get("names", {}).get(language.value)
    iso = known.get("iso", [])
    called = Locale(language.value).territories.get(iso[0]) if len(iso) == 1 else None
    return written or called or term.label


@cache
def _entries() -> dict[str, dict[str, Any]]:
    found = json.loads(_TAXONOMY.read_text(encoding="utf-8"))
    return {term["code"]: term for name in ("countries", "themes") for term in found[name]}
