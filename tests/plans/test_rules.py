"""A plan is due once a month on its day, whatever happens to it; a mandate that sleeps for three years is over."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.plans import rules
from crm.plans.model import Due, Event, EventKind, Mandate, PlanState, Terms, Version
from crm.values import target_days
from crm.values.identifiers import MandateId, PersonId

BEGIN = date(2026, 1, 31)
THE_31ST = Terms(cents=1000, anchor_day=31, first_month_on=date(2026, 1, 1))
SIGNED = Event(kind=EventKind.SIGN, on=BEGIN)


def of(terms: Terms, on: date = BEGIN) -> Version:
    return Version(effective_on=on, terms=terms)


def months(first: date, last: date) -> list[str]:
    found, month = [], rules.first_of_month(first)
    while month <= last:
        found.append(f"{month:%Y-%m}")
        month = rules.month_after(month)
    return found


def test_the_31st_is_the_last_day_of_every_month_for_twenty_years() -> None:
    end = date(2045, 12, 31)
    due = rules.instalments([of(THE_31ST)], [SIGNED], first_on=BEGIN, last_on=end)
    assert [one.period for one in due] == months(BEGIN, end)
    assert all((one.due_on + timedelta(days=1)).day == 1 for one in due)
    assert Counter(one.due_on.year for one in due) == dict.fromkeys(range(2026, 2046), 12)


@settings(max_examples=6)
@given(seed=st.integers(0, 2**32))
def test_twelve_times_a_year_once_a_month_with_pauses_failures_and_late_banks(seed: int) -> None:
    """Twenty years of a plan on the 31st as the house lives it: a file every few days, a bank that books late.

    What is due within the last days that were not looked at is collected, once a period; what came back is tried again
    under its own period.
    """
    chance, day, end = Random(seed), BEGIN, date(2045, 12, 31)
    events, looked_until = [SIGNED], BEGIN - timedelta(days=1)
    collected: dict[str, int] = {}
    open_again: set[str] = set()
    paused: list[tuple[date, date]] = []
    while day <= end:
        if chance.random() < 0.02 and (not paused or paused[-1][1] <= day):
            until = day + timedelta(days=chance.randrange(1, 90))
            events.append(Event(kind=EventKind.PAUSE, on=day + timedelta(days=1), until_on=until + timedelta(days=1)))
            paused.append((day + timedelta(days=1), until + timedelta(days=1)))
        if chance.random() < 0.1:
            events.append(Event(kind=EventKind.FAILED, on=day))
        for period in sorted(open_again):
            collected[period] += 1
        open_again.clear()
        first = looked_until - timedelta(days=chance.randrange(0, 20))
        for one in rules.instalments([of(THE_31ST)], events, first_on=max(BEGIN, first), last_on=day):
            if one.period not in collected:
                collected[one.period] = 1
                if chance.random() < 0.1:
                    open_again.add(one.period)
            assert target_days.from_day(one.due_on) - one.due_on <= timedelta(days=5)
        looked_until = day
        day += timedelta(days=chance.randrange(1, 9))
    runs = [one for one in months(BEGIN, looked_until) if _last_day(one) <= looked_until]
    expected = [one for one in runs if not any(begin <= _last_day(one) < until for begin, until in paused)]
    assert sorted(collected) == expected
    assert set(collected.values()) <= {1, 2}


def _last_day(period: str) -> date:
    year, month = map(int, period.split("-"))
    return rules.day_in(date(year, month, 1), 31)


def test_terms_are_those_of_the_day_itself_and_a_month_is_asked_once() -> None:
    more = Terms(cents=1500, anchor_day=20, first_month_on=date(2026, 1, 1))
    due = rules.instalments(
        [of(THE_31ST), of(more, date(2026, 4, 10))], [SIGNED], first_on=BEGIN, last_on=date(2026, 5, 31)
    )
    assert [(one.due_on, one.cents) for one in due] == [
        (date(2026, 1, 31), 1000),
        (date(2026, 2, 28), 1000),
        (date(2026, 3, 31), 1000),
        (date(2026, 4, 20), 1500),
        (date(2026, 5, 20), 1500),
    ]
    late = Terms(cents=1500, anchor_day=31, first_month_on=date(2026, 1, 1))
    early = Terms(cents=1000, anchor_day=5, first_month_on=date(2026, 1, 1))
    twice = rules.instalments(
        [of(early, date(2026, 1, 1)), of(late, date(2026, 2, 10))],
        [Event(kind=EventKind.SIGN, on=date(2026, 1, 1))],
        first_on=date(2026, 2, 1),
        last_on=date(2026, 2, 28),
    )
    assert [(one.due_on.day, one.cents) for one in twice] == [(5, 1000)]


@settings(max_examples=50)
@given(
    changes=st.lists(st.tuples(st.integers(1, 700), st.integers(1, 31)), max_size=4), every=st.sampled_from([1, 3, 12])
)
def test_no_instalment_is_lost_when_the_day_changes(changes: list[tuple[int, int]], every: int) -> None:
    """From the 31st to the 5th on the 10th: that month is asked all the same, by the new terms."""
    ordered = sorted({BEGIN + timedelta(days=days): day for days, day in changes}.items())
    terms = Terms(cents=1000, anchor_day=31, first_month_on=date(2026, 1, 1), every_months=every)
    versions = [of(terms), *(of(replace(terms, anchor_day=day), on) for on, day in ordered)]
    due = rules.instalments(versions, [SIGNED], first_on=BEGIN, last_on=date(2028, 12, 31))
    assert [one.period for one in due] == months(BEGIN, date(2028, 12, 31))[::every]
    windows: list[Due] = []
    for period in months(BEGIN, date(2028, 12, 31)):
        first = date.fromisoformat(f"{period}-01")
        last = rules.month_after(first) - timedelta(days=1)
        windows += rules.instalments(versions, [SIGNED], first_on=first, last_on=last)
    assert windows == list(due)


@pytest.mark.parametrize(("every", "expected"), [(3, ["01", "04", "07", "10"]), (6, ["01", "07"]), (12, ["01"])])
def test_a_quarter_a_half_and_a_year_keep_their_months(every: int, expected: list[str]) -> None:
    terms = Terms(cents=6000, anchor_day=31, first_month_on=date(2026, 1, 1), every_months=every)
    due = rules.instalments([of(terms)], [SIGNED], first_on=BEGIN, last_on=date(2026, 12, 31))
    assert [one.period[-2:] for one in due] == expected
    assert sum(one.cents for one in due) == terms.yearly_cents


KINDS = [EventKind.PAUSE, EventKind.RESUME, EventKind.CANCEL, EventKind.REVIVE, EventKind.FAILED]


@given(
    deeds=st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 40), st.none() | st.integers(1, 30)), max_size=8),
    ahead=st.integers(0, 60),
)
def test_what_stands_with_a_plan_is_what_its_events_say(
    deeds: list[tuple[EventKind, int, int | None]], ahead: int
) -> None:
    events, last = [SIGNED], BEGIN
    for kind, days, length in deeds:
        on = last + timedelta(days=days)
        state = rules.state_on(rules.standing(events), on)
        wanted = {
            EventKind.PAUSE: PlanState.ACTIVE,
            EventKind.RESUME: PlanState.PAUSED,
            EventKind.REVIVE: PlanState.ENDED,
        }
        if wanted.get(kind, state) is not state or (kind is EventKind.CANCEL and state is PlanState.ENDED):
            continue
        until = on + timedelta(days=length) if length and kind is EventKind.PAUSE else None
        events.append(Event(kind=kind, on=on, until_on=until))
        last = on
    day = last + timedelta(days=ahead)
    runs = any(begin <= day and (end is None or day < end) for begin, end in rules.stretches(events))
    assert (rules.state_on(rules.standing(events), day) is PlanState.ACTIVE) == runs


def mandate(**facts: object) -> Mandate:
    given = {
        "id": MandateId(1), "person_id": PersonId(1), "reference": "PV1", "holder": "Ana", "tail": "6769", "bic": "",
        "signed_on": date(2023, 2, 28), "proof": "", "source": "", "last_collected_on": None, "ended_on": None,
        "recorded_at": datetime(2026, 1, 1, tzinfo=UTC), "recorded_by": None,
    }  # fmt: skip
    return Mandate(**{**given, **facts})  # type: ignore[arg-type]


def test_a_mandate_lapses_36_months_after_it_last_served() -> None:
    assert rules.lapses_on(mandate()) == date(2026, 2, 28)
    assert rules.is_usable(mandate(), date(2026, 2, 27))
    assert not rules.is_usable(mandate(), date(2026, 2, 28))
    served = mandate(last_collected_on=date(2024, 2, 29))
    assert rules.lapses_on(served) == date(2027, 2, 28)
    assert not rules.is_usable(mandate(), date(2023, 2, 27))
    assert not rules.is_usable(mandate(ended_on=date(2024, 1, 1)), date(2024, 1, 1))
    assert rules.is_usable(mandate(ended_on=date(2024, 1, 1)), date(2023, 12, 31))


@pytest.mark.parametrize(
    ("text", "takes"),
    [("PV260000001", True), ("a" * 35, True), ("a" * 36, False), ("", False), ("deux mots", False), ("é", False),
     ("/a", False), ("a//b", False), ("a/", False), ("(R-1.2):+?'", True)],
)  # fmt: skip
def test_a_reference_is_one_that_banks_take(text: str, takes: bool) -> None:
    assert rules.is_reference(text) is takes


@pytest.mark.parametrize(
    ("facts", "wrong"),
    [({}, ""), ({"cents": 0}, "amount"), ({"cents": 10**8}, "amount"), ({"fee_cents": 1001}, "fee"),
     ({"anchor_day": 32}, "day"), ({"every_months": 4}, "every")],
)  # fmt: skip
def test_terms_that_no_plan_can_have_are_named(facts: dict[str, int], wrong: str) -> None:
    given = {"cents": 1000, "anchor_day": 1, "first_month_on": date(2026, 1, 1), **facts}
    assert rules.is_sound(Terms(**given)) == wrong  # type: ignore[arg-type]


def test_more_in_a_year_is_an_upgrade_whatever_the_rhythm() -> None:
    monthly = Terms(cents=1000, anchor_day=1, first_month_on=date(2026, 1, 1))
    quarterly = Terms(cents=3000, anchor_day=1, first_month_on=date(2026, 1, 1), every_months=3)
    more = Terms(cents=3300, anchor_day=1, first_month_on=date(2026, 1, 1), every_months=3)
    assert [rules.changed(monthly, one) for one in (monthly, quarterly, more)] == [
        None,
        EventKind.CHANGE,
        EventKind.UPGRADE,
    ]
    assert rules.changed(more, monthly) is EventKind.DOWNGRADE


def test_banks_are_closed_at_weekends_and_on_six_days() -> None:
    assert [target_days.easter(year) for year in (2024, 2025, 2026, 2038)] == [
        date(2024, 3, 31),
        date(2025, 4, 20),
        date(2026, 4, 5),
        date(2038, 4, 25),
    ]
    closed = [date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1), date(2026, 12, 25), date(2027, 1, 1)]
    assert not any(target_days.is_open(day) for day in closed)
    assert target_days.from_day(date(2026, 4, 3)) == date(2026, 4, 7)
    assert target_days.after(date(2026, 12, 24), 1) == date(2026, 12, 28)
    assert target_days.is_open(date(2026, 7, 21))
