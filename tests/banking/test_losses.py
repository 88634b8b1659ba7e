"""A return of more than its gift stands for, since we refunded a part: booked in full, the rest is a loss of ours."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.assembly import Assembly, bank_counter
from crm.attestations import yearly_control
from crm.banking import service as banking
from crm.banking.kept import KeptLine, Rule
from crm.care import service as care
from crm.collections import service as collections
from crm.collections.model import AttemptState
from crm.collections.service import Office
from crm.donations import books, selects
from crm.donations import service as donations
from crm.donations.errors import MoreThanReceived
from crm.donations.model import EntryKind, Method, Movement, Wanted
from crm.plans import mandates
from crm.plans import service as plans
from crm.values.identifiers import GiftId, PersonId
from tests.banking import coda_files as coda
from tests.banking.coda_files import Move
from tests.banking.test_bringing import CLAIRE, brought, confirmed, person, waiting
from tests.banking.test_returns import back, came
from tests.collections.conftest import LOOKER, Promise, office, promise, sent
from tests.conftest import NOW

__all__ = ["office", "promise"]


def refunded(session: Session, assembly: Assembly, gift_id: GiftId, cents: int) -> None:
    asked = donations.ask_refund(session, gift_id, cents, reason="trop versé", at=NOW, by=CLAIRE)
    paid = Movement(method=Method.TRANSFER, booked_on=coda.DAY, provider="refund", external_id=str(asked.id))
    donations.decide_refund(session, assembly.sealer, asked.id, paid, at=NOW, by=LOOKER)


def taken(session: Session, assembly: Assembly, line: KeptLine, who: PersonId, gift: GiftId, loss: int) -> KeptLine:
    counter, facts = bank_counter(assembly), {"by": CLAIRE, "at": NOW}
    now = banking.line(session, line.id)
    return banking.confirm(
        session, counter, line.id, who, gift_id=gift, loss_cents=loss, seen=now.version, **facts  # type: ignore[arg-type]
    )  # fmt: skip


def stands(session: Session, gift_id: GiftId) -> tuple[int, int, int]:
    """What a gift comes to, what of it tax is given back for, and what it cost us."""
    assert donations.drift(session) == 0
    lines = selects.deductible_lines().subquery()
    owed = session.scalar(select(func.coalesce(func.sum(lines.c.net_cents), 0)).where(lines.c.gift_id == gift_id))
    cost = sum(one.cents for one in donations.whole(session, gift_id).entries if one.kind is EntryKind.FEE)
    return donations.gift(session, gift_id).net_cents, int(owed or 0), cost


def differences(session: Session) -> tuple[object, ...]:
    found = yearly_control.control(session, coda.DAY.year, at=NOW)
    assert found.attestations.difference == 0
    assert found.ledger_cents == donations.totals(session, Wanted()).net_cents
    return (*found.differences, found.ledger_by_bank_cents - found.bank_cents)


def test_what_was_refunded_of_a_gift_that_the_bank_takes_back_is_a_loss_that_can_be_undone(assembly: Assembly) -> None:
    brought(assembly, coda.statement([came("AIBF-1", 5000)]))
    [line] = waiting(assembly)
    marie = person(assembly, "Marie", "Dupont")
    confirmed(assembly, line, marie)
    with assembly.database.transaction() as session:
        [gift] = donations.page(session, Wanted(person_id=marie.id))
        refunded(session, assembly, gift.id, 2000)
    brought(assembly, coda.statement([back("AIBF-1", 5000)], opening=105_000, number=2))
    [left] = waiting(assembly)
    with assembly.database.transaction() as session:
        assert stands(session, gift.id) == (3000, 3000, 0)
        [offered] = banking.gifts_to_undo(session, left, marie.id)
        assert (offered.gift.id, offered.loss_cents) == (gift.id, 2000)
        for seen in (0, 1000, 2001):
            with pytest.raises(MoreThanReceived), session.begin_nested():
                taken(session, assembly, left, marie.id, gift.id, seen)
        done = taken(session, assembly, left, marie.id, gift.id, 2000)
        assert (stands(session, gift.id), differences(session)) == ((0, 0, -2000), (0,))
        month = date(coda.DAY.year, coda.DAY.month, 1)
        [found] = [one for one in books.months(session) if one.month_on == month]
        assert (found.net_cents, found.fee_cents) == (0, -2000)
        banking.reopen(session, bank_counter(assembly), left.id, seen=done.version, by=CLAIRE, at=NOW)
        assert (stands(session, gift.id), differences(session)) == ((3000, 3000, 0), (0,))
        taken(session, assembly, left, marie.id, gift.id, 2000)
        assert (stands(session, gift.id), differences(session)) == ((0, 0, -2000), (0,))
    brought(assembly, coda.statement([back("AIBF-1", 5000, bank_reference="REF2")], opening=100_000, number=3))
    [left] = waiting(assembly)
    with assembly.database.reading() as session:
        assert banking.gifts_to_undo(session, left, marie.id) == ()  # a loss is made once


def test_a_collection_whose_gift_was_refunded_in_part_goes_back_by_the_rule_of_its_reason(
    assembly: Assembly, office: Office, promise: Promise
) -> None:
    with assembly.database.transaction() as session:
        plan = promise(session, 5000, started_on=date(2026, 10, 1), anchor_day=17)
        batch = sent(session, office, date(2026, 11, 17), date(2026, 11, 12))
        assert plan.mandate_id is not None
        reference = mandates.mandate(session, plan.mandate_id).reference
    brought(assembly, coda.statement([Move(cents=5000, text=f"COLLECTE {batch.header.message_id}")]))
    with assembly.database.transaction() as session:
        [gift] = donations.page(session, Wanted(person_id=plan.person_id))
        refunded(session, assembly, gift.id, 5000)
    brought(assembly, coda.statement([back(reference, 5000, "MD06")], opening=105_000, number=2))
    [left] = waiting(assembly)
    with assembly.database.transaction() as session:
        done = taken(session, assembly, left, plan.person_id, gift.id, 5000)
        assert done.rule is Rule.COLLECTION
        assert (stands(session, gift.id), differences(session)) == ((0, 0, -5000), (0,))
        assert set(collections.counts(session, batch.id)) == {AttemptState.RETURNED}
        assert plans.plan(session, plan.id).standing.ended_on is None
        assert [("appeler" in one.title) for one in care.open_tasks_of(session, plan.person_id)] == [True]
        banking.reopen(session, bank_counter(assembly), left.id, seen=done.version, by=CLAIRE, at=NOW)
        assert (stands(session, gift.id), differences(session)) == ((0, 0, 0), (0,))
        assert set(collections.counts(session, batch.id)) == {AttemptState.SETTLED}
