"""Less often, a pause, and leaving for more than one letter: done at once, said exactly, taken back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

import pytest

from crm.assembly import Assembly
from crm.consent import gate, paces
from crm.consent import service as consent
from crm.consent.model import Act, Channel, NewAct, Refusal, Way
from crm.consent.pace import Rhythm
from crm.foundation.signing import TokenPurpose
from crm.people import contacts, households, links
from crm.values.calendar import brussels_day
from crm.values.email_address import EmailAddress
from tests.web.supporters import Site, words_of

MARIE = "marie@exemple.be"


@pytest.fixture
def site(assembly: Assembly) -> Site:
    made = Site.open(assembly)
    made.subscribe(MARIE, "news", "urgent")
    return made


def _refusal(site: Site, purpose: str = "news") -> Refusal | None:
    with site.assembly.database.reading() as session:
        return gate.verdict_of(session, site.person(MARIE).id, purpose, Channel.EMAIL, site.clock.now).refusal


def _ends(page: str) -> Sequence[str]:
    return re.findall(r'<option value="(\d{4}-\d\d-\d\d)"', page)


def test_a_pause_is_done_at_once_said_exactly_and_taken_back(site: Site) -> None:
    link = site.link(TokenPurpose.UNSUBSCRIBE, MARIE, delivery_id=41)
    until = _ends(site.client.get(link).text)[0]
    answer = site.client.post(link, data={"action": "pace", "until": until})
    assert "Pause : plus aucune lettre jusqu’au" in words_of(answer.text)
    assert "Les nouvelles" in answer.text
    assert (_refusal(site), _refusal(site, "urgent")) == (Refusal.PAUSED, Refusal.PAUSED)
    assert "C’était déjà noté" in site.client.post(link, data={"action": "pace", "until": until}).text
    with site.assembly.database.reading() as session:
        (said,) = paces.latest_events_of(session, site.person(MARIE).id, before=None, size=9)
        assert said.evidence == {"delivery": 41}
        assert {one.act for one in consent.standings(session, site.person(MARIE).id)} == {Act.GIVEN}
    site.client.post(link, data={"action": "pace", "rhythm": "every-letter", "until": ""})
    assert _refusal(site) is None


def test_whoever_confirms_a_letter_during_a_pause_is_told_when_letters_begin(site: Site) -> None:
    link = site.link(TokenPurpose.UNSUBSCRIBE, MARIE, delivery_id=41)
    site.client.post(link, data={"action": "withdraw"})
    site.client.post(link, data={"action": "pace", "until": _ends(site.client.get(link).text)[0]})
    site.fill_in(MARIE, "news")
    site.clock.later(minutes=1)
    answer = site.client.post(site.path(site.letters("confirm")[-1]))
    assert "C’est confirmé" in answer.text
    assert "Vos lettres sont en pause jusqu’au" in words_of(answer.text)


def test_whoever_is_paused_keeps_their_boxes_ticked_and_saving_changes_nothing(site: Site) -> None:
    site.client.post(
        site.link(TokenPurpose.UNSUBSCRIBE, MARIE), data={"action": "pace", "rhythm": Rhythm.MONTHLY.value}
    )
    assert _refusal(site) is Refusal.TOO_OFTEN
    link = site.link(TokenPurpose.PREFERENCES, MARIE)
    assert re.findall(r'value="(\w+)" checked', site.client.get(link).text) == ["news", "urgent"]
    typed = {"purpose": ["news", "urgent"], "first_name": "", "language": "fr", "rhythm": "monthly", "until": ""}
    assert "Rien n’a changé" in site.client.post(link, data=typed).text
    said = words_of(site.client.post(link, data=typed | {"rhythm": "every-letter"}).text)
    assert "Vous recevez de nouveau toutes les lettres que vous avez choisies." in said
    assert _refusal(site) is None


@pytest.mark.parametrize("wrong", [{"until": "2999-01-01"}, {"until": "demain"}, {"rhythm": "hourly"}, {"until": "²"}])
def test_a_pace_that_the_page_does_not_offer_changes_nothing(site: Site, wrong: dict[str, str]) -> None:
    answer = site.client.post(site.link(TokenPurpose.UNSUBSCRIBE, MARIE), data={"action": "pace"} | wrong)
    assert answer.status_code == 200
    assert _refusal(site) is None


def test_a_page_left_open_over_midnight_still_makes_its_pause(site: Site) -> None:
    link = site.link(TokenPurpose.UNSUBSCRIBE, MARIE)
    until = _ends(site.client.get(link).text)[-1]
    site.clock.later(days=1)
    site.client.post(link, data={"action": "pace", "until": until})
    assert _refusal(site) is Refusal.PAUSED


def test_a_pause_ends_by_itself_on_its_day(site: Site) -> None:
    link = site.link(TokenPurpose.UNSUBSCRIBE, MARIE)
    until = _ends(site.client.get(link).text)[0]
    site.client.post(link, data={"action": "pace", "until": until})
    while brussels_day(site.clock.now + timedelta(days=1)).isoformat() < until:
        site.clock.later(days=1)
    assert _refusal(site) is Refusal.PAUSED
    site.clock.later(days=1)
    assert _refusal(site) is None


@pytest.mark.parametrize(
    ("action", "left"),
    [("withdraw", ["urgent"]), ("withdraw-everywhere", ["urgent"]), ("withdraw-everything", [])],
)
def test_each_button_stops_exactly_what_it_says(site: Site, action: str, left: list[str]) -> None:
    answer = site.client.post(site.link(TokenPurpose.UNSUBSCRIBE, MARIE), data={"action": action})
    assert [code for code in ("news", "urgent") if site.allowed(code)] == left
    assert ("Les actions urgentes" in answer.text) is bool(left)
    assert (
        "C’était déjà fait"
        in site.client.post(site.link(TokenPurpose.UNSUBSCRIBE, MARIE), data={"action": action}).text
    )


def test_one_mailbox_is_left_and_the_other_goes_on_unless_all_are_meant(site: Site) -> None:
    """A mailbox at work and one at home, both signed up: the page asks which, and does only that."""
    work = "marie@travail.example"
    with site.assembly.database.transaction() as session:
        marie, addresses = site.person(MARIE), site.assembly.addresses
        point = contacts.add_email(session, addresses, EmailAddress.parse(work), person_id=marie.id, at=site.clock.now)
        yes = NewAct(person_id=marie.id, purpose="news", address_key=point.address_key, act=Act.GIVEN,
                     way=Way.CONFIRMATION, occurred_at=site.clock.now)  # fmt: skip
        consent.record(session, site.assembly.sealer, yes, at=site.clock.now)
    site.clock.later(days=1)
    assert site.allowed() == [MARIE]  # one letter a person, at the one they prefer
    link = site.link(TokenPurpose.UNSUBSCRIBE, MARIE)
    site.client.post(link, data={"action": "withdraw"})
    assert site.allowed() == [work]
    site.client.post(link, data={"action": "withdraw-everywhere"})
    assert (site.allowed(), site.allowed("urgent")) == ([], [MARIE])


def test_leaving_every_letter_takes_nobody_out_of_what_the_team_keeps(site: Site) -> None:
    """Neither a tag, nor a household, nor a segment of people: leaving is a word about letters alone."""
    marie = site.person(MARIE)
    with site.assembly.database.transaction() as session:
        tag = links.put_tag(session, "Grands donateurs", at=site.clock.now)
        links.tag(session, marie.id, tag.id, at=site.clock.now)
        home = households.found(session, [marie.id], at=site.clock.now)
    site.client.post(site.link(TokenPurpose.UNSUBSCRIBE, MARIE), data={"action": "withdraw-everything"})
    with site.assembly.database.reading() as session:
        assert [one.name for one in links.tags_of(session, [marie.id])[marie.id]] == ["Grands donateurs"]
        assert [one.person_id for one in households.get(session, home.id).members] == [marie.id]


def test_leaving_everywhere_overtakes_an_open_wish_and_a_fresh_confirmation_opens_one_address(site: Site) -> None:
    link = site.link(TokenPurpose.UNSUBSCRIBE, MARIE)
    site.client.post(link, data={"action": "withdraw-everything"})
    site.clock.later(days=1)
    site.client.post(link, data={"action": "take-back"})
    pending = site.path(site.letters("confirm")[-1])
    site.clock.later(minutes=1)
    site.client.post(link, data={"action": "withdraw-everywhere"})
    site.client.post(pending)
    assert site.allowed() == []
    site.clock.later(days=1)
    site.client.post(link, data={"action": "take-back"})
    site.clock.later(minutes=1)
    site.client.post(site.path(site.letters("confirm")[-1]))
    assert (site.allowed(), site.allowed("urgent")) == ([MARIE], [])
