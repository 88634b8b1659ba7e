"""Sheets in the database: one row a part, written over at each count."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from crm.figures.model import Count, Numbers, Part, Sheet
from crm.figures.tables import FigureSheetRow


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
    row.numbers = {"people": dict(numbers.people), "amounts": dict(numbers.amounts), "names": dict(numbers.names)}
    session.add(row)
    session.flush()


def ask(session: Session, at: datetime) -> None:
    """Notes that all are wanted anew."""
    session.execute(update(FigureSheetRow).values(asked_at=at).execution_options(synchronize_session=False))
