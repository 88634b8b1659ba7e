"""Addresses checked by the postal operator before the drop, as a file that goes out and comes back; never needed.

How the operator's own service is spoken to is not public: whoever has a contract for it takes the file there, in
whatever shape they are asked for, and brings back what it said. No name leaves, and nothing changes by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from crm.magazine import envelopes, freezing, moving, roll
from crm.magazine.model import Eligibility, Issue
from crm.people import contacts
from crm.people.model import Abode
from crm.values.address_key import dedupe_key
from crm.values.identifiers import PersonId
from crm.values.postal_address import AddressInvalid

SOURCE = "proofing"
COLUMNS = ("ref", "rue", "numero", "boite", "cp", "localite")
MOST = 500_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Proofed:
    """What the answers came to: addresses that wait to be looked at, right ones, and lines not usable, by place."""

    waiting: int
    right: int
    unknown: tuple[int, ...]
    unread: tuple[int, ...]


def to_check(session: Session, issue: Issue, rule: Eligibility, *, at: datetime) -> Iterator[Sequence[str]]:
    """A row, in the order of `COLUMNS`, for each Belgian address that a copy of the issue would go to, as of now."""
    for box in roll.rolled(session, freezing.question(session, issue, rule, at=at), whole=True):
        for one, row in box:
            if one.reason is None and row.country == "BE":
                address = envelopes.address_of(row)
                ref = f"{one.person_id}-{row.postal_address_id}"
                yield (ref, address.street, address.number, address.box, address.postcode, address.locality)


def read_answers(content: bytes) -> list[Mapping[str, str]]:
    """The rows of a file that came back: `COLUMNS`, with the parts as the operator writes them. Raises Invalid."""
    columns = (*COLUMNS, "pays")
    return moving.read_rows(content, columns, needed={"ref", "cp", "localite"}, field="answers", most=MOST)


def note_answers(session: Session, rows: Sequence[Mapping[str, str]], *, at: datetime) -> Proofed:
    """Keeps each address written otherwise beside ours. Places are those of a spreadsheet: the names are line 1.

    Whose address changed meanwhile, or is gone, is among the unknown.
    """
    known = _held(session, rows)
    waiting = right = 0
    unknown, unread = [], []
    for place, row in enumerate(rows, start=2):
        found = known.get(row["ref"])
        if found is None:
            unknown.append(place)
            continue
        person_id, abode = found
        try:
            said = moving.address_of(row)
        except AddressInvalid:
            unread.append(place)
            continue
        if dedupe_key(abode.address) == dedupe_key(said):
            right += 1
            continue
        moving.wait(session, person_id, abode.address, said, source=SOURCE, at=at)
        waiting += 1
    return Proofed(waiting=waiting, right=right, unknown=tuple(unknown), unread=tuple(unread))


def _held(session: Session, rows: Sequence[Mapping[str, str]]) -> dict[str, tuple[PersonId, Abode]]:
    """Whose address each `ref` is, where it still is."""
    told = (row["ref"].split("-")[0] for row in rows)
    people = sorted({PersonId(int(one)) for one in told if one.isascii() and one.isdigit() and len(one) < 19})
    return {
        f"{person_id}-{abode.id}": (person_id, abode)
        for person_id, several in contacts.addresses_of(session, people).items()
        for abode in several
    }
