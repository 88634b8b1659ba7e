"""What is frozen of somebody: the values of their row, from one of the roll."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from crm.consent.model import Channel
from crm.fundraising import rules
from crm.fundraising.model import Arm, Cell, WholeAppeal
from crm.fundraising.selects import PARTS
from crm.people.model import PersonKind, Title
from crm.people.rules import shared_envelope, shown_number, together
from crm.values.address_lines import lines
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress

Row = Any
"""A row of the roll, by the names of its columns."""
_EMPTY = ("", "", "", "", "", "", "", "")


def control(appeal: WholeAppeal, cell: Cell, row: Row) -> tuple[Any, ...]:
    """Somebody who is left alone: nothing of them but that."""
    nobody = ("", Title.NONE.value, "", "", "", "", "", "", "", "", "", "", Language.FR.value, "", "")
    return (appeal.id, Arm.CONTROL.value, row["person_id"], cell.id, 0, "", "", "", [], *nobody, "", "")


def recipient(appeal: WholeAppeal, cell: Cell, row: Row, *, seq: int, why: str = "") -> tuple[Any, ...]:
    """Somebody who is asked, in the order of `freezing.RECIPIENT`."""
    package = row["package"]
    language = Language(row["language"])
    amounts = rules.asks(cell.plan.ladder, last_cents=row["last_cents"], largest_cents=row["largest_cents"])
    by_post = appeal.plan.channel is Channel.POST
    where = _address(row, language) if by_post else (row["organisation_name"], *_EMPTY)
    return (
        appeal.id,
        Arm.MAILED.value,
        row["person_id"],
        cell.id,
        seq,
        package,
        rules.source_code(appeal.appeal.code, package, cell.position),
        rules.communication(appeal.id, seq).digits,
        list(amounts),
        shown_number(row["member_number"] or ""),
        str(row["title"]),
        row["first_name"],
        row["last_name"],
        *where[:8],
        language.value,
        where[8],
        "" if by_post else row["address"],
        why,
        "",
    )


def communication(values: Sequence[Any]) -> tuple[PersonId, str, str]:
    """Whose communication it is, the code of the slip, its digits: from the values of a recipient."""
    return PersonId(values[2]), values[6], values[7]


def _household(row: Row) -> str:
    """How their household is called, where the letter is for all of it."""
    if row["home_language"] is None:
        return ""
    home = together(
        envelope_name=row["home_envelope_name"], greeting="", language=row["home_language"], named=row["home_named"]
    )
    return shared_envelope(home, PersonId(row["person_id"]))


def _address(row: Row, language: Language) -> tuple[str, ...]:
    """Organisation, complement, street, number, box, postcode, locality, country; the lines of the envelope."""
    address = PostalAddress(**{name: row[f"at_{name}"] for name in PARTS}, language=row["address_language"])
    named = row["organisation_name"]
    if row["kind"] != PersonKind.ORGANISATION:
        named = _household(row) or f"{row['first_name']} {row['last_name']}".strip()
    if address.organisation and address.organisation == row["organisation_name"]:
        address = replace(address, organisation="")
    return (
        row["organisation_name"] or address.organisation,
        ", ".join(part for part in (address.department, address.complement) if part),
        address.street,
        address.number,
        address.box,
        address.postcode,
        address.locality,
        address.country,
        "\n".join(lines(address, recipient=named, language=language)),
    )
