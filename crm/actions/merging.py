"""What a merge of two people does to their actions, and how an un-merge puts it back.

Everything of the one goes to the other. Where both signed the same petition the one that came first stands, where
both registered for the same event the one that says most, and the other is folded into it: counted once, lost never.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.actions import delivery_store
from crm.actions.model import RegistrationState
from crm.actions.tables import DeedRow, RegistrationRow, SignatureRow
from crm.foundation import row_moves
from crm.foundation.row_moves import RowMove
from crm.foundation.translation import N_
from crm.values.identifiers import PersonId

ROOM = "crm.actions"
TABLES = frozenset({"signature", "registration", "deed"})
WORDS: Mapping[str, str] = {
    "signature": N_("Signatures de pétitions"),
    "registration": N_("Inscriptions à des événements"),
    "deed": N_("Actions urgentes"),
}

_ONCE: tuple[Any, ...] = (SignatureRow, RegistrationRow)
_ALL: tuple[Any, ...] = (*_ONCE, DeedRow)
_SAYS_MOST = (RegistrationState.ATTENDED, RegistrationState.REGISTERED, RegistrationState.CANCELLED)


def repoint(session: Session, *, loser: PersonId, survivor: PersonId) -> list[RowMove]:
    """Gives the survivor all that the loser did (see `crm.contracts.person_pointer`)."""
    for row in _ONCE:
        _fold(session, row, {loser, survivor}, as_one=True)
    moves: list[RowMove] = []
    for row in _ALL:
        moves += row_moves.give(session, _table(row), loser=loser, survivor=survivor)
    session.expire_all()
    return moves


def put_back(session: Session, moves: Sequence[RowMove], *, loser: PersonId, survivor: PersonId) -> int:
    """Gives each what they did themselves; how many acts stay because somebody else holds them now."""
    kept = 0
    for move in reversed(moves):
        table = next(_table(row) for row in _ALL if row.__tablename__ == move.table)
        kept += row_moves.put_back(session, table, [move])
    session.expire_all()
    for row in _ONCE:
        for person_id in (loser, survivor):
            _fold(session, row, {person_id})
    return kept


def holdings(session: Session, person_ids: Collection[PersonId]) -> Mapping[PersonId, Mapping[str, int]]:
    """How many petitions each signed, events they registered for, and urgent actions they took."""
    found: dict[PersonId, dict[str, int]] = {person_id: {} for person_id in person_ids}
    for row in _ALL:
        counted = select(row.person_id, func.count()).where(row.person_id.in_(person_ids)).group_by(row.person_id)
        if row is not DeedRow:
            counted = counted.where(row.folded_into_id.is_(None))
        for person_id, count in session.execute(counted):
            found[PersonId(person_id)][row.__tablename__] = count
    return found


def _fold(session: Session, row: Any, person_ids: Collection[PersonId], *, as_one: bool = False) -> None:
    """Of what each of them did once only (or all of them, who are one), the first stands, all others folded into it.

    It follows from the rows alone, so that no move records it, and whoever leaves takes their own with them.
    """
    calls: dict[tuple[int, int], list[Any]] = {}
    for one in session.scalars(select(row).where(row.person_id.in_(person_ids))):
        calls.setdefault((0 if as_one else one.person_id, getattr(one, _call(row))), []).append(one)
    first = [sorted(several, key=_precedence) for several in calls.values()]
    for stands, *others in first:
        for other in others:
            other.folded_into_id = stands.id
    session.flush()
    for stands, *_ in first:
        stands.folded_into_id = None
    session.flush()
    if row is SignatureRow:
        delivery_store.refold(session, [(stands, others) for stands, *others in first])


def _precedence(row: SignatureRow | RegistrationRow) -> tuple[Any, ...]:
    """The one that came first stands; of registrations the one that says most: who came, who comes, with most seats."""
    if isinstance(row, SignatureRow):
        return row.signed_at, row.id
    return _SAYS_MOST.index(row.state), -row.seats, row.registered_at, row.id


def _call(row: Any) -> str:
    return "petition_id" if row is SignatureRow else "event_id"


def _table(row: Any) -> Any:
    return row.metadata.tables[row.__tablename__]
