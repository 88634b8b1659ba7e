"""The day by which a gift counts is put right by two colleagues; its money stays in the books on its own day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from crm.assembly import Assembly
from crm.donations import corrections, donors, fiscal_days, service
from crm.donations.errors import (
    CorrectedElsewhere,
    CorrectionAsked,
    DayWrong,
    FiscalYearClosed,
    FourEyes,
    GiftHasChanged,
)
from crm.donations.model import Basis, Dated, EntryKind, GiftKind, LineKind, Why
from crm.donations.tables import DeductionRuleRow, GiftRow
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, CorrectionId
from tests.conftest import NOW
from tests.donations.conftest import TODAY, Give, paid

ASKS, DECIDES = AccountId(1), AccountId(2)
BOOKED, ORDERED = date(2026, 1, 2), date(2025, 12, 31)
FACTS: dict[str, Any] = {"reason": "Ordre du 31 décembre", "at": NOW, "by": ASKS}
ORDER = Dated(given_on=ORDERED, basis=Basis.ORDER)


def test_a_transfer_of_the_last_day_of_the_year_counts_for_it_and_the_books_keep_its_money(
    assembly: Assembly, give: Give
) -> None:
    with assembly.database.transaction() as session:
        gift = give(session, 4000, given_on=BOOKED, movement=paid(booked_on=BOOKED, executed_on=ORDERED))
        asked = CorrectionId(fiscal_days.ask(session, gift.id, ORDER, **FACTS))
        with pytest.raises(CorrectionAsked):
            fiscal_days.ask(session, gift.id, ORDER, **FACTS)
        with pytest.raises(FourEyes):
            corrections.decide(session, assembly.sealer, asked, agreed=True, at=NOW, by=ASKS)
        assert fiscal_days.of_month(session, BOOKED) == ()
        done = corrections.decide(session, assembly.sealer, asked, agreed=True, at=NOW, by=DECIDES)
        assert done.dated == Dated(given_on=ORDERED, basis=Basis.ORDER, was_on=BOOKED)
        whole = service.whole(session, gift.id)
        assert (whole.gift.given_on, whole.gift.basis, whole.gift.net_cents) == (ORDERED, Basis.ORDER, 4000)
        assert [(one.kind, one.booked_on, one.cents) for one in whole.entries] == [(EntryKind.RECEIPT, BOOKED, 4000)]
        [told] = fiscal_days.of_month(session, BOOKED)
        assert (told.gift_id, told.booked_on, told.given_on) == (gift.id, BOOKED, ORDERED)
        portrait = donors.portrait(session, gift.person_id, TODAY)
        assert portrait is not None
        assert (portrait.figures.first_on, donors.drift(session), service.drift(session)) == (ORDERED, 0, 0)
        back = fiscal_days.ask(session, gift.id, Dated(given_on=BOOKED, basis=Basis.SETTLEMENT), **FACTS)
        corrections.decide(session, assembly.sealer, CorrectionId(back), agreed=True, at=NOW, by=DECIDES)
        assert (service.gift(session, gift.id).given_on, fiscal_days.of_month(session, BOOKED)) == (BOOKED, ())


def test_no_day_that_cannot_be_and_none_of_a_year_that_is_closed(assembly: Assembly, give: Give) -> None:
    with assembly.database.transaction() as session:
        gift = give(session, 4000, given_on=BOOKED, movement=paid(booked_on=BOOKED))
        old = give(session, 4000, given_on=date(2025, 1, 2), movement=paid(booked_on=date(2025, 1, 2)))
        goods = give(session, 4000, kind=GiftKind.IN_KIND)
        for wrong in (
            Dated(given_on=BOOKED + timedelta(days=1), basis=Basis.ORDER),
            Dated(given_on=BOOKED - timedelta(days=93), basis=Basis.POSTMARK),
            Dated(given_on=ORDERED, basis=Basis.SETTLEMENT),
            Dated(given_on=BOOKED, basis=gift.basis),
        ):
            with pytest.raises(DayWrong):
                fiscal_days.ask(session, gift.id, wrong, **FACTS)
        with pytest.raises(Invalid):
            fiscal_days.ask(session, gift.id, ORDER, **{**FACTS, "reason": " "})
        with pytest.raises(FiscalYearClosed) as closed:
            fiscal_days.ask(session, old.id, Dated(given_on=date(2024, 12, 31), basis=Basis.ORDER), **FACTS)
        assert closed.value.year == 2024
        with pytest.raises(CorrectedElsewhere):
            fiscal_days.ask(session, goods.id, ORDER, **FACTS)
        asked = CorrectionId(fiscal_days.ask(session, gift.id, ORDER, **FACTS))
        later = NOW.replace(year=2027)  # until the end of the year after it
        with pytest.raises(FiscalYearClosed):
            corrections.decide(session, assembly.sealer, asked, agreed=True, at=later, by=DECIDES)
        assert [one.id for one in corrections.waiting(session)] == [asked]
        corrections.decide(session, assembly.sealer, asked, agreed=False, at=later, by=DECIDES)
        assert service.gift(session, gift.id).given_on == BOOKED


def test_what_another_day_judges_otherwise_becomes_another_line_and_a_day_decided_meanwhile_is_told(
    assembly: Assembly, give: Give
) -> None:
    rule = DeductionRuleRow(
        gift_kind=GiftKind.ONE_OFF,
        line_kind=LineKind.DONATION,
        is_deductible=False,
        why=Why.DECIDED,
        valid_from_on=date(2026, 1, 1),
    )
    with assembly.database.transaction() as session:
        session.add(rule)
        session.flush()
        gift = give(session, 4000, given_on=BOOKED, movement=paid(booked_on=BOOKED))
        assert [line.is_deductible for line in service.whole(session, gift.id).lines] == [False]
        asked = CorrectionId(fiscal_days.ask(session, gift.id, ORDER, **FACTS))
        corrections.decide(session, assembly.sealer, asked, agreed=True, at=NOW, by=DECIDES)
        lines = [(line.net_cents, line.is_deductible) for line in service.whole(session, gift.id).lines]
        assert (lines, service.gift(session, gift.id).net_cents) == ([(0, False), (4000, True)], 4000)
        assert service.drift(session) == 0
        again = CorrectionId(fiscal_days.ask(session, gift.id, Dated(given_on=BOOKED, basis=Basis.ORDER), **FACTS))
        row = session.get(GiftRow, gift.id)
        assert row is not None
        row.given_on = BOOKED - timedelta(days=1)
        session.flush()
        with pytest.raises(GiftHasChanged):
            corrections.decide(session, assembly.sealer, again, agreed=True, at=NOW, by=DECIDES)
