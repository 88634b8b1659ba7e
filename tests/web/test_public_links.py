"""Links in mails: looking changes nothing, whoever looks; and no link but ours does anything."""

from __future__ import annotations

import random
import re
import string
from html import unescape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.assembly import Assembly
from crm.foundation.signing import TokenPurpose
from mailing.delivery import service as delivery
from tests.web.supporters import Site
from tests.web.whole_database import digest

MARIE = "marie@exemple.be"
AGENTS = (
    "",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (Windows NT 10.0) SafeLinks",
)


@pytest.fixture
def site(assembly: Assembly) -> Site:
    return Site.open(assembly)


def _links(page: str) -> set[str]:
    return {unescape(found) for found in re.findall(r'(?:href|src|action)="([^"#]+)"', page)}


def _ours(site: Site, page: str) -> set[str]:
    public = site.assembly.settings.public_url
    found = {link.removeprefix(public) or "/" for link in _links(page)}
    return {link for link in found if link.startswith("/") and not link.startswith("//")}


def test_every_link_of_every_letter_and_page_can_be_fetched_and_changes_nothing(site: Site) -> None:
    site.subscribe(MARIE, "news")
    site.fill_in(MARIE, "urgent")
    site.fill_in(MARIE, "news")
    to_visit = {"/", site.link(TokenPurpose.UNSUBSCRIBE, MARIE), site.link(TokenPurpose.PREFERENCES, MARIE)}
    for code in ("confirm", "welcome", "already"):
        for letter in site.letters(code):
            to_visit |= {site.path(letter, slot) for slot in letter.values if slot.endswith("_url")}
            with site.assembly.database.reading() as session:
                body = delivery.body_of(session, letter.id)
            assert body is not None
            to_visit |= _ours(site, body.html)
    to_visit = {link for link in to_visit if "zqslot" not in link}
    before, seen = digest(site.assembly), set[str]()
    while to_visit:
        link = to_visit.pop()
        seen.add(link)
        for number, agent in enumerate(AGENTS):
            for method in ("GET", "HEAD"):
                answer = site.client.open(link, method=method, headers={"User-Agent": agent}, buffered=True)
                assert answer.status_code == 200, link
                assert "Set-Cookie" not in answer.headers
            if number == 0 and "html" in answer.content_type:
                page = site.client.get(link).text
                to_visit |= {one for one in _ours(site, page) if "lang=" not in one or "lang=nl" in one} - seen
    assert digest(site.assembly) == before
    assert {link[:3] for link in seen} >= {"/c/", "/u/", "/p/", "/in", "/ar", "/st", "/th"}


PATHS = {
    TokenPurpose.CONFIRM: "/c/",
    TokenPurpose.UNSUBSCRIBE: "/u/",
    TokenPurpose.PREFERENCES: "/p/",
    TokenPurpose.WEB_VERSION: "/w/",
}


def test_a_link_of_one_kind_is_worth_nothing_as_another(site: Site) -> None:
    site.subscribe(MARIE, "news")
    person = site.person(MARIE)
    before = digest(site.assembly)
    for made in TokenPurpose:
        for value in (
            [person.id, person.contact_points[0].id, "news", None],
            [person.id, person.contact_points[0].id, [1]],
        ):
            token = site.assembly.links.sign(made, value)
            for meant, path in PATHS.items():
                if made is not meant:
                    assert site.client.get(path + token).status_code == 404
                    assert _press(site, path + token) in {404, 405}
    assert digest(site.assembly) == before


def _press(site: Site, path: str) -> int:
    data = {"action": "withdraw", "purpose": "urgent", "first_name": "X", "also": "1"}
    return site.client.post(path, data=data).status_code


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chance=st.randoms(use_true_random=False))
def test_a_mutated_link_does_nothing_and_says_nothing(site: Site, chance: random.Random) -> None:
    if not site.addresses:
        site.subscribe(MARIE, "news")
        site.addresses["c"] = site.path(site.letters("confirm")[0])
        site.addresses["u"] = site.link(TokenPurpose.UNSUBSCRIBE, MARIE)
        site.addresses["p"] = site.link(TokenPurpose.PREFERENCES, MARIE)
        site.addresses["digest"] = str(digest(site.assembly))
        site.addresses["lost"] = site.client.get("/c/x?lang=fr").text
    path = site.addresses[chance.choice("cup")]
    kind, token = path[:3], path[3:]
    place = chance.randrange(len(token))
    letter = chance.choice(string.ascii_letters + string.digits + "-_.")
    mutated = chance.choice(
        [
            token[:place],
            token[:place] + letter + token[place:],
            token[:place] + letter + token[place + 1 :],
            token + "=",
        ]
    )
    if mutated == token or not mutated:
        return
    answer = site.client.get(f"{kind}{mutated}?lang=fr")
    assert answer.status_code == 404
    assert answer.text.replace(f"{kind}{mutated}", "/c/x") == site.addresses["lost"]
    assert _press(site, f"{kind}{mutated}") in {200, 404}
    assert str(digest(site.assembly)) == site.addresses["digest"]


def test_a_forged_token_is_never_accepted(assembly: Assembly) -> None:
    chance = random.Random(8058)
    real = assembly.links.sign(TokenPurpose.UNSUBSCRIBE, [1, 1, "news", 1])
    value, _, mark = real.rpartition(".")
    letters = string.ascii_letters + string.digits + "-_"
    for _ in range(20_000):
        forged = "".join(chance.choices(letters, k=len(mark)))
        assert assembly.links.read(TokenPurpose.UNSUBSCRIBE, f"{value}.{forged}") is None
