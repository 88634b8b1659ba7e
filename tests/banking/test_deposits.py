"""Piles of cheques and cash carried to the bank: each settled once, to the cent, by a credit that books nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from crm.assembly import Assembly, bank_counter
from crm.attestations import yearly_control
from crm.banking import deposits, store
from crm.banking import service as banking
from crm.banking.errors import DepositDiffers, LineDecided
from crm.banking.kept import KeptLine, LineState, Rule
from crm.donations import batches, corrections, service
from crm.donations.model import GiftKind, Method, Movement, Wanted
from crm.donations.piles import Batch
from crm.values.identifiers import AccountId
from tests.banking import coda_files as coda
from tests.banking.coda_files import Move
from tests.banking.test_bringing import CLAIRE, brought, waiting
from tests.conftest import NOW
from tests.donations.conftest import donor

OTHER = AccountId(2)
HAND = coda.DAY - timedelta(days=3)
DECEMBER = date(coda.DAY.year - 1, 12, 30)
NUMBERS = count(600)


def pile(
    session: Session, assembly: Assembly, amounts: Sequence[int], method: Method = Method.CHEQUE, on: date = HAND
) -> Batch:
    """A pile of so many cents each, that counts."""
    facts: dict[str, Any] = {"method": method, "received_on": on, "at": NOW, "by": CLAIRE}
    begun = batches.begin(session, count=len(amounts), cents=sum(amounts), **facts)
    for cents in amounts:
        batches.enter(session, begun.id, donor(session, assembly), cents, kind=GiftKind.ONE_OFF, fund="general")
    batches.book(session, assembly.sealer, begun.id, at=NOW, by=CLAIRE)
    return batches.batch(session, begun.id)


def agrees(session: Session, year: int) -> yearly_control.Control:
    """The control of a year, whose ledger is told to the cent whatever year the bank credited."""
    found = yearly_control.control(session, year, at=NOW)
    assert (found.ledger_by_bank_cents, found.differences) == (found.bank_cents, ())
    elsewhere = sum(sum(of.values()) for of in found.elsewhere.values())
    way = sum(one.cents for one in found.on_its_way) - sum(one.cents for one in found.from_before)
    assert found.ledger_cents == found.bank_cents + elsewhere + way
    return found


def settle(session: Session, assembly: Assembly, line: KeptLine, *piles: Batch) -> KeptLine:
    chosen = [one.id for one in piles]
    counter = bank_counter(assembly)
    return deposits.settle(session, counter, line.id, chosen, seen=line.version, by=CLAIRE, at=NOW)


def test_a_credit_settles_the_piles_that_make_it_and_the_year_sees_them_behind_it(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        cheques = pile(session, assembly, (2500, 4000))
        cash, more = (pile(session, assembly, (cents,), Method.CASH) for cents in (1200, 800))
        late = pile(session, assembly, (9900,), on=coda.DAY + timedelta(days=1))
    moves = [Move(cents=cents, text="DEPOT") for cents in (6500, 2000, 6400, 9900)]
    brought(assembly, coda.statement(moves))
    lines = {line.cents: line for line in waiting(assembly)}
    with assembly.database.transaction() as session:
        offered = {cents: deposits.proposed(session, line) for cents, line in lines.items()}
        assert [(one.batch_id, sure) for one, sure in offered[6500]] == [(cheques.id, True)]
        assert [one.batch_id for one, sure in offered[2000] if sure] == [cash.id, more.id]
        assert (offered[6400], offered[9900]) == ((), ())  # another amount; not in hand yet
        for line, wrong in ((lines[6400], (cheques,)), (lines[6500], ()), (lines[9900], (late,))):
            with pytest.raises(DepositDiffers):
                settle(session, assembly, line, *wrong)
        before = service.totals(session, Wanted())
        done = settle(session, assembly, lines[6500], cheques)
        assert (done.state, done.rule, done.gift_id, done.person_id) == (LineState.MATCHED, Rule.DEPOSIT, None, None)
        settle(session, assembly, lines[2000], cash, more)
        assert (service.totals(session, Wanted()), service.drift(session)) == (before, 0)
        with pytest.raises(LineDecided):
            settle(session, assembly, lines[6500], cheques)
        with pytest.raises(DepositDiffers):  # the pile is at the bank already
            settle(session, assembly, lines[6400], cheques)
        assert deposits.credits_of(session, [cheques.id, late.id]) == {cheques.id: (done.id, coda.DAY)}
        assert [one.batch_id for one in deposits.of_line(session, done)] == [cheques.id]
        found = yearly_control.control(session, coda.DAY.year, at=NOW)
        assert (found.deposited_cents, found.ledger_by_bank_cents, found.bank_cents) == (8500, 8500, 8500)
        assert found.elsewhere == {Method.CHEQUE: {"batch": 9900}}
        assert ([one.batch_id for one in found.piles], found.differences) == ([late.id], ())
        [wrong_gift] = service.page(session, Wanted(batch_id=more.id))
        asked = corrections.ask(session, wrong_gift.id, 700, reason="mal lu", at=NOW, by=CLAIRE)
        corrections.decide(session, assembly.sealer, asked.id, agreed=True, at=NOW, by=OTHER)
        [told] = yearly_control.control(session, coda.DAY.year, at=NOW).differences
        assert (told.ledger_cents, told.bank_cents, told.batch_id) == (1900, 2000, cash.id)
        counter = bank_counter(assembly)
        banking.reopen(session, counter, done.id, seen=done.version, by=CLAIRE, at=NOW)
        assert [one.batch_id for one, _ in deposits.proposed(session, banking.line(session, done.id))] == [cheques.id]
        with pytest.raises(LineDecided):
            settle(session, assembly, lines[6500], cheques)  # as it was seen before
        assert service.totals(session, Wanted(batch_id=cheques.id)).net_cents == 6500


def test_old_piles_that_nobody_deposited_hide_none_and_any_of_them_is_found_by_its_day(
    assembly: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deposits, "MOST", 6)
    old_on = coda.DAY - timedelta(days=400)
    with assembly.database.transaction() as session:
        for n in range(deposits.MOST + 1):
            old = pile(session, assembly, (1000 + n,), Method.CASH, on=old_on - timedelta(days=n))
        twin, same = pile(session, assembly, (6500,), on=old_on), pile(session, assembly, (6500,))
        parts = [pile(session, assembly, (cents,)) for cents in (300, 401)]
    brought(assembly, coda.statement([Move(cents=cents, text="DEPOT") for cents in (6500, 701, 1000)]))
    lines = {line.cents: line for line in waiting(assembly)}
    with assembly.database.transaction() as session:
        offered = {cents: deposits.proposed(session, line) for cents, line in lines.items()}
        assert [(one.batch_id, sure) for one, sure in offered[6500]] == [(twin.id, False), (same.id, True)]
        assert [one.batch_id for one, sure in offered[701] if sure] == [one.id for one in parts]
        latest = deposits.others(session, lines[6500])
        assert [len(latest), latest[-1].batch_id, old.id in {one.batch_id for one in latest}] == [6, parts[1].id, False]
        assert [one.batch_id for one in deposits.others(session, lines[6500], on=old.received_on)] == [old.id]
        assert deposits.others(session, lines[701], on=old.received_on) == ()
        every = [one.id for one in (*parts, same)]
        with pytest.raises(DepositDiffers):
            settle(session, assembly, lines[6500], *parts, same)
        assert deposits.credits_of(session, every) == {}
        assert settle(session, assembly, lines[6500], twin).state is LineState.MATCHED


def test_a_pile_of_december_that_is_credited_in_january_stands_in_both_years(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        made = pile(session, assembly, (5000,), on=DECEMBER)
        before = agrees(session, DECEMBER.year)
        assert (before.ledger_cents, before.pile_cents, before.on_its_way) == (5000, 5000, ())
    brought(assembly, coda.statement([Move(cents=5000, text="DEPOT")]))
    [line] = waiting(assembly)
    with assembly.database.transaction() as session:
        settle(session, assembly, line, made)
        old, new = agrees(session, DECEMBER.year), agrees(session, coda.DAY.year)
        assert (old.ledger_cents, old.bank_cents, old.pile_count, old.elsewhere, old.is_even) == (5000, 0, 0, {}, True)
        [way] = old.on_its_way
        assert (way.batch_id, way.line_id, way.on, way.cents) == (made.id, line.id, coda.DAY, 5000)
        assert (new.ledger_cents, new.bank_cents, new.from_before, new.on_its_way) == (0, 5000, (way,), ())
        assert (new.is_even, old.from_before) == (True, ())


def give_back(session: Session, assembly: Assembly, made: Batch, cents: int, on: date) -> None:
    """The gift of so many cents of a pile is given back in cash."""
    gift = next(one for one in service.page(session, Wanted(batch_id=made.id)) if one.net_cents == cents)
    asked = service.ask_refund(session, gift.id, cents, reason="erreur", at=NOW, by=CLAIRE)
    cash = Movement(method=Method.CASH, booked_on=on, provider="refund", external_id=str(asked.id))
    service.decide_refund(session, assembly.sealer, asked.id, cash, at=NOW, by=OTHER)


def test_cash_given_back_out_of_a_pile_is_not_awaited_of_the_bank_unless_it_was_there(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        made, later = (pile(session, assembly, amounts, Method.CASH) for amounts in ((8000, 2000), (700, 500)))
        give_back(session, assembly, made, 2000, coda.DAY)
        give_back(session, assembly, later, 500, coda.DAY + timedelta(days=1))
        found = agrees(session, coda.DAY.year)
        assert (found.pile_cents, found.ledger_cents) == (8700, 8700)
    brought(assembly, coda.statement([Move(cents=cents, text="DEPOT") for cents in (8000, 1200)]))
    lines = {line.cents: line for line in waiting(assembly)}
    with assembly.database.transaction() as session:
        for cents, one in ((8000, made), (1200, later)):
            offered = deposits.proposed(session, lines[cents])
            assert [(each.batch_id, sure) for each, sure in offered] == [(one.id, True)]
            done = settle(session, assembly, lines[cents], one)
            assert [each.cents for each in deposits.of_line(session, done)] == [cents]
        found = agrees(session, coda.DAY.year)
        assert (found.bank_cents, found.ledger_cents, found.pile_count) == (9200, 8700, 0)
        assert found.elsewhere == {Method.CASH: {"refund": -500}}


@settings(
    max_examples=3,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 9_999))
def test_no_pile_is_deposited_twice_and_no_cent_moves_whatever_is_settled_and_opened_again(
    assembly: Assembly, seed: int
) -> None:
    chance, counter = Random(seed), bank_counter(assembly)
    with assembly.database.transaction() as session:
        means = (Method.CASH, Method.CHEQUE)
        piles = [
            pile(
                session,
                assembly,
                [chance.randrange(1, 900) for _ in range(3)],
                chance.choice(means),
                chance.choice((HAND, DECEMBER)),
            )
            for _ in range(4)
        ]
        before = service.totals(session, Wanted())
    parts = [piles[:1], piles[1:3], piles[3:], piles[2:]]
    moves = [Move(cents=sum(one.cents for one in part), text=f"pile {seed} {n}") for n, part in enumerate(parts)]
    brought(assembly, coda.statement(moves, number=next(NUMBERS) % 999))
    with assembly.database.transaction() as session:
        mine = [one.id for one in store.waiting(session, size=500) if one.communication.startswith(f"pile {seed} ")]
        taken: dict[int, list[Batch]] = {}
        for _ in range(16):
            place = chance.randrange(len(mine))
            line, part = banking.line(session, mine[place]), parts[place]
            if place in taken:
                banking.reopen(session, counter, line.id, seen=line.version, by=CLAIRE, at=NOW)
                del taken[place]
            elif {one.id for several in taken.values() for one in several} & {one.id for one in part}:
                with pytest.raises(DepositDiffers):
                    settle(session, assembly, line, *part)
            else:
                settle(session, assembly, line, *part)
                taken[place] = part
        there = deposits.credits_of(session, [one.id for one in piles])
        assert set(there) == {one.id for several in taken.values() for one in several}
        after = service.totals(session, Wanted())
        assert (after, service.drift(session)) == (before, 0)
        assert after.net_cents == sum(after.by_fund.values()) == sum(after.by_method.values())
        old, new = agrees(session, DECEMBER.year), agrees(session, coda.DAY.year)
        assert (old.bank_cents, old.on_its_way) == (0, new.from_before)
