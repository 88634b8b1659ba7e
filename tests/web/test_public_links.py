"""Links in mails: looking changes nothing, whoever looks; and no link but ours does anything."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from crm.assembly import Assembly
from crm.foundation.signing import TokenPurpose
from tests.bench.consent import accepted
from tests.web.each_letter import KINDS, links_of_each, ours, write_each
from tests.web.supporters import Site
from tests.web.whole_database import digest

MARIE = "marie@exemple.be"
AGENTS = (
    "",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) SafeLinks",
    "BarracudaCentral/1.0",
    "Mimecast-URL-Protect",
    "Proofpoint URL Defense",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "facebookexternalhit/1.1",
    "python-requests/2.32",
)
"""None, a search engine, four guards of mailboxes, two previews of a chat, and a script."""


@pytest.fixture
def site(assembly: Assembly) -> Site:
    return Site.open(assembly)


def test_every_link_of_a_mail_of_each_kind_can_be_fetched_by_anybody_and_changes_nothing(site: Site) -> None:
    """Each by GET and HEAD, as each of the programs that open links before people do; and what their pages lead to."""
    write_each(site)
    found = links_of_each(site)
    assert set(found) == KINDS
    before, to_visit, seen = digest(site.assembly), set().union(*found.values()), set[str]()
    for link in sorted(to_visit):
        for agent in AGENTS:
            _look(site, link, agent)
    while to_visit:
        link = to_visit.pop()
        seen.add(link)
        answer = site.client.get(link, buffered=True)
        assert answer.status_code == 200, link
        if "html" in answer.content_type and not link.startswith("/office/"):
            to_visit |= {one for one in ours(site, answer.text) if "lang=" not in one or "lang=nl" in one} - seen
    assert digest(site.assembly) == before
    assert {link[:3] for link in seen} >= {"/c/", "/u/", "/p/", "/w/", "/in", "/ar", "/st", "/th", "/mo", "/of"}


def _look(site: Site, link: str, agent: str) -> TestResponse:
    got = [
        site.client.open(link, method=method, headers={"User-Agent": agent}, buffered=True)
        for method in ("HEAD", "GET")
    ]
    assert {one.status_code for one in got} == {200}, link
    if not link.startswith("/office/"):
        assert [one.headers.get("Set-Cookie") for one in got] == [None, None], link
    return got[1]


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


def test_none_of_many_forged_and_mutated_tokens_is_accepted() -> None:
    """A million and a hundred thousand of them: `python -m tests.bench.consent`."""
    assert accepted(10_000, 5_000, seed=1961) == 0
