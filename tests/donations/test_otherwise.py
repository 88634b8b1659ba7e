"""A gift typed as the wrong thing becomes the right one by two colleagues; in kind is told once; an address is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from crm.assembly import Assembly
from crm.donations import corrections, donors, pouring, service
from crm.donations.errors import AmountWrong, CodeUnknown, CorrectedElsewhere, FourEyes
from crm.donations.model import EntryKind, GiftKind, LineKind, Method, NewGift, NewLine, Otherwise, Wanted
from crm.donations.tables import FundRow, GiftRow
from crm.people import contacts
from crm.values.identifiers import AccountId
from crm.values.postal_address import PostalAddress
from tests.conftest import NOW
from tests.donations.conftest import TODAY, Give, donor, paid

ASKS, DECIDES = AccountId(1), AccountId(2)
FEE = Otherwise(kind=GiftKind.MEMBERSHIP_FEE, line=LineKind.FEE, fund="ecoles")


def test_a_gift_that_was_a_fee_becomes_one_in_todays_books(assembly: Assembly, give: Give) -> None:
    with assembly.database.transaction() as session:
        session.add_all(FundRow(code=code, name=code, is_open=code == "ecoles") for code in ("ecoles", "clos"))
        gift = give(session, 2500)
        wrong: dict[str, Any] = {"reason": "Encodé comme don", "at": NOW, "by": ASKS}
        asked = corrections.ask_otherwise(session, gift.id, FEE, **wrong)
        with pytest.raises(FourEyes):
            corrections.decide(session, assembly.sealer, asked.id, agreed=True, at=NOW, by=ASKS)
        done = corrections.decide(session, assembly.sealer, asked.id, agreed=True, at=NOW, by=DECIDES)
        assert done.otherwise == replace(FEE, line_id=service.whole(session, gift.id).lines[0].id)
        whole = service.whole(session, gift.id)
        assert (whole.gift.kind, whole.gift.cents, whole.gift.net_cents) == (GiftKind.MEMBERSHIP_FEE, 2500, 2500)
        assert [(one.fund, one.net_cents, one.is_deductible) for one in whole.lines] == [
            ("general", 0, True), ("ecoles", 2500, False),
        ]  # fmt: skip
        assert [(one.kind, one.cents) for one in whole.entries] == [
            (EntryKind.RECEIPT, 2500), (EntryKind.CORRECTION, -2500), (EntryKind.CORRECTION, 2500),
        ]  # fmt: skip
        assert service.drift(session) == 0
        assert donors.portrait(session, gift.person_id, TODAY) is None
        totals = service.totals(session, Wanted(person_id=gift.person_id))
        assert dict(totals.by_fund) == {"ecoles": 2500, "general": 0}
        for otherwise, error in (
            (FEE, AmountWrong),
            (Otherwise(kind=GiftKind.ONE_OFF, line=LineKind.DONATION, fund="clos"), CodeUnknown),
            (Otherwise(kind=GiftKind.IN_KIND, line=LineKind.DONATION, fund="general"), CorrectedElsewhere),
        ):
            with pytest.raises(error):
                corrections.ask_otherwise(session, gift.id, otherwise, **wrong)


def test_one_of_several_lines_becomes_another_and_the_others_follow_the_rules(assembly: Assembly, give: Give) -> None:
    with assembly.database.transaction() as session:
        session.add(FundRow(code="ecoles", name="ecoles", is_open=True))
        two = (NewLine(cents=1000, kind=LineKind.FEE), NewLine(cents=2000))
        mixed, split = (give(session, 0, lines=two, split_beforehand=beforehand) for beforehand in (False, True))
        for gift, deductible in ((mixed, [True, True]), (split, [True, True])):
            fee, beside = service.whole(session, gift.id).lines
            refund = paid(provider="test", external_id=f"{gift.id} back")
            service.take_back(session, assembly.sealer, gift.id, EntryKind.REFUND, refund, cents=300, at=NOW)
            wanted = Otherwise(kind=GiftKind.ONE_OFF, line=LineKind.DONATION, fund="ecoles", line_id=fee.id)
            for nobody, error in ((None, CorrectedElsewhere), (beside.id + 999, CorrectedElsewhere)):
                with pytest.raises(error):
                    corrections.ask_otherwise(
                        session, gift.id, replace(wanted, line_id=nobody), reason="?", at=NOW, by=ASKS
                    )
            asked = corrections.ask_otherwise(session, gift.id, wanted, reason="Rien en retour", at=NOW, by=ASKS)
            corrections.decide(session, assembly.sealer, asked.id, agreed=True, at=NOW, by=DECIDES)
            whole = service.whole(session, gift.id)
            stands = [line for line in whole.lines if line.net_cents]
            assert sorted((line.fund, line.net_cents) for line in stands) == [("ecoles", 900), ("general", 1800)]
            assert [line.is_deductible for line in stands] == deductible
            assert whole.gift.cents == sum(line.cents for line in whole.lines)
            assert (whole.gift.net_cents, service.drift(session)) == (2700, 0)
            assert sum(entry.cents for entry in whole.entries) == 2700
        # Beside a fee that was fixed beforehand, the donation kept its line; beside any other, it was not deductible.
        assert len(service.whole(session, split.id).lines) == 3
        assert len(service.whole(session, mixed.id).lines) == 4


@pytest.mark.parametrize("provider", ["bank", "sepa"])
def test_a_part_of_what_the_bank_told_becomes_a_fee_though_its_money_moved_and_the_amount_stays(
    assembly: Assembly, give: Give, provider: str
) -> None:
    with assembly.database.transaction() as session:
        session.add(FundRow(code="ecoles", name="ecoles", is_open=True))
        gift = give(session, 4000, movement=paid(provider=provider, external_id="1"), kind=GiftKind.INSTALMENT)
        refund = paid(provider="refund", external_id="1")
        service.take_back(session, assembly.sealer, gift.id, EntryKind.REFUND, refund, cents=1000, at=NOW)
        with pytest.raises(CorrectedElsewhere):
            corrections.ask(session, gift.id, 2000, reason="?", at=NOW, by=ASKS)
        part = replace(FEE, kind=GiftKind.INSTALMENT, cents=2500)
        for cents in (0, 3001):
            with pytest.raises(AmountWrong):
                corrections.ask_otherwise(session, gift.id, replace(part, cents=cents), reason="?", at=NOW, by=ASKS)
        asked = corrections.ask_otherwise(session, gift.id, part, reason="Sa cotisation", at=NOW, by=ASKS)
        assert asked.otherwise is not None
        assert asked.otherwise.cents == 2500
        corrections.decide(session, assembly.sealer, asked.id, agreed=True, at=NOW, by=DECIDES)
        whole = service.whole(session, gift.id)
        stands = [(one.kind, one.fund, one.net_cents, one.is_deductible) for one in whole.lines if one.net_cents]
        assert sorted(stands) == [(LineKind.DONATION, "general", 500, False), (LineKind.FEE, "ecoles", 2500, False)]
        assert (whole.gift.net_cents, whole.gift.cents, service.drift(session)) == (3000, 3000, 0)
        assert sum(one.cents for one in whole.lines) == 3000
        totals = service.totals(session, Wanted(person_id=gift.person_id))
        assert sum(totals.by_fund.values()) == sum(totals.by_method.values()) == totals.net_cents == 3000
        fee = next(one for one in whole.lines if one.kind is LineKind.FEE)
        gives = Otherwise(kind=GiftKind.ONE_OFF, line=LineKind.DONATION, fund="general", line_id=fee.id)
        again = corrections.ask_otherwise(session, gift.id, gives, reason="Rien en retour", at=NOW, by=ASKS)
        corrections.decide(session, assembly.sealer, again.id, agreed=True, at=NOW, by=DECIDES)
        whole = service.whole(session, gift.id)
        assert {one.is_deductible for one in whole.lines if one.net_cents} == {True}
        assert (whole.gift.net_cents, whole.gift.kind, service.drift(session)) == (3000, GiftKind.ONE_OFF, 0)
        returned = paid(provider=provider, external_id="1 back")  # what the bank takes back later finds it whole
        service.take_back(session, assembly.sealer, gift.id, EntryKind.RETURN, returned, cents=3000, at=NOW)
        assert [one.net_cents for one in service.whole(session, gift.id).lines if one.net_cents] == []
        assert service.drift(session) == 0


def test_a_gift_in_kind_told_twice_is_one(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        new = NewGift(
            person_id=donor(session, assembly), kind=GiftKind.IN_KIND, lines=(NewLine(cents=9900),), given_on=TODAY,
            movement=paid(method=Method.NONE, provider="shop", external_id="K-1"),
        )  # fmt: skip
        one = service.record(session, assembly.sealer, new, at=NOW)
        assert service.record(session, assembly.sealer, new, at=NOW).id == one.id
        assert pouring.record_many(session, assembly.sealer, [new, new], at=NOW) == (one.id, one.id)
        assert len(session.scalars(select(GiftRow.id)).all()) == 1


def test_where_somebody_lived_is_kept_with_a_fresh_gift(assembly: Assembly, give: Give) -> None:
    home = PostalAddress.parse(street="Rue Berckmans", number="9", postcode="1060", locality="Saint-Gilles")
    with assembly.database.transaction() as session:
        who = donor(session, assembly)
        contacts.add_address(session, assembly.addresses, home, person_id=who, source="", at=NOW)
        old = TODAY.replace(year=2020)
        made = [give(session, 100, who), give(session, 100, who, given_on=old, movement=paid(booked_on=old))]
        several = [NewGift(person_id=who, lines=(NewLine(cents=1),), given_on=TODAY, movement=paid())]
        made += [service.gift(session, one) for one in pouring.record_many(session, assembly.sealer, several, at=NOW)]
        kept = "Rue Berckmans 9, 1060 SAINT-GILLES"
        assert [one.address for one in made] == [kept, "", kept]
