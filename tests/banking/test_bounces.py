"""Refunds of ours that the bank could not pay: the money is back with us, the donor has nothing, nothing is a gift."""

from __future__ import annotations

import io
from datetime import date
from itertools import count

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm.assembly import Assembly, bank_counter
from crm.attestations import yearly_control
from crm.banking import bringing, refunds
from crm.banking import service as banking
from crm.banking.errors import LineSettles, MoneyCameBack, RefundElsewhere
from crm.banking.kept import KeptLine, LineState, Report, Rule
from crm.banking.model import ReturnKind
from crm.banking.tables import BankLineRow
from crm.donations import corrections, losses, thanks
from crm.donations import service as donations
from crm.donations.errors import FourEyes
from crm.donations.model import Gift, Wanted
from crm.people.model import Person
from tests.banking import camt_files as camt
from tests.banking import coda_files as coda
from tests.banking.camt_files import Entry, Tx
from tests.banking.samples import DONOR, OTHER
from tests.banking.test_bringing import CLAIRE, confirmed, person, waiting
from tests.banking.test_losses import differences, refunded
from tests.collections.conftest import LOOKER
from tests.conftest import NOW

DAYS = count(1)


@pytest.fixture
def balance() -> list[int]:
    """What the account stands at, as the statements of a test go on."""
    return [100_000]


def told(assembly: Assembly, balance: list[int], *entries: Entry) -> Report:
    number = next(DAYS)
    for entry in entries:
        entry.on, entry.reference = coda.DAY.isoformat(), f"R{number}"
    statement = camt.statement(list(entries), opening=balance[0], identity=f"S{number}")
    balance[0] += sum(entry.cents for entry in entries)
    stream = io.BytesIO(camt.document(statement))
    return bringing.bring(bank_counter(assembly), stream, name=f"{number}.xml", by=CLAIRE)


def tx(cents: int, iban: str = DONOR, end_to_end: str = "", reason: str = "", text: str = "") -> Tx:
    return Tx(cents=cents, name="DUPONT MARIE", iban=iban, end_to_end=end_to_end, reason=reason, text=text)


def given(assembly: Assembly, balance: list[int], who: Person, cents: int) -> Gift:
    told(assembly, balance, Entry(cents=cents, txs=[tx(cents)]))
    for line in waiting(assembly):
        confirmed(assembly, line, who)
    with assembly.database.reading() as session:
        return donations.latest_of(session, who.id, size=1)[0]


def paid(assembly: Assembly, balance: list[int], gift: Gift, cents: int, end_to_end: str = "", iban: str = "") -> int:
    """A refund that is decided, and the debit that pays it."""
    with assembly.database.transaction() as session:
        refunded(session, assembly, gift.id, cents)
    told(assembly, balance, Entry(cents=-cents, txs=[tx(cents, end_to_end=end_to_end, iban=iban or DONOR)]))
    [debit] = waiting(assembly)
    settled(assembly, debit)
    return debit.id


def settled(assembly: Assembly, line: KeptLine, place: int = 0) -> KeptLine:
    with assembly.database.transaction() as session:
        chosen = refunds.proposed(session, line)[place].entry_id
        return refunds.settle(session, bank_counter(assembly), line.id, [chosen], seen=line.version, by=CLAIRE, at=NOW)


def owed(session: Session) -> tuple[int, int]:
    found = yearly_control.control(session, coda.DAY.year, at=NOW)
    return found.owed_count, found.owed_cents


@pytest.mark.parametrize(
    ("reason", "name", "iban"),
    [("", "E2E-1", ""), ("AC04", "E2E-1", ""), ("", "", DONOR), ("AC04", "", DONOR)],
)
def test_a_refund_that_comes_back_is_no_gift_and_is_owed_again_until_it_is_paid_anew(
    assembly: Assembly, balance: list[int], reason: str, name: str, iban: str
) -> None:
    marie = person(assembly, "Marie", "Dupont")
    gift = given(assembly, balance, marie, 5000)
    debit = paid(assembly, balance, gift, 2000, name)
    with assembly.database.reading() as session:
        owing = thanks.due_count(session)
    came = tx(2000, iban=iban, end_to_end=name, reason=reason)
    report = told(assembly, balance, Entry(cents=2000, reversal=not reason, txs=[came]))
    assert (report.matched, report.open) == (1, 0)
    with assembly.database.transaction() as session:
        [credit] = [one for one in lines(session) if one.is_back]
        assert (credit.rule, credit.gift_id, credit.person_id) == (Rule.REFUND, gift.id, marie.id)
        assert credit.return_kind is (ReturnKind.RETURN if reason else ReturnKind.REVERSAL)
        assert (donations.totals(session, Wanted()).gifts, donations.gift(session, gift.id).net_cents) == (1, 3000)
        assert (differences(session), owed(session)) == ((0,), (1, 2000))
        assert refunds.of_line(session, credit) == ((gift.id, 2000),)
        assert owing == thanks.due_count(session)
        first = banking.line(session, debit)
        with pytest.raises(LineSettles), session.begin_nested():
            banking.reopen(session, bank_counter(assembly), debit, seen=first.version, by=CLAIRE, at=NOW)
    told(assembly, balance, Entry(cents=-2000, txs=[tx(2000, iban=OTHER)]))
    [again] = waiting(assembly)
    settled(assembly, again)
    with assembly.database.transaction() as session:
        assert (differences(session), owed(session)) == ((0,), (0, 0))
        opened = banking.reopen(session, bank_counter(assembly), again.id, seen=2, by=CLAIRE, at=NOW)
        assert (opened.state, owed(session)) == (LineState.OPEN, (1, 2000))
        banking.reopen(session, bank_counter(assembly), credit.id, seen=credit.version, by=CLAIRE, at=NOW)
        assert owed(session) == (0, 0)


def test_a_refund_that_came_back_is_dropped_by_two_and_its_gift_stands_again(
    assembly: Assembly, balance: list[int]
) -> None:
    gift = given(assembly, balance, person(assembly, "Marie", "Dupont"), 5000)
    paid(assembly, balance, gift, 2000)
    with assembly.database.reading() as session:
        assert refunds.owed_of(session, gift.id) == ()
    told(assembly, balance, Entry(cents=2000, reversal=True, txs=[tx(2000)]))
    with assembly.database.transaction() as session:
        [one] = refunds.owed_of(session, gift.id)
        asked = refunds.ask_to_drop(session, one, reason="elle laisse l’argent", at=NOW, by=CLAIRE)
        drops = refunds.dropped_by(session, asked.id)
        facts = {"agreed": True, "at": NOW, "drops": drops}
        with pytest.raises(FourEyes), session.begin_nested():
            corrections.decide(session, assembly.sealer, asked.id, by=CLAIRE, **facts)  # type: ignore[arg-type]
        corrections.decide(session, assembly.sealer, asked.id, by=LOOKER, **facts)  # type: ignore[arg-type]
        assert (donations.gift(session, gift.id).net_cents, refunds.owed_of(session, gift.id)) == (5000, ())
        assert (differences(session), owed(session)) == ((0,), (0, 0))
        assert losses.refunded(session, [gift.id]) == {}
        again = refunds.dropped_by(session, asked.id)
        assert again is None
    with assembly.database.transaction() as session:
        refunded(session, assembly, gift.id, 2000)
        assert owed(session) == (1, 2000)


def test_what_may_be_one_of_several_refunds_waits_and_the_desk_offers_them(
    assembly: Assembly, balance: list[int]
) -> None:
    marie = person(assembly, "Marie", "Dupont")
    first, second = (given(assembly, balance, marie, cents) for cents in (5000, 5001))
    debits = [paid(assembly, balance, gift, 2000) for gift in (first, second)]
    for reason in ("", "AC04"):
        back = Entry(cents=2000, reversal=not reason, txs=[tx(2000, reason=reason, text="compte clos")])
        assert told(assembly, balance, back).open == (2 if reason else 1)
    told(assembly, balance, Entry(cents=700, reversal=True, txs=[tx(700)]))
    one, two, stranger = sorted(waiting(assembly), key=lambda line: (-line.cents, line.id))
    with assembly.database.transaction() as session:
        assert {found.gift_id for found in refunds.proposed(session, one)} == {first.id, second.id}
        assert (refunds.proposed(session, stranger), refunds.together(session, stranger)) == ((), ())
        facts = {"seen": stranger.version, "by": CLAIRE, "at": NOW}
        with pytest.raises(MoneyCameBack):
            banking.confirm(session, bank_counter(assembly), stranger.id, marie.id, **facts)  # type: ignore[arg-type]
        entry = refunds.proposed(session, one)[0].entry_id
        with pytest.raises(RefundElsewhere):
            refunds.settle(session, bank_counter(assembly), stranger.id, [entry], **facts)  # type: ignore[arg-type]
    settled(assembly, one, place=1)
    with assembly.database.reading() as session:
        assert (differences(session), owed(session)) == ((0,), (1, 2000))
        assert len(refunds.proposed(session, two)) == 1
        assert donations.totals(session, Wanted()).net_cents == 6001
    assert banking.match_again(bank_counter(assembly), at=NOW) == 1
    with assembly.database.transaction() as session:
        assert (differences(session), owed(session)) == ((0,), (2, 4000))
        session.execute(update(BankLineRow).where(BankLineRow.id == debits[0]).values(booked_on=date(2025, 12, 30)))
        for year in (2025, 2026):
            found = yearly_control.control(session, year, at=NOW)
            assert (found.differences, found.ledger_by_bank_cents - found.bank_cents) == ((), 0)


def test_a_debit_that_only_says_it_reverses_something_takes_a_gift_back(assembly: Assembly, balance: list[int]) -> None:
    marie = person(assembly, "Marie", "Dupont")
    gift = given(assembly, balance, marie, 5000)
    assert told(assembly, balance, Entry(cents=-5000, reversal=True, txs=[tx(5000)])).open == 1
    [line] = waiting(assembly)
    assert (line.is_spent, line.is_back, line.return_kind) == (False, False, ReturnKind.REVERSAL)
    with assembly.database.reading() as session:
        [candidate] = banking.candidates(session, bank_counter(assembly), line)
        assert candidate.person_id == marie.id
        assert [one.gift.id for one in banking.gifts_to_undo(session, line, marie.id)] == [gift.id]
    confirmed(assembly, line, marie)
    with assembly.database.reading() as session:
        assert (donations.gift(session, gift.id).net_cents, differences(session)) == (0, (0,))


def lines(session: Session) -> list[KeptLine]:
    return [banking.line(session, number) for number in session.scalars(select(BankLineRow.id))]
