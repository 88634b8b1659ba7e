"""What supporters did, as SQL for upper rooms."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from crm.actions.model import CallKind, RegistrationState
from crm.actions.tables import CallRow, DeedRow, RegistrationRow, SignatureRow
from crm.people.model import Sensitivity


def signs_of_life(since: Any) -> tuple[Select[*tuple[Any, ...]], ...]:
    """Who signed, came or acted since an instant: selects of person_id."""
    return (
        select(SignatureRow.person_id).where(SignatureRow.signed_at >= since),
        select(RegistrationRow.person_id).where(RegistrationRow.registered_at >= since),
        select(DeedRow.person_id).where(DeedRow.done_at >= since),
    )


def signatures() -> Select[*tuple[Any, ...]]:
    """(id, person_id, signed_at, content_id) of each signature of a petition that the library of contents knows."""
    row = SignatureRow
    return (
        select(row.id, row.person_id, row.signed_at, CallRow.content_id)
        .join(CallRow, CallRow.id == row.petition_id)
        .where(row.folded_into_id.is_(None), CallRow.content_id.is_not(None))
    )


def attended() -> Select[*tuple[Any, ...]]:
    """(person_id, starts_on) of each event somebody came to, but for those that tell an opinion."""
    row = RegistrationRow
    return (
        select(row.person_id, CallRow.starts_on)
        .join(CallRow, CallRow.id == row.event_id)
        .where(
            row.folded_into_id.is_(None),
            row.state == RegistrationState.ATTENDED,
            CallRow.sensitivity != Sensitivity.SENSITIVE,
        )
    )


def petitions() -> Select[*tuple[Any, ...]]:
    """(content_id, is_sensitive) of each petition that the library of contents knows."""
    is_sensitive = (CallRow.sensitivity == Sensitivity.SENSITIVE).label("is_sensitive")
    return select(CallRow.content_id, is_sensitive).where(
        CallRow.kind == CallKind.PETITION, CallRow.content_id.is_not(None)
    )
