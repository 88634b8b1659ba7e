"""The door of people: add, find, list, correct, and record that someone has died."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from crm.contracts.person_page import Look
from crm.foundation.signing import AddressHasher
from crm.people import contact_store, contacts, keys, link_store, search, store
from crm.people.errors import MemberNumberTaken, PersonMissing, TooYoung
from crm.people.model import (
    Called,
    ContactPoint,
    Deliverability,
    NewPerson,
    OrganisationKind,
    PeoplePage,
    Person,
    Title,
)
from crm.people.rules import is_ours, single_spaced, tidy_name, tidy_organisation, typed_number
from crm.values import enterprise_number as enterprises
from crm.values.ages import is_too_young
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import ContactPointId, PersonId
from crm.values.languages import Language

__all__ = ["tidy_name"]

LOOKED_AT = "crm.people"
"""Under which a look knows its person."""


def add(session: Session, addresses: AddressHasher, new: NewPerson, *, at: datetime) -> Person:
    """Writes a new person with what is known of them, whoever else may have the same address.

    Raises `Invalid` for a name that is none, `TooYoung`, `MemberNumberTaken`, `ExternalIdTaken`.
    """
    if is_too_young(new.birth_on, brussels_day(at)):
        raise TooYoung
    tidy = _tidy(new)
    if tidy.member_number and store.id_of_number(session, tidy.member_number) is not None:
        raise MemberNumberTaken
    person_id = PersonId(store.insert(session, tidy, at))
    search.refresh(session, [person_id])
    facts: dict[str, Any] = {"person_id": person_id, "source": tidy.source, "at": at}
    if tidy.email is not None:
        contacts.add_email(session, addresses, tidy.email, **facts)
    if tidy.phone is not None:
        contacts.add_phone(session, addresses, tidy.phone, **facts)
    if tidy.address is not None:
        contacts.add_address(session, addresses, tidy.address, **facts)
    for external in tidy.external_ids:
        link_store.add_external_id(session, person_id, external)
    keys.refresh(session, [person_id])
    return _get(session, person_id)


def find_person(session: Session, person_id: PersonId) -> Person | None:
    """That person, merged or not, or None."""
    return store.load(session, (person_id,)).get(person_id)


def looked_at(session: Session, look: Look) -> Person | None:
    """Whom a page is about, read once for all of its panels."""
    if LOOKED_AT not in look.known:
        look.known[LOOKED_AT] = find_person(session, look.person_id)
    found = look.known[LOOKED_AT]
    return found if isinstance(found, Person) else None


def called(session: Session, person_ids: Collection[PersonId]) -> dict[PersonId, Called]:
    """What those people are called, merged or not, in one query; who does not exist is left out."""
    return store.called(session, person_ids)


def people(session: Session, person_ids: Collection[PersonId]) -> dict[PersonId, Person]:
    """Those people, merged or not, in two queries; who does not exist is left out."""
    return store.load(session, person_ids)


def find_survivor(session: Session, person_id: PersonId) -> Person | None:
    """Who that person is today: themself, or whom they were merged into. None where nobody ever had that number."""
    living = store.survivor(session, person_id)
    return None if living is None else find_person(session, PersonId(living))


def records_of(session: Session, person_id: PersonId) -> tuple[PersonId, ...]:
    """The number of that person and those of every record merged into them: what a ledger says of any is theirs."""
    return tuple(PersonId(one) for one in store.records_of(session, person_id))


def held(session: Session, person_id: PersonId) -> PersonId:
    """Who that person is today, held until the transaction ends: a merge of them waits for what is written of them."""
    return PersonId(store.hold_living(session, person_id))


def survivors(session: Session, person_ids: Collection[PersonId]) -> dict[PersonId, PersonId]:
    """Of each, who they are today; a query for each step of a merge, however many. Who is nobody is left out."""
    found = store.survivors(session, person_ids)
    return {PersonId(one): PersonId(living) for one, living in found.items()}


def find_member(session: Session, number: str) -> Person | None:
    """Who has that member number today (typed with any spaces or dots), following merges; None where nobody does."""
    person_id = store.id_of_number(session, typed_number(number))
    return None if person_id is None else find_survivor(session, PersonId(person_id))


def find_external(session: Session, system: str, value: str) -> Person | None:
    """Whom another system calls so, following merges; None where nobody is."""
    person_id = link_store.person_of_external_id(session, system, value)
    return None if person_id is None else find_survivor(session, PersonId(person_id))


def find_contact_point(session: Session, contact_point_id: ContactPointId) -> ContactPoint | None:
    """That way to reach somebody, or None."""
    return contact_store.find_point(session, contact_point_id)


def people_at(session: Session, address_key: str) -> tuple[Person, ...]:
    """Everybody who has that address (a shared mailbox has several), longest known first; nobody merged."""
    ids = store.ids_at(session, address_key)
    people = store.load(session, ids)
    return tuple(people[PersonId(person_id)] for person_id in ids)


def find_members(session: Session, numbers: Collection[str]) -> dict[str, PersonId]:
    """Who has each of those member numbers today (as `typed_number` reads them); one that nobody has is left out."""
    had = store.ids_of_numbers(session, numbers)
    living = store.survivors(session, set(had.values()))
    return {number: PersonId(living[one]) for number, one in had.items() if one in living}


def find_at(session: Session, address_keys: Collection[str]) -> dict[str, tuple[PersonId, ...]]:
    """Everybody who has each of those addresses, longest known first; one that nobody has is left out."""
    found: dict[str, tuple[PersonId, ...]] = {}
    for key, person_id in store.ids_at_all(session, address_keys):
        found[key] = (*found.get(key, ()), PersonId(person_id))
    return found


def page(session: Session, *, after: PersonId | None = None, size: int = 50) -> PeoplePage:
    """A page of everybody, newest first (whom one looks for, `search.find` finds)."""
    return store.page(session, after=after, size=size)


def edit(
    session: Session,
    person_id: PersonId,
    *,
    first_name: str | None = None,
    last_name: str | None = None,
    language: Language | None = None,
    title: Title | None = None,
    greeting: str | None = None,
    organisation_name: str | None = None,
    organisation_kind: OrganisationKind | None = None,
    enterprise_number: str | None = None,
) -> frozenset[str]:
    """Corrects what is given and leaves the rest; the names of what changed. Raises `PersonMissing`, `Invalid`.

    An empty `greeting` lets it be computed again; an empty `enterprise_number` takes it away.
    """
    wanted: dict[str, Any] = {
        "first_name": None if first_name is None else tidy_name(first_name, field="first_name"),
        "last_name": None if last_name is None else tidy_name(last_name, field="last_name"),
        "language": language,
        "title": title,
        "greeting": None if greeting is None else _tidy_greeting(greeting),
        "organisation_name": None if organisation_name is None else tidy_organisation(organisation_name),
        "organisation_kind": organisation_kind,
        "enterprise_number": None if enterprise_number is None else enterprises.read(enterprise_number),
    }
    return _change(session, person_id, {name: value for name, value in wanted.items() if value is not None})


def set_birth(session: Session, person_id: PersonId, birth_on: date | None, *, today: date) -> bool:
    """Writes or forgets a day of birth; True if it changed.

    Raises `Invalid` for one to come or beyond 120 years, `TooYoung` for a child's that was not held already.
    """
    if birth_on is not None and not (date(today.year - 120, 1, 1) <= birth_on <= today):
        raise Invalid("a day of birth lies in the past 120 years", field="birth_on")
    if is_too_young(birth_on, today) and _get(session, person_id).birth_on != birth_on:
        raise TooYoung
    return bool(_change(session, person_id, {"birth_on": birth_on}))


def record_death(session: Session, person_id: PersonId, *, died_on: date | None, at: datetime) -> bool:
    """Notes that someone has died: nothing is written to them ever again, and nothing of theirs is lost.

    `died_on` may be unknown. True if it was not noted already. Raises `Invalid` for a day to come.
    """
    if died_on is not None and died_on > brussels_day(at):
        raise Invalid("a day of death lies in the past", field="died_on")
    person = _get(session, person_id)
    if person.is_deceased and (died_on is None or died_on == person.deceased_on):
        return False
    store.change(
        session, person_id, {"deceased_on": died_on, "deceased_recorded_at": person.deceased_recorded_at or at}
    )
    return True


def retract_death(session: Session, person_id: PersonId) -> bool:
    """Takes back a death noted by mistake; True if one was noted."""
    return bool(_change(session, person_id, {"deceased_on": None, "deceased_recorded_at": None}))


def mark_deliverability(session: Session, address_key: str, deliverability: Deliverability) -> int:
    """What experience says of an address, for everybody who has it; how many contact points changed."""
    return contact_store.set_deliverability(session, address_key, deliverability)


def _change(session: Session, person_id: PersonId, wanted: Mapping[str, Any]) -> frozenset[str]:
    person = _get(session, person_id)
    changed = {name: value for name, value in wanted.items() if value != getattr(person, name)}
    if changed:
        store.change(session, person_id, changed)
        keys.refresh(session, [person_id])
        search.refresh(session, [person_id])
    return frozenset(changed)


def _get(session: Session, person_id: PersonId) -> Person:
    person = find_person(session, person_id)
    if person is None:
        raise PersonMissing
    return person


def _tidy_greeting(text: str) -> str:
    greeting = single_spaced(text)
    if len(greeting) > 200 or any(c in "<>{}" for c in greeting):
        raise Invalid("a greeting is one short line of words", field="greeting")
    return greeting


def _tidy(new: NewPerson) -> NewPerson:
    number = typed_number(new.member_number)
    if len(number) > 20 or is_ours(number):
        raise Invalid("a member number from elsewhere may not look like one of ours", field="member_number")
    return replace(
        new,
        first_name=tidy_name(new.first_name, field="first_name"),
        last_name=tidy_name(new.last_name, field="last_name"),
        organisation_name=tidy_organisation(new.organisation_name),
        enterprise_number=enterprises.read(new.enterprise_number),
        member_number=number,
    )
