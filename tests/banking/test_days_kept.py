"""A bank's line that is opened again: the day that two colleagues gave its gift stays with its money."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from crm.assembly import Assembly, bank_counter
from crm.banking import by_hand
from crm.banking import service as banking
from crm.banking.kept import KeptLine
from crm.collections import service as collections
from crm.collections.service import Office
from crm.donations import corrections, fiscal_days
from crm.donations import service as donations
from crm.donations.model import Basis, Dated
from crm.values.identifiers import AccountId, CorrectionId, GiftId
from tests.banking import coda_files as coda
from tests.banking import samples
from tests.banking.coda_files import Move
from tests.banking.test_bringing import CLAIRE, brought, confirmed, person, waiting
from tests.banking.test_by_hand import MADE, SIGNED
from tests.collections.conftest import Promise, office, promise, sent
from tests.conftest import NOW

__all__ = ["office", "promise"]
BOOKED, ORDERED = date(2026, 11, 17), date(2026, 10, 30)
ASKS, DECIDES = AccountId(1), AccountId(2)


def redated(session: Session, assembly: Assembly, gift_id: GiftId, on: date, basis: Basis = Basis.ORDER) -> None:
    dated = Dated(given_on=on, basis=basis)
    asked = CorrectionId(fiscal_days.ask(session, gift_id, dated, reason="Ordre d’octobre", at=NOW, by=ASKS))
    corrections.decide(session, assembly.sealer, asked, agreed=True, at=NOW, by=DECIDES)


def reopened(session: Session, assembly: Assembly, line: KeptLine, at: Any = NOW) -> KeptLine:
    return banking.reopen(session, bank_counter(assembly), line.id, seen=line.version, by=CLAIRE, at=at)


def test_the_day_stays_whoever_it_is_of_until_it_is_put_right_again(assembly: Assembly) -> None:
    marie, jean = person(assembly, "Marie", "Dupont"), person(assembly, "Jean", "Noël")
    brought(assembly, coda.statement([Move(cents=4000, text="don", name="M DUPONT", account=samples.DONOR, on=BOOKED)]))
    [line] = waiting(assembly)
    confirmed(assembly, line, marie)
    with assembly.database.transaction() as session:
        line = banking.line(session, line.id)
        assert line.gift_id is not None
        redated(session, assembly, line.gift_id, ORDERED)
        line = reopened(session, assembly, line)
    confirmed(assembly, line, jean)
    with assembly.database.transaction() as session:
        line = banking.line(session, line.id)
        assert line.gift_id is not None
        gift = donations.gift(session, line.gift_id)
        assert (gift.person_id, gift.given_on, gift.basis, gift.net_cents) == (jean.id, ORDERED, Basis.ORDER, 4000)
        [kept] = corrections.of_gift(session, gift.id)
        assert (kept.reason, kept.asked_by, kept.decided_by) == ("Ordre d’octobre", ASKS, DECIDES)
        assert [one.gift_id for one in fiscal_days.of_month(session, BOOKED)][-1:] == [gift.id]
        redated(session, assembly, gift.id, BOOKED, Basis.SETTLEMENT)
        line = reopened(session, assembly, line)
    confirmed(assembly, line, marie)
    with assembly.database.transaction() as session:
        line = banking.line(session, line.id)
        assert line.gift_id is not None
        assert donations.gift(session, line.gift_id).given_on == BOOKED
        redated(session, assembly, line.gift_id, ORDERED)
        late = NOW.replace(year=2028)  # papers of that year are corrected no more
        line = reopened(session, assembly, line, late)
        counter = bank_counter(assembly)
        line = banking.confirm(session, counter, line.id, marie.id, seen=line.version, by=CLAIRE, at=late)
        line = banking.line(session, line.id)
        assert line.gift_id is not None
        assert (donations.gift(session, line.gift_id).given_on, donations.drift(session)) == (BOOKED, 0)


def test_the_day_of_a_collection_stays_where_the_credit_of_its_file_is_opened_again(
    assembly: Assembly, office: Office, promise: Promise
) -> None:
    with assembly.database.transaction() as session:
        plan = promise(session, 1000, started_on=SIGNED, anchor_day=17)
        batch = sent(session, office, BOOKED, MADE)
    brought(assembly, coda.statement([Move(cents=1000, text=f"COLLECTE {batch.header.message_id}", on=BOOKED)]))
    counter = bank_counter(assembly)
    with assembly.database.transaction() as session:
        [one] = collections.of_plan(session, plan.id)
        assert one.gift_id is not None
        redated(session, assembly, one.gift_id, ORDERED)
        [line] = by_hand.credits_of(session, batch.id)
        line = reopened(session, assembly, line)
        by_hand.settle_collections(session, counter, line.id, batch.id, None, seen=line.version, by=CLAIRE, at=NOW)
        [one] = collections.of_plan(session, plan.id)
        assert one.gift_id is not None
        gift = donations.gift(session, one.gift_id)
        assert (gift.given_on, gift.basis, gift.net_cents) == (ORDERED, Basis.ORDER, 1000)
