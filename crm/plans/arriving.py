"""Plans that somebody else signed: a recruiter in the street, an old system. Each row twice is once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from crm.plans import mandates, rules, service, store
from crm.plans.mandates import Safe
from crm.plans.model import Channel, NewMandate, NewPlan, Plan, Terms
from crm.values.iban import Iban
from crm.values.identifiers import AccountId, PersonId


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One signed plan as its supplier tells it. Without an account it is a standing order.

    `reference` is the mandate's, or the supplier's own number of a standing order. `last_collected_on`: what was
    collected last before it came to us; nothing up to that day is asked again.
    """

    person_id: PersonId
    supplier: str
    reference: str
    signed_on: date
    cents: int
    channel: Channel
    account: Iban | None = None
    holder: str = ""
    bic: str = ""
    starts_on: date | None = None
    anchor_day: int | None = None
    every_months: int = 1
    fee_cents: int = 0
    proof: str = ""
    source_code: str = ""
    last_collected_on: date | None = None


def bring(session: Session, safe: Safe, row: Row, *, at: datetime, by: AccountId | None = None) -> Plan:
    """Writes the mandate and its plan down, or gives back the plan that this very reference made before.

    Raises what `mandates.sign` and `service.sign` raise.
    """
    there = store.plan_of_supplier(session, row.supplier, row.reference)
    mandate_id = None
    if row.account is not None and there is None:
        signed = NewMandate(
            person_id=row.person_id,
            account=row.account,
            holder=row.holder,
            signed_on=row.signed_on,
            reference=row.reference,
            bic=row.bic,
            proof=row.proof,
            source=row.supplier,
            last_collected_on=row.last_collected_on,
        )
        mandate_id = mandates.sign(session, safe, signed, at=at, by=by).id
    starts_on = row.starts_on or row.signed_on
    anchor_day = row.anchor_day or starts_on.day
    terms = Terms(
        cents=row.cents,
        fee_cents=row.fee_cents,
        every_months=row.every_months,
        anchor_day=anchor_day,
        first_month_on=_first_month(row, starts_on, anchor_day),
    )
    new = NewPlan(
        person_id=row.person_id,
        terms=terms,
        started_on=starts_on,
        channel=row.channel,
        mandate_id=mandate_id,
        source_code=row.source_code,
        supplier=row.supplier,
        supplier_reference=row.reference,
    )
    return service.sign(session, new, at=at, by=by)


def _first_month(row: Row, starts_on: date, anchor_day: int) -> date:
    """Where the rhythm is counted from: the month of the last collection where there was one."""
    if row.last_collected_on is not None:
        return rules.month_after(rules.first_of_month(row.last_collected_on), row.every_months)
    return rules.first_month(starts_on, anchor_day)
