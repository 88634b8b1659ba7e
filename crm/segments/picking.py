"""Who is in a segment, or out of it, by hand: one by one, or a whole list at once; each hand can be taken back."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime

from sqlalchemy.orm import Session

from crm.foundation.database import hold
from crm.foundation.signing import AddressHasher
from crm.people import service as people
from crm.people.rules import typed_number
from crm.segments import service, store
from crm.segments.model import Fate, Line, Pick, Segment
from crm.segments.tables import SegmentPickRow
from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, PersonId, SegmentId

MOST_PICKS = 1000
"""By hand in one segment, and lines of one list."""
LONGEST_REASON = 200
LONGEST_LINE = 320
LONGEST_LIST = 200_000
_CELLS = str.maketrans(";,|<>", "\t\t\t\t\t")


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
    """What each line of a list names, a member number or an e-mail address, and what would become of it.

    Empty lines are passed over, but counted. A line of several cells (out of a table) is read by the first that is
    either, and known. Raises `Invalid` for a list that is too long.
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines or len(lines) > MOST_PICKS or len(text) > LONGEST_LIST:
        raise Invalid(f"from 1 to {MOST_PICKS} lines", field="lines")
    said = {number: _said(addresses, line) for number, line in lines}
    several = [one for each in said.values() for one in each]
    at_keys = people.find_at(session, {word for is_key, word in several if is_key})
    members = people.find_members(session, {word for is_key, word in several if not is_key})

    def named(is_key: bool, word: str) -> tuple[PersonId, ...]:
        return at_keys.get(word, ()) if is_key else tuple(members[one] for one in (word,) if one in members)

    found = {number: next((who for one in each if (who := named(*one))), ()) for number, each in said.items()}
    known = people.people(session, {one for several in found.values() for one in several})
    dead = {one for one, person in known.items() if person.is_deceased}
    by_hand, seen = service.picks(session, segment_id), set[PersonId]()
    read_lines = []
    for number, line in lines:
        whom = tuple(one for one in found[number] if one not in dead) or found[number]
        fate = _fate(whom, dead, seen, by_hand, included=included)
        seen |= set(whom) if len(whom) == 1 else set()
        read_lines.append(Line(number=number, text=line[:LONGEST_LINE], fate=fate, people=whom))
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


def _said(addresses: AddressHasher, line: str) -> list[tuple[bool, str]]:
    """What a line may name, cell by cell: the key of an address (True), or a member number as it is compared."""
    cells = [cell.strip().strip("\"'") for cell in line[:LONGEST_LINE].translate(_CELLS).split("\t")]
    found = []
    for cell in cells:
        if "@" in cell:
            with suppress(Invalid):
                found.append((True, addresses.key_of(EmailAddress.parse(cell.removeprefix("mailto:")).normal)))
        elif any(sign.isdecimal() for sign in cell) and len(typed_number(cell)) <= 20:
            found.append((False, typed_number(cell)))
    return found


def _sign(row: SegmentPickRow, number: int, by: AccountId, at: datetime) -> None:
    row.number, row.picked_at, row.picked_by = number, at, by


def _keep(session: Session, segment: Segment, *, by: AccountId, at: datetime) -> None:
    session.flush()
    row = store.row(session, segment.id)
    assert row is not None
    row.changed_at = at
    service.add_version(session, row, segment.tree, by=by, at=at)
