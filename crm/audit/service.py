"""The door of the audit trail: record and look back. `crm.ledgers` chains and verifies it."""

from __future__ import annotations

import json
import warnings
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from crm.audit import rules, store
from crm.audit.model import Entry, Wanted
from crm.audit.tables import AuditRow
from crm.foundation.newest import Before
from crm.foundation.signing import Sealer
from crm.ledgers.model import Ledger
from crm.values.identifiers import AccountId

COUNTED = 10_000
"""So many entries that answer a question are counted, no more."""
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
    """Adds an entry. `facts` are JSON values and hold nothing personal; `account_id` is None for the house itself.

    Words instead of codes are withheld, with a warning, rather than kept for ever: see `rules`.
    """
    kept, withheld = rules.told(json.loads(json.dumps(dict(facts))))
    if withheld:
        warnings.warn(f"facts of {action} that are no codes were withheld: {withheld}", stacklevel=2)
    content = {
        "at": at.astimezone(UTC),
        "account_id": account_id,
        "action": action,
        "subject": subject,
        "subject_id": subject_id,
        "facts": kept,
    }
    key_id, mark = sealer.mark(_sealed(content))
    store.add(session, content, key_id=key_id, mark=mark)


def latest(
    session: Session, *, subject: str | None = None, subject_id: int | None = None, limit: int = 50
) -> tuple[Entry, ...]:
    """The newest entries first, of one subject where it is named."""
    return store.entries(session, Wanted(subject=subject, subject_id=subject_id), before=None, limit=limit)


def entries(session: Session, wanted: Wanted, *, before: int | None = None, limit: int = 50) -> tuple[Entry, ...]:
    """The newest entries first that answer `wanted`; the page after one starts `before` its last number."""
    return store.entries(session, wanted, before=before, limit=limit)


def about(
    session: Session,
    *,
    subject: str,
    subject_ids: Collection[int],
    actions: Collection[str],
    before: Before | None = None,
    size: int = 50,
) -> tuple[Entry, ...]:
    """The newest entries about one subject, by all its numbers, with one of those actions, a page at a time."""
    return store.about(session, subject=subject, subject_ids=subject_ids, actions=actions, before=before, size=size)


def count(session: Session, wanted: Wanted, *, most: int = COUNTED) -> int:
    """How many entries answer; of more than `most`, that there are `most`, so that no question walks a whole trail."""
    return store.count(session, wanted, most=most)


def seen(session: Session) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(actions, subjects) that were ever recorded, in order."""
    return store.seen(session)


def _sealed(content: Mapping[str, Any]) -> dict[str, Any]:
    """What the mark covers, the instant in one spelling whatever the database."""
    return {**content, "at": content["at"].isoformat(timespec="microseconds")}


def _sealed_row(row: AuditRow) -> dict[str, Any]:
    return _sealed(
        {
            "at": row.at,
            "account_id": row.account_id,
            "action": row.action,
            "subject": row.subject,
            "subject_id": row.subject_id,
            "facts": dict(row.facts),
        }
    )


LEDGER = Ledger(name="audit", rows=AuditRow, content=_sealed_row)
"""The trail as `crm.ledgers` seals and verifies it."""
