"""The question of age at sign-up: a child leaves no trace, somebody of 13 to 17 gets what they asked and no more."""

from __future__ import annotations

import logging
import re
from datetime import date, timedelta

import pytest

from crm.assembly import Assembly
from crm.consent import gate, policies
from crm.consent.model import Channel, LegalBasis
from crm.consent.policy import Need, NewPolicy, Population
from crm.people import service as people
from crm.values.identifiers import AccountId
from tests.conftest import NOW
from tests.web.supporters import Site
from tests.web.whole_database import digest

LEA = "lea@exemple.be"


@pytest.fixture
def site(assembly: Assembly) -> Site:
    """Everybody may get urgent actions unless they object: what a minor has to be kept out of."""
    made = Site.open(assembly)
    with assembly.database.transaction() as session:
        wanted = NewPolicy(
            purpose="urgent",
            channel=Channel.EMAIL,
            population=Population.EVERYBODY,
            need=Need.NO_OBJECTION,
            legal_basis=LegalBasis.LEGITIMATE_INTEREST,
            valid_from_on=date(2020, 1, 1),
            reason="une règle",
        )
        proposed = policies.propose(session, wanted, by=AccountId(1), at=NOW)
        policies.decide(session, proposed.id, approve=True, by=AccountId(2), at=NOW)
    return made


def may(site: Site, purpose: str) -> bool:
    """What the gate says of Léa; its two halves agree."""
    person = site.person(LEA)
    with site.assembly.database.reading() as session:
        return gate.verdict_of(session, person.id, purpose, Channel.EMAIL, site.clock.now).allowed


def test_nothing_at_all_is_kept_of_a_child(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    before = digest(site.assembly)
    with caplog.at_level(logging.DEBUG):
        answer = site.fill_in(LEA, "news", first_name="Léa", age="child")
    assert answer.status_code == 200
    assert "attendre que vous ayez 13 ans" in answer.text
    assert re.findall(r"lea@exemple|Léa", answer.text + caplog.text) == []
    assert digest(site.assembly) == before
    assert answer.headers.getlist("Set-Cookie") == []


@pytest.mark.parametrize("age", ["", "19", "13-18"])
def test_an_age_is_asked_for_and_nothing_is_lost(site: Site, age: str) -> None:
    before = digest(site.assembly)
    answer = site.fill_in(LEA, "news", age=age)
    assert answer.status_code == 422
    assert re.findall(r'id="([a-z_]+)-error"', answer.text) == ["age"]
    assert digest(site.assembly) == before


def test_somebody_of_13_to_17_gets_what_they_asked_and_nothing_else(site: Site) -> None:
    site.fill_in(LEA, "news", age="13-17")
    assert [may(site, "news"), may(site, "urgent")] == [False, False]
    site.client.post(site.path(site.letters("confirm")[0]))
    assert [may(site, "news"), may(site, "urgent")] == [True, False]
    site.clock.now += timedelta(days=policies.MINOR_FOR_DAYS + 1)
    assert [may(site, "news"), may(site, "urgent")] == [True, True]


def test_a_stranger_cannot_make_somebody_younger_than_they_are(site: Site) -> None:
    site.fill_in(LEA, "news")
    site.clock.later(days=1)
    site.fill_in(LEA, "news", age="13-17")
    assert may(site, "urgent")
    site.client.post(site.path(site.letters("confirm")[1]))
    person = site.person(LEA)
    with site.assembly.database.reading() as session:
        assert policies.populations_of(session, [person.id], site.clock.now) == {
            person.id: frozenset({Population.MINORS})
        }
    with site.assembly.database.transaction() as session:
        people.set_birth(session, person.id, date(1980, 1, 1), today=NOW.date())
        policies.say_age(session, person.id, is_minor=True, at=site.clock.now)
    assert may(site, "urgent")
