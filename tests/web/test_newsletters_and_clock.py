"""The settings of newsletters lose nothing on an error; the clock's page says what runs, what failed, what it asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from crm.assembly import Assembly
from crm.consent import service as consent
from crm.consent.model import Purpose
from crm.staff.model import Role
from jobs import service as jobs
from jobs import turns
from jobs.model import RunState
from jobs.timetable import TIMETABLE
from mailing.composition import service as composition
from mailing.composition.model import Frequency, Section
from tests.composition.shelf import weekly
from tests.conftest import NOW
from tests.jobs.timetables import fails
from tests.web.conftest import Browser

NewBrowser = Callable[..., Browser]
FORM = {
    "code": "mensuel",
    "name": "Le Mensuel",
    "tagline": "",
    "purpose": "news",
    "language": "fr",
    "frequency": "monthly",
    "weekday": "3",
    "at": "08:30",
    "lead_hours": "48",
    "late_hours": "12",
    "minimum_items": "2",
    "sender_name": "La maison",
    "sender_address": "mensuel@exemple.be",
    "reply_to": "",
    "is_active": "on",
    **{f"place-{s.value}": str(n) for n, s in enumerate(reversed(Section), 1)},
    **{f"most-{s.value}": "2" for s in Section},
    "most-blog": "0",
}


@pytest.fixture
def purpose(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        consent.put_purpose(
            session, Purpose(code="news", names={"fr": "Nouvelles"}, promises={"fr": "Chaque mois."}, position=1)
        )


@pytest.mark.usefixtures("purpose")
def test_a_newsletter_is_started_and_changed(assembly: Assembly, browser: NewBrowser) -> None:
    editor = browser(Role.EDITOR)
    assert "Aucune lettre" in editor.get("/office/newsletters").text
    assert editor.get("/office/newsletters/new").status_code == 200
    assert editor.post("/office/newsletters/new", FORM).status_code == 303
    with assembly.database.reading() as session:
        (made,) = composition.newsletters(session)
    assert (made.code, made.cadence.frequency, made.cadence.weekday) == ("mensuel", Frequency.MONTHLY, 3)
    assert [plan.section for plan in made.layout] == [s for s in reversed(Section) if s is not Section.BLOG]
    listed = unescape(editor.get("/office/newsletters").text)
    assert "Le premier jeudi du mois à 8 h 30" in listed.replace("\u00a0", " ")
    shown = editor.get(f"/office/newsletters/{made.id}").text
    assert 'value="mensuel@exemple.be"' in shown
    assert editor.post(f"/office/newsletters/{made.id}", FORM | {"name": "Renommé", "is_active": ""}).status_code == 303
    with assembly.database.reading() as session:
        changed = composition.newsletter(session, made.id)
    assert (changed.name, changed.is_active, changed.code) == ("Renommé", False, "mensuel")


@pytest.mark.usefixtures("purpose")
@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", ""),
        ("code", "Pas ça"),
        ("purpose", "autre"),
        ("frequency", "parfois"),
        ("weekday", "9"),
        ("at", "vers midi"),
        ("lead_hours", "²"),
        ("late_hours", "0"),
        ("minimum_items", "-1"),
        ("sender_address", "non"),
        ("reply_to", "non plus"),
        ("language", "xx"),
        ("most-news", "beaucoup"),
    ],
)
def test_an_error_is_said_at_its_field_and_nothing_typed_is_lost(
    assembly: Assembly, browser: NewBrowser, field: str, text: str
) -> None:
    answer = browser(Role.EDITOR).post("/office/newsletters/new", FORM | {field: text})
    assert answer.status_code == 422
    place = "layout" if field.startswith("most-") else field
    assert f'href="#{place}"' in answer.text
    assert 'value="La maison"' in answer.text
    with assembly.database.reading() as session:
        assert composition.newsletters(session) == ()


@pytest.mark.usefixtures("purpose")
def test_a_short_name_is_taken_once(browser: NewBrowser) -> None:
    editor = browser(Role.EDITOR)
    editor.post("/office/newsletters/new", FORM)
    answer = editor.post("/office/newsletters/new", FORM)
    assert answer.status_code == 422
    assert "déjà ce nom court" in answer.text


def test_who_may_only_read_gets_no_form(assembly: Assembly, browser: NewBrowser) -> None:
    with assembly.database.transaction() as session:
        series = weekly(session)
    shown = browser(Role.CARE).get(f"/office/newsletters/{series.id}").text
    assert "<fieldset" in shown
    assert shown.count("disabled") >= 4
    assert "Enregistrer" not in shown


def test_the_clock_says_that_it_stands_still_and_what_it_did(assembly: Assembly, browser: NewBrowser) -> None:
    administrator = browser(Role.ADMINISTRATOR)
    assert "L’horloge ne tourne pas" in unescape(administrator.get("/office/clock").text).replace("\u00a0", " ")
    failing = [replace(TIMETABLE[1], run=fails)]
    turns.once(assembly, failing, NOW)
    shown = unescape(administrator.get("/office/clock").text)
    assert "ne tourne pas" not in shown
    assert "ValueError (tests.jobs.timetables:" in shown
    assert "Échec" in shown
    assert administrator.get("/office/clock?job=propose_editions&quiet=yes").status_code == 200


def test_a_job_is_ordered_from_the_page(assembly: Assembly, browser: NewBrowser) -> None:
    administrator = browser(Role.ADMINISTRATOR)
    assert administrator.post("/office/clock/jobs/prune_runs/run").status_code == 303
    assert administrator.post("/office/clock/jobs/nothing/run").status_code == 404
    assert browser(Role.EDITOR).post("/office/clock/jobs/prune_runs/run").status_code == 403
    ordered = [job for job in TIMETABLE if job.name == "prune_runs"]
    assert turns.once(assembly, ordered, NOW) == {"prune_runs": RunState.DONE}


@pytest.mark.parametrize(("answer", "state"), [("run", RunState.DUE), ("drop", RunState.DROPPED)])
def test_a_missed_run_is_answered_for_once(
    assembly: Assembly, browser: NewBrowser, answer: str, state: RunState
) -> None:
    nightly = [replace(TIMETABLE[-1], ask_after=timedelta(hours=1))]
    turns.once(assembly, nightly, NOW - timedelta(days=3))
    turns.once(assembly, nightly, NOW)
    with assembly.database.reading() as session:
        (asking,) = jobs.status(session, nightly, NOW)[0].asking
    administrator = browser(Role.ADMINISTRATOR)
    assert "a été manqué" in unescape(administrator.get("/office/clock").text)
    for _ in range(2):
        assert administrator.post(f"/office/clock/runs/{asking.id}/{answer}").status_code == 303
    with assembly.database.reading() as session:
        assert jobs.find_run(session, asking.id).state is state
    assert administrator.post(f"/office/clock/runs/{10**6}/run").status_code == 404
