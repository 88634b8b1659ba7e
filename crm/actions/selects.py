"""What supporters did, as SQL for upper rooms."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from crm.actions.tables import DeedRow, RegistrationRow, SignatureRow


def signs_of_life(since: Any) -> tuple[Select[*tuple[Any, ...]], ...]:
    """Who signed, came or acted since an instant: selects of person_id."""
    return (
        select(SignatureRow.person_id).where(SignatureRow.signed_at >= since),
        select(RegistrationRow.person_id).where(RegistrationRow.registered_at >= since),
        select(DeedRow.person_id).where(DeedRow.done_at >= since),
    )
