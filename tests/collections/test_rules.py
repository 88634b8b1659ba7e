"""What is asked and when, what a reason leads to, and the letters that banks take."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.collections import rules
from crm.collections.model import Deed, Errand, LeftOut, ReasonRule, Schema, Sequence
from crm.plans.model import Due
from tests.plans.test_rules import mandate

ON = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("code", "deed", "errand"),
    [
        ("AC04", Deed.ASK, Errand.CALL),
        ("AM04", Deed.RETRY, Errand.NONE),
        ("md06", Deed.LET_GO, Errand.CALL),
        ("MD07", Deed.STOP, Errand.DECEASED),
        ("MD01", Deed.STOP, Errand.NEW_MANDATE),
        ("BE05", Deed.RETRY, Errand.OURS),
        ("ZZ99", Deed.ASK, Errand.CALL),
        ("", Deed.ASK, Errand.CALL),
    ],
)
def test_a_reason_leads_to_one_deed_and_one_errand(code: str, deed: Deed, errand: Errand) -> None:
    rule = rules.rule_for(code, ON)
    assert (rule.deed, rule.errand) == (deed, errand)


def test_rules_have_days_and_an_instalment_is_tried_twice() -> None:
    newer = ReasonRule(code="AM04", deed=Deed.ASK, errand=Errand.CALL, valid_from_on=date(2026, 12, 1))
    table = (*rules.REASONS, newer)
    found = [rules.rule_for("AM04", day, table).deed for day in (ON, date(2026, 12, 1))]
    assert found == [Deed.RETRY, Deed.ASK]
    retry = rules.rule_for("AM04", ON)
    assert [rules.deed_after(retry, number=number) for number in (1, 2, 3)] == [Deed.RETRY, Deed.LET_GO, Deed.LET_GO]
    assert rules.deed_after(newer, number=2) is Deed.ASK
    assert rules.retry_on(ON) == date(2026, 12, 10)
    assert len({rule.code for rule in rules.REASONS}) == len(rules.REASONS)


def due(**facts: object) -> Due:
    given = {"period": "2026-11", "due_on": ON, "cents": 1000, "fee_cents": 0, "announced_on": date(2026, 11, 1)}
    return Due(**{**given, **facts})  # type: ignore[arg-type]


def test_nothing_is_asked_that_was_not_told_a_fortnight_before() -> None:
    assert rules.ask_on(due(), notice_days=14) == ON
    assert rules.ask_on(due(announced_on=date(2026, 11, 20)), notice_days=14) == date(2026, 12, 4)
    assert rules.ask_on(due(announced_on=date(2026, 11, 21)), notice_days=14) == date(2026, 12, 7)
    assert rules.ask_on(due(announced_on=None), notice_days=14) is None
    live = mandate(signed_on=date(2026, 1, 1))
    facts = {"has_account": True, "collect_on": ON, "notice_days": 14}
    cases = [
        (rules.verdict(due(), live, **facts), None),  # type: ignore[arg-type]
        (rules.verdict(due(announced_on=None), live, **facts), LeftOut.NOT_ANNOUNCED),  # type: ignore[arg-type]
        (rules.verdict(due(announced_on=date(2026, 11, 20)), live, **facts), LeftOut.TOO_SOON),  # type: ignore[arg-type]
        (rules.verdict(due(), mandate(), **facts), LeftOut.MANDATE_OVER),  # type: ignore[arg-type]
        (rules.verdict(due(), live, **{**facts, "has_account": False}), LeftOut.NO_ACCOUNT),  # type: ignore[arg-type]
    ]
    assert [found for found, _ in cases] == [expected for _, expected in cases]


def test_only_old_files_tell_the_first_collection_from_the_others() -> None:
    table = [
        rules.sequence(schema, has_served=served, is_new_account=new)
        for schema in (Schema.V02, Schema.V08)
        for served, new in ((False, False), (True, False), (True, True))
    ]
    assert table == [Sequence.FIRST, Sequence.RECURRENT, Sequence.FIRST, *[Sequence.RECURRENT] * 3]


def test_a_file_asks_for_an_open_day_that_is_neither_too_near_nor_too_far() -> None:
    friday = date(2026, 11, 27)
    cases = {
        friday: False,
        date(2026, 11, 28): False,
        date(2026, 11, 30): True,
        date(2026, 12, 25): False,
        date(2027, 1, 11): True,
        date(2027, 1, 12): False,
    }
    assert {day: rules.is_collecting_day(day, today=friday) for day in cases} == cases


def test_a_bank_names_a_file_or_a_block_of_it() -> None:
    assert rules.files_named("coll PV-20261207-000012-FRST, PV-20261207-000013") == (
        ("PV-20261207-000012", Sequence.FIRST),
        ("PV-20261207-000013", None),
    )
    assert rules.files_named("PV-20261207-000012-9 et +++090/9337/55493+++") == ()


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Zoé Œuvré-Ñandú", "Zoe OEuvre-Nandu"),
        ("L’Étoile & Cie_2", "L'Etoile + Cie-2"),
        ("李", ""),
        ("a\nb\t c", "a b c"),
    ],
)
def test_names_keep_to_the_letters_of_sepa(text: str, plain: str) -> None:
    assert rules.sepa_text(text, longest=70) == plain


@given(st.text(max_size=90), st.integers(1, 70))
def test_any_text_becomes_one_that_banks_take(text: str, longest: int) -> None:
    plain = rules.sepa_text(text, longest=longest)
    assert len(plain) <= longest
    assert plain == rules.sepa_text(plain, longest=longest)
    assert all(letter.isascii() and (letter.isalnum() or letter in "/-?:().,'+ ") for letter in plain)
