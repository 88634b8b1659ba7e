"""One thing is one thing under every address; two things are never taken for one."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailing.content.folding import fold
from mailing.content.model import ContentKind
from mailing.content.rules import NEAR, Facts, Sighting, country_hints, is_same, is_same_title, merged, title_marks

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def seen(title: str = "Gangs à Haïti", *, kind: ContentKind = ContentKind.ARTICLE, at: datetime = AT) -> Sighting:
    return Sighting(kind=kind, folded_title=fold(title), dated_at=at)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Gangs à Haïti, les enfants victimes", "GANGS À HAÏTI — Les enfants victimes"),
        (
            "Myanmar, Le gel brutal de l’aide américaine constitue une menace existentielle",
            "Le gel brutal de l'aide américaine constitue une menace existentielle",
        ),
        (
            "La Cour européenne doit examiner des affaires de renvois",
            "La Cour européenne doit examiner des affaires de renvois forcés illégaux",
        ),
        (
            "Les autorités doivent enquêter sur la mort en détention d’un employé",
            "Les autorités doivent enquetter sur la mort en détention d’un employé",
        ),
    ],
)
def test_titles_of_one_thing_are_recognised(one: str, other: str) -> None:
    assert is_same_title(fold(one), fold(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Communiqué de presse du 12 février sur la situation à Goma",
            "Communiqué de presse du 13 février sur la situation à Goma",
        ),
        (
            "Niger, les autorités doivent libérer les journalistes détenus",
            "Nigeria, les autorités doivent libérer les journalistes détenus",
        ),
        (
            "Iran, les exécutions reprennent dans les prisons du pays",
            "Irak, les exécutions reprennent dans les prisons du pays",
        ),
        ("Pétition pour Ahmed", "Pétition pour Ahmed et Leila"),
        ("Revue de presse des droits humains en Belgique", "Revue de presse des droits humains en Belgique 2"),
        (
            "La Cour ne doit pas examiner ces affaires de renvois forcés",
            "La Cour doit examiner ces affaires de renvois forcés",
        ),
        ("", ""),
    ],
)
def test_titles_of_two_things_stay_apart(one: str, other: str) -> None:
    assert not is_same_title(fold(one), fold(other))


@given(st.text("abcdé ", max_size=60), st.text("abcdé ", max_size=60))
def test_being_the_same_goes_both_ways(one: str, other: str) -> None:
    assert is_same_title(fold(one), fold(other)) == is_same_title(fold(other), fold(one))


WORDS = st.lists(st.sampled_from(["autorites", "liberer", "prison", "prisom", "la", "goma", "2"]), max_size=8)


@settings(max_examples=500)
@given(WORDS, WORDS | st.none(), st.integers(0, 7))
def test_titles_of_one_thing_share_a_mark(one: list[str], other: list[str] | None, place: int) -> None:
    second = " ".join(one[:place] + one[place + 1 :] if other is None else other)
    if is_same_title(" ".join(one), second):
        assert title_marks(" ".join(one)) & title_marks(second)


def test_one_title_is_one_thing_only_near_in_time_and_of_one_kind() -> None:
    assert is_same(seen(), seen(at=AT + NEAR))
    assert not is_same(seen(), seen(at=AT + NEAR + timedelta(seconds=1)))
    assert not is_same(seen(), seen(kind=ContentKind.PETITION))


def test_an_event_that_comes_again_is_another_event() -> None:
    first = replace(seen("Apéro à Ath", kind=ContentKind.EVENT), starts_on=date(2026, 11, 23))
    assert is_same(first, replace(first, dated_at=AT + timedelta(days=1)))
    assert not is_same(first, replace(first, starts_on=date(2026, 12, 21)))


CUT = Facts(title="Un", intro="Un début", intro_truncated=True, url="https://a.example/1")
WHOLE = Facts(title="Un autre", intro="Le tout", url="https://a.example/2", author="Plume", image_url="i")


def test_a_source_that_joins_fills_what_is_empty_and_mends_what_was_cut() -> None:
    assert merged(CUT, WHOLE, was_known=False) == replace(
        CUT, intro="Le tout", intro_truncated=False, author="Plume", image_url="i"
    )
    assert merged(WHOLE, CUT, was_known=False) == WHOLE


def test_a_source_that_changes_its_mind_is_heard() -> None:
    assert merged(CUT, WHOLE, was_known=True) == WHOLE
    assert merged(CUT, replace(CUT, intro="Autre"), was_known=True).intro == "Autre"
    assert merged(WHOLE, replace(WHOLE, intro="Plus court"), was_known=True).intro == "Plus court"
    assert merged(WHOLE, CUT, was_known=True).intro == "Le tout"


TEXTS = st.sampled_from(["", "a", "bb", "ccc"])
FACTS = st.builds(
    Facts,
    title=TEXTS,
    intro=TEXTS,
    intro_truncated=st.booleans(),
    url=TEXTS,
    author=TEXTS,
    place=TEXTS,
    image_url=TEXTS,
)


@given(FACTS, FACTS, st.booleans())
def test_nothing_is_ever_emptied_and_hearing_twice_changes_nothing(old: Facts, new: Facts, was_known: bool) -> None:
    after = merged(old, new, was_known=was_known)
    for field in fields(Facts):
        if field.name != "intro_truncated" and getattr(old, field.name):
            assert getattr(after, field.name)
    assert merged(after, new, was_known=was_known) == after


@pytest.mark.parametrize(
    ("title", "hints"),
    [
        ("Myanmar, Le gel brutal", ("myanmar",)),
        ("Égypte, Les procès", ("egypte",)),
        ("RDC, Les parties", ("rdc",)),
        ("Gangs à Haïti, Les enfants", ("gangs a haiti", "haiti")),
        ("En marche aux États-Unis, le peuple", ("en marche aux etats unis", "marche aux etats unis", "etats unis")),
        ("Melilla : plus jamais ça", ()),
        ("Yémen,", ()),
        (", rien", ()),
        ("mot " * 30 + ", fin", ()),
    ],
)
def test_a_title_may_begin_with_its_country(title: str, hints: tuple[str, ...]) -> None:
    assert country_hints(title) == hints
