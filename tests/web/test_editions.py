"""The editor of editions: every edit with and without script, nothing lost between two people."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.staff.model import Role
from mailing.composition import service as composition
from mailing.composition.model import Because, Edition, EditionState, Reason, Section
from mailing.content.model import ContentKind
from mailing.delivery import service as delivery
from mailing.delivery.tables import DeliveryRow
from tests.composition.shelf import ORGANISATION, SLOT, account, drafted, fill, propose, put, weekly
from tests.conftest import NOW
from tests.web.conftest import Browser
from tests.web.whole_database import digest

NewBrowser = Callable[..., Browser]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def draft(assembly: Assembly) -> Edition:
    with assembly.database.transaction() as session:
        return drafted(session)


def now(assembly: Assembly, draft: Edition) -> Edition:
    with assembly.database.reading() as session:
        return composition.edition(session, draft.id)


def page(browser: Browser, draft: Edition, tail: str = "") -> str:
    answer = browser.get(f"/office/editions/{draft.id}{tail}")
    assert answer.status_code == 200
    return unescape(answer.text).replace("\u00a0", " ").replace("\u202f", " ")


def edit(browser: Browser, draft: Edition, what: str, **fields: Any) -> TestResponse:
    headers = HTMX if fields.pop("htmx", True) else {}
    data = {"revision": draft.revision, **fields}
    return browser.post(f"/office/editions/{draft.id}/{what}", data, headers=headers)


def test_the_editor_shows_words_blocks_reasons_and_remarks(browser: NewBrowser, draft: Edition) -> None:
    shown = page(browser(Role.EDITOR), draft)
    assert "L’Hebdo n° 1" in shown
    assert "départ le mardi 24 novembre à 10 h" in shown
    assert 'value="La une"' in shown
    assert "Pourquoi : encore ouverte" in shown
    assert "Rien à corriger" in shown
    assert "style=" not in shown


@pytest.mark.parametrize("role", list(Role))
def test_every_role_sees_only_what_it_may_do(browser: NewBrowser, draft: Edition, role: Role) -> None:
    shown = page(browser(role), draft)
    may_edit = role in (Role.EDITOR, Role.ADMINISTRATOR)
    assert ("edit-" in shown) is may_edit
    assert ("Relire et approuver" in shown) is may_edit


def test_looking_changes_nothing(assembly: Assembly, browser: NewBrowser, draft: Edition) -> None:
    editor = browser()
    before = digest(assembly)
    for tail in (
        "",
        "?view=dark&q=une",
        "/preview",
        "/preview?part=text",
        "/preview?part=dark",
        "/library?q=la",
        "/approve",
    ):
        assert editor.get(f"/office/editions/{draft.id}{tail}").status_code == 200
    for address in ("/office/editions", "/office/editions?group=todo", "/office/newsletters", "/office/clock"):
        assert editor.get(address).status_code == 200
    assert digest(assembly) == before


def test_the_preview_runs_nothing_and_is_framed_by_us_only(browser: NewBrowser, draft: Edition) -> None:
    editor = browser()
    answer = editor.get(f"/office/editions/{draft.id}/preview")
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "Bonjour Camille," in unescape(answer.text)
    text = editor.get(f"/office/editions/{draft.id}/preview?part=text")
    assert text.content_type == "text/plain; charset=utf-8"
    assert "<" not in text.text.replace("<https", "")
    dark = editor.get(f"/office/editions/{draft.id}/preview?part=dark").text
    assert "prefers-color-scheme: dark" not in dark
    assert "@media (min-width: 1px)" in dark
    assert "@media not all" in answer.text, "what a colleague's own screen prefers must not turn the light preview dark"


def test_words_are_kept_piece_by_piece(assembly: Assembly, browser: NewBrowser, draft: Edition) -> None:
    answer = edit(browser(), draft, "words", subject="Un autre objet")
    assert answer.status_code == 200
    assert answer.headers["X-Revision"] == str(draft.revision + 1)
    assert 'hx-swap-oob="true"' in answer.text
    assert 'id="blocks"' not in answer.text
    assert now(assembly, draft).subject == "Un autre objet"


def test_every_edit_works_without_script(assembly: Assembly, browser: NewBrowser, draft: Edition) -> None:
    editor = browser()
    first, second = draft.blocks[1].id, draft.blocks[2].id
    steps: list[tuple[str, dict[str, Any]]] = [
        ("words", {"preheader": "Un aperçu"}),
        (f"blocks/{second}/shift", {"by": "-1"}),
        (f"blocks/{first}/words", {"title": "Mon titre", "done": "yes"}),
        (f"blocks/{first}/library", {}),
        (f"blocks/{first}/move", {"section": "top"}),
        (f"blocks/{first}/remove", {}),
        (f"blocks/{first}/restore", {}),
        ("add", {"section": "news", "title": "Un mot", "url": "https://exemple.be/"}),
    ]
    for what, fields in steps:
        answer = edit(editor, now(assembly, draft), what, htmx=False, **fields)
        assert answer.status_code == 303, what
        assert answer.location == f"/office/editions/{draft.id}#blocks"
    done = now(assembly, draft)
    assert done.revision == draft.revision + len(steps)
    assert [(b.section, b.title) for b in done.blocks] == [
        (Section.TOP, "La une"),
        (Section.TOP, "Deuxième"),
        (Section.NEWS, "Troisième"),
        (Section.PETITIONS, "Libérez-la"),
        (Section.DONATE, "Grâce à vous, nous pouvons agir"),
        (Section.NEWS, "Un mot"),
    ]


def test_blocks_are_arranged_by_dragging(assembly: Assembly, browser: NewBrowser, draft: Edition) -> None:
    top, second, third, petition, donate = (block.id for block in draft.blocks)
    places = [f"top:{third}", f"top:{top}", f"news:{second}", f"petitions:{petition}", f"donate:{donate}"]
    answer = edit(browser(), draft, "arrange", place=places)
    assert answer.status_code == 200
    assert 'id="blocks"' in answer.text
    assert [b.id for b in now(assembly, draft).blocks] == [third, top, second, petition, donate]


def test_what_does_not_fit_or_is_no_link_is_said_at_the_field(
    assembly: Assembly, browser: NewBrowser, draft: Edition
) -> None:
    editor = browser()
    block = draft.blocks[1].id
    refusals: list[tuple[str, dict[str, Any], str, str]] = [
        (f"blocks/{block}/words", {"url": "javascript:alert(1)"}, f"block-{block}-problem", "adresse web complète"),
        (f"blocks/{block}/move", {"section": "events"}, f"block-{block}-problem", "sa place"),
        ("add", {"section": "news", "url": "https://a.be/"}, "new-block-problem", "titre"),
        ("words", {"subject": "x" * 301}, "words-problem", "trop long"),
    ]
    for what, fields, where, said in refusals:
        answer = edit(editor, draft, what, **fields)
        assert answer.status_code == 422, what
        assert f'id="{where}"' in answer.text
        assert said in answer.text
        assert answer.headers["HX-Reswap"] == "none"
    assert now(assembly, draft) == draft
    typed = edit(editor, draft, "add", htmx=False, section="news", title="Gardez ceci", url="non")
    assert typed.status_code == 422
    assert 'value="Gardez ceci"' in typed.text
    assert "adresse web complète" in typed.text


def test_of_two_editors_the_second_is_told_and_keeps_what_was_typed(
    assembly: Assembly, browser: NewBrowser, draft: Edition
) -> None:
    edit(browser(), draft, "words", subject="Sa version")
    for htmx in (True, False):
        answer = edit(browser(), draft, "words", htmx=htmx, subject="Ma version")
        assert answer.status_code == 409
        assert "Quelqu’un d’autre vient de modifier" in answer.text
        assert now(assembly, draft).subject == "Sa version"
    assert 'value="Ma version"' in answer.text
    pieces = edit(browser(), draft, "words", subject="Ma version")
    assert f'data-keep-mine="{draft.revision + 1}"' in pieces.text


def test_a_removed_block_can_be_put_back_from_the_notice(
    assembly: Assembly, browser: NewBrowser, draft: Edition
) -> None:
    answer = edit(browser(), draft, f"blocks/{draft.blocks[1].id}/remove")
    assert "1 bloc retiré" in unescape(answer.text).replace("\u00a0", " ")
    assert f"/blocks/{draft.blocks[1].id}/restore" in answer.text
    assert len(now(assembly, draft).blocks) == 4


def test_the_library_offers_what_is_not_there_yet_and_says_what_speaks_against(
    assembly: Assembly, browser: NewBrowser, draft: Edition
) -> None:
    with assembly.database.transaction() as session:
        late = put(session, "Pétition close", ContentKind.PETITION, closes_on=NOW.date())
    editor = browser()
    found = editor.get(f"/office/editions/{draft.id}/library?q=", headers=HTMX).text
    assert "Pétition close" in found
    assert "close avant l’heure d’envoi" in found
    assert "La une" not in found
    edit(editor, draft, "add", section="petitions", content=late)
    shown = page(editor, draft)
    assert "Cette pétition sera close à l’heure de l’envoi." in shown


def test_a_test_goes_to_the_person_at_the_screen_once(assembly: Assembly, browser: NewBrowser, draft: Edition) -> None:
    editor = browser(Role.EDITOR)
    for _ in range(2):
        assert editor.post(f"/office/editions/{draft.id}/test").status_code == 303
    with assembly.database.reading() as session:
        sent = session.execute(select(DeliveryRow.address, DeliveryRow.person_id)).all()
    assert [tuple(row) for row in sent] == [(editor.account.email, None)]


def hidden(shown: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', shown)
    assert found
    return found[1]


def test_approval_asks_with_the_number_and_binds_to_what_was_reviewed(
    assembly: Assembly, browser: NewBrowser, draft: Edition
) -> None:
    editor = browser(Role.EDITOR)
    shown = page(editor, draft, "/approve")
    assert "Envoyer à 0 personne le mardi 24 novembre à 10 h ?" in shown
    given = {"revision": hidden(shown, "revision"), "digest": hidden(shown, "digest")}
    with assembly.database.transaction() as session:
        composition.set_words(session, draft.id, revision=draft.revision, subject="Changé entre-temps")
    editor.post(f"/office/editions/{draft.id}/approve", given)
    assert now(assembly, draft).state is EditionState.DRAFT

    shown = page(editor, draft, "/approve")
    given = {"revision": hidden(shown, "revision"), "digest": hidden(shown, "digest")}
    assert editor.post(f"/office/editions/{draft.id}/approve", given).status_code == 303
    approved = now(assembly, draft)
    assert (approved.state, approved.approved_by) == (EditionState.APPROVED, editor.account.id)
    with assembly.database.reading() as session:
        assert audit.latest(session, subject="edition")[0].facts == {"digest": approved.digest}

    colleague = browser(Role.EDITOR)
    assert colleague.post(f"/office/editions/{draft.id}/approve", given).status_code == 303
    assert "Camille Dupont vient de l’approuver" in page(colleague, draft)
    assert "Rouvrir" in page(editor, draft)
    assert "edit-" not in page(editor, draft)


def test_what_is_not_ready_is_not_approved(assembly: Assembly, browser: NewBrowser, draft: Edition) -> None:
    editor = browser()
    edit(editor, draft, "words", greeting="Bonjour ((nom)),")
    shown = page(editor, draft, "/approve")
    assert "Le champ ((nom)) n’existe pas" in shown
    assert "Approuver et programmer" not in shown
    given = {"revision": draft.revision + 1, "digest": ""}
    editor.post(f"/office/editions/{draft.id}/approve", given)
    assert now(assembly, draft).state is EditionState.DRAFT
    assert editor.get(f"/office/editions/{draft.id}/preview").status_code == 422
    editor.post(f"/office/editions/{draft.id}/test")
    assert "Le champ ((nom)) n’existe pas" in page(editor, draft)


def test_an_approved_edition_is_reopened_cancelled_and_reopened(
    assembly: Assembly, browser: NewBrowser, draft: Edition
) -> None:
    editor = browser()
    with assembly.database.transaction() as session:
        by = account(session).id
        composition.approve(session, draft.id, by=by, revision=draft.revision, now=NOW)
    for act, state in (
        ("reopen", EditionState.DRAFT),
        ("cancel", EditionState.CANCELLED),
        ("reopen", EditionState.DRAFT),
    ):
        assert editor.post(f"/office/editions/{draft.id}/{act}").status_code == 303
        assert now(assembly, draft).state is state
        page(editor, draft)


def test_a_held_edition_says_why_and_leaves_on_a_persons_word(
    assembly: Assembly, browser: NewBrowser, draft: Edition
) -> None:
    editor = browser()
    with assembly.database.transaction() as session:
        by = account(session).id
        composition.approve(session, draft.id, by=by, revision=draft.revision, now=NOW)
        composition.hold(session, draft.id, reason=Reason(because=Because.LATE, since=SLOT))
    assert "Il est tard" in page(editor, draft)
    assert "Approuver" in page(editor, draft, "/approve")
    editor.post(f"/office/editions/{draft.id}/release")
    assert now(assembly, draft).state is EditionState.APPROVED
    editor.post(f"/office/editions/{draft.id}/release")
    assert "rien n’a été fait" in page(editor, draft)


def test_an_edition_that_leaves_leads_to_its_sending(assembly: Assembly, browser: NewBrowser, draft: Edition) -> None:
    with assembly.database.transaction() as session:
        by = account(session).id
        composition.approve(session, draft.id, by=by, revision=draft.revision, now=NOW)
    with assembly.database.transaction() as session:
        settings = assembly.settings
        delivery.launch(
            session,
            edition_id=draft.id,
            organisation=settings.organisation,
            mail=settings.mail,
            public_url=settings.public_url,
            now=NOW,
        )
    editor = browser()
    assert "Suivre l’envoi" in page(editor, draft)
    for act in ("reopen", "cancel", "approve"):
        assert editor.post(f"/office/editions/{draft.id}/{act}", {"revision": "0"}).status_code == 303
    assert now(assembly, draft).state is EditionState.SENDING


def test_a_skipped_edition_says_since_when_nothing_was_new(assembly: Assembly, browser: NewBrowser) -> None:
    with assembly.database.transaction() as session:
        weekly(session)
        fill(session, "Une seule")
        skipped = propose(session)
    editor = browser()
    assert "Rien de nouveau" in page(editor, skipped)
    assert "Rien de nouveau" in unescape(editor.get("/office/editions?group=not").text)
    editor.post(f"/office/editions/{skipped.id}/reopen")
    assert 'value="Une seule"' in page(editor, skipped)


def test_the_list_is_paged_and_grouped(assembly: Assembly, browser: NewBrowser) -> None:
    with assembly.database.transaction() as session:
        series = weekly(session, minimum_items=1)
        for n in range(33):
            put(session, f"Histoire {n}")
            composition.propose(session, series.id, SLOT + timedelta(minutes=n), NOW, organisation=ORGANISATION)
    editor = browser()
    first = editor.get("/office/editions?group=todo").text
    following = re.search(r'href="([^"]*before=[^"]*)"', first)
    assert following
    second = editor.get(unescape(following[1])).text
    assert [text.count("data-href=") for text in (first, second)] == [30, 3]


def test_the_next_edition_can_be_made_up_at_once(assembly: Assembly, browser: NewBrowser) -> None:
    with assembly.database.transaction() as session:
        series = weekly(session)
        fill(session, "Un", "Deux", "Trois")
    editor = browser()
    assert "Composer la prochaine édition" in editor.get("/office/editions").text
    answer = editor.post("/office/editions/propose", {"newsletter": series.id})
    with assembly.database.reading() as session:
        (made,) = composition.editions(session)
    assert answer.location == f"/office/editions/{made.id}"
    assert (made.due_at, made.state) == (SLOT, EditionState.DRAFT)
    assert editor.post("/office/editions/propose", {"newsletter": 10**6}).status_code == 404


def test_hostile_titles_stay_words(assembly: Assembly, browser: NewBrowser) -> None:
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    with assembly.database.transaction() as session:
        weekly(session, name=f"N {hostile}")
        fill(session, hostile, f"2 {hostile}", f"3 {hostile}")
        edition = propose(session)
    editor = browser()
    for tail in ("", "/preview", "/library?q=", "/approve"):
        shown = editor.get(f"/office/editions/{edition.id}{tail}").text
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
