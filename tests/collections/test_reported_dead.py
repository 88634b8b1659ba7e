"""Whom the bank reports dead: nothing is written to them by any clock, until a colleague has said that they live."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from crm.assembly import Assembly
from crm.care import service as care
from crm.collections import rules, service, settling
from crm.collections.model import Rejection
from crm.collections.service import Office
from crm.collections.settling import Ledger
from crm.consent import gate
from crm.consent.model import SERVICE, Refusal
from crm.members import reminding
from crm.members import service as members
from crm.people import differences
from crm.people import service as people
from crm.plans import mandates
from crm.plans import service as plans
from tests.collections.conftest import Promise, noon, sent
from tests.donations.conftest import donor
from tests.members.conftest import pay_fee
from tests.plans.conftest import mandate


def test_nothing_is_written_to_whom_the_bank_says_dead_until_a_colleague_says_otherwise(
    assembly: Assembly, office: Office, ledger: Ledger, promise: Promise
) -> None:
    told_on = date(2026, 12, 8)
    at = noon(told_on)
    with assembly.database.transaction() as session:
        several = []
        for name in ("Alpha", "Beta"):
            who = donor(session, assembly, name)
            own = mandate(session, assembly, who, holder=f"Mme {name.upper()}", signed_on=date(2026, 11, 10))
            several.append(promise(session, 1000, who, started_on=date(2026, 11, 10), signed=own))
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
        told: dict[str, Any] = {"field": "deceased_on", "held": {}, "said": {"text": "2026-12-01"}}
        differences.note(session, alive, **told, source="x", at=at)
        assert {one.person_id for one in reminding.due(session, at=at, size=9)} == {dead}


def test_nobody_is_noted_dead_by_the_death_of_whose_account_it_is(
    assembly: Assembly, office: Office, ledger: Ledger, promise: Promise
) -> None:
    told_on = date(2026, 12, 8)
    with assembly.database.transaction() as session:
        plan = promise(session, 1000, donor(session, assembly, "Alpha"), started_on=date(2026, 11, 10))
        sent(session, office, date(2026, 12, 7), date(2026, 12, 1))
        [named] = [one.attempts[0].end_to_end_id for one in service.of_plan(session, plan.id)]
        settling.reject(session, ledger, [Rejection(end_to_end_id=named, reason="MD07")], at=noon(told_on))
        person, standing = people.find_person(session, plan.person_id), plans.plan(session, plan.id).standing
        assert person is not None
        assert not person.is_deceased
        assert standing.ended_on == told_on
        assert plan.mandate_id is not None
        assert mandates.mandate(session, plan.mandate_id).ended_on == told_on
        [task] = care.open_tasks_of(session, plan.person_id)
        assert "autrement" in task.title


@pytest.mark.parametrize(
    ("holder", "name", "is_own"),
    [
        ("ALPHA-BÊTA Ana", "Ana Alpha Beta", True),
        ("Mme Ana Alpha", "Ana Alpha", True),
        ("Bo Alpha", "Ana Alpha", False),
        ("Ana et Bo Alpha", "Ana Alpha", False),
        ("", "", False),
    ],
)
def test_an_account_is_somebody_s_own_by_the_words_of_their_name(holder: str, name: str, is_own: bool) -> None:
    assert rules.is_own(holder, name) is is_own
