"""Funds in the office: opened, named, closed and opened again; what was promised to a closed one still comes to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crm.assembly import Assembly
from crm.donations import batches, funds, pouring
from crm.donations import service as donations
from crm.donations.errors import CodeTaken, CodeUnknown
from crm.donations.model import GENERAL, GiftKind, Method, Movement, NewGift, NewLine, Wanted
from crm.staff.model import Role
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId
from tests.conftest import NOW
from tests.donations.conftest import donor
from tests.web.conftest import Browser
from tests.web.supporters import words_of

PAGE = "/office/gifts/books/funds"


def test_a_fund_is_opened_named_closed_and_opened_again(assembly: Assembly, browser: Callable[..., Browser]) -> None:
    finance = browser(Role.FINANCE)
    assert "Seul le fonds général existe" in words_of(finance.get(PAGE).text)
    finance.post(PAGE, {"name": "Urgences", "code": "urgences"})
    for typed, said in (
        ({"name": "Autre", "code": "Urgences"}, "Un fonds a déjà ce code."),
        ({"name": "Tout", "code": "general"}, "Un fonds a déjà ce code."),
        ({"name": "URGENCES", "code": "autre"}, "Un autre fonds porte déjà ce nom."),
        ({"name": "Écoles", "code": "é"}, "Des lettres sans accent"),
        ({"name": " ", "code": "vide"}, "Donnez un nom"),
    ):
        refused = finance.post(PAGE, typed)
        assert refused.status_code == 422
        assert said in words_of(refused.text)
    finance.post(f"{PAGE}/rename", {"code": "urgences", "new_name": "Urgences 2026"})
    assert finance.post(f"{PAGE}/rename", {"code": "urgences", "new_name": ""}).status_code == 422
    assert finance.post(f"{PAGE}/close", {"code": GENERAL}).status_code == 303
    boss = browser()
    assert "Urgences 2026" in boss.get("/office/appeals/new").text
    finance.post(f"{PAGE}/close", {"code": "urgences"})
    assert "Urgences 2026" not in boss.get("/office/appeals/new").text
    page = finance.get(PAGE).text
    assert "Urgences 2026" in page
    assert "Rouvrir" in page
    with assembly.database.reading() as session:
        assert [(one.code, one.name, one.is_open) for one in funds.funds(session)] == [
            ("urgences", "Urgences 2026", False)
        ]
    finance.post(f"{PAGE}/reopen", {"code": "urgences"})
    trail = words_of(boss.get("/office/log").text)
    for said in ("a ouvert un fonds", "a changé le nom d’un fonds", "a clos un fonds", "a rouvert un fonds"):
        assert said in trail


@pytest.mark.each_database
def test_a_closed_fund_takes_only_what_was_promised_to_it(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        funds.open_new(session, code="ecoles", name="Écoles")
        with pytest.raises(CodeTaken):
            funds.open_new(session, code="ecoles", name="Autre")
        who, by = donor(session, assembly), AccountId(1)
        pile = batches.begin(session, method=Method.CASH, received_on=NOW.date(), count=1, cents=1000, at=NOW, by=by)
        batches.enter(session, pile.id, who, 1000, kind=GiftKind.ONE_OFF, fund="ecoles")
        funds.close(session, "ecoles")
        funds.close(session, "ecoles")
        batches.book(session, assembly.sealer, pile.id, at=NOW, by=by)

        def new(number: str, *, is_promised: bool) -> NewGift:
            return NewGift(
                person_id=who,
                lines=(NewLine(cents=500, fund="ecoles"), NewLine(cents=100)),
                given_on=NOW.date(),
                movement=Movement(method=Method.TRANSFER, booked_on=NOW.date(), provider="x", external_id=number),
                is_promised=is_promised,
            )

        with pytest.raises(CodeUnknown):
            donations.record(session, assembly.sealer, new("a", is_promised=False), at=NOW)
        with pytest.raises(CodeUnknown):
            pouring.record_many(session, assembly.sealer, [new("a", is_promised=False)], at=NOW)
        donations.record(session, assembly.sealer, new("b", is_promised=True), at=NOW)
        pouring.record_many(session, assembly.sealer, [new("c", is_promised=True)], at=NOW)
        by_fund = donations.totals(session, Wanted(person_id=who)).by_fund
        assert by_fund == {"ecoles": 2000, GENERAL: 200}
        for code in (GENERAL, "rien"):
            with pytest.raises(Invalid):
                funds.close(session, code)
