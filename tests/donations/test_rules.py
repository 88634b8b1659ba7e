"""What is deductible, how money falls on lines, on which day it counts; amounts and structured communications."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.donations import rules
from crm.donations.model import DeductionRule, EntryKind, GiftKind, LineKind, Why
from crm.values.errors import Invalid
from crm.values.money import exact, shared
from crm.values.structured_communication import StructuredCommunication

DAY = date(2026, 5, 1)
DONATION, FEE, GOODS = LineKind.DONATION, LineKind.FEE, LineKind.GOODS


@pytest.mark.parametrize(
    ("kind", "lines", "beforehand", "verdicts"),
    [
        (GiftKind.ONE_OFF, [DONATION], False, [(True, Why.DONATION)]),
        (GiftKind.INSTALMENT, [DONATION, DONATION], False, [(True, Why.DONATION), (True, Why.DONATION)]),
        (GiftKind.MEMBERSHIP_FEE, [FEE], False, [(False, Why.FEE)]),
        (GiftKind.MEMBERSHIP_FEE, [FEE, DONATION], False, [(False, Why.FEE), (False, Why.MIXED)]),
        (GiftKind.MEMBERSHIP_FEE, [FEE, DONATION], True, [(False, Why.FEE), (True, Why.DONATION)]),
        (GiftKind.ONE_OFF, [DONATION, GOODS], False, [(False, Why.MIXED), (False, Why.GOODS)]),
        (GiftKind.SALE, [GOODS, DONATION], True, [(False, Why.GOODS), (True, Why.DONATION)]),
        (GiftKind.LEGACY, [DONATION], True, [(False, Why.LEGACY)]),
        (GiftKind.SPONSORING, [DONATION], True, [(False, Why.SPONSORING)]),
        (GiftKind.IN_KIND, [DONATION], True, [(False, Why.IN_KIND)]),
    ],
)
def test_what_pays_even_in_part_for_something_gives_nothing_back(
    kind: GiftKind, lines: list[LineKind], beforehand: bool, verdicts: list[tuple[bool, Why]]
) -> None:
    assert list(rules.judged(kind, lines, given_on=DAY, split_beforehand=beforehand)) == verdicts


def test_a_rule_of_finance_holds_from_its_day_to_its_day() -> None:
    held = [
        DeductionRule(
            gift_kind=GiftKind.SPONSORING,
            line_kind=DONATION,
            is_deductible=True,
            why=Why.DONATION,
            valid_from_on=date(2026, 1, 1),
            valid_until_on=date(2026, 12, 31),
        )
    ]
    for day, expected in (
        (date(2025, 12, 31), False),
        (DAY, True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ):
        ((verdict, _),) = rules.judged(
            GiftKind.SPONSORING, [DONATION], given_on=day, split_beforehand=False, rules=held
        )
        assert verdict is expected


@given(cents=st.integers(-(10**9), 10**9), weights=st.lists(st.integers(0, 10**7), min_size=1, max_size=6))
def test_shares_add_up_to_the_cent_and_none_is_a_cent_off(cents: int, weights: list[int]) -> None:
    if not sum(weights):
        weights = [1, *weights]
    parts = shared(cents, weights)
    assert sum(parts) == cents
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - cents * weight) < sum(weights)


@given(
    lines=st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 10**6)), min_size=1, max_size=5),
    cents=st.integers(1, 10**7),
)
def test_no_line_ever_goes_below_nought(lines: list[tuple[int, int]], cents: int) -> None:
    standing = [stands for _, stands in lines]
    came = rules.allotted(cents, lines)
    assert sum(came) == cents
    assert min(came) >= 0
    back = min(cents, sum(standing))
    if back:
        went = rules.allotted(-back, lines)
        assert sum(went) == -back
        assert all(stands + part >= 0 for stands, part in zip(standing, went, strict=True))


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_nothing_counts_in_a_closed_month(booked: date, closed: date) -> None:
    closed = rules.last_of_month(closed)
    counted = rules.accounted_on(booked, closed_until=closed, today=date(2026, 11, 26))
    assert counted > closed
    assert counted >= booked
    assert booked <= closed or counted == booked


def test_the_sign_of_each_movement() -> None:
    for kind in EntryKind:
        assert rules.has_right_sign(kind, 0) is False
        assert rules.has_right_sign(kind, 5) is (kind in {EntryKind.RECEIPT, EntryKind.CORRECTION})
        assert rules.has_right_sign(kind, -5) is (kind is not EntryKind.RECEIPT)


@pytest.mark.parametrize(
    ("cents", "text"), [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (-1234, "-12.34"), (10**9, "10000000.00")]
)
def test_an_amount_is_written_exactly(cents: int, text: str) -> None:
    assert exact(cents) == text


@given(st.integers(0, 10**10 - 1))
def test_a_structured_communication_is_read_back_however_it_is_written(number: int) -> None:
    made = StructuredCommunication.of(number)
    digits = made.digits
    for text in (
        str(made),
        digits,
        f"***{digits[:3]}/{digits[3:7]}/{digits[7:]}***",
        f" {digits[:3]} {digits[3:7]} {digits[7:]}",
    ):
        assert StructuredCommunication.parse(text) == made
    wrong = f"{digits[:11]}{(int(digits[11]) + 1) % 10}"
    with pytest.raises(Invalid):
        StructuredCommunication.parse(wrong)


@pytest.mark.parametrize("text", ["", "123", "+++000/0000/00000+++", "١٢٣/٤٥٦٧/٨٩٠٠٢", "12345678901a", "1" * 60])
def test_anything_else_is_no_structured_communication(text: str) -> None:
    with pytest.raises(Invalid):
        StructuredCommunication.parse(text)
