"""A receipt of each choice of one's own: one a submission, with the words that were shown, and never a loop."""

from __future__ import annotations

import pytest

from crm.assembly import Assembly
from crm.foundation.signing import TokenPurpose
from mailing.delivery import service as delivery
from tests.web.supporters import Site, hidden

MARIE = "marie@exemple.be"


@pytest.fixture
def site(assembly: Assembly) -> Site:
    made = Site.open(assembly)
    made.subscribe(MARIE, "news", "urgent")
    return made


def texts(site: Site, code: str) -> list[str]:
    """What the letters of a kind say, as one line each, oldest first."""
    found = []
    for letter in site.letters(code):
        with site.assembly.database.reading() as session:
            body = delivery.body_of(session, letter.id)
        assert body is not None
        found.append(" ".join(body.text.split()))
    return found


def test_a_yes_is_acknowledged_in_the_words_that_were_shown(site: Site) -> None:
    (welcome,) = texts(site, "welcome")
    assert "Les mots que vous aviez sous les yeux :" in welcome
    assert "Chaque semaine, ce qui s’est passé & ce que vous pouvez y faire." in welcome
    assert "Vous pouvez le retirer à tout moment" in welcome


def test_one_receipt_a_submission_that_changed_something_and_ten_a_day(site: Site) -> None:
    link = site.link(TokenPurpose.PREFERENCES, MARIE)
    choose = {"purpose": ["news"], "rhythm": "monthly", "language": "fr"}
    site.client.post(link, data=choose)
    site.client.post(link, data=choose)
    (receipt,) = texts(site, "receipt")
    for line in ("« Les actions urgentes » à cette adresse.", "au plus une de nos lettres par mois."):
        assert line in receipt
    for number in range(14):
        site.client.post(link, data=choose | {"rhythm": ("quarterly", "monthly")[number % 2]})
    assert len(texts(site, "receipt")) == 10
    assert site.person(MARIE).first_name == ""


@pytest.mark.parametrize("one_click", [True, False])
def test_leaving_is_acknowledged_once_a_day_however_one_leaves(site: Site, one_click: bool) -> None:
    links = [site.link(TokenPurpose.UNSUBSCRIBE, MARIE, about) for about in ("news", "urgent")]
    body = {"List-Unsubscribe": "One-Click"} if one_click else {"action": "withdraw"}
    answers = [site.client.post(f"{link}?lang=fr", data=body) for link in (*links, *links)]
    assert [one.status_code for one in answers] == [200] * 4
    if not one_click:
        assert ["Un seul message suivra encore" in one.text for one in answers] == [True, False, False, False]
        assert all("pas même pour le confirmer" not in one.text for one in answers)
    (goodbye,) = texts(site, "goodbye")
    assert "vous ne recevrez plus : – Les nouvelles Vous recevez toujours : – Les actions urgentes" in goodbye
    assert texts(site, "receipt") == []


def test_whoever_a_friend_signed_off_is_told_and_comes_back_by_that_letter(site: Site) -> None:
    """A letter was forwarded, and a friend clicked: the mailbox hears of it, and only the mailbox opens it again."""
    body = {"List-Unsubscribe": "One-Click"}
    site.client.post(site.link(TokenPurpose.UNSUBSCRIBE, MARIE), data=body)
    assert (site.allowed(), site.allowed("urgent")) == ([], [MARIE])
    (goodbye,) = site.letters("goodbye")
    link = site.path(goodbye, "preferences_url")
    before = len(site.letters("confirm"))
    site.clock.later(minutes=5)
    site.client.post(link, data={"purpose": ["news", "urgent"], "language": "fr"})
    assert site.allowed() == []
    site.clock.later(minutes=1)
    site.client.post(site.path(site.letters("confirm")[before]))
    assert (site.allowed(), site.allowed("urgent")) == ([MARIE], [MARIE])


def test_a_pause_from_the_page_for_leaving_has_its_receipt(site: Site) -> None:
    link = site.link(TokenPurpose.UNSUBSCRIBE, MARIE)
    until = hidden_option(site.client.get(link).text)
    site.client.post(link, data={"action": "pace", "until": until})
    assert ["Plus aucune lettre jusqu’au" in one for one in texts(site, "receipt")] == [True]


def hidden_option(page: str) -> str:
    """The first day that the list of a pause offers."""
    return page.partition('name="until"')[2].partition('<option value="')[2].partition('"')[0]


def test_a_form_refused_owes_nothing(site: Site) -> None:
    assert hidden(site.client.get("/inscription").text, "form")
    site.client.post(site.link(TokenPurpose.PREFERENCES, MARIE), data={"first_name": "http://x", "purpose": ["news"]})
    assert texts(site, "receipt") == []
