"""SQL of attestations; turns rows into nouns."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, or_, select, union, update
from sqlalchemy.orm import Session

from crm.attestations.errors import AttestationMissing
from crm.attestations.model import Attestation, Declared, Progress, Proposal, Run, Stage, Status, YearRules
from crm.attestations.tables import (
    AttestationLineRow,
    AttestationRow,
    DriftRow,
    FiscalIdentityRow,
    NumbersRow,
    RunRow,
    YearRulesRow,
)
from crm.donations.selects import givers
from crm.foundation import presence
from crm.foundation.bulk import pour, reserve
from crm.values.identifiers import AccountId, AttestationId, GiftId, PersonId, RunId

_IDENTITY, _PAPERS = presence.watch(FiscalIdentityRow.person_id), presence.watch(AttestationRow.person_id)

_RULES = (
    "year",
    "threshold_cents",
    "rate_percent",
    "due_on",
    "missing_number",
    "approved_from_on",
    "approved_until_on",
    "nature_person",
    "nature_enterprise",
    "legal_item",
)


def add_rules(session: Session, rules: YearRules, *, at: datetime, by: int) -> YearRulesRow:
    """Rules that wait for a second person."""
    row = YearRulesRow(**asdict(rules), proposed_at=at, proposed_by=by, is_accepted=False)
    session.add(row)
    session.flush()
    return row


def rules_in_force(session: Session, year: int) -> YearRules | None:
    """What was accepted last for that year."""
    query = select(YearRulesRow).where(YearRulesRow.year == year, YearRulesRow.is_accepted)
    row = session.scalar(query.order_by(YearRulesRow.decided_at.desc(), YearRulesRow.id.desc()).limit(1))
    return None if row is None else _rules(row)


def proposals(session: Session, year: int) -> tuple[Proposal, ...]:
    """All rules ever proposed for that year, the newest first."""
    query = select(YearRulesRow).where(YearRulesRow.year == year).order_by(YearRulesRow.id.desc())
    return tuple(proposal(row) for row in session.scalars(query))


def proposal(row: YearRulesRow) -> Proposal:
    """The noun of a row."""
    return Proposal(
        id=row.id,
        rules=_rules(row),
        proposed_at=row.proposed_at,
        proposed_by=AccountId(row.proposed_by),
        decided_at=row.decided_at,
        decided_by=None if row.decided_by is None else AccountId(row.decided_by),
        is_accepted=row.is_accepted,
    )


def runs(session: Session, year: int) -> tuple[Run, ...]:
    """The runs of a year, in order."""
    return tuple(run(row) for row in session.scalars(select(RunRow).where(RunRow.year == year).order_by(RunRow.id)))


def run(row: RunRow) -> Run:
    """The noun of a row."""
    return Run(
        id=RunId(row.id),
        year=row.year,
        stage=row.stage,
        count=row.count,
        cents=row.cents,
        opened_at=row.opened_at,
        checked_at=row.checked_at,
        locked_at=row.locked_at,
        issued_at=row.issued_at,
        filed_at=row.filed_at,
        handed_at=row.handed_at,
    )


def identity_row(session: Session, person_id: int) -> FiscalIdentityRow | None:
    """Who somebody is for the administration where that differs."""
    if presence.nothing(session, _IDENTITY, person_id):
        return None
    return session.scalar(select(FiscalIdentityRow).where(FiscalIdentityRow.person_id == person_id))


def declared(row: FiscalIdentityRow) -> Declared:
    """The noun of a row."""
    return Declared(
        kind=row.kind,
        name=row.name,
        first_name=row.first_name,
        enterprise_number=row.enterprise_number,
        language=row.language,
        given_to=None if row.given_to_id is None else PersonId(row.given_to_id),
    )


def is_chained(session: Session, person_id: int, given_to: int) -> bool:
    """Whether their partner gives to another already, or another gives to them."""
    row = FiscalIdentityRow
    partner = (row.person_id == given_to) & row.given_to_id.is_not(None)
    return session.scalar(select(row.id).where(or_(partner, row.given_to_id == person_id)).limit(1)) is not None


def possible_holders(year: int) -> Select[int]:
    """Whoever gave in that year, and whoever's paper the gifts of another go on."""
    partners = select(FiscalIdentityRow.given_to_id).where(FiscalIdentityRow.given_to_id.is_not(None))
    both = union(givers(date(year, 1, 1), date(year, 12, 31)), partners).subquery()
    return select(both.c[0])


def draw_numbers(session: Session, year: int, count: int) -> int:
    """Takes that many numbers of the year, all or none with the transaction; the first of them."""
    row = session.get(NumbersRow, year, with_for_update=True, populate_existing=True)
    if row is None:
        row = NumbersRow(year=year, last=0)
        session.add(row)
    first = row.last + 1
    row.last += count
    session.flush()
    return first


ATTESTATION = tuple(column.name for column in AttestationRow.__table__.columns)
LINE = tuple(column.name for column in AttestationLineRow.__table__.columns)


def reserve_ids(session: Session, count: int) -> list[int]:
    """Numbers for that many rows."""
    return reserve(session, AttestationRow.metadata.tables["attestation"], count)


def uids(session: Session, year: int) -> set[str]:
    """By which names the papers of a year lie in the cabinet."""
    return set(session.scalars(select(AttestationRow.uid).where(AttestationRow.year == year)))


def add_many(session: Session, rows: Sequence[Sequence[Any]], lines: Sequence[Sequence[Any]]) -> None:
    """Attestations and the payments on them, by the order of `ATTESTATION` and `LINE`."""
    tables = AttestationRow.metadata.tables
    pour(session, tables["attestation"], ATTESTATION, rows)
    pour(session, tables["attestation_line"], LINE, lines)


def attestation(row: AttestationRow) -> Attestation:
    """The noun of a row."""
    return Attestation(
        id=AttestationId(row.id),
        run_id=RunId(row.run_id),
        year=row.year,
        number=row.number,
        version=row.version,
        status=row.status,
        person_id=PersonId(row.person_id),
        cents=row.cents,
        code=row.code,
        fiche_key=row.fiche_key,
        has_number=row.has_number,
        locked_at=row.locked_at,
        issued_at=row.issued_at,
        problem=row.problem,
        reason=row.reason,
        is_kept=row.sealed != "",
    )


def versions(session: Session, year: int, number: int) -> tuple[Attestation, ...]:
    """Every version of a number, in order."""
    query = select(AttestationRow).where(AttestationRow.year == year, AttestationRow.number == number)
    return tuple(attestation(row) for row in session.scalars(query.order_by(AttestationRow.version)))


def lines(session: Session, attestation_id: int) -> tuple[tuple[GiftId, date, int], ...]:
    """The payments on one, in order."""
    row = AttestationLineRow
    query = select(row.gift_id, row.given_on, row.cents).where(row.attestation_id == attestation_id)
    found = session.execute(query.order_by(row.given_on, row.line_id))
    return tuple((GiftId(gift_id), given_on, cents) for gift_id, given_on, cents in found)


def valid(session: Session, year: int) -> tuple[Attestation, ...]:
    """Every valid paper of a year, in order."""
    query = select(AttestationRow).where(AttestationRow.year == year, AttestationRow.status == Status.VALID)
    return tuple(attestation(row) for row in session.scalars(query.order_by(AttestationRow.number)))


def holders(session: Session, year: int, numbers: Collection[int]) -> dict[int, PersonId]:
    """Whose each of those numbers is."""
    row = AttestationRow
    query = select(row.number, row.person_id).where(row.year == year, row.number.in_(numbers)).order_by(row.version)
    return {number: PersonId(person_id) for number, person_id in session.execute(query)}


def void(session: Session, year: int) -> tuple[Attestation, ...]:
    """The register of void numbers of a year, with their reasons."""
    query = select(AttestationRow).where(AttestationRow.year == year, AttestationRow.status == Status.CANCELLED)
    return tuple(attestation(row) for row in session.scalars(query.order_by(AttestationRow.number)))


def of_person(session: Session, person_id: int) -> tuple[Attestation, ...]:
    """What somebody has, the newest year first."""
    if presence.nothing(session, _PAPERS, person_id):
        return ()
    query = select(AttestationRow).where(AttestationRow.person_id == person_id)
    order = (AttestationRow.year.desc(), AttestationRow.number, AttestationRow.version.desc())
    return tuple(attestation(row) for row in session.scalars(query.order_by(*order)))


def by_code(session: Session, code: str) -> Attestation | None:
    """The version a paper's code belongs to."""
    row = session.scalar(select(AttestationRow).where(AttestationRow.code == code))
    return None if row is None else attestation(row)


def claim(session: Session, run_id: int, *, now: datetime, until: datetime, size: int) -> list[int]:
    """Takes papers of a run that nobody is making, until that moment."""
    free = or_(AttestationRow.leased_until.is_(None), AttestationRow.leased_until < now)
    waiting = (
        select(AttestationRow.id)
        .where(AttestationRow.run_id == run_id, *_UNMADE, AttestationRow.problem == "", free)
        .order_by(AttestationRow.number, AttestationRow.version)
        .limit(size)
        .with_for_update(skip_locked=True)
    )
    ids = list(session.scalars(waiting))
    session.execute(update(AttestationRow).where(AttestationRow.id.in_(ids)).values(leased_until=until))
    return ids


ToMake = tuple[AttestationId, str, str, int, datetime]
"""id, uid, sealed, year, locked_at."""


def to_make(session: Session, ids: Collection[int]) -> list[ToMake]:
    """What each is made from, in order. Raises AttestationMissing where one is not there."""
    row = AttestationRow
    query = select(row.id, row.uid, row.sealed, row.year, row.locked_at).where(row.id.in_(ids)).order_by(row.id)
    found = [(AttestationId(one), uid, sealed, year, at) for one, uid, sealed, year, at in session.execute(query)]
    if len(found) != len(set(ids)):
        raise AttestationMissing
    return found


def note_made(session: Session, made: Mapping[AttestationId, tuple[str, str]], *, at: datetime) -> None:
    """Notes papers as made (print), or that they could not be (problem), where nobody did meanwhile."""
    rows = [
        {"made": one, "problem": problem, "paper_print": known, "issued_at": at if known else None}
        for one, (known, problem) in sorted(made.items())
    ]
    if rows:
        session.connection().execute(_NOTED, rows)


def progress(session: Session, run_id: int) -> Progress:
    """How many papers of a run are made, wait, and could not be made."""
    query = select(
        func.count().filter(AttestationRow.issued_at.is_not(None)),
        func.count().filter(*_UNMADE, AttestationRow.problem == ""),
        func.count().filter(*_UNMADE, AttestationRow.problem != ""),
    ).where(AttestationRow.run_id == run_id)
    made, waiting, failed = session.execute(query).one()
    return Progress(made=made, waiting=waiting, failed=failed)


def forgotten_years(session: Session) -> tuple[int, ...]:
    """The years of whose attestations nothing is kept but their rows, in order."""
    row = AttestationRow
    query = select(row.year).group_by(row.year).having(func.max(row.sealed) == "").order_by(row.year)
    return tuple(session.scalars(query))


def drift_settled(session: Session, year: int, person_id: int) -> None:
    """Somebody's papers of a year are corrected or void: nothing waits there until the night finds otherwise."""
    theirs = select(AttestationRow.number).where(AttestationRow.year == year, AttestationRow.person_id == person_id)
    session.execute(
        delete(DriftRow).where(DriftRow.year == year, DriftRow.number.in_(theirs)),
        execution_options={"synchronize_session": False},
    )


def correctable_years(session: Session) -> tuple[int, ...]:
    """The years of which valid papers are kept whole, in order."""
    row = AttestationRow
    query = select(row.year).where(row.status == Status.VALID, row.sealed != "").distinct().order_by(row.year)
    return tuple(session.scalars(query))


def unfinished(session: Session) -> tuple[RunId, ...]:
    """The runs of which papers wait to be made."""
    waiting = select(AttestationRow.run_id).where(*_UNMADE, AttestationRow.problem == "").distinct()
    return tuple(RunId(one) for one in session.scalars(waiting.order_by(AttestationRow.run_id)))


def forget_problems(session: Session, run_id: int) -> None:
    """Papers that could not be made may be tried again."""
    session.execute(update(AttestationRow).where(AttestationRow.run_id == run_id, *_UNMADE).values(problem=""))


def totals(session: Session, year: int) -> tuple[int, int, int]:
    """(how many are valid, their cents, the last number drawn) of a year."""
    query = select(func.count(), func.coalesce(func.sum(AttestationRow.cents), 0))
    count, cents = session.execute(
        query.where(AttestationRow.year == year, AttestationRow.status == Status.VALID)
    ).one()
    last = session.scalar(select(NumbersRow.last).where(NumbersRow.year == year)) or 0
    return count, int(cents), last


def open_run(session: Session, year: int) -> RunRow | None:
    """The run of that year that has no numbers yet."""
    wanted = (RunRow.year == year, RunRow.stage.in_((Stage.DRAFT, Stage.CHECKED)))
    return session.scalar(select(RunRow).where(*wanted).order_by(RunRow.id).limit(1))


_TABLE = AttestationRow.metadata.tables["attestation"]
_NOTED = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("made"), _TABLE.c.issued_at.is_(None))
    .values(
        problem=bindparam("problem"),
        paper_print=bindparam("paper_print"),
        issued_at=bindparam("issued_at"),
        leased_until=None,
    )
)
_UNMADE = (AttestationRow.issued_at.is_(None), AttestationRow.status == Status.VALID)


def _rules(row: YearRulesRow) -> YearRules:
    return YearRules(**{name: getattr(row, name) for name in _RULES}, sentences=row.sentences or {})
