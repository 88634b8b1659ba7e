"""What somebody can be found by, from what is held about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from crm.people.model import ContactKind
from crm.people.rules import shown_number
from crm.people.search_model import Entry, Facet, Field
from crm.people.search_words import digits, glued, mail_words, name_words, phone_words, place_words, words
from crm.values import enterprise_number as enterprises
from crm.values.phone_number import PhoneNumber
from crm.values.postal_address import PostalAddress


def of_names(
    first_name: str, last_name: str, organisation_name: str, member_number: str, enterprise_number: str
) -> list[Entry]:
    """The names and numbers of a person or an organisation."""
    found = []
    full_name = f"{first_name} {last_name}".strip()
    if last_name:
        found.append(Entry(Field.NAME, Facet.NAME, full_name, name_words(last_name)))
    if organisation_name:
        found.append(Entry(Field.ORGANISATION, Facet.NAME, organisation_name, name_words(organisation_name)))
    if first_name:
        found.append(Entry(Field.NAME, Facet.FIRST_NAME, full_name, name_words(first_name)))
    if member_number:
        shown = shown_number(member_number)
        found.append(Entry(Field.MEMBER_NUMBER, Facet.NUMBER, shown, _one(member_number)))
    if enterprise_number:
        shown_as, word = enterprises.shown(enterprise_number), digits(enterprise_number)
        found.append(Entry(Field.ENTERPRISE_NUMBER, Facet.NUMBER, shown_as, (word,)))
    return found


def of_point(kind: ContactKind, value: str, *, is_past: bool) -> Entry:
    """An e-mail address or a phone number."""
    if kind is ContactKind.PHONE:
        return Entry(Field.PHONE, Facet.NUMBER, value, phone_words(value), is_past=is_past)
    return Entry(Field.EMAIL, Facet.MAIL, value, mail_words(value), is_past=is_past)


def of_postal(address: PostalAddress, *, is_past: bool) -> list[Entry]:
    """The street and the locality of a postal address, and what stands above the street (a firm, a building)."""
    lane = " ".join(filter(None, (address.street, address.number, f"/ {address.box}" if address.box else "")))
    shown = ", ".join(filter(None, (lane, f"{address.postcode} {address.locality}".strip())))
    above = (address.organisation, address.department, address.complement)
    found = [
        (Facet.STREET, place_words(address.street)),
        (Facet.PLACE, (*words(address.postcode), *place_words(address.locality))),
        *((Facet.STREET, name_words(line)) for line in above if line),
    ]
    return [Entry(Field.ADDRESS, facet, shown, parts, is_past=is_past) for facet, parts in found if parts]


def of_external(value: str) -> Entry:
    """How another system calls them."""
    return Entry(Field.EXTERNAL_ID, Facet.NUMBER, value, _one(value))


def of_text(kind: str, text: str) -> Entry:
    """What an upper room brought."""
    return Entry(Field.OTHER, Facet.OTHER, text, words(text), kind=kind)


def of_newcomer(
    person_id: int,
    named: Iterable[Entry],
    *,
    emails: Iterable[str] = (),
    phones: Iterable[str] = (),
    address: PostalAddress | None = None,
    external: Iterable[str] = (),
) -> Iterator[tuple[Facet, str, int]]:
    """The words of somebody who was just written, as the index holds them, with what came with them."""
    found = list(named)
    found += [of_point(ContactKind.EMAIL, email, is_past=False) for email in emails]
    found += [of_point(ContactKind.PHONE, phone, is_past=False) for phone in phones]
    if address:
        found += of_postal(address, is_past=False)
    found += [of_external(value) for value in external]
    return ((entry.facet, word, person_id) for entry in found for word in entry.words)


def past(entry: Entry) -> Entry:
    """The same, of somebody who lives on in another."""
    return entry._replace(is_past=True)


def shown(entry: Entry) -> Entry:
    """The same as one reads it: a phone number with its spaces."""
    return entry._replace(text=_international(entry.text)) if entry.field is Field.PHONE else entry


@lru_cache(maxsize=1_000)
def _international(e164: str) -> str:
    return PhoneNumber(e164).international


def _one(number: str) -> tuple[str, ...]:
    """A number with letters in it is known by its parts and as one."""
    parts = words(number)
    return parts if len(parts) < 2 else (*parts, glued(parts))
