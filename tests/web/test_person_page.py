"""One person's page: every room's panel, one timeline, a fixed number of questions, corrections one can take back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from html import unescape
from tempfile import TemporaryFile
from typing import Any

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from crm.actions import service as actions
from crm.actions.model import CallKind, Deed, DeedKind, NewCall, NewRegistration, NewSignature
from crm.assembly import Assembly
from crm.audit import service as audit
from crm.consent import service as consent
from crm.consent.model import Act, NewAct, Purpose, Way
from crm.fundraising import exporting, freezing
from crm.fundraising.model import Arm, FileForm, NewCell
from crm.fundraising.tables import RecipientRow
from crm.people import contacts, differences, households, links
from crm.people import service as people
from crm.people.model import ExternalId, FailureReason, NewPerson, Person, PersonKind, Sensitivity, TieKind, Usage
from crm.plans import service as plans
from crm.plans.model import PlanState
from crm.plans.rules import state_on
from crm.staff.model import Role
from crm.values.email_address import EmailAddress
from crm.values.identifiers import PlanId
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from crm.values.postal_address import PostalAddress
from tests.conftest import NOW
from tests.fundraising.conftest import BY, appeal, furnish, person, segment
from tests.plans.conftest import Promise, promise
from tests.segments.conftest import give
from tests.web.conftest import Browser
from tests.web.supporters import words_of
from tests.web.whole_database import digest

__all__ = ["promise"]

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
    _act(session, marie, number)
    act = NewAct(
        person_id=marie.id,
        purpose="news",
        address_key=point.address_key,
        act=Act.GIVEN,
        way=Way.STAFF,
        occurred_at=NOW,
    )
    consent.record(session, assembly.sealer, act, at=NOW)


def _act(session: Session, marie: Person, number: int) -> None:
    """Signs a petition, comes to an event and writes a letter; signs, and that tells an opinion."""
    at = NOW - timedelta(days=number)
    for title, kind, sensitivity in (
        ("Pour le climat", CallKind.PETITION, Sensitivity.ORDINARY),
        ("Contre Zog", CallKind.PETITION, Sensitivity.SENSITIVE),
        ("Marche de Noël", CallKind.EVENT, Sensitivity.ORDINARY),
        ("Libérez Nadia", CallKind.URGENT_ACTION, Sensitivity.ORDINARY),
    ):
        new = NewCall(kind=kind, code=f"{title[:3].lower()}-{number}", title=f"{title} {number}", language=Language.FR,
                      sensitivity=sensitivity, starts_on=date(2026, 12, 5), place="Namur")  # fmt: skip
        call = actions.find_call(session, kind, code=new.code) or actions.put_call(session, new, at=at)
        if kind is CallKind.PETITION:
            actions.sign(session, NewSignature(petition_id=call.id, person_id=marie.id, signed_at=at), at=at)
        elif kind is CallKind.EVENT:
            actions.register(session, NewRegistration(event_id=call.id, person_id=marie.id, at=at, seats=2))
        else:
            actions.act(session, Deed(action_id=call.id, person_id=marie.id, kind=DeedKind.LETTER, done_at=at), at=at)


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
    assert counts[0] == counts[1] <= 70


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
        "1 pétition signée · 1 événement · 1 action urgente",
        "Pour le climat 0 · Pétition",
        "Marche de Noël 0 · Événement ○ Inscrit·e 5 décembre 2026 · Namur · 2 places",
        "Libérez Nadia 0 · Action urgente par lettre",
        "Une action dit une opinion : elle est masquée.",
    ):
        assert words in said, said
    assert "Secret" not in said
    assert "Zog" not in said


def test_the_head_says_since_when_whatever_room_knows_it(marie: Person, assembly: Assembly, browser: Open) -> None:
    """The record itself is of the day on which it was brought over."""
    page = f"/office/supporters/{marie.id}"
    someone = browser(Role.CARE)

    def head() -> str:
        found = re.search(r"Avec nous depuis le ([^<]+)<", someone.get(page).text)
        return found[1].strip() if found else ""

    assert head() == "24 octobre 2026"
    with assembly.database.transaction() as session:
        calls = [
            actions.put_call(
                session,
                NewCall(kind=CallKind.PETITION, code=one.value, title="…", language=Language.FR, sensitivity=one),
                at=NOW,
            ).id
            for one in (Sensitivity.ORDINARY, Sensitivity.SENSITIVE)
        ]  # fmt: skip
        for call_id, year in zip(calls, (2012, 2005), strict=True):
            signed_at = datetime(year, 3, 3, 12, tzinfo=UTC)
            actions.sign(session, NewSignature(petition_id=call_id, person_id=marie.id, signed_at=signed_at), at=NOW)
    assert head() == "3 mars 2012", "what tells an opinion does not tell since when either"
    with assembly.database.transaction() as session:
        act = NewAct(person_id=marie.id, purpose="news", address_key=marie.contact_points[0].address_key, act=Act.GIVEN,
                     way=Way.STAFF, occurred_at=datetime(2009, 5, 5, 12, tzinfo=UTC))  # fmt: skip
        consent.record(session, assembly.sealer, act, at=NOW)
    assert head() == "5 mai 2009"
    with assembly.database.transaction() as session:
        give(session, assembly, marie.id, 2500, date(1968, 6, 1))
    assert head() == "1er juin 1968"


def test_what_tells_an_opinion_is_shown_when_asked_for_and_the_look_is_noted(
    marie: Person, assembly: Assembly, browser: Open
) -> None:
    someone, page = browser(Role.CARE), f"/office/supporters/{marie.id}"
    assert someone.post(f"{page}/actions/reveal", {}).status_code == 404
    live(assembly, marie, times=2)
    past = words_of(someone.get(f"{page}/timeline?kind=actions").text)
    assert "Pétition · Pour le climat 1" in past
    assert "Zog" not in past
    said = words_of(someone.post(f"{page}/actions/reveal", {}, headers={"HX-Request": "true"}).text)
    assert "Contre Zog 0" in said
    assert "Contre Zog 1" in said
    assert "climat" not in said
    with assembly.database.reading() as session:
        [noted] = [one for one in audit.latest(session, subject="person") if one.action.endswith("actions-revealed")]
        assert (noted.subject_id, dict(noted.facts)) == (marie.id, {"count": 2})
    assert "Actions sensibles regardées" in words_of(someone.get(page).text)


def test_the_appeals_that_left_for_somebody_stand_with_their_answer(assembly: Assembly, browser: Open) -> None:
    """Whose file did not leave yet, or who was left alone on purpose, was not asked."""
    with assembly.database.transaction() as session:
        furnish(session)
        codes: list[str] = []
        ana = person(session, assembly, "Silva")
        everybody = segment(session, "Tous")
        for code, is_control, leaves in (
            ("P1", False, True),
            ("P2", False, True),
            ("P3", True, True),
            ("P4", False, False),
        ):
            cell = NewCell(name="Fidèles", segment_id=everybody)
            made = appeal(session, cell, code=code, name=f"Appel {code}", rest_days=0, yearly_most=0, gift_months=0)
            freezing.freeze(session, assembly.questions, made.id, by=BY, at=NOW)
            if is_control:
                session.execute(update(RecipientRow).where(RecipientRow.appeal_id == made.id).values(arm=Arm.CONTROL))
            if not leaves:
                continue
            file = exporting.ask(session, made.id, FileForm.LIST, recipient="Imprimerie", by=BY, at=NOW)
            with TemporaryFile() as kept:
                manifest = exporting.write(session, made, kept, recipient="Imprimerie", at=NOW)
            exporting.note(session, made.id, file.id, manifest, by=BY, at=NOW + timedelta(hours=1))
            codes += [one.source_code for one in exporting.recipients(session, made.id)]
        give(session, assembly, ana, 2500, NOW.date(), source_code=codes[0])
    someone, page = browser(Role.CARE), f"/office/supporters/{ana}"
    said = words_of(someone.get(page).text)
    assert "2 appels lui sont partis" in said, said
    assert "Appel P1 · Noël 2026 · NOEL26-P1 par la poste · Fidèles · version A ● a donné 25,00 €" in said, said
    assert "Appel P2 · Noël 2026 · NOEL26-P2 par la poste · Fidèles · version A ◆ sans réponse pour l’instant" in said
    assert "Appel aux dons : Appel P2" in said
    for not_asked in ("P3", "P4"):
        assert not_asked not in said
    assert "/office/appeals/" not in someone.get(page).text
    assert "/office/appeals/" in browser(Role.ADMINISTRATOR).get(page).text


def test_the_timeline_is_read_page_by_page_and_by_kind(marie: Person, assembly: Assembly, browser: Open) -> None:
    live(assembly, marie, times=15)
    someone, address, seen = browser(Role.CARE), f"/office/supporters/{marie.id}/timeline", []
    while address:
        page = someone.get(address, headers={"HX-Request": "true"}).text
        seen += re.findall(r'timeline-title">(?:<a[^>]*>)?([^<]+)', page)
        more = re.search(r'hx-get="([^"]*before[^"]*)"', page)
        address = unescape(more[1]) if more else ""
    assert len(seen) == 15 * 10 + 1
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


def _state(assembly: Assembly, plan_id: PlanId) -> PlanState:
    with assembly.database.reading() as session:
        return state_on(plans.plan(session, plan_id).standing, NOW.date())


def test_a_death_is_noted_with_tact_and_can_be_taken_back_with_the_pause_of_plans(
    marie: Person, assembly: Assembly, browser: Open, promise: Promise
) -> None:
    someone, page = browser(Role.CARE), f"/office/supporters/{marie.id}"
    assert "Rien n’est effacé" in someone.get(f"{page}/death").text
    assert someone.post(f"{page}/death", {"died_on": "01/01/2030"}).status_code == 422
    someone.post(f"{page}/death", {"died_on": "20/11/2026"})
    shown = words_of(someone.get(page).text)
    assert "Cette personne est décédée." in shown
    assert "Décès le 20 novembre 2026" in shown
    assert "Nous avons appris son décès" in shown
    with assembly.database.transaction() as session:
        plan = promise(session, 1000, marie.id)
    someone.post(f"{page}/death/retract", {})
    for undo in ("undo", "death/retract"):
        someone.post(f"{page}/death", {})
        shown = someone.get(page).text
        assert _state(assembly, plan.id) is PlanState.PAUSED
        change = re.search(r'name="change" value="(\d+)"', shown)
        assert change is not None
        said = unescape(someone.post(f"{page}/{undo}", {"change": change[1]}, follow_redirects=True).text)
        assert "reprennent." in said
        assert _state(assembly, plan.id) is PlanState.ACTIVE
    with assembly.database.transaction() as session:
        facts: dict[str, Any] = {"field": "deceased_on", "held": {}, "said": {"text": "2026-11-20"}}
        word = differences.note(session, marie.id, **facts, source="x", at=NOW).id
    for way, state in (("take", PlanState.PAUSED), ("reopen", PlanState.ACTIVE)):
        someone.post(f"/office/differences/{word}/{way}", {})
        assert _state(assembly, plan.id) is state
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
