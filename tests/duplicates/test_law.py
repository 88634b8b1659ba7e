"""The law of merging: nothing is lost by any sequence of merges, and undone they leave everything as it was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import paces
from crm.consent import rules as consent_rules
from crm.consent import service as consent
from crm.consent.model import Act, NewAct, Purpose, Way
from crm.consent.policy import EVERYWHERE
from crm.donations import donors
from crm.duplicates import merges, store
from crm.duplicates import service as duplicates
from crm.duplicates.errors import OuterMergeStands
from crm.duplicates.model import Merge
from crm.foundation.columns import Base
from crm.people import contacts, keys, links, recognising, search, settling, taking_back
from crm.people import service as people
from crm.people.arrivals import Arrival, Doubt, land
from crm.people.merging import FIELDS
from crm.people.model import NewPerson, Title
from crm.people.tables import ContactPointRow, PersonRow, PostalAddressRow
from crm.values.email_address import EmailAddress
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from tests.conftest import NOW
from tests.duplicates.holding import Ends, Held
from tests.duplicates.holdings import HOLDINGS

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")
"""Else Hypothesis tells of its own trouble in showing the assembly, and not of what broke the law."""

PEOPLE = 5
RECORDS = {"person_merge", "merge_move", "audit_entry", "segment_stale", "person_changed"}
"""What tells of merges, and that something was written at all: it grows, whatever becomes of them."""

few = settings(
    max_examples=3, phases=[Phase.explicit, Phase.reuse, Phase.generate], suppress_health_check=list(HealthCheck)
)
"""A seed has nothing to shrink."""


def plant(session: Session, assembly: Assembly, chance: Random) -> list[PersonId]:
    """A few people, and what every room may hold of them."""
    ids = []
    for _ in range(PEOPLE):
        new = NewPerson(
            language=chance.choice(list(Language)),
            first_name=chance.choice(["", "Jean", "Jean-Marc", "Marie"]),
            last_name=chance.choice(["", "Dupont", "Dupond"]),
            title=chance.choice(list(Title)),
            birth_on=chance.choice([None, date(1970, 1, 2), date(1971, 2, 1)]),
        )
        ids.append(people.add(session, assembly.addresses, new, at=NOW).id)
    if chance.random() < 0.5:
        people.record_death(session, chance.choice(ids), died_on=None, at=NOW)
    for holding in HOLDINGS:
        holding.plant(session, assembly, chance, ids)
    session.flush()
    if chance.random() < 0.5:
        duplicates.say_distinct(session, assembly.sealer, ids[0], ids[1], by=None, at=NOW)
    duplicates.compare(session, ids, at=NOW)
    return ids


def snapshot(session: Session) -> dict[str, list[Any]]:
    """Every row of every table, but for the records of merging themselves."""
    assert search.drift(session) == 0, "the index of the search follows"
    session.flush()
    return {
        table.name: sorted(map(tuple, session.execute(select(table))), key=repr)
        for table in Base.metadata.sorted_tables
        if table.name not in RECORDS
    }


def join(session: Session, assembly: Assembly, chance: Random) -> Merge | None:
    """Merges two who stand for themselves, with anybody's choice of fields; None where one is left."""
    left = list(session.scalars(select(PersonRow.id).where(PersonRow.merged_into_id.is_(None)).order_by(PersonRow.id)))
    if len(left) < 2:
        return None
    survivor, loser = (PersonId(number) for number in chance.sample(left, 2))
    chosen = {field: chance.choice([survivor, loser]) for field in FIELDS if chance.random() < 0.5}
    return merges.merge(
        session,
        assembly.sealer,
        assembly.pointers,
        survivor_id=survivor,
        loser_id=loser,
        chosen=chosen,
        by=None,
        at=NOW,
    )


def part(session: Session, assembly: Assembly, merge: Merge) -> None:
    merges.undo(session, assembly.sealer, assembly.pointers, merge.id, by=None, at=NOW)


def ends(session: Session) -> Ends:
    """Who everybody is today."""
    everybody = session.scalars(select(PersonRow.id)).all()
    return {one: found.id for one in everybody if (found := people.find_survivor(session, PersonId(one)))}


def united(before: Held, end: Ends) -> Held:
    """What each of today must hold, from what each record held."""
    found: Held = defaultdict(set)
    for person_id, things in before.items():
        found[end[person_id]] |= things
    return found


def acts(session: Session, ids: list[PersonId]) -> dict[int, list[Any]]:
    return {person_id: list(consent.history(session, person_id)) for person_id in ids}


def check(session: Session, ids: list[PersonId], before: Sequence[Held], said: dict[int, list[Any]]) -> None:
    """The law, as things stand."""
    end = ends(session)
    for holding, held in zip(HOLDINGS, before, strict=True):
        now = {one: things for one, things in holding.held(session).items() if end[one] == one}
        assert holding.agrees(now, united(held, end), end), holding.columns
    for low, high in store.distinct_pairs(session):
        assert end[low] == end[high] or duplicates.said_distinct(session, PersonId(end[low]), PersonId(end[high]))
    for one in {end[person_id] for person_id in ids}:
        streams: dict[Any, list[Any]] = defaultdict(list)
        for person_id in (p for p in ids if end[p] == one):
            for event in said[person_id]:
                streams[event.purpose, event.channel, event.address_key].append(event)
        folded = {key: consent_rules.standing(events) for key, events in streams.items()}
        stands = consent.standings(session, PersonId(one))
        assert {(s.purpose, s.channel, s.address_key): (s.event_id, s.act) for s in stands} == {
            key: (event.id, event.act) for key, event in folded.items() if event is not None
        }
        row: Any
        for row in (ContactPointRow, PostalAddressRow):
            chosen = session.scalars(select(row).where(row.person_id == one, row.is_primary)).all()
            kinds = [getattr(way, "kind", "address") for way in chosen]
            assert len(kinds) == len(set(kinds))
            assert all(way.ended_at is None for way in chosen)
        ties = links.ties_of(session, PersonId(one))
        assert all(end[tie.other_id] == tie.other_id and end[tie.person_id] == tie.person_id for tie in ties)
        assert all(tie.person_id != tie.other_id for tie in ties)
    for drift in (keys.drift, consent.drift, paces.drift, donors.drift):
        assert drift(session) == 0, drift.__module__
    dead = {one for one in ids if (found := people.find_person(session, one)) and found.is_deceased}
    assert all(end[one] in dead for one in dead)


def arrive(session: Session, assembly: Assembly, ids: list[PersonId]) -> None:
    """A file names everybody by the number they once had: it lands with who they are today, and is taken back whole."""
    was, end = snapshot(session), ends(session)
    numbers = {one: found.member_number for one, found in people.people(session, ids).items()}
    file = [
        Arrival(member_number=numbers[one], phones=(PhoneNumber.parse(f"0470 99 00 {n:02d}"),))
        for n, one in enumerate(ids)
    ]
    known = recognising.candidates(session, assembly.addresses, file)
    landed = {n: (said, land(said, known[n - 1])) for n, said in enumerate(file, start=1)}
    for n, (_, landing) in landed.items():
        assert landing.known is not None
        assert landing.known.person.id == end[ids[n - 1]]
        assert (landing.doubt is Doubt.DECEASED) == landing.known.person.is_deceased
    settled = settling.settle(session, assembly.addresses, landed, source="import:1", at=NOW, language=Language.FR)
    for one in reversed(settled.values()):  # as a file is undone: what it wrote last goes first
        assert one.person_id == end[one.person_id]
        assert set(taking_back.take_back(session, one.written)) == {None}
    session.expire_all()
    assert snapshot(session) == was


@few
@given(seed=st.integers(0, 2**32))
def test_merges_lose_nothing_and_unwound_they_leave_every_table_as_it_was(assembly: Assembly, seed: int) -> None:
    chance = Random(seed)
    with assembly.database.reading() as session:
        ids = plant(session, assembly, chance)
        before = [holding.held(session) for holding in HOLDINGS]
        said = acts(session, ids)
        done: list[tuple[dict[str, list[Any]], Merge]] = []
        for _ in range(chance.randrange(1, PEOPLE)):
            was = snapshot(session)
            if merge := join(session, assembly, chance):
                done.append((was, merge))
                check(session, ids, before, said)
        for was, merge in reversed(done):
            part(session, assembly, merge)
            assert snapshot(session) == was
            check(session, ids, before, said)


@few
@given(seed=st.integers(0, 2**32))
def test_merges_and_their_undoing_in_any_order_lose_nothing(assembly: Assembly, seed: int) -> None:
    chance = Random(seed)
    with assembly.database.reading() as session:
        ids = plant(session, assembly, chance)
        before = [holding.held(session) for holding in HOLDINGS]
        said, was = acts(session, ids), snapshot(session)
        standing: list[Merge] = []
        for _ in range(8):
            if standing and chance.random() < 0.4:
                merge = chance.choice(standing)
                try:
                    part(session, assembly, merge)
                    standing.remove(merge)
                except OuterMergeStands:
                    assert any(one.loser_id == merge.survivor_id for one in standing)
            elif made := join(session, assembly, chance):
                standing.append(made)
            check(session, ids, before, said)
        arrive(session, assembly, ids)
        while standing:
            merge = chance.choice([one for one in standing if all(s.loser_id != one.survivor_id for s in standing)])
            part(session, assembly, merge)
            standing.remove(merge)
            check(session, ids, before, said)
        assert snapshot(session) == was


@settings(
    max_examples=15, phases=[Phase.explicit, Phase.reuse, Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(seed=st.integers(0, 2**32))
def test_a_no_that_is_said_between_merges_is_heard_of_whom_it_was_said(assembly: Assembly, seed: int) -> None:
    """At an address of their own it is theirs alone; at one they share, or at none, it is theirs at least."""
    chance = Random(seed)
    with assembly.database.reading() as session:
        consent.put_purpose(session, Purpose(code="news", names={}, promises={}, position=1))
        ids, own = [], {}
        for number in range(4):
            new = NewPerson(language=Language.FR, email=EmailAddress.parse(f"p{number}@exemple.be"))
            one = people.add(session, assembly.addresses, new, at=NOW)
            ids.append(one.id)
            own[one.id] = one.contact_points[0].address_key
        shared = assembly.addresses.key_of("foyer@exemple.be")
        for one_id in ids:
            home = EmailAddress.parse("foyer@exemple.be")
            contacts.add_email(session, assembly.addresses, home, person_id=one_id, at=NOW)
            for key in (own[one_id], shared):
                yes = NewAct(
                    person_id=one_id, purpose="news", address_key=key, act=Act.GIVEN, way=Way.WEB, occurred_at=NOW
                )
                consent.record(session, assembly.sealer, yes, at=NOW)
        said: set[tuple[int, str]] = set()
        standing: list[Merge] = []
        for step in range(1, 11):
            at, end = NOW + timedelta(minutes=step), ends(session)
            free = [one for one in standing if all(other.loser_id != one.survivor_id for other in standing)]
            doing = chance.random()
            if doing < 0.4 and len({*end.values()}) > 1:
                survivor, loser = (PersonId(one) for one in chance.sample(sorted({*end.values()}), 2))
                facts: dict[str, Any] = {"survivor_id": survivor, "loser_id": loser, "chosen": {}, "by": None}
                standing.append(merges.merge(session, assembly.sealer, assembly.pointers, at=at, **facts))
            elif doing < 0.6 and free:
                standing.remove(merge := chance.choice(free))
                merges.undo(session, assembly.sealer, assembly.pointers, merge.id, by=None, at=at)
            else:
                one_id = chance.choice(ids)
                key = chance.choice([own[one_id], own[one_id], shared, EVERYWHERE])
                whose = PersonId(end[one_id]) if key == own[one_id] and chance.random() < 0.5 else one_id
                way: dict[str, Any] = {"purpose": "news", "address_key": key, "way": Way.ONE_CLICK}
                consent.withdraw(session, assembly.sealer, person_id=whose, at=at, **way)
                said.add((one_id, key))
        for merge in reversed(standing):
            merges.undo(session, assembly.sealer, assembly.pointers, merge.id, by=None, at=NOW + timedelta(hours=1))
        for one_id in ids:
            heard = {s.address_key for s in consent.standings(session, one_id) if s.act is Act.WITHDRAWN}
            assert heard >= {key for who, key in said if who == one_id}
            assert heard & {*own.values()} == {key for who, key in said if who == one_id} & {*own.values()}
        assert consent.drift(session) == 0
