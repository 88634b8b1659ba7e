"""One person's page: every room's panel, one timeline, a fixed number of questions, corrections one can take back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import event

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.consent import service as consent
from crm.consent.model import Act, NewAct, Purpose, Way
from crm.people import contacts, differences, households, links
from crm.people import service as people
from crm.people.model import ExternalId, FailureReason, NewPerson, Person, PersonKind, Sensitivity, TieKind, Usage
from crm.staff.model import Role
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from crm.values.postal_address import PostalAddress
from tests.conftest import NOW
from tests.web.conftest import Browser
from tests.web.supporters import words_of
from tests.web.whole_database import digest

Open = Callable[..., Browser]


@pytest.fixture
def marie(assembly: Assembly) -> Person:
    """Marie, of whom we know little."""
    with assembly.database.transaction() as session:
        purpose = Purpose(code="news", position=1, names={"fr": "Les nouvelles"}, promises={"fr": "Chaque semaine."})
        consent.put_purpose(session, purpose)
        new = NewPerson(
            language=Language.FR, first_name="Marie", last_name="Dupont", email=EmailAddress.parse("marie@exemple.be")
        )
        return people.add(session, assembly.addresses, new, at=NOW - timedelta(days=30))


def live(assembly: Assembly, marie: Person, *, times: int) -> None:
    """So many of everything that a file can hold."""
    with assembly.database.transaction() as session:
        for number in range(times):
            _once(assembly, session, marie, number)


def _once(assembly: Assembly, session: Any, marie: Person, number: int) -> None:
    facts: dict[str, Any] = {"person_id": marie.id, "at": NOW - timedelta(days=number), "source": "import"}
    point = contacts.add_email(session, assembly.addresses, EmailAddress.parse(f"m{number}@exemple.be"), **facts)
    contacts.add_phone(session, assembly.addresses, PhoneNumber.parse(f"0470 12 34 {number:02d}"), **facts)
    home = PostalAddress.parse(street="Rue Haute", number=str(number + 1), postcode="1000", locality="Bruxelles")
    abode = contacts.add_address(
        session, assembly.addresses, home, usage=Usage.HOLIDAY, season=("06-15", "09-15"), **facts
    )
    contacts.fail_address(session, abode.id, FailureReason.GONE, source="post", at=NOW)
    contacts.fail_point(session, point.id, FailureReason.FULL, source="bounce", at=NOW)
    new = NewPerson(language=Language.FR, first_name=f"Jean{number}", last_name="Maes")
    other = people.add(session, assembly.addresses, new, at=NOW)
    households.found(session, [marie.id, other.id], at=NOW)
    links.tie(session, marie.id, other.id, TieKind.RELATIVE, at=NOW)
    links.tag(session, marie.id, links.put_tag(session, f"Étiquette {number}", at=NOW).id, at=NOW)
    secret = links.put_tag(session, f"Secret {number}", at=NOW, sensitivity=Sensitivity.SENSITIVE)
    links.tag(session, marie.id, secret.id, at=NOW)
    links.add_external_id(session, marie.id, ExternalId(system="spip", value=f"s{number}"))
    differences.note(
        session, marie.id, field="last_name", held={"text": "Dupont"}, said={"text": f"D{number}"}, source="", at=NOW
    )
    act = NewAct(
        person_id=marie.id,
        purpose="news",
        address_key=point.address_key,
        act=Act.GIVEN,
        way=Way.STAFF,
        occurred_at=NOW,
    )
    consent.record(session, assembly.sealer, act, at=NOW)


def questions(assembly: Assembly, someone: Browser, address: str) -> int:
    """How many statements a page runs."""
    asked: list[str] = []

    def note(_c: Any, _cur: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(assembly.database.engine, "before_cursor_execute", note)
    assert someone.get(address).status_code == 200
    event.remove(assembly.database.engine, "before_cursor_execute", note)
    return len(asked)


def test_a_page_asks_as_many_questions_for_much_as_for_little(marie: Person, assembly: Assembly, browser: Open) -> None:
    someone, page = browser(Role.ADMINISTRATOR), f"/office/supporters/{marie.id}"
    live(assembly, marie, times=1)
    counts = [questions(assembly, someone, page)]
    live(assembly, marie, times=6)
    counts.append(questions(assembly, someone, page))
    assert counts[0] == counts[1] <= 64


def test_the_page_tells_all_that_is_known_and_keeps_what_is_sensitive(
    marie: Person, assembly: Assembly, browser: Open
) -> None:
    live(assembly, marie, times=1)
    said = words_of(browser(Role.CARE).get(f"/office/supporters/{marie.id}").text)
    for words in (
        "+32 470 12 34 00",
        "Rue Haute 1 1000 BRUXELLES",
        "chaque année du 15 juin au 15 septembre",
        "n’habite plus là",
        "Marie Dupont et Jean0 Maes",
        "de la famille de Jean0 Maes",
        "Étiquette 0",
        "Une étiquette sensible est masquée.",
        "spip s0",
        "Nom : D0",
        "A dit oui — Les nouvelles",
        "Bonjour Marie,",
    ):
        assert words in said
    assert "Secret" not in said


def test_the_timeline_is_read_page_by_page_and_by_kind(marie: Person, assembly: Assembly, browser: Open) -> None:
    live(assembly, marie, times=15)
    someone, address, seen = browser(Role.CARE), f"/office/supporters/{marie.id}/timeline", []
    while address:
        page = someone.get(address, headers={"HX-Request": "true"}).text
        seen += re.findall(r'timeline-title">([^<]+)', page)
        more = re.search(r'hx-get="([^"]*before[^"]*)"', page)
        address = unescape(more[1]) if more else ""
    assert len(seen) == 15 * 7 + 1
    assert seen[-1] == "Arrivée parmi nous"
    only = someone.get(f"/office/supporters/{marie.id}/timeline?kind=consent&before=nonsense").text
    assert set(re.findall(r'timeline-title">([^<]+)', only)) == {"A dit oui — Les nouvelles"}


def test_who_they_are_is_corrected_and_taken_back(marie: Person, assembly: Assembly, browser: Open) -> None:
    someone, page = browser(Role.CARE), f"/office/supporters/{marie.id}"
    before = digest(assembly)["person"]
    given = {
        "first_name": "Marie-Lou",
        "last_name": "Dupont",
        "title": "madam",
        "language": "nl",
        "greeting": "",
        "birth_on": "23/11/1956",
    }
    assert someone.post(f"{page}/edit", {**given, "birth_on": "31/02/1956"}).status_code == 422
    assert someone.post(f"{page}/edit", {**given, "greeting": "<b>"}).status_code == 422
    assert digest(assembly)["person"] == before
    answer = someone.post(f"{page}/edit", given)
    assert (answer.status_code, answer.headers["Location"]) == (303, page)
    with assembly.database.reading() as session:
        found = people.find_person(session, marie.id)
        assert found is not None
        assert (found.full_name, found.birth_on) == ("Marie-Lou Dupont", date(1956, 11, 23))
        entry = audit.latest(session, subject="person", subject_id=marie.id)[0]
        assert dict(entry.facts) == {"fields": ["birth_on", "first_name", "language", "title"]}
    shown = someone.get(page).text
    assert "Geachte mevrouw Dupont," in shown
    change = re.search(r'name="change" value="(\d+)"', shown)
    assert change is not None
    someone.post(f"{page}/undo", {"change": change[1]})
    assert digest(assembly)["person"] == before
    assert "C’était déjà annulé." in someone.post(f"{page}/undo", {"change": change[1]}, follow_redirects=True).text


def test_a_death_is_noted_with_tact_and_can_be_taken_back(marie: Person, assembly: Assembly, browser: Open) -> None:
    someone, page = browser(Role.CARE), f"/office/supporters/{marie.id}"
    assert "Rien n’est effacé" in someone.get(f"{page}/death").text
    assert someone.post(f"{page}/death", {"died_on": "01/01/2030"}).status_code == 422
    someone.post(f"{page}/death", {"died_on": "20/11/2026"})
    shown = words_of(someone.get(page).text)
    assert "Cette personne est décédée." in shown
    assert "Décès le 20 novembre 2026" in shown
    assert "Nous avons appris son décès" in shown
    someone.post(f"{page}/death/retract", {})
    with assembly.database.reading() as session:
        found = people.find_person(session, marie.id)
        assert found is not None
        assert (found.is_deceased, found.deceased_on) == (False, None)


def test_an_organisation_has_a_page_of_its_own_kind(assembly: Assembly, browser: Open) -> None:
    with assembly.database.transaction() as session:
        new = NewPerson(language=Language.FR, kind=PersonKind.ORGANISATION, organisation_name="Groupe d’Ixelles")
        group = people.add(session, assembly.addresses, new, at=NOW)
    said = words_of(browser(Role.CARE).get(f"/office/supporters/{group.id}").text)
    assert "Groupe d’Ixelles" in said
    assert "autre organisation" in said
