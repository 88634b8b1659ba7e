"""Which tables hold anything of somebody: asked once for all of them, so that a page asks no further where nothing is.

A room says by `watch` which column leads to people; a page that shows one person asks by `look`, within its reading;
`nothing` then spares a question. Whoever did not look is told that there may be something.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NewType

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from crm.foundation import remembering

Watched = NewType("Watched", int)
_columns: list[tuple[Any, ...]] = []
_SEEN = "presence"


def watch(*columns: Any) -> Watched:
    """From here on it is asked whether one of these columns, each the first of an index, leads to somebody."""
    _columns.append(columns)
    return Watched(len(_columns) - 1)


def look(session: Session, person_id: int) -> None:
    """Asks all at once, for the rest of a reading."""
    row = session.execute(_statement(len(_columns)), {"person_id": person_id}).one()
    remembering.keep(session, _SEEN, (person_id, row))


def nothing(session: Session, watched: Watched, person_id: int) -> bool:
    """True where it was asked and nothing is there."""
    seen = remembering.kept(session, _SEEN)
    return seen is not None and seen[0] == person_id and watched < len(seen[1]) and seen[1][watched] == 0


@lru_cache(maxsize=4)
def _statement(count: int) -> Any:
    who = bindparam("person_id", type_=_columns[0][0].type)
    found: list[Any] = [or_(*(select(1).where(column == who).exists() for column in each)) for each in _columns[:count]]
    return select(*found)
