"""The demonstration asks its supporters' banks: files that came, what went back, one that waits for approval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial
from io import BytesIO

from sqlalchemy.orm import Session

from crm.assembly import Assembly, bank_counter, collecting_office
from crm.banking import bringing
from crm.collections import service as collections
from crm.collections.errors import NothingDue
from crm.collections.model import Attempt
from crm.collections.service import Office
from crm.demo import bank_file
from crm.demo.bank_file import Told
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


OPENING = 1_250_000
"""What the account held before the first of the demonstration's statements."""


def let_them_collect(assembly: Assembly, now: datetime) -> None:
    """Once: a house that has files of collections is left alone. The bank's lines come as files."""
    office = collecting_office(assembly)
    if not office.creditor.account:
        return
    with assembly.database.transaction() as session:
        accounts = [account.id for account in staff.accounts(session)]
        if len(accounts) < 2 or collections.batches(session, size=1):
            return
    held, opened_on = OPENING, brussels_day(now - AGO[0])
    for number, ago in enumerate(AGO, 1):
        with assembly.database.transaction() as session:
            lines = _asked_for(session, office, now - ago, accounts, others=BACK if ago is AGO[-1] else ())
        if not lines:
            continue
        until = lines[-1].on
        content = bank_file.statement(
            office.creditor.account, lines, opening_cents=held, opening_on=opened_on, closing_on=until, number=number
        )
        counter = replace(bank_counter(assembly), clock=partial(instant_of, until, time(21)))
        bringing.bring(counter, BytesIO(content), name=f"extrait-{until.isoformat()}.xml", by=accounts[0])
        held, opened_on = held + sum(line.cents for line in lines), until
    with assembly.database.transaction() as session:
        today = brussels_day(now)
        try:
            collections.make(session, office, target_days.after(today, 7), at=now, by=accounts[-1])
        except NothingDue:
            return


def _asked_for(
    session: Session, office: Office, at: datetime, accounts: list[AccountId], *, others: Sequence[str]
) -> list[Told]:
    """A file leaves; what the bank tells of it: the credit of all of it, then what went back."""
    day = target_days.after(brussels_day(at), 2)
    try:
        batch = collections.make(session, office, day, at=at, by=accounts[0])
    except NothingDue:
        return []
    collections.approve(session, office, batch.id, at=at, by=accounts[1])
    collections.leave(session, office, batch.id, at=at, by=accounts[1])
    active = plans.page(session, Wanted(on=day, state=PlanState.ACTIVE), size=200)
    asked = {plan.id: _asked(session, plan, batch.id) for plan in active}
    fragile = sorted((plan for plan in active if plan.supplier == WEBSITE), key=lambda plan: plan.id)
    steady = [plan for plan in active if plan.supplier != WEBSITE and asked[plan.id]]
    reasons = {plan.id: EMPTY for plan in fragile[:FAILING]}
    reasons |= {plan.id: code for plan, code in zip(steady, others, strict=False)}
    back_on = target_days.after(day, 3)
    credit = Told(on=day, cents=batch.cents, text=f"REMISE {batch.header.message_id}")
    back = [
        Told(on=back_on, cents=-cents, end_to_end_id=seen.end_to_end_id, reason=reason)
        for plan_id, reason in reasons.items()
        for seen, cents in asked[plan_id]
    ]
    return [credit, *back]


def _asked(session: Session, plan: Plan, batch_id: SepaBatchId) -> list[tuple[Attempt, int]]:
    """What a file asked of a plan, and how much."""
    several = collections.of_plan(session, plan.id, size=6)
    return [(seen, one.cents) for one in several for seen in one.attempts if seen.batch_id == batch_id]
