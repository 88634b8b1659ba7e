"""SQL of donor statistics: written set-wise from the effective gifts, compared with them, read as figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Executable, bindparam, case, delete, func, insert, select, union
from sqlalchemy.orm import Session

from crm.donations import donor_selects
from crm.donations.donor_selects import FIGURES, YEARS, Among
from crm.donations.donor_tables import DonorStatsRow, DonorTopRow, DonorWindowsRow, DonorYearRow, RfmCutRow
from crm.donations.portraits import WINDOWS, Cuts, Figures, Measure, Peers, Year, months_before
from crm.donations.tables import GiftRow
from crm.foundation import presence
from crm.foundation.database import hold, hold_all
from crm.people import selects as people
from crm.people.model import PersonKind
from crm.values.calendar import brussels_day
from crm.values.identifiers import PersonId

_FIGURES = presence.watch(DonorStatsRow.person_id)

_EVERYBODY = "donor statistics"
FIFTHS = (1, 2, 3, 4)
_AT_ONCE = 500
_BUCKETS = 256
"""Donors are held by some hundred names: a lock for each of a hundred thousand is more than PostgreSQL has room for."""


def refresh(session: Session, person_ids: Iterable[int], *, at: datetime | None = None) -> None:
    """Counts these anew, now that a gift of theirs has changed; `at` begins the counting in a house that is new to it.

    Nobody else counts any of them before this transaction ends.
    """
    ids = sorted(set(person_ids))
    if at is not None and session.get(DonorWindowsRow, 1) is None:
        hold(session, "donor windows")
        if session.get(DonorWindowsRow, 1) is None:
            set_windows(session, brussels_day(at))
    hold(session, _EVERYBODY, shared=True)
    hold_all(session, [f"donors {bucket}" for bucket in sorted({person_id % _BUCKETS for person_id in ids})])
    for start in range(0, len(ids), _AT_ONCE):
        _write(session, Among.THESE, {"ids": ids[start : start + _AT_ONCE]})


def rewrite(session: Session, among: tuple[int, int]) -> None:
    """Counts everybody whose number is in a range anew, while no gift changes anybody's figures."""
    hold(session, _EVERYBODY)
    _write(session, Among.RANGE, {"low": among[0], "high": among[1]})


def _write(session: Session, among: Among, whom: Mapping[str, Any]) -> None:
    session.flush()
    for statement in _statements(among):
        session.connection().execute(statement, whom)


@cache
def _statements(among: Among) -> tuple[Executable, ...]:
    """Takes the rows of some away and writes them anew; put together once, as that takes longer than their running."""
    stats: Any = DonorStatsRow.__table__
    years: Any = DonorYearRow.__table__
    return (
        *(delete(table).where(donor_selects.these(table.c.person_id, among)) for table in (years, stats)),
        insert(stats).from_select(FIGURES, donor_selects.figures(among)),
        insert(years).from_select(YEARS, donor_selects.by_year(among)),
    )


def windows(session: Session) -> DonorWindowsRow | None:
    """As of which day windows are counted."""
    return session.get(DonorWindowsRow, 1, populate_existing=True)


def set_windows(session: Session, on: date) -> None:
    """Windows reach back from that day on; everybody is to be counted again."""
    row = session.get(DonorWindowsRow, 1, populate_existing=True) or DonorWindowsRow(id=1)
    row.as_of_on, row.counted_at = on, None
    for size in WINDOWS:
        setattr(row, f"since_{size}m_on", months_before(on, size))
    session.add(row)
    session.flush()


def moved_by(session: Session, before: Mapping[int, date], on: date) -> list[int]:
    """Whose gifts leave a window when its bounds go from `before` to where they are on a day."""
    left = union(*(donor_selects.given_between(since, months_before(on, size)) for size, since in before.items()))
    return sorted(session.scalars(left))


def highest(session: Session) -> int:
    """The highest number of anybody who has gifts or figures."""
    numbers = (
        session.scalar(select(func.max(GiftRow.person_id))),
        session.scalar(select(func.max(DonorStatsRow.person_id))),
    )
    return max(number or 0 for number in numbers)


def number(session: Session) -> int:
    """How many donors there are."""
    return session.scalar(select(func.count()).select_from(DonorStatsRow)) or 0


def differing(session: Session) -> int:
    """How many donors have other figures than their gifts say."""
    found = []
    for row, names, query in (
        (DonorStatsRow, FIGURES, donor_selects.figures()),
        (DonorYearRow, YEARS, donor_selects.by_year()),
    ):
        kept = select(*(getattr(row, name) for name in names))
        for one, other in ((kept, query), (query, kept)):
            differs = select(*one.subquery().c).except_(select(*other.subquery().c)).subquery()
            found.append(select(differs.c.person_id))
    return session.scalar(select(func.count()).select_from(union(*found).subquery())) or 0


def figures(session: Session, person_id: int) -> Figures | None:
    """What somebody's gifts come to; None for whoever has given nothing."""
    if presence.nothing(session, _FIGURES, person_id):
        return None
    row = session.get(DonorStatsRow, person_id, populate_existing=True)
    if row is None:
        return None
    query = select(DonorYearRow).where(DonorYearRow.person_id == person_id).order_by(DonorYearRow.year.desc())
    years = session.scalars(query.execution_options(populate_existing=True))
    return Figures(
        person_id=PersonId(row.person_id),
        gifts=row.gifts,
        cents=row.cents,
        first_on=row.first_on,
        first_cents=row.first_cents,
        second_on=row.second_on,
        previous_on=row.previous_on,
        last_on=row.last_on,
        last_cents=row.last_cents,
        last_instalment_on=row.last_instalment_on,
        largest_cents=row.largest_cents,
        largest_24m_cents=row.largest_24m_cents,
        years=row.years,
        run_since_year=row.run_since_year,
        within={size: (getattr(row, f"gifts_{size}m"), getattr(row, f"cents_{size}m")) for size in WINDOWS},
        by_year=tuple(Year(year=y.year, gifts=y.gifts, cents=y.cents, late_cents=y.late_cents) for y in years),
    )


def rhythm(session: Session, person_id: int, on: date) -> int:
    """Every how many months the slowest regular gift of somebody falls due that runs; 1 of none."""
    return session.scalar(donor_selects.slowest(person_id, on)) or 1


def in_all(session: Session, person_id: int, since_on: date) -> tuple[int, int, int]:
    """How many gifts of somebody stand, what they come to, and what those since a day do; tests are left out."""
    gifts, cents, since = session.execute(_IN_ALL, {"person_id": person_id, "since_on": since_on}).one()
    return gifts, int(cents), int(since)


_since = case((GiftRow.given_on >= bindparam("since_on"), GiftRow.net_cents), else_=0)
_IN_ALL = select(
    func.count(case((GiftRow.net_cents > 0, GiftRow.id))),
    func.coalesce(func.sum(GiftRow.net_cents), 0),
    func.coalesce(func.sum(_since), 0),
).where(GiftRow.person_id == bindparam("person_id"), ~GiftRow.is_test)


def cut(session: Session, on: date) -> None:
    """Looks for the values that part each five-year measure into fifths; of equal values all have the better score."""
    session.execute(delete(RfmCutRow).execution_options(synchronize_session=False))
    donor = DonorStatsRow
    columns: dict[Measure, Any] = {
        Measure.RECENCY: donor.last_on,
        Measure.FREQUENCY: donor.gifts_60m,
        Measure.MONEY: donor.cents_60m,
    }
    regular = donor_selects.is_regular(donor, on)
    for peers, among in ((Peers.REGULAR, regular), (Peers.OTHERS, ~regular)):
        whom = (donor.gifts_60m > 0, among)
        number = session.scalar(select(func.count()).where(*whom)) or 0
        for measure, column in columns.items() if number else ():
            for score, value in zip((2, 3, 4, 5), _parting(session, column, whom, number), strict=True):
                least = value.toordinal() if isinstance(value, date) else value
                session.add(RfmCutRow(peers=peers, measure=measure, score=score, least=least))
    _cut_tops(session)
    session.flush()


def _cut_tops(session: Session) -> None:
    """Of the living who gave in 36 months, persons and organisations apart: from which sum on one is in which percent.

    Who gave as much stands in one place, the better one.
    """
    session.execute(delete(DonorTopRow).execution_options(synchronize_session=False))
    donor, who = DonorStatsRow, people.everybody().subquery("who")
    lives = (donor.cents_36m > 0, ~who.c.is_deceased, ~who.c.is_merged)
    for kind in PersonKind:
        among = select(donor.cents_36m.label("cents")).join(who, who.c.person_id == donor.person_id)
        sums = among.where(who.c.kind == kind, *lives).subquery()
        number = session.scalar(select(func.count()).select_from(sums)) or 0
        places = {percent * number // 100: percent for percent in range(100, 0, -1)}
        place = func.row_number().over(order_by=sums.c.cents.desc()).label("place")
        ordered = select(sums.c.cents, place).subquery()
        found = select(ordered.c.cents, ordered.c.place).where(ordered.c.place.in_(sorted(places)))
        least: dict[int, int] = {}
        for cents, at in session.execute(found.order_by(ordered.c.place)):
            least.setdefault(cents, places[at])
        session.add_all(DonorTopRow(kind=kind, least_cents=cents, percent=one) for cents, one in least.items())


def _parting(session: Session, column: Any, whom: Sequence[ColumnElement[bool]], number: int) -> list[Any]:
    places = [number * part // 5 + 1 for part in FIFTHS]
    place = func.row_number().over(order_by=column).label("place")
    ordered = select(column.label("value"), place).where(*whom).subquery()
    found = select(ordered.c.place, ordered.c.value).where(ordered.c.place.in_(places))
    values = {row.place: row.value for row in session.execute(found)}
    return [values[at] for at in places]


def cuts(session: Session) -> Cuts:
    """Where the scores were parted when everybody was last counted."""
    found: dict[tuple[Peers, Measure], list[int]] = {}
    for row in session.scalars(select(RfmCutRow).order_by(RfmCutRow.score)):
        found.setdefault((row.peers, row.measure), []).append(row.least)
    return found
