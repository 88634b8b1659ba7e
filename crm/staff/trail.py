"""What staff writes to the audit trail: never a name or an address, only numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crm.audit import service as audit
from crm.foundation.signing import Sealer
from crm.values.identifiers import AccountId


def note(
    session: Session,
    sealer: Sealer,
    action: str,
    account_id: AccountId,
    *,
    by: AccountId | None,
    at: datetime,
    facts: Mapping[str, Any] = audit.NO_FACTS,
) -> None:
    """An act upon an account; `by` is None for the house itself."""
    audit.record(
        session,
        sealer,
        at=at,
        account_id=by,
        action=f"staff.{action}",
        subject="account",
        subject_id=account_id,
        facts=facts,
    )
