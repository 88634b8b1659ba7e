"""The slots of a cadence fall on the right Belgian day and hour, whatever the clock does."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.values.calendar import brussels
from mailing.composition.model import Cadence, Frequency
from mailing.composition.slots import due_slots, next_slot, slots_after, slots_between

cadences = st.builds(
    Cadence,
    frequency=st.sampled_from(Frequency),
    weekday=st.integers(0, 6),
    at=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    lead_hours=st.integers(0, 336),
)
instants = st.datetimes(datetime(2015, 1, 1), datetime(2050, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is `timezones`


def weekly(weekday: int, at: time, frequency: Frequency = Frequency.WEEKLY, lead_hours: int = 24) -> Cadence:
    return Cadence(frequency=frequency, weekday=weekday, at=at, lead_hours=lead_hours)


@given(cadences, instants)
def test_slots_come_in_order_on_their_weekday_at_their_hour(cadence: Cadence, instant: datetime) -> None:
    found = list(islice(slots_after(cadence, instant), 6))
    assert found == sorted(set(found))
    assert found[0] > instant
    for slot in found:
        local = brussels(slot)
        # Only an hour that the clock skips is shown as another one.
        assert local.time() == cadence.at or cadence.at.hour == 2
        assert local.weekday() == cadence.weekday


@given(cadences, instants)
def test_no_slot_is_lost_or_invented_between_two_looks(cadence: Cadence, instant: datetime) -> None:
    middle, end = instant + timedelta(days=40), instant + timedelta(days=100)
    whole = slots_between(cadence, instant, end)
    assert slots_between(cadence, instant, middle) + slots_between(cadence, middle, end) == whole
    assert next_slot(cadence, instant) == whole[0]


@given(cadences, instants)
def test_slots_keep_their_distance(cadence: Cadence, instant: datetime) -> None:
    days = [brussels(slot).date() for slot in islice(slots_after(cadence, instant), 14)]
    steps = {(b - a).days for a, b in pairwise(days)}
    match cadence.frequency:
        case Frequency.WEEKLY:
            assert steps == {7}
        case Frequency.FORTNIGHTLY:
            assert steps == {14}
            assert all((day - date(2024, 1, 1)).days // 7 % 2 == 0 for day in days)
        case Frequency.MONTHLY:
            assert steps <= {28, 35}
            assert all(day.day <= 7 for day in days)


def test_a_fortnight_does_not_stumble_over_a_year_of_53_weeks() -> None:
    cadence = weekly(1, time(10), Frequency.FORTNIGHTLY)
    days = [brussels(s).date() for s in slots_between(cadence, instant(2026, 12, 20), instant(2027, 1, 31))]
    assert days == [date(2026, 12, 29), date(2027, 1, 12), date(2027, 1, 26)]


@pytest.mark.parametrize(
    ("day", "at", "expected"),
    [
        (datetime(2027, 3, 27, tzinfo=UTC), time(2, 30), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        (datetime(2026, 10, 24, tzinfo=UTC), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (datetime(2027, 3, 27, tzinfo=UTC), time(10), datetime(2027, 3, 28, 8, 0, tzinfo=UTC)),
        (datetime(2026, 10, 24, tzinfo=UTC), time(10), datetime(2026, 10, 25, 9, 0, tzinfo=UTC)),
    ],
)
def test_the_sundays_on_which_the_clock_jumps(day: datetime, at: time, expected: datetime) -> None:
    assert next_slot(weekly(6, at), day) == expected


@given(cadences, instants, st.integers(0, 400))
def test_only_the_newest_due_slot_is_proposed(cadence: Cadence, after: datetime, days: int) -> None:
    now = after + timedelta(days=days)
    found = due_slots(cadence, after=after, now=now)
    whole = slots_between(cadence, after, now + timedelta(hours=cadence.lead_hours))
    assert (*found.missed, *filter(None, [found.propose])) == whole
    if found.propose:
        assert next_slot(cadence, found.propose) > now + timedelta(hours=cadence.lead_hours)


def test_after_a_very_long_sleep_only_the_last_missed_slots_are_written_down() -> None:
    found = due_slots(weekly(0, time(10)), after=instant(2016, 1, 1), now=instant(2026, 1, 1))
    assert len(found.missed) == 60


def instant(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)
