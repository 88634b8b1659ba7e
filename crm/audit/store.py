"""SQL of the audit trail: it only ever adds."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from crm.audit.model import Entry, Wanted
from crm.audit.tables import AuditRow
from crm.foundation.newest import Before, newest
from crm.values.identifiers import AccountId


def add(session: Session, content: dict[str, Any], *, key_id: int, mark: str) -> None:
    """One more row."""
    session.add(AuditRow(**content, mark_key_id=key_id, mark=mark))
    session.flush()


def entries(session: Session, wanted: Wanted, *, before: int | None, limit: int) -> tuple[Entry, ...]:
    """The newest entries that answer, older than the one numbered `before`.

    Those of a period are walked by their instants, so that a day of long ago costs no more than one of today.
    """
    query = select(AuditRow).where(*_conditions(wanted))
    if wanted.since is not None or wanted.until is not None:
        at = session.scalar(select(AuditRow.at).where(AuditRow.id == before))
        start = None if before is None or at is None else Before(at, before)
        return tuple(entry(row) for row in session.scalars(newest(query, AuditRow.at, AuditRow.id, start, limit)))
    if before is not None:
        query = query.where(AuditRow.id < before)
    return tuple(entry(row) for row in session.scalars(query.order_by(AuditRow.id.desc()).limit(limit)))


def about(
    session: Session,
    *,
    subject: str,
    subject_ids: Collection[int],
    actions: Collection[str],
    before: Before | None,
    size: int,
) -> tuple[Entry, ...]:
    """The newest entries about one subject, by all its numbers, before an instant and number where given."""
    query = select(AuditRow).where(
        AuditRow.subject == subject, AuditRow.subject_id.in_(subject_ids), AuditRow.action.in_(actions)
    )
    return tuple(entry(row) for row in session.scalars(newest(query, AuditRow.at, AuditRow.id, before, size)))


def count(session: Session, wanted: Wanted, *, most: int) -> int:
    """How many entries answer; no further than `most`."""
    some = select(AuditRow.id).where(*_conditions(wanted)).limit(most).subquery("some")
    return session.scalar(select(func.count()).select_from(some)) or 0


def seen(session: Session) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(actions, subjects) that were ever recorded."""
    return tuple(session.scalars(_ACTIONS)), tuple(session.scalars(_SUBJECTS))


def _each(column: InstrumentedAttribute[str]) -> Select[str]:
    """Every value of an indexed column, in order: as many looks into the index as there are values."""
    first = select(func.min(column).label("word")).cte("words", recursive=True)
    following = select(func.min(column)).where(column > first.c.word).scalar_subquery()
    words = first.union_all(select(following).select_from(first).where(first.c.word.is_not(None)))
    return select(words.c.word).where(words.c.word.is_not(None)).order_by(words.c.word)


_ACTIONS, _SUBJECTS = _each(AuditRow.action), _each(AuditRow.subject)


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
    ):
        if value is not None:
            found.append(column == value)
    if wanted.subject_id is not None:
        found.append(AuditRow.subject_id.in_((wanted.subject_id, *wanted.also)))
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
