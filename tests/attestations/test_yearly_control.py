"""The control of a year: even where the bank's lines and the ledger agree, and to the line where they do not."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from crm.assembly import Assembly, bank_counter, till
from crm.attestations import yearly_control
from crm.attestations.yearly_control import Control
from crm.banking import by_hand
from crm.banking.tables import BankLineRow
from crm.cli import donations as cli
from crm.donations.model import Method
from crm.payments import paying_out
from crm.payments import service as payments
from crm.payments.model import PaidOut
from tests.attestations.conftest import Give
from tests.banking import coda_files as coda
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
    assert said["differences"] == [{"gift": one.gift_id, "on": None, "ledger": 500, "bank": 501, "lines": [wrong.id]}]
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
