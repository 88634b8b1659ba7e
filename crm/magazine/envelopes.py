"""What a copy will say: the address and the name of a row of the roll, and the lines of its envelope."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from crm.magazine.draft import Row
from crm.magazine.model import Basis, Entitled
from crm.magazine.roll import ORGANISATION, version_of
from crm.magazine.rules import is_printable_note
from crm.people.rules import shared_envelope, shown_number, together, willing
from crm.values.address_lines import lines
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress

# fmt: off
COLUMNS = (
    "person_id", "again", "seq", "basis", "version", "copies", "by_hand", "is_seed",
    "member_number", "title", "first_name", "last_name", "organisation", "complement", "street", "number", "box",
    "postcode", "locality", "country", "language", "lines", "notes", "box_key", "postal_address_id",
)
# fmt: on
_LANGUAGES = {one.value: one for one in Language}


def values(one: Entitled, row: Row, seq: int, *, again: int = 0, silent: Collection[int] = ()) -> tuple[Any, ...]:
    """The values of a copy, in the order of `COLUMNS`; `silent`: whom no envelope names."""
    printed = address_of(row)
    return (
        one.person_id,
        again,
        seq,
        one.basis.value,
        version_of(row.language),
        one.copies,
        bool(row.by_hand),
        one.basis is Basis.STAFF,
        shown_number(row.member_number or ""),
        row.title,
        row.first_name,
        row.last_name,
        row.organisation_name or printed.organisation,
        ", ".join(part for part in (printed.department, printed.complement) if part),
        printed.street,
        printed.number,
        printed.box,
        printed.postcode,
        printed.locality,
        printed.country,
        row.language,
        "\n".join(lines_of(row, printed, silent)),
        row.notes if row.notes and is_printable_note(row.notes) else "",
        one.box_key,
        row.postal_address_id,
    )


def lines_of(row: Row, address: PostalAddress, silent: Collection[int] = ()) -> tuple[str, ...]:
    """The lines of an envelope, one below the other."""
    return lines(address, recipient=envelope_of(row, silent), language=_LANGUAGES[row.language])


def address_of(row: Row) -> PostalAddress:
    """The address of a row of the whole roll."""
    return PostalAddress(
        organisation="" if row.organisation == row.organisation_name else row.organisation,
        department=row.department,
        complement=row.complement,
        street=row.street,
        number=row.number,
        box=row.box,
        postcode=row.postcode,
        locality=row.locality,
        country=row.country,
        language=_LANGUAGES[row.address_language] if row.address_language else None,
    )


def envelope_of(row: Row, silent: Collection[int] = ()) -> str:
    """Whose name stands first: the household's, whose copy it is, else their own (a copy of their own is theirs)."""
    if row.kind == ORGANISATION:
        return str(row.organisation_name)
    if row.own_copy or row.home_language is None:
        return own_name(row)
    home = together(envelope_name=row.envelope_name or "", greeting="", language=row.home_language, named=row.named)
    return shared_envelope(willing(home, silent), PersonId(row.person_id)) or own_name(row)


def own_name(row: Row) -> str:
    """What somebody is called, whatever stands on the envelope of their household."""
    return f"{row.first_name} {row.last_name}".strip()
