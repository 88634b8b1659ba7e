"""What the trail may hold: codes and figures. It outlives people and is never emptied, so nothing in it tells who."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

WITHHELD = "…"
"""Stands where words were handed in instead of a code."""

_CODE = re.compile(r"[A-Za-z0-9._:/+-]{0,200}", re.ASCII)
_NAME = re.compile(r"[A-Z][a-z]")
_DAY = re.compile(r"\d{4}-\d\d(-\d\d)?")
_DIGEST = re.compile(r"[0-9a-f]{32,64}")
_NUMBER = re.compile(r"(?:\d[./:+-]?){8}")
"""Eight digits and more, however they are parted: a phone, an account, a national number."""


def told(facts: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The facts as the trail may keep them, and the names of those that were withheld, wholly or in part."""
    kept = {name: _kept(value) for name, value in facts.items()}
    return kept, [name for name, value in facts.items() if kept[name] != value]


def is_code(text: str) -> bool:
    """True for what a program made up: no words, no name as one writes it, no address, no number of anybody's."""
    if _CODE.fullmatch(text) is None or _NAME.match(text):
        return False
    return bool(_DAY.fullmatch(text) or _DIGEST.fullmatch(text)) or _NUMBER.search(text) is None


def _kept(value: Any) -> Any:
    if isinstance(value, str):
        return value if is_code(value) else WITHHELD
    if isinstance(value, list):
        return [_kept(one) for one in value]
    if isinstance(value, dict):
        return {name: _kept(one) for name, one in value.items()}
    return value
