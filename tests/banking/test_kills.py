"""`kill -9` in the middle of a file of the bank: brought in again, each line stands and each gift is booked once."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from crm.assembly import Assembly
from crm.banking.tables import BankLineRow, BankStatementRow
from crm.donations import service as donations
from crm.donations.model import Wanted
from crm.donations.tables import GiftRow, MoneyEntryRow
from crm.people import links
from tests import killing, victims
from tests.banking import coda_files as coda
from tests.banking.coda_files import Move
from tests.banking.test_bringing import person

KNOWN, OTHERS = 60, 20


@pytest.mark.slow
def test_a_file_that_is_killed_again_and_again_ends_with_each_cent_once(assembly: Assembly) -> None:
    marks = [f"{number:010d}{number % 97 or 97:02d}" for number in range(1, KNOWN + OTHERS + 1)]
    marie = person(assembly, "Marie", "Dupont")
    with assembly.database.transaction() as session:
        links.remember_keys(session, "structured", {(marie.id, mark) for mark in marks[:KNOWN]})
    moves = [
        Move(cents=1_000 + place, name="DUPONT MARIE", structured=("101", mark)) for place, mark in enumerate(marks)
    ]
    file = assembly.settings.home / "day.cod"
    file.write_bytes(coda.file(coda.statement(moves)))
    cut = sum(
        not killing.killed(assembly.settings, victims.bring_bank, file, after=after) for after in (0.05, 0.12, 0.2)
    )
    for _ in range(2):  # the second time changes nothing
        killing.started(assembly.settings, victims.bring_bank, file).join()
        with assembly.database.reading() as session:
            assert session.scalar(select(func.count()).select_from(BankLineRow)) == KNOWN + OTHERS
            assert session.scalar(select(func.count()).select_from(BankStatementRow)) == 1
            assert session.scalar(select(func.count()).select_from(GiftRow)) == KNOWN
            assert session.scalar(select(func.count()).select_from(MoneyEntryRow)) == KNOWN
            assert donations.totals(session, Wanted()).net_cents == sum(move.cents for move in moves[:KNOWN])
            assert donations.drift(session) == 0
    assert cut
