"""Gifts through their door: once each, given back with four eyes, moved with a reason, months that stay closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.donations import selects, service
from crm.donations.errors import (
    AmountWrong,
    CodeUnknown,
    DonorMissing,
    FourEyes,
    GiftMissing,
    MonthOpen,
    MoreThanReceived,
    RefundedAlready,
    RefundMissing,
    SaidOtherwise,
)
from crm.donations.model import (
    EntryKind,
    GiftKind,
    LineKind,
    Method,
    NewGift,
    NewLine,
    Refund,
    RefundState,
    Wanted,
    Why,
)
from crm.donations.tables import GiftMoveRow, MoneyEntryRow, MoneyPartRow
from crm.ledgers import service as ledgers
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, GiftId, PersonId, RefundId
from tests.conftest import NOW
from tests.donations.conftest import TODAY, Give, donor, paid

ANNE, BRUNO = AccountId(1), AccountId(2)


def test_a_movement_is_booked_once_and_never_with_another_amount(assembly: Assembly, give: Give) -> None:
    named = paid(provider="mollie", external_id="tr_1")
    with assembly.database.transaction() as session:
        first = give(session, 5000, movement=named)
        assert give(session, 5000, first.person_id, movement=named) == first
        with pytest.raises(SaidOtherwise):
            give(session, 5001, first.person_id, movement=named)
        back = paid(provider="mollie", external_id="re_1")
        for _ in range(2):
            left = service.take_back(session, assembly.sealer, first.id, EntryKind.CHARGEBACK, back, cents=1500, at=NOW)
            assert left.net_cents == 3500
        with pytest.raises(SaidOtherwise):
            service.take_back(session, assembly.sealer, first.id, EntryKind.REFUND, back, cents=1500, at=NOW)
        assert service.totals(session, Wanted()).net_cents == 3500


def test_a_fee_of_the_provider_lessens_no_gift(assembly: Assembly, give: Give) -> None:
    with assembly.database.transaction() as session:
        gift = give(session, 2500)
        charged = service.charge(session, assembly.sealer, gift.id, paid(), cents=29, at=NOW)
        assert charged.net_cents == 2500
        assert [(one.kind, one.cents) for one in service.whole(session, gift.id).entries] == [
            (EntryKind.RECEIPT, 2500),
            (EntryKind.FEE, -29),
        ]


def test_what_goes_back_is_taken_from_where_it_stands_and_never_more_than_came(assembly: Assembly, give: Give) -> None:
    lines = (NewLine(cents=2500, kind=LineKind.FEE), NewLine(cents=7500))
    with assembly.database.transaction() as session:
        gift = give(session, 0, lines=lines, kind=GiftKind.MEMBERSHIP_FEE, split_beforehand=True)
        service.take_back(
            session, assembly.sealer, gift.id, EntryKind.RETURN, paid(reason_code="MD06"), cents=1000, at=NOW
        )
        whole = service.whole(session, gift.id)
        assert [(line.net_cents, line.is_deductible, line.why) for line in whole.lines] == [
            (2250, False, Why.FEE),
            (6750, True, Why.DONATION),
        ]
        deductible = session.execute(selects.deductible_lines()).all()
        assert [tuple(row) for row in deductible] == [(gift.id, gift.person_id, TODAY, 6750)]
        with pytest.raises(MoreThanReceived):
            service.take_back(session, assembly.sealer, gift.id, EntryKind.RETURN, paid(), cents=9001, at=NOW)
        with pytest.raises(MoreThanReceived):
            service.correct(session, assembly.sealer, gift.id, paid(), cents=-9001, at=NOW, by=ANNE)
        assert service.correct(session, assembly.sealer, gift.id, paid(), cents=-9000, at=NOW, by=ANNE).net_cents == 0
        assert session.execute(selects.effective_gifts()).all() == []


def test_a_gift_in_kind_moves_no_money_and_a_test_counts_nowhere(assembly: Assembly, give: Give) -> None:
    with assembly.database.transaction() as session:
        furniture = give(session, 30000, kind=GiftKind.IN_KIND, movement=paid(method=Method.NONE))
        assert (furniture.cents, furniture.net_cents, service.whole(session, furniture.id).entries) == (30000, 0, ())
        give(session, 100, is_test=True)
        whole = service.totals(session, Wanted())
        assert (whole.net_cents, whole.gifts, whole.donors) == (0, 0, 0)
        assert session.execute(selects.effective_gifts()).all() == []


def test_a_refund_is_asked_by_one_and_decided_by_another(assembly: Assembly, give: Give) -> None:
    with assembly.database.transaction() as session:
        gift = give(session, 4000)
        asked = service.ask_refund(session, gift.id, 3000, reason="Double virement", at=NOW, by=ANNE)
        with pytest.raises(MoreThanReceived):
            service.ask_refund(session, gift.id, 1001, reason="Encore", at=NOW, by=ANNE)
        with pytest.raises(Invalid):
            service.ask_refund(session, gift.id, 10, reason="  ", at=NOW, by=ANNE)
        with pytest.raises(FourEyes):
            service.decide_refund(session, assembly.sealer, asked.id, paid(), at=NOW, by=ANNE)
        assert service.refunds_to_decide(session) == (asked,)
        done = service.decide_refund(session, assembly.sealer, asked.id, paid(), at=NOW, by=BRUNO)
        assert (done.state, service.gift(session, gift.id).net_cents) == (RefundState.DONE, 1000)
        other = service.ask_refund(session, gift.id, 1000, reason="Tout", at=NOW, by=BRUNO)
        refused = service.decide_refund(session, assembly.sealer, other.id, None, at=NOW, by=ANNE)
        assert (refused.state, service.gift(session, gift.id).net_cents) == (RefundState.REFUSED, 1000)
        for number in (other.id, RefundId(99)):
            with pytest.raises(RefundMissing):
                service.decide_refund(session, assembly.sealer, number, paid(), at=NOW, by=ANNE)


def test_a_gift_goes_over_to_another_donor_with_its_reason(assembly: Assembly, give: Give) -> None:
    with assembly.database.transaction() as session:
        gift, other = give(session, 4000), donor(session, assembly)
        for _ in range(2):
            moved = service.move(session, gift.id, other, reason="Compte joint", at=NOW, by=ANNE)
            assert moved == replace(gift, person_id=other)
        (move,) = service.whole(session, gift.id).moves
        assert (move.from_person_id, move.to_person_id, move.reason) == (gift.person_id, other, "Compte joint")
        with pytest.raises(Invalid):
            service.move(session, gift.id, other, reason="", at=NOW, by=ANNE)
        with pytest.raises(GiftMissing):
            service.move(session, GiftId(99), other, reason="Rien", at=NOW, by=ANNE)
        with pytest.raises(DonorMissing):
            service.move(session, gift.id, PersonId(99), reason="Rien", at=NOW, by=ANNE)


def test_what_comes_after_a_month_was_closed_counts_in_the_open_one(assembly: Assembly, give: Give) -> None:
    october = date(2026, 10, 1)
    with assembly.database.transaction() as session:
        before = give(session, 1000, given_on=date(2026, 9, 30), movement=paid(booked_on=date(2026, 9, 30)))
        for month, fits in (
            (date(2026, 11, 1), False),
            (date(2026, 9, 12), True),
            (date(2026, 9, 1), True),
            (october, True),
        ):
            if fits:
                service.close_month(session, month, at=NOW, by=ANNE)
            else:
                with pytest.raises(MonthOpen):
                    service.close_month(session, month, at=NOW, by=ANNE)
        assert service.closed_until(session) == date(2026, 10, 31)
        late = give(session, 2000, given_on=october, movement=paid(booked_on=october))
        service.take_back(
            session, assembly.sealer, before.id, EntryKind.RETURN, paid(booked_on=october), cents=1000, at=NOW
        )
        assert [(one.booked_on, one.accounted_on) for one in service.whole(session, late.id).entries] == [
            (october, TODAY)
        ]
        assert [one.accounted_on for one in service.whole(session, before.id).entries] == [date(2026, 9, 30), TODAY]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"lines": ()}, AmountWrong),
        ({"lines": (NewLine(cents=0),)}, AmountWrong),
        ({"lines": (NewLine(cents=500), NewLine(cents=-100))}, AmountWrong),
        ({"lines": (NewLine(cents=10**12),)}, AmountWrong),
        ({"lines": (NewLine(cents=5, fund="nulle-part"),)}, CodeUnknown),
        ({"source_code": "inconnu"}, CodeUnknown),
        ({"given_on": TODAY + timedelta(days=1)}, Invalid),
        ({"movement": paid(booked_on=TODAY + timedelta(days=1))}, Invalid),
        ({"person_id": PersonId(999)}, DonorMissing),
    ],
)
def test_a_wrong_gift_is_refused_and_nothing_of_it_stays(
    assembly: Assembly, wrong: dict[str, object], error: type[Exception]
) -> None:
    with assembly.database.transaction() as session:
        facts = {
            "person_id": donor(session, assembly),
            "lines": (NewLine(cents=5),),
            "given_on": TODAY,
            "movement": paid(),
        }
        with pytest.raises(error):
            service.record(session, assembly.sealer, NewGift(**{**facts, **wrong}), at=NOW)  # type: ignore[arg-type]
        assert service.page(session, Wanted()) == ()


def test_the_database_itself_refuses_to_change_what_moved(assembly: Assembly, give: Give) -> None:
    with assembly.database.transaction() as session:
        gift = give(session, 4000)
        service.move(session, gift.id, donor(session, assembly), reason="Erreur de nom", at=NOW, by=ANNE)
    statements: list[sa.Executable] = [sa.delete(row) for row in (MoneyPartRow, MoneyEntryRow, GiftMoveRow)]
    statements += [sa.update(MoneyEntryRow).values(cents=1), sa.update(MoneyPartRow).values(cents=1)]
    for statement in statements:
        with pytest.raises(DBAPIError, match="only grows"), assembly.database.transaction() as session:
            session.execute(statement)


def test_money_is_chained_like_every_ledger(assembly: Assembly, give: Give) -> None:
    with assembly.database.transaction() as session:
        for cents in (100, 200):
            give(session, cents)
        block = ledgers.seal(session, assembly.sealer, service.LEDGER, at=NOW)
        assert block is not None
        found = ledgers.verify(session, assembly.sealer, service.LEDGER)
        assert (found.state.chained, found.faults) == (2, ())
        entry = session.scalars(select(MoneyEntryRow)).first()
        assert entry is not None
        assert not assembly.sealer.holds({**service.LEDGER.content(entry), "cents": 101}, entry.mark_key_id, entry.mark)


def test_what_a_provider_gave_back_is_not_given_back_twice(assembly: Assembly, give: Give) -> None:
    """Asked first, told then; told first, asked then; and one more that is meant."""

    def told(session: Session, gift_id: GiftId, name: str) -> None:
        back = paid(method=Method.ONLINE, provider="mollie", external_id=name)
        later = NOW + timedelta(minutes=1)
        service.take_back(session, assembly.sealer, gift_id, EntryKind.REFUND, back, cents=1000, at=later, by=None)

    def decide(session: Session, refund: Refund) -> None:
        by_hand = paid(provider="refund", external_id=str(refund.id))
        service.decide_refund(session, assembly.sealer, refund.id, by_hand, at=NOW + timedelta(hours=2), by=BRUNO)

    with assembly.database.transaction() as session:
        gift = give(session, 9000)
        asked = service.ask_refund(session, gift.id, 1000, reason="Trop", at=NOW, by=ANNE)
        told(session, gift.id, "re_1")
        decide(session, asked)
        assert service.gift(session, gift.id).net_cents == 8000
        assert service.whole(session, gift.id).refunds[0].state is RefundState.DONE
        told(session, gift.id, "re_2")
        ask = {"reason": "Trop", "at": NOW + timedelta(hours=1), "by": ANNE}
        with pytest.raises(RefundedAlready):
            service.ask_refund(session, gift.id, 1000, **ask)  # type: ignore[arg-type] # by name
        decide(session, service.ask_refund(session, gift.id, 1000, again=True, **ask))  # type: ignore[arg-type] # by name
        decide(session, service.ask_refund(session, gift.id, 500, **ask))  # type: ignore[arg-type] # by name
        assert service.gift(session, gift.id).net_cents == 9000 - 2000 - 1000 - 500
