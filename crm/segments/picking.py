"""Who is in a segment, or out of it, by hand: one by one, or a whole list at once; each hand can be taken back."""

from __future__ import annotations

import csv
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy.orm import Session

from crm.foundation.database import hold
from crm.foundation.signing import AddressHasher
from crm.people import service as people
from crm.people.rules import is_ours, typed_number
from crm.segments import service, store
from crm.segments.model import Fate, Line, Pick, Segment
from crm.segments.tables import SegmentPickRow
from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.values.folding import folded
from crm.values.identifiers import AccountId, PersonId, SegmentId

MOST_PICKS = 1000
"""By hand in one segment, and lines of one list."""
LONGEST_REASON = 200
LONGEST_LINE = 320
LONGEST_LIST = 200_000
_CELLS = str.maketrans(";,|<>", "\t\t\t\t\t")
_BETWEEN = "\t;,|"
_NUMBER_TITLES = frozenset(
    [
        "ndemembre",
        "nmembre",
        "nodemembre",
        "nomembre",
        "nrdemembre",
        "nrmembre",
        "numdemembre",
        "nummembre",
        "numerodemembre",
        "numeromembre",
        "lidnummer",
        "lidnr",
        "lidno",
        "membernumber",
        "memberno",
        "membernr",
    ]
)
"""What a column of member numbers is called, in letters alone."""


def pick(
    session: Session, segment_id: SegmentId, person_ids: Collection[PersonId], *, included: bool | None, by: AccountId,
    at: datetime, reason: str = "",
) -> int:  # fmt: skip
    """Puts those people in or out by hand; None lets the tree decide again. What is news is one more version.

    Gives the number of that version, by which it can be taken back (0: nothing was news). Raises `Invalid`,
    `SegmentMissing`.
    """
    hold(session, "segments")
    segment = service.get(session, segment_id, by=by)
    reason = " ".join(reason.split())
    if len(reason) > LONGEST_REASON:
        raise Invalid("at most 200 characters", field="reason")
    living = people.survivors(session, person_ids)
    if included is not None and len(living) < len(set(person_ids)):
        raise Invalid("there is nobody of that number", field="person_id")
    rows = {one.person_id: one for one in store.pick_rows(session, segment_id)}
    whom = {living.get(one, one) for one in person_ids}
    news = [one for one in sorted(whom) if (rows[one].is_included if one in rows else None) is not included]
    if not news:
        return 0
    standing = {one for one, row in rows.items() if row.is_included is not None}
    if included is not None and len(standing | set(news)) > MOST_PICKS:
        raise Invalid(f"{MOST_PICKS} people by hand at most", field="person_id")
    for one in news:
        row = rows.get(one) or SegmentPickRow(segment_id=segment_id, person_id=one, is_included=None, reason="")
        row.was_included, row.was_reason = row.is_included, row.reason
        row.is_included, row.reason = included, reason
        _sign(row, segment.version + 1, by, at)
        session.add(row)
    _keep(session, segment, by=by, at=at)
    return segment.version + 1


def undo(session: Session, segment_id: SegmentId, number: int, *, by: AccountId, at: datetime) -> int:
    """Takes back what version `number` did by hand, where no later hand changed it; how many people that was."""
    hold(session, "segments")
    segment = service.get(session, segment_id, by=by)
    rows = [one for one in store.pick_rows(session, segment_id) if number > 0 and one.number == number]
    for row in rows:
        row.is_included, row.was_included = row.was_included, row.is_included
        row.reason, row.was_reason = row.was_reason, row.reason
        _sign(row, segment.version + 1, by, at)
    if rows:
        _keep(session, segment, by=by, at=at)
    return len(rows)


def picked(session: Session, segment_id: SegmentId) -> tuple[Pick, ...]:
    """Who is in or out by hand, the latest first."""
    return tuple(
        Pick(
            person_id=PersonId(row.person_id),
            is_included=row.is_included,
            picked_at=row.picked_at,
            picked_by=AccountId(row.picked_by) if row.picked_by else None,
            reason=row.reason,
            number=row.number,
        )
        for row in store.pick_rows(session, segment_id)
        if row.is_included is not None
    )


def read(
    session: Session, addresses: AddressHasher, segment_id: SegmentId, text: str, *, included: bool
) -> tuple[Line, ...]:
    """What each line of a list names, by an e-mail address or a member number, and what would become of it.

    Empty lines are passed over, but counted. Of a line of several cells (out of a table) each address counts and each
    number of ours; a number of an older system, which a postcode or a year may equal, counts alone on its line or under
    a title of its column. Where they name different people nobody is taken. Raises `Invalid` for a list that is too
    long.
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines or len(lines) > MOST_PICKS or len(text) > LONGEST_LIST:
        raise Invalid(f"from 1 to {MOST_PICKS} lines", field="lines")
    head = _head(lines[0][1])
    said = {number: _said(addresses, line, head) for number, line in lines}
    several = [one for each in said.values() for one in each]
    at_keys = people.find_at(session, {word for is_key, word in several if is_key})
    members = people.find_members(session, {word for is_key, word in several if not is_key})

    def named(is_key: bool, word: str) -> tuple[PersonId, ...]:
        return at_keys.get(word, ()) if is_key else tuple(members[one] for one in (word,) if one in members)

    found = {number: [who for one in each if (who := named(*one))] for number, each in said.items()}
    known = people.people(session, {one for each in found.values() for several in each for one in several})
    dead = {one for one, person in known.items() if person.is_deceased}
    by_hand, seen = service.picks(session, segment_id), set[PersonId]()
    read_lines = []
    for number, line in lines:
        every = tuple(dict.fromkeys(one for several in found[number] for one in several))
        agreed = tuple(one for one in every if all(one in several for several in found[number]))
        whom = tuple(one for one in agreed if one not in dead) or agreed
        fate = Fate.DIFFER if every and not agreed else _fate(whom, dead, seen, by_hand, included=included)
        seen |= set(whom) if len(whom) == 1 else set()
        read_lines.append(Line(number=number, text=line[:LONGEST_LINE], fate=fate, people=whom or every))
    return tuple(read_lines)


def _fate(
    whom: tuple[PersonId, ...],
    dead: Collection[PersonId],
    seen: Collection[PersonId],
    by_hand: dict[int, bool],
    *,
    included: bool,
) -> Fate:
    if not whom:
        return Fate.UNKNOWN
    if whom[0] in dead:
        return Fate.DEAD
    if len(whom) > 1:
        return Fate.SEVERAL
    (one,) = whom
    if one in seen:
        return Fate.AGAIN
    if one not in by_hand:
        return Fate.NEW
    return Fate.THERE if by_hand[one] is included else Fate.TURNED


def _said(addresses: AddressHasher, line: str, head: tuple[str, int, int] | None) -> list[tuple[bool, str]]:
    """What a line names, cell by cell: the key of an address (True), or a member number as it is compared."""
    cells = [cell.strip().strip("\"'") for cell in line[:LONGEST_LINE].translate(_CELLS).split("\t")]
    numbers = [typed_number(cell) for cell in cells if "@" not in cell]
    found = []
    for cell in cells:
        if "@" in cell:
            with suppress(Invalid):
                found.append((True, addresses.key_of(EmailAddress.parse(cell.removeprefix("mailto:")).normal)))
    told = [one for one in numbers if is_ours(one)]
    told += numbers if len([cell for cell in cells if cell]) == 1 else _titled(line, head)
    return found + [
        (False, one) for one in dict.fromkeys(told) if len(one) <= 20 and any(sign.isdecimal() for sign in one)
    ]


def _head(line: str) -> tuple[str, int, int] | None:
    """What parts the cells of a table, which of them is said to be a member number, and how many there are."""
    for sign in _BETWEEN:
        titles = ["".join(c for c in folded(cell) if c.isascii() and c.isalpha()) for cell in _parted(line, sign)]
        places = [place for place, title in enumerate(titles) if title in _NUMBER_TITLES]
        if len(titles) > 1 and len(places) == 1:
            return sign, places[0], len(titles)
    return None


def _titled(line: str, head: tuple[str, int, int] | None) -> Sequence[str]:
    """The number under that title; none where the line has more cells than there are titles."""
    if head is None:
        return ()
    sign, place, width = head
    cells = _parted(line[:LONGEST_LINE], sign)
    return [typed_number(cells[place])] if place < len(cells) <= width and "@" not in cells[place] else ()


def _parted(line: str, sign: str) -> list[str]:
    return next(csv.reader([line], delimiter=sign), [])


def _sign(row: SegmentPickRow, number: int, by: AccountId, at: datetime) -> None:
    row.number, row.picked_at, row.picked_by = number, at, by


def _keep(session: Session, segment: Segment, *, by: AccountId, at: datetime) -> None:
    session.flush()
    row = store.row(session, segment.id)
    assert row is not None
    row.changed_at = at
    service.add_version(session, row, segment.tree, by=by, at=at)
