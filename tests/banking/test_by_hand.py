"""A file or a payout that the bank took otherwise: settled by hand to the cent, taken back, never lost."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from crm.assembly import Assembly, bank_counter, till
from crm.banking import by_hand, store
from crm.banking import service as banking
from crm.banking.errors import LineSettles
from crm.banking.kept import KeptLine, LineState, Rule
from crm.collections import by_hand as of_files
from crm.collections import service as collections
from crm.collections.errors import AmountDiffers, BatchElsewhere
from crm.collections.model import AttemptState, BatchState, CollectionState
from crm.collections.service import Office
from crm.collections.settling import Ledger
from crm.donations import service as donations
from crm.donations.model import Wanted
from crm.payments import paying_out
from crm.payments import service as payments
from crm.payments.errors import PayoutDiffers
from crm.payments.model import PaidOut
from crm.plans import mandates
from crm.values.iban import Iban
from crm.values.languages import Language
from tests.banking import coda_files as coda
from tests.banking.coda_files import Move
from tests.banking.test_bringing import CLAIRE, brought, waiting
from tests.banking.test_returns import back
from tests.collections.conftest import Promise, noon, office, promise, sent
from tests.conftest import NOW
from tests.payments.test_law import told

__all__ = ["office", "promise"]
SIGNED, MADE, DAY = date(2026, 10, 1), date(2026, 11, 12), date(2026, 11, 17)


def given_cents(session: Session) -> int:
    assert donations.drift(session) == 0
    return donations.totals(session, Wanted()).net_cents


def line_of(assembly: Assembly, line_id: int) -> KeptLine:
    with assembly.database.reading() as session:
        return banking.line(session, line_id)


def test_what_the_bank_left_out_is_noted_and_the_rest_settles_with_the_line_that_is_chosen(
    assembly: Assembly, office: Office, promise: Promise
) -> None:
    counter, ledger = bank_counter(assembly), Ledger(sealer=assembly.sealer, language=Language.FR)
    with assembly.database.transaction() as session:
        made = [promise(session, cents, started_on=SIGNED, anchor_day=17) for cents in (1000, 500, 700)]
        batch = sent(session, office, DAY, MADE)
        assert sum(one.cents for one in of_files.awaited(session, batch.id)) == 2200
        [left] = of_files.awaited(session, batch.id, cents=500)
        assert made[1].mandate_id is not None
        reference = mandates.mandate(session, made[1].mandate_id).reference
        assert of_files.awaited(session, batch.id, mandate=reference) == (left,)
        assert of_files.awaited(session, batch.id, mandate="AUTRE") == ()
    brought(assembly, coda.statement([Move(cents=1700, text=f"COLLECTE {batch.header.message_id}")]))
    [line] = waiting(assembly)
    with assembly.database.transaction() as session:
        assert [one.id for one in by_hand.open_credits(session, 1700)] == [line.id]
        for names in (None, [left.end_to_end_id]):
            with pytest.raises(AmountDiffers), session.begin_nested():
                by_hand.settle_collections(
                    session, counter, line.id, batch.id, names, seen=line.version, by=CLAIRE, at=NOW
                )
        assert given_cents(session) == 0
        names = [left.end_to_end_id, "autre"]
        assert [of_files.leave_out(session, ledger, batch.id, names, "AM04", at=NOW) for _ in range(2)] == [1, 0]
        by_hand.settle_collections(session, counter, line.id, batch.id, None, seen=line.version, by=CLAIRE, at=NOW)
        assert given_cents(session) == 1700
        assert collections.batch(session, batch.id).state is BatchState.SETTLED
        with pytest.raises(BatchElsewhere):
            of_files.never_taken(session, batch.id, at=NOW, by=CLAIRE)
    settled = line_of(assembly, line.id)
    assert (settled.state, settled.rule) == (LineState.MATCHED, Rule.COLLECTION)
    with assembly.database.transaction() as session:  # the wrong file: all of it is awaited again, and settles anew
        again = banking.reopen(session, counter, line.id, seen=settled.version, by=CLAIRE, at=NOW)
        assert (given_cents(session), collections.batch(session, batch.id).state) == (0, BatchState.SENT)
        assert collections.counts(session, batch.id)[AttemptState.ASKED] == (2, 1700)
    assert banking.match_again(counter, at=NOW) == 0
    with assembly.database.transaction() as session:
        by_hand.settle_collections(session, counter, line.id, batch.id, None, seen=again.version, by=CLAIRE, at=NOW)
        assert given_cents(session) == 1700
    assert made[0].mandate_id is not None
    with assembly.database.reading() as session:
        reference = mandates.mandate(session, made[0].mandate_id).reference
    brought(assembly, coda.statement([back(reference, 1000)], opening=101_700, number=2))
    settled = line_of(assembly, line.id)
    with assembly.database.transaction() as session:
        assert given_cents(session) == 700
        gone = collections.of_plan(session, made[0].id)[0].gift_id
        with pytest.raises(LineSettles) as refused:  # one of them went back since
            banking.reopen(session, counter, line.id, seen=settled.version, by=CLAIRE, at=NOW)
        assert refused.value.gifts == (gone,)


def test_a_file_that_the_bank_never_took_asked_nothing_and_tells_its_changes_again(
    assembly: Assembly, office: Office, promise: Promise
) -> None:
    with assembly.database.transaction() as session:
        plan = promise(session, 1000, started_on=SIGNED, anchor_day=17)
        first = sent(session, office, DAY, MADE)
        assert plan.mandate_id is not None
        of_files.never_taken(session, first.id, at=NOW, by=CLAIRE)
        assert collections.batch(session, first.id).state is BatchState.DROPPED
        assert [one.state for one in collections.of_plan(session, plan.id)] == [CollectionState.OPEN]
        second = sent(session, office, date(2026, 11, 27), NOW.date())
        assert (second.count, second.cents) == (1, 1000)
        mandates.amend_account(session, assembly.safe, plan.mandate_id, Iban.parse("BE68539007547034"), at=NOW)
        third = sent(session, office, date(2026, 12, 17), date(2026, 12, 10))
        assert [one.told_at is None for one in mandates.amendments(session, plan.mandate_id)] == [False]
        of_files.never_taken(session, third.id, at=noon(date(2026, 12, 11)), by=CLAIRE)
        assert [one.told_at is None for one in mandates.amendments(session, plan.mandate_id)] == [True]
        with pytest.raises(BatchElsewhere):
            of_files.never_taken(session, third.id, at=NOW, by=CLAIRE)


def test_a_payout_of_another_amount_wants_a_reason_and_can_be_taken_back(assembly: Assembly) -> None:
    counter, name = bank_counter(assembly), "1234567.2611.01"
    out = PaidOut(reference=name, cents=980, on=DAY, payments=(told("tr_1", 1000),), costs=(("bancontact", 2_000),))
    with assembly.database.transaction() as session:
        taken = paying_out.take(session, till(assembly), "mollie", out, at=NOW)
        assert taken is not None
        payout = taken[0]
    brought(assembly, coda.statement([Move(cents=970, text="Mollie")]))
    [line] = waiting(assembly)
    with assembly.database.transaction() as session:
        before = given_cents(session)
        facts: dict[str, Any] = {"seen": line.version, "by": CLAIRE, "at": NOW}
        with pytest.raises(PayoutDiffers), session.begin_nested():
            by_hand.settle_payout(session, counter, line.id, payout.id, why=" ", **facts)
        by_hand.settle_payout(session, counter, line.id, payout.id, why="Frais de la banque", **facts)
        [kept] = payments.payouts(session)
        assert (kept.settled_on, kept.credited_cents, kept.why) == (line.booked_on, 970, "Frais de la banque")
        assert payments.paid_out(session, line.booked_on, line.booked_on) == 970
        found = banking.line(session, line.id)
        again = banking.reopen(session, counter, line.id, seen=found.version, by=CLAIRE, at=NOW)
        assert (again.state, payments.payouts(session)[0].settled_on) == (LineState.OPEN, None)
        assert given_cents(session) == before


@settings(max_examples=4, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 9_999))  # with more figures it could look like a national number, and be hidden
def test_gifts_come_to_what_lines_settled_whatever_is_settled_and_taken_back(
    assembly: Assembly, office: Office, promise: Promise, seed: int
) -> None:
    chance, counter = Random(seed), bank_counter(assembly)
    with assembly.database.transaction() as session:
        before = given_cents(session)
        for _ in range(5):
            promise(session, chance.randrange(1, 900), started_on=SIGNED, anchor_day=17)
        files = [sent(session, office, day, MADE) for day in (DAY, date(2026, 11, 18))]
        names, more = (of_files.awaited(session, one.id) for one in files)
    parts = [{files[0].id: names[:2], files[1].id: more[:3]}, {files[0].id: names[2:]}]
    sums = [sum(one.cents for several in part.values() for one in several) for part in parts]
    moves = [Move(cents=cents, text=f"partie {seed} {n}") for n, cents in enumerate(sums)]
    brought(assembly, coda.statement(moves, account=f"BE{seed % 97:02d}000000{seed % 10**6:06d}00"[:16]))
    with assembly.database.transaction() as session:
        mine = [one for one in store.waiting(session, size=200) if one.communication.startswith(f"partie {seed} ")]
        for _ in range(12):
            place = chance.randrange(2)
            line = banking.line(session, mine[place].id)
            if line.state is LineState.MATCHED:
                banking.reopen(session, counter, line.id, seen=line.version, by=CLAIRE, at=NOW)
                continue
            wanted = {file: [one.end_to_end_id for one in several] for file, several in parts[place].items()}
            by_hand.settle_files(session, counter, line.id, wanted, seen=line.version, by=CLAIRE, at=NOW)
        stands = [banking.line(session, one.id) for one in mine]
        settled = sum(one.cents for one in stands if one.state is LineState.MATCHED)
        assert given_cents(session) - before == settled
        awaited = sum(collections.counts(session, one.id).get(AttemptState.ASKED, (0, 0))[1] for one in files)
        assert awaited + settled == sum(one.cents for one in files)
