"""The office's pages about people: who may look, what they show, what they write down."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import event, update

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.consent import service as consent
from crm.consent.model import Act, SuppressionCause, Way
from crm.people import service as people
from crm.people.model import NewPerson, Person
from crm.people.tables import PersonRow
from crm.staff.model import Role
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from tests.conftest import NOW
from tests.web.conftest import Browser
from tests.web.supporters import Site, words_of
from tests.web.whole_database import digest

Open = Callable[..., Browser]
MARIE = "marie@exemple.be"


@pytest.fixture
def marie(assembly: Assembly) -> Person:
    """Marie, who gets the news and has a mail or two."""
    site = Site.open(assembly)
    person = site.subscribe(MARIE, "news")
    with assembly.database.transaction() as session:
        people.edit(session, person.id, first_name="Marie", last_name="Dûbois")
    return site.person(MARIE)


def test_only_those_who_look_after_people_see_them(marie: Person, browser: Open) -> None:
    page = f"/office/supporters/{marie.id}"
    for address in ("/office/supporters", page, f"{page}/edit", f"{page}/withdraw/2"):
        assert browser(Role.EDITOR).get(address).status_code == 403
        assert browser(Role.CARE).get(address).status_code == 200


def test_somebody_is_found_by_a_piece_of_a_name_or_address_and_never_by_url(
    marie: Person, browser: Open, assembly: Assembly
) -> None:
    someone = browser(Role.CARE)
    for typed in ("dubois MAR", "MARIE@exemple", MARIE):
        found = someone.post("/office/supporters/search", {"q": typed})
        assert found.status_code == 200
        assert "Marie Dûbois" in found.text
        assert "1 réponse" in found.text
        assert "1 soutien" in someone.post("/office/supporters/search", {"q": " "}).text
    with assembly.database.transaction() as session:
        for name in (*["Peters"] * 12, "Peeters"):
            new = NewPerson(language=Language.FR, first_name="Alma", last_name=name)
            people.add(session, assembly.addresses, new, at=NOW)
    exact = someone.post("/office/supporters/search", {"q": "Peters"}).text
    assert ("Peeters" in exact, "Chercher aussi les noms proches" in exact) == (False, True)
    nearby = someone.post("/office/supporters/search", {"q": "Peters", "near": "1"}).text
    assert ("Alma Peeters" in nearby, "Alma Peters" in nearby, "Revenir à ce qui a été tapé" in nearby) == (
        True, False, True,
    )  # fmt: skip
    assert "Personne ne répond à cela" in someone.post("/office/supporters/search", {"q": "personne"}).text
    assert 'method="get"' not in someone.get("/office/supporters").text.partition("<main")[2]


def test_a_person_s_page_shows_every_act_with_the_words_that_were_shown(
    marie: Person, assembly: Assembly, browser: Open
) -> None:
    with assembly.database.transaction() as session:
        key = marie.contact_points[0].address_key
        consent.suppress(session, address_key=key, cause=SuppressionCause.COMPLAINT, way=Way.COMPLAINT, at=NOW)
    said = words_of(browser(Role.CARE).get(f"/office/supporters/{marie.id}").text)
    for words in (
        "Marie",
        "Dûbois",
        MARIE,
        "A dit oui — Les nouvelles",
        "A demandé, reste à confirmer — Les nouvelles",
        "lien de confirmation",
        "Chaque semaine, ce qui s’est passé & ce que vous pouvez y faire.",
        "s’est plaint·e d’un mail",
        "version 1, français",
    ):
        assert words in said


def test_a_withdrawal_on_request_is_written_down_with_how_it_was_asked(
    marie: Person, assembly: Assembly, browser: Open
) -> None:
    someone = browser(Role.CARE)
    with assembly.database.reading() as session:
        stands = consent.standings(session, marie.id)[0]
    page = f"/office/supporters/{marie.id}/withdraw/{stands.event_id}"
    before = digest(assembly)
    assert MARIE in someone.get(page).text
    assert someone.post(page, {"asked": "elle m’a écrit"}).status_code == 422
    assert digest(assembly) == before
    answer = someone.post(page, {"asked": "phone"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/office/supporters/{marie.id}")
    with assembly.database.reading() as session:
        last = consent.history(session, marie.id)[-1]
        assert (last.act, last.way, last.evidence) == (Act.WITHDRAWN, Way.STAFF, {"asked": "phone"})
        entry = audit.latest(session, subject="person", subject_id=marie.id)[0]
        assert (entry.action, entry.account_id) == ("supporter.withdraw", someone.account.id)
        assert dict(entry.facts) == {"purpose": "news", "asked": "phone"}
    assert someone.post(page, {"asked": "phone"}).status_code == 404
    assert "par téléphone" in someone.get(f"/office/supporters/{marie.id}").text


def test_a_correction_leaves_a_trail_without_names(marie: Person, assembly: Assembly, browser: Open) -> None:
    someone, page = browser(Role.CARE), f"/office/supporters/{marie.id}/edit"
    wrong = someone.post(page, {"first_name": "http://x", "last_name": "Dubois", "language": "nl"})
    assert wrong.status_code == 422
    assert 'value="http://x"' in wrong.text
    someone.post(page, {"first_name": "Marie-Lou", "last_name": "Dubois", "language": "nl"})
    with assembly.database.reading() as session:
        found = people.find_person(session, marie.id)
        assert found is not None
        assert (found.full_name, found.language) == ("Marie-Lou Dubois", Language.NL)
        entry = audit.latest(session, subject="person", subject_id=marie.id)[0]
        assert dict(entry.facts) == {"fields": ["first_name", "language", "last_name"]}
    before = digest(assembly)
    someone.post(page, {"first_name": "Marie-Lou", "last_name": "Dubois", "language": "nl"})
    assert digest(assembly) == before


def test_a_merged_person_s_page_leads_to_who_they_are_today(marie: Person, assembly: Assembly, browser: Open) -> None:
    with assembly.database.transaction() as session:
        new = NewPerson(email=EmailAddress.parse("m@exemple.be"), language=Language.FR)
        other = people.add(session, assembly.addresses, new, at=NOW)
        session.execute(update(PersonRow).where(PersonRow.id == other.id).values(merged_into_id=marie.id))
    answer = browser(Role.CARE).get(f"/office/supporters/{other.id}")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/office/supporters/{marie.id}")
    assert browser(Role.CARE).get("/office/supporters/999").status_code == 404


def test_the_list_runs_as_many_queries_for_one_as_for_many(assembly: Assembly, browser: Open) -> None:
    site, someone = Site.open(assembly), browser(Role.CARE)
    counts = []
    for email in (MARIE, "jean@exemple.be", "noel@exemple.be"):
        site.subscribe(email, "news", "urgent")
        run: list[str] = []

        def note(*args: object, seen: list[str] = run) -> None:
            seen.append(str(args[2]))

        event.listen(assembly.database.engine, "before_cursor_execute", note)
        assert email in someone.get("/office/supporters").text
        event.remove(assembly.database.engine, "before_cursor_execute", note)
        counts.append(len(run))
    assert counts[0] == counts[1] == counts[2] <= 16
