"""Editions in the browser: one's own by the link of a mail, everybody's in the archive."""

from __future__ import annotations

from datetime import timedelta

import pytest
from markupsafe import escape

from crm.assembly import Assembly
from crm.foundation.signing import TokenPurpose
from crm.people import service as people
from mailing.composition import service as composition
from mailing.composition.model import Edition
from mailing.delivery import service as delivery
from mailing.rendering.slots import slots_in
from tests.composition import shelf
from tests.conftest import NOW
from tests.web.supporters import Site
from tests.web.whole_database import digest

MARIE = "marie@exemple.be"


@pytest.fixture
def site(assembly: Assembly) -> Site:
    """Marie reads the news, under that name."""
    site = Site.open(assembly)
    person = site.subscribe(MARIE, "news")
    with assembly.database.transaction() as session:
        people.edit(session, person.id, first_name="Marie")
    return site


def approved(site: Site) -> Edition:
    """An edition that may leave, and has not."""
    with site.assembly.database.transaction() as session:
        draft = shelf.drafted(session)
        editor = shelf.account(session)
        return composition.approve(session, draft.id, by=editor.id, revision=draft.revision, now=NOW)


def launch(site: Site, edition: Edition) -> None:
    """Lets it leave."""
    settings = site.assembly.settings
    with site.assembly.database.transaction() as session:
        delivery.launch(
            session,
            edition_id=edition.id,
            organisation=settings.organisation,
            mail=settings.mail,
            public_url=settings.public_url,
            now=NOW + timedelta(days=1),
        )


def test_an_edition_is_public_once_it_leaves_and_not_before(site: Site) -> None:
    assert "La première édition n’est pas encore partie" in site.client.get("/archives").text
    edition = approved(site)
    address = f"/archives/{edition.id}"
    assert site.client.get(address).status_code == 404
    for page in ("/", "/archives"):
        assert edition.subject not in site.client.get(page).text
    launch(site, edition)
    for page in ("/", "/archives"):
        shown = site.client.get(page).text
        assert escape(edition.subject) in shown
        assert f'href="{address}"' in shown
    assert site.client.get(address).status_code == 200
    assert site.client.get("/archives/999").status_code == 404
    assert site.client.get(f"/archives/{2**70}").status_code == 404


def test_the_archive_speaks_to_nobody_in_particular(site: Site) -> None:
    edition = approved(site)
    launch(site, edition)
    answer = site.client.get(f"/archives/{edition.id}")
    assert slots_in(answer.text) == frozenset()
    for personal in ("Marie", MARIE, "/u/", "/p/", "/w/", "m…@"):
        assert personal not in answer.text
    assert "La une" in answer.text


def test_one_s_own_version_has_one_s_own_links_and_a_masked_address(site: Site) -> None:
    edition = approved(site)
    launch(site, edition)
    with site.assembly.database.reading() as session:
        mailing = delivery.find_mailing(session, edition_id=edition.id)
        assert mailing is not None
        [sent] = delivery.deliveries(session, mailing.id).deliveries
    before = digest(site.assembly)
    own = site.link(TokenPurpose.WEB_VERSION, MARIE, delivery_id=sent.id)
    answer = site.client.get(own)
    assert answer.status_code == 200
    assert slots_in(answer.text) == frozenset()
    assert MARIE not in answer.text
    assert "m…@exemple.be" in answer.text
    for purpose in (TokenPurpose.UNSUBSCRIBE, TokenPurpose.PREFERENCES, TokenPurpose.WEB_VERSION):
        assert site.link(purpose, MARIE, delivery_id=sent.id) in answer.text
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    policy = answer.headers["Content-Security-Policy"]
    assert "style-src 'unsafe-inline'" in policy
    assert "script-src" not in policy
    assert policy.startswith("default-src 'none'")
    assert digest(site.assembly) == before


def test_a_letter_has_no_version_for_the_browser(site: Site) -> None:
    [letter] = site.letters("confirm")
    assert site.client.get(site.link(TokenPurpose.WEB_VERSION, MARIE, delivery_id=letter.id)).status_code == 404
    assert site.client.get(site.link(TokenPurpose.WEB_VERSION, MARIE, delivery_id=999)).status_code == 404
    assert site.client.get(site.link(TokenPurpose.WEB_VERSION, MARIE)).status_code == 404
