"""Money that came in kind after all, and the other way round: two colleagues, no sum that lies, whatever the order."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.assembly import Assembly
from crm.donations import corrections, donors, service, turning
from crm.donations.errors import AmountWrong, CorrectedElsewhere, FourEyes, GiftHasChanged
from crm.donations.model import AsMoney, EntryKind, GiftKind, InKind, Method, NewLine, Wanted
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId
from tests.conftest import NOW
from tests.donations.conftest import TODAY, Give, paid

ASKS, DECIDES = AccountId(1), AccountId(2)
FACTS: dict[str, Any] = {"reason": "C’étaient des chaises", "at": NOW, "by": ASKS}
MONEY = AsMoney(kind=GiftKind.ONE_OFF, fund="general", cents=2500, method=Method.CASH)


def decide(session: Any, assembly: Assembly, asked: Any) -> None:
    corrections.decide(session, assembly.sealer, asked, agreed=True, at=NOW, by=DECIDES)


def test_money_that_came_in_kind_is_money_no_more_and_may_be_again(assembly: Assembly, give: Give) -> None:
    with assembly.database.transaction() as session:
        two = (NewLine(cents=1000), NewLine(cents=2000))
        gift = give(session, 0, lines=two, movement=paid(method=Method.CASH))
        for what, cents, error in ((" ", 9000, Invalid), ("12 chaises", 0, AmountWrong)):
            with pytest.raises(error):
                turning.ask_in_kind(session, gift.id, what, cents, **FACTS)
        with pytest.raises(CorrectedElsewhere):
            turning.ask_money(session, gift.id, MONEY, **FACTS)
        asked = turning.ask_in_kind(session, gift.id, " 12  chaises ", 9000, **FACTS)
        with pytest.raises(FourEyes):
            corrections.decide(session, assembly.sealer, asked, agreed=True, at=NOW, by=ASKS)
        decide(session, assembly, asked)
        whole = service.whole(session, gift.id)
        now = whole.gift
        assert (now.kind, now.what, now.cents, now.net_cents) == (GiftKind.IN_KIND, "12 chaises", 9000, 0)
        assert [(one.kind, one.cents) for one in whole.entries] == [
            (EntryKind.RECEIPT, 3000), (EntryKind.CORRECTION, -3000),
        ]  # fmt: skip
        assert [(one.cents, one.is_deductible) for one in whole.lines if one.cents] == [(9000, False)]
        totals = service.totals(session, Wanted())
        assert (totals.net_cents, totals.gifts, sum(totals.by_method.values())) == (0, 0, 0)
        assert (donors.portrait(session, gift.person_id, TODAY), service.drift(session)) == (None, 0)
        with pytest.raises(AmountWrong):
            turning.ask_in_kind(session, gift.id, "12 chaises", 9000, **FACTS)
        with pytest.raises(Invalid):
            turning.ask_money(session, gift.id, AsMoney(**(vars_of(MONEY) | {"method": Method.TRANSFER})), **FACTS)
        decide(session, assembly, turning.ask_in_kind(session, gift.id, "11 chaises", 8000, **FACTS))
        assert corrections.of_gift(session, gift.id)[-1].turned == InKind(what="11 chaises", cents=8000)
        decide(session, assembly, turning.ask_money(session, gift.id, MONEY, **FACTS))
        whole = service.whole(session, gift.id)
        assert (whole.gift.kind, whole.gift.what, whole.gift.net_cents) == (GiftKind.ONE_OFF, "", 2500)
        assert [(one.net_cents, one.is_deductible) for one in whole.lines if one.net_cents] == [(2500, True)]
        totals = service.totals(session, Wanted())
        assert dict(totals.by_method) == {Method.CASH: 2500}
        assert (service.drift(session), donors.drift(session)) == (0, 0)
        decide(session, assembly, turning.ask_in_kind(session, gift.id, "rien", 1, **FACTS))
        decide(session, assembly, turning.ask_in_kind(session, gift.id, "rien", 0, **FACTS))
        assert (service.gift(session, gift.id).cents, service.drift(session)) == (0, 0)


def test_what_the_bank_told_is_no_thing_and_what_changed_meanwhile_is_told(assembly: Assembly, give: Give) -> None:
    with assembly.database.transaction() as session:
        told = give(session, 3000, movement=paid(provider="bank", external_id="1"))
        with pytest.raises(CorrectedElsewhere):
            turning.ask_in_kind(session, told.id, "12 chaises", 9000, **FACTS)
        gift = give(session, 3000)
        asked = turning.ask_in_kind(session, gift.id, "12 chaises", 9000, **FACTS)
        back = paid(provider="test", external_id="back")
        service.take_back(session, assembly.sealer, gift.id, EntryKind.REFUND, back, cents=300, at=NOW)
        with pytest.raises(GiftHasChanged):
            decide(session, assembly, asked)


@settings(max_examples=4, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_sums_agree_however_often_a_gift_is_turned(assembly: Assembly, give: Give, seed: int) -> None:
    chance = Random(seed)
    with assembly.database.reading() as session:
        gift = give(session, 3000, given_on=TODAY - timedelta(days=3))
        for _ in range(6):
            cents, is_one = chance.randrange(1, 9999), service.gift(session, gift.id).kind is GiftKind.IN_KIND
            if is_one and chance.random() < 0.6:
                method, kind = chance.choice(turning.IN_HAND), chance.choice((GiftKind.SALE, GiftKind.ONE_OFF))
                wanted = AsMoney(kind=kind, fund="general", cents=cents, method=method)
                decide(session, assembly, turning.ask_money(session, gift.id, wanted, **FACTS))
                stands = cents
            else:
                decide(session, assembly, turning.ask_in_kind(session, gift.id, f"{cents} chaises", cents, **FACTS))
                stands = 0
            totals = service.totals(session, Wanted(person_id=gift.person_id))
            assert totals.net_cents == stands == sum(totals.by_fund.values()) == sum(totals.by_method.values())
            assert (service.drift(session), donors.drift(session)) == (0, 0)


def vars_of(money: AsMoney) -> dict[str, Any]:
    return {name: getattr(money, name) for name in ("kind", "fund", "cents", "method")}
