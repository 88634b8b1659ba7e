"""New addresses that the post tells of, or a coupon: each waits beside what we hold until somebody decides."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from crm.foundation.csv_out import from_csv_cell
from crm.magazine.returning import MOST_LINES, numbered
from crm.people import contacts, differences
from crm.people.rules import typed_number
from crm.values.address_key import dedupe_key
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId
from crm.values.postal_address import AddressInvalid, PostalAddress

SOURCE = "post"
COLUMNS = ("n_membre", "rue", "numero", "boite", "cp", "localite", "pays")
_PARTS = {
    "rue": "street",
    "numero": "number",
    "boite": "box",
    "cp": "postcode",
    "localite": "locality",
    "pays": "country",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Moves:
    """What a file of new addresses came to: how many wait to be looked at, the same as ours, and lines not usable."""

    waiting: int
    same: int
    unknown: tuple[int, ...]
    unread: tuple[int, ...]


def read_changes(content: bytes) -> list[Mapping[str, str]]:
    """The rows of a CSV under the names of `COLUMNS`, whatever parts them. Raises Invalid where a name is missing."""
    return read_rows(content, COLUMNS, needed={"n_membre", "cp", "localite"}, field="changes")


def read_rows(
    content: bytes, columns: Sequence[str], *, needed: set[str], field: str, most: int = MOST_LINES
) -> list[Mapping[str, str]]:
    """The rows of a CSV under the names of some columns. Raises Invalid where it is none, or a name is missing."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("windows-1252", "replace")
    if "\0" in text or not text.strip():
        raise Invalid("a file of text with named columns", field=field)
    rows = text.splitlines()
    read = csv.DictReader(rows, delimiter=max(";,\t", key=rows[0].count))
    if not needed <= set(read.fieldnames or ()) or len(rows) > most:
        raise Invalid(f"columns {', '.join(sorted(needed))}", field=field)
    return [{name: from_csv_cell((row.get(name) or "").strip()) for name in columns} for row in read]


def note_changes(session: Session, rows: Sequence[Mapping[str, str]], *, at: datetime) -> Moves:
    """Keeps each new address beside the one we hold. Places are those of a spreadsheet: the names are line 1."""
    known = numbered(session, {typed_number(row["n_membre"]) for row in rows})
    homes = contacts.addresses_of(session, list(known.values()))
    waiting = same = 0
    unknown, unread = [], []
    for place, row in enumerate(rows, start=2):
        person_id = known.get(typed_number(row["n_membre"]))
        if person_id is None:
            unknown.append(place)
            continue
        try:
            said = address_of(row)
        except AddressInvalid:
            unread.append(place)
            continue
        held = next((one.address for one in homes[person_id] if one.is_primary), None)
        if held is not None and dedupe_key(held) == dedupe_key(said):
            same += 1
            continue
        wait(session, person_id, held, said, source=SOURCE, at=at)
        waiting += 1
    return Moves(waiting=waiting, same=same, unknown=tuple(unknown), unread=tuple(unread))


def address_of(row: Mapping[str, str]) -> PostalAddress:
    """The address that such a row says. Raises AddressInvalid."""
    parts = {part: row[name] for name, part in _PARTS.items()}
    return PostalAddress.parse(**parts)  # type: ignore[arg-type] # parts by name


def wait(
    session: Session, person_id: PersonId, held: PostalAddress | None, said: PostalAddress, *, source: str, at: datetime
) -> None:
    """Keeps an address beside the one we hold, until somebody decides."""
    differences.note(
        session,
        person_id,
        field="address",
        held=_parts(held),
        said=_parts(said),
        source=source,
        at=at,
        statement={"day": brussels_day(at).isoformat()},
    )


def _parts(address: PostalAddress | None) -> dict[str, str]:
    names = ("organisation", "department", "complement", *_PARTS.values())
    return {name: value for name in names if address is not None and (value := getattr(address, name))}
