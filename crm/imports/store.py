"""SQL of imports: runs and how they are claimed, mappings, rows by the block, changes."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from crm.foundation import bulk
from crm.imports.layout import Layout
from crm.imports.model import WORKING, Change, Matching, Row, RowPage, RowVerdict, Run, RunId, RunState
from crm.imports.row_shape import change_of, row_of, told_json
from crm.imports.tables import ImportChangeRow, ImportMappingRow, ImportRowRow, ImportRunRow
from crm.imports.wish import cents_of
from crm.values.identifiers import AccountId


def add_run(session: Session, **values: Any) -> Run:
    """Writes a new run; `values` are its columns by name."""
    row = ImportRunRow(progress=0, cursor=0, counts={}, error="", worker="", rows_total=0, **values)
    session.add(row)
    session.flush()
    return _run(row)


def find_run(session: Session, run_id: int) -> Run | None:
    """One run, as it is now."""
    row = session.get(ImportRunRow, run_id, populate_existing=True)
    return None if row is None else _run(row)


def runs(session: Session, *, limit: int, before: int | None = None) -> tuple[Run, ...]:
    """The newest runs first."""
    query = select(ImportRunRow).order_by(ImportRunRow.id.desc()).limit(limit)
    if before is not None:
        query = query.where(ImportRunRow.id < before)
    return tuple(_run(row) for row in session.scalars(query))


def same_file(session: Session, kind: str, sha256: str, *, but: int) -> Run | None:
    """The newest other import of exactly these bytes that was applied."""
    query = select(ImportRunRow).where(
        ImportRunRow.kind == kind,
        ImportRunRow.sha256 == sha256,
        ImportRunRow.id != but,
        ImportRunRow.state == RunState.APPLIED,
    )
    row = session.scalars(query.order_by(ImportRunRow.id.desc()).limit(1)).first()
    return None if row is None else _run(row)


def move(
    session: Session, run_id: int, *, within: Collection[RunState], to: RunState, at: datetime, **values: Any
) -> bool:
    """From one of those states to another, in one statement; False where it stands elsewhere by now."""
    moved = session.execute(
        update(ImportRunRow)
        .where(ImportRunRow.id == run_id, ImportRunRow.state.in_(within))
        .values(state=to, stage_at=at, worker="", lease_until=None, error="", **values)
        .returning(ImportRunRow.id)
        .execution_options(synchronize_session=False)
    )
    return moved.first() is not None


def change_run(session: Session, run_id: int, **values: Any) -> None:
    """Writes columns of a run."""
    session.execute(
        update(ImportRunRow)
        .where(ImportRunRow.id == run_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def claim(session: Session, *, now: datetime, lease_until: datetime, run_id: int | None = None) -> Run | None:
    """Takes a run that has work to do and no living worker, in one statement; None where there is none."""
    free = or_(ImportRunRow.lease_until.is_(None), ImportRunRow.lease_until < now)
    chosen = select(ImportRunRow.id).where(ImportRunRow.state.in_(WORKING), free, ImportRunRow.error == "")
    if run_id is not None:
        chosen = chosen.where(ImportRunRow.id == run_id)
    taken = session.execute(
        update(ImportRunRow)
        .where(ImportRunRow.id.in_(chosen.order_by(ImportRunRow.id).limit(1).with_for_update(skip_locked=True)))
        .values(worker=secrets.token_hex(8), lease_until=lease_until)
        .returning(ImportRunRow.id)
        .execution_options(synchronize_session=False)
    ).first()
    return None if taken is None else find_run(session, taken.id)


def go_on(session: Session, run: Run) -> bool:
    """Lets workers take a run again that stopped with that error; False where it stands otherwise by now."""
    gone_on = session.execute(
        update(ImportRunRow)
        .where(
            ImportRunRow.id == run.id,
            ImportRunRow.state.in_(WORKING),
            ImportRunRow.error == run.error,
            ImportRunRow.purged_at.is_(None),
        )
        .values(error="", worker="", lease_until=None)
        .returning(ImportRunRow.id)
        .execution_options(synchronize_session=False)
    )
    return gone_on.first() is not None


def renew(session: Session, run: Run, *, lease_until: datetime, **values: Any) -> bool:
    """A sign of life with the progress made; False where somebody else works on it, or it was called off."""
    renewed = session.execute(
        update(ImportRunRow)
        .where(ImportRunRow.id == run.id, ImportRunRow.worker == run.worker, ImportRunRow.state == run.state)
        .values(lease_until=lease_until, **values)
        .returning(ImportRunRow.id)
        .execution_options(synchronize_session=False)
    )
    return renewed.first() is not None


def cursor_of(session: Session, run_id: int) -> int:
    """How far the stage at hand has come: a row number, or another place only that stage knows."""
    return session.scalar(select(ImportRunRow.cursor).where(ImportRunRow.id == run_id)) or 0


def find_mapping(session: Session, kind: str, signature: str) -> Matching | None:
    """How these headers were matched last time."""
    query = select(ImportMappingRow.matching)
    found = session.scalar(query.where(ImportMappingRow.kind == kind, ImportMappingRow.signature == signature))
    return None if found is None else Matching.of_json(found)


def keep_mapping(session: Session, kind: str, signature: str, matching: Matching, *, at: datetime) -> None:
    """Remembers how these headers were matched."""
    query = select(ImportMappingRow).where(ImportMappingRow.kind == kind, ImportMappingRow.signature == signature)
    row = session.scalars(query).first()
    if row is None:
        row = ImportMappingRow(kind=kind, signature=signature)
        session.add(row)
    row.matching, row.used_at = matching.as_json(), at
    session.flush()


def add_rows(session: Session, run_id: int, rows: Sequence[Row]) -> None:
    """Writes checked rows."""
    if rows:
        bulk.pour_rows(
            session,
            ImportRowRow.__table__,  # type: ignore[arg-type] # a table, whatever its annotation says
            [
                {
                    "run_id": run_id,
                    "number": row.number,
                    "verdict": row.verdict,
                    "reasons": told_json(row.reasons),
                    "given": row.given,
                    "person_id": row.person_id,
                    "kept_because": "",
                    "fingerprint": row.fingerprint or None,
                }
                for row in rows
            ],
        )


def change_rows(session: Session, run_id: int, rows: Sequence[Row]) -> None:
    """Writes verdicts and reasons again, where the truth of the day differs from the dry run."""
    for row in rows:
        session.execute(
            update(ImportRowRow)
            .where(ImportRowRow.run_id == run_id, ImportRowRow.number == row.number)
            .values(
                verdict=row.verdict,
                reasons=told_json(row.reasons),
                person_id=row.person_id,
                fingerprint=row.fingerprint or None,
            )
            .execution_options(synchronize_session=False)
        )


def hold_run(session: Session, run_id: int, state: RunState) -> bool:
    """Holds a run until the transaction ends, so that nobody moves it on meanwhile; False where it stands otherwise."""
    query = select(ImportRunRow.id).where(ImportRunRow.id == run_id, ImportRunRow.state == state)
    return session.scalar(query.with_for_update()) is not None


def give_row(session: Session, run_id: int, number: int, given: Any) -> None:
    """Writes again what a row wishes."""
    session.execute(
        update(ImportRowRow)
        .where(ImportRowRow.run_id == run_id, ImportRowRow.number == number)
        .values(given=given)
        .execution_options(synchronize_session=False)
    )


def keep_rows(session: Session, run_id: int, kept: Mapping[int, str]) -> None:
    """Notes for each row that something of it stays after an undo, and why."""
    for why in sorted(set(kept.values())):
        numbers = [number for number, one in kept.items() if one == why]
        session.execute(
            update(ImportRowRow)
            .where(ImportRowRow.run_id == run_id, ImportRowRow.number.in_(numbers))
            .values(kept_because=why)
            .execution_options(synchronize_session=False)
        )


def forget_rows(session: Session, run_id: int) -> None:
    """Forgets what a dry run said, or all rows of a purged import with what they changed."""
    session.execute(delete(ImportChangeRow).where(ImportChangeRow.run_id == run_id))
    session.execute(delete(ImportRowRow).where(ImportRowRow.run_id == run_id))


def rows_after(
    session: Session, run_id: int, after: int, limit: int, verdicts: Collection[RowVerdict] = ()
) -> tuple[Row, ...]:
    """The next rows by number."""
    query = select(ImportRowRow.__table__).where(*_of(run_id, verdicts), ImportRowRow.number > after)
    return tuple(row_of(row) for row in session.execute(query.order_by(ImportRowRow.number).limit(limit)))


def rows_numbered(session: Session, run_id: int, numbers: Collection[int]) -> dict[int, Row]:
    """Those rows by number."""
    if not numbers:
        return {}
    table = ImportRowRow.__table__
    query = select(table).where(table.c.run_id == run_id, table.c.number.in_(numbers))
    return {row.number: row_of(row) for row in session.execute(query)}


def went_in(session: Session, run_id: int, fingerprints: Collection[str]) -> set[str]:
    """Those of these rows that other imports wrote, or found to be there, and did not take back.

    What a row found to be there another import may have brought, all of it or a part: once any was undone since, only
    looking again tells.
    """
    if not fingerprints:
        return set()
    undone = select(func.max(ImportRunRow.stage_at)).where(ImportRunRow.state.in_((RunState.UNDOING, RunState.UNDONE)))
    last_undo = session.scalar(undone)
    found_there: list[ColumnElement[bool]] = [ImportRowRow.verdict.in_((RowVerdict.SAME, RowVerdict.UPDATE))]
    found_there += [ImportRunRow.stage_at > last_undo] if last_undo is not None else []
    is_past = or_(ImportRunRow.cursor < 0, ImportRowRow.number <= ImportRunRow.cursor)
    query = (
        select(ImportRowRow.fingerprint)
        .join(ImportRunRow, ImportRunRow.id == ImportRowRow.run_id)
        .where(
            bulk.among(session, ImportRowRow.fingerprint, fingerprints),
            ImportRowRow.run_id != run_id,
            or_(ImportRowRow.verdict == RowVerdict.CREATE, and_(*found_there)),
            or_(
                ImportRunRow.state == RunState.APPLIED,
                and_(ImportRunRow.state == RunState.APPLYING, is_past),
            ),
        )
    )
    return {one for one in session.scalars(query) if one}


def page(
    session: Session, run_id: int, *, verdicts: Collection[RowVerdict], after: int, size: int, kept: bool = False
) -> RowPage:
    """A page of rows, of some verdicts where they are named; with `kept`, those an undo could not take back."""
    where = _of(run_id, verdicts)
    if kept:
        where.append(ImportRowRow.kept_because != "")
    total = session.scalar(select(func.count()).select_from(ImportRowRow).where(*where)) or 0
    query = select(ImportRowRow.__table__).where(*where, ImportRowRow.number > after)
    found = [row_of(row) for row in session.execute(query.order_by(ImportRowRow.number).limit(size + 1))]
    return RowPage(
        rows=tuple(found[:size]), total=total, next_after=found[size - 1].number if len(found) > size else None
    )


def verdict_counts(session: Session, run_id: int) -> dict[str, int]:
    """How many rows of each verdict."""
    query = select(ImportRowRow.verdict, func.count()).where(ImportRowRow.run_id == run_id)
    return {verdict.value: n for verdict, n in session.execute(query.group_by(ImportRowRow.verdict))}


def amounts(session: Session, run_id: int) -> Iterator[tuple[RowVerdict, int]]:
    """Verdict and cents of each row that wishes a gift or a plan, a page at a time."""
    query = select(ImportRowRow.verdict, ImportRowRow.given).where(
        ImportRowRow.run_id == run_id, ImportRowRow.verdict != RowVerdict.ERROR
    )
    for verdict, given in session.execute(query.execution_options(yield_per=1000)):
        if cents := cents_of(given):
            yield verdict, cents


def add_changes(session: Session, run_id: int, changes: Sequence[Change]) -> None:
    """Writes what rows changed."""
    if changes:
        bulk.pour_rows(
            session,
            ImportChangeRow.__table__,  # type: ignore[arg-type] # a table, whatever its annotation says
            [
                {
                    "run_id": run_id,
                    "number": change.number,
                    "kind": change.kind,
                    "target_id": change.target_id,
                    "person_id": change.person_id,
                    "before": dict(change.before),
                    "after": dict(change.after),
                }
                for change in changes
            ],
        )


def changes_before(session: Session, run_id: int, before: int, limit: int) -> tuple[Change, ...]:
    """The newest changes below that id, the newest first."""
    query = select(ImportChangeRow.__table__).where(ImportChangeRow.run_id == run_id, ImportChangeRow.id < before)
    return tuple(change_of(row) for row in session.execute(query.order_by(ImportChangeRow.id.desc()).limit(limit)))


def change_count(session: Session, run_id: int) -> int:
    """How many things an import wrote."""
    query = select(func.count()).select_from(ImportChangeRow)
    return session.scalar(query.where(ImportChangeRow.run_id == run_id)) or 0


def tokens(session: Session) -> set[str]:
    """The files that imports speak of."""
    return set(session.scalars(select(ImportRunRow.file_token)))


def due_for_purge(session: Session, today: date, limit: int) -> tuple[Run, ...]:
    """Runs whose file and rows are to be forgotten."""
    query = select(ImportRunRow).where(
        ImportRunRow.purge_on <= today,
        ImportRunRow.purged_at.is_(None),
        or_(ImportRunRow.state.not_in(WORKING), ImportRunRow.error != ""),
    )
    return tuple(_run(row) for row in session.scalars(query.order_by(ImportRunRow.id).limit(limit)))


def _of(run_id: int, verdicts: Collection[RowVerdict]) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [ImportRowRow.run_id == run_id]
    return [*where, ImportRowRow.verdict.in_(verdicts)] if verdicts else where


def _run(row: ImportRunRow) -> Run:
    return Run(
        id=RunId(row.id),
        kind=row.kind,
        file_name=row.file_name,
        file_token=row.file_token,
        sha256=row.sha256,
        size=row.size,
        state=row.state,
        layout=Layout.of_json(row.layout),
        sheets=tuple(row.sheets),
        headers=tuple(row.headers),
        odd_lines=row.odd_lines,
        matching=None if row.matching is None else Matching.of_json(row.matching),
        rows_total=row.rows_total,
        progress=row.progress,
        counts=dict(row.counts),
        expected_rows=row.expected_rows,
        expected_cents=row.expected_cents,
        error=row.error,
        started_by=None if row.started_by is None else AccountId(row.started_by),
        created_at=row.created_at,
        stage_at=row.stage_at,
        applied_at=row.applied_at,
        undone_at=row.undone_at,
        purge_on=row.purge_on,
        purged_at=row.purged_at,
        worker=row.worker,
    )
