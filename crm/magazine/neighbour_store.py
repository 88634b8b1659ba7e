"""SQL of what was decided of different surnames at one letter box."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from crm.magazine.model import Decided, Neighbours
from crm.magazine.tables import NeighbourDecisionRow, NeighbourRow
from crm.people import selects as people

_STANDING = (
    select(NeighbourDecisionRow.id, NeighbourDecisionRow.box_key, NeighbourRow.person_id)
    .join(NeighbourRow, NeighbourRow.decision_id == NeighbourDecisionRow.id)
    .where(NeighbourDecisionRow.undone_at.is_(None), NeighbourDecisionRow.word == Neighbours.APART)
    .order_by(NeighbourDecisionRow.id)
)
_HOMES = select(NeighbourDecisionRow.household_id).where(
    NeighbourDecisionRow.undone_at.is_(None), NeighbourDecisionRow.word == Neighbours.TOGETHER
)


def standing(session: Session) -> Decided:
    """What stands of all that was decided: as many as people had the patience to decide."""
    boxes: dict[int, str] = {}
    members: defaultdict[int, set[int]] = defaultdict(set)
    for decision_id, box_key, person_id in session.execute(_STANDING):
        boxes[decision_id] = box_key
        members[decision_id].add(person_id)
    apart: defaultdict[str, list[frozenset[int]]] = defaultdict(list)
    for decision_id, box_key in boxes.items():
        apart[box_key].append(frozenset(members[decision_id]))
    homes = frozenset(one for one in session.scalars(_HOMES) if one is not None)
    return Decided(apart=apart, homes=homes)


def box_of(session: Session, address_id: int) -> str | None:
    """The key of the letter box of an address."""
    every = people.letter_boxes().subquery("every")
    return session.scalar(select(every.c.box_key).where(every.c.postal_address_id == address_id))


def at_box(session: Session, box_key: str, person_ids: Collection[int]) -> set[int]:
    """Who of them has an address at a letter box still."""
    every = people.letter_boxes().subquery("every")
    here = (every.c.box_key == box_key, every.c.person_id.in_(person_ids))
    return set(session.scalars(select(every.c.person_id).where(*here)))


def add(
    session: Session,
    word: Neighbours,
    box_key: str,
    person_ids: Sequence[int],
    *,
    joined: Collection[int] = (),
    household_id: int | None = None,
    by: int | None,
    at: datetime,
) -> NeighbourDecisionRow:
    """A decision about people at a letter box."""
    row = NeighbourDecisionRow(
        word=word, box_key=box_key, household_id=household_id, decided_at=at, decided_by=by, undone_at=None
    )
    session.add(row)
    session.flush()
    for person_id in person_ids:
        session.add(NeighbourRow(decision_id=row.id, person_id=person_id, has_joined=person_id in joined))
    session.flush()
    return row


def find(session: Session, decision_id: int) -> NeighbourDecisionRow | None:
    """A decision, held until the end of the transaction."""
    return session.get(NeighbourDecisionRow, decision_id, with_for_update=True, populate_existing=True)


def joined(session: Session, decision_id: int) -> list[int]:
    """Whom a decision put into its household."""
    row = NeighbourRow
    return list(session.scalars(select(row.person_id).where(row.decision_id == decision_id, row.has_joined)))


def page(session: Session, *, size: int, before: int | None) -> list[NeighbourDecisionRow]:
    """Decisions that stand, the newest first."""
    row = NeighbourDecisionRow
    query = select(row).where(row.undone_at.is_(None)).order_by(row.id.desc()).limit(size)
    return list(session.scalars(query if before is None else query.where(row.id < before)))


def count(session: Session) -> int:
    """How many stand."""
    row = NeighbourDecisionRow
    return session.scalar(select(func.count()).select_from(row).where(row.undone_at.is_(None))) or 0


def members(session: Session, decision_ids: Collection[int]) -> dict[int, list[int]]:
    """Whom each decision was about."""
    row, found = NeighbourRow, defaultdict[int, list[int]](list)
    query = select(row.decision_id, row.person_id).where(row.decision_id.in_(decision_ids))
    for decision_id, person_id in session.execute(query.order_by(row.decision_id, row.person_id)):
        found[decision_id].append(person_id)
    return found


def forget(session: Session, person_ids: Collection[int]) -> int:
    """Forgets that decisions were about those people, and the decisions that are about one person or none then."""
    row, decision = NeighbourRow, NeighbourDecisionRow
    gone = session.execute(
        delete(row)
        .where(row.person_id.in_(person_ids))
        .returning(row.decision_id)
        .execution_options(synchronize_session=False)
    ).scalars()
    touched = set(gone)
    several = select(row.decision_id).group_by(row.decision_id).having(func.count() > 1)
    lonely = set(session.scalars(select(decision.id).where(decision.id.in_(touched), decision.id.not_in(several))))
    for table, column in ((row, row.decision_id), (decision, decision.id)):
        session.execute(delete(table).where(column.in_(lonely)).execution_options(synchronize_session=False))
    return len(touched)
