"""Different surnames at one letter box, looked at: one household, or each their own copy; remembered, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from crm.foundation.database import hold
from crm.magazine import envelopes, freezing, neighbour_store, roll
from crm.magazine.errors import DecisionMissing, NeighboursMoved
from crm.magazine.model import Eligibility, Issue, Neighbours
from crm.magazine.roll import Rolled
from crm.magazine.rules import is_mixed, is_settled, sharing
from crm.people import households
from crm.people.errors import HouseholdMissing
from crm.values.address_lines import lines
from crm.values.identifiers import AccountId, HouseholdId, PersonId

SIZE = 100
_LOCK = "magazine letter boxes"


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbour:
    """Somebody at a letter box; `gets` where a copy goes to them."""

    person_id: PersonId
    name: str
    gets: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """A letter box at which people of different surnames each get a copy, and the address it is known by."""

    address_id: int
    lines: tuple[str, ...]
    people: tuple[Neighbour, ...]
    copies: int

    @property
    def id(self) -> PersonId:
        """Who stands for it: the first of them."""
        return self.people[0].person_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """Some of the letter boxes to be looked at; how many there are; after whom the next page starts."""

    groups: tuple[Group, ...]
    total: int
    decided: int
    next_after: PersonId | None
    is_first: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What was decided of some people at a letter box, and by whom."""

    id: int
    word: Neighbours
    person_ids: tuple[PersonId, ...]
    joined: tuple[PersonId, ...]
    decided_at: datetime
    decided_by: AccountId | None


def review(
    session: Session,
    issue: Issue,
    rule: Eligibility,
    *,
    at: datetime,
    after: PersonId | None = None,
    size: int = SIZE,
) -> Review:
    """The letter boxes of an issue at which nobody has decided yet, from the one after that of `after` on.

    From the first where `after` has no letter box of several people any more.
    """
    decided = neighbour_store.standing(session)
    asked = freezing.question(session, issue, rule, at=at)
    first: list[list[Rolled]] = []
    later: list[list[Rolled]] = []
    total, is_past = 0, False
    for box in roll.shared(session, asked):
        people = [one for one, _ in box]
        if is_mixed(people) and not is_settled(people, decided):
            total += 1
            if is_past and len(later) <= size:
                later.append(box)
            elif len(first) <= size:
                first.append(box)
        is_past = is_past or (after is not None and any(one.person_id == after for one in people))
    shown = later if is_past else first
    groups = tuple(_group(box) for box in shown[:size])
    return Review(
        groups=groups,
        total=total,
        decided=neighbour_store.count(session),
        next_after=groups[-1].id if len(shown) > size else None,
        is_first=not is_past,
    )


def together(
    session: Session, person_ids: Sequence[PersonId], address_id: int, *, by: AccountId | None, at: datetime
) -> Decision:
    """They are one household: one is made of them, or they join the oldest of theirs. One copy goes.

    Raises NeighboursMoved where they are not two, or do not share that letter box (any more).
    """
    box_key = _held(session, person_ids, address_id)
    home, joined = households.unite(session, person_ids, at=at)
    row = neighbour_store.add(
        session,
        Neighbours.TOGETHER,
        box_key,
        person_ids,
        joined=joined,
        household_id=int(home.id),
        by=by,
        at=at,
    )
    return _decision(row, person_ids, joined)


def apart(
    session: Session, person_ids: Sequence[PersonId], address_id: int, *, by: AccountId | None, at: datetime
) -> Decision:
    """Each keeps their copy, and it is not asked again unless somebody new comes to the address.

    Raises NeighboursMoved where they are not two, or do not share that letter box (any more).
    """
    box_key = _held(session, person_ids, address_id)
    return _decision(neighbour_store.add(session, Neighbours.APART, box_key, person_ids, by=by, at=at), person_ids, ())


def take_back(session: Session, decision_id: int, *, by: AccountId | None, at: datetime) -> Decision:
    """Takes a decision back: the question is open again; whom it put into a household leaves it.

    Raises DecisionMissing where there is none, or it was taken back already.
    """
    hold(session, _LOCK)
    row = neighbour_store.find(session, decision_id)
    if row is None or row.undone_at is not None:
        raise DecisionMissing
    joined = tuple(PersonId(one) for one in neighbour_store.joined(session, decision_id))
    person_ids = [PersonId(one) for one in neighbour_store.members(session, [decision_id])[decision_id]]
    for person_id in joined:
        try:
            households.take(session, HouseholdId(row.household_id or 0), person_id, at=at)
        except HouseholdMissing:
            break  # it has ended since
    row.undone_at, row.undone_by = at, by
    session.flush()
    return _decision(row, person_ids, joined)


def decisions(session: Session, *, size: int = SIZE, before: int | None = None) -> tuple[list[Decision], int | None]:
    """What was decided and stands, the newest first; before which number the next page goes on."""
    rows = neighbour_store.page(session, size=size + 1, before=before)
    known = neighbour_store.members(session, [row.id for row in rows])
    shown = [_decision(row, [PersonId(one) for one in known[row.id]], ()) for row in rows[:size]]
    return shown, rows[size - 1].id if len(rows) > size else None


def _held(session: Session, person_ids: Sequence[PersonId], address_id: int) -> str:
    """The letter box that they share, while nobody else decides. Raises NeighboursMoved."""
    hold(session, _LOCK)
    box_key = neighbour_store.box_of(session, address_id)
    if box_key is None or len(set(person_ids)) < 2:
        raise NeighboursMoved
    if neighbour_store.at_box(session, box_key, person_ids) != set(person_ids):
        raise NeighboursMoved
    return box_key


def _group(box: list[Rolled]) -> Group:
    shared = sharing(one for one, _ in box)
    here = [(one, row) for one, row in box if one.person_id in shared]
    first = here[0][1]
    assert first.postal_address_id is not None
    return Group(
        address_id=first.postal_address_id,
        lines=lines(replace(envelopes.address_of(first), organisation="", department="")),
        people=tuple(
            Neighbour(person_id=one.person_id, name=envelopes.own_name(row), gets=one.reason is None)
            for one, row in here
        ),
        copies=sum(1 for one, _ in here if one.reason is None),
    )


def _decision(row: object, person_ids: Sequence[PersonId], joined: Sequence[PersonId]) -> Decision:
    kept = {name: getattr(row, name) for name in ("id", "word", "decided_at", "decided_by")}
    return Decision(**kept, person_ids=tuple(person_ids), joined=tuple(joined))
