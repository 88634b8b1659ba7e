"""What is decided without asking anybody: amounts, codes, communications, the order of cells."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.consent.model import Channel
from crm.fundraising import rules
from crm.fundraising.errors import NoMoreNumbers, PlanWrong
from crm.fundraising.model import MOST_APPEALS, MOST_PRINTED, Arms, Basis, Ladder, NewAppeal, NewCell
from crm.values.identifiers import SegmentId
from crm.values.structured_communication import StructuredCommunication, fits
from tests.fundraising.conftest import PLAN

cents = st.integers(0, 10**8)
ladders = st.builds(
    lambda basis, percents, least, more: Ladder(
        basis=basis, percents=tuple(percents), least_cents=least * 500, most_cents=(least + more) * 500
    ),
    st.sampled_from(Basis),
    st.lists(st.integers(1, 10_000), min_size=1, max_size=5, unique=True),
    st.integers(1, 200),
    st.integers(0, 2000),
)


@given(ladder=ladders, last=cents, largest=cents)
def test_amounts_rise_in_steps_between_floor_and_ceiling(ladder: Ladder, last: int, largest: int) -> None:
    found = rules.asks(rules.tidy_ladder(ladder), last_cents=last, largest_cents=largest)
    assert list(found) == sorted(set(found))
    assert 1 <= len(found) <= len(ladder.percents)
    assert all(one % rules.STEP == 0 and ladder.least_cents <= one <= ladder.most_cents for one in found)


def test_a_ladder_reads_as_a_fundraiser_says_it() -> None:
    of_last = Ladder(basis=Basis.LAST, percents=(100, 150, 200))
    assert rules.asks(of_last, last_cents=4000, largest_cents=25000) == (4000, 6000, 8000)
    assert rules.asks(of_last, last_cents=3300, largest_cents=0) == (3500, 5000, 7000)
    assert rules.asks(of_last, last_cents=0, largest_cents=0) == (2000, 3000, 4000)
    assert rules.asks(replace(of_last, basis=Basis.LARGEST), last_cents=4000, largest_cents=25000) == (
        25000, 37500, 50000,
    )  # fmt: skip
    fixed = Ladder(basis=Basis.FIXED, percents=(25, 40, 75))
    assert rules.asks(fixed, last_cents=4000, largest_cents=25000) == (2500, 4000, 7500)


@given(one=st.tuples(st.integers(1, MOST_APPEALS), st.integers(1, MOST_PRINTED)),
       other=st.tuples(st.integers(1, MOST_APPEALS), st.integers(1, MOST_PRINTED)))  # fmt: skip
def test_a_communication_is_valid_and_no_other_letters(one: tuple[int, int], other: tuple[int, int]) -> None:
    first, second = rules.communication(*one), rules.communication(*other)
    assert fits(first.digits)
    assert StructuredCommunication.parse(str(first)) == first
    assert (first == second) is (one == other)


@pytest.mark.parametrize(("appeal_id", "seq"), [(0, 1), (1, 0), (MOST_APPEALS + 1, 1), (1, MOST_PRINTED + 1)])
def test_a_communication_that_does_not_fit_is_refused(appeal_id: int, seq: int) -> None:
    with pytest.raises(NoMoreNumbers):
        rules.communication(appeal_id, seq)


def test_codes_say_campaign_appeal_package_and_cell() -> None:
    assert rules.source_code(rules.appeal_code(rules.campaign_code(" noel26 "), "p1"), "A", 3) == "NOEL26-P1-A-03"
    for wrong in ("", "É", "TROP-LONG", "A" * 15):
        with pytest.raises(PlanWrong):
            rules.campaign_code(wrong)
        with pytest.raises(PlanWrong):
            rules.appeal_code("NOEL26", wrong)


CELL = NewCell(name="Fidèles", segment_id=SegmentId(1))


@pytest.mark.parametrize(
    ("cell", "field"),
    [
        (replace(CELL, name=" "), "name"),
        (replace(CELL, package="É"), "package"),
        (replace(CELL, rival="A", rival_share=500), "rival"),
        (replace(CELL, rival="B"), "rival_share"),
        (replace(CELL, rival_share=500), "rival_share"),
        (replace(CELL, control_share=1000), "control_share"),
        (replace(CELL, cap=0), "cap"),
        (replace(CELL, ladder=Ladder(percents=())), "percents"),
        (replace(CELL, ladder=Ladder(least_cents=1999)), "least_cents"),
        (replace(CELL, ladder=Ladder(least_cents=60000)), "least_cents"),
    ],
)
def test_a_cell_that_cannot_be_says_which_value(cell: NewCell, field: str) -> None:
    with pytest.raises(PlanWrong) as refused:
        rules.tidy_cell(cell)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        (replace(PLAN, name=""), "name"),
        (replace(PLAN, channel=Channel.SMS), "channel"),
        (replace(PLAN, cost_cents=-1), "cost_cents"),
        (replace(PLAN, rest_days=4000), "rest_days"),
        (replace(PLAN, gift_months=121), "gift_months"),
        (replace(PLAN, keep_days=0), "keep_days"),
        (replace(PLAN, letter="a" * 4001), "letter"),
    ],
)
def test_a_plan_that_cannot_be_says_which_value(plan: NewAppeal, field: str) -> None:
    with pytest.raises(PlanWrong) as refused:
        rules.tidy_appeal(plan)
    assert refused.value.field == field


@given(order=st.permutations(range(5)), number=st.integers(0, 4), by=st.integers(-9, 9))
def test_moving_a_cell_moves_nothing_else(order: list[int], number: int, by: int) -> None:
    found = rules.moved(order, number, by)
    assert [one for one in found if one != number] == [one for one in order if one != number]
    assert found.index(number) == min(max(order.index(number) + by, 0), 4)


def _arm(amounts: list[int]) -> Arms:
    return Arms(people=len(amounts), cents=sum(amounts), squares=float(sum(one * one for one in amounts)))


def test_nothing_is_claimed_of_a_small_group() -> None:
    few, many = _arm([5000] * 199), _arm([0] * 200)
    assert rules.lift([(few, many)]) is None
    assert rules.lift([(many, few)]) is None
    assert rules.lift([(_arm([]), _arm([]))]) is None
    assert rules.lift([]) is None
    assert rules.lift([(many, _arm([0])) for _ in range(200)]) is None


def test_what_an_appeal_brings_has_an_interval() -> None:
    found = rules.lift([(_arm([4000] * 100 + [0] * 300), _arm([4000] * 10 + [0] * 190))])
    assert found is not None
    assert found.cents == 1000 - 200
    assert (found.low_cents, found.high_cents, found.is_clear) == (591, 1009, True)
    chance = rules.lift([(_arm([4000] * 21 + [0] * 379), _arm([4000] * 10 + [0] * 190))])
    assert chance is not None
    assert chance.low_cents < 0 < chance.high_cents
    assert not chance.is_clear


def test_cells_of_unequal_shares_are_each_compared_with_their_own() -> None:
    """Who gives anyway is mostly asked, who hardly gives mostly left alone: added up, that would be a result."""
    faithful = (_arm([8000] * 900 + [0] * 100), _arm([8000] * 90 + [0] * 10))
    others = (_arm([8000] * 10 + [0] * 190), _arm([8000] * 50 + [0] * 950))
    nothing = rules.lift([faithful, others])
    assert nothing is not None
    assert (nothing.cents, nothing.is_clear) == (0, False)
    assert -nothing.low_cents == nothing.high_cents > 0
    # Twenty euros more of each that is asked, in both cells, are twenty euros more.
    more = tuple((_arm(raised), _arm(alone)) for raised, alone in (
        ([10000] * 900 + [2000] * 100, [8000] * 90 + [0] * 10),
        ([10000] * 10 + [2000] * 190, [8000] * 50 + [0] * 950),
    ))  # fmt: skip
    found = rules.lift(more)
    assert found is not None
    assert (found.cents, found.is_clear) == (2000, True)


@given(mailed=st.lists(st.integers(0, 10**7), min_size=200, max_size=220),
       control=st.lists(st.integers(0, 10**7), min_size=200, max_size=220))  # fmt: skip
@settings(max_examples=20)
def test_the_interval_holds_the_difference(mailed: list[int], control: list[int]) -> None:
    found = rules.lift([(_arm(mailed), _arm(control))])
    assert found is not None
    assert found.low_cents <= found.cents <= found.high_cents
    assert abs(found.cents - (sum(mailed) / len(mailed) - sum(control) / len(control))) <= 1


def test_costs_are_covered_on_a_day_or_not_yet() -> None:
    days = [(date(2026, 10, 9), 2000), (date(2026, 10, 12), 3000), (date(2026, 11, 2), 500)]
    assert rules.paid_back(5000, days) == date(2026, 10, 12)
    assert rules.paid_back(5501, days) is None
    assert rules.paid_back(0, days) is None
