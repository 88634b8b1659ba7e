"""What happens to somebody between a plan and the bank: nobody who has died, left or paused is debited."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.care import service as care
from crm.collections import service, settling
from crm.collections.errors import FileOvertaken
from crm.collections.model import CollectionState, LeftOut
from crm.collections.service import Office
from crm.collections.settling import Ledger
from crm.people import service as people
from crm.plans import mandates, mourning
from crm.plans import service as plans
from crm.plans.model import Channel, EndReason, Plan, PlanState
from crm.plans.rules import state_on
from crm.values.identifiers import PlanId
from crm.values.languages import Language
from tests.collections.conftest import LOOKER, MAKER, Promise, credit, noon, sent
from tests.plans.conftest import mandate

SIGNED = date(2026, 11, 10)
DAY = date(2026, 12, 7)
MADE = date(2026, 12, 1)
CAME = date(2026, 12, 8)


def test_nothing_is_asked_of_the_dead_and_their_plans_rest(
    assembly: Assembly, office: Office, promise: Promise
) -> None:
    with assembly.database.transaction() as session:
        plan, other = promise(session, 1500, started_on=SIGNED), promise(session, 700, started_on=SIGNED)
        people.record_death(session, plan.person_id, died_on=None, at=noon(MADE))
        found = service.prospect(session, office, DAY)
        assert (found.cents, found.left_out) == (700, {LeftOut.DECEASED: 1})
        assert [mourning.rest(session, Language.FR, at=noon(MADE)) for _ in range(2)] == [1, 0]
        states = [state_on(plans.plan(session, one.id).standing, MADE) for one in (plan, other)]
        assert states == [PlanState.PAUSED, PlanState.ACTIVE]
        [task] = care.open_tasks_of(session, plan.person_id)
        assert "Décès" in task.title
        people.retract_death(session, plan.person_id)
        rested = plans.plan(session, plan.id)
        plans.resume(session, plan.id, seen=rested.version, on=DAY, channel=Channel.PHONE, at=noon(MADE), by=None)
        assert mourning.rest(session, Language.FR, at=noon(MADE)) == 0


@pytest.mark.parametrize("asked_for", [None, MADE, DAY])
def test_what_rested_for_a_death_noted_by_mistake_runs_again_and_nothing_else(
    assembly: Assembly, promise: Promise, asked_for: date | None
) -> None:
    at = noon(MADE)
    facts: dict[str, Any] = {"until_on": None, "channel": Channel.PHONE, "by": None}
    with assembly.database.transaction() as session:
        plan = promise(session, 1500, started_on=SIGNED)
        if asked_for is not None:
            plan = plans.pause(session, plan.id, seen=plan.version, on=asked_for, at=at, **facts)
        before, who = plan.standing, plan.person_id
        people.record_death(session, who, died_on=None, at=at)
        follow = partial(mourning.follow, session, Language.FR, at=at, person_id=who, by=None)
        assert follow() == 0
        assert state_on(plans.plan(session, plan.id).standing, MADE) is PlanState.PAUSED
        people.retract_death(session, who)
        assert [follow() for _ in range(2)] == [int(asked_for != MADE), 0]
        assert plans.plan(session, plan.id).standing == before
        assert care.open_tasks_of(session, who) == ()


@pytest.mark.parametrize("what", ["cancelled", "paused", "dead", "mandate", "renewed"])
def test_a_file_in_which_somebody_left_meanwhile_is_let_out_no_more(
    assembly: Assembly, office: Office, promise: Promise, what: str
) -> None:
    at = noon(MADE)

    def leave_it(plan: Plan) -> None:
        facts: dict[str, Any] = {
            "seen": plans.plan(session, plan.id).version,
            "channel": Channel.PHONE,
            "at": at,
            "by": None,
        }
        if what == "cancelled":
            plans.cancel(session, plan.id, on=MADE, reason=EndReason.MONEY, **facts)
        elif what == "paused":
            plans.pause(session, plan.id, on=MADE, until_on=date(2027, 3, 1), **facts)
        elif what == "dead":
            people.record_death(session, plan.person_id, died_on=None, at=at)
        elif what == "renewed":
            new = mandate(session, assembly, plan.person_id, signed_on=SIGNED)
            plans.serve_by(session, plan.id, new.id, seen=facts["seen"], at=at, by=None)
        elif plan.mandate_id is not None:
            mandates.end(session, plan.mandate_id, on=MADE)

    with assembly.database.transaction() as session:
        one, two = promise(session, 1500, started_on=SIGNED), promise(session, 700, started_on=SIGNED)
        first = service.make(session, office, DAY, at=at, by=MAKER)
        leave_it(one)
        with pytest.raises(FileOvertaken) as told:
            service.approve(session, office, first.id, at=at, by=LOOKER)
        assert told.value.plans == (one.id,)
        service.drop(session, first.id, at=at, by=MAKER)
        second = service.make(session, office, DAY, at=at, by=MAKER)
        assert second.cents == (2200 if what == "renewed" else 700)
        service.approve(session, office, second.id, at=at, by=LOOKER)
        leave_it(two)
        with pytest.raises(FileOvertaken):
            service.leave(session, office, second.id, at=at, by=MAKER)


def test_a_file_that_has_left_can_be_taken_again_whoever_leaves_later(
    assembly: Assembly, office: Office, promise: Promise
) -> None:
    at = noon(MADE)
    with assembly.database.transaction() as session:
        plan = promise(session, 1500, started_on=SIGNED)
        batch = sent(session, office, DAY, MADE)
        plans.cancel(session, plan.id, seen=1, on=MADE, reason=EndReason.MONEY, channel=Channel.PHONE, at=at, by=None)
        assert service.leave(session, office, batch.id, at=at, by=LOOKER)


def test_a_file_thrown_away_does_not_eat_the_second_try(
    assembly: Assembly, office: Office, ledger: Ledger, promise: Promise
) -> None:
    with assembly.database.transaction() as session:
        plan = promise(session, 1000, started_on=SIGNED)
        dropped = service.make(session, office, DAY, at=noon(MADE), by=MAKER)
        service.drop(session, dropped.id, at=noon(MADE), by=MAKER)
        batch = sent(session, office, DAY, MADE)
        settling.settle(session, ledger, [credit("a", CAME, 1000, batch.header.message_id)], at=noon(CAME))
        retry_on, made_on = date(2026, 12, 21), date(2026, 12, 15)
        _returned(session, ledger, plan.id, "b", CAME)
        assert service.prospect(session, office, retry_on).count == 1
        again = service.make(session, office, retry_on, at=noon(made_on), by=MAKER)
        service.drop(session, again.id, at=noon(made_on), by=MAKER)
        [one] = service.of_plan(session, plan.id)
        assert [each.state.value for each in one.attempts] == ["returned", "dropped"]
        last = sent(session, office, retry_on, made_on)
        settling.settle(session, ledger, [credit("c", retry_on, 1000, last.header.message_id)], at=noon(retry_on))
        _returned(session, ledger, plan.id, "d", retry_on)
        assert service.of_plan(session, plan.id)[0].state is CollectionState.RETURNED


def _returned(session: Session, ledger: Ledger, plan_id: PlanId, key: str, on: date) -> None:
    named = service.of_plan(session, plan_id)[0].attempts[-1].end_to_end_id
    back = credit(key, on, -1000, end_to_end_id=named, is_return=True, reason="AM04")
    assert settling.settle(session, ledger, [back], at=noon(on))


def test_what_was_never_asked_is_asked_by_todays_terms_or_not_at_all(
    assembly: Assembly, office: Office, promise: Promise
) -> None:
    at = noon(MADE)
    with assembly.database.transaction() as session:
        plan = promise(session, 1500, started_on=SIGNED)
        dropped = service.make(session, office, DAY, at=at, by=MAKER)
        service.drop(session, dropped.id, at=at, by=MAKER)
        assert service.of_plan(session, plan.id) == ()
        plans.change(
            session, plan.id, cents=500, seen=1, effective_on=date(2026, 12, 2), channel=Channel.PHONE, at=noon(SIGNED),
            by=None,
        )  # fmt: skip
        assert service.make(session, office, DAY, at=at, by=MAKER).cents == 500


def test_a_second_try_that_was_put_off_too_long_is_given_up(
    assembly: Assembly, office: Office, ledger: Ledger, promise: Promise
) -> None:
    with assembly.database.transaction() as session:
        plan = promise(session, 1000, started_on=SIGNED)
        batch = sent(session, office, DAY, MADE)
        settling.settle(session, ledger, [credit("a", CAME, 1000, batch.header.message_id)], at=noon(CAME))
        _returned(session, ledger, plan.id, "b", CAME)
        plans.pause(
            session, plan.id, seen=plans.plan(session, plan.id).version, on=CAME, until_on=date(2027, 6, 1),
            channel=Channel.PHONE, at=noon(CAME), by=None,
        )  # fmt: skip
        late = service.make(session, office, date(2027, 6, 7), at=noon(date(2027, 6, 1)), by=MAKER)
        assert late.cents == 1000
        periods = {one.period: one.state.value for one in service.of_plan(session, plan.id)}
        assert periods == {"2026-12": "returned", "2027-06": "asked"}


def test_a_yearly_plan_is_tried_again_however_late_its_return_came(
    assembly: Assembly, office: Office, ledger: Ledger, promise: Promise
) -> None:
    with assembly.database.transaction() as session:
        plan = promise(session, 1000, started_on=SIGNED, every_months=12)
        batch = sent(session, office, DAY, MADE)
        settling.settle(session, ledger, [credit("a", CAME, 1000, batch.header.message_id)], at=noon(CAME))
        back_on = date(2027, 1, 20)
        _returned(session, ledger, plan.id, "b", back_on)
        assert service.make(session, office, date(2027, 2, 1), at=noon(back_on), by=MAKER).cents == 1000
