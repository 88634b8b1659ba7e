"""How two records are shown beside each other: why they look alike, what each says, what each has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from crm.duplicates import words
from crm.duplicates.model import Reason
from crm.people import contacts, rules
from crm.people import words as people_words
from crm.people.model import Person
from crm.people.saying import said_lines
from crm.values import enterprise_number as enterprises
from crm.values.address_lines import lines
from crm.values.identifiers import PersonId
from crm.web.office import shell
from crm.web.words import N_

FIELDS: dict[str, str] = people_words.FIELDS | {
    "greeting": N_("Salutation choisie à la main"),
    "organisation_kind": N_("C’est"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """One of two records, in words: who it is, and every way to reach them."""

    id: PersonId
    name: str
    member_number: str
    since: Any
    born: str
    is_deceased: bool
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    addresses: tuple[str, ...]

    @property
    def ways(self) -> tuple[str, ...]:
        return self.emails + self.phones + self.addresses


def because(reasons: Sequence[Reason]) -> str:
    """What speaks for one person, as one plain sentence."""
    return _sentence([words.FOR[reason] for reason in reasons if reason in words.FOR])


def but(reasons: Sequence[Reason]) -> str:
    """What speaks against it; empty where nothing does."""
    return _sentence([words.AGAINST[reason] for reason in reasons if reason in words.AGAINST])


def _sentence(parts: Sequence[str]) -> str:
    said = ", ".join(shell.say(part) for part in parts)
    return said[:1].upper() + said[1:] + ("." if said else "")


def sides(session: Session, people: Mapping[PersonId, Person]) -> dict[PersonId, Side]:
    """Those people as they stand beside each other."""
    abodes = contacts.addresses_of(session, list(people))
    speaking = shell.language()
    return {
        number: Side(
            id=number,
            name=named(person),
            member_number=rules.shown_number(person.member_number),
            since=person.created_at,
            born=value("birth_on", person.birth_on) if person.birth_on else "",
            is_deceased=person.is_deceased,
            emails=tuple(point.value for point in person.emails),
            phones=tuple(said_lines("phone", {"text": point.value}, speaking)[0] for point in person.phones),
            addresses=tuple(", ".join(lines(abode.address, language=speaking)) for abode in abodes.get(number, ())),
        )
        for number, person in people.items()
    }


def named(person: Person) -> str:
    """What one calls them."""
    return person.full_name or shell.say(N_("Sans nom"))


def value(field: str, held: Any) -> str:
    """What stands in a field, as people read it; empty where nothing does."""
    match field:
        case "title":
            return shell.say(people_words.TITLES[held])
        case "language":
            return shell.say(people_words.LANGUAGES[held])
        case "organisation_kind" if held is not None:
            return shell.say(people_words.ORGANISATIONS[held])
        case "enterprise_number":
            return enterprises.shown(held)
        case "birth_on" if isinstance(held, date):
            return shell.day(held, "plain")
    return "" if held is None else str(held)


def field(code: str) -> str:
    """What a field is called."""
    return shell.say(FIELDS[code]) if code in FIELDS else code


def holdings(held: Mapping[PersonId, Mapping[str, int]], left: PersonId, right: PersonId) -> list[tuple[str, int, int]]:
    """(what, of the one, of the other) of everything that either has, room by room, in the rooms' own words."""
    named = [pair for pointer in shell.assembly().pointers for pair in pointer.WORDS.items()]
    sides = [
        (shell.say(word), held.get(left, {}).get(code, 0), held.get(right, {}).get(code, 0)) for code, word in named
    ]
    return [side for side in sides if side[1] or side[2]]
