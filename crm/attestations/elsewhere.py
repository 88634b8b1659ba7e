"""Attestations that an older system issued: their numbers are taken, and who has one gets no second for that year."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import Select, delete, func, insert, select, tuple_
from sqlalchemy.orm import Session

from crm.attestations.tables import AttestationRow, ElsewhereRow, NumbersRow
from crm.foundation import bulk, presence
from crm.foundation.database import hold
from crm.values.identifiers import PersonId

_PAPERS = presence.watch(ElsewhereRow.person_id)

Name = tuple[str, int, str]
"""The system, the year and the number that name one paper."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Elsewhere:
    """One paper of an older system; `number` as it stands on it."""

    person_id: PersonId
    system: str
    year: int
    number: str
    cents: int
    issued_on: date | None = None


def there(session: Session, names: Collection[Name]) -> dict[Name, Elsewhere]:
    """Those of them that are held."""
    row, asked = ElsewhereRow, sorted(names)
    found: dict[Name, Elsewhere] = {}
    for start in range(0, len(asked), 300):
        query = select(row).where(tuple_(row.system, row.year, row.number).in_(asked[start : start + 300]))
        found |= {(one.system, one.year, one.number): _paper(one) for one in session.scalars(query)}
    return found


def of_person(session: Session, person_ids: Collection[int]) -> tuple[Elsewhere, ...]:
    """What older systems gave those people, the newest year first."""
    if all(presence.nothing(session, _PAPERS, person_id) for person_id in person_ids):
        return ()
    row = ElsewhereRow
    query = select(row).where(row.person_id.in_(person_ids)).order_by(row.year.desc(), row.number)
    return tuple(_paper(one) for one in session.scalars(query))


def people_of(year: int) -> Select[int]:
    """(person_id) of each who has a paper of that year from elsewhere."""
    return select(ElsewhereRow.person_id).where(ElsewhereRow.year == year)


def totals(session: Session, year: int) -> tuple[int, int]:
    """How many papers of a year came from elsewhere, and their cents."""
    row = ElsewhereRow
    count, cents = session.execute(select(func.count(), func.sum(row.cents)).where(row.year == year)).one()
    return count, int(cents or 0)


def bring_many(session: Session, papers: Sequence[Elsewhere], *, at: datetime) -> list[int]:
    """Writes papers that are not held yet; the number of each row, in their order."""
    if not papers:
        return []
    ids = bulk.reserve(session, ElsewhereRow.metadata.tables["attestation_elsewhere"], len(papers))
    rows = [asdict(one) | {"id": row_id, "brought_at": at} for row_id, one in zip(ids, papers, strict=True)]
    session.execute(insert(ElsewhereRow), rows)
    _settle(session, {one.year for one in papers})
    return ids


def take_back(session: Session, ids: Collection[int]) -> set[int]:
    """Takes those rows out; which there were."""
    row = ElsewhereRow
    gone = session.execute(
        delete(row).where(row.id.in_(ids)).returning(row.id, row.year).execution_options(synchronize_session=False)
    ).all()
    _settle(session, {one.year for one in gone})
    return {one.id for one in gone}


def _settle(session: Session, years: Collection[int]) -> None:
    """Our numbers of a year begin after the highest from elsewhere, as long as we gave none."""
    for year in sorted(years):
        hold(session, f"attestation numbers {year}")
        if session.scalar(select(AttestationRow.id).where(AttestationRow.year == year).limit(1)) is not None:
            continue
        numbers = session.scalars(select(ElsewhereRow.number).where(ElsewhereRow.year == year))
        last = max((int(one) for one in numbers if one.isascii() and one.isdigit() and len(one) < 10), default=0)
        row = session.get(NumbersRow, year, with_for_update=True, populate_existing=True)
        if row is not None and not last:
            session.delete(row)
        elif row is not None:
            row.last = last
        elif last:
            session.add(NumbersRow(year=year, last=last))
        session.flush()


def _paper(row: ElsewhereRow) -> Elsewhere:
    return Elsewhere(
        person_id=PersonId(row.person_id),
        system=row.system,
        year=row.year,
        number=row.number,
        cents=row.cents,
        issued_on=row.issued_on,
    )
