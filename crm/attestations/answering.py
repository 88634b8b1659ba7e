"""The administration's answers, laid beside the fiches they speak of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from crm.attestations import filed_store, problem_json
from crm.attestations.errors import NothingToFile
from crm.attestations.model import Answer
from crm.attestations.tables import AnswerRow, AttestationRow, FiledRow, FilingRow
from crm.audit import service as audit
from crm.foundation.signing import Sealer
from crm.values.identifiers import AccountId, AttestationId

SOME = 500
"""So many keys say which file an answer is about."""
ERRORS = ("error", "ERROR", "fatal", "FATAL")
"""Levels by which a fiche is refused; others are warnings."""


def read(session: Session, sealer: Sealer, year: int, text: str, *, at: datetime, by: AccountId | None) -> int:
    """Keeps what the administration said of a file of a year, in place of what it said of it before; how much.

    It is the newest file that holds a key it speaks of; the last one where it names none. A problem finds its fiche by
    key, else by its line in the file. Raises NothingToFile where none was made, and AnswerUnreadable.
    """
    found = problem_json.problems(text)
    files = filed_store.filings(session, year)
    if not files:
        raise NothingToFile
    filing_id = _spoken_of(session, [one.id for one in files], [one.key for one in found if one.key])
    told = session.execute(
        select(FiledRow.attestation_id, AttestationRow.fiche_key)
        .join(AttestationRow, AttestationRow.id == FiledRow.attestation_id)
        .where(FiledRow.filing_id == filing_id)
        .order_by(AttestationRow.number)
    ).all()
    by_key = {row.fiche_key: row.attestation_id for row in told}
    by_line = {place: row.attestation_id for place, row in enumerate(told, start=1)}
    session.execute(delete(AnswerRow).where(AnswerRow.filing_id == filing_id))
    rows = [
        {
            "filing_id": filing_id,
            "attestation_id": by_key.get(one.key) or by_line.get(one.line or 0),
            "line": one.line,
            "level": one.level,
            "said": one.said,
            "read_at": at,
            "read_by": by,
        }
        for one in found
    ]
    if rows:
        session.execute(insert(AnswerRow), rows)
    audit.record(
        session,
        sealer,
        at=at,
        account_id=by,
        action="attestations.answered",
        subject="attestations",
        subject_id=year,
        facts={"count": len(rows)},
    )
    return len(rows)


def of_papers(session: Session, ids: Sequence[AttestationId]) -> tuple[Answer, ...]:
    """What was said of these, in order."""
    query = select(AnswerRow).where(AnswerRow.attestation_id.in_(ids)).order_by(AnswerRow.id)
    return tuple(_answer(row, 0) for row in session.scalars(query))


def tally(session: Session, year: int) -> dict[int, tuple[int, int, int]]:
    """By file: how many of its fiches were remarked on, how many of those as errors, remarks on the whole file."""
    row = AnswerRow
    fiches = func.count(row.attestation_id.distinct())
    wrong = func.count(row.attestation_id.distinct()).filter(row.level.in_(ERRORS))
    whole = func.count().filter(row.attestation_id.is_(None))
    query = select(row.filing_id, fiches, wrong, whole).join(FilingRow, FilingRow.id == row.filing_id)
    found = session.execute(query.where(FilingRow.year == year).group_by(row.filing_id))
    return {filing_id: (fiches, wrong, whole) for filing_id, fiches, wrong, whole in found}


def of_year(session: Session, year: int, *, size: int) -> tuple[Answer, ...]:
    """What was said last of a file of a year, with the number of each fiche (0 of the whole file)."""
    newest = (
        select(AnswerRow.filing_id)
        .join(FilingRow, FilingRow.id == AnswerRow.filing_id)
        .where(FilingRow.year == year)
        .order_by(AnswerRow.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(AnswerRow, AttestationRow.number)
        .outerjoin(AttestationRow, AttestationRow.id == AnswerRow.attestation_id)
        .where(AnswerRow.filing_id == newest)
        .order_by(AnswerRow.id)
        .limit(size)
    )
    return tuple(_answer(row, number or 0) for row, number in session.execute(query))


def _spoken_of(session: Session, files: Sequence[int], keys: Sequence[str]) -> int:
    newest = (
        select(func.max(FiledRow.filing_id))
        .join(AttestationRow, AttestationRow.id == FiledRow.attestation_id)
        .where(FiledRow.filing_id.in_(files), AttestationRow.fiche_key.in_(keys[:SOME]))
    )
    return session.scalar(newest) or files[-1]


def _answer(row: AnswerRow, number: int) -> Answer:
    return Answer(number=number, line=row.line, level=row.level, said=row.said, read_at=row.read_at)
