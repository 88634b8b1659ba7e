"""The demonstration fills an empty home, once, through the doors; it touches nobody's own organisation."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm.assembly import Assembly
from crm.consent import service as consent
from crm.demo.homes import ORGANISATIONS
from crm.demo.load import load
from crm.demo.newsletters import invitation
from crm.demo.organisation import DOMAIN, PURPOSES, TEAM
from crm.demo.supporters import HOW_MANY, stories
from crm.people import service as people
from crm.staff import service as staff
from crm.staff.model import Role
from crm.values.email_address import EmailAddress
from crm.values.errors import Conflict
from crm.values.languages import Language
from mailing.composition import service as composition
from mailing.composition.model import EditionState
from mailing.delivery import service as delivery
from tests.conftest import NOW

FEW = 80
SITE = "http://127.0.0.1:8003/"


def test_stories_are_the_same_for_everybody_and_never_in_the_future() -> None:
    told = list(stories())
    assert told == list(stories())
    assert len({story.email for story in told}) == len(told) == HOW_MANY
    assert all(EmailAddress.parse(story.email).domain == "exemple.test" for story in told)
    assert {story.language for story in told} == set(Language)
    assert all(deed.after < story.arrived_ago for story in told for deed in story.deeds)
    assert {deed.act.value for story in told for deed in story.deeds} == {"requested", "given", "refused", "withdrawn"}


def test_every_purpose_speaks_four_languages() -> None:
    for purpose in PURPOSES:
        assert set(purpose.names) == set(purpose.promises) == {language.value for language in Language}


@pytest.mark.slow
def test_loading_twice_is_loading_once(assembly: Assembly) -> None:
    load(assembly, NOW, site_url=SITE, supporters=FEW)
    load(assembly, NOW + timedelta(minutes=1), site_url=SITE, supporters=FEW)
    with assembly.database.reading() as session:
        assert people.page(session, size=1).total == FEW + len(ORGANISATIONS)
        assert [account.email for account in staff.accounts(session)] == sorted(c.email for c in TEAM)
        assert [n.is_active for n in composition.newsletters(session)] == [False, True]
        assert consent.drift(session) == 0
        assert consent.verify(session, assembly.sealer) == []
        counted = delivery.foreseen(session, composition.newsletter_by_code(session, "hebdo"), now=NOW)
    assert counted.readers > 45
    assert sum(counted.left_out.values()) > 5


def test_the_hour_is_a_few_minutes_ahead_until_an_edition_waits_for_it(assembly: Assembly) -> None:
    load(assembly, NOW, site_url=SITE, supporters=FEW)
    with assembly.database.transaction() as session:
        weekly = composition.newsletter_by_code(session, "hebdo")
        slot = composition.next_slot(session, weekly.id, NOW)
        assert timedelta(minutes=5) < slot - NOW < timedelta(minutes=10)
        draft = composition.propose(session, weekly.id, slot, NOW, organisation=assembly.settings.organisation)
        if draft.state is EditionState.SKIPPED:
            composition.reopen(session, draft.id, now=NOW, organisation=assembly.settings.organisation)
    load(assembly, NOW + timedelta(hours=3), site_url=SITE, supporters=FEW)
    with assembly.database.reading() as session:
        assert invitation(session).leaves_at == slot
        assert composition.newsletter(session, weekly.id).cadence == weekly.cadence


def test_somebodys_own_organisation_is_left_alone(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        staff.add_account(
            session,
            email=f"moi@{DOMAIN}",
            name="Moi",
            roles={Role.ADMINISTRATOR},
            language=Language.FR,
            password="une phrase assez longue",
            at=NOW,
        )
    with pytest.raises(Conflict):
        load(assembly, NOW, site_url=SITE)
    with assembly.database.reading() as session:
        assert people.page(session, size=1).total == 0
        assert consent.purposes(session) == ()
