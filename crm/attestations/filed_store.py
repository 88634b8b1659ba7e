"""SQL of files: what was told, and what is to be told since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm.attestations.model import Filing, Format, Operation, Stage, Status
from crm.attestations.tables import AttestationRow, FiledRow, FilingRow, RunRow
from crm.foundation.bulk import pour
from crm.values.identifiers import AccountId, AttestationId

_SOME = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class ToTell:
    """A version the administration does not know of, and what it is asked."""

    id: AttestationId
    number: int
    cents: int
    operation: Operation


def was_filed(session: Session, year: int, *, before: int | None = None) -> bool:
    """Whether a file of that year was made, before the one of that number where it is given."""
    query = select(FilingRow.id).where(FilingRow.year == year).limit(1)
    return session.scalar(query if before is None else query.where(FilingRow.id < before)) is not None


def filing(session: Session, filing_id: int) -> tuple[Filing, str] | None:
    """A file that was made, and its keyed print."""
    row = session.get(FilingRow, filing_id)
    return None if row is None else (_filing(row), row.print)


def told(session: Session, filing_id: int) -> Iterator[ToTell]:
    """What a file told, in order of the numbers."""
    paper = AttestationRow
    query = (
        select(paper.id, paper.number, paper.cents, FiledRow.operation)
        .join(FiledRow, FiledRow.attestation_id == paper.id)
        .where(FiledRow.filing_id == filing_id)
        .order_by(paper.number)
    )
    for row_id, number, cents, operation in session.execute(query.execution_options(yield_per=5000)):
        yield ToTell(id=AttestationId(row_id), number=number, cents=cents, operation=operation)


def to_tell(session: Session, year: int) -> Iterator[ToTell]:
    """What of a year was not told as it stands, in order of the numbers.

    Before the first file: every valid one. Afterwards: what is new, what was changed, what was cancelled. A number that
    was cancelled before anybody was told of it stays in our register alone.
    """
    first = not was_filed(session, year)
    already = (
        select(AttestationRow.number, FiledRow.attestation_id)
        .join(FiledRow, FiledRow.attestation_id == AttestationRow.id)
        .where(AttestationRow.year == year)
        .order_by(FiledRow.filing_id)
    )
    told = {row.number: row.attestation_id for row in session.execute(already)}
    withdrawn = set(
        session.scalars(
            select(FiledRow.attestation_id)
            .join(AttestationRow, AttestationRow.id == FiledRow.attestation_id)
            .where(AttestationRow.year == year, FiledRow.operation == Operation.CANCEL)
        )
    )
    columns = (AttestationRow.id, AttestationRow.number, AttestationRow.cents, AttestationRow.status)
    query = select(*columns).where(AttestationRow.year == year, AttestationRow.status != Status.REPLACED)
    ordered = query.order_by(AttestationRow.number).execution_options(yield_per=5000)
    for row_id, number, cents, status in session.execute(ordered):
        if status is Status.CANCELLED:
            operation = Operation.CANCEL if number in told and row_id not in withdrawn else None
        elif number not in told:
            operation = Operation.ORIGINAL if first else Operation.ADD
        else:
            operation = None if told[number] == row_id else Operation.MODIFY
        if operation is not None:
            yield ToTell(id=AttestationId(row_id), number=number, cents=cents, operation=operation)


def sealed(session: Session, whole: Sequence[ToTell]) -> Iterator[tuple[ToTell, str, str]]:
    """Each with what it says, sealed, and its uid; some at a time."""
    for start in range(0, len(whole), _SOME):
        some = whole[start : start + _SOME]
        query = select(AttestationRow.id, AttestationRow.sealed, AttestationRow.uid)
        ids = [one.id for one in some]
        known = {row_id: rest for row_id, *rest in session.execute(query.where(AttestationRow.id.in_(ids)))}
        for one in some:
            text, uid = known[one.id]
            yield one, text, uid


def add(
    session: Session,
    *,
    year: int,
    format: Format,  # noqa: A002 - its word
    is_correction: bool,
    told: Sequence[ToTell],
    content_print: str,
    at: datetime,
    by: int | None,
) -> Filing:
    """That a file told of them; runs whose papers are made are filed."""
    row = FilingRow(
        year=year,
        format=format,
        is_correction=is_correction,
        count=len(told),
        cents=sum(one.cents for one in told),
        print=content_print,
        made_at=at,
        made_by=by,
    )
    session.add(row)
    session.flush()
    table = FiledRow.metadata.tables["attestation_filed"]
    rows = ((row.id, one.id, one.operation) for one in told)
    pour(session, table, ("filing_id", "attestation_id", "operation"), rows)
    wanted = (RunRow.year == year, RunRow.stage.in_((Stage.LOCKED, Stage.ISSUED)))
    session.execute(update(RunRow).where(*wanted).values(stage=Stage.FILED, filed_at=at))
    return _filing(row)


def filings(session: Session, year: int) -> tuple[Filing, ...]:
    """The files made of a year, in order."""
    query = select(FilingRow).where(FilingRow.year == year).order_by(FilingRow.id)
    return tuple(_filing(row) for row in session.scalars(query))


def _filing(row: FilingRow) -> Filing:
    return Filing(
        id=row.id,
        year=row.year,
        format=row.format,
        is_correction=row.is_correction,
        count=row.count,
        cents=row.cents,
        made_at=row.made_at,
        made_by=None if row.made_by is None else AccountId(row.made_by),
    )
