"""The demonstration asks its supporters' banks: a file that came, what went back, one that waits for approval."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from crm.assembly import Assembly, collecting_office
from crm.collections import service as collections
from crm.collections import settling
from crm.collections.errors import NothingDue
from crm.collections.model import Seen
from crm.collections.service import Office
from crm.collections.settling import Ledger
from crm.plans import service as plans
from crm.plans.model import PlanState, Wanted
from crm.staff import service as staff
from crm.values import target_days
from crm.values.calendar import brussels_day, instant_of
from crm.values.identifiers import AccountId

BACK = ("AM04", "AC04", "MD06")
"""Why the first of them went back."""
AGO = timedelta(days=14)


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
        _collected(session, office, ledger, now - AGO, accounts)
        today = brussels_day(now)
        try:
            collections.make(session, office, target_days.after(today, 7), at=now, by=accounts[-1])
        except NothingDue:
            return


def _collected(session: Session, office: Office, ledger: Ledger, at: datetime, accounts: list[AccountId]) -> None:
    day = target_days.after(brussels_day(at), 2)
    batch = collections.make(session, office, day, at=at, by=accounts[0])
    collections.approve(session, office, batch.id, at=at, by=accounts[1])
    collections.leave(session, office, batch.id, at=at, by=accounts[1])
    name = batch.header.message_id
    noon = instant_of(day, time(12))
    credit = Seen(key=name, booked_on=day, cents=batch.cents, references=(name,))
    settling.settle(session, ledger, [credit], at=noon)
    active = plans.page(session, Wanted(on=day, state=PlanState.ACTIVE), size=200)
    asked = [one for plan in active for one in collections.of_plan(session, plan.id, size=1)]
    back_on = target_days.after(day, 3)
    lines = [
        Seen(
            key=f"{name} {code}",
            booked_on=back_on,
            cents=-one.cents,
            end_to_end_id=one.attempts[0].end_to_end_id,
            is_return=True,
            reason=code,
        )
        for one, code in zip(asked, BACK, strict=False)
    ]
    settling.settle(session, ledger, lines, at=instant_of(back_on, time(12)))
