"""What a colleague did with a person is written to the trail: the action, the parts, never what stood in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from crm.audit import service as audit
from crm.web.office import guard, shell


def note(
    session: Session,
    action: str,
    subject_id: int | None,
    facts: Mapping[str, Any] = audit.NO_FACTS,
    *,
    subject: str = "person",
) -> None:
    """Records an action of whoever is signed in. `facts` hold nothing personal."""
    audit.record(
        session,
        shell.assembly().sealer,
        at=shell.now(),
        account_id=guard.signed_in().account.id,
        action=action,
        subject=subject,
        subject_id=subject_id,
        facts=facts,
    )
