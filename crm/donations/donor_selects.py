"""Donor statistics as SQL: how they are computed from effective gifts, and the twins of `portraits`.

Upper rooms join `donor_stats` (one row a donor), `donor_year` and `donor_windows` by the selects at the end; what a
plan says of a donor joins them by `person_id`, from the room of plans.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    cast,
    extract,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from crm.contracts import rhythms
from crm.donations import portraits, selects
from crm.donations.donor_tables import DonorStatsRow, DonorWindowsRow, DonorYearRow
from crm.donations.model import GiftKind
from crm.donations.portraits import (
    BANDS,
    SEASON,
    THRESHOLDS,
    WINDOWS,
    Cuts,
    Level,
    Lifecycle,
    Measure,
    Peers,
    Thresholds,
    Trait,
    Trend,
    months_before,
)
from crm.donations.tables import GiftRow
from crm.foundation.columns import BigId
from crm.foundation.numbered import numbered

FIGURES = tuple(column.name for column in DonorStatsRow.__table__.columns)
"""The columns of `figures`, in its order."""
YEARS = tuple(column.name for column in DonorYearRow.__table__.columns)


class Among(StrEnum):
    """Whom a count is about: everybody, from the number `low` to below `high`, or those numbered `ids` (parameters)."""

    ALL = "all"
    RANGE = "range"
    THESE = "these"


Donor = type[DonorStatsRow]


def figures(among: Among = Among.ALL) -> Select[*tuple[Any, ...]]:
    """The rows that `donor_stats` must hold, computed from the effective gifts; none before a day is set."""
    gift = _counted(among)
    order = {"partition_by": gift.c.person_id, "order_by": (gift.c.given_on, gift.c.id)}
    one = select(
        gift.c.person_id,
        gift.c.given_on,
        gift.c.given_cents,
        gift.c.kind,
        func.row_number().over(**order).label("place"),
        func.lag(gift.c.given_on).over(**order).label("before_on"),
        func.lead(gift.c.id).over(**order).label("after_id"),
    ).subquery()
    windows, day, cents = aliased(DonorWindowsRow), one.c.given_on, one.c.given_cents
    is_last = one.c.after_id.is_(None)
    year, year_before = _part("year", day), _part("year", one.c.before_on)
    since = {size: getattr(windows, f"since_{size}m_on") for size in WINDOWS}
    found: dict[str, ColumnElement[Any]] = {
        "person_id": one.c.person_id,
        "gifts": func.count(),
        "cents": _whole(func.sum(cents)),
        "first_on": func.min(day),
        "first_cents": func.max(case((one.c.place == 1, cents))),
        "second_on": func.max(case((one.c.place == 2, day))),
        "previous_on": func.max(case((is_last, one.c.before_on))),
        "last_on": func.max(day),
        "last_cents": func.max(case((is_last, cents))),
        "last_instalment_on": func.max(case((one.c.kind == GiftKind.INSTALMENT, day))),
        "largest_cents": func.max(cents),
        "years": func.sum(case((or_(one.c.before_on.is_(None), year_before < year), 1), else_=0)),
        "run_since_year": func.max(case((or_(one.c.before_on.is_(None), year_before < year - 1), year))),
        "largest_24m_cents": func.coalesce(func.max(case((day > since[24], cents))), 0),
    }
    for size, bound in since.items():
        found[f"gifts_{size}m"] = func.sum(case((day > bound, 1), else_=0))
        found[f"cents_{size}m"] = _whole(func.sum(case((day > bound, cents), else_=0)))
    return (
        select(*(found[name].label(name) for name in FIGURES))
        .select_from(one)
        .join(windows, windows.id == 1)
        .group_by(one.c.person_id)
    )


def by_year(among: Among = Among.ALL) -> Select[*tuple[Any, ...]]:
    """The rows that `donor_year` must hold."""
    gift, windows = _counted(among), aliased(DonorWindowsRow)
    year = _part("year", gift.c.given_on).label("year")
    late = case((_part("month", gift.c.given_on) >= SEASON, gift.c.given_cents), else_=0)
    sums = [func.count(), _whole(func.sum(gift.c.given_cents)), _whole(func.sum(late))]
    return (
        select(
            gift.c.person_id,
            year,
            *(one.label(name) for one, name in zip(sums, ("gifts", "cents", "late_cents"), strict=True)),
        )
        .select_from(gift)
        .join(windows, windows.id == 1)
        .group_by(gift.c.person_id, year)
    )


def these(column: Any, among: Among) -> ColumnElement[bool]:
    """Whether a person's number is among them."""
    asked: dict[Among, ColumnElement[bool]] = {
        Among.ALL: true(),
        Among.RANGE: and_(column >= bindparam("low", type_=BigId), column < bindparam("high", type_=BigId)),
        Among.THESE: numbered(column),
    }
    return asked[among]


def given_between(after_on: date, until_on: date) -> Select[*tuple[Any, ...]]:
    """(person_id) of each gift that leaves a window when its bound goes from one day to the other."""
    gift = _counted(Among.ALL)
    return select(gift.c.person_id).where(gift.c.given_on > after_on, gift.c.given_on <= until_on)


def lifecycle(donor: Donor, on: date) -> ColumnElement[str]:
    """The band of a row; outer-joined, a row that is missing is a prospect."""
    turned = reversed(BANDS.items())
    reached = [(donor.last_on <= months_before(on, months), band.value) for band, months in turned]
    return case((donor.person_id.is_(None), Lifecycle.PROSPECT.value), *reached, else_=Lifecycle.ACTIVE.value)


def trait(donor: Donor, which: Trait, on: date) -> ColumnElement[bool]:
    """Whether a trait is true of a row on a day."""
    fresh, new_year = donor.last_on > months_before(on, 13), date(on.year, 1, 1)
    year = aliased(DonorYearRow)
    late = select(func.count()).where(
        year.person_id == donor.person_id,
        year.year.between(on.year - 3, on.year - 1),
        year.late_cents * 10 >= year.cents * 6,
    )
    true: dict[Trait, ColumnElement[bool]] = {
        Trait.NEW: and_(donor.gifts == 1, fresh),
        Trait.SECOND_GIFT: and_(
            donor.second_on.is_not(None),
            donor.first_on > months_before(on, 25),
            selects.months_between(donor.first_on, donor.second_on) < 12,
        ),
        Trait.REACTIVATED: and_(
            fresh, donor.previous_on.is_not(None), selects.months_more(donor.previous_on, donor.last_on) >= 24
        ),
        Trait.FAITHFUL: and_(donor.gifts_12m > 0, donor.gifts_24m > donor.gifts_12m, donor.gifts_36m > donor.gifts_24m),
        Trait.REGULAR: is_regular(donor, on),
        Trait.SEASONAL: late.correlate(donor).scalar_subquery() >= 2,
        Trait.LYBUNT: and_(donor.last_on >= new_year.replace(year=on.year - 1), donor.last_on < new_year),
        Trait.SYBUNT: donor.last_on < new_year.replace(year=on.year - 1),
        Trait.SYBUNT_INCLUSIVE: donor.last_on < new_year,
    }
    return true[which]


def is_regular(donor: Donor, on: date) -> ColumnElement[bool]:
    """Whether an instalment came in the last two periods of a plan that runs and a month of grace; of none, monthly."""
    came, plan = donor.last_instalment_on, rhythms.running(on).subquery("running")
    every: Any = plan.c.every_months
    since = selects.months_between(came, literal(on, Date()))
    slow = select(plan.c.person_id).where(plan.c.person_id == donor.person_id, since < portraits.grace(every))
    still = and_(came > months_before(on, portraits.grace(portraits.SLOWEST)), slow.correlate(donor).exists())
    return and_(came.is_not(None), or_(came > months_before(on, portraits.grace(1)), still))


def slowest(person_id: int, on: date) -> Select[*tuple[int | None]]:
    """Every how many months the slowest regular gift of somebody falls due that runs on a day."""
    plan = rhythms.running(on).subquery("running")
    return select(func.max(plan.c.every_months)).where(plan.c.person_id == person_id)


def streak(donor: Donor, on: date, *, carried: bool) -> ColumnElement[int]:
    """Years in a row; carried, last year is recent enough."""
    year = _part("year", donor.last_on)
    return case((year >= on.year - carried, year - donor.run_since_year + 1), else_=0)


def given_in(donor: Donor, year: int) -> ColumnElement[int]:
    """The cents of a calendar year."""
    row = aliased(DonorYearRow)
    found = select(row.cents).where(row.person_id == donor.person_id, row.year == year)
    return func.coalesce(found.correlate(donor).scalar_subquery(), 0)


def trend(donor: Donor, on: date, thresholds: Thresholds = THRESHOLDS) -> ColumnElement[str | None]:
    """This year beside the last."""
    now, before, band = given_in(donor, on.year), given_in(donor, on.year - 1), thresholds.band_percent
    return case(
        (or_(now == 0, before == 0), None),
        (now * 100 > before * (100 + band), Trend.UP.value),
        (now * 100 < before * (100 - band), Trend.DOWN.value),
        else_=Trend.STABLE.value,
    )


def level(donor: Donor, thresholds: Thresholds = THRESHOLDS) -> ColumnElement[str]:
    """The highest level whose sum is reached."""
    major = or_(donor.cents_24m >= thresholds.major_24m_cents, donor.largest_24m_cents >= thresholds.major_gift_cents)
    return case(
        (major, Level.MAJOR.value),
        (donor.cents_24m >= thresholds.mid_24m_cents, Level.MID.value),
        (donor.cents_36m >= thresholds.generous_36m_cents, Level.GENEROUS.value),
        else_=Level.BASIC.value,
    )


def score(donor: Donor, measure: Measure, on: date, cuts: Cuts) -> ColumnElement[int]:
    """One of the three scores, by cuts that were kept."""
    value: Any = {
        Measure.RECENCY: donor.last_on,
        Measure.FREQUENCY: donor.gifts_60m,
        Measure.MONEY: donor.cents_60m,
    }[measure]

    def earned(peers: Peers) -> ColumnElement[int]:
        found: ColumnElement[int] = literal(1)
        for least in cuts.get((peers, measure), ()):
            bound = date.fromordinal(least) if measure is Measure.RECENCY else least
            found = found + case((value >= bound, 1), else_=0)
        return found

    return case(
        (donor.gifts_60m == 0, 0),
        (is_regular(donor, on), earned(Peers.REGULAR)),
        else_=earned(Peers.OTHERS),
    )


def donors() -> Donor:
    """`donor_stats` under a name of its own, to be joined by `person_id` and given to the expressions above."""
    return aliased(DonorStatsRow)


def _counted(among: Among) -> Any:
    found = selects.effective_gifts().where(GiftRow.given_cents > 0)
    return found.where(these(GiftRow.person_id, among)).subquery()


def _whole(sum_of: ColumnElement[Any]) -> ColumnElement[Any]:
    """PostgreSQL adds big integers up to a numeric."""
    return cast(sum_of, DonorStatsRow.cents.type)


def _part(name: str, day: Any) -> ColumnElement[int]:
    return cast(extract(name, day), Integer)


def first_given(*, after: date, until: date) -> Select[*tuple[Any, ...]]:
    """(person_id, first_on) of each donor whose first gift is later than a day and not later than another."""
    row = DonorStatsRow
    return select(row.person_id, row.first_on).where(row.first_on > after, row.first_on <= until)
