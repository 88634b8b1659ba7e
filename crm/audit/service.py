"""The door of the audit trail: record, look back, verify."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from crm.audit import store
from crm.audit.model import Entry
from crm.foundation.signing import Sealer
from crm.values.identifiers import AccountId

NO_FACTS: Mapping[str, Any] = MappingProxyType({})


def record(
    session: Session,
    sealer: Sealer,
    *,
    at: datetime,
    account_id: AccountId | None,
    action: str,
    subject: str,
    subject_id: int | None = None,
    facts: Mapping[str, Any] = NO_FACTS,
) -> None:
    """Adds an entry. `facts` are JSON values and hold nothing personal; `account_id` is None for the house itself."""
    content = {
        "at": at.astimezone(UTC),
        "account_id": account_id,
        "action": action,
        "subject": subject,
        "subject_id": subject_id,
        "facts": json.loads(json.dumps(dict(facts))),
    }
    key_id, mark = sealer.mark(_sealed(content))
    store.add(session, content, key_id=key_id, mark=mark)


def latest(
    session: Session, *, subject: str | None = None, subject_id: int | None = None, limit: int = 50
) -> tuple[Entry, ...]:
    """The newest entries first, of one subject where it is named."""
    return store.latest(session, subject=subject, subject_id=subject_id, limit=limit)


def verify(session: Session, sealer: Sealer) -> list[int]:
    """The ids of the entries that are no longer what was recorded."""
    return [
        entry.id
        for entry, key_id, mark in store.marked(session)
        if not sealer.holds(_sealed(_content(entry)), key_id, mark)
    ]


def _content(entry: Entry) -> dict[str, Any]:
    return {
        "at": entry.at,
        "account_id": entry.account_id,
        "action": entry.action,
        "subject": entry.subject,
        "subject_id": entry.subject_id,
        "facts": dict(entry.facts),
    }


def _sealed(content: Mapping[str, Any]) -> dict[str, Any]:
    """What the mark covers, the instant in one spelling whatever the database."""
    return {**content, "at": content["at"].isoformat(timespec="microseconds")}
