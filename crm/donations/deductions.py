"""Rules of what is deductible, in versions: one colleague proposes what holds from a day to come, another decides.

Nothing that is booked ever changes: a rule begins after the day on which it is accepted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.donations import rules, store
from crm.donations.errors import DeductionTaken, FourEyes, RuleMissing
from crm.donations.model import DeductionRule, GiftKind, LineKind, Why
from crm.donations.tables import DeductionProposalRow, DeductionRuleRow
from crm.foundation.database import hold
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId

REASON = 500
MAGAZINE_KINDS = (GiftKind.INSTALMENT, GiftKind.MEMBERSHIP_FEE)
"""What carries a right to the magazine by itself: where that counts as something received, none of it is deductible."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """What should hold from a day on. Without kinds it is about the magazine: does it count as something received?"""

    id: int
    gift_kind: GiftKind | None
    line_kind: LineKind | None
    is_deductible: bool
    valid_from_on: date
    reason: str
    proposed_at: datetime
    proposed_by: AccountId
    decided_at: datetime | None
    decided_by: AccountId | None
    is_accepted: bool


def propose(
    session: Session,
    kinds: tuple[GiftKind, LineKind] | None,
    *,
    is_deductible: bool,
    valid_from_on: date,
    reason: str,
    at: datetime,
    by: AccountId,
) -> Proposal:
    """Proposes a rule for lines of such gifts, or (without kinds) for the magazine. Raises Invalid with the field."""
    if valid_from_on <= brussels_day(at):
        raise Invalid("a rule begins on a day to come", field="valid_from_on")
    if not reason.strip() or len(reason) > REASON:
        raise Invalid("a rule has a reason, in a few words", field="reason")
    gift_kind, line_kind = kinds or (None, None)
    row = DeductionProposalRow(
        gift_kind=gift_kind,
        line_kind=line_kind,
        is_deductible=is_deductible,
        valid_from_on=valid_from_on,
        reason=reason.strip(),
        proposed_at=at,
        proposed_by=by,
        is_accepted=False,
    )
    session.add(row)
    session.flush()
    return _proposal(row)


def decide(session: Session, proposal_id: int, *, accepts: bool, at: datetime, by: AccountId) -> Proposal:
    """Accepts or refuses it.

    Raises RuleMissing, FourEyes for whoever proposed it, Invalid where its day has come meanwhile, DeductionTaken where
    a rule of that very day holds already.
    """
    hold(session, "deduction rules")
    row = session.get(DeductionProposalRow, proposal_id, populate_existing=True)
    if row is None or row.decided_at is not None:
        raise RuleMissing
    if row.proposed_by == by:
        raise FourEyes
    if accepts:
        if row.valid_from_on <= brussels_day(at):
            raise Invalid("its day has come: propose it anew", field="valid_from_on")
        for rule in _rules_of(_proposal(row)):
            _add(session, rule)
    row.decided_at, row.decided_by, row.is_accepted = at, by, accepts
    session.flush()
    return _proposal(row)


def proposals(session: Session) -> tuple[Proposal, ...]:
    """All that was ever proposed, the newest first."""
    rows = session.scalars(select(DeductionProposalRow).order_by(DeductionProposalRow.id.desc()))
    return tuple(_proposal(row) for row in rows)


def in_force(session: Session, on: date) -> tuple[DeductionRule, ...]:
    """What holds on a day for each kind of gift and line, as `rules.judged` reads it."""
    held: dict[tuple[GiftKind, LineKind], DeductionRule] = {}
    own = sorted(store.rules(session), key=lambda rule: rule.valid_from_on)
    for rule in (*rules.BY_DEFAULT, *own):
        if rule.valid_from_on <= on and (rule.valid_until_on is None or on <= rule.valid_until_on):
            held[rule.gift_kind, rule.line_kind] = rule
    return tuple(held.values())


def magazine_counts(session: Session, on: date) -> bool:
    """Whether the magazine counts as something received on a day, as finance decided; it does not unless they did."""
    decided = [
        one for one in proposals(session) if one.is_accepted and one.gift_kind is None and one.valid_from_on <= on
    ]
    last = max(decided, key=lambda one: (one.valid_from_on, one.id), default=None)
    return last is not None and not last.is_deductible


def _rules_of(one: Proposal) -> list[DeductionRule]:
    if one.gift_kind is not None and one.line_kind is not None:
        _, why = rules.verdict_by_default(one.gift_kind, one.line_kind)
        pairs = [(one.gift_kind, one.line_kind)]
        why = Why.DONATION if one.is_deductible else Why.DECIDED if why is Why.DONATION else why
    else:
        pairs = [(kind, LineKind.DONATION) for kind in MAGAZINE_KINDS]
        why = Why.DONATION if one.is_deductible else Why.MAGAZINE
    return [
        DeductionRule(
            gift_kind=gift_kind,
            line_kind=line_kind,
            is_deductible=one.is_deductible,
            why=why,
            valid_from_on=one.valid_from_on,
        )
        for gift_kind, line_kind in pairs
    ]


def _add(session: Session, rule: DeductionRule) -> None:
    row = DeductionRuleRow
    same = select(row.id).where(
        row.gift_kind == rule.gift_kind, row.line_kind == rule.line_kind, row.valid_from_on == rule.valid_from_on
    )
    if session.scalar(same) is not None:
        raise DeductionTaken
    session.add(
        DeductionRuleRow(
            gift_kind=rule.gift_kind,
            line_kind=rule.line_kind,
            is_deductible=rule.is_deductible,
            why=rule.why,
            valid_from_on=rule.valid_from_on,
        )
    )


def _proposal(row: DeductionProposalRow) -> Proposal:
    return Proposal(
        id=row.id,
        gift_kind=row.gift_kind,
        line_kind=row.line_kind,
        is_deductible=row.is_deductible,
        valid_from_on=row.valid_from_on,
        reason=row.reason,
        proposed_at=row.proposed_at,
        proposed_by=AccountId(row.proposed_by),
        decided_at=row.decided_at,
        decided_by=None if row.decided_by is None else AccountId(row.decided_by),
        is_accepted=row.is_accepted,
    )
