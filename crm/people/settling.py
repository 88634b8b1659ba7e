"""The door for many arrivals at once: whom they may be, write what is new of them, take it back."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from crm.foundation.signing import AddressHasher
from crm.people import keys, newcomers, returned, settling_store, store
from crm.people.arrivals import Arrival, Known, Landing, Noted, Verdict
from crm.people.contacts import phone_key, post_key
from crm.people.model import ContactKind, Deliverability, OrganisationKind, Person, Title, Usage
from crm.people.rules import ALWAYS, SAME_BOX
from crm.values.address_key import dedupe_key
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress

FIELDS = (
    "first_name",
    "last_name",
    "organisation_name",
    "organisation_kind",
    "enterprise_number",
    "title",
    "language",
    "birth_on",
    "member_number",
    "greeting",
    "deceased_on",
    "deceased_recorded_at",
)
"""What is compared when somebody who was added is to be taken back."""
POINT_PARTS = ("kind", "value", "usage", *ALWAYS)
ADDRESS_PARTS = (*PostalAddress.__slots__, "usage", *ALWAYS)
"""What a colleague may change of a way to reach somebody, beside which is preferred; `mark` makes it comparable."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """One thing that was written for an arrival, and what was there before."""

    what: str
    target_id: int
    person_id: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """Who an arrival is now, and all that was written for it."""

    person_id: PersonId
    written: tuple[Written, ...]


def settle(
    session: Session,
    addresses: AddressHasher,
    arrivals: Mapping[int, tuple[Arrival, Landing]],
    *,
    source: str,
    at: datetime,
    language: Language,
) -> dict[int, Settled]:
    """Writes what is new of each arrival, set-wise, in their order; one in doubt is left out, nothing of it is written.

    `arrivals` are by place, from 1; a landing whose `known` has the id -7 is about the newcomer of place 7.
    `language` is for newcomers who say none.
    """
    stamp = settling_store.stamp(at, source)
    new = [i for i, (_, landing) in arrivals.items() if landing.verdict is Verdict.CREATE]
    ids = settling_store.insert_people(session, [_person_row(arrivals[i][0], language, at) | stamp for i in new])
    person_of: dict[int, int] = dict(zip(new, ids, strict=True))
    written: dict[int, list[Written]] = {i: [] for i in arrivals}
    for i, (_, landing) in arrivals.items():
        if landing.known is not None and landing.doubt is None:
            known_id = landing.known.person.id
            person_of[i] = person_of[-known_id] if known_id < 0 else known_id
    _write_points(session, addresses, arrivals, person_of, written, stamp=stamp)
    _write_addresses(session, addresses, arrivals, person_of, written, stamp=stamp)
    _write_external_ids(session, arrivals, person_of, written)
    _write_fields(session, arrivals, person_of, written)
    _write_differences(session, arrivals, person_of, written, source=source, at=at)
    if ids:
        keys.write_new(session, PersonId(min(ids)), PersonId(max(ids)))
    keys.refresh(session, set(person_of.values()) - set(ids))
    for i in new:
        written[i] = [_as_one(person_of[i], arrivals[i][0], written[i], language, at)]
    newcomers.write_words(session, arrivals, person_of, new)
    return {i: Settled(person_id=PersonId(who), written=tuple(written[i])) for i, who in person_of.items()}


def _person_row(arrival: Arrival, language: Language, at: datetime) -> dict[str, Any]:
    return {
        "kind": arrival.kind,
        "first_name": arrival.first_name,
        "last_name": arrival.last_name,
        "organisation_name": arrival.organisation_name,
        "organisation_kind": arrival.organisation_kind,
        "enterprise_number": arrival.enterprise_number,
        **store.compared(arrival.first_name, arrival.last_name, arrival.organisation_name),
        "title": arrival.title,
        "language": arrival.tongue(language),
        "birth_on": arrival.birth_on,
        "member_number": arrival.number or None,
        "deceased_on": arrival.died_on if arrival.died else None,
        "deceased_recorded_at": at if arrival.died else None,
    }


def _write_points(
    session: Session,
    addresses: AddressHasher,
    arrivals: Mapping[int, tuple[Arrival, Landing]],
    person_of: Mapping[int, int],
    written: dict[int, list[Written]],
    *,
    stamp: Mapping[str, Any],
) -> None:
    rows: list[dict[str, Any]] = []
    owners: list[int] = []
    preferred: set[tuple[int, ContactKind]] = set()
    for i, (_, landing) in arrivals.items():
        if i not in person_of:
            continue
        wanted = [(ContactKind.EMAIL, email.text, addresses.key_of(email.normal)) for email in landing.emails]
        wanted += [(ContactKind.PHONE, phone.e164, phone_key(addresses, phone)) for phone in landing.phones]
        for kind, value, key in wanted:
            has_one = landing.known is not None and bool(_living_points(landing.known.person, kind))
            is_first = not has_one and (person_of[i], kind) not in preferred
            preferred.add((person_of[i], kind))
            owners.append(i)
            rows.append(
                {
                    "person_id": person_of[i],
                    "kind": kind,
                    "value": value,
                    "address_key": key,
                    "is_primary": is_first,
                    "usage": Usage.HOME,
                    **ALWAYS,
                    "deliverability": Deliverability.LIVE,
                    "failures": 0,
                    "ended_at": None,
                    **stamp,
                }
            )
    for i, row, row_id in zip(owners, rows, settling_store.insert_points(session, rows), strict=True):
        after = {"address_key": row["address_key"], "mark": mark([row[part] for part in POINT_PARTS])}
        written[i].append(_new("point", row_id, person_of[i], after | {"preferred": row["is_primary"]}))


def _write_addresses(
    session: Session,
    addresses: AddressHasher,
    arrivals: Mapping[int, tuple[Arrival, Landing]],
    person_of: Mapping[int, int],
    written: dict[int, list[Written]],
    *,
    stamp: Mapping[str, Any],
) -> None:
    owners = [i for i, (_, landing) in arrivals.items() if i in person_of and landing.address is not None]
    rows: list[dict[str, Any]] = []
    wanted = {i: address for i in owners if (address := arrivals[i][1].address) is not None}
    boxes = returned.boxes(session, {dedupe_key(address) for address in wanted.values()})
    for i, address in wanted.items():
        known = boxes.get(dedupe_key(address))
        rows.append(
            {
                "person_id": person_of[i],
                **{name: getattr(address, name) for name in type(address).__slots__},
                "usage": Usage.HOME,
                "is_primary": True,
                "dedupe_key": dedupe_key(address),
                "address_key": post_key(addresses, address),
                **ALWAYS,
                "deliverability": known.deliverability if known else Deliverability.LIVE,
                "failures": known.failures if known else 0,
                "ended_at": None,
                **stamp,
            }
        )
    failures = []
    for i, row, row_id in zip(owners, rows, settling_store.insert_addresses(session, rows), strict=True):
        after = {"dedupe_key": row["dedupe_key"], "preferred": row["is_primary"]}
        after["mark"] = mark([row[part] for part in ADDRESS_PARTS])
        if known := boxes.get(row["dedupe_key"]):
            after |= {"deliverability": known.deliverability.value, "failures": known.failures}
            told = {"person_id": person_of[i], "postal_address_id": row_id, "reason": known.reason}
            failures.append(told | {"source": SAME_BOX, "at": stamp["created_at"], "contact_point_id": None})
        written[i].append(_new("address", row_id, person_of[i], after))
    settling_store.insert_failures(session, failures)


def _write_external_ids(
    session: Session,
    arrivals: Mapping[int, tuple[Arrival, Landing]],
    person_of: Mapping[int, int],
    written: dict[int, list[Written]],
) -> None:
    pairs = [(i, one) for i, (_, landing) in arrivals.items() if i in person_of for one in landing.external_ids]
    rows = [{"person_id": person_of[i], "system": one.system, "value": one.value} for i, one in pairs]
    for (i, one), row_id in zip(pairs, settling_store.insert_external_ids(session, rows), strict=True):
        written[i].append(_new("external-id", row_id, person_of[i], {"system": one.system}))


def _write_fields(
    session: Session,
    arrivals: Mapping[int, tuple[Arrival, Landing]],
    person_of: Mapping[int, int],
    written: dict[int, list[Written]],
) -> None:
    changes = []
    for i, (_, landing) in arrivals.items():
        if i not in person_of or not landing.fields or landing.known is None:
            continue
        person, after = landing.known.person, dict(landing.fields)
        names = {**{n: getattr(person, n) for n in ("first_name", "last_name", "organisation_name")}, **after}
        change: dict[str, Any] = {"id": person_of[i], **after}
        change |= store.compared(names["first_name"], names["last_name"], names["organisation_name"])
        if "birth_on" in change:
            change["birth_on"] = date.fromisoformat(change["birth_on"])
        changes.append(change)
        before = dict.fromkeys(after, "")
        written[i].append(
            Written(what="field", target_id=person_of[i], person_id=person_of[i], before=before, after=after)
        )
    settling_store.update_people(session, changes)


def _write_differences(
    session: Session,
    arrivals: Mapping[int, tuple[Arrival, Landing]],
    person_of: Mapping[int, int],
    written: dict[int, list[Written]],
    *,
    source: str,
    at: datetime,
) -> None:
    pairs = [(i, one) for i, (_, landing) in arrivals.items() if i in person_of for one in landing.differences]
    rows = [
        {
            "person_id": person_of[i],
            "field": one.field,
            "held": {"text": one.held},
            "said": one.as_noted,
            "source": source,
            "said_at": at,
        }
        for i, one in pairs
    ]
    for (i, one), row_id in zip(pairs, settling_store.insert_differences(session, rows), strict=True):
        written[i].append(_new("difference", row_id, person_of[i], {"field": one.field}))


def _as_one(person_id: int, arrival: Arrival, parts: Iterable[Written], language: Language, at: datetime) -> Written:
    """A newcomer is one thing that was written: they come whole, and are taken back whole."""
    kept: dict[str, list[int]] = {"point": [], "address": [], "external-id": []}
    ways = []
    for part in parts:
        kept[part.what].append(part.target_id)
        ways += [(part.after["mark"], part.after["preferred"])] if "mark" in part.after else []
    after: dict[str, Any] = {name: ids for name, ids in kept.items() if ids}
    after |= {"mark": mark(sorted(ways))} if ways else {}
    row = _person_row(arrival, language, at)
    after |= {
        name: row[name].isoformat() if isinstance(row[name], date) else str(row[name])
        for name in FIELDS
        if row.get(name)
    }
    return _new("person", person_id, person_id, after)


def mark(parts: Iterable[Any]) -> str:
    """A few letters that are the same for the same parts: enough to see that somebody changed one."""
    said = "\x1f".join("" if part is None else str(part) for part in parts)
    return hashlib.blake2b(said.encode(), digest_size=6).hexdigest()


def _new(what: str, target_id: int, person_id: int, after: Mapping[str, Any]) -> Written:
    return Written(what=what, target_id=target_id, person_id=person_id, before={}, after=after)


def _living_points(person: Person, kind: ContactKind) -> tuple[Any, ...]:
    return person.emails if kind is ContactKind.EMAIL else person.phones


def emails_after(session: Session, after: int, limit: int) -> list[tuple[int, str, str]]:
    """A page of all e-mail addresses we know, by their ids: id, address, address key."""
    return settling_store.emails_after(session, after, limit)


def emails_at(session: Session, address_keys: Collection[str]) -> list[tuple[str, str]]:
    """The e-mail addresses in use under those keys: address, address key."""
    return settling_store.emails_at(session, address_keys)


def imagined(arrival: Arrival, place: int, language: Language, at: datetime) -> Person:
    """A newcomer before they are written: their id is the negative of the place their row has."""
    return Person(
        id=PersonId(-place),
        kind=arrival.kind,
        first_name=arrival.first_name,
        last_name=arrival.last_name,
        organisation_name=arrival.organisation_name,
        organisation_kind=arrival.organisation_kind,
        enterprise_number=arrival.enterprise_number,
        title=arrival.title,
        language=arrival.tongue(language),
        birth_on=arrival.birth_on,
        member_number=arrival.number,
        deceased_on=arrival.died_on if arrival.died else None,
        deceased_recorded_at=at if arrival.died else None,
        source="",
        created_at=at,
    )


def enriched(known: Known, landing: Landing) -> Known:
    """Somebody with what a landing adds and notes, for the next row of the same file that is about them."""
    fields: dict[str, Any] = dict(landing.fields)
    if "birth_on" in fields:
        fields["birth_on"] = date.fromisoformat(fields["birth_on"])
    if "title" in fields:
        fields["title"] = Title(fields["title"])
    if "organisation_kind" in fields:
        fields["organisation_kind"] = OrganisationKind(fields["organisation_kind"])
    return replace(
        known,
        emails=known.emails | {email.normal for email in landing.emails},
        phones=known.phones | {phone.e164 for phone in landing.phones},
        letter_boxes=known.letter_boxes | ({dedupe_key(landing.address)} if landing.address else set()),
        homes=known.homes | ({dedupe_key(landing.address)} if landing.address else set()),
        has_address=known.has_address or landing.address is not None,
        external_ids=known.external_ids | {(one.system, one.value) for one in landing.external_ids},
        noted=known.noted | {Noted(field=one.field, said=one.said) for one in landing.differences},
        person=replace(known.person, **fields),
    )
