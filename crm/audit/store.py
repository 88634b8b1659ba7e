"""SQL of the audit trail: it only ever adds."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from crm.audit.model import Entry, Wanted
from crm.audit.tables import AuditRow
from crm.foundation.newest import Before, newest
from crm.values.identifiers import AccountId


def add(session: Session, content: dict[str, Any], *, key_id: int, mark: str) -> None:
    """One more row."""
    session.add(AuditRow(**content, mark_key_id=key_id, mark=mark))
    session.flush()


def entries(session: Session, wanted: Wanted, *, before: int | None, limit: int) -> tuple[Entry, ...]:
    """The newest entries that answer, older than the one numbered `before`."""
    query = select(AuditRow).where(*_conditions(wanted)).order_by(AuditRow.id.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditRow.id < before)
    return tuple(entry(row) for row in session.scalars(query))


def about(
    session: Session,
    *,
    subject: str,
    subject_id: int,
    actions: Collection[str],
    before: Before | None,
    size: int,
) -> tuple[Entry, ...]:
    """The newest entries about one subject with one of those actions, before an instant and number where given."""
    query = select(AuditRow).where(
        AuditRow.subject == subject, AuditRow.subject_id == subject_id, AuditRow.action.in_(actions)
    )
    return tuple(entry(row) for row in session.scalars(newest(query, AuditRow.at, AuditRow.id, before, size)))


def count(session: Session, wanted: Wanted) -> int:
    """How many entries answer."""
    return session.scalar(select(func.count()).select_from(AuditRow).where(*_conditions(wanted))) or 0


def seen(session: Session) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(actions, subjects) that were ever recorded."""
    actions = session.scalars(select(AuditRow.action).distinct().order_by(AuditRow.action))
    subjects = session.scalars(select(AuditRow.subject).distinct().order_by(AuditRow.subject))
    return tuple(actions), tuple(subjects)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        found.append(AuditRow.at >= wanted.since)
    if wanted.until is not None:
        found.append(AuditRow.at < wanted.until)
    if wanted.by_the_house:
        found.append(AuditRow.account_id.is_(None))
    elif wanted.account_id is not None:
        found.append(AuditRow.account_id == wanted.account_id)
    for column, value in (
        (AuditRow.action, wanted.action),
        (AuditRow.subject, wanted.subject),
        (AuditRow.subject_id, wanted.subject_id),
    ):
        if value is not None:
            found.append(column == value)
    return found


def entry(row: AuditRow) -> Entry:
    """A row as a noun."""
    return Entry(
        id=row.id,
        at=row.at,
        account_id=AccountId(row.account_id) if row.account_id is not None else None,
        action=row.action,
        subject=row.subject,
        subject_id=row.subject_id,
        facts=row.facts,
    )
