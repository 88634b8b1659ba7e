"""The door of `segment_wide`: everybody in one row, so that many can be counted at once; true at every moment.

Whoever's data change is noted by the database itself (`segment_stale`) in the same transaction, and asked about alone
until their row is written anew. So is whoever's reach changes by the hour on the day of the rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from itertools import product
from typing import Any

from sqlalchemy import Select, and_
from sqlalchemy.orm import Session

from crm.consent import gate
from crm.contracts.segment_fields import Asking
from crm.foundation import bulk
from crm.foundation.database import hold
from crm.segments import wide_store as store
from crm.segments.catalogue import Catalogue
from crm.segments.selects import Question
from crm.segments.wide_selects import ADDRESS, PERSON, Wide
from crm.segments.wide_tables import SegmentWideRow, SegmentWideStateRow
from crm.values.languages import Language

FORM = 2
"""Goes up whenever a source means something else by the same words."""
MOST_ALONE = 500
"""So many are asked about one by one; where there are more, everybody is asked about by the rooms' own rows."""
AT_ONCE = 20_000
"""So many numbers of people in one look, and, where any row of theirs differs, in one transaction."""
A_FEW = 500
MOST_NOTED = 50_000
_HELD = "segment_wide"


def find(question: Question) -> Wide | None:
    """The rows as they can be asked at this moment; None where they are of another day, or not whole."""
    if not _is_whole(question):
        return None
    alone = store.alone(question.session, MOST_ALONE + 1)
    if len(alone) > MOST_ALONE:
        return None
    return Wide(places=store.places(question.session), alone=tuple(sorted(alone)))


def is_due(session: Session, catalogue: Catalogue, *, at: datetime) -> bool:
    """Whether all rows are to be gone through, and can be: the figures of donors are of today.

    Because they are of another day, or because so much was noted that slices are faster than one by one.
    """
    question = Question(session=session, at=at, catalogue=catalogue)
    is_whole = _is_whole(question) and len(store.noted(session, most=MOST_NOTED)) < MOST_NOTED
    return not is_whole and _is_counted(question)


def is_whole(session: Session, catalogue: Catalogue, *, at: datetime) -> bool:
    """Whether all rows are of today."""
    return _is_whole(Question(session=session, at=at, catalogue=catalogue))


def begin(session: Session, catalogue: Catalogue, *, at: datetime) -> None:
    """Sets the day to today; all rows are to be made anew."""
    hold(session, _HELD)
    question = Question(session=session, at=at, catalogue=catalogue)
    store.give_places(session, _pairs(question))
    row = store.state(session) or SegmentWideStateRow(id=1)
    row.as_of_on, row.meaning, row.made_at = question.today, _meaning(question), None
    session.add(row)
    session.flush()


def slices(session: Session, catalogue: Catalogue, *, at: datetime) -> range:
    """The first numbers of the slices for `write_slice`."""
    return range(0, store.highest(Question(session=session, at=at, catalogue=catalogue)) + 1, AT_ONCE)


def differs(session: Session, catalogue: Catalogue, start: int, *, at: datetime) -> bool | None:
    """Whether a slice has anything to write: a look keeps nobody from writing. None as for `write_slice`."""
    question = Question(session=session, at=at, catalogue=catalogue)
    return store.differs(question, _slice(start)) if _is_counted(question) else None


def write_slice(session: Session, catalogue: Catalogue, start: int, *, at: datetime) -> int | None:
    """Makes the rows of people from a number on what they must be; each slice in a short transaction of its own.

    How many were otherwise of whom nothing was noted; None where the figures of donors are no longer of that day.
    """
    hold(session, _HELD)
    question = Question(session=session, at=at, catalogue=catalogue)
    if not _is_counted(question):
        return None
    noted = store.noted(session, _slice(start))
    changed = store.write(question, _slice(start))
    store.strike(session, noted)
    return len(changed - set(noted.values()))


def end(session: Session, *, at: datetime) -> None:
    """All rows are made."""
    row = store.state(session)
    if row is not None:
        row.made_at = at
        session.flush()
        bulk.settle(session, SegmentWideRow.__table__)  # type: ignore[arg-type] # a table, whatever its class says


def refresh(session: Session, catalogue: Catalogue, *, at: datetime) -> int:
    """Writes the rows of some of those anew of whom something was noted: how many people; 0 where none is left."""
    hold(session, _HELD)
    question = Question(session=session, at=at, catalogue=catalogue)
    if not (_is_of_today(question) and _is_counted(question)):
        return 0
    noted = store.noted(session, most=A_FEW)
    people = sorted(set(noted.values()))
    if people:
        store.write(question, lambda number: number.in_(people))
        store.strike(session, noted)
    return len(people)


def _slice(start: int) -> store.Whom:
    return lambda number: and_(number >= start, number < start + AT_ONCE)


def _is_whole(question: Question) -> bool:
    row = store.state(question.session)
    return row is not None and row.made_at is not None and _is_of_today(question)


def _is_of_today(question: Question) -> bool:
    row = store.state(question.session)
    return row is not None and row.as_of_on == question.today and row.meaning == _meaning(question)


def _is_counted(question: Question) -> bool:
    source = question.catalogue.source("gift")
    return source.kept is not None and source.kept(question.asking(frozenset())) is not None


def _pairs(question: Question) -> list[tuple[str, str]]:
    """Every purpose and channel that one may ask about."""
    options = {column.key: column.options for column in question.catalogue.source("reach").columns}
    named = []
    for key in ("purpose", "channel"):
        told = options[key]
        assert told is not None
        named.append([one.value for one in told(question.session, Language.FR)])
    return [(purpose, channel) for purpose, channel in product(*named)]


def _meaning(question: Question) -> str:
    """The fingerprint of all that decides a row beside the data: policies of the day, and how sources are read."""
    book = gate.moment(question.session, question.at).book
    read = [_reading(question.catalogue.source(key).rows, columns) for key, columns in _READ]
    return hashlib.sha256(repr((FORM, book, read)).encode()).hexdigest()


_READ = (("person", frozenset(PERSON)), ("address", frozenset(ADDRESS)))
_NO_DAY = datetime(2000, 1, 1, tzinfo=UTC)


@cache
def _reading(rows: Callable[[Asking], Select[*tuple[Any, ...]]], columns: frozenset[str]) -> tuple[str, str]:
    """How a source is read, as SQL with its values: provinces, for one, are runs of postcodes, written in the code."""
    asking = Asking(session=Session(), at=_NO_DAY, on=_NO_DAY.date(), columns=columns)
    compiled = rows(asking).compile()
    return str(compiled), repr(sorted(compiled.params.items()))
