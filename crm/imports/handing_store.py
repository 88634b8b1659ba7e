"""SQL of what several files say: who else says it, and whose it is from now on."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.orm import Session, aliased

from crm.imports.model import Change, ChangeKind, RowVerdict, Run, RunState
from crm.imports.row_shape import change_of
from crm.imports.tables import ImportChangeRow, ImportRowRow, ImportRunRow


def twins(session: Session, run: Run, numbers: Collection[int]) -> dict[int, tuple[int, int]]:
    """Of those rows the ones that another import found to be there, word for word, with its id and the row's number."""
    mine, theirs = aliased(ImportRowRow), aliased(ImportRowRow)
    query = (
        select(mine.number, theirs.run_id, theirs.number)
        .join(theirs, and_(theirs.fingerprint == mine.fingerprint, theirs.run_id != mine.run_id))
        .join(ImportRunRow, ImportRunRow.id == theirs.run_id)
        .where(
            mine.run_id == run.id,
            mine.number.in_(numbers),
            mine.fingerprint != "",
            theirs.verdict == RowVerdict.SAME,
            *_stands(),
        )
        .order_by(theirs.run_id.desc(), theirs.number.desc())
    )
    return {number: (other, place) for number, other, place in session.execute(query)}


def said_again(session: Session, run: Run, targets: Collection[int]) -> tuple[Change, ...]:
    """What other imports that stand found to be there of those targets, the oldest first; each with its run."""
    if not targets:
        return ()
    others = select(ImportRunRow.id).where(ImportRunRow.id != run.id, *_stands())
    row = ImportChangeRow
    query = select(row.__table__).where(
        row.run_id.in_(list(session.scalars(others))), row.kind == ChangeKind.SAID_AGAIN, row.target_id.in_(targets)
    )
    return tuple(change_of(one) for one in session.execute(query.order_by(row.id)))


def _stands() -> tuple[ColumnElement[bool], ...]:
    return ImportRunRow.state == RunState.APPLIED, ImportRunRow.purged_at.is_(None)


def hand_row(session: Session, run_id: int, number: int, *, to: int, place: int) -> None:
    """Makes what a row brought another import's."""
    _hand(session, ImportChangeRow.run_id == run_id, ImportChangeRow.number == number, run_id=to, number=place)


def hand_change(session: Session, change_id: int, *, to: Change) -> None:
    """Makes one change that of the import that said it again; what it noted of it is not needed any more."""
    taken = select(ImportChangeRow.run_id).where(ImportChangeRow.id == to.id).scalar_subquery()
    _hand(session, ImportChangeRow.id == change_id, run_id=taken, number=to.number)
    session.execute(delete(ImportChangeRow).where(ImportChangeRow.id == to.id))


def _hand(session: Session, *which: ColumnElement[bool], **values: Any) -> None:
    session.execute(update(ImportChangeRow).where(*which).values(**values).execution_options(synchronize_session=False))
