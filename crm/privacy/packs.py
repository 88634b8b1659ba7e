"""The pack somebody gets of their own data: the same sections for people to read and for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from crm.privacy.erasing import Shown

VERSION = 1


def pack(shown: Shown, *, organisation: str, at: datetime) -> Mapping[str, bytes]:
    """The files of the pack by name."""
    return {"donnees.json": as_json(shown, organisation=organisation, at=at)}


def as_json(shown: Shown, *, organisation: str, at: datetime) -> bytes:
    """Machine-readable (GDPR art. 20): every section with its rows, instants in UTC."""
    whole = {
        "version": VERSION,
        "controller": organisation,
        "made_at": at,
        "language": shown.language.value,
        "sections": [
            {"key": s.key, "title": s.title, "note": s.note, "rows": [dict(row) for row in s.rows]}
            for s in shown.sections
        ],
    }
    return json.dumps(whole, default=_plain, ensure_ascii=False, indent=2).encode()


def _plain(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
