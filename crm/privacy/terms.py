"""How long the house keeps what: terms are data, dated, decided by two; what is over is forgotten each night."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contracts.personal_data import Term, TermKeeper
from crm.foundation.database import hold
from crm.foundation.forgetting import delete_rows
from crm.foundation.translation import N_
from crm.privacy import rules
from crm.privacy.errors import OwnTerm, TermDecided, TermMissing
from crm.privacy.model import RequestState
from crm.privacy.tables import RetentionRow, RightsRequestRow
from crm.values.calendar import brussels_day, day_span
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId

TERMS: tuple[Term, ...] = (Term(code="requests", what=N_("Demandes sur les données, après la réponse"), months=36),)
LONGEST_MONTHS = 1200
AS_DECIDED: Mapping[str, int] = MappingProxyType({})


def forget_older(session: Session, code: str, before: datetime) -> int:
    """See `crm.contracts.personal_data.TermKeeper`."""
    row = RightsRequestRow
    return delete_rows(session, row, row.state != RequestState.OPEN, row.closed_at < before)


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A term as it holds on a day: how many months, since when it was decided so and why (None: never decided)."""

    term: Term
    months: int
    valid_from_on: date | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Over:
    """What a night forgot, or would forget, under one term: rows older than a day."""

    code: str
    months: int
    before_on: date
    rows: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A term as somebody proposed it, and what became of it."""

    id: int
    term: Term
    months: int
    valid_from_on: date
    reason: str
    proposed_by: AccountId | None
    proposed_at: datetime
    decided_by: AccountId | None
    decided_at: datetime | None
    is_approved: bool


def propose(
    session: Session,
    keepers: Sequence[TermKeeper],
    code: str,
    *,
    months: int,
    valid_from_on: date,
    reason: str,
    by: AccountId | None,
    at: datetime,
) -> Proposal:
    """Writes a term that waits for a second person. Raises `TermMissing`, `Invalid`."""
    if code not in _terms(keepers):
        raise TermMissing
    if not 0 < months <= LONGEST_MONTHS:
        raise Invalid("a term of 1 to 1200 months", field="months")
    if not reason.strip():
        raise Invalid("a term needs its reason", field="reason")
    row = RetentionRow(
        code=code,
        months=months,
        valid_from_on=valid_from_on,
        reason=reason.strip()[:2000],
        proposed_by=by,
        proposed_at=at,
        is_approved=False,
    )
    session.add(row)
    session.flush()
    return _proposal(row, _terms(keepers))


def decide(
    session: Session, keepers: Sequence[TermKeeper], proposal_id: int, *, approve: bool, by: AccountId, at: datetime
) -> Proposal:
    """A second person agrees or not; the term holds from its day. Raises `TermDecided`, `OwnTerm`."""
    hold(session, f"term {proposal_id}")
    row, known = session.get(RetentionRow, proposal_id, populate_existing=True), _terms(keepers)
    if row is None or row.decided_at is not None or row.code not in known:
        raise TermDecided
    if row.proposed_by is not None and row.proposed_by == by:
        raise OwnTerm
    row.is_approved, row.decided_by, row.decided_at = approve, by, at
    session.flush()
    return _proposal(row, known)


def proposals(session: Session, keepers: Sequence[TermKeeper]) -> tuple[Proposal, ...]:
    """Every term that was ever proposed, the newest first."""
    known = _terms(keepers)
    rows = session.scalars(select(RetentionRow).order_by(RetentionRow.id.desc()))
    return tuple(_proposal(row, known) for row in rows if row.code in known)


def holding(session: Session, keepers: Sequence[TermKeeper], on: date) -> tuple[Kept, ...]:
    """Every term as it holds on a day: of those approved that have begun the last, else what the room proposes."""
    row = RetentionRow
    query = select(row).where(row.is_approved, row.valid_from_on <= on).order_by(row.valid_from_on, row.id)
    latest = {one.code: one for one in session.scalars(query)}
    return tuple(
        Kept(term=term, months=term.months)
        if (one := latest.get(term.code)) is None
        else Kept(term=term, months=one.months, valid_from_on=one.valid_from_on, reason=one.reason)
        for term in _terms(keepers).values()
    )


def months(session: Session, term: Term, on: date) -> int:
    """How many months one term holds for on a day."""
    row = RetentionRow
    query = select(row.months).where(row.is_approved, row.code == term.code, row.valid_from_on <= on)
    found = session.scalar(query.order_by(row.valid_from_on.desc(), row.id.desc()).limit(1))
    return term.months if found is None else found


def forget(
    session: Session, keepers: Sequence[TermKeeper], *, at: datetime, instead: Mapping[str, int] = AS_DECIDED
) -> tuple[Over, ...]:
    """Forgets all that is over its term, in the session's transaction (a rehearsal is rolled back by its caller).

    `instead`: months in place of what holds, by code, to try what a proposal would do.
    """
    today, done = brussels_day(at), []
    spans = {one.term.code: one.months for one in holding(session, keepers, today)} | dict(instead)
    for keeper in keepers:
        for term in (one for one in keeper.TERMS if one.forgets):
            before_on = rules.months_later(today, -spans[term.code])
            rows = keeper.forget_older(session, term.code, day_span(before_on)[0])
            done.append(Over(code=term.code, months=spans[term.code], before_on=before_on, rows=rows))
    return tuple(done)


def _terms(keepers: Sequence[TermKeeper]) -> dict[str, Term]:
    return {term.code: term for keeper in keepers for term in keeper.TERMS}


def _proposal(row: RetentionRow, known: Mapping[str, Term]) -> Proposal:
    return Proposal(
        id=row.id,
        term=known[row.code],
        months=row.months,
        valid_from_on=row.valid_from_on,
        reason=row.reason,
        proposed_by=None if row.proposed_by is None else AccountId(row.proposed_by),
        proposed_at=row.proposed_at,
        decided_by=None if row.decided_by is None else AccountId(row.decided_by),
        decided_at=row.decided_at,
        is_approved=row.is_approved,
    )
