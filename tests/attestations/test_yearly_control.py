"""The control of a year: even where the bank's lines and the ledger agree, and to the line where they do not."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from crm.assembly import Assembly, bank_counter, till
from crm.attestations import yearly_control
from crm.attestations.yearly_control import Control
from crm.banking import by_hand, refunds, rules
from crm.banking import service as banking
from crm.banking.errors import MoneyLeft, RefundElsewhere
from crm.banking.kept import Aside, LineState, Rule
from crm.banking.tables import BankLineRow
from crm.cli import donations as cli
from crm.donations import service as donations
from crm.donations.model import Gift, Method, Movement
from crm.payments import paying_out
from crm.payments import service as payments
from crm.payments.model import PaidOut
from crm.values.identifiers import AccountId
from tests.attestations.conftest import Give
from tests.banking import coda_files as coda
from tests.banking import samples
from tests.banking.coda_files import Move, direct_debit
from tests.banking.test_bringing import CLAIRE, brought, confirmed, person, waiting
from tests.conftest import NOW
from tests.donations.conftest import paid
from tests.payments.test_law import told

YEAR = coda.DAY.year


def controlled(assembly: Assembly) -> Control:
    with assembly.database.reading() as session:
        return yearly_control.control(session, YEAR, at=NOW)


def test_a_year_is_even_to_the_line_or_says_where_it_is_not(
    assembly: Assembly, give: Give, monkeypatch: pytest.MonkeyPatch
) -> None:
    debit = direct_debit(mandate="AIBF-1", text="plan 1")
    back = direct_debit(mandate="AIBF-1", text="plan 1", paid="4", kind="2", reason="AM04")
    first = Move(cents=2000, code="00550000", structured=debit, reference="E2E-1")
    brought(assembly, coda.statement([first, Move(cents=500, name="NOEL JEAN")]))
    assert (controlled(assembly).is_even, controlled(assembly).waiting) == (False, 2)
    marie = person(assembly, "Marie", "Dupont")
    lines = waiting(assembly)
    for line in lines:
        confirmed(assembly, line, marie)
    returned = Move(cents=-2000, code="00503000", structured=back, reference="E2E-1")
    brought(assembly, coda.statement([returned], opening=102_500, number=2))
    with assembly.database.transaction() as session:
        give(session, marie.id, 4000, on=coda.DAY, movement=paid(method=Method.CASH, booked_on=coda.DAY))
    even = controlled(assembly)
    assert (even.differences, even.waiting, even.is_even) == ((), 0, True)
    assert (even.ledger_cents, even.ledger_by_bank_cents, even.bank_cents) == (4500, 500, 500)
    assert even.elsewhere == {Method.CASH: {"": 4000}}
    monkeypatch.setattr(cli, "assembly", lambda: replace(assembly, clock=lambda: NOW))
    ran = CliRunner().invoke(cli.command, ["control", str(YEAR), "--json"])
    assert (ran.exit_code, json.loads(ran.stdout)["even"]) == (0, True)
    wrong = next(line for line in lines if line.cents == 500)
    with assembly.database.transaction() as session:
        session.execute(update(BankLineRow).where(BankLineRow.id == wrong.id).values(cents=501))
    found = controlled(assembly)
    [one] = found.differences
    told = CliRunner().invoke(cli.command, ["control", str(YEAR), "--json"])
    said = json.loads(told.stdout)
    assert (told.exit_code, said["even"], said["bank"], said["paid_out"]) == (1, False, 501, 0)
    assert said["differences"] == [
        {"gift": one.gift_id, "on": None, "ledger": 500, "bank": 501, "lines": [wrong.id], "batch": None}
    ]
    assert (one.ledger_cents, one.bank_cents, one.line_ids, found.is_even) == (500, 501, (wrong.id,), False)


def test_what_was_paid_online_and_never_reached_the_bank_keeps_a_year_from_being_even(assembly: Assembly) -> None:
    out = PaidOut(
        reference="77.2611.01", cents=980, on=coda.DAY, payments=(told("tr_1", 1000),), costs=(("bancontact", 2_000),)
    )
    with assembly.database.transaction() as session:
        payments.take(session, till(assembly), "mollie", told("tr_2", 500), at=NOW)
        payments.take(session, till(assembly), "mollie", told("tr_3", 700, is_test=True), at=NOW)
        taken = paying_out.take(session, till(assembly), "mollie", out, at=NOW)
        assert taken is not None
    found = controlled(assembly)
    assert (found.unpaid.count, found.unpaid.cents, found.is_even) == (2, 1500, False)
    brought(assembly, coda.statement([Move(cents=970, text="Mollie")]))
    [line] = waiting(assembly)
    with assembly.database.transaction() as session:
        by_hand.settle_payout(
            session, bank_counter(assembly), line.id, taken[0].id, why="Frais", seen=line.version, by=CLAIRE, at=NOW
        )
    found = controlled(assembly)
    assert [one.reference for one in found.unpaid.payments] == ["tr_2"]
    assert [(one.cents, one.credited_cents, one.why) for one in found.payouts] == [(980, 970, "Frais")]


def refunded(assembly: Assembly, gift: Gift, cents: int) -> None:
    with assembly.database.transaction() as session:
        asked = donations.ask_refund(session, gift.id, cents, reason="Une erreur", at=NOW, by=CLAIRE)
        movement = Movement(method=Method.TRANSFER, booked_on=coda.DAY, provider="refund", external_id=str(asked.id))
        donations.decide_refund(session, assembly.sealer, asked.id, movement, at=NOW, by=AccountId(2))


def test_a_refund_is_compared_with_the_debit_that_paid_it_whatever_its_day(assembly: Assembly, give: Give) -> None:
    marie, counter = person(assembly, "Marie", "Dupont"), bank_counter(assembly)
    brought(assembly, coda.statement([Move(cents=12_000, name="DUPONT MARIE", account=samples.DONOR)]))
    [line] = waiting(assembly)
    confirmed(assembly, line, marie)
    with assembly.database.reading() as session:
        [gift] = donations.latest_of(session, marie.id, size=2)
    assert controlled(assembly).is_even
    for cents in (5000, 5000, 700):
        refunded(assembly, gift, cents)
    owed = controlled(assembly)
    assert (owed.owed_count, owed.owed_cents, owed.elsewhere, owed.is_even) == (3, 10_700, {}, False)
    assert {(one.gift_id, one.on) for one in owed.owed} == {(gift.id, coda.DAY)}
    back = Move(cents=-5000, name="Marie DUPONT", account=samples.DONOR, text="remboursement")
    moves = [back, replace(back, text="encore"), replace(back, text="un de trop"), replace(back, cents=-700)]
    brought(assembly, coda.statement(moves, opening=112_000, number=2))
    debits = waiting(assembly)  # the account is hers, and yet nobody but a colleague says what a debit paid
    assert len(debits) == 4
    with pytest.raises(MoneyLeft):
        confirmed(assembly, debits[0], marie)
    for at, debit in enumerate(debits):
        with assembly.database.transaction() as session:
            found = refunds.proposed(session, debit)
            facts: dict[str, Any] = {"seen": debit.version, "by": CLAIRE, "at": NOW}
            if at == 2:
                assert found == ()
                with pytest.raises(RefundElsewhere):
                    refunds.settle(session, counter, debit.id, [owed.owed[0].entry_id], **facts)
                continue
            assert {(one.person_id, one.cents) for one in found} == {(marie.id, -debit.cents)}
            paid_by = refunds.settle(session, counter, debit.id, [found[0].entry_id], **facts)
            assert (paid_by.state, paid_by.rule, paid_by.gift_id) == (LineState.MATCHED, Rule.REFUND, gift.id)
    with assembly.database.transaction() as session:
        banking.set_aside(session, counter, debits[2].id, why=Aside.COST, seen=debits[2].version, by=CLAIRE, at=NOW)
    even = controlled(assembly)
    assert (even.differences, even.owed_count, even.is_even) == ((), 0, True)
    assert (even.ledger_cents, even.ledger_by_bank_cents, even.bank_cents) == (1300, 1300, 1300)
    assert [(one.line_id, one.cents, one.why) for one in even.aside] == [(debits[2].id, -5000, Aside.COST)]
    with assembly.database.transaction() as session:
        assert donations.drift(session) == 0
        line = banking.line(session, debits[3].id)
        banking.reopen(session, counter, line.id, seen=line.version, by=CLAIRE, at=NOW)
        assert donations.gift(session, gift.id).net_cents == 1300
    opened = controlled(assembly)
    assert (opened.owed_cents, opened.waiting, opened.is_even) == (700, 1, False)
    with assembly.database.transaction() as session:
        session.execute(update(BankLineRow).where(BankLineRow.id == debits[0].id).values(cents=-5001))
    [one] = controlled(assembly).differences
    assert (one.gift_id, one.ledger_cents, one.bank_cents, one.line_ids) == (gift.id, 0, -5001, (debits[0].id,))


def test_one_debit_pays_several_refunds_to_the_cent_and_can_be_opened_again(assembly: Assembly, give: Give) -> None:
    counter, facts = bank_counter(assembly), {"by": CLAIRE, "at": NOW}
    people_ = [person(assembly, first, "Remboursé") for first in ("Marie", "Luc", "Ana")]
    moves = [Move(cents=9000, name=f"N {at}", text=f"don {at}") for at in range(3)]
    brought(assembly, coda.statement(moves))
    for line, who in zip(waiting(assembly), people_, strict=True):
        confirmed(assembly, line, who)
    with assembly.database.reading() as session:
        gifts = [donations.latest_of(session, who.id, size=1)[0] for who in people_]
    for gift, cents in ((gifts[0], 2000), (gifts[1], 3500), (gifts[2], 1000), (gifts[0], 2000)):
        refunded(assembly, gift, cents)
    brought(assembly, coda.statement([Move(cents=-7500, name="REMISE SEPA")], opening=127_000, number=2))
    [debit] = waiting(assembly)
    with assembly.database.transaction() as session:
        assert refunds.proposed(session, debit) == ()
        offered = refunds.together(session, debit)
        assert [(one.cents, is_sure) for one, is_sure in offered] == [
            (2000, True), (3500, True), (1000, False), (2000, True)
        ]  # fmt: skip
        entries = [one.entry_id for one, _ in offered]
        for wrong in ([], entries, entries[:2], [*entries[:2], 999]):
            with pytest.raises(RefundElsewhere):
                refunds.settle(session, counter, debit.id, wrong, seen=debit.version, **facts)  # type: ignore[arg-type]
        sure = [one.entry_id for one, is_sure in offered if is_sure]
        paid = refunds.settle(session, counter, debit.id, sure, seen=debit.version, **facts)  # type: ignore[arg-type]
        assert (paid.state, paid.rule, paid.gift_id, paid.person_id) == (LineState.MATCHED, Rule.REFUND, None, None)
        said = [(gifts[0].id, 2000), (gifts[0].id, 2000), (gifts[1].id, 3500)]
        assert sorted(refunds.of_line(session, paid)) == sorted(said)
    found = controlled(assembly)
    assert (found.differences, found.owed_count, found.owed_cents) == ((), 1, 1000)
    assert found.ledger_by_bank_cents == found.bank_cents == 27_000 - 7500
    brought(assembly, coda.statement([Move(cents=-1000, name="ANA")], opening=119_500, number=3))
    [last] = waiting(assembly)
    with assembly.database.transaction() as session:
        [one] = refunds.proposed(session, last)
        refunds.settle(session, counter, last.id, [one.entry_id], seen=last.version, **facts)  # type: ignore[arg-type]
    assert controlled(assembly).is_even
    with assembly.database.transaction() as session:
        opened = banking.reopen(session, counter, debit.id, seen=paid.version, **facts)  # type: ignore[arg-type]
        assert (opened.state, refunds.of_line(session, opened)) == (LineState.OPEN, ())
    assert (controlled(assembly).owed_count, controlled(assembly).owed_cents) == (3, 7500)


@given(cents=st.lists(st.integers(1, 9), max_size=7), total=st.integers(1, 30))
def test_the_parts_of_a_total_are_known_only_where_no_others_make_it(cents: list[int], total: int) -> None:
    places = range(len(cents))
    ways = [
        set(some)
        for size in places
        for some in combinations(places, size + 1)
        if sum(cents[place] for place in some) == total
    ]
    assert rules.only_parts(cents, total) == (ways[0] if len(ways) == 1 else set())


def test_what_was_set_aside_and_statements_that_are_missing_stand_in_the_control(assembly: Assembly) -> None:
    brought(assembly, coda.statement([Move(cents=50_000, name="NOEL JEAN"), Move(cents=-300, text="Frais")]))
    for line, why in zip(waiting(assembly), (Aside.OTHER, Aside.CHARGE), strict=True):
        with assembly.database.transaction() as session:
            banking.set_aside(session, bank_counter(assembly), line.id, why=why, seen=line.version, by=CLAIRE, at=NOW)
    found = controlled(assembly)
    assert (found.aside_count, found.aside_cents, [one.cents for one in found.aside]) == (1, 50_000, [50_000])
    assert (found.gaps, found.is_even) == ((), True)
    brought(assembly, coda.statement([], opening=1, number=3, on=coda.DAY))
    found = controlled(assembly)
    assert ([one.opened_cents for one in found.gaps], found.is_even) == ([1], False)
    with assembly.database.reading() as session:
        assert yearly_control.control(session, YEAR - 1, at=NOW).gaps == ()
