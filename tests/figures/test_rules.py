"""What is reckoned from figures, and when they are counted anew."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from crm.figures import rules
from crm.figures.model import Count
from tests.conftest import NOW


def test_figures_are_counted_each_hour_less_often_where_that_is_long_and_whenever_somebody_asks() -> None:
    def count(minutes: int, seconds: int, *, is_asked: bool = False) -> Count:
        at = NOW - timedelta(minutes=minutes)
        return Count(counted_at=at, milliseconds=seconds * 1000, is_asked=is_asked)

    assert rules.is_due(None, NOW)
    assert rules.is_due(count(1, 900, is_asked=True), NOW)
    assert [rules.is_due(count(minutes, 1), NOW) for minutes in (59, 60)] == [False, True]
    assert [rules.is_due(count(minutes, 300), NOW) for minutes in (299, 300)] == [False, True]


def test_an_estimate_is_a_years_giving_times_the_years_one_stays() -> None:
    assert rules.lifetime_cents(10_000, 10, 8, 10) == 5_000  # a fifth leaves each year: five years
    assert rules.lifetime_cents(10_000, 10, 99, 100) == 10_000  # a hundred years are ten
    assert rules.lifetime_cents(10_000, 10, 0, 10) == 1_000
    assert rules.lifetime_cents(0, 0, 0, 10) is None
    assert rules.lifetime_cents(100, 1, 0, 0) is None
    assert rules.middle_and_mean([]) == (Fraction(0), Fraction(0))
    assert rules.middle_and_mean([Fraction(1, 10), Fraction(2, 10), Fraction(9, 10)]) == (
        Fraction(1, 5),
        Fraction(2, 5),
    )
    assert rules.share(1, 0) is None


@given(st.lists(st.integers(min_value=1, max_value=10**6), min_size=1, max_size=30))
def test_ginis_index_is_what_two_people_differ_by(cents: list[int]) -> None:
    weighted = sum(place * one for place, one in enumerate(sorted(cents), start=1))
    found = rules.gini(weighted, sum(cents), len(cents))
    apart = sum(abs(one - other) for one in cents for other in cents)
    assert found == Fraction(apart, 2 * len(cents) * sum(cents))
    assert rules.gini(0, 0, 0) is None
