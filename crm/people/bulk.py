"""Many new people at once, as a generator or a whole file brings them: a few statements for thousands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import Dialect, select
from sqlalchemy.orm import Session

from crm.foundation.bulk import numbers, pour, reserve, turned
from crm.foundation.signing import AddressHasher
from crm.people import contact_store, contacts, keys, search_entries, store
from crm.people.model import ContactKind, Deliverability, NewPerson, Position, Usage
from crm.people.rules import member_number
from crm.people.search_model import Facet
from crm.people.tables import (
    ContactPointRow,
    ExternalIdRow,
    HouseholdMemberRow,
    HouseholdRow,
    PersonRow,
    PersonTagRow,
    PostalAddressRow,
    SearchWordRow,
)
from crm.values.address_key import dedupe_key
from crm.values.folding import folded
from crm.values.identifiers import PersonId, TagId
from crm.values.languages import Language

# fmt: off
_PERSON = (
    "id", "kind", "first_name", "last_name", "organisation_name", "organisation_kind", "enterprise_number",
    "folded_name", "first_sound", "last_sound", "member_number", "title", "greeting",
    "language", "birth_on", "source", "created_at",
)
_POINT = (
    "person_id", "kind", "value", "address_key", "is_primary", "usage", "season_from", "season_until",
    "deliverability", "failures", "source", "created_at",
)
_PARTS = tuple(contact_store.PARTS)
_of_parts = attrgetter(*_PARTS)
_ABODE = (
    "person_id", *_PARTS,
    "usage", "is_primary", "dedupe_key", "address_key", "season_from", "season_until", "deliverability",
    "failures", "source", "created_at",
)
_EXTERNAL = ("person_id", "system", "value")
_WORD = ("facet", "word", "person_id")
# fmt: on


class Arrival(NamedTuple):
    """Somebody new, and since when."""

    new: NewPerson
    at: datetime


class Added(NamedTuple):
    """Whom they became, and the keys under which ledgers know their addresses (empty where they have none)."""

    person_id: PersonId
    email_key: str
    phone_key: str
    post_key: str


class Prepared(NamedTuple):
    """New people as the tables take them: whom they become, and their rows as one kind of database holds them."""

    added: list[Added]
    people: list[Sequence[Any]]
    points: list[Sequence[Any]]
    abodes: list[Sequence[Any]]
    external: list[Sequence[Any]]
    words: list[Sequence[Any]]


def add_many(session: Session, addresses: AddressHasher, arrivals: Sequence[Arrival]) -> list[Added]:
    """Writes new people with what is known of them, and their words in the search index; in the order given.

    Their facts come as the values' own doors made them and are not looked at again; nobody is compared with anybody.
    """
    prepared = prepare(addresses, arrivals, reserve_ids(session, len(arrivals)), session.connection().dialect)
    write(session, prepared)
    return prepared.added


def reserve_ids(session: Session, count: int, *, after: int = 0) -> list[int]:
    """So many numbers for people, beyond `after`: as `foundation.bulk.reserve` keeps them."""
    return reserve(session, PersonRow.__table__, count, after=after)  # type: ignore[arg-type]


def are_free(session: Session, ids: Sequence[int]) -> bool:
    """True where nobody bears any of those numbers."""
    taken = select(PersonRow.id).where(PersonRow.id.in_(numbers(session, ids)))
    return session.scalar(taken.limit(1)) is None


def prepare(addresses: AddressHasher, arrivals: Sequence[Arrival], ids: Sequence[int], dialect: Dialect) -> Prepared:
    """What has to be written for newcomers who get those numbers; needs no database, so that any process can."""
    boxes = [dedupe_key(one.new.address) if one.new.address else "" for one in arrivals]
    hasher = addresses.still()
    added = [_added(hasher, number, one.new) for number, one in zip(ids, arrivals, strict=True)]
    both = list(zip(added, arrivals, strict=True))

    def ready(row: type[Any], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[Sequence[Any]]:
        return list(turned(dialect, row.__table__, columns, rows))

    return Prepared(
        added=added,
        people=ready(PersonRow, _PERSON, (_person(to.person_id, one) for to, one in both)),
        points=ready(ContactPointRow, _POINT, (row for to, one in both for row in _points(to, one))),
        abodes=ready(
            PostalAddressRow,
            _ABODE,
            (_abode(to, one, box) for (to, one), box in zip(both, boxes, strict=True) if box),
        ),
        external=ready(
            ExternalIdRow,
            _EXTERNAL,
            ((to.person_id, e.system, e.value) for to, one in both for e in one.new.external_ids),
        ),
        words=ready(SearchWordRow, _WORD, sorted({row for to, one in both for row in _words(to.person_id, one.new)})),
    )


def write(session: Session, prepared: Prepared) -> None:
    """Writes what was prepared, under numbers that this transaction has reserved."""
    for row, columns, rows in (
        (PersonRow, _PERSON, prepared.people),
        (ContactPointRow, _POINT, prepared.points),
        (PostalAddressRow, _ABODE, prepared.abodes),
        (ExternalIdRow, _EXTERNAL, prepared.external),
        (SearchWordRow, _WORD, prepared.words),
    ):
        pour(session, row.__table__, columns, rows, are_turned=True)  # type: ignore[arg-type] # a table, whatever its class says
    if prepared.added:
        ids = [one.person_id for one in prepared.added]
        keys.write_new(session, min(ids), max(ids))


def found_households(
    session: Session, groups: Sequence[Sequence[PersonId]], *, language: Language, at: datetime
) -> int:
    """Puts each group into a household of its own, the first as its head, two on the envelope; how many there are."""
    ids = reserve(session, HouseholdRow.__table__, len(groups))  # type: ignore[arg-type]
    columns = ("id", "envelope_name", "greeting", "language", "created_at")
    _pour(session, HouseholdRow, columns, ((number, "", "", language, at) for number in ids))
    positions = (Position.HEAD, Position.PARTNER)
    members = (
        (number, person_id, positions[rank] if rank < 2 else Position.OTHER, rank < 2, at)
        for number, group in zip(ids, groups, strict=True)
        for rank, person_id in enumerate(group)
    )
    columns = ("household_id", "person_id", "position", "is_on_envelope", "since_at")
    _pour(session, HouseholdMemberRow, columns, members)
    return len(ids)


def tag_many(session: Session, tag_id: TagId, person_ids: Collection[PersonId], *, at: datetime, source: str) -> None:
    """Puts a tag on people who do not have it yet."""
    rows = ((person_id, tag_id, source, at) for person_id in person_ids)
    _pour(session, PersonTagRow, ("person_id", "tag_id", "source", "since_at"), rows)


def _pour(session: Session, row: type[Any], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    pour(session, row.__table__, columns, rows)


def _added(addresses: AddressHasher, number: int, new: NewPerson) -> Added:
    return Added(
        PersonId(number),
        addresses.key_of(new.email.normal) if new.email else "",
        contacts.phone_key(addresses, new.phone) if new.phone else "",
        contacts.post_key(addresses, new.address) if new.address else "",
    )


def _person(person_id: int, arrival: Arrival) -> tuple[Any, ...]:
    new = arrival.new
    return (
        person_id,
        new.kind,
        new.first_name,
        new.last_name,
        new.organisation_name,
        new.organisation_kind,
        new.enterprise_number,
        folded(f"{new.first_name} {new.last_name} {new.organisation_name}"),
        *store.sounds(new.first_name, new.last_name, new.organisation_name).values(),
        new.member_number or member_number(person_id),
        new.title,
        "",
        new.language,
        new.birth_on,
        new.source,
        arrival.at,
    )


def _points(added: Added, arrival: Arrival) -> Iterator[tuple[Any, ...]]:
    new = arrival.new
    rest = (True, Usage.HOME, "", "", Deliverability.LIVE, 0, new.source, arrival.at)
    if new.email:
        yield (added.person_id, ContactKind.EMAIL, new.email.text, added.email_key, *rest)
    if new.phone:
        yield (added.person_id, ContactKind.PHONE, new.phone.e164, added.phone_key, *rest)


def _abode(added: Added, arrival: Arrival, box: str) -> tuple[Any, ...]:
    address = arrival.new.address
    assert address is not None
    return (
        added.person_id,
        *_of_parts(address),
        Usage.HOME,
        True,
        box,
        added.post_key,
        "",
        "",
        Deliverability.LIVE,
        0,
        arrival.new.source,
        arrival.at,
    )


def _words(person_id: int, new: NewPerson) -> Iterator[tuple[Facet, str, int]]:
    number = new.member_number or member_number(person_id)
    return search_entries.of_newcomer(
        person_id,
        search_entries.of_names(new.first_name, new.last_name, new.organisation_name, number, new.enterprise_number),
        emails=[new.email.text] if new.email else (),
        phones=[new.phone.e164] if new.phone else (),
        address=new.address,
        external=[one.value for one in new.external_ids],
    )
