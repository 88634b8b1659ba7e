"""The care desk, the tasks and what was said otherwise: what the screens do, keep, refuse and take back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.care import service as care
from crm.care.model import TaskView
from crm.people import contacts, differences
from crm.people import service as people
from crm.people.model import DifferenceState, Person
from crm.staff.model import Role
from crm.values.identifiers import DifferenceId
from tests.conftest import NOW
from tests.web.conftest import Browser
from tests.web.supporters import Site, words_of
from tests.web.test_person_page import questions
from tests.web.whole_database import digest

Open = Callable[..., Browser]
MARIE = "marie@exemple.be"
LOGGED = {
    "kind": "call",
    "direction": "in",
    "summary": "N’a pas reçu le magazine.",
    "outcome": "Adresse vérifiée.",
    "promise": "Renvoyer le magazine",
    "due_on": "2026-11-30",
    "assignee": "",
}


@pytest.fixture
def site(assembly: Assembly) -> Site:
    return Site.open(assembly)


@pytest.fixture
def marie(site: Site, assembly: Assembly) -> Person:
    """Marie Dupont, who gets the news."""
    person = site.subscribe(MARIE, "news")
    with assembly.database.transaction() as session:
        people.edit(session, person.id, first_name="Marie", last_name="Dupont")
    return site.person(MARIE)


def pressed(page: str) -> tuple[str, dict[str, str]]:
    """Where « Annuler » of the notice goes, and its field."""
    notice = page.partition("data-notice")[2]
    action = re.search(r'action="([^"]+)"', notice)
    field = re.search(r'name="(?!csrf)([^"]+)" value="([^"]*)"', notice)
    assert action is not None
    return action[1].replace("&amp;", "&"), {field[1]: field[2]} if field else {}


def test_a_person_is_found_by_post_and_opened(marie: Person, browser: Open) -> None:
    someone, here = browser(Role.CARE), {"HX-Request": "true"}
    assert "Guichet" in someone.get("/office/care").text
    for typed in ("dup", MARIE, marie.member_number):
        found = someone.post("/office/care/find", {"q": typed}, headers=here).text
        assert f'href="/office/care/{marie.id}"' in found
    assert "Personne ne répond" in someone.post("/office/care/find", {"q": "zzz"}, headers=here).text
    assert someone.post("/office/care/find", {"q": "dup"}).headers["Location"] == f"/office/care/{marie.id}"
    assert someone.get(f"/office/care/{marie.id}").status_code == 200
    assert someone.get("/office/care/999").status_code == 404


def test_a_contact_is_logged_with_its_promise_and_taken_back(marie: Person, assembly: Assembly, browser: Open) -> None:
    someone, desk = browser(Role.CARE), f"/office/care/{marie.id}"
    answer = someone.post(f"{desk}/log", LOGGED)
    assert (answer.status_code, answer.headers["Location"]) == (303, desk)
    shown = someone.get(desk).text
    for words in ("N’a pas reçu le magazine.", "Adresse vérifiée.", "Renvoyer le magazine", "lun. 30 nov. 2026"):
        assert words in shown
    with assembly.database.reading() as session:
        entry = audit.latest(session, subject="person", subject_id=marie.id)[0]
    assert (entry.action, dict(entry.facts)) == ("care.log", {"kind": "call", "complaint": "", "promise": True})
    action, field = pressed(shown)
    assert someone.post(action, field).headers["Location"] == desk
    again = someone.get(desk).text
    assert "Renvoyer le magazine" not in again.partition('id="promises"')[2].partition("</section>")[0]
    action, field = pressed(again)
    someone.post(action, field)
    assert "Renvoyer le magazine" in someone.get(f"/office/supporters/{marie.id}").text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"summary": " "}, "summary"),
        ({"promise": "x" * 201}, "promise"),
        ({"due_on": "31/02/2027"}, "due_on"),
        ({"happened_on": "2027-01-01"}, "happened_at"),
    ],
)
def test_what_is_refused_is_shown_again_as_it_was_typed(
    marie: Person, assembly: Assembly, browser: Open, wrong: dict[str, str], field: str
) -> None:
    someone, before = browser(Role.CARE), digest(assembly)
    answer = someone.post(f"/office/care/{marie.id}/log", LOGGED | wrong)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert (wrong.get("summary") or LOGGED["summary"]) in answer.text
    assert digest(assembly) == before


def test_a_draft_outlives_the_session(marie: Person, assembly: Assembly, browser: Open) -> None:
    someone, desk = browser(Role.CARE), f"/office/care/{marie.id}"
    someone.post(f"{desk}/draft", {**LOGGED, "summary": "Elle me dit que"})
    someone.post("/office/sign-out")
    assert someone.post(f"{desk}/draft", {"summary": "perdu"}).headers["Location"].startswith("/office/sign-in")
    with assembly.database.reading() as session:
        kept = care.draft(session, account_id=someone.account.id, person_id=marie.id)
    assert kept is not None
    assert kept.fields["summary"] == "Elle me dit que"
    other = browser(Role.CARE)
    assert "Elle me dit que" not in other.get(desk).text
    other.post(f"{desk}/draft", {"summary": "À moi"})
    assert "Votre brouillon" in other.get(desk).text
    assert "brouillon" in other.get("/office/care").text
    other.post(f"{desk}/draft/drop")
    assert "Votre brouillon" not in other.get(desk).text


def test_the_desk_asks_as_many_questions_for_much_as_for_little(
    marie: Person, assembly: Assembly, browser: Open
) -> None:
    someone, desk = browser(Role.CARE), f"/office/care/{marie.id}"
    counts = []
    for _ in range(2):
        for _ in range(3):
            someone.post(f"{desk}/log", {**LOGGED, "complaint": "yes"})
            someone.post(f"/office/supporters/{marie.id}/notes/new", {"text": "Une note"})
        someone.get(desk)
        counts.append(questions(assembly, someone, desk))
    assert counts[0] == counts[1] <= 60


def test_tasks_are_added_given_done_and_taken_back(marie: Person, assembly: Assembly, browser: Open) -> None:
    someone, other = browser(Role.CARE), browser(Role.FUNDRAISER)
    assert "Rien ne vous attend" in someone.get("/office/tasks").text
    assert someone.post("/office/tasks/new", {"title": " "}).status_code == 422
    given = {"title": "Appeler Marie", "due_on": "2026-11-20", "assignee": "", "person_id": str(marie.id)}
    assert someone.post("/office/tasks/new", given).status_code == 303
    with assembly.database.reading() as session:
        task = care.tasks(session, TaskView.EVERYBODY, account_id=someone.account.id, today=NOW.date())[0]
    assert "en retard depuis" in other.get("/office/tasks?view=late").text
    assert "Une tâche est en retard" in other.get("/office").text
    other.post(f"/office/tasks/{task.id}/take")
    assert "Appeler Marie" in other.get("/office/tasks").text
    assert "Appeler Marie" not in someone.get("/office/tasks").text
    changed = {"title": "Rappeler Marie", "due_on": "", "assignee": str(someone.account.id)}
    assert other.get(f"/office/tasks/{task.id}/edit").status_code == 200
    other.post(f"/office/tasks/{task.id}/edit", changed)
    assert other.post(f"/office/tasks/{task.id}/edit", {**changed, "due_on": "x"}).status_code == 422
    someone.post(f"/office/tasks/{task.id}/done")
    assert "C’était déjà fait." in other.post(f"/office/tasks/{task.id}/done", follow_redirects=True).text
    assert "Rappeler Marie" in someone.get("/office/tasks?view=done").text
    someone.post(f"/office/tasks/{task.id}/reopen")
    someone.post(f"/office/tasks/{task.id}/remove")
    action, field = pressed(someone.get("/office/tasks").text)
    someone.post(action, field)
    assert "Rappeler Marie" in someone.get("/office/tasks").text
    assert browser(Role.EDITOR).get("/office/tasks").status_code == 403


def test_notes_are_written_on_the_page_and_pinned(marie: Person, assembly: Assembly, browser: Open) -> None:
    someone, page = browser(Role.CARE), f"/office/supporters/{marie.id}"
    assert someone.post(f"{page}/notes/new", {"text": ""}).status_code == 422
    someone.post(f"{page}/notes/new", {"text": "Malentendante\n<b>écrire</b>", "pinned": "on"})
    shown = someone.get(page).text
    assert "&lt;b&gt;écrire&lt;/b&gt;" in shown
    assert "épinglée" in shown
    note = re.search(r"/notes/(\d+)/edit", shown)
    assert note is not None
    assert "Malentendante" in someone.get(f"{page}/notes/{note[1]}/edit").text
    someone.post(f"{page}/notes/{note[1]}/edit", {"text": "Malentendante"})
    someone.post(f"{page}/notes/{note[1]}/remove")
    action, field = pressed(someone.get(page).text)
    someone.post(action, field)
    assert "Malentendante" in someone.get(page).text
    with assembly.database.reading() as session:
        facts = {entry.action: dict(entry.facts) for entry in audit.latest(session, subject="person")}
    assert facts["care.note"] == {"note": int(note[1])}


def test_complaints_are_closed_from_the_desk(marie: Person, browser: Open) -> None:
    someone, desk = browser(Role.CARE), f"/office/care/{marie.id}"
    someone.post(f"{desk}/log", {**LOGGED, "complaint": "yes"})
    assert "Une plainte attend une réponse" in someone.get("/office").text
    shown = someone.get(desk).text
    close = re.search(r"/office/care/contacts/\d+/close", shown)
    assert close is not None
    someone.post(close[0], {"desk": "yes"})
    shown = someone.get(desk).text
    assert "Plainte réglée" in shown
    action, field = pressed(shown)
    someone.post(action, field)
    assert "Plainte ouverte" in someone.get(desk).text


def test_several_letters_are_stopped_at_once_because_they_asked(
    marie: Person, site: Site, assembly: Assembly, browser: Open
) -> None:
    someone, page = browser(Role.CARE), f"/office/supporters/{marie.id}/stop"
    assert "Les nouvelles" in someone.get(page).text
    for wrong in ({}, {"purpose": "news"}, {"asked": "phone"}, {"purpose": "news", "asked": "x"}):
        assert someone.post(page, wrong).status_code == 422
    assert site.allowed() == [MARIE]
    someone.post(page, {"purpose": "news", "asked": "phone"})
    assert site.allowed() == []
    assert "il n’y a rien à arrêter" in someone.get(page).text


def test_letters_leave_again_once_a_day(marie: Person, site: Site, assembly: Assembly, browser: Open) -> None:
    someone = browser(Role.CARE)
    site.fill_in("jean@exemple.be", "news")
    site.clock.later(days=1)
    jean = site.person("jean@exemple.be")
    page, point = f"/office/supporters/{jean.id}/resend", jean.contact_points[0].id
    assert "Les nouvelles" in someone.get(page).text
    before = len(site.letters("confirm"))
    for _ in range(2):
        someone.post(f"{page}/confirmation/{point}")
    assert len(site.letters("confirm")) == before + 1
    assert someone.post(f"{page}/confirmation/999").status_code == 404
    sent = site.letters("welcome")[0]
    other = f"/office/supporters/{marie.id}/resend"
    assert someone.post(f"{page}/mail/{sent.id}").status_code == 404
    for _ in range(2):
        someone.post(f"{other}/mail/{sent.id}")
    again = site.letters("again")
    assert [letter.address for letter in again] == [MARIE]
    assert "/w/" in again[0].values["web_url"]


def noted(assembly: Assembly, marie: Person, field: str, said: dict[str, str]) -> DifferenceId:
    with assembly.database.transaction() as session:
        one = differences.note(
            session,
            marie.id,
            field=field,
            held={"text": "x"},
            said=said,
            source="self-service",
            statement={"message": "Voici"},
            at=NOW - timedelta(days=2),
        )
    return one.id


SAID = (
    ("first_name", {"text": "Marie-Lou"}, "Marie-Lou"),
    ("last_name", {"last_name": "Delvaux"}, "Delvaux"),
    ("title", {"text": "madam"}, "Madame"),
    ("language", {"text": "nl"}, "néerlandais"),
    ("birth_on", {"text": "1956-11-23"}, "23 novembre 1956"),
    ("email", {"value": "m@exemple.be"}, "m@exemple.be"),
    ("phone", {"value": "0470123456"}, "+32 470 12 34 56"),
    ("address", {"street": "Rue de Fer", "number": "4", "postcode": "5000", "locality": "Namur"}, "5000 NAMUR"),
    ("address", {"text": "Rue de Fer 4, 5000 Namur"}, "5000 NAMUR"),
)


TRACES = ("audit_entry", "person_change", "segment_stale", "person_changed")
"""Tables in which what was taken back leaves its trace."""


@pytest.mark.parametrize(("field", "said", "shown"), SAID, ids=[f"{field}-{n}" for n, (field, *_) in enumerate(SAID)])
def test_what_was_said_is_taken_and_taken_back(
    marie: Person, assembly: Assembly, browser: Open, field: str, said: dict[str, str], shown: str
) -> None:
    someone, number = browser(Role.CARE), noted(assembly, marie, field, said)
    before = {name: rows for name, rows in digest(assembly).items() if name not in TRACES}
    page = someone.get("/office/differences").text
    assert "Voici" in page
    assert "Une différence est à trancher" in someone.get("/office").text
    someone.post(f"/office/differences/{number}/take")
    assert shown in someone.get(f"/office/supporters/{marie.id}", headers={"HX-Request": "true"}).text
    with assembly.database.reading() as session:
        found = differences.find(session, number)
        assert found is not None
        assert (found.state, found.decided_by) == (DifferenceState.TAKEN, someone.account.id)
    action, fields = pressed(someone.get("/office/differences").text)
    assert fields == {}  # what is taken back is what was kept with the decision, whatever a form says
    someone.post(action, {"change": "0"})
    after = {name: rows for name, rows in digest(assembly).items() if name not in TRACES}
    assert after == before


def test_what_is_held_is_kept_and_two_colleagues_decide_once(marie: Person, assembly: Assembly, browser: Open) -> None:
    someone, other = browser(Role.CARE), browser(Role.CARE)
    number = noted(assembly, marie, "last_name", {"text": "Delvaux"})
    someone.post(f"/office/differences/{number}/keep")
    assert "Quelqu’un a déjà décidé." in other.post(f"/office/differences/{number}/take", follow_redirects=True).text
    with assembly.database.reading() as session:
        found = people.find_person(session, marie.id)
        assert found is not None
        assert found.last_name == "Dupont"
    assert "Tout concorde" in other.get("/office/differences").text


@pytest.mark.parametrize(
    ("field", "said"),
    [("phone", {"text": "12"}), ("birth_on", {"text": "x"}), ("title", {"text": "x"}), ("shoes", {"text": "42"})],
)
def test_what_cannot_be_written_waits_for_a_hand(
    marie: Person, assembly: Assembly, browser: Open, field: str, said: dict[str, str]
) -> None:
    someone, number = browser(Role.CARE), noted(assembly, marie, field, said)
    before = digest(assembly)
    answer = someone.post(f"/office/differences/{number}/take", follow_redirects=True)
    assert "ne peut pas être écrit tel quel" in answer.text
    assert digest(assembly) == before
    assert "Marie" in words_of(someone.get("/office/differences").text)


@pytest.mark.parametrize(
    ("field", "told"),
    [("number", "fusionnez les deux fiches"), ("organisation_name", "liez-la à la bonne organisation")],
)
def test_what_has_no_place_on_the_record_shows_no_button_and_says_what_to_do(
    marie: Person, assembly: Assembly, browser: Open, field: str, told: str
) -> None:
    someone, number = browser(Role.CARE), noted(assembly, marie, field, {"text": "Amis de Namur"})
    for page in ("/office/differences", f"/office/supporters/{marie.id}"):
        shown = someone.get(page).text
        assert told in shown
        assert f"/office/differences/{number}/take" not in shown
        assert f"/office/differences/{number}/keep" in shown
    before = digest(assembly)
    assert told in someone.post(f"/office/differences/{number}/take", follow_redirects=True).text
    assert digest(assembly) == before


def test_a_decision_whose_writing_can_no_longer_be_taken_back_stands(
    marie: Person, assembly: Assembly, browser: Open
) -> None:
    someone, number = browser(Role.CARE), noted(assembly, marie, "first_name", {"text": "Marie-Lou"})
    someone.post(f"/office/differences/{number}/take")
    with assembly.database.transaction() as session:
        people.edit(session, marie.id, first_name="Marilou")
    assert someone.post(f"/office/differences/{number}/reopen").status_code == 409
    with assembly.database.transaction() as session:
        found = differences.find(session, number)
        assert (found and found.state, people.people(session, [marie.id])[marie.id].first_name) == (
            DifferenceState.TAKEN,
            "Marilou",
        )
        again = people.edit(session, marie.id, first_name="Marie-Lou")
        assert again == {"first_name"}
        said = {"text": "Marie-Lou"}
        same = differences.note(session, marie.id, field="first_name", held={}, said=said, source="x", at=NOW)
    for step in ("take", "reopen"):
        someone.post(f"/office/differences/{same.id}/{step}")
    with assembly.database.reading() as session:
        found = differences.find(session, same.id)
        assert (found and found.state, found and found.change_id) == (DifferenceState.OPEN, None)


def test_an_address_that_was_said_ends_the_old_one(marie: Person, assembly: Assembly, browser: Open) -> None:
    number = noted(assembly, marie, "address", {"text": "Rue de Fer 4, 5000 Namur"})
    browser(Role.CARE).post(f"/office/differences/{number}/take")
    with assembly.database.reading() as session:
        home = contacts.addresses_of(session, [marie.id])[marie.id][0]
    assert (home.address.street, home.address.number, home.address.postcode) == ("Rue de Fer", "4", "5000")
    assert home.is_primary


def test_a_pause_and_a_rhythm_are_noted_because_they_asked(
    marie: Person, site: Site, assembly: Assembly, browser: Open
) -> None:
    someone, page = browser(Role.CARE), f"/office/supporters/{marie.id}/pace"
    until = re.findall(r'value="(\d{4}-\d\d-\d\d)"', someone.get(page).text)[0]
    right = {"rhythm": "monthly", "until": until, "asked": "phone"}
    for wrong in ({"asked": "x"}, {"rhythm": "hourly"}, {"until": "2999-01-01"}):
        assert someone.post(page, right | wrong).status_code == 422
    assert site.allowed() == [MARIE]
    someone.post(page, right)
    assert site.allowed() == []
    for place in (f"/office/supporters/{marie.id}", f"/office/care/{marie.id}"):
        shown = someone.get(place).text
        assert "En pause jusqu’au" in shown
        assert "au plus une lettre par mois" in shown
    someone.post(page, {"rhythm": "every-letter", "until": "", "asked": "phone"})
    assert site.allowed() == [MARIE]
    someone.post(page, right | {"channel": "post", "until": "", "rhythm": "quarterly"})
    assert site.allowed() == [MARIE]  # what is said of paper holds no mail back
    for place in (f"/office/supporters/{marie.id}", f"/office/care/{marie.id}"):
        assert "Rythme demandé sur papier" in someone.get(place).text
    for channel, chosen in (("post", "quarterly"), ("email", "every-letter")):
        assert f'value="{chosen}" checked' in someone.get(f"{page}?channel={channel}").text
