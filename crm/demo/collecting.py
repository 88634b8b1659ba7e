"""The demonstration asks its supporters' banks: files that came, what went back, one that waits for approval."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from crm.assembly import Assembly, collecting_office
from crm.collections import service as collections
from crm.collections import settling
from crm.collections.errors import NothingDue
from crm.collections.model import Attempt, Seen
from crm.collections.service import Office
from crm.collections.settling import Ledger
from crm.demo.promising import WEBSITE
from crm.plans import service as plans
from crm.plans.model import Plan, PlanState, Wanted
from crm.staff import service as staff
from crm.values import target_days
from crm.values.calendar import brussels_day, instant_of
from crm.values.identifiers import AccountId, SepaBatchId

BACK = ("AM04", "AC04", "MD06")
"""Why the first of the last file went back."""
EMPTY, FAILING = "AM04", 5
"""Why it went back, each time, of so many who signed on the site: two instalments, each asked twice."""
AGO = tuple(timedelta(days=days) for days in (68, 48, 34, 14))
"""When files were made. The second and the fourth ask again what went back of the one before."""


def let_them_collect(assembly: Assembly, now: datetime) -> None:
    """Once: a house that has files of collections is left alone."""
    office = collecting_office(assembly)
    if not office.creditor.account:
        return
    with assembly.database.transaction() as session:
        accounts = [account.id for account in staff.accounts(session)]
        if len(accounts) < 2 or collections.batches(session, size=1):
            return
        ledger = Ledger(sealer=assembly.sealer, language=assembly.settings.office_language)
        for ago in AGO:
            _collected(session, office, ledger, now - ago, accounts, others=BACK if ago is AGO[-1] else ())
        today = brussels_day(now)
        try:
            collections.make(session, office, target_days.after(today, 7), at=now, by=accounts[-1])
        except NothingDue:
            return


def _collected(
    session: Session, office: Office, ledger: Ledger, at: datetime, accounts: list[AccountId], *, others: Sequence[str]
) -> None:
    day = target_days.after(brussels_day(at), 2)
    try:
        batch = collections.make(session, office, day, at=at, by=accounts[0])
    except NothingDue:
        return
    collections.approve(session, office, batch.id, at=at, by=accounts[1])
    collections.leave(session, office, batch.id, at=at, by=accounts[1])
    name = batch.header.message_id
    noon = instant_of(day, time(12))
    credit = Seen(key=name, booked_on=day, cents=batch.cents, references=(name,))
    settling.settle(session, ledger, [credit], at=noon)
    active = plans.page(session, Wanted(on=day, state=PlanState.ACTIVE), size=200)
    asked = {plan.id: _asked(session, plan, batch.id) for plan in active}
    fragile = sorted((plan for plan in active if plan.supplier == WEBSITE), key=lambda plan: plan.id)
    steady = [plan for plan in active if plan.supplier != WEBSITE and asked[plan.id]]
    reasons = {plan.id: EMPTY for plan in fragile[:FAILING]}
    reasons |= {plan.id: code for plan, code in zip(steady, others, strict=False)}
    back_on = target_days.after(day, 3)
    lines = [
        Seen(
            key=f"{name} {seen.end_to_end_id}",
            booked_on=back_on,
            cents=-cents,
            end_to_end_id=seen.end_to_end_id,
            is_return=True,
            reason=reason,
        )
        for plan_id, reason in reasons.items()
        for seen, cents in asked[plan_id]
    ]
    settling.settle(session, ledger, lines, at=instant_of(back_on, time(12)))


def _asked(session: Session, plan: Plan, batch_id: SepaBatchId) -> list[tuple[Attempt, int]]:
    """What a file asked of a plan, and how much."""
    several = collections.of_plan(session, plan.id, size=6)
    return [(seen, one.cents) for one in several for seen in one.attempts if seen.batch_id == batch_id]
