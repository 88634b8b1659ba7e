"""The code of an appeal that a gift bears is put right by two colleagues; results and open months follow."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from crm.assembly import Assembly
from crm.donations import books, centres, corrections, donors, recoding, selects, service
from crm.donations.costing import CentreRule, Donors
from crm.donations.errors import AmountWrong, CodeUnknown, CorrectionAsked, FourEyes, GiftHasChanged
from crm.donations.model import Coded
from crm.donations.tables import GiftRow
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId
from tests.conftest import NOW
from tests.donations.conftest import TODAY, Give, paid
from tests.donations.test_cost_centres import furnish

ASKS, DECIDES = AccountId(1), AccountId(2)
FACTS: dict[str, Any] = {"reason": "Le talon dit A-2", "at": NOW, "by": ASKS}
CLOSED = date(2026, 9, 14)


def test_results_and_open_months_follow_a_code_and_a_closed_month_does_not(assembly: Assembly, give: Give) -> None:
    with assembly.database.transaction() as session:
        _, several = furnish(session)
        for code, appeal in (("C1", several[0]), ("C2", several[1])):
            rule = CentreRule(
                id=0, code=code, campaign_id=None, appeal_id=appeal, fund=None, kind=None, donors=Donors.ANY
            )
            centres.add_rule(session, rule)
        old = give(session, 1000, given_on=CLOSED, movement=paid(booked_on=CLOSED), source_code="A-1")
        fresh = give(session, 2500, source_code="A-1")
        service.close_month(session, CLOSED, at=NOW, by=ASKS)
        before = donors.portrait(session, fresh.person_id, TODAY)
        for gift in (old, fresh):
            asked = recoding.ask(session, gift.id, "A-2", **FACTS)
            with pytest.raises(CorrectionAsked):
                recoding.ask(session, gift.id, "B-1", **FACTS)
            with pytest.raises(FourEyes):
                corrections.decide(session, assembly.sealer, asked, agreed=True, at=NOW, by=ASKS)
            done = corrections.decide(session, assembly.sealer, asked, agreed=True, at=NOW, by=DECIDES)
            assert done.coded == Coded(code="A-2", was="A-1")
            whole = service.whole(session, gift.id)
            assert (whole.gift.source_code, whole.gift.net_cents, len(whole.entries)) == ("A-2", gift.net_cents, 1)
        answers = session.execute(selects.answers()).all()
        assert {(one.appeal_id, one.given_cents) for one in answers} == {(several[1], 1000), (several[1], 2500)}
        assert [one.centre for one in books.journal(session, CLOSED)] == ["C1"]
        assert [one.centre for one in books.journal(session, TODAY)] == ["C2"]
        assert donors.portrait(session, fresh.person_id, TODAY) == before
        assert (service.drift(session), donors.drift(session)) == (0, 0)
        none = recoding.ask(session, fresh.id, "", **FACTS)
        corrections.decide(session, assembly.sealer, none, agreed=True, at=NOW, by=DECIDES)
        assert service.gift(session, fresh.id).source_code == ""
        assert [one.centre for one in books.journal(session, TODAY)] == [""]


def test_no_code_that_is_none_and_none_that_changed_meanwhile(assembly: Assembly, give: Give) -> None:
    with assembly.database.transaction() as session:
        furnish(session)
        gift = give(session, 2500, source_code="A-1")
        for code, facts, error in (
            ("A-1", FACTS, AmountWrong),
            ("Z-9", FACTS, CodeUnknown),
            ("A-2", {**FACTS, "reason": " "}, Invalid),
        ):
            with pytest.raises(error):
                recoding.ask(session, gift.id, code, **facts)
        asked = recoding.ask(session, gift.id, "A-2", **FACTS)
        row = session.get(GiftRow, gift.id)
        assert row is not None
        row.source_code = "B-1"
        session.flush()
        with pytest.raises(GiftHasChanged):
            corrections.decide(session, assembly.sealer, asked, agreed=True, at=NOW, by=DECIDES)
        corrections.decide(session, assembly.sealer, asked, agreed=False, at=NOW, by=DECIDES)
        assert service.gift(session, gift.id).source_code == "B-1"
