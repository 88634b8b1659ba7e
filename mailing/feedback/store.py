"""SQL of feedback. Never commits, decides nothing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.foundation.database import hold
from mailing.feedback.model import Finding
from mailing.feedback.tables import MailEventRow

REFUSAL = "refusal-"


def add_event(
    session: Session,
    *,
    source_key: str,
    delivery_id: int | None,
    finding: Finding,
    status: str,
    detail: str,
    at: datetime,
) -> bool:
    """Records what came back. False where that very report was recorded before."""
    hold(session, f"mail event {source_key}")
    if session.scalar(select(MailEventRow.id).where(MailEventRow.source_key == source_key)) is not None:
        return False
    session.add(
        MailEventRow(
            delivery_id=delivery_id,
            finding=finding,
            status=status[:20],
            detail=detail[:500],
            source_key=source_key,
            at=at,
        )
    )
    session.flush()
    return True


def refusal_key(event_id: int) -> str:
    """The source key of a refusal at our own relay; keys sort like their numbers."""
    return f"{REFUSAL}{event_id:020d}"


def last_refusal(session: Session) -> int:
    """The number of the last refusal that was recorded, or 0."""
    last = session.scalar(select(func.max(MailEventRow.source_key)).where(MailEventRow.source_key.startswith(REFUSAL)))
    return int(last.removeprefix(REFUSAL)) if last else 0
