"""The number of an enterprise in the office: typed, checked where it is typed, shown, found, and the same but once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crm.assembly import Assembly
from crm.people import search
from crm.people.model import Person
from crm.staff.model import Role
from tests.web.conftest import Browser
from tests.web.supporters import words_of

Open = Callable[..., Browser]
NEW = "/office/supporters/new"
ACME = {"kind": "organisation", "organisation_name": "ACME", "organisation_kind": "company", "language": "fr"}


def found(assembly: Assembly, typed: str) -> list[Person]:
    with assembly.database.reading() as session:
        return [hit.person for hit in search.find(session, assembly.addresses, typed).hits]


@pytest.mark.parametrize("wrong", ["0418.308.145", "12", "BE"])
def test_a_wrong_number_is_said_where_it_is_typed(assembly: Assembly, browser: Open, wrong: str) -> None:
    someone = browser(Role.CARE)
    answer = someone.post(NEW, {**ACME, "enterprise_number": wrong})
    assert answer.status_code == 422
    assert "Ce n’est pas un numéro d’entreprise : dix chiffres" in words_of(answer.text)
    assert wrong in answer.text
    assert found(assembly, "ACME") == []


def test_a_number_is_kept_shown_corrected_found_and_met_again(assembly: Assembly, browser: Open) -> None:
    someone = browser(Role.CARE)
    assert someone.post(NEW, {**ACME, "enterprise_number": "BE 0418.308.144"}).status_code == 303
    [acme] = found(assembly, "0418.308.144")
    page = f"/office/supporters/{acme.id}"
    assert acme.enterprise_number == "0418308144"
    assert "Numéro d’entreprise 0418.308.144" in words_of(someone.get(page).text)
    again = someone.post(NEW, {**ACME, "organisation_name": "Tout autre", "enterprise_number": "418308144"})
    assert "même numéro d’entreprise" in words_of(again.text)
    edit = {"organisation_name": "ACME", "organisation_kind": "company", "language": "fr", "enterprise_number": "12"}
    assert someone.post(f"{page}/edit", edit).status_code == 422
    assert 'value="0418.308.144"' in someone.get(f"{page}/edit").text
    assert someone.post(f"{page}/edit", {**edit, "enterprise_number": "0403654810"}).status_code == 303
    assert [one.id for one in found(assembly, "0403.654")] == [acme.id]
    assert someone.post(f"{page}/edit", {**edit, "enterprise_number": ""}).status_code == 303
    assert found(assembly, "0403.654") == []
