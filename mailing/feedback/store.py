"""SQL of feedback. Never commits, decides nothing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from crm.foundation.database import hold
from mailing.delivery import selects
from mailing.feedback.model import BOUNCED, Finding
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


def undelivered(session: Session, code: str, since: datetime) -> tuple[tuple[str, datetime], ...]:
    """The occasion and the hour of letters of a kind that never left, or came back."""
    letter, event = selects.letters_of(code, since).subquery("letter"), MailEventRow
    came_back = select(event.id).where(event.delivery_id == letter.c.id, event.finding.in_(BOUNCED)).exists()
    query = select(letter.c.occasion, letter.c.created_at).where(or_(letter.c.never_left, came_back))
    return tuple((occasion, at) for occasion, at in session.execute(query.order_by(letter.c.id)))
