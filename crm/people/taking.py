"""What was said otherwise, taken: each field is written through its own door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from crm.foundation.signing import AddressHasher
from crm.people import contact_store, contacts, links, service, store
from crm.people.arrivals import UNDATED
from crm.people.errors import NoPlace
from crm.people.model import ALIVE, Difference, ExternalId, Hurdle, OrganisationKind, Person, PersonKind, Title
from crm.people.rules import FORMER_NUMBER, is_ours, typed_number
from crm.people.saying import WHICH, said_address, said_text
from crm.values.address_lines import read_lines
from crm.values.calendar import brussels_day
from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.values.identifiers import DifferenceId, PostalAddressId
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from crm.values.postal_address import PostalAddress

_LISTED: dict[str, type[StrEnum]] = {
    "title": Title,
    "language": Language,
    "organisation_kind": OrganisationKind,
}
NAMES = ("first_name", "last_name", "organisation_name")


def hurdle(one: Difference, person: Person | None) -> Hurdle | None:
    """Why it cannot be taken: a number is of another record, and a person is tied to an organisation, not called it."""
    if one.field == "number":
        return Hurdle.OF_ANOTHER
    is_one = person is not None and person.kind is PersonKind.INDIVIDUAL
    return Hurdle.IS_A_PERSON if one.field == "organisation_name" and is_one else None


def take(session: Session, addresses: AddressHasher, one: Difference, *, at: datetime) -> None:
    """Writes what was said to the file. Raises `Invalid` where it cannot stand there, or nobody knows that field.

    Raises `NoPlace` where a colleague has to do something else.
    An address takes the place of the one it was said of, else of the preferred one (they moved); an e-mail address or
    phone comes beside the others, and so does a member number that another list printed.
    """
    why = hurdle(one, service.find_person(session, one.person_id) if one.field == "organisation_name" else None)
    if why is not None:
        raise NoPlace(why, field=one.field)
    text, facts = said_text(one.field, one.said), {"person_id": one.person_id, "at": at, "source": one.source}
    match one.field:
        case "first_name" | "last_name" | "organisation_name" | "enterprise_number":
            _edit(session, one, {one.field: text})
        case "title" | "language" | "organisation_kind" if text in set(_LISTED[one.field]):
            _edit(session, one, {one.field: _LISTED[one.field](text)})
        case "member_number" if not is_ours(text):
            links.add_external_id(session, one.person_id, ExternalId(system=FORMER_NUMBER, value=_free(session, text)))
        case "birth_on":
            service.set_birth(session, one.person_id, _day(text), today=brussels_day(at))
        case "deceased_on":
            _tell_death(session, one, text, at)
        case "email":
            contacts.add_email(session, addresses, EmailAddress.parse(text), **facts)  # type: ignore[arg-type] # shared facts
        case "phone":
            contacts.add_phone(session, addresses, PhoneNumber.parse(text), **facts)  # type: ignore[arg-type] # shared facts
        case "address":
            contacts.move(session, addresses, _address(one, text), leaving=said_of(one), **facts)  # type: ignore[arg-type] # shared facts
        case _:
            raise Invalid("nothing can be written for that field", field=one.field)


def held_now(session: Session, several: Sequence[Difference]) -> dict[DifferenceId, Mapping[str, Any]]:
    """What we hold today of each, which may be other than when it was said; two queries and one of addresses."""
    ids = {one.person_id for one in several}
    people = service.people(session, ids)
    homes = contact_store.abodes_of(session, ids) if ids else {}
    found: dict[DifferenceId, Mapping[str, Any]] = {}
    for one in several:
        person = people.get(one.person_id)
        if one.field == "address":
            theirs, which = homes.get(one.person_id, []), said_of(one)
            home = next((home for home in theirs if which is None or home.id == which), None)
            if home is None and which is not None:
                continue
            found[one.id] = (
                {part.name: getattr(home.address, part.name) for part in fields(PostalAddress)} if home else {}
            )
        elif person is not None and hasattr(person, one.field):
            value = getattr(person, one.field)
            found[one.id] = {"text": "" if value is None else str(value)}
    return found


def said_of(one: Difference) -> PostalAddressId | None:
    """Which of their addresses somebody said otherwise, where they were shown one."""
    which = one.held.get(WHICH)
    return PostalAddressId(which) if isinstance(which, int) else None


def _tell_death(session: Session, one: Difference, text: str, at: datetime) -> None:
    if text == ALIVE:
        service.retract_death(session, one.person_id)
        return
    died_on = None if text == UNDATED else _day(text, "deceased_on")
    service.record_death(session, one.person_id, died_on=died_on, at=at)


def _free(session: Session, text: str) -> str:
    number = typed_number(text)
    if not number or store.id_of_number(session, number) is not None:
        raise Invalid("somebody bears that number", field="member_number")
    return number


def _edit(session: Session, one: Difference, values: dict[str, Any]) -> None:
    service.edit(session, one.person_id, **values)


def _address(one: Difference, text: str) -> PostalAddress:
    return said_address(one.said) if not text else read_lines([part.strip() for part in text.split(",")])


def _day(text: str, field: str = "birth_on") -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("a day of the calendar", field=field) from error
