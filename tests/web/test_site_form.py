"""The sign-up form on other sites: plain HTML to copy, one press with the script, two without, nothing lost."""

from __future__ import annotations

import re
from html import unescape

import pytest

from crm.assembly import Assembly
from crm.staff.model import Role
from tests.web.conftest import Browser
from tests.web.supporters import Site, hidden
from tests.web.whole_database import digest

LEA = "lea@exemple.be"


@pytest.fixture
def site(assembly: Assembly) -> Site:
    return Site.open(assembly)


def copied(browser: Browser, **asked: str) -> str:
    """The HTML that the office page gives."""
    shown = browser.get("/office/site-form", query_string={"language": "fr", **asked}).text
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", shown, re.DOTALL)
    assert found is not None
    return unescape(found[1])


def fields(snippet: str) -> dict[str, str]:
    """Its hidden fields, as a browser sends them."""
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', snippet)) | {"email": LEA, "age": "18+"}


def test_without_script_one_reads_and_presses_once_more(site: Site, browser: object) -> None:
    snippet = copied(browser(Role.EDITOR), purpose="urgent")  # type: ignore[operator] # the fixture's own type
    assert (snippet.count("checkbox"), "Les nouvelles" in snippet, " checked" in snippet) == (1, False, False)
    before = digest(site.assembly)
    action = unescape(re.search(r'action="[^"]*?(/inscription[^"]*)"', snippet)[1])  # type: ignore[index]
    answer = site.client.post(action, data=fields(snippet) | {"purpose": "urgent"})
    assert answer.status_code == 200
    assert "Encore un pas" in answer.text
    assert [LEA in answer.text, 'value="urgent" checked' in answer.text] == [True, True]
    assert digest(site.assembly) == before
    site.clock.later(seconds=5)
    again = {"form": hidden(answer.text, "form"), "email": LEA, "purpose": "urgent", "age": "18+", "language": "fr"}
    assert site.client.post(action, data=again).status_code == 200
    assert len(site.letters("confirm")) == 1


def test_with_script_one_press_is_enough_while_the_words_are_those_of_today(site: Site, browser: object) -> None:
    snippet = copied(browser(Role.EDITOR))  # type: ignore[operator] # the fixture's own type
    asked = unescape(re.search(r'data-portevoix="[^"]*?(/inscription/jeton[^"]*)"', snippet)[1])  # type: ignore[index]
    answer = site.client.get(asked)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    site.clock.later(seconds=5)
    sent = fields(snippet) | {"form": answer.get_json()["token"], "purpose": "news"}
    assert site.client.post("/inscription?lang=fr", data=sent).status_code == 200
    assert len(site.letters("confirm")) == 1
    other = site.client.get(asked[:-1] + ("0" if asked[-1] != "0" else "1"))
    assert (other.status_code, other.get_json()) == (409, {"token": ""})
    for name in ("js", "css"):
        with site.client.get(f"/inscription/formulaire.{name}") as served:
            assert (served.status_code, served.headers["Cross-Origin-Resource-Policy"]) == (200, "cross-origin")


def test_the_preview_is_the_form_and_sends_nothing(site: Site, browser: object) -> None:
    shown = browser(Role.EDITOR).get("/office/site-form/preview?language=nl")  # type: ignore[operator] # the fixture's own type
    assert 'class="portevoix" lang="nl"' in shown.text
    assert "<script" not in shown.text
    policy = shown.headers["Content-Security-Policy"]
    assert [rule in policy for rule in ("form-action 'none'", "frame-ancestors 'self'", "sandbox")] == [True] * 3
    assert site.letters("confirm") == []
