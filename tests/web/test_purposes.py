"""What people may say yes to is written in the office: a new house needs no command line for its first letter."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from crm.assembly import Assembly
from crm.consent import service as consent
from crm.staff.model import Role
from tests.web.conftest import Browser
from tests.web.supporters import words_of

Open = Callable[..., Browser]
PAGE = "/office/policies/purposes"
NEWS = {
    "code": "nouvelles",
    "name-fr": " Les  nouvelles ",
    "promise-fr": "Chaque semaine, ce qui s’est passé.",
    "name-nl": "Het nieuws",
}


def test_a_new_house_writes_its_first_purpose_and_people_can_say_yes_to_it(
    app: Flask, assembly: Assembly, browser: Open
) -> None:
    boss, editor, officer = browser(), browser(Role.EDITOR), browser(Role.DATA_PROTECTION)
    assert "Il n’y a pas encore de lettre" in app.test_client().get("/inscription?lang=fr").text
    assert f'href="{PAGE}"' in boss.get("/office").text
    assert f'href="{PAGE}/new"' in boss.get("/office/newsletters/new").text
    assert "Qui veille sur les données écrit la première" in editor.get("/office/newsletters/new").text
    assert "Aucune finalité" in words_of(officer.get(PAGE).text)

    for wrong, field in (
        ({"code": "Les Nouvelles"}, "nom court|mot court"),
        ({"code": "service"}, "mot court"),
        ({"name-fr": ""}, "Un nom de 80 signes"),
        ({"promise-fr": " "}, "Une phrase de 400 signes"),
        ({"promise-nl": "x" * 401}, "Une phrase de 400 signes"),
    ):
        refused = officer.post(f"{PAGE}/new", NEWS | wrong)
        assert (refused.status_code, any(one in refused.text for one in field.split("|"))) == (422, True)
    assert officer.post(f"{PAGE}/new", NEWS).status_code == 303
    assert "porte déjà ce nom court" in boss.post(f"{PAGE}/new", NEWS).text
    assert "Les nouvelles" in app.test_client().get("/inscription?lang=fr").text
    assert "Het nieuws" in app.test_client().get("/inscription?lang=nl").text
    assert "rien à quoi dire oui" not in boss.get("/office/newsletters/new").text

    changed = {"name-fr": "Les nouvelles du mois", "promise-fr": "Chaque mois.", "name-nl": ""}
    assert officer.post(f"{PAGE}/nouvelles", changed).status_code == 303
    with assembly.database.reading() as session:
        [kept] = consent.letters(session)
    assert (kept.code, kept.names, kept.promises) == (
        "nouvelles",
        {"fr": "Les nouvelles du mois"},
        {"fr": "Chaque mois."},
    )
    assert officer.get(f"{PAGE}/rien").status_code == 404
    assert editor.get(PAGE).status_code == 403
    assert words_of(boss.get("/office/log").text).count("a ajouté ou changé une finalité Finalité") == 2
