"""How long the house keeps what: terms are data, dated, with a reason; what is over is forgotten each night."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contracts.personal_data import Term, TermKeeper
from crm.foundation.forgetting import delete_rows
from crm.foundation.translation import N_
from crm.privacy import rules
from crm.privacy.errors import TermMissing
from crm.privacy.model import RequestState
from crm.privacy.tables import RetentionRow, RightsRequestRow
from crm.values.calendar import brussels_day, day_span
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId

TERMS: tuple[Term, ...] = (Term(code="requests", what=N_("Demandes sur les données, après la réponse"), months=36),)
LONGEST_MONTHS = 1200


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


def decide(
    session: Session,
    keepers: Sequence[TermKeeper],
    code: str,
    *,
    months: int,
    valid_from_on: date,
    reason: str,
    by: AccountId | None,
    at: datetime,
) -> None:
    """Writes a term that holds from a day on; the one before stays as it was. Raises `TermMissing`, `Invalid`."""
    if code not in {term.code for keeper in keepers for term in keeper.TERMS}:
        raise TermMissing
    if not 0 < months <= LONGEST_MONTHS:
        raise Invalid("a term of 1 to 1200 months", field="months")
    if not reason.strip():
        raise Invalid("a term needs its reason", field="reason")
    session.add(
        RetentionRow(
            code=code,
            months=months,
            valid_from_on=valid_from_on,
            reason=reason.strip()[:2000],
            decided_by=by,
            decided_at=at,
        )
    )
    session.flush()


def holding(session: Session, keepers: Sequence[TermKeeper], on: date) -> tuple[Kept, ...]:
    """Every term as it holds on a day: the one decided last of those that have begun, else what the room proposes."""
    row = RetentionRow
    decided = session.scalars(select(row).where(row.valid_from_on <= on).order_by(row.valid_from_on, row.id))
    latest = {one.code: one for one in decided}
    return tuple(
        Kept(term=term, months=term.months)
        if (one := latest.get(term.code)) is None
        else Kept(term=term, months=one.months, valid_from_on=one.valid_from_on, reason=one.reason)
        for keeper in keepers
        for term in keeper.TERMS
    )


def forget(session: Session, keepers: Sequence[TermKeeper], *, at: datetime) -> tuple[Over, ...]:
    """Forgets all that is over its term, in the session's transaction (a rehearsal is rolled back by its caller)."""
    today, done = brussels_day(at), []
    months = {one.term.code: one.months for one in holding(session, keepers, today)}
    for keeper in keepers:
        for term in keeper.TERMS:
            before_on = rules.months_later(today, -months[term.code])
            rows = keeper.forget_older(session, term.code, day_span(before_on)[0])
            done.append(Over(code=term.code, months=months[term.code], before_on=before_on, rows=rows))
    return tuple(done)
