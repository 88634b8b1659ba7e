"""Rules of what is deductible: proposed by one, decided by another, from a day to come, on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from crm.assembly import Assembly
from crm.donations import deductions, rules, store
from crm.donations.errors import DeductionTaken, FourEyes, RuleMissing
from crm.donations.model import GiftKind, LineKind, Why
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId
from tests.conftest import NOW

ONE, OTHER = AccountId(1), AccountId(2)
NEXT_YEAR = date(2027, 1, 1)
SINGLE = (GiftKind.ONE_OFF, LineKind.DONATION)


def test_two_decide_and_nothing_booked_changes(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:

        def proposed(kinds: tuple[GiftKind, LineKind] | None, on: date = NEXT_YEAR, reason: str = "Avis") -> int:
            made = deductions.propose(
                session, kinds, is_deductible=False, valid_from_on=on, reason=reason, at=NOW, by=ONE
            )
            return made.id

        for on, reason in ((NOW.date(), "Avis"), (NEXT_YEAR, " "), (NEXT_YEAR, "x" * 501)):
            with pytest.raises(Invalid):
                proposed(None, on, reason)
        magazine = proposed(None)
        with pytest.raises(FourEyes):
            deductions.decide(session, magazine, accepts=True, at=NOW, by=ONE)
        with pytest.raises(Invalid):
            deductions.decide(session, magazine, accepts=True, at=NOW + timedelta(days=60), by=OTHER)
        deductions.decide(session, magazine, accepts=True, at=NOW, by=OTHER)
        with pytest.raises(RuleMissing):
            deductions.decide(session, magazine, accepts=False, at=NOW, by=OTHER)
        again = proposed(None)
        with pytest.raises(DeductionTaken):
            deductions.decide(session, again, accepts=True, at=NOW, by=OTHER)
        refused = proposed(SINGLE)
        deductions.decide(session, refused, accepts=False, at=NOW, by=OTHER)

        def verdict(kind: GiftKind, on: date) -> tuple[bool, Why]:
            own = store.rules(session)
            return rules.judged(kind, [LineKind.DONATION], given_on=on, split_beforehand=True, rules=own)[0]

        before = NEXT_YEAR - timedelta(days=1)
        assert verdict(GiftKind.INSTALMENT, before) == (True, Why.DONATION)
        assert verdict(GiftKind.INSTALMENT, NEXT_YEAR) == (False, Why.MAGAZINE)
        assert verdict(GiftKind.ONE_OFF, NEXT_YEAR) == (True, Why.DONATION)
        assert (deductions.magazine_counts(session, before), deductions.magazine_counts(session, NEXT_YEAR)) == (
            False,
            True,
        )
        held = {(one.gift_kind, one.line_kind): one for one in deductions.in_force(session, NEXT_YEAR)}
        assert len(held) == len(GiftKind) * len(LineKind)
        assert held[GiftKind.INSTALMENT, LineKind.DONATION].why is Why.MAGAZINE
