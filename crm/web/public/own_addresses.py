"""One's own postal addresses in one's space: all of them, and what one says of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from crm.people import contacts, differences
from crm.people.model import Abode, Person
from crm.people.saying import WHICH, said_lines
from crm.people.taking import said_of
from crm.values.address_key import dedupe_key
from crm.values.address_lines import lines
from crm.values.identifiers import PostalAddressId
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
from crm.web import address_form

SOURCE = "space"


def spoken_of(session: Session, person: Person, text: str, day: date) -> Abode | None:
    """The address of theirs whose number a form or link names, else the one that a letter of that day goes to."""
    theirs = contacts.addresses_of(session, [person.id])[person.id]
    named = next((one for one in theirs if str(one.id) == text), None)
    return named or contacts.address_on(session, person.id, day) or next(iter(theirs), None)


def say(
    session: Session,
    person: Person,
    held: Abode | None,
    said: PostalAddress,
    *,
    typed: Mapping[str, str],
    at: datetime,
) -> bool:
    """Lays what they say of an address before a colleague; False where it is what we hold: then nothing waits."""
    if held is not None and dedupe_key(said) == held.dedupe_key:
        # The form of a supporter does not ask for these two: at the same letter box they stay.
        said = replace(said, organisation=held.address.organisation, department=held.address.department)
    which = held.id if held else None
    if held is not None and address_form.parts(held.address) == address_form.parts(said):
        differences.take_back(session, person.id, field="address", source=SOURCE, at=at, which=which)
        return False
    holds: dict[str, Any] = _filled(address_form.parts(held.address)) | {WHICH: which} if held else {}
    differences.say(
        session,
        person.id,
        field="address",
        held=holds,
        said=_filled(address_form.parts(said)),
        source=SOURCE,
        at=at,
        statement=_filled(typed),
    )
    return True


def shown(session: Session, person: Person, edited: Abode | None, language: Language) -> dict[str, Any]:
    """What the space shows of them: each with what waits of it, and what the form of one holds before anybody types."""
    theirs = contacts.addresses_of(session, [person.id])[person.id]
    said = {}
    for one in differences.open_of(session, person.id):
        if one.field == "address" and one.source == SOURCE:
            said[said_of(one)] = one.said
    waits = {which: said_lines("address", facts, language) for which, facts in said.items()}
    which: PostalAddressId | None = edited.id if edited else None
    fields = address_form.parts(edited.address if edited else None)
    if which in said:
        fields |= {name: str(said[which].get(name, "")) for name in fields}
    known = {one.id for one in theirs}
    return {
        "abodes": [
            {
                "id": one.id,
                "lines": lines(one.address, language=language),
                "season": _season(one),
                "from_on": one.valid_from_on,
                "until_on": one.valid_until_on,
                "waits": waits.get(one.id, ()),
            }
            for one in theirs
        ],
        "address_waits": next((found for number, found in waits.items() if number not in known), ()),
        "edited": which,
        "edited_lines": lines(edited.address, language=language) if edited else (),
        "address_fields_held": fields,
    }


def _filled(parts: Mapping[str, str]) -> dict[str, Any]:
    return {name: value for name, value in parts.items() if value}


def _season(one: Abode) -> tuple[date, date] | None:
    """The two days of a season, in a leap year so that 29 February exists."""
    if not one.season_from:
        return None
    return date.fromisoformat(f"2024-{one.season_from}"), date.fromisoformat(f"2024-{one.season_until}")
