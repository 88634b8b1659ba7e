"""Whom many arrivals may be: all that one of their strong keys leads to, with what an arrival is compared to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from crm.foundation.signing import AddressHasher
from crm.people import link_store, settling_store, store
from crm.people.arrivals import UNDATED, Arrival, Known, Noted, noted_text
from crm.people.at_home import bears_just_that_name
from crm.people.contacts import phone_key
from crm.people.keys import KeyKind
from crm.people.model import ContactKind, DifferenceState, PersonKind
from crm.people.rules import FORMER_NUMBER
from crm.values.address_key import dedupe_key
from crm.values.identifiers import PersonId

STANDS_FOR = timedelta(days=365)
"""So long does a colleague's word that somebody lives answer whoever says that they died, and not when."""


def candidates(
    session: Session,
    addresses: AddressHasher,
    arrivals: Sequence[Arrival],
    *,
    at_home: Collection[int] = (),
    at: datetime | None = None,
) -> list[tuple[Known, ...]]:
    """For each arrival all whom one of its strong keys leads to; a fixed number of queries for all of them.

    `at`: when they arrive (see `known_of`). `at_home`: places of arrivals who have no other key than their name and
    letter box; whoever lives there is one too. Of all others who bears just that name there.
    """
    own_keys = [_keys(addresses, arrival) for arrival in arrivals]
    by_address = settling_store.ids_by_address(session, {key for several in own_keys for key in several})
    by_external = settling_store.ids_by_external(
        session, {(x.system, x.value) for a in arrivals for x in a.external_ids}
    )
    numbers = {a.number for a in arrivals if a.member_number}
    by_number = store.ids_of_numbers(session, numbers)
    by_name = settling_store.ids_by_organisation(session, {a.organisation_key for a in arrivals} - {""})
    enterprises = {a.enterprise_number for a in arrivals} - {""}
    by_enterprise = link_store.known_by(session, {(KeyKind.ENTERPRISE, one) for one in enterprises})
    was_enterprise = settling_store.merged_by_enterprise(session, enterprises)
    merged = {person_id for several in was_enterprise.values() for person_id in several}
    living = _living(session, {*by_external.values(), *by_number.values(), *merged})
    found: list[set[int]] = []
    for arrival, several in zip(arrivals, own_keys, strict=True):
        ids = {person_id for key in several for person_id in by_address.get(key, ())}
        for one in arrival.external_ids:
            if (person_id := by_external.get((one.system, one.value))) is not None:
                ids |= living[person_id]
        if (person_id := by_number.get(arrival.number)) is not None:
            ids |= living[person_id]
        ids |= set(by_enterprise.get((KeyKind.ENTERPRISE, arrival.enterprise_number), ()))
        for person_id in was_enterprise.get(arrival.enterprise_number, ()):
            ids |= living[person_id]
        found.append(ids | set(by_name.get(arrival.organisation_key, ())))
    boxes = {
        place: dedupe_key(one.address)
        for place, one in enumerate(arrivals)
        if one.address is not None and (place in at_home or (one.first_name and one.last_name))
    }
    living_at = settling_store.ids_by_letter_box(session, set(boxes.values()))
    known = known_of(session, set().union(*found, *living_at.values()), at=at)
    for place, box in boxes.items():
        there = [person_id for person_id in living_at.get(box, ()) if PersonId(person_id) in known]
        is_any, who = place in at_home, arrivals[place]
        found[place] |= {i for i in there if is_any or bears_just_that_name(who, known[PersonId(i)])}
    return [tuple(known[PersonId(i)] for i in sorted(ids) if PersonId(i) in known) for ids in found]


def known_of(session: Session, person_ids: Collection[int], *, at: datetime | None = None) -> dict[PersonId, Known]:
    """Those people with all that an arrival is compared to.

    Who was said to be alive may have died since: a year after that, a death without its day is news again at `at`.
    """
    if not person_ids:
        return {}
    people = store.load(session, person_ids)
    emails: dict[int, set[str]] = {}
    phones: dict[int, set[str]] = {}
    for person_id, kind, value, _ended in settling_store.values_of(session, person_ids):
        if kind == ContactKind.EMAIL:
            emails.setdefault(person_id, set()).add(value.casefold())
        else:
            phones.setdefault(person_id, set()).add(value)
    boxes: dict[int, set[str]] = {}
    homes: dict[int, set[str]] = {}
    for person_id, key, ended in settling_store.letter_boxes_of(session, person_ids):
        boxes.setdefault(person_id, set()).add(key)
        if not ended:
            homes.setdefault(person_id, set()).add(key)
    external: dict[int, set[tuple[str, str]]] = {}
    for person_id, system, text in settling_store.external_ids_of(session, person_ids):
        external.setdefault(person_id, set()).add((system, text))
    numbers = settling_store.merged_numbers_of(session, person_ids)
    bodies = [one for one, person in people.items() if person.kind is PersonKind.ORGANISATION]
    enterprises = settling_store.merged_numbers_of(session, bodies, of_enterprise=True)
    noted: dict[int, set[Noted]] = {}
    for one in settling_store.noted_of(session, person_ids):
        if _is_old(one, at):
            continue
        noted.setdefault(one.person_id, set()).add(
            Noted(
                field=one.field,
                said=noted_text(one.field, one.said),
                held=str(one.held.get("text", "")),
                source=one.source,
                is_open=one.state is DifferenceState.OPEN,
            )
        )
    return {
        person_id: Known(
            person=person,
            numbers=frozenset(numbers.get(person_id, ())) | _former(external.get(person_id, ())),
            enterprise_numbers=frozenset(enterprises.get(person_id, ())),
            letter_boxes=frozenset(boxes.get(person_id, ())),
            homes=frozenset(homes.get(person_id, ())),
            has_address=person_id in homes,
            external_ids=frozenset(external.get(person_id, ())),
            emails=frozenset(emails.get(person_id, ())),
            phones=frozenset(phones.get(person_id, ())),
            noted=frozenset(noted.get(person_id, ())),
        )
        for person_id, person in people.items()
    }


def _is_old(noted: Any, at: datetime | None) -> bool:
    is_undated = noted.field == "deceased_on" and noted.said.get("text") == UNDATED
    return is_undated and at is not None and noted.decided_at is not None and noted.decided_at <= at - STANDS_FOR


def _former(external: Iterable[tuple[str, str]]) -> frozenset[str]:
    return frozenset(value for system, value in external if system == FORMER_NUMBER)


def _keys(addresses: AddressHasher, arrival: Arrival) -> list[str]:
    emails = [addresses.key_of(email.normal) for email in arrival.emails]
    return emails + [phone_key(addresses, phone) for phone in arrival.phones]


def _living(session: Session, person_ids: Collection[int]) -> dict[int, set[int]]:
    """Who those people are today; nobody for one who is no more."""
    merged = settling_store.merged_of(session, person_ids)
    found = {person_id: {person_id} for person_id in person_ids}
    for person_id in merged:  # a handful: keys follow a merge, only numbers stay behind
        survivor = store.survivor(session, person_id)
        found[person_id] = set() if survivor is None else {survivor}
    return found
