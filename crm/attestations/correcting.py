"""What was attested and is not so any more: a new version of the same number, or none. No number is used twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.attestations import gathering, locking, rules, signing, store
from crm.attestations.errors import AttestationEnded, AttestationMissing
from crm.attestations.locking import House
from crm.attestations.model import Attestation, Fiche, Status
from crm.attestations.tables import AttestationRow
from crm.audit import service as audit
from crm.foundation.database import hold
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, PersonId
from crm.vault import attesting

REASON = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Drift:
    """Papers of somebody that say another amount than their gifts come to today."""

    person_id: PersonId
    numbers: tuple[int, ...]
    attested_cents: int
    cents: int


def drift(session: Session, year: int) -> tuple[Drift, ...]:
    """Whose papers are to be corrected, in order of their numbers."""
    in_force = store.rules_in_force(session, year) or rules.by_default(year)
    owed = {one.identity.person_id: one.cents for one in gathering.whole_year(session, in_force).owed}
    standing: dict[PersonId, list[Attestation]] = {}
    for paper in store.valid(session, year):
        standing.setdefault(paper.person_id, []).append(paper)
    found = []
    for person_id, papers in standing.items():
        attested, now = sum(one.cents for one in papers), owed.get(person_id, 0)
        if attested != now:
            numbers = tuple(one.number for one in papers)
            found.append(Drift(person_id=person_id, numbers=numbers, attested_cents=attested, cents=now))
    return tuple(found)


def correct(
    session: Session, house: House, year: int, number: int, *, reason: str, at: datetime, by: AccountId | None
) -> Attestation:
    """Says anew what is right today: another amount, name, address or number; cancels where nothing is owed any more.

    The paper before is worth nothing from then on. Raises AttestationMissing, AttestationEnded where it was cancelled
    or says what is right already.
    """
    row = _standing(session, year, number, reason)
    in_force = store.rules_in_force(session, year) or rules.by_default(year)
    owed = gathering.owed_instead(session, in_force, store.attestation(row))
    if owed is None:
        return _end(session, house, row, Status.CANCELLED, reason=reason, at=at, by=by)
    asked = select(AttestationRow.person_id).where(AttestationRow.id == row.id)
    national = attesting.numbers(session, house.vault, house.sealer, asked, year=year, at=at, by=by)
    (row_id,) = store.reserve_ids(session, 1)
    columns = locking.frozen(
        house,
        house.institution,
        owed,
        in_force,
        row_id=row_id,
        run_id=row.run_id,
        number=number,
        national=national.get(owed.identity.person_id),
        fiche_key=row.fiche_key,
        at=at,
        version=row.version + 1,
        signs=signing.in_force(session),
    )
    said = house.seal.open(row.sealed, row.uid), house.seal.open(columns["sealed"], columns["uid"])
    if _content(said[0]) == _content(said[1]):
        raise AttestationEnded
    _end(session, house, row, Status.REPLACED, reason=reason, at=at, by=by)
    lines = list(locking.lines_of(row_id, owed))
    store.add_many(session, [[columns[name] for name in store.ATTESTATION]], lines)
    return store.versions(session, year, number)[-1]


def correct_all(
    session: Session, house: House, year: int, *, reason: str, most: int, at: datetime, by: AccountId | None
) -> tuple[int, int]:
    """Corrects the papers of a year that differ from the gifts, in order of their numbers, `most` of them at once.

    How many were corrected, and how many wait still. Raises Invalid without a reason.
    """
    if not reason.strip() or len(reason) > REASON:
        raise Invalid("a correction has a reason, in a few words", field="reason")
    numbers = [number for one in drift(session, year) for number in one.numbers]
    count = 0
    for number in numbers[:most]:
        try:
            correct(session, house, year, number, reason=reason, at=at, by=by)
        except AttestationEnded:
            continue
        count += 1
    return count, max(0, len(numbers) - most)


def cancel(
    session: Session, house: House, year: int, number: int, *, reason: str, at: datetime, by: AccountId | None
) -> Attestation:
    """Makes a paper void. Its number stays in the register with the reason, and is never given again."""
    row = _standing(session, year, number, reason)
    return _end(session, house, row, Status.CANCELLED, reason=reason, at=at, by=by)


def _standing(session: Session, year: int, number: int, reason: str) -> AttestationRow:
    if not reason.strip() or len(reason) > REASON:
        raise Invalid("a correction has a reason, in a few words", field="reason")
    hold(session, f"attestations {year}")
    known = store.versions(session, year, number)
    if not known:
        raise AttestationMissing
    row = session.get(AttestationRow, known[-1].id, populate_existing=True)
    if row is None or row.status is not Status.VALID or not row.sealed:
        raise AttestationEnded
    return row


def _end(
    session: Session,
    house: House,
    row: AttestationRow,
    status: Status,
    *,
    reason: str,
    at: datetime,
    by: AccountId | None,
) -> Attestation:
    row.status, row.reason, row.ended_at, row.ended_by = status, reason.strip(), at, by
    session.flush()
    store.drift_settled(session, row.year, row.person_id)
    audit.record(
        session,
        house.sealer,
        at=at,
        account_id=by,
        action=f"attestation.{status.value}",
        subject="attestations",
        subject_id=row.year,
        facts={"number": row.number, "version": row.version},
    )
    return store.attestation(row)


def _content(fiche: Fiche) -> tuple[Mapping[str, str], Mapping[str, Any]]:
    """What a reader would see differ: not the code, nor that it replaces another, nor who signs."""
    beside = {"check", "replaces", "signature"}
    return fiche.zones, {name: said for name, said in fiche.page.items() if name not in beside}
