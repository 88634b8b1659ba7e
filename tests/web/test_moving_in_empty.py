"""An organisation moves into an empty house: what it may say before anything was ever sent, and whom each row means."""

from __future__ import annotations

from collections.abc import Callable

from crm.assembly import Assembly
from crm.consent import service as consent
from crm.consent.model import APPEALS, MAGAZINE, Act
from crm.imports.kinds.channels import ALL
from crm.imports.model import RunState
from crm.people import service as people
from crm.staff.model import Role
from tests.web.conftest import Browser
from tests.web.test_imports import bring, state, text_of

PEOPLE = "id;prénom;nom;email\n7;Marie;Dupont;marie@exemple.be\n"
NOES = "contact id;ne pas solliciter;canal\n7;oui;tout\n"


def test_a_no_to_all_is_heard_before_the_first_appeal_and_the_first_magazine(
    browser: Callable[..., Browser], assembly: Assembly
) -> None:
    admin = browser(Role.ADMINISTRATOR)
    bring(admin, PEOPLE.encode())
    columns = {"column-external_id": "0", "column-first_name": "1", "column-last_name": "2", "column-email": "3"}
    admin.post("/office/imports/1/check", {**columns, "choice-system": "vieux"})
    admin.post("/office/imports/1/apply")
    bring(admin, NOES.encode(), "refusals")
    page = text_of(admin.get("/office/imports/2/prepare"))
    assert "Aucune lettre n’est encore décrite" in page
    assert "Nos appels aux dons" in page
    assert "Notre magazine" in page
    columns = {"column-external_id": "0", "column-flag": "1", "column-channel": "2"}
    assert admin.post("/office/imports/2/check", {**columns, "choice-system": "vieux"}).status_code == 422
    admin.post("/office/imports/2/check", {**columns, "choice-system": "vieux", "choice-purpose": ALL})
    assert "Marie Dupont" in text_of(admin.get("/office/imports/2"))
    admin.post("/office/imports/2/apply")
    assert state(assembly, 2) == (RunState.APPLIED, {"update": 1})
    with assembly.database.reading() as session:
        marie = people.find_external(session, "vieux", "7")
        assert marie is not None
        told = consent.standings(session, marie.id)
    assert {one.purpose for one in told if one.act is Act.OBJECTED} == {APPEALS, MAGAZINE}


def test_a_file_with_nothing_below_its_titles_is_refused_in_one_sentence(browser: Callable[..., Browser]) -> None:
    answer = bring(browser(Role.CARE), b"nom;email\n;\n")
    assert answer.status_code == 422
    assert "Ce fichier n’a aucune ligne sous ses titres." in text_of(answer)
