"""What fees pay for, as laws: whatever order they come in, and whatever goes back."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from crm.foundation.months import MONTH, day_at, mark
from crm.members import rules
from crm.members.model import Fee, HouseRules, Proxy, Rate, State
from crm.values.identifiers import GiftId, PersonId

days = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@st.composite
def fees(draw: st.DrawFn) -> list[Fee]:
    several = draw(st.lists(st.tuples(days, st.integers(1, 24)), max_size=8))
    return [
        Fee(line_id=n, gift_id=GiftId(n), person_id=PersonId(1), paid_on=day, cents=100, months=months)
        for n, (day, months) in enumerate(several)
    ]


@given(days, st.integers(0, 60))
def test_a_month_later_is_the_same_day_or_the_first_after_a_short_month(day: date, months: int) -> None:
    assert day_at(mark(day)) == day
    later = day_at(mark(day) + MONTH * months)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        wanted = day.replace(year=year, month=month + 1)
    except ValueError:
        wanted = date(year, month + 2, 1)
    assert later == wanted


@given(fees(), days, st.integers(0, 6), st.randoms())
def test_who_is_a_member_depends_on_the_fees_and_not_on_their_order(
    paid: list[Fee], on: date, grace: int, chance: object
) -> None:
    shuffled = sorted(paid, key=lambda fee: -fee.line_id)
    assert rules.periods(shuffled) == rules.periods(paid)
    assert rules.paid_until(shuffled, on=on) == rules.paid_until(paid, on=on)


@given(fees(), days, st.integers(0, 6))
def test_the_last_period_says_until_when(paid: list[Fee], on: date, grace: int) -> None:
    known = [fee for fee in paid if fee.paid_on <= on]
    until = rules.paid_until(paid, on=on)
    spans = rules.periods(known)
    assert (until is None) == (not spans)
    if until is not None:
        assert day_at(until) == spans[-1].until_on
        stands = rules.state(until, on=on, grace_months=grace, ended_on=None)
        assert (stands in (State.IN_FORCE, State.GRACE)) == rules.is_in_force(paid, on=on, grace_months=grace)
        assert (stands is State.IN_FORCE) == any(one.from_on <= on < one.until_on for one in spans)


@given(fees(), days, st.data())
def test_a_fee_that_goes_back_never_makes_somebody_a_member(paid: list[Fee], on: date, data: st.DataObject) -> None:
    without = [fee for fee in paid if data.draw(st.booleans())]
    before, after = rules.paid_until(paid, on=on), rules.paid_until(without, on=on)
    assert after is None or (before is not None and after <= before)


@given(fees())
def test_periods_follow_one_another_without_overlap_and_nobody_loses_a_day(paid: list[Fee]) -> None:
    spans = rules.periods(paid)
    for one, following in pairwise(spans):
        assert following.from_on >= one.until_on
        assert following.from_on in (one.until_on, following.fee.paid_on)
    assert all(one.from_on >= one.fee.paid_on and one.until_on > one.from_on for one in spans)


@given(fees(), days, days)
def test_nobody_who_left_is_a_member(paid: list[Fee], on: date, ended: date) -> None:
    if ended <= on:
        assert not rules.is_in_force(paid, on=on, grace_months=3, ended_on=ended)
    else:
        assert rules.is_in_force(paid, on=on, grace_months=3, ended_on=ended) == rules.is_in_force(
            paid, on=on, grace_months=3
        )


def test_a_fee_pays_for_its_period_several_or_a_share() -> None:
    rate = Rate(kind="member", from_on=date(2020, 1, 1), fee_cents=2500, months=12)
    several = ((2500, 12), (3000, 12), (5000, 24), (1500, 7), (210, 1), (625, 3), (1, 1))
    for cents, months in several:
        assert rules.months_paid(cents, rate, is_instalment=False) == months
    assert rules.months_paid(300, None, is_instalment=False) == 12
    assert rules.months_paid(300, None, is_instalment=True) == 1
    assert rules.months_paid(10**9, rate, is_instalment=False) == rules.MOST_MONTHS


def test_the_last_rate_and_the_last_rules_hold() -> None:
    first, later = (Rate(kind="a", from_on=date(year, 1, 1), fee_cents=year, months=12) for year in (2020, 2024))
    assert rules.rate_on((later, first), "a", date(2023, 12, 31)) == first
    assert rules.rate_on((later, first), "a", date(2024, 1, 1)) == later
    assert rules.rate_on((later, first), "b", date(2024, 1, 1)) is None
    own = HouseRules(from_on=date(2024, 1, 1), grace_months=1, remind_days=10, proxies_most=2)
    assert rules.rules_on((own,), date(2023, 12, 31)) == rules.BY_DEFAULT
    assert rules.rules_on((own,), date(2024, 1, 1)) == own


def test_one_represents_so_many_and_nobody_hands_on_what_was_handed_to_them() -> None:
    ann, bo, cy, di = (PersonId(number) for number in range(1, 5))
    voters, held = {ann, bo, cy}, [Proxy(giver_id=ann, holder_id=bo)]

    def why(giver: PersonId, holder: PersonId, proxies: list[Proxy], most: int = 1) -> str | None:
        return rules.why_not(giver, holder, voters=voters, proxies=proxies, most=most)

    assert why(ann, bo, []) is None
    assert why(ann, ann, []) == "self"
    assert why(ann, di, []) == why(di, ann, []) == "voter"
    assert why(ann, cy, held) == "given"
    assert why(bo, cy, held) == "chain"
    assert why(cy, ann, held) == "chain"
    assert why(cy, bo, held) == "most"
    assert why(cy, bo, held, 2) is None


def test_a_day_before_the_last_the_membership_holds_and_on_it_the_grace_begins() -> None:
    fee = Fee(line_id=1, gift_id=GiftId(1), person_id=PersonId(1), paid_on=date(2025, 3, 31), cents=1, months=11)
    until = rules.paid_until([fee], on=date(2026, 1, 1))
    assert until is not None
    last = day_at(until)
    assert last == date(2026, 3, 1)  # February has no 31st
    day = timedelta(days=1)
    for on, wanted in (
        (last - day, State.IN_FORCE),
        (last, State.GRACE),
        (date(2026, 5, 30), State.GRACE),
        (date(2026, 5, 31), State.LAPSED),
    ):
        assert rules.state(until, on=on, grace_months=3, ended_on=None) is wanted
