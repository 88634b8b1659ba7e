"""What duplicates write to the audit trail: never a name or an address, only numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from crm.audit import service as audit
from crm.foundation.signing import Sealer
from crm.values.identifiers import AccountId, PersonId


def note(
    session: Session,
    sealer: Sealer,
    action: str,
    person_id: PersonId,
    *,
    by: AccountId | None,
    at: datetime,
    facts: Mapping[str, int],
) -> None:
    """An act upon a person and the `other` of the facts; `by` is None for the command line."""
    audit.record(
        session, sealer, at=at, account_id=by, action=action, subject="person", subject_id=person_id, facts=facts
    )
