"""What is frozen of somebody: the values of their row, from one of the roll."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from crm.consent.model import Channel
from crm.foundation.transliteration import is_printable
from crm.fundraising import opening, rules
from crm.fundraising.model import Arm, Cell, WholeAppeal
from crm.fundraising.store import PRINTED
from crm.people.model import PersonKind, Title, Together
from crm.people.rules import opening as greeted
from crm.people.rules import shared_envelope, shown_number, together, willing
from crm.values.address_lines import lines
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress

NOTHING: dict[str, Any] = {
    "seq": 0, "package": "", "source_code": "", "digits": "", "asks": [], "member_number": "", "title": Title.NONE,
    "first_name": "", "last_name": "", "organisation": "", "complement": "", "street": "", "number": "", "box": "",
    "postcode": "", "locality": "", "country": "", "language": Language.FR, "lines": "", "phone": "",
    "opening": "", "own_opening": "", "added_why": "", "removed_why": "", "is_odd": False,
}  # fmt: skip
"""What is kept of somebody who is left alone."""
COLUMNS = ("appeal_id", "arm", *PRINTED, "own_opening", "added_why", "removed_why", "is_odd")
_kept = lru_cache(maxsize=10_000)
_EMPTY = ("", "", "", "", "", "", "", "")


class Row(NamedTuple):
    """What a letter needs, by the names of the roll; the last ones only where it goes by post."""

    person_id: int
    place: int
    package: str
    kind: str
    title: str
    first_name: str
    last_name: str
    organisation_name: str
    member_number: str | None
    language: str
    greeting: str
    home_envelope_name: str | None
    home_greeting: str | None
    home_language: str | None
    home_named: str | None
    address: str
    last_cents: int
    largest_cents: int
    at_organisation: str = ""
    at_department: str = ""
    at_complement: str = ""
    at_street: str = ""
    at_number: str = ""
    at_box: str = ""
    at_postcode: str = ""
    at_locality: str = ""
    at_country: str = ""
    address_language: str | None = None


class Writer:
    """Writes the letters of one appeal; `cells` by their places on the roll, `silent` whom no envelope names."""

    def __init__(self, appeal: WholeAppeal, cells: Sequence[Cell], *, silent: Collection[int] = ()) -> None:
        self._appeal, self._cells, self._silent = appeal, cells, silent
        self._by_post = appeal.plan.channel is Channel.POST
        self._by_phone = appeal.plan.channel is Channel.PHONE
        self._code, self._asks = _kept(self._source_code), _kept(self._amounts)

    def values(self, row: Row, *, seq: int, why: str = "") -> tuple[Any, ...]:
        """Somebody who is asked, in the order of `COLUMNS`."""
        home, own = _home(row), _own(row)
        where = _address(row, home, self._silent) if self._by_post else (row.organisation_name, *_EMPTY)
        alone = where[8].split("\n")[0] == f"{row.first_name} {row.last_name}".strip()
        opens = opening.shared(home, row.person_id, Language(row.language), silent=self._silent, alone=alone)
        return (
            self._appeal.id,
            Arm.MAILED.value,
            row.person_id,
            self._cells[row.place].id,
            seq,
            row.package,
            self._code(row.place, row.package),
            rules.communication(self._appeal.id, seq).digits,
            self._asks(row.place, row.last_cents, row.largest_cents),
            shown_number(row.member_number or ""),
            str(row.title),
            row.first_name,
            row.last_name,
            *where[:8],
            str(row.language),
            where[8],
            row.address if self._by_phone else "",
            opens or own,
            own,
            why,
            "",
            not all(map(is_printable, (where[8], row.first_name, row.last_name))),
        )

    def _source_code(self, place: int, package: str) -> str:
        return rules.source_code(self._appeal.appeal.code, package, self._cells[place].position)

    def _amounts(self, place: int, last_cents: int, largest_cents: int) -> tuple[int, ...]:
        return rules.asks(self._cells[place].plan.ladder, last_cents=last_cents, largest_cents=largest_cents)


def _own(row: Row) -> str:
    """How a letter to them alone opens."""
    return greeted(
        by_hand=row.greeting,
        kind=PersonKind(row.kind),
        title=Title(row.title),
        first_name=row.first_name,
        last_name=row.last_name,
        language=Language(row.language),
    )


def _home(row: Row) -> Together | None:
    """How their household is written to, where one letter is for all of it."""
    if row.home_language is None:
        return None
    return together(
        envelope_name=row.home_envelope_name or "",
        greeting=row.home_greeting or "",
        language=row.home_language,
        named=row.home_named,
    )


def _address(row: Row, home: Together | None, silent: Collection[int]) -> tuple[str, ...]:
    """Organisation, complement, street, number, box, postcode, locality, country; the lines of the envelope."""
    organisation, named = row.at_organisation, row.organisation_name
    if organisation and organisation == named:
        organisation = ""
    if row.kind != PersonKind.ORGANISATION:
        shared = shared_envelope(willing(home, silent), PersonId(row.person_id)) if home else ""
        named = shared or f"{row.first_name} {row.last_name}".strip()
    address = PostalAddress(
        organisation=organisation,
        department=row.at_department,
        complement=row.at_complement,
        street=row.at_street,
        number=row.at_number,
        box=row.at_box,
        postcode=row.at_postcode,
        locality=row.at_locality,
        country=row.at_country,
        language=None if row.address_language is None else Language(row.address_language),
    )
    return (
        row.organisation_name or organisation,
        ", ".join(part for part in (row.at_department, row.at_complement) if part),
        row.at_street,
        row.at_number,
        row.at_box,
        row.at_postcode,
        row.at_locality,
        row.at_country,
        "\n".join(lines(address, recipient=named, language=Language(row.language))),
    )
