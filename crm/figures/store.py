"""Sheets in the database: one row a part, or an appeal, written over at each count."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from crm.figures.model import Count, Numbers, Outcome, Part, Sheet
from crm.figures.outcome_json import as_json, from_json
from crm.figures.tables import AppealSheetRow, FigureSheetRow
from crm.values.identifiers import AppealId


def sheets(session: Session, parts: Collection[Part]) -> dict[Part, Sheet]:
    """Those of them that were ever counted."""
    rows = session.scalars(select(FigureSheetRow).where(FigureSheetRow.part.in_(parts)))
    return {
        row.part: Sheet(
            part=row.part,
            on=row.on,
            counted_at=row.counted_at,
            milliseconds=row.milliseconds,
            numbers=Numbers(**row.numbers),
        )
        for row in rows
    }


def last(session: Session) -> Count | None:
    """How old the oldest sheet is; None where one was never counted."""
    row = FigureSheetRow
    number, oldest, milliseconds, asked = session.execute(
        select(
            func.count(),
            func.min(row.counted_at),
            func.sum(row.milliseconds),
            func.count().filter(row.asked_at > row.counted_at),
        ).where(row.part.in_(list(Part)))
    ).one()
    if number < len(Part):
        return None
    return Count(counted_at=oldest, milliseconds=int(milliseconds), is_asked=asked > 0)


def keep(session: Session, sheet: Sheet) -> None:
    """Writes one over."""
    row = session.get(FigureSheetRow, sheet.part, populate_existing=True) or FigureSheetRow(
        part=sheet.part, asked_at=None
    )
    row.on, row.counted_at, row.milliseconds = sheet.on, sheet.counted_at, sheet.milliseconds
    numbers = sheet.numbers
    row.numbers = asdict(numbers)
    session.add(row)
    session.flush()


def ask(session: Session, at: datetime) -> None:
    """Notes that all are wanted anew."""
    session.execute(update(FigureSheetRow).values(asked_at=at).execution_options(synchronize_session=False))


def outcomes(session: Session, appeal_ids: Collection[AppealId]) -> dict[AppealId, Outcome]:
    """Those of them that were ever counted."""
    rows = session.scalars(select(AppealSheetRow).where(AppealSheetRow.appeal_id.in_(appeal_ids)))
    return {
        AppealId(row.appeal_id): Outcome(
            appeal_id=AppealId(row.appeal_id),
            on=row.on,
            count=_count(row.counted_at, row.milliseconds, row.asked_at),
            seen_entry=row.seen_entry,
            results=from_json(row.numbers),
        )
        for row in rows
    }


def outcome_counts(session: Session) -> dict[AppealId, Count]:
    """How the last count of each appeal went."""
    row = AppealSheetRow
    rows = session.execute(select(row.appeal_id, row.counted_at, row.milliseconds, row.asked_at))
    return {AppealId(number): _count(at, milliseconds, asked_at) for number, at, milliseconds, asked_at in rows}


def keep_outcome(session: Session, found: Outcome) -> None:
    """Writes one over; who asked for another meanwhile goes on waiting."""
    row = session.get(AppealSheetRow, found.appeal_id, populate_existing=True) or AppealSheetRow(
        appeal_id=found.appeal_id, asked_at=None, seen_entry=0
    )
    row.on, row.counted_at, row.milliseconds = found.on, found.count.counted_at, found.count.milliseconds
    row.seen_entry = max(row.seen_entry, found.seen_entry)
    row.numbers = as_json(found.results)
    session.add(row)
    session.flush()


def ask_outcomes(session: Session, appeal_ids: Collection[AppealId], at: datetime) -> None:
    """Notes that those are wanted anew."""
    asked = update(AppealSheetRow).where(AppealSheetRow.appeal_id.in_(appeal_ids)).values(asked_at=at)
    session.execute(asked.execution_options(synchronize_session=False))


def least_seen(session: Session) -> int | None:
    """The movement of money up to which every appeal was looked at; None where none was counted."""
    return session.scalar(select(func.min(AppealSheetRow.seen_entry)))


def see(session: Session, entry: int) -> None:
    """Notes up to which movement of money all were looked at."""
    row = AppealSheetRow
    seen = update(row).where(row.seen_entry < entry).values(seen_entry=entry)
    session.execute(seen.execution_options(synchronize_session=False))


def _count(counted_at: datetime, milliseconds: int, asked_at: datetime | None) -> Count:
    is_asked = asked_at is not None and asked_at > counted_at
    return Count(counted_at=counted_at, milliseconds=milliseconds, is_asked=is_asked)
