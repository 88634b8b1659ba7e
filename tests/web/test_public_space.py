"""One's own space: in by a link that serves once, out after an hour, and nothing of anybody else's in between."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.audit.model import Wanted
from crm.consent import interests
from crm.people import contacts, differences, taking
from crm.people import service as people
from crm.people.model import NewPerson, Person
from crm.privacy import service as privacy
from crm.privacy.model import RequestKind, RequestWay
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
from crm.visits import service as visits
from tests.conftest import NOW
from tests.web.supporters import Site, hidden, words_of
from tests.web.test_public_interests import site as _site
from tests.web.whole_database import digest

MARIE = "marie@exemple.be"
site = _site


def ask(site: Site, email: str = MARIE) -> str:
    """Asks for a link; the page it answers with."""
    return site.client.post("/mon-espace?lang=fr", data={"email": email}).text


def link(site: Site) -> str:
    """The link of the latest letter."""
    return site.path(site.letters("visit")[-1])


def go_in(site: Site) -> str:
    """Asks, opens the letter, presses the button; the space."""
    ask(site)
    answer = site.client.post(link(site))
    assert answer.status_code == 303
    return site.client.get(answer.headers["Location"]).text


def test_the_same_answer_whoever_is_known(site: Site) -> None:
    known, before = ask(site), digest(site.assembly)
    unknown = ask(site, "inconnue@exemple.be")
    assert unknown.replace("inconnue@exemple.be", MARIE) == known
    assert digest(site.assembly) == before
    assert len(site.letters("visit")) == 1
    for _ in range(9):
        assert ask(site) == known
    assert len(site.letters("visit")) == 5
    assert site.client.post("/mon-espace", data={"email": "x"}).status_code == 422


def test_a_link_is_looked_at_as_often_as_one_likes_and_lets_in_once(site: Site) -> None:
    ask(site)
    first, before = link(site), digest(site.assembly)
    for _ in range(3):
        assert "Entrer" in site.client.get(first).text
    assert digest(site.assembly) == before
    answer = site.client.post(first)
    cookie = answer.headers["Set-Cookie"]
    assert [part in cookie for part in ("HttpOnly", "SameSite=Lax", "Path=/")] == [True] * 3
    assert MARIE in site.client.get("/mon-espace").text
    assert [site.client.get(first).status_code, site.client.post(first).status_code] == [404, 404]
    ask(site)
    site.clock.later(minutes=31)
    assert site.client.post(link(site)).status_code == 404
    site.clock.later(minutes=31)
    over = site.client.get("/mon-espace").text
    assert (MARIE in over, "Votre visite est terminée" in over) == (False, True)
    for forged in ("x", site.assembly.links.sign("confirm", 1), site.assembly.links.sign("visit", "1")):  # type: ignore[arg-type]
        assert site.client.post(f"/mon-espace/{forged}").status_code == 404


def test_what_one_sees_changes_and_takes_along(site: Site) -> None:
    shown = go_in(site)
    assert "Vous avez dit oui à « Les nouvelles »." in words_of(shown)
    assert "par le lien de confirmation" in words_of(shown)
    number = site.person(MARIE).member_number
    assert f"Numéro de membre {number[:-2]}-{number[-2:]}" in words_of(shown)
    csrf, before = hidden(shown, "csrf"), digest(site.assembly)
    moved = {"street": "Rue Neuve", "number": "3", "postcode": "4000", "locality": "Liège", "country": "BE"}
    for action in ("adresse", "coordonnees", "oubli", "sujets"):
        assert MARIE not in site.client.post(f"/mon-espace/{action}", data=moved | {"csrf": "x"}).text
        assert site.client.get(f"/mon-espace/{action}", follow_redirects=True).status_code == 200
    assert site.client.post("/mon-espace/adresse", data={"csrf": csrf, "country": "BE"}).status_code == 422
    assert digest(site.assembly) == before
    person = site.person(MARIE)
    assert "relit votre nouvelle adresse" in site.client.post("/mon-espace/adresse", data=moved | {"csrf": csrf}).text
    typed = {"csrf": csrf, "choice": ["country:iran"], "agreed": "yes"}
    assert site.client.post("/mon-espace/sujets", data=typed).text.count(" checked") == 1
    assert site.client.get("/mon-espace/sujets").text.count(" checked") == 1
    for _ in range(2):
        assert "23/12/2026" in site.client.post("/mon-espace/oubli?lang=fr", data={"csrf": csrf}).text.replace(
            "24 décembre 2026", "23/12/2026"
        )
    with site.assembly.database.reading() as session:
        [waiting] = differences.open_of(session, person.id)
        assert (waiting.said["street"], waiting.statement) == ("Rue Neuve", moved)
        assert [one.code for one in interests.interests_of(session, person.id)] == ["iran"]
        (asked,) = privacy.requests_of(session, {person.id})
        assert (asked.kind, asked.way) == (RequestKind.ERASURE, RequestWay.WEB)
    file = site.client.get("/mon-espace/mes-donnees.json")
    found = json.loads(file.text)
    assert "attachment" in file.headers["Content-Disposition"]
    assert (found["reach"][0]["value"], found["interests"]) == (MARIE, [{"kind": "country", "code": "iran"}])
    assert [one["act"] for one in found["choices"]] == ["requested", "given", "given"]
    site.client.post("/mon-espace/sujets", data={"csrf": csrf, "action": "forget"})
    site.client.post("/mon-espace/sortir", data={"csrf": csrf})
    assert MARIE not in site.client.get("/mon-espace").text
    assert "application/json" not in site.client.get("/mon-espace/mes-donnees.json").content_type


def test_what_one_corrects_is_written_where_we_had_nothing_and_else_waits_for_a_colleague(site: Site) -> None:
    csrf, marie = hidden(go_in(site), "csrf"), site.person(MARIE)
    assert (marie.first_name, marie.last_name, marie.phones) == ("", "", ())

    def correct(**said: str) -> str:
        return site.client.post("/mon-espace/coordonnees?lang=fr", data=said | {"csrf": csrf}).text

    def waiting() -> dict[str, str]:
        with site.assembly.database.reading() as session:
            return {one.field: one.said["text"] for one in differences.open_of(session, marie.id)}

    before = digest(site.assembly)
    wrong = correct(first_name="http://x", last_name="<b>", phone="12", email="x@")
    assert [f'id="{name}-error"' in wrong for name in ("first_name", "last_name", "phone", "email")] == [True] * 4
    assert "C’est noté" not in correct(first_name="", last_name="", phone="", email=MARIE)
    assert digest(site.assembly) == before
    assert "C’est noté" in correct(first_name=" Marie ", last_name="Dupont", phone="0475 11 22 33", email=MARIE)
    marie = site.person(MARIE)
    assert (marie.full_name, [one.value for one in marie.phones]) == ("Marie Dupont", ["+32475112233"])
    assert waiting() == {}
    with site.assembly.database.reading() as session:
        [noted] = audit.entries(session, Wanted(action="supporter.own-words"))
    assert (noted.account_id, noted.facts) == (None, {"fields": ["first_name", "last_name", "phone"]})

    for word in ("Dupond", "Dubois"):
        shown = correct(first_name="Marie", last_name=word, phone="0475112299", email="autre@exemple.be")
        assert (f"relu : {word}" in words_of(shown), "Marie Dupont" in words_of(shown)) == (True, True)
    laid = {"last_name": "Dubois", "phone": "+32475112299", "email": "autre@exemple.be"}
    assert (waiting(), site.person(MARIE)) == (laid, marie)
    shown = site.client.get("/mon-espace?lang=fr").text
    assert [f'value="{word}"' in shown for word in ("Dubois", "+32 475 11 22 99", "autre@exemple.be")] == [True] * 3
    correct(first_name="Marie", last_name="Dupont", phone="0475 11 22 33", email=MARIE)
    assert waiting() == {}
    correct(first_name="Marie", last_name="Dubois", phone="0475112299", email="autre@exemple.be")
    assert waiting() == laid
    with site.assembly.database.transaction() as session:
        typed = {one.field: one.statement for one in differences.open_of(session, marie.id)}
        assert (typed["last_name"], typed["phone"]) == ({"last_name": "Dubois"}, {"phone": "0475112299"})
        for one in differences.open_of(session, marie.id):
            taking.take(session, site.assembly.addresses, one, at=NOW)
    marie = site.person(MARIE)
    assert (marie.full_name, [one.value for one in marie.phones]) == ("Marie Dubois", ["+32475112233", "+32475112299"])
    assert [one.value for one in marie.emails] == [MARIE, "autre@exemple.be"]


def test_an_address_is_corrected_where_it_was_shown_and_ends_no_other(site: Site, assembly: Assembly) -> None:
    marie = site.person(MARIE)
    home = PostalAddress.parse(street="Rue Haute", number="12", postcode="1000", locality="Bruxelles")
    sea = PostalAddress.parse(street="Zeedijk", number="100", postcode="8400", locality="Oostende")
    facts = {"person_id": marie.id, "at": NOW}
    with assembly.database.transaction() as session:
        contacts.add_address(session, assembly.addresses, home, **facts)  # type: ignore[arg-type] # two facts
        always = {"season": ("01-01", "12-31"), "is_primary": False}
        there = contacts.add_address(session, assembly.addresses, sea, **facts, **always)  # type: ignore[arg-type] # four
    shown = go_in(site)
    csrf = hidden(shown, "csrf")
    assert ("Rue Haute 12" in shown, "au 31 décembre" in words_of(shown)) == (True, True)

    def say(number: str, box: str = "") -> str:
        typed = {"street": "Zeedijk", "number": number, "box": box, "postcode": "8400", "locality": "Oostende"}
        data = typed | {"country": "BE", "csrf": csrf, "abode": str(there.id)}
        return site.client.post("/mon-espace/adresse?lang=fr", data=data).text

    assert "relit votre nouvelle adresse" in say("101")
    assert 'value="101"' in site.client.get(f"/mon-espace?lang=fr&abode={there.id}").text
    assert "déjà l’adresse" in say("100")
    say("102")
    with assembly.database.transaction() as session:
        [waiting] = differences.open_of(session, marie.id)
        [held] = taking.held_now(session, [waiting]).values()
        taking.take(session, assembly.addresses, waiting, at=NOW)
        found = [(one.address.number, one.is_primary) for one in contacts.addresses_of(session, [marie.id])[marie.id]]
    assert (held["number"], found) == ("100", [("12", True), ("102", False)])


def test_a_mailbox_of_two_asks_which_of_them_it_is(site: Site, assembly: Assembly) -> None:
    marie = site.person(MARIE)
    with assembly.database.transaction() as session:
        jean = _neighbour(session, assembly, "Jean")
        home = PostalAddress.parse(street="Rue Basse", number="1", postcode="5000", locality="Namur")
        contacts.add_address(session, assembly.addresses, home, person_id=jean.id, source="test", at=NOW)
        people.set_birth(session, jean.id, date(1970, 2, 3), today=NOW.date())
        people.edit(session, jean.id, language=Language.NL)
    ask(site)
    first = link(site)
    assert "Plusieurs personnes" in site.client.get(first).text
    unknown = site.client.post(first, data={"number": "999999"}).text
    wrong = site.client.post(first, data={"postcode": "5000", "year": "1971"}).text
    assert wrong == unknown
    assert "pas reconnu" in wrong
    entered = site.client.post(first, data={"postcode": " 5000", "year": "1970"})
    assert (entered.status_code, entered.headers["Location"]) == (303, "/mon-espace?lang=nl")
    shown = site.client.get("/mon-espace?lang=fr").text
    assert (re.search(r"<h1>([^<]*)</h1>", shown) or [""])[0] == "<h1>Bonjour Jean</h1>"
    assert marie.id != jean.id
    ask(site)
    second = link(site)
    for _ in range(5):
        assert site.client.post(second, data={"number": "1"}).status_code == 422
    assert site.client.post(second, data={"postcode": "5000", "year": "1970"}).status_code == 404
    with assembly.database.transaction() as session:
        seen = visits.ask(session, marie.emails[0].address_key, at=NOW)
        assert seen is not None
        assert [visits.may_guess(session, seen) for _ in range(7)] == [True] * 5 + [False] * 2


def _neighbour(session: object, assembly: Assembly, name: str) -> Person:
    new = NewPerson(email=EmailAddress.parse(MARIE), language=Language.FR, first_name=name)
    return people.add(session, assembly.addresses, new, at=NOW)  # type: ignore[arg-type] # a session of the fixture


@pytest.mark.parametrize("agent", ["Mozilla/5.0", "Barracuda", ""])
def test_programs_that_open_every_link_change_nothing(site: Site, agent: str) -> None:
    ask(site)
    first, before = link(site), digest(site.assembly)
    for address in (first, "/mon-espace", "/mon-espace/sujets", "/mon-espace/mes-donnees.json", "/mon-espace/oubli"):
        for method in ("GET", "HEAD"):
            assert site.client.open(address, method=method, headers={"User-Agent": agent}).status_code in {200, 303}
    assert digest(site.assembly) == before
