"""SQL of the audit trail: it only ever adds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.audit.model import Entry
from crm.audit.tables import AuditRow
from crm.values.identifiers import AccountId


def add(session: Session, content: dict[str, Any], *, key_id: int, mark: str) -> None:
    """One more row."""
    session.add(AuditRow(**content, mark_key_id=key_id, mark=mark))
    session.flush()


def marked(session: Session) -> Iterator[tuple[Entry, int, str]]:
    """Every entry with its mark, oldest first, in bounded memory."""
    for row in session.scalars(select(AuditRow).order_by(AuditRow.id).execution_options(yield_per=500)):
        yield _entry(row), row.mark_key_id, row.mark


def latest(session: Session, *, subject: str | None, subject_id: int | None, limit: int) -> tuple[Entry, ...]:
    """The newest entries, of one subject where it is named."""
    query = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
    if subject is not None:
        query = query.where(AuditRow.subject == subject)
    if subject_id is not None:
        query = query.where(AuditRow.subject_id == subject_id)
    return tuple(_entry(row) for row in session.scalars(query))


def _entry(row: AuditRow) -> Entry:
    return Entry(
        id=row.id,
        at=row.at,
        account_id=AccountId(row.account_id) if row.account_id is not None else None,
        action=row.action,
        subject=row.subject,
        subject_id=row.subject_id,
        facts=row.facts,
    )
