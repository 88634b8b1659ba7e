"""Figures of donors: as they are defined, always what the gifts say, the same in Python and in SQL."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, literal, select, update
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.donations import donor_selects, donors, merging, pouring, rules, service
from crm.donations.donor_tables import DonorStatsRow
from crm.donations.errors import MoreThanReceived
from crm.donations.model import EntryKind, GiftKind, LineKind, NewGift, NewLine
from crm.donations.portraits import (
    WINDOWS,
    Figures,
    Level,
    Lifecycle,
    Measure,
    Trait,
    Trend,
    Year,
    level,
    lifecycle,
    months_before,
    months_between,
    portrait,
    scores,
    traits,
    trend,
)
from crm.donations.tables import GiftLineRow, GiftRow
from crm.foundation.row_moves import RowMove
from crm.values.identifiers import AccountId, GiftId, PersonId
from jobs import recount_donors
from jobs.errors import DonorsDiffered, MoneyDrifted
from tests.conftest import NOW
from tests.donations.conftest import TODAY, Give, donor, paid

BY = AccountId(1)
MONTHLY = [(10, date(2024 + month // 12, month % 12 + 1, 5)) for month in range(35)]
GOLDEN = {
    "A": [(40, date(2026, 9, 1))],
    "B": [(50, date(2024, 3, 1)), (50, date(2025, 3, 1))],
    "C": [(100, date(2022, 12, 10))],
    "D": [(30, date(2021, 5, 1)), (30, date(2026, 2, 1))],
    "E": [(50, date(2025, 6, 1)), (80, date(2026, 6, 1))],
    "F": [(80, date(2025, 6, 1)), (50, date(2026, 6, 1))],
    "G": [(25, date(2026, 1, 10)), (25, date(2026, 4, 10))],
    "H": MONTHLY,
    "I": [(60, date(2023, 12, 15)), (60, date(2024, 12, 15)), (60, date(2025, 12, 15))],
    "J": [(500, date(2024, 5, 1)), (800, date(2025, 5, 1)), (900, date(2026, 5, 1))],
    "K": [(6000, date(2025, 11, 1))],
    "L": [(20, date(2018, 1, 1)), (20, date(2019, 1, 1))],
}
"""Twelve donors: (euro, day) of each gift."""
BACK = {
    "M": [(20, date(2024, 2, 1)), (20, date(2026, 2, 1))],
    "N": [(20, date(2024, 1, 31)), (20, date(2026, 2, 1))],
    "O": [(20, date(2024, 12, 1)), (20, date(2025, 10, 30))],
}
"""Two came back, after 24 months to the day and after a day more; one gave twice within the first year, a year ago."""
ACTIVE, LAPSING, LOST = Lifecycle.ACTIVE, Lifecycle.LAPSING, Lifecycle.LOST
NEW, SECOND, AGAIN, FAITHFUL = Trait.NEW, Trait.SECOND_GIFT, Trait.REACTIVATED, Trait.FAITHFUL
LYBUNT, SYBUNT, EVER, LATE = Trait.LYBUNT, Trait.SYBUNT, Trait.SYBUNT_INCLUSIVE, Trait.SEASONAL
EXPECTED = {
    "A": (2, ACTIVE, {NEW}, 1, 1, None, Level.BASIC),
    "B": (20, LAPSING, {LYBUNT, EVER}, 0, 2, None, Level.BASIC),
    "C": (47, LOST, {SYBUNT, EVER}, 0, 0, None, Level.BASIC),
    "D": (9, ACTIVE, {AGAIN}, 1, 1, None, Level.BASIC),
    "E": (5, ACTIVE, set(), 2, 2, Trend.UP, Level.GENEROUS),
    "F": (5, ACTIVE, set(), 2, 2, Trend.DOWN, Level.GENEROUS),
    "G": (7, ACTIVE, {SECOND}, 1, 1, None, Level.BASIC),
    "H": (0, ACTIVE, {FAITHFUL, Trait.REGULAR}, 3, 3, Trend.STABLE, Level.GENEROUS),
    "I": (11, ACTIVE, {FAITHFUL, LYBUNT, EVER, LATE}, 0, 3, None, Level.GENEROUS),
    "J": (6, ACTIVE, {FAITHFUL}, 3, 3, Trend.UP, Level.MID),
    "K": (12, ACTIVE, {NEW, LYBUNT, EVER}, 0, 1, None, Level.MAJOR),
    "L": (94, LOST, {SYBUNT, EVER}, 0, 0, None, Level.BASIC),
    "M": (9, ACTIVE, set(), 1, 1, None, Level.BASIC),
    "N": (9, ACTIVE, {AGAIN}, 1, 1, None, Level.BASIC),
    "O": (12, ACTIVE, {SECOND, LYBUNT, EVER}, 0, 2, None, Level.BASIC),
}


def golden(session: Session, assembly: Assembly, give: Give) -> dict[str, PersonId]:
    people = {}
    for name, gifts in (GOLDEN | BACK).items():
        people[name] = donor(session, assembly, name)
        kind = GiftKind.INSTALMENT if name == "H" else GiftKind.ONE_OFF
        for euro, on in gifts:
            give(session, euro * 100, people[name], kind=kind, given_on=on, movement=paid(booked_on=on))
    return people


def test_twelve_donors_are_what_their_gifts_make_them(assembly: Assembly, give: Give) -> None:
    with assembly.database.transaction() as session:
        people = golden(session, assembly, give)
        found = {name: donors.portrait(session, person_id, TODAY) for name, person_id in people.items()}
        assert {
            name: (p.months_since_last, p.lifecycle, set(p.traits), p.streak, p.streak_carried, p.trend, p.level)
            for name, p in found.items()
            if p
        } == EXPECTED
        assert [name for name, p in found.items() if p and Lifecycle.PROSPECT is p.lifecycle] == []
        gave = {
            year: {name for name in GOLDEN if (p := found[name]) and any(y.year == year for y in p.figures.by_year)}
            for year in (2024, 2025, 2026)
        }
        assert gave[2025] == set("BEFHIJK")
        assert gave[2025] & gave[2026] == set("EFHJ")
        assert gave[2024] & gave[2025] == gave[2024] == set("BHIJ")
        assert donors.drift(session) == 0
        _same_in_sql(session, [p.figures for p in found.values() if p], TODAY)


def test_a_portrait_follows_its_gifts_in_the_same_transaction(assembly: Assembly, give: Give) -> None:
    with assembly.database.transaction() as session:
        one, other = donor(session, assembly), donor(session, assembly)
        assert donors.portrait(session, one, TODAY) is None
        for kind in (GiftKind.SALE, GiftKind.MEMBERSHIP_FEE):
            give(session, 2500, one, kind=kind)
        give(session, 2500, one, is_test=True)
        give(session, 0, one, lines=(NewLine(cents=2500, kind=LineKind.FEE),))
        assert donors.portrait(session, one, TODAY) is None
        paid_and_gave = (NewLine(cents=200, kind=LineKind.FEE), NewLine(cents=1000))
        for kind in (GiftKind.ONE_OFF, GiftKind.MEMBERSHIP_FEE, GiftKind.INSTALMENT):
            person = donor(session, assembly)
            both = give(session, 0, person, lines=paid_and_gave, kind=kind)
            seen = donors.portrait(session, person, TODAY)
            assert seen
            assert (seen.figures.gifts, seen.figures.cents) == (1, 1000)
            service.take_back(session, assembly.sealer, both.id, EntryKind.RETURN, paid(), cents=1200, at=NOW)
            assert donors.portrait(session, person, TODAY) is None
        gift = give(session, 5000, one)
        seen = donors.portrait(session, one, TODAY)
        assert seen
        assert (seen.figures.gifts, seen.figures.cents, seen.figures.within[12]) == (1, 5000, (1, 5000))
        service.take_back(session, assembly.sealer, gift.id, EntryKind.RETURN, paid(), cents=2000, at=NOW)
        service.move(session, gift.id, other, reason="Compte joint", at=NOW, by=BY)
        assert donors.portrait(session, one, TODAY) is None
        seen = donors.portrait(session, other, TODAY)
        assert seen
        assert seen.figures.cents == 3000
        service.take_back(session, assembly.sealer, gift.id, EntryKind.RETURN, paid(), cents=3000, at=NOW)
        assert donors.portrait(session, other, TODAY) is None


KINDS = [GiftKind.ONE_OFF, GiftKind.ONE_OFF, GiftKind.INSTALMENT, GiftKind.MEMBERSHIP_FEE, GiftKind.SALE]


@settings(max_examples=4, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_kept_figures_are_the_rebuilt_ones_after_any_deeds(assembly: Assembly, give: Give, seed: int) -> None:
    chance = Random(seed)
    with assembly.database.reading() as session:
        people = [donor(session, assembly) for _ in range(5)]
        gifts: list[GiftId] = []
        merged: list[tuple[PersonId, PersonId, list[RowMove]]] = []
        for _ in range(32):
            deed = chance.choice(["give", "give", "pour", "back", "correct", "move", "merge", "unmerge"])
            if deed == "pour":
                gifts += pouring.record_many(session, assembly.sealer, _several(people, chance), at=NOW)
            elif deed == "give" or not gifts:
                on = TODAY - timedelta(days=int(chance.choice((0, 31, 366, 2000, 3000)) * chance.random()))
                facts = {"kind": chance.choice(KINDS), "is_test": chance.random() < 0.1, "given_on": on}
                lines = _lines(chance)
                gifts.append(
                    give(session, 0, chance.choice(people), lines=lines, movement=paid(booked_on=on), **facts).id
                )
            elif deed in ("back", "correct"):
                _change(session, assembly, chance.choice(gifts), chance)
            elif deed == "move":
                service.move(session, chance.choice(gifts), chance.choice(people), reason="Erreur", at=NOW, by=BY)
            elif deed == "merge":
                loser, survivor = chance.sample(people, 2)
                merged.append((loser, survivor, merging.repoint(session, loser=loser, survivor=survivor)))
            elif merged:
                loser, survivor, moves = merged.pop()
                merging.put_back(session, moves, loser=loser, survivor=survivor)
        assert donors.drift(session) == 0
        kept = {one: donors.portrait(session, one, TODAY) for one in people}
        assert {one: p.figures for one, p in kept.items() if p} == _told(session)
        for _ in range(2):
            on = TODAY - timedelta(days=chance.randrange(-400, 400))
            _same_in_sql(session, [p.figures for p in kept.values() if p], on)
        for start in donors.begin(session, at=NOW):
            donors.count_slice(session, start)
        assert donors.end(session, at=NOW) == sum(p is not None for p in kept.values())
        assert {one: donors.portrait(session, one, TODAY) for one in people} == kept


def _lines(chance: Random) -> tuple[NewLine, ...]:
    """What was given, or paid for, or both at once."""
    kinds = chance.choice(
        ((LineKind.DONATION,), (LineKind.DONATION,), (LineKind.FEE, LineKind.DONATION), (LineKind.FEE,))
    )
    return tuple(NewLine(cents=chance.randrange(1, 90_000), kind=kind) for kind in kinds)


def _several(people: list[PersonId], chance: Random) -> list[NewGift]:
    """A few gifts of anybody, to be recorded at once."""
    days = [TODAY - timedelta(days=chance.randrange(1500)) for _ in range(3)]
    return [
        NewGift(
            person_id=chance.choice(people),
            lines=_lines(chance),
            kind=chance.choice(KINDS),
            given_on=on,
            movement=paid(booked_on=on),
        )
        for on in days
    ]


def _change(session: Session, assembly: Assembly, gift_id: GiftId, chance: Random) -> None:
    cents = chance.choice((service.gift(session, gift_id).net_cents, chance.randrange(1, 90_000))) or 1
    try:
        if chance.random() < 0.6:
            service.take_back(session, assembly.sealer, gift_id, EntryKind.RETURN, paid(), cents=cents, at=NOW)
        else:
            signed = cents if cents % 2 else -cents
            service.correct(session, assembly.sealer, gift_id, paid(), cents=signed, at=NOW, by=BY)
    except MoreThanReceived:
        return


def _told(session: Session) -> dict[PersonId, Figures]:
    """The figures by the definitions, one gift after the other."""
    mine: dict[int, list[tuple[GiftRow, int]]] = defaultdict(list)
    for row in session.scalars(
        select(GiftRow).order_by(GiftRow.given_on, GiftRow.id).execution_options(populate_existing=True)
    ):
        lines = service.whole(session, GiftId(row.id)).lines
        given = rules.given(row.kind, ((line.kind, line.net_cents) for line in lines))
        if given and not row.is_test:
            mine[row.person_id].append((row, given))
    found = {}
    for person_id, gifts in mine.items():
        days, sums = [g.given_on for g, _ in gifts], [cents for _, cents in gifts]
        years = sorted({day.year for day in days})
        starts = [years[0], *(later for earlier, later in pairwise(years) if later > earlier + 1)]
        since = {size: months_before(TODAY, size) for size in WINDOWS}
        within = {size: [cents for g, cents in gifts if g.given_on > since[size]] for size in WINDOWS}
        found[PersonId(person_id)] = Figures(
            person_id=PersonId(person_id),
            gifts=len(gifts),
            cents=sum(sums),
            first_on=days[0],
            first_cents=sums[0],
            second_on=days[1] if len(days) > 1 else None,
            previous_on=days[-2] if len(days) > 1 else None,
            last_on=days[-1],
            last_cents=sums[-1],
            last_instalment_on=max((g.given_on for g, _ in gifts if g.kind is GiftKind.INSTALMENT), default=None),
            largest_cents=max(sums),
            largest_24m_cents=max(within[24], default=0),
            years=len(years),
            run_since_year=starts[-1],
            within={size: (len(several), sum(several)) for size, several in within.items()},
            by_year=tuple(
                Year(
                    year=year,
                    gifts=sum(day.year == year for day in days),
                    cents=sum(cents for g, cents in gifts if g.given_on.year == year),
                    late_cents=sum(c for g, c in gifts if g.given_on.year == year and g.given_on.month > 10),
                )
                for year in reversed(years)
            ),
        )
    return found


def _same_in_sql(session: Session, several: list[Figures], on: date) -> None:
    row = donor_selects.donors()
    query = select(
        row.person_id,
        donor_selects.lifecycle(row, on),
        donor_selects.level(row),
        donor_selects.trend(row, on),
        donor_selects.streak(row, on, carried=False),
        donor_selects.streak(row, on, carried=True),
        *(donor_selects.trait(row, one, on) for one in Trait),
    )
    told = {
        one.person_id: (
            lifecycle(one.last_on, on),
            level(one),
            trend(one, on),
            portrait(one, on).streak,
            portrait(one, on).streak_carried,
            *(trait in traits(one, on) for trait in Trait),
        )
        for one in several
    }
    assert {number: tuple(rest) for number, *rest in session.execute(query)} == told


def test_months_are_completed_ones_to_the_day() -> None:
    for on in (date(2026, 11, 23), date(2026, 3, 31), date(2024, 2, 29), date(2026, 2, 28)):
        for months in (0, 1, 12, 13, 24, 37):
            bound = months_before(on, months)
            assert months_between(bound, on) >= months > months_between(bound + timedelta(days=1), on)


def test_scores_part_peers_into_fifths_and_equals_share_the_better(assembly: Assembly, give: Give) -> None:
    euros = [5, 10, 10, 10, 20, 30, 40, 50, 60, 1000]
    with assembly.database.transaction() as session:
        people = [donor(session, assembly) for _ in euros]
        for person_id, euro in zip(people, euros, strict=True):
            give(session, euro * 100, person_id)
        old = donor(session, assembly)
        give(session, 100, old, given_on=date(2018, 1, 1), movement=paid(booked_on=date(2018, 1, 1)))
        regular = donor(session, assembly)
        give(session, 100, regular, kind=GiftKind.INSTALMENT)
    assert recount_donors.run(assembly, NOW)["counted"] == 12
    with assembly.database.reading() as session:
        found = [donors.portrait(session, one, TODAY) for one in (*people, old, regular)]
        cuts = donors.cuts(session)
        scored = [scores(one.figures, TODAY, cuts) for one in found if one]
        assert [money for _, _, money in scored] == [1, 2, 2, 2, 3, 3, 4, 4, 5, 5, 0, 5]
        assert {both[:2] for both in scored[:10]} == {(5, 5)}
        row = donor_selects.donors()
        columns = [donor_selects.score(row, measure, TODAY, cuts) for measure in Measure]
        assert [tuple(one) for one in session.execute(select(*columns).order_by(row.person_id))] == scored


def test_the_night_moves_windows_mends_what_differs_and_tells(assembly: Assembly, give: Give) -> None:
    year_ago = date(2025, 11, 24)
    with assembly.database.transaction() as session:
        one = give(session, 1000, given_on=year_ago, movement=paid(booked_on=year_ago)).person_id
        other = give(session, 2000).person_id
    assert recount_donors.run(assembly, NOW) == {"counted": 2, "drift": 0}
    assert recount_donors.run(assembly, NOW + timedelta(days=1)) == {"counted": 1, "drift": 0}
    with assembly.database.reading() as session:
        seen = donors.portrait(session, one, TODAY)
        assert seen
        assert (seen.figures.within[12], seen.figures.within[24]) == ((0, 0), (1, 1000))
        assert donors.drift(session) == 0
    with assembly.database.transaction() as session:
        session.execute(update(DonorStatsRow).where(DonorStatsRow.person_id == other).values(cents=1))
        stranger = donor(session, assembly)
        columns = [c for c in DonorStatsRow.__table__.columns if c.name != "person_id"]
        copied = select(literal(stranger), *columns).where(DonorStatsRow.person_id == one)
        session.execute(insert(DonorStatsRow).from_select(["person_id", *(c.name for c in columns)], copied))
    with pytest.raises(DonorsDiffered, match="2 donors"):
        recount_donors.run(assembly, NOW + timedelta(days=1))
    assert recount_donors.run(assembly, NOW + timedelta(days=2)) == {"counted": 0, "drift": 0}
    with assembly.database.transaction() as session:
        session.execute(update(GiftLineRow).where(GiftLineRow.cents == 2000).values(net_cents=1999))
    with pytest.raises(MoneyDrifted):
        recount_donors.run(assembly, NOW + timedelta(days=3))
