"""What is decided without asking anybody: amounts, codes, communications, the order of cells."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.consent.model import Channel
from crm.fundraising import rules
from crm.fundraising.errors import NoMoreNumbers, PlanWrong
from crm.fundraising.model import MOST_APPEALS, MOST_PRINTED, Basis, Ladder, NewAppeal, NewCell
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
        (replace(PLAN, channel=Channel.EMAIL), "channel"),
        (replace(PLAN, cost_cents=-1), "cost_cents"),
        (replace(PLAN, rest_days=4000), "rest_days"),
        (replace(PLAN, gift_months=121), "gift_months"),
        (replace(PLAN, keep_days=0), "keep_days"),
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
