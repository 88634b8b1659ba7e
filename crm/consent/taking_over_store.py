"""SQL of many acts and suppressions at once; the folds follow in the same breath."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from crm.consent import folds
from crm.consent.model import NewAct, SuppressionCause, Way
from crm.consent.store import content_of, notices
from crm.consent.tables import (
    ConsentEventRow,
    ConsentStandingRow,
    SuppressedDigestRow,
    SuppressionEventRow,
    SuppressionRow,
)
from crm.foundation.bulk import pour, reserve
from crm.foundation.signing import Sealer


def insert_acts(
    session: Session, sealer: Sealer, acts: Sequence[NewAct], *, at: datetime, annuls: Sequence[Any] = ()
) -> list[int]:
    """Writes events about people who are themselves today; their ids, in the same order.

    `annuls`: the events that they take back, each of the record of which it was said.
    """
    if not acts:
        return []
    words = _words(session, acts)
    table: Any = ConsentEventRow.__table__
    ids = reserve(session, table, len(acts))
    rows = []
    for place, act in enumerate(acts):
        row: dict[str, Any] = {
            "recorded_person_id": annuls[place].recorded_person_id if annuls else act.person_id,
            "person_id": act.person_id,
            "purpose": act.purpose,
            "channel": act.channel,
            "address_key": act.address_key,
            "act": act.act,
            "way": act.way,
            "legal_basis": act.legal_basis,
            "notice_id": act.notice_id,
            "evidence": dict(act.evidence),
            "occurred_at": act.occurred_at,
            "recorded_at": at,
            "annuls_id": annuls[place].id if annuls else None,
        }
        key_id, mark = sealer.mark(content_of(row, words.get(act.notice_id)))
        rows.append((ids[place], key_id, mark, *row.values()))
    pour(session, table, ("id", "mark_key_id", "mark", *row), rows)
    return ids


def _words(session: Session, acts: Sequence[NewAct]) -> dict[int | None, str]:
    shown = {act.notice_id for act in acts if act.notice_id is not None}
    return {number: notice.text for number, notice in notices(session, shown).items()}


def events(session: Session, event_ids: Collection[int]) -> dict[int, Any]:
    """Those events by id, as rows of columns."""
    table = ConsentEventRow.__table__
    return {row.id: row for row in session.execute(select(table).where(table.c.id.in_(event_ids)))}


def annulled(session: Session, event_ids: Collection[int]) -> set[int]:
    """Those of them that were annulled before."""
    query = select(ConsentEventRow.annuls_id).where(ConsentEventRow.annuls_id.in_(event_ids))
    return {one for one in session.scalars(query) if one is not None}


def refold(session: Session, person_ids: Collection[int]) -> None:
    """Writes again where those people stand."""
    if not person_ids:
        return
    session.execute(
        delete(ConsentStandingRow)
        .where(ConsentStandingRow.person_id.in_(person_ids))
        .execution_options(synchronize_session=False)
    )
    session.execute(insert(ConsentStandingRow).from_select(list(folds.COLUMNS), folds.standings(person_ids)))


def insert_suppressions(
    session: Session,
    items: Sequence[tuple[str, datetime]],
    *,
    suppressed: bool,
    cause: SuppressionCause,
    way: Way,
    at: datetime,
    evidence: Mapping[str, Any],
) -> None:
    """Writes (address key, moment) events and folds those addresses again."""
    if not items:
        return
    session.execute(
        insert(SuppressionEventRow),
        [
            {
                "address_key": key,
                "suppressed": suppressed,
                "cause": cause,
                "way": way,
                "evidence": dict(evidence),
                "occurred_at": occurred_at,
                "recorded_at": at,
            }
            for key, occurred_at in items
        ],
    )
    keys = {key for key, _ in items}
    session.execute(
        delete(SuppressionRow).where(SuppressionRow.address_key.in_(keys)).execution_options(synchronize_session=False)
    )
    session.execute(insert(SuppressionRow).from_select(["address_key", "cause", "since_at"], folds.suppressions(keys)))


def undone_at(session: Session, address_keys: Collection[str], cause: SuppressionCause) -> dict[str, datetime]:
    """When an import that had brought that cause was last undone, by address."""
    row = SuppressionEventRow
    query = select(row.address_key, func.max(row.occurred_at).label("at")).where(
        row.address_key.in_(address_keys), row.cause == cause, row.suppressed.is_(False), row.way == Way.IMPORT
    )
    return {one.address_key: one.at for one in session.execute(query.group_by(row.address_key))} if address_keys else {}


def causes_at(session: Session, address_keys: Collection[str]) -> set[tuple[str, SuppressionCause]]:
    """(address key, cause) of all that stands on those addresses."""
    query = select(SuppressionRow.address_key, SuppressionRow.cause).where(SuppressionRow.address_key.in_(address_keys))
    return {(key, cause) for key, cause in session.execute(query)} if address_keys else set()


def digests_held(session: Session, digests: Collection[str]) -> dict[str, datetime]:
    """Those of them that are on the list, and since when."""
    row = SuppressedDigestRow
    query = select(row.digest, row.since_at).where(row.digest.in_(digests))
    return {row.digest: row.since_at for row in session.execute(query)} if digests else {}


def has_digests(session: Session) -> bool:
    """True where there is any digest on the list."""
    return session.scalar(select(SuppressedDigestRow.digest).limit(1)) is not None


def insert_digests(session: Session, items: Sequence[tuple[str, datetime]], *, at: datetime) -> None:
    """Puts digests on the list."""
    if items:
        session.execute(
            insert(SuppressedDigestRow),
            [{"digest": digest, "since_at": since, "recorded_at": at} for digest, since in items],
        )


def delete_digests(session: Session, digests: Collection[str]) -> set[str]:
    """Takes digests off the list; those that were on it."""
    if not digests:
        return set()
    row = SuppressedDigestRow
    return set(session.scalars(delete(row).where(row.digest.in_(digests)).returning(row.digest)))
