"""What the bank says: a credit settles a file to the cent, what comes back is undone by the rule of its reason."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.care import service as care
from crm.collections import service, settling
from crm.collections.model import AttemptState, BatchState, Rejection, Schema, Seen
from crm.collections.service import Office
from crm.collections.settling import Ledger
from crm.collections.tables import AttemptRow
from crm.donations import selects
from crm.donations import service as donations
from crm.donations.model import GiftKind, Wanted, Why
from crm.ledgers import service as ledgers
from crm.plans import collecting, mandates
from crm.plans import service as plans
from crm.plans.model import Plan, PlanState
from crm.plans.rules import state_on
from tests.collections.conftest import Promise, credit, noon, sent

SIGNED = date(2026, 11, 10)
DAY = date(2026, 12, 7)
MADE = date(2026, 12, 1)
CAME = date(2026, 12, 8)


def given_in_all(session: Session) -> tuple[int, int]:
    """How many gifts there are, and what they come to: what counts money reads this."""
    effective = selects.effective_gifts().subquery()
    count, cents = session.execute(select(func.count(), func.coalesce(func.sum(effective.c.net_cents), 0))).one()
    assert donations.drift(session) == 0
    return count, int(cents)


def test_one_credit_settles_a_file_to_the_cent_and_once(
    assembly: Assembly, office: Office, ledger: Ledger, promise: Promise
) -> None:
    with assembly.database.transaction() as session:
        fee = promise(session, 3000, fee_cents=2500, started_on=SIGNED)
        promise(session, 1001, started_on=SIGNED)
        batch = sent(session, office, DAY, MADE)
        name = batch.header.message_id
        wrong = [credit("a", CAME, 4000, name), credit("b", CAME, 4001, "PV-20261207-000999"), credit("c", CAME, 4001)]
        assert settling.settle(session, ledger, wrong, at=noon(CAME)) == {}
        line = credit("d", CAME, 4001, f"COLLECTE {name}-RCUR")
        assert settling.settle(session, ledger, [line], at=noon(MADE)) == {}
        done = settling.settle(session, ledger, [line], at=noon(CAME))
        assert {key: (one.gifts, one.person_id) for key, one in done.items()} == {"d": (2, None)}
        assert settling.settle(session, ledger, [line], at=noon(CAME)) == {}
        assert (given_in_all(session), service.batch(session, batch.id).state) == ((2, 4001), BatchState.SETTLED)
        [gift] = donations.page(session, Wanted(person_id=fee.person_id))
        whole = donations.whole(session, gift.id)
        assert (gift.kind, gift.given_on) == (GiftKind.INSTALMENT, CAME)
        assert [(one.cents, one.is_deductible, one.why) for one in whole.lines] == [
            (500, True, Why.DONATION),
            (2500, False, Why.FEE),
        ]
        assert fee.mandate_id is not None
        assert mandates.mandate(session, fee.mandate_id).last_collected_on == CAME


def test_a_file_of_two_blocks_is_credited_block_by_block(
    assembly: Assembly, office: Office, ledger: Ledger, promise: Promise
) -> None:
    old = Office(creditor=office.creditor, safe=office.safe, schema=Schema.V02, notice_days=14)
    with assembly.database.transaction() as session:
        served = promise(session, 1000, started_on=SIGNED)
        assert served.mandate_id is not None
        collecting.collected(session, [served.mandate_id], on=date(2026, 10, 5))
        promise(session, 500, started_on=SIGNED)
        batch = sent(session, old, DAY, MADE)
        name = batch.header.message_id
        first, second = credit("a", CAME, 500, f"{name}-FRST"), credit("b", CAME, 1000, f"{name}-RCUR")
        assert set(settling.settle(session, ledger, [first], at=noon(CAME))) == {"a"}
        assert service.batch(session, batch.id).state is BatchState.SENT
        assert set(settling.settle(session, ledger, [first, second], at=noon(CAME))) == {"b"}
        assert (given_in_all(session), service.batch(session, batch.id).state) == ((2, 1500), BatchState.SETTLED)


@pytest.mark.parametrize(
    ("code", "state", "tries", "task"),
    [
        ("AM04", PlanState.ACTIVE, 2, ""),
        ("", PlanState.ACTIVE, 2, ""),
        ("AC04", PlanState.PAUSED, 1, "appeler"),
        ("MD06", PlanState.ACTIVE, 1, "appeler"),
        ("MD07", PlanState.ENDED, 1, "décédée"),
        ("MD01", PlanState.ENDED, 1, "signer un nouveau"),
    ],
)
def test_what_comes_back_is_undone_and_its_reason_followed(
    assembly: Assembly,
    office: Office,
    ledger: Ledger,
    promise: Promise,
    code: str,
    state: PlanState,
    tries: int,
    task: str,
) -> None:
    back_on = date(2026, 12, 10)
    with assembly.database.transaction() as session:
        plan = promise(session, 1000, started_on=SIGNED)
        batch = sent(session, office, DAY, MADE)
        [named] = [one.attempts[0].end_to_end_id for one in service.of_plan(session, plan.id)]
        settling.settle(session, ledger, [credit("a", CAME, 1000, batch.header.message_id)], at=noon(CAME))
        back = credit("b", back_on, -1000, end_to_end_id=named, is_return=True, reason=code)
        done = settling.settle(session, ledger, [back], at=noon(back_on))
        assert done["b"].person_id == plan.person_id
        assert settling.settle(session, ledger, [back], at=noon(back_on)) == {}
        assert given_in_all(session) == (0, 0)
        assert state_on(plans.plan(session, plan.id).standing, back_on) is state
        retry_on = date(2026, 12, 21)
        found = service.prospect(session, office, retry_on)
        assert found.count == tries - 1
        todo = [one.title for one in care.open_tasks_of(session, plan.person_id)]
        assert [task in title for title in todo] == ([True] if task else [])
        assert plan.mandate_id is not None
        assert (mandates.mandate(session, plan.mandate_id).ended_on == back_on) is (code in {"MD01", "MD07"})
        assert [one.reason for one in service.came_back(session)] == [code or "MS03"]
        if tries == 2:
            again = sent(session, office, retry_on, date(2026, 12, 15))
            [one] = service.of_plan(session, plan.id)
            assert [attempt.number for attempt in one.attempts] == [1, 2]
            settling.settle(session, ledger, [credit("c", retry_on, 1000, again.header.message_id)], at=noon(retry_on))
            assert given_in_all(session) == (1, 1000)
            second = credit(
                "d", retry_on, -1000, end_to_end_id=one.attempts[1].end_to_end_id, is_return=True, reason=code
            )
            settling.settle(session, ledger, [second], at=noon(retry_on))
            assert given_in_all(session) == (0, 0)
            assert [one.state.value for one in service.of_plan(session, plan.id)] == ["returned"]


def test_what_a_bank_did_not_take_is_not_awaited_any_more(
    assembly: Assembly, office: Office, ledger: Ledger, promise: Promise
) -> None:
    with assembly.database.transaction() as session:
        one, two = promise(session, 1000, started_on=SIGNED), promise(session, 500, started_on=SIGNED)
        batch = sent(session, office, DAY, MADE)
        [named] = [each.attempts[0].end_to_end_id for each in service.of_plan(session, one.id)]
        several = [Rejection(end_to_end_id=named, reason="AC01"), Rejection(end_to_end_id="autre", reason="AC01")]
        assert [settling.reject(session, ledger, several, at=noon(DAY)) for _ in range(2)] == [1, 0]
        assert service.counts(session, batch.id) == {AttemptState.ASKED: (1, 500), AttemptState.REJECTED: (1, 1000)}
        settling.settle(session, ledger, [credit("a", CAME, 500, batch.header.message_id)], at=noon(CAME))
        assert given_in_all(session) == (1, 500)
        assert service.came_back(session)[0].plan_id == one.id
        assert state_on(plans.plan(session, two.id).standing, CAME) is PlanState.ACTIVE


def test_a_bank_that_names_only_the_mandate_is_understood(
    assembly: Assembly, office: Office, ledger: Ledger, promise: Promise
) -> None:
    """A CODA of direct debits (type 127) gives the mandate and the reason, and no name of the collection."""
    with assembly.database.transaction() as session:
        plan = promise(session, 1000, started_on=SIGNED)
        assert plan.mandate_id is not None
        reference = mandates.mandate(session, plan.mandate_id).reference
        sent(session, office, DAY, MADE)
        came, back = (
            credit("a", CAME, 1000, mandate=reference),
            credit("b", CAME, -1000, mandate=reference, is_return=True, reason="AM04"),
        )
        done = settling.settle(session, ledger, [came, back], at=noon(CAME))
        assert {key: one.person_id for key, one in done.items()} == {"a": plan.person_id, "b": plan.person_id}
        assert given_in_all(session) == (0, 0)


SAID: tuple[tuple[dict[str, Any], list[str]], ...] = (
    ({"references": ("2026-12",), "reason": "MD06"}, ["returned", "received", "received"]),
    ({"executed_on": date(2026, 12, 7), "reason": "MD06"}, ["returned", "received", "received"]),
    ({"references": ("don 2027-01 merci",), "executed_on": date(2026, 12, 7)}, ["received", "open", "received"]),
    ({"executed_on": date(2027, 2, 10), "reason": "MD06"}, ["received"] * 3),
    ({"references": ("2026-11",), "reason": "MD06"}, ["received"] * 3),
    ({}, ["received"] * 3),
)
"""What a return by mandate alone says, and where the three instalments stand after it."""


@pytest.mark.parametrize(("said", "stands"), SAID)
def test_of_three_equal_instalments_a_return_takes_back_the_one_it_means_or_waits(
    assembly: Assembly,
    office: Office,
    ledger: Ledger,
    promise: Promise,
    said: dict[str, Any],
    stands: list[str],
) -> None:
    """By the period in our words first, then by the day of the file; across the end of a year."""
    days = (DAY, date(2027, 1, 5), date(2027, 2, 5))
    with assembly.database.transaction() as session:
        plan = promise(session, 1000, started_on=SIGNED)
        assert plan.mandate_id is not None
        reference = mandates.mandate(session, plan.mandate_id).reference
        for day in days:
            batch = sent(session, office, day, day - timedelta(days=6))
            came = credit(f"in {day}", day, 1000, batch.header.message_id)
            settling.settle(session, ledger, [came], at=noon(day))
        back_on = date(2027, 2, 10)
        back = credit("back", back_on, -1000, **{"mandate": reference, "is_return": True, "reason": "AM04", **said})
        done = settling.settle(session, ledger, [back], at=noon(back_on))
        assert done["back"].is_unclear is (stands == ["received"] * 3)
        found = sorted(service.of_plan(session, plan.id), key=lambda one: one.period)
        assert [one.period for one in found] == ["2026-12", "2027-01", "2027-02"]
        assert [one.state.value for one in found] == stands
        assert given_in_all(session) == (stands.count("received"), 1000 * stands.count("received"))


CREDITED: tuple[tuple[list[dict[str, Any]], list[str]], ...] = (
    ([{"references": ("2026-12",)}], ["received", "asked", "asked"]),
    ([{"executed_on": date(2027, 1, 5)}], ["asked", "received", "asked"]),
    ([{"value_on": date(2027, 2, 5)}], ["asked", "asked", "received"]),
    ([{}], ["asked"] * 3),
    ([{}, {}], ["asked"] * 3),
    ([{}, {}, {}], ["received"] * 3),
    ([{"cents": 700}], ["asked"] * 3),
)
"""What credits by mandate alone say, and where the three instalments that are awaited stand after them."""


@pytest.mark.parametrize(("said", "stands"), CREDITED)
def test_of_three_awaited_instalments_a_credit_settles_the_one_it_means_or_waits(
    assembly: Assembly,
    office: Office,
    ledger: Ledger,
    promise: Promise,
    said: list[dict[str, Any]],
    stands: list[str],
) -> None:
    """It is never taken for the newest; as many as are awaited are one for each."""
    with assembly.database.transaction() as session:
        plan = promise(session, 1000, started_on=SIGNED)
        assert plan.mandate_id is not None
        reference = mandates.mandate(session, plan.mandate_id).reference
        for day in (DAY, date(2027, 1, 5), date(2027, 2, 5)):
            sent(session, office, day, day - timedelta(days=6))
        on = date(2027, 2, 10)
        lines = [
            credit(f"in {at}", on, **{"cents": 1000, "mandate": reference, **facts}) for at, facts in enumerate(said)
        ]
        done = settling.settle(session, ledger, lines, at=noon(on))
        assert [done[line.key].is_unclear for line in lines] == ["received" not in stands] * len(lines)
        found = sorted(service.of_plan(session, plan.id), key=lambda one: one.period)
        assert [one.state.value for one in found] == stands
        assert given_in_all(session) == (stands.count("received"), 1000 * stands.count("received"))


@settings(max_examples=4, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_money_is_conserved_whatever_the_bank_says_in_whatever_order(
    assembly: Assembly, office: Office, ledger: Ledger, promise: Promise, seed: int
) -> None:
    """What was credited less what went back is what gifts come to; lines twice, late and in blocks change nothing."""
    chance = Random(seed)
    with assembly.database.reading() as session:
        made: list[Plan] = [promise(session, chance.randrange(100, 3000), started_on=SIGNED) for _ in range(6)]
        batch = sent(session, office, DAY, MADE)
        rows = [(plan, service.of_plan(session, plan.id)[0]) for plan in made]
        truth = 0
        lines: list[Seen] = []
        if chance.random() < 0.5:
            lines.append(credit("whole", CAME, batch.cents, batch.header.message_id))
            came = rows
        else:
            came = [row for row in rows if chance.random() < 0.7]
            lines += [
                credit(f"in {one.id}", CAME, one.cents, end_to_end_id=one.attempts[0].end_to_end_id) for _, one in came
            ]
        truth += sum(one.cents for _, one in came)
        for plan, one in rows:
            if chance.random() < 0.4:
                on = CAME + timedelta(days=chance.randrange(0, 5))
                reason = chance.choice(["AM04", "MD06", "AC04", "MD07"])
                lines.append(
                    credit(
                        f"out {one.id}", on, -one.cents, end_to_end_id=one.attempts[0].end_to_end_id, is_return=True,
                        reason=reason,
                    )
                )  # fmt: skip
                truth -= one.cents if (plan, one) in came else 0
        at, done = noon(CAME + timedelta(days=9)), set[str]()
        for _ in range(3):
            some = [line for line in lines if line.key not in done and chance.random() < 0.7]
            chance.shuffle(some)
            done |= set(settling.settle(session, ledger, some, at=at))
        done |= set(settling.settle(session, ledger, lines, at=at))
        done |= set(settling.settle(session, ledger, [line for line in lines if line.key not in done], at=at))
        assert given_in_all(session)[1] == truth
        assert settling.settle(session, ledger, lines, at=at) == {}
        settled = session.scalar(select(func.count()).where(AttemptRow.state != AttemptState.ASKED))
        assert settled == len(came)
        assert list(ledgers.verify(session, assembly.sealer, donations.LEDGER).faults) == []
