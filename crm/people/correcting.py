"""What somebody says of themself once they were let in: written where we held nothing, else laid before a colleague."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crm.foundation.signing import AddressHasher
from crm.people import changes, contacts, differences, service
from crm.people.model import Person, PersonKind
from crm.people.rules import tidy_name, tidy_organisation
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber

NAMES: Mapping[PersonKind, tuple[str, ...]] = {
    PersonKind.INDIVIDUAL: ("first_name", "last_name"),
    PersonKind.ORGANISATION: ("organisation_name",),
}
"""The names that each kind says of itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnWords:
    """What somebody said of themself; what is empty was left as it is."""

    names: Mapping[str, str]
    phone: PhoneNumber | None = None
    email: EmailAddress | None = None
    language: Language | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Corrected:
    """The fields that were written, and those that wait for a colleague."""

    written: frozenset[str]
    waiting: frozenset[str]


def correct(
    session: Session,
    addresses: AddressHasher,
    person: Person,
    said: OwnWords,
    *,
    typed: Mapping[str, str],
    source: str,
    at: datetime,
) -> Corrected:
    """Takes what somebody says of themself.

    A name or a phone where we had none is written, and so is a language, which is theirs to choose; all of it can be
    taken back as any change of the file. What differs from what we hold waits for a colleague, as does every e-mail
    address: a link sent there opens their space. Of one field only their latest word waits, and beside what we read in
    it what they `typed`; whoever says what we hold takes back what they said otherwise. Raises `Invalid`.
    """
    own = [point.value for point in person.phones if point.is_living]
    boxes = {point.address_key for point in person.emails if point.is_living}
    written, waiting = set[str](), set[str]()

    def compare(name: str, held: str, word: str, *, is_held: bool) -> None:
        if is_held:
            differences.take_back(session, person.id, field=name, source=source, at=at)
            return
        _lay(session, person, name, held, word, typed=typed, source=source, at=at)
        waiting.add(name)

    with changes.recorded(session, person.id, by=None, at=at):
        for name in NAMES[person.kind]:
            tidy = tidy_organisation if name == "organisation_name" else tidy_name
            word, held = tidy(said.names.get(name, ""), field=name), getattr(person, name)
            if not word:
                continue
            if held:
                compare(name, held, word, is_held=word == held)
            else:
                service.edit(session, person.id, **{name: word})  # type: ignore[arg-type] # a name is text
                written.add(name)
        if said.phone is not None and own:
            compare("phone", own[0], said.phone.e164, is_held=said.phone.e164 in own)
        elif said.phone is not None:
            contacts.add_phone(session, addresses, said.phone, person_id=person.id, source=source, at=at)
            written.add("phone")
        if said.language is not None and service.edit(session, person.id, language=said.language):
            written.add("language")
    if said.email is not None:
        held = person.primary.value if person.primary else ""
        compare("email", held, said.email.text, is_held=addresses.key_of(said.email.normal) in boxes)
    return Corrected(written=frozenset(written), waiting=frozenset(waiting))


def _lay(
    session: Session,
    person: Person,
    name: str,
    held: str,
    word: str,
    *,
    typed: Mapping[str, str],
    source: str,
    at: datetime,
) -> None:
    facts: dict[str, Any] = {"held": {"text": held} if held else {}, "said": {"text": word}}
    facts["statement"] = {name: typed[name]} if typed.get(name) else {}
    differences.say(session, person.id, field=name, source=source, at=at, **facts)
