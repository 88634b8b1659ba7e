"""Pauses and rhythms: what people declare about how often, and what the gate makes of it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import DDL, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import gate, pace, paces
from crm.consent import service as consent
from crm.consent.model import SERVICE, Act, Channel, NewAct, Refusal, Way
from crm.consent.pace import QUIET_DAYS, Pace, PaceEvent, Rhythm
from crm.consent.tables import PaceEventRow
from crm.people.model import Person
from crm.people.tables import PersonRow
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId
from tests.conftest import NOW

Add = Callable[..., Person]
TODAY = NOW.date()

EVENTS = st.lists(
    st.builds(
        PaceEvent,
        id=st.integers(1, 99),
        person_id=st.just(PersonId(1)),
        channel=st.just(Channel.EMAIL),
        pause_until_on=st.none() | st.dates(date(2026, 11, 24), date(2026, 11, 27)),
        rhythm=st.sampled_from(Rhythm),
        way=st.just(Way.PREFERENCES),
        occurred_at=st.integers(0, 2).map(lambda hours: NOW + timedelta(hours=hours)),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda event: event.id,
)


@given(EVENTS)
def test_words_about_a_pace_give_the_same_whatever_their_order(events: list[PaceEvent]) -> None:
    assert all(pace.standing(order) == pace.standing(events) for order in itertools.permutations(events))
    held = pace.standing(events)
    assert held is not None
    assert held.occurred_at == max(event.occurred_at for event in events)


@given(rhythm=st.sampled_from(Rhythm), days=st.integers(0, 100), is_owed=st.booleans())
def test_the_day_a_page_promises_is_the_day_the_gate_opens(rhythm: Rhythm, days: int, is_owed: bool) -> None:
    declared = Pace(person_id=PersonId(1), channel=Channel.EMAIL, rhythm=rhythm)
    at = NOW + timedelta(days=days)
    promised = pace.next_letter_on(declared, NOW, at.date())
    held = pace.held_back(declared, NOW, at, is_owed=is_owed)
    if is_owed:
        assert held is None
    elif held is not None:
        assert held is Refusal.TOO_OFTEN
        assert promised is not None
    if promised is not None:
        assert pace.held_back(declared, NOW, NOW + (promised - TODAY), is_owed=False) is None


def test_a_letter_that_leaves_every_month_on_one_day_is_never_missed_by_a_february() -> None:
    monthly = Pace(person_id=PersonId(1), channel=Channel.EMAIL, rhythm=Rhythm.MONTHLY)
    sent, later = (
        datetime.fromisoformat("2027-02-01T09:00:30+00:00"),
        datetime.fromisoformat("2027-03-01T09:00:00+00:00"),
    )
    assert pace.held_back(monthly, sent, later, is_owed=False) is None
    assert pace.held_back(monthly, sent, sent + timedelta(days=21), is_owed=False) is Refusal.TOO_OFTEN


@pytest.mark.parametrize(
    ("today", "ends"),
    [
        (date(2026, 11, 25), ("2026-12-25", "2027-01-25", "2027-02-25", "2027-05-25")),
        (date(2026, 12, 31), ("2027-01-31", "2027-02-28", "2027-03-31", "2027-06-30")),
    ],
)
def test_a_pause_ends_on_the_same_day_of_a_later_month(today: date, ends: tuple[str, ...]) -> None:
    assert tuple(end.isoformat() for end in pace.ends_of_pause(today)) == ends


def willing(session: Session, assembly: Assembly, add: Add, email: str = "un@exemple.be") -> Person:
    """Somebody who confirmed the news."""
    person = add(session, email)
    act = NewAct(
        person_id=person.id,
        purpose="news",
        address_key=person.contact_points[0].address_key,
        act=Act.GIVEN,
        way=Way.CONFIRMATION,
        occurred_at=NOW,
    )
    consent.record(session, assembly.sealer, act, at=NOW)
    return person


def declare(
    session: Session, assembly: Assembly, person: Person, *, until: date | None, rhythm: Rhythm, hours: int = 0
) -> bool:
    return paces.declare(
        session,
        assembly.sealer,
        person_id=person.id,
        pause_until_on=until,
        rhythm=rhythm,
        way=Way.PREFERENCES,
        at=NOW + timedelta(hours=hours),
    )


def test_a_pause_holds_letters_back_until_its_day_but_not_what_is_owed_by_law(assembly: Assembly, add: Add) -> None:
    with assembly.database.transaction() as session:
        marie = willing(session, assembly, add)
        until = TODAY + timedelta(days=30)
        assert declare(session, assembly, marie, until=until, rhythm=Rhythm.EVERY_LETTER)
        assert not declare(session, assembly, marie, until=until, rhythm=Rhythm.EVERY_LETTER, hours=1)
        key = marie.contact_points[0].address_key

        def refusal(purpose: str, days: int) -> Refusal | None:
            at = NOW + timedelta(days=days)
            return gate.verdict(session, person_id=marie.id, purpose=purpose, address_key=key, at=at).refusal

        assert [refusal("news", days) for days in (0, 29, 30)] == [Refusal.PAUSED, Refusal.PAUSED, None]
        assert refusal(SERVICE, 0) is None
        assert declare(session, assembly, marie, until=None, rhythm=Rhythm.EVERY_LETTER, hours=2)
        assert refusal("news", 1) is None


def test_a_rhythm_counts_from_its_choice_then_from_each_letter(assembly: Assembly, add: Add) -> None:
    with assembly.database.transaction() as session:
        marie = willing(session, assembly, add)
        declare(session, assembly, marie, until=None, rhythm=Rhythm.MONTHLY)
        quiet = QUIET_DAYS[Rhythm.MONTHLY]
        assert quiet is not None

        def next_letter(days: int) -> date | None:
            return paces.next_letter_of(session, marie.id, NOW + timedelta(days=days))

        assert next_letter(0) == TODAY + timedelta(days=quiet + 1)
        assert next_letter(quiet + 1) is None
        everybody = select(PersonRow.id)
        paces.note_letters(session, everybody, at=NOW + timedelta(days=quiet + 1))
        assert next_letter(quiet + 1) == TODAY + timedelta(days=2 * (quiet + 1))
        declare(session, assembly, marie, until=None, rhythm=Rhythm.QUARTERLY, hours=24 * (quiet + 2))
        assert next_letter(quiet + 2) == TODAY + timedelta(days=quiet + 1 + 90)


def test_a_pause_of_more_than_a_year_is_refused_and_nothing_is_written(assembly: Assembly, add: Add) -> None:
    with assembly.database.transaction() as session:
        marie = willing(session, assembly, add)
        with pytest.raises(Invalid, match="more than a year"):
            declare(session, assembly, marie, until=TODAY + timedelta(days=367), rhythm=Rhythm.EVERY_LETTER)
        assert paces.latest_events_of(session, marie.id, before=None, size=9) == ()


def test_words_about_a_pace_only_grow_and_a_changed_one_is_found(assembly: Assembly, add: Add) -> None:
    with assembly.database.transaction() as session:
        marie = willing(session, assembly, add)
        declare(session, assembly, marie, until=None, rhythm=Rhythm.MONTHLY)
        assert list(paces.damaged(session, assembly.sealer)) == []
    change = update(PaceEventRow).values(rhythm=Rhythm.EVERY_LETTER)
    with pytest.raises(DBAPIError, match="only grows"), assembly.database.transaction() as session:
        session.execute(change)
    with assembly.database.transaction() as session:
        is_sqlite = assembly.database.is_sqlite
        session.execute(
            DDL("DROP TRIGGER pace_event_keeps_update" if is_sqlite else "SET LOCAL session_replication_role = replica")  # type: ignore[no-untyped-call]
        )
        session.execute(change)
        session.expire_all()
        number = paces.latest_events_of(session, marie.id, before=None, size=1)[0].id
        assert list(paces.damaged(session, assembly.sealer)) == [number]
        assert paces.drift(session) == 1
        consent.rebuild(session)
        assert paces.drift(session) == 0
