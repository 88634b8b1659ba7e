"""What the administration answers to a file: problems (RFC 9457) by line and key, as far as published.

Read leniently, since the shape is announced and not yet seen: one object, a list, an object that holds the list, or a
line each. Whatever is said is shown with every national number masked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crm.attestations.errors import AnswerUnreadable
from crm.values.national_number import redacted

LONGEST = 500
MOST = 200_000
_LISTS = ("errors", "problems", "violations", "feedback")
_KEYS, _LINES, _LEVELS = ("key", "k"), ("line", "lineNumber"), ("severity", "level", "gravity")


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing that was said of a fiche, or of the whole file where it names neither key nor line."""

    key: str
    line: int | None
    level: str
    said: str


def problems(text: str) -> tuple[Problem, ...]:
    """All of them, in order. Raises AnswerUnreadable."""
    found = []
    for one in _each(_parsed(text)):
        found.append(_problem(one))
        if len(found) > MOST:
            raise AnswerUnreadable
    return tuple(found)


def _parsed(text: str) -> list[Any]:
    try:
        return [json.loads(text)]
    except (ValueError, RecursionError):
        pass
    try:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError) as wrong:
        raise AnswerUnreadable from wrong


def _each(several: list[Any]) -> Iterator[dict[str, Any]]:
    for one in several:
        if isinstance(one, list):
            yield from _each(one)
        elif isinstance(one, dict):
            inside = next((one[name] for name in _LISTS if isinstance(one.get(name), list)), None)
            if inside is None:
                yield one
            else:
                shared = {name: one[name] for name in (*_KEYS, *_LINES) if name in one}
                yield from _each([{**shared, **item} if isinstance(item, dict) else item for item in inside])
        else:
            raise AnswerUnreadable


def _problem(one: dict[str, Any]) -> Problem:
    words = [str(one[name]) for name in ("type", "code", "title", "detail", "message") if one.get(name)]
    line = next((one[name] for name in _LINES if isinstance(one.get(name), int)), None)
    said, _ = redacted(" · ".join(dict.fromkeys(words))[:LONGEST])
    return Problem(
        key=str(next((one[name] for name in _KEYS if one.get(name)), ""))[:20],
        line=line,
        level=str(next((one[name] for name in _LEVELS if one.get(name)), ""))[:20],
        said=said,
    )
