"""Whom the bank reports dead: nothing is written to them by any clock, until a colleague has said that they live."""

from __future__ import annotations

from datetime import date, timedelta

from crm.assembly import Assembly
from crm.care import service as care
from crm.collections import service, settling
from crm.collections.model import Rejection
from crm.collections.service import Office
from crm.collections.settling import Ledger
from crm.consent import gate
from crm.consent.model import SERVICE, Refusal
from crm.members import reminding
from crm.members import service as members
from crm.people import service as people
from tests.collections.conftest import Promise, noon, sent
from tests.members.conftest import pay_fee


def test_nothing_is_written_to_whom_the_bank_says_dead_until_a_colleague_says_otherwise(
    assembly: Assembly, office: Office, ledger: Ledger, promise: Promise
) -> None:
    told_on = date(2026, 12, 8)
    at = noon(told_on)
    with assembly.database.transaction() as session:
        several = [promise(session, 1000, started_on=date(2026, 11, 10)) for _ in range(2)]
        paid_on = told_on - timedelta(days=355)
        for plan in several:
            pay_fee(session, assembly, plan.person_id, 2500, paid_on)
        members.catch_up(session, at=at)
        sent(session, office, date(2026, 12, 7), date(2026, 12, 1))
        dead, alive = (plan.person_id for plan in several)
        assert {one.person_id for one in reminding.due(session, at=at, size=9)} == {dead, alive}
        [named] = [one.attempts[0].end_to_end_id for one in service.of_plan(session, several[0].id)]
        settling.reject(session, ledger, [Rejection(end_to_end_id=named, reason="MD07")], at=at)
        assert {one.person_id for one in reminding.due(session, at=at, size=9)} == {alive}
        for purpose in (SERVICE, "newsletter"):
            said = gate.verdict(session, person_id=dead, purpose=purpose, address_key="", at=at)
            assert said.refusal is Refusal.DECEASED
        person = people.find_person(session, dead)
        assert person is not None
        assert (person.is_deceased, person.deceased_on) == (True, None)
        [task] = care.open_tasks_of(session, dead)
        assert "vérifier" in task.title
        people.retract_death(session, dead)
        assert {one.person_id for one in reminding.due(session, at=at, size=9)} == {dead, alive}
