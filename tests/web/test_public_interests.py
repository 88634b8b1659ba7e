"""What one cares about, where every letter leads: declared under an agreement, never shown, taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import insert

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.consent import interests
from crm.consent import service as consent
from crm.consent.model import INTERESTS
from crm.foundation.signing import TokenPurpose
from crm.staff.model import Role
from mailing.content import service as content
from mailing.content.tables import ContentTermRow
from tests.composition import shelf
from tests.web.conftest import Browser
from tests.web.supporters import Site, hidden, words_of
from tests.web.whole_database import digest

MARIE = "marie@exemple.be"


@pytest.fixture
def site(assembly: Assembly) -> Site:
    made = Site.open(assembly)
    with assembly.database.transaction() as session:
        content.load_taxonomy(session)
        item = shelf.put(session, "Une histoire")
        ids = [one.id for one in content.terms(session) if one.code in {"iran", "climat", "religion"}]
        session.execute(insert(ContentTermRow), [{"content_id": item, "term_id": one} for one in ids])
    made.subscribe(MARIE, "news")
    return made


def declare(site: Site, *codes: str) -> None:
    """Marie's choices, as she makes them in her own space."""
    link = f"{site.link(TokenPurpose.PREFERENCES, MARIE)}/sujets"
    assert "Ouvrez votre boîte mail" in words_of(site.client.post(f"{link}?lang=fr", data={"action": "link"}).text)
    assert site.client.post(site.path(site.letters("visit")[-1])).status_code == 303
    typed = {"csrf": hidden(site.client.get("/mon-espace").text, "csrf"), "choice": list(codes), "agreed": "yes"}
    assert site.client.post("/mon-espace/sujets", data=typed).status_code == 200


def test_a_link_that_may_be_forwarded_gives_no_consent_and_takes_it_back(site: Site) -> None:
    link = site.link(TokenPurpose.PREFERENCES, MARIE)
    assert f"{link}/sujets?lang=fr" in site.client.get(link).text
    before, wanted = digest(site.assembly), ["theme:religion", "country:iran", "region:60000", "theme:guantanamo", "x"]
    assert site.client.get(f"{link}/sujets").status_code == 200
    assert site.client.post(f"{link}/sujets", data={"choice": wanted, "agreed": "yes"}).status_code == 200
    assert digest(site.assembly) == before

    declare(site, *wanted)
    assert f"{site.client.get(link).text}{site.client.get(f'{link}/sujets').text}".count(" checked") == 1
    shown = words_of(site.client.get("/mon-espace/sujets").text)
    with site.assembly.database.reading() as session:
        person = site.person(MARIE)
        assert [one.code for one in interests.interests_of(session, person.id)] == ["iran", "60000", "religion"]
        notices = consent.notices(
            session,
            [one.notice_id for one in consent.history(session, person.id) if one.purpose == INTERESTS],  # type: ignore[misc]
        )
    for text in (one.text for one in notices.values()):
        assert " ".join(text.split()) in shown
    assert "Vous nous avez confié 3 choix" in words_of(site.client.get(f"{link}/sujets?lang=fr").text)
    gone = words_of(site.client.post(f"{link}/sujets?lang=fr", data={"action": "forget"}).text)
    assert "Vos choix sont effacés." in gone
    with site.assembly.database.reading() as session:
        assert interests.interests_of(session, person.id) == ()


def test_choices_are_no_letter_that_one_signs_up_to(site: Site) -> None:
    link = site.link(TokenPurpose.PREFERENCES, MARIE)
    declare(site, "theme:climat")
    for address in ("/", "/inscription", link, site.link(TokenPurpose.UNSUBSCRIBE, MARIE)):
        assert "Mes sujets, mes pays" not in site.client.get(address).text
    site.client.post(site.link(TokenPurpose.UNSUBSCRIBE, MARIE), data={"action": "withdraw-everything"})
    with site.assembly.database.reading() as session:
        assert len(interests.interests_of(session, site.person(MARIE).id)) == 1
    assert site.client.get("/p/x.y/sujets").status_code == 404
    assert site.client.post("/p/x.y/sujets").status_code == 404


def test_a_colleague_sees_how_many_and_asks_for_the_rest_which_is_noted(
    site: Site, browser: Callable[..., Browser]
) -> None:
    declare(site, "theme:religion", "country:iran")
    someone, person = browser(Role.CARE), site.person(MARIE)
    page = someone.get(f"/office/supporters/{person.id}").text
    assert ("A dit 2 sujets, pays ou province" in words_of(page), "Iran" in page) == (True, False)
    shown = someone.post(f"/office/supporters/{person.id}/interests", {})
    assert (shown.status_code, "Iran" in shown.text, "Religion" in shown.text) == (200, True, True)
    with site.assembly.database.reading() as session:
        [noted] = [one for one in audit.latest(session, subject="person") if one.action.endswith("interests-revealed")]
    assert dict(noted.facts) == {"count": 2}
    assert someone.post("/office/supporters/999999/interests", {}).status_code == 404
