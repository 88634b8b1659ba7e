"""SQL of `segment_wide`: what each row must be, from the sources of the rooms; writing those that are not."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Date,
    FromClause,
    Select,
    Subquery,
    bindparam,
    case,
    cast,
    delete,
    func,
    literal,
    null,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from crm.contracts.segment_fields import Asking, Source
from crm.segments.selects import Question
from crm.segments.wide_selects import ADDRESS, COLUMNS, PERSON, Pair
from crm.segments.wide_tables import SegmentStaleRow, SegmentWidePairRow, SegmentWideRow, SegmentWideStateRow

MOST_PLACES = 62
"""Bits of a whole number that is never negative."""
_WIDE: Any = SegmentWideRow.__table__
_STALE: Any = SegmentStaleRow.__table__
Whom = Callable[[ColumnElement[Any]], ColumnElement[bool]]
"""Whether a number is that of one of those it is about."""


def state(session: Session) -> SegmentWideStateRow | None:
    """As of when the rows are."""
    return session.get(SegmentWideStateRow, 1, populate_existing=True)


def places(session: Session) -> dict[Pair, int]:
    """The bit of each purpose and channel."""
    row = SegmentWidePairRow
    found = session.execute(select(row.purpose, row.channel, row.place))
    return {(purpose, channel): place for purpose, channel, place in found}


def give_places(session: Session, pairs: Collection[Pair]) -> None:
    """Gives new ones a bit, as far as there are any; nobody ever loses theirs."""
    known = places(session)
    new = [pair for pair in pairs if pair not in known][: MOST_PLACES - len(known)]
    for place, (purpose, channel) in enumerate(new, start=len(known)):
        session.add(SegmentWidePairRow(place=place, purpose=purpose, channel=channel))
    session.flush()


def alone(session: Session, most: int) -> list[int]:
    """Whose row may not be true at this moment, up to so many."""
    changed = select(SegmentStaleRow.person_id)
    by_hour = select(SegmentWideRow.person_id).where(SegmentWideRow.alone_on.is_not(None))
    return list(session.scalars(union(changed, by_hour).limit(most)))


def noted(session: Session, whom: Whom | None = None, most: int | None = None) -> dict[int, int]:
    """Number and person of what was noted, the oldest first."""
    found = select(_STALE.c.id, _STALE.c.person_id).order_by(_STALE.c.id).limit(most)
    found = found if whom is None else found.where(whom(_STALE.c.person_id))
    return {row.id: row.person_id for row in session.execute(found)}


def strike(session: Session, several: Collection[int], at_once: int = 10_000) -> None:
    """What was noted under those numbers is in the rows now."""
    numbers = sorted(several)
    statement = delete(_STALE).where(_STALE.c.id.in_(bindparam("numbers", expanding=True)))
    for start in range(0, len(numbers), at_once):
        session.connection().execute(statement, {"numbers": numbers[start : start + at_once]})


def highest(question: Question) -> int:
    """The highest number of anybody who has, or should have, a row."""
    who = question.catalogue.person.rows(question.asking(frozenset())).subquery()
    known = (select(func.max(who.c.person_id)), select(func.max(SegmentWideRow.person_id)))
    return max(question.session.scalar(one) or 0 for one in known)


def write(question: Question, whom: Whom) -> frozenset[int]:
    """Brings the rows of some to what they must be: whose were not. Rows that are right are left alone."""
    session, row = question.session, _WIDE
    session.flush()
    who = _everybody(question, whom)
    gone = delete(row).where(whom(row.c.person_id), row.c.person_id.not_in(select(who.c.person_id)))
    kind = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement: Any = kind(row).from_select(list(COLUMNS), wanted(question, whom))
    others = [name for name in COLUMNS if name != "person_id"]
    new = statement.excluded
    changed = statement.on_conflict_do_update(
        index_elements=["person_id"],
        set_={name: new[name] for name in others},
        where=or_(*(row.c[name].is_distinct_from(new[name]) for name in others)),
    )
    connection = session.connection()
    both = [connection.execute(one.returning(row.c.person_id)).scalars() for one in (gone, changed)]
    return frozenset(number for several in both for number in several)


def differs(question: Question, whom: Whom) -> bool:
    """Whether anything was noted of some, or any row of theirs is not what it must be."""
    row = _WIDE
    rows = select(*(row.c[name] for name in COLUMNS)).where(whom(row.c.person_id))
    right = wanted(question, whom).cte("right").prefix_with("MATERIALIZED")
    others = [name for name in COLUMNS if name != "person_id"]
    held = rows.subquery("held")
    lacking = (
        select(right.c.person_id)
        .outerjoin(held, held.c.person_id == right.c.person_id)
        .where(or_(*(held.c[name].is_distinct_from(right.c[name]) for name in ("person_id", *others))))
    )
    surplus = select(held.c.person_id).where(held.c.person_id.not_in(select(right.c.person_id)))
    noted = select(_STALE.c.person_id).where(whom(_STALE.c.person_id))
    either = (noted, union_all(lacking, surplus))
    return any(question.session.scalar(one.limit(1)) is not None for one in either)


def wanted(question: Question, whom: Whom) -> Select[*tuple[Any, ...]]:
    """The rows that some must have."""
    who = _everybody(question, whom)
    home, given = _homes(question, whom), _figures(question, whom)
    reach, turning = _reach(question, whom)
    found: dict[str, ColumnElement[Any]] = {name: who.c[name] for name in ("person_id", *PERSON)}
    found["has_address"] = home.c.person_id.is_not(None)
    found |= {f"address_{name}": home.c[name] for name in ADDRESS}
    for name in given.c.keys():  # noqa: SIM118 - a collection of columns is no dictionary
        if name != "person_id":
            of_none = name.endswith("_on") or name == "largest_cents"
            found[name] = given.c[name] if of_none else func.coalesce(given.c[name], 0)
    is_alone = or_(turning.c.person_id.is_not(None), func.coalesce(home.c.homes, 0) > 1)
    found["reach"] = case((is_alone, 0), else_=func.coalesce(reach.c.bits, 0))
    found["alone_on"] = case((is_alone, literal(question.today, Date())), else_=null())
    joined: FromClause = who
    for other in (home, given, reach, turning):
        joined = joined.outerjoin(other, other.c.person_id == who.c.person_id)
    return select(*(found[name].label(name) for name in COLUMNS)).select_from(joined).where(whom(who.c.person_id))


def _everybody(question: Question, whom: Whom) -> Subquery:
    return _some(question.catalogue.person, question.asking(frozenset(PERSON)), whom, PERSON)


def _some(source: Source, asking: Asking, whom: Whom, columns: Collection[str]) -> Subquery:
    rows = source.rows(asking).subquery()
    return select(rows.c.person_id, *(rows.c[name] for name in columns)).where(whom(rows.c.person_id)).subquery()


def _homes(question: Question, whom: Whom) -> Subquery:
    """One row for each; who has several is asked about alone."""
    source = question.catalogue.source("address")
    rows = _some(source, question.asking(frozenset(ADDRESS)), whom, ADDRESS)
    parts = [func.min(rows.c[name]).label(name) for name in ADDRESS]
    return select(rows.c.person_id, *parts, func.count().label("homes")).group_by(rows.c.person_id).subquery()


def _figures(question: Question, whom: Whom) -> Subquery:
    source = question.catalogue.source("gift")
    kept = source.kept(question.asking(frozenset())) if source.kept is not None else None
    assert kept is not None, "the door asks first"
    rows = kept.rows.subquery()
    return rows.select().where(whom(rows.c.person_id)).subquery()


def _reach(question: Question, whom: Whom) -> tuple[CTE, CTE]:
    """The bits of each who can be reached at all, and whose change by the hour; each worked out once."""
    source = question.catalogue.source("reach")
    who = _everybody(question, whom)
    among = select(who.c.person_id)
    each = []
    for (purpose, channel), place in sorted(places(question.session).items()):
        given = {"purpose": frozenset({purpose}), "channel": frozenset({channel})}
        rows = source.rows(question.asking(frozenset(), frozenset(given.items()), among)).subquery()
        each.append(select(rows.c.person_id, literal(1 << place, BigInteger()).label("bit")))
    if not each:
        each = [select(who.c.person_id, literal(0, BigInteger()).label("bit"))]
    bits = union_all(*each).subquery()
    summed = select(bits.c.person_id, cast(func.sum(bits.c.bit), BigInteger).label("bits")).group_by(bits.c.person_id)
    assert source.turning is not None
    turning = source.turning(question.asking(frozenset(), among=among))
    return summed.cte("reached").prefix_with("MATERIALIZED"), turning.cte("turning").prefix_with("MATERIALIZED")
