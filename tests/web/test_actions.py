"""Petitions, events and urgent actions in the office."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from crm.actions import service as actions
from crm.actions.model import Call, CallKind, NewCall, NewRegistration, NewSignature
from crm.assembly import Assembly
from crm.audit import service as audit
from crm.people import service as people
from crm.people.model import NewPerson
from crm.staff.model import Role
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from tests.conftest import NOW
from tests.web.conftest import Browser


def _call(assembly: Assembly, kind: CallKind, how_many: int = 0) -> Call:
    """A call of that kind on which so many people acted."""
    with assembly.database.transaction() as session:
        call = actions.put_call(
            session, NewCall(kind=kind, code="un", title="Libérez Nadia", language=Language.FR), at=NOW
        )
        for number in range(how_many):
            email = EmailAddress.parse(f"p{number}@exemple.be")
            new = NewPerson(email=email, language=Language.FR, first_name=f"Sana {number}")
            person, at = people.add(session, assembly.addresses, new, at=NOW), NOW + timedelta(seconds=number)
            if kind is CallKind.PETITION:
                signature = NewSignature(
                    petition_id=call.id, person_id=person.id, signed_at=at, comment="<b>Courage</b>"
                )
                actions.sign(session, signature, at=at)
            else:
                actions.register(session, NewRegistration(event_id=call.id, person_id=person.id, at=at, seats=2))
    return call


def test_an_editor_adds_and_corrects_a_petition(browser: Callable[..., Browser], assembly: Assembly) -> None:
    editor = browser(Role.EDITOR)
    form = {
        "title": "Libérez Nadia", "code": "liberez-nadia", "url": "https://exemple.be/n", "language": "nl",
        "sensitivity": "sensitive", "closes_on": "2026-12-31",
    }  # fmt: skip
    assert editor.post("/office/actions/new?kind=petition", form).status_code == 303
    assert editor.post("/office/actions/new?kind=petition", form).status_code == 422
    with assembly.database.reading() as session:
        call = actions.find_call(session, CallKind.PETITION, code="liberez-nadia")
    assert call is not None
    assert (call.language, str(call.closes_on), call.url) == (Language.NL, "2026-12-31", "https://exemple.be/n")
    changed = editor.post(f"/office/actions/{call.id}/edit", {**form, "title": "Nadia est libre", "closes_on": ""})
    assert changed.status_code == 303
    page = editor.get(f"/office/actions/{call.id}").text
    assert "Nadia est libre" in page
    assert "Voir qui y prend part" not in page


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", ""), ("code", "Non !"), ("url", "javascript:alert(1)"), ("closes_on", "demain"), ("starts_on", "x")],
)
def test_a_wrong_field_is_said(browser: Callable[..., Browser], field: str, value: str) -> None:
    form = {"title": "Titre", "code": "titre", field: value}
    assert browser(Role.EDITOR).post("/office/actions/new?kind=event", form).status_code == 422


def test_names_are_shown_page_by_page_and_the_trail_says_who_looked(
    browser: Callable[..., Browser], assembly: Assembly
) -> None:
    call, someone = _call(assembly, CallKind.PETITION, 51), browser(Role.CARE)
    assert browser(Role.EDITOR).get(f"/office/actions/{call.id}/people").status_code == 403
    page = someone.get(f"/office/actions/{call.id}/people").text
    assert ("Sana 50" in page, "Sana 0<" in page, "<b>Courage" in page) == (True, False, False)
    rest = someone.get(f"/office/actions/{call.id}/people?after=2").text
    assert ("Sana 0<" in rest, "Sana 50" in rest) == (True, False)
    with assembly.database.reading() as session:
        trail = audit.latest(session, subject="call", subject_id=call.id)
    assert [(one.action, one.account_id, dict(one.facts)) for one in trail] == [
        ("call.read", someone.account.id, {"shown": 1}),
        ("call.read", someone.account.id, {"shown": 50}),
    ]


def test_who_came_is_noted_and_taken_back(browser: Callable[..., Browser], assembly: Assembly) -> None:
    call, someone = _call(assembly, CallKind.EVENT, 1), browser(Role.CARE)
    for came, attended in (("yes", 1), ("no", 0)):
        assert someone.post("/office/actions/registrations/1", {"came": came}).status_code == 303
        with assembly.database.reading() as session:
            assert actions.tally(session, call).attended == attended
    assert someone.post("/office/actions/registrations/9", {"came": "yes"}).status_code == 404


def test_every_list_opens_empty_and_full(browser: Callable[..., Browser], assembly: Assembly) -> None:
    someone = browser(Role.ADMINISTRATOR)
    for kind in CallKind:
        assert someone.get(f"/office/actions?kind={kind.value}").status_code == 200
    call = _call(assembly, CallKind.EVENT, 2)
    assert someone.get("/office/actions?kind=event").text.count("Libérez Nadia") == 1
    assert someone.get(f"/office/actions/{call.id}/edit").status_code == 200
