"""What a merge of two people does to their actions, and how an un-merge puts it back.

Everything of the one goes to the other. Where both signed the same petition (or registered for the same event) the one
that came first stands and the other is folded into it: counted once, lost never.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from crm.actions.model import RegistrationState
from crm.actions.tables import DeedRow, RegistrationRow, SignatureRow
from crm.values.identifiers import PersonId

_ONCE: dict[str, Any] = {"signature": SignatureRow, "registration": RegistrationRow}
_ALL: dict[str, Any] = {**_ONCE, "deed": DeedRow}


def repoint(session: Session, *, loser: PersonId, survivor: PersonId) -> Mapping[str, Any]:
    """Gives all that `loser` did to `survivor`. What it returns (JSON) is what `put_back` needs."""
    folded = {name: _fold(session, row, loser, survivor) for name, row in _ONCE.items()}
    moved = {}
    for name, row in _ALL.items():
        change = update(row).where(row.person_id == loser).values(person_id=survivor).returning(row.id)
        moved[name] = sorted(session.scalars(change.execution_options(synchronize_session=False)))
    session.expire_all()
    return {"moved": moved, "folded": folded}


def put_back(session: Session, moves: Mapping[str, Any], *, loser: PersonId, survivor: PersonId) -> None:
    """Undoes exactly what `repoint` did, on rows that are still where it put them."""
    for name, row in _ALL.items():
        back = update(row).where(row.id.in_(moves["moved"][name]), row.person_id == survivor).values(person_id=loser)
        session.execute(back.execution_options(synchronize_session=False))
    for name, row in _ONCE.items():
        for row_id, into in moves["folded"][name]:
            out = update(row).where(row.id == row_id, row.folded_into_id == into).values(folded_into_id=None)
            session.execute(out.execution_options(synchronize_session=False))
    session.expire_all()


def _fold(session: Session, row: Any, loser: PersonId, survivor: PersonId) -> list[list[int]]:
    """Folds one of each two rows that both stand for the same call; pairs of (the folded one, the one that stands)."""
    theirs, ours = aliased(row), aliased(row)
    of_call = "petition_id" if row is SignatureRow else "event_id"
    both = session.execute(
        select(theirs, ours).where(
            getattr(theirs, of_call) == getattr(ours, of_call),
            theirs.person_id == loser,
            ours.person_id == survivor,
            theirs.folded_into_id.is_(None),
            ours.folded_into_id.is_(None),
        )
    ).all()
    pairs = []
    for pair in both:
        stands, folds = sorted(pair, key=_precedence)
        folds.folded_into_id = stands.id
        pairs.append([folds.id, stands.id])
    session.flush()
    return pairs


def _precedence(row: SignatureRow | RegistrationRow) -> tuple[Any, ...]:
    """The one that came first stands; a registration that was cancelled yields to one that was not."""
    if isinstance(row, SignatureRow):
        return row.signed_at, row.id
    return row.state is RegistrationState.CANCELLED, row.registered_at, row.id
