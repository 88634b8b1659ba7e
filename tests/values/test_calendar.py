"""Belgian days and UTC instants agree, also where the clock jumps."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.values.calendar import brussels, brussels_day, day_span, instant_of


def test_midnight_in_brussels_belongs_to_the_belgian_day() -> None:
    assert brussels_day(datetime(2025, 2, 12, 23, 0, tzinfo=UTC)) == date(2025, 2, 13)


def test_a_time_that_does_not_exist_is_shifted_forward() -> None:
    assert brussels(instant_of(date(2027, 3, 28), time(2, 30))).time() == time(3, 30)


def test_a_time_that_exists_twice_means_the_first() -> None:
    assert instant_of(date(2026, 10, 25), time(2, 30)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        brussels(datetime(2026, 1, 1))  # noqa: DTZ001 - the missing zone is the point


@given(st.dates(date(2000, 1, 1), date(2060, 12, 31)))
def test_days_follow_each_other_without_gap(day: date) -> None:
    start, end = day_span(day)
    assert day_span(day + timedelta(days=1))[0] == end
    assert brussels_day(start) == day
    assert brussels_day(end - timedelta(microseconds=1)) == day


@given(st.dates(date(2000, 1, 1), date(2060, 12, 31)), st.times())
def test_an_hour_outside_the_gap_comes_back_as_it_went(day: date, at: time) -> None:
    back = brussels(instant_of(day, at))
    assert back.date() == day
    assert back.time() == at or at.hour == 2
