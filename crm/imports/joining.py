"""Memberships of a file: weighed beside what is held, written, and taken out again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from crm.imports.giving import Heard
from crm.imports.model import Change, ChangeKind, Reason, Run
from crm.imports.wish_beside import Joined
from crm.members import service as members
from crm.members import taking_over
from crm.members.model import ORDINARY, LeaveReason
from crm.members.taking_over import Kept as KeptMembership
from crm.members.taking_over import Standing
from crm.people.taking_back import Kept
from crm.values.folding import folded
from crm.values.identifiers import PersonId


class Memberships:
    """The memberships of one block on its way; rows see what earlier ones bring. `met`: who of those rows is known."""

    def __init__(self, session: Session, wishes: Sequence[Joined], met: Collection[int]) -> None:
        self._there: dict[int, tuple[Standing, ...]] = dict(taking_over.there(session, met)) if wishes and met else {}
        self._kinds = kinds(session) if wishes else {}

    def weigh(self, one: Joined, person_id: int | None) -> Heard:
        """What that membership comes to; `person_id` is None for a newcomer, and where nobody can tell whose it is."""
        kind = self._kinds.get(folded(one.kind))
        if kind is None:
            return Heard(reason=(Reason.NOT_MEMBER_KIND, one.kind), is_wrong=True)
        held = self._there.get(person_id, ()) if person_id is not None else ()
        if (kind, one.joined_on, one.ended_on) in held:
            return Heard(reason=(Reason.MEMBER_THERE, ""))
        if any(ended_on is None or ended_on > one.joined_on for _, _, ended_on in held):
            return Heard(reason=(Reason.MEMBER_OTHERWISE, ""), asks=True)
        return Heard(reason=(Reason.JOINS, ""), is_new=True)

    def bring(self, one: Joined, person_id: int) -> None:
        """Notes that a row brings it, for the rows that follow."""
        new = (self._kinds.get(folded(one.kind), ""), one.joined_on, one.ended_on)
        if new not in (held := self._there.get(person_id, ())):
            self._there[person_id] = (*held, new)


def kinds(session: Session) -> dict[str, str]:
    """Codes and names of the kinds of membership, folded, to their codes; none said means the ordinary one."""
    found = {"": ORDINARY}
    for kind in members.kinds(session):
        if kind.is_open:
            found |= {folded(kind.code): kind.code} | ({folded(kind.name): kind.code} if kind.name else {})
    return found | {folded(word): ORDINARY for word in ("membre", "lid", "mitglied", "ordinaire", "effectif")}


def write(session: Session, run: Run, told: Sequence[tuple[int, Joined, PersonId]], *, at: datetime) -> list[Change]:
    """Writes memberships, each given as (row, membership, whose), and says what was written."""
    if not told:
        return []
    code_of = kinds(session)
    kept = [
        (
            whose,
            _kept(one, code_of[folded(one.kind)]),
        )
        for _, one, whose in told
    ]
    numbers = taking_over.bring_many(session, kept, at=at, by=run.started_by)
    return [
        Change(
            number=row,
            kind=ChangeKind.MEMBERSHIP,
            target_id=number,
            person_id=whose,
            before={},
            after=one.as_json() | {"kind": membership.kind},
        )
        for (row, one, whose), number, (_, membership) in zip(told, numbers, kept, strict=True)
    ]


def take_back(session: Session, changes: Sequence[Change]) -> dict[int, Kept]:
    """Takes those memberships out; by row number, why one stays."""
    brought = {c.target_id: c for c in changes if c.kind is ChangeKind.MEMBERSHIP}
    told = {}
    for number, change in brought.items():
        one = Joined.of_json(change.after)
        told[number] = (PersonId(change.person_id or 0), _kept(one, one.kind))
    gone = taking_over.take_back(session, told)
    return {change.number: Kept.CHANGED for number, change in brought.items() if number not in gone}


def _kept(one: Joined, kind: str) -> KeptMembership:
    return KeptMembership(
        kind=kind,
        joined_on=one.joined_on,
        ended_on=one.ended_on,
        end_reason=LeaveReason(one.reason) if one.ended_on else None,
        end_note=one.note,
    )
