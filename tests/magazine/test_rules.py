"""What the calendar warns of, one copy a household, letters of old alphabets: decided without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.foundation.transliteration import is_printable, printable
from crm.magazine import mail_id, returning, rules
from crm.magazine.errors import DaysWrong, RuleWrong
from crm.magazine.model import (
    Basis,
    Caution,
    Eligibility,
    Entitled,
    Issue,
    NewIssue,
    Reason,
    ReturnEffect,
    ReturnReason,
    Subscription,
)
from crm.values.identifiers import IssueId, PersonId
from tests.conftest import NOW
from tests.magazine.conftest import PLAN

PEOPLE = st.builds(
    Entitled,
    person_id=st.integers(1, 40).map(PersonId),
    basis=st.sampled_from(Basis),
    reason=st.sampled_from([None, None, None, None, Reason.DECEASED, Reason.HAS_ONE, Reason.PDF_ONLY]),
    copies=st.integers(1, 5),
    box_key=st.just("be|1000||rdelaloi|16|3"),
    surname=st.sampled_from(["", "dupont", "diallo", "maes"]),
    household_id=st.sampled_from([None, None, 1, 2]),
    alone=st.sampled_from([False, False, False, True]),
)


@settings(max_examples=150)
@given(st.lists(PEOPLE, max_size=8, unique_by=lambda one: one.person_id))
def test_a_household_gets_one_copy_unless_asked_and_nobody_is_lost(group: list[Entitled]) -> None:
    decided = rules.one_a_household(group)
    assert [one.person_id for one in decided] == [one.person_id for one in group]
    for before, after in zip(group, decided, strict=True):
        if before.reason is not None or before.alone:
            assert after == before
        assert after.reason in {before.reason, Reason.HOUSEHOLD}
        assert before.reason is None or after.reason is before.reason
    sharing = [one for one in decided if not one.alone and one.reason in {None, Reason.HAS_ONE}]
    for index, one in enumerate(sharing):
        for other in sharing[index + 1 :]:
            same_surname = bool(one.surname) and one.surname == other.surname
            same_home = one.household_id is not None and one.household_id == other.household_id
            if one.reason is None or other.reason is None:
                assert not same_surname
                assert not same_home
    for one in decided:
        if one.reason is Reason.HOUSEHOLD:
            assert any(other.reason in {None, Reason.HAS_ONE} and not other.alone for other in decided)


@given(st.lists(PEOPLE, max_size=8, unique_by=lambda one: one.person_id))
def test_the_copy_of_a_household_is_that_of_its_strongest_ground(group: list[Entitled]) -> None:
    alike = [replace(one, reason=None, alone=False, surname="dupont", household_id=None) for one in group]
    decided = rules.one_a_household(alike)
    mailed = [one for one in decided if one.reason is None]
    assert len(mailed) == min(len(alike), 1)
    for one in mailed:
        first = min(alike, key=lambda each: (list(Basis).index(each.basis), each.person_id))
        assert (one.person_id, one.copies) == (first.person_id, max(each.copies for each in alike))


def _issue(number: int, drop_on: date, *, frozen: bool = True) -> Issue:
    days: dict[str, Any] = {
        "file_due_on": drop_on - timedelta(days=10),
        "drop_on": drop_on,
        "home_on": drop_on + timedelta(days=3),
    }
    plan = replace(PLAN, number=number, cover_on=drop_on, **days)
    return Issue(id=IssueId(number), plan=plan, frozen_at=NOW if frozen else None)


def test_the_calendar_warns_when_a_day_slips_past_the_quarter() -> None:
    before = [_issue(n, day) for n, day in enumerate([date(2025, 12, 15), date(2026, 3, 16), date(2026, 6, 15)], 1)]
    on_time, late = _issue(4, date(2026, 9, 15)), _issue(4, date(2026, 9, 16))
    assert rules.warnings(on_time, [*before, on_time], today=date(2026, 1, 1)) == ()
    assert rules.warnings(late, [*before, late], today=date(2026, 1, 1)) == (Caution.GAP,)
    few = _issue(5, date(2027, 6, 10))
    assert rules.warnings(few, [*before, few], today=date(2026, 1, 1)) == (Caution.GAP, Caution.FEW)
    waiting = _issue(4, date(2026, 9, 15), frozen=False)
    assert rules.warnings(waiting, before, today=date(2026, 9, 1)) == (Caution.SOON,)
    assert rules.warnings(waiting, before, today=date(2026, 9, 6)) == (Caution.OVERDUE,)
    assert rules.latest_drop(before[-1].plan) == date(2026, 9, 15)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"drop_on": date(2026, 12, 3)}, "drop_on"),
        ({"home_on": date(2026, 12, 13)}, "home_on"),
        ({"number": 0}, "number"),
        ({"copy_cents": -1}, "copy_cents"),
        ({"pdf_url": "http://ailleurs.test"}, "pdf_url"),
    ],
)
def test_an_issue_that_cannot_be_meant_so_is_refused(change: dict[str, object], field: str) -> None:
    with pytest.raises((DaysWrong, RuleWrong)) as refused:
        rules.tidy(NewIssue(**{**{name: getattr(PLAN, name) for name in PLAN.__dataclass_fields__}, **change}))
    assert refused.value.field == field


def test_a_rule_that_gives_nobody_a_right_is_refused() -> None:
    nobody = Eligibility(members=False, regular_plans=False, gift_count=0, gift_cents=0, said=frozenset())
    with pytest.raises(RuleWrong):
        rules.sound(nobody)
    assert rules.sound(Eligibility()) == Eligibility()


def test_a_ground_holds_between_its_numbers_and_a_pause_between_its_days() -> None:
    said = Subscription(person_id=PersonId(1), basis=Basis.PAID, from_number=3, until_number=6)
    assert [number for number in range(9) if rules.is_in_force(said, number)] == [3, 4, 5, 6]
    paused = replace(said, paused_from_on=date(2026, 1, 2), paused_until_on=date(2026, 1, 4))
    assert [day for day in range(1, 7) if rules.is_paused(paused, date(2026, 1, day))] == [2, 3, 4]


def test_what_a_return_leads_to() -> None:
    first = {reason: rules.effect(reason, failures_before=0) for reason in ReturnReason}
    assert first == {
        ReturnReason.DECEASED: ReturnEffect.VERIFY,
        ReturnReason.REFUSED: ReturnEffect.OBJECTED,
        **dict.fromkeys(
            set(ReturnReason) - {ReturnReason.DECEASED, ReturnReason.REFUSED},
            ReturnEffect.ASK,
        ),
    }
    second = {reason: rules.effect(reason, failures_before=1) for reason in ReturnReason}
    assert [second[reason] for reason in first if first[reason] is ReturnEffect.ASK] == [ReturnEffect.SUSPENDED] * 5
    assert all(second[reason] is first[reason] for reason in (ReturnReason.DECEASED, ReturnReason.REFUSED))


def test_codes_and_reasons_are_read_as_they_are_written() -> None:
    assert returning.read_code("124/100237-45") == (124, "10023745")
    assert returning.read_code(" n° 100237.45 ") == (None, "10023745")
    written = {
        "N’habite plus à l’adresse": ReturnReason.GONE,
        "inconnu": ReturnReason.UNKNOWN,
        "boîte non conforme": ReturnReason.BAD_BOX,
        "Refusé": ReturnReason.REFUSED,
        "décédé": ReturnReason.DECEASED,
        "non réclamé": ReturnReason.UNCLAIMED,
        "adresse insuffisante": ReturnReason.INCOMPLETE,
        "onbekend": ReturnReason.UNKNOWN,
        "NPAI": ReturnReason.GONE,
        "Adres onvoldoende": ReturnReason.INCOMPLETE,
        "gone": ReturnReason.GONE,
        "???": None,
    }
    assert {text: returning.read_reason(text) for text in written} == written


@settings(max_examples=150)
@given(st.text(max_size=30))
def test_whatever_was_typed_can_be_printed_in_windows_1252(text: str) -> None:
    printed = printable(text)
    assert is_printable(printed)
    assert printed == text or not is_printable(text)


def test_a_letter_loses_its_mark_before_it_is_lost() -> None:
    assert printable("Łukasz Dvořák, Şirin Ağaoğlu, Đorđe") == "Lukasz Dvorák, Sirin Agaoglu, Dorde"
    assert printable("Œuvre — l’été à 5 €") == "Œuvre — l’été à 5 €"
    assert printable("Зоя") == "???"


def test_two_mail_id_requests_never_bear_the_same_reference() -> None:
    names = ["le-fil-124", "le-fil-124-welcome-1", *(f"le-fil-des-membres-124-welcome-{n}" for n in (1, 11, 12))]
    several = [mail_id.reference(name) for name in (*names, "le-fil-des-membres-du-royaume-125")]
    assert several == [
        "le-fil-124", "le-fil-124-welcome-1", "le-fil-124-welcome-1", "le-fi-124-welcome-11", "le-fi-124-welcome-12",
        "le-fil-des-membr-125",
    ]  # fmt: skip
