"""Imports in the office: bring a file, correct how it is read, try it, import it, undo it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import unescape
from typing import Any

from werkzeug.test import TestResponse

from crm.assembly import Assembly
from crm.consent import service as consent
from crm.consent.model import Purpose
from crm.imports import service as imports
from crm.imports.model import RunId, RunState
from crm.people import service as people
from crm.staff.model import Role
from tests.imports.conftest import NEWS
from tests.web.conftest import Browser

FILE = (
    "Prénom;Nom;E-mail;Naissance\n"
    "Marie;Dupont;marie@exemple.be;03/04/1971\n"
    "Ana;Silva;pas une adresse;05/06/1980\n"
    "=cmd|x;;luc@exemple.be;07/08/1990\n"
)


def bring(browser: Browser, content: bytes, kind: str = "people", name: str = "membres.csv") -> TestResponse:
    data = {"kind": kind, "csrf": browser.csrf, "file": (io.BytesIO(content), name)}
    return browser.client.post("/office/imports", data=data, content_type="multipart/form-data")


def text_of(answer: TestResponse) -> str:
    return " ".join(unescape(answer.get_data(as_text=True)).replace("\u202f", " ").replace("\u00a0", " ").split())


def state(assembly: Assembly, number: int) -> tuple[RunState, dict[str, Any]]:
    with assembly.database.reading() as session:
        run = imports.get(session, RunId(number))
        return run.state, dict(run.counts)


def test_a_file_from_the_desk_to_the_house_and_back(browser: Callable[..., Browser], assembly: Assembly) -> None:
    care = browser(Role.CARE)
    answer = bring(care, FILE.encode("cp1252"))
    assert answer.headers["Location"] == "/office/imports/1/prepare"
    page = text_of(care.get("/office/imports/1/prepare"))
    assert "Windows-1252" in page
    assert "Cette colonne peut se lire de plusieurs façons" in page
    columns = {"column-first_name": "0", "column-last_name": "1", "column-email": "2", "column-birth_on": "3"}
    refused = care.post("/office/imports/1/check", columns)
    assert refused.status_code == 422
    assert "Choisissez comment c’est écrit : date de naissance" in text_of(refused)
    done = care.post("/office/imports/1/check", {**columns, "format-birth_on": "day-month"})
    assert done.headers["Location"] == "/office/imports/1"
    assert state(assembly, 1) == (RunState.CHECKED, {"create": 1, "error": 2})
    page = text_of(care.get("/office/imports/1?show=error"))
    assert "Ce n’est pas une adresse e-mail." in page
    assert "Ce n’est pas un nom : prénom." in page
    aside = care.post("/office/imports/1/set-aside.csv").get_data(as_text=True)
    assert aside.startswith("\ufeffPrénom;Nom;E-mail;Naissance;Ligne de l’importation 1;Pourquoi\r\n")
    assert "\r\n'=cmd|x;;luc@exemple.be;07/08/1990;4;" in aside
    care.post("/office/imports/1/apply")
    assert state(assembly, 1)[0] is RunState.APPLIED
    assert "marie@exemple.be" in text_of(care.get("/office/supporters"))
    care.post("/office/imports/1/undo")
    assert state(assembly, 1)[0] is RunState.UNDONE
    assert "Tout est comme avant" in text_of(care.get("/office/imports/1"))
    assert "marie@exemple.be" not in text_of(care.get("/office/supporters"))


def test_days_are_read_as_was_chosen_this_time_whatever_was_chosen_for_the_last_file(
    browser: Callable[..., Browser], assembly: Assembly
) -> None:
    """What the page shows, what is tried and what goes in: all three read the format that was chosen for this file."""
    care = browser(Role.CARE)
    columns = {"column-email": "0", "column-birth_on": "1"}
    chosen = (("day-month", "1971-04-03", "3 avril 1971"), ("month-day", "1971-03-04", "4 mars 1971"))
    for number, (how, day, said) in enumerate(chosen, start=1):
        bring(care, f"E-mail;Naissance\nmarie{number}@exemple.be;03/04/1971\n".encode())
        care.post(f"/office/imports/{number}/check", {**columns, "format-birth_on": how})
        page = care.get(f"/office/imports/{number}/prepare").text
        assert re.findall(r'<option value="([a-z-]+)" selected', page.partition('name="format-birth_on"')[2])[0] == how
        assert f" {said}</dd>" in unescape(page).replace("\u00a0", " ")
        with assembly.database.reading() as session:
            [row] = imports.page(session, RunId(number), size=5).rows
            assert row.given["who"]["birth_on"] == day
        care.post(f"/office/imports/{number}/apply")
        with assembly.database.reading() as session:
            key = assembly.addresses.key_of(f"marie{number}@exemple.be")
            assert [str(person.birth_on) for person in people.people_at(session, key)] == [day]


def test_what_is_badly_read_can_be_corrected(browser: Callable[..., Browser], assembly: Assembly) -> None:
    care = browser(Role.CARE)
    bring(care, "a,b;c\nZoé,1;2\n".encode())
    care.post("/office/imports/1/reading", {"separator": ",", "encoding": "utf-8", "quote": '"', "header_row": "0"})
    with assembly.database.reading() as session:
        assert imports.get(session, RunId(1)).headers == ("A", "B")


def test_a_file_that_is_none_is_refused_and_not_kept(browser: Callable[..., Browser], assembly: Assembly) -> None:
    care = browser(Role.CARE)
    answer = bring(care, b"%PDF-1.7")
    assert answer.status_code == 422
    assert "Ce n’est pas un tableau" in text_of(answer)
    assert list((assembly.settings.home / "imports").iterdir()) == []
    assert bring(care, b"", name="").status_code == 422


def test_a_larger_file_is_left_to_the_clock(browser: Callable[..., Browser], assembly: Assembly) -> None:
    care = browser(Role.CARE)
    rows = "".join(f"prenom{i};a{i}@exemple.be;{'x' * 100}\n" for i in range(3000))
    bring(care, f"prénom;email;note\n{rows}".encode())
    care.post("/office/imports/1/check", {"column-email": "1"})
    assert state(assembly, 1) == (RunState.CHECKING, {})
    assert "continue si vous fermez" in text_of(care.get("/office/imports/1"))
    assert care.get("/office/imports/1/progress").status_code == 200
    from jobs import work_imports

    assert work_imports.run(assembly, assembly.clock()) == {"done": 1}
    assert care.get("/office/imports/1/progress").headers["HX-Refresh"] == "true"
    assert state(assembly, 1) == (RunState.CHECKED, {"create": 3000})


def test_the_first_day_compares_totals(browser: Callable[..., Browser], assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        consent.put_purpose(session, NEWS)
    care = browser(Role.CARE)
    assert "0 étapes sur 11" in text_of(care.get("/office/day-zero"))
    bring(care, b"email\na@exemple.be\nb@exemple.be\n")
    care.post("/office/imports/1/check", {"column-email": "0"})
    care.post("/office/imports/1/apply")
    care.post("/office/day-zero/1/expected", {"rows": "3"})
    assert "Il manque une ligne dans le fichier." in text_of(care.get("/office/day-zero"))
    care.post("/office/day-zero/1/expected", {"rows": "2"})
    assert "Le compte est bon." in text_of(care.get("/office/day-zero"))


def test_gifts_are_brought_by_who_may_write_them_and_compared_to_the_cent(
    browser: Callable[..., Browser], assembly: Assembly
) -> None:
    file = b"Montant;Date du don;Nom;E-mail\n25,00;2024-02-01;Roc;a@exemple.be\n12,50;2024-02-02;Roc;b@exemple.be\n"
    chosen = {"column-amount": "0", "column-given_on": "1", "column-last_name": "2", "column-email": "3"}
    chosen |= {"format-amount": "comma", "format-given_on": "iso", "choice-method": "transfer"}
    care, finance = browser(Role.CARE), browser(Role.FINANCE)
    assert 'value="gifts"' not in care.get("/office/imports/new").text
    assert bring(care, file, kind="gifts").status_code == 403
    bring(finance, file, kind="gifts", name="dons.csv")
    assert care.post("/office/imports/1/check", chosen).status_code == 403
    assert "Choisissez comment" in text_of(finance.post("/office/imports/1/check", {**chosen, "format-amount": ""}))
    finance.post("/office/imports/1/check", chosen)
    assert "Donne 25,00 €." in text_of(finance.get("/office/imports/1"))
    assert care.post("/office/imports/1/apply").status_code == 403
    finance.post("/office/imports/1/apply")
    for amount, said in (("37,49", "Écart de montant : -0,01 €."), ("37,50", "Le montant est bon, au cent près.")):
        finance.post("/office/day-zero/1/expected", {"rows": "2", "cents": amount})
        assert said in text_of(finance.get("/office/day-zero"))
        assert said in text_of(finance.get("/office/imports/1"))
    assert care.post("/office/imports/1/undo").status_code == 403
    finance.post("/office/imports/1/undo")
    assert "Tout est comme avant" in text_of(finance.get("/office/imports/1"))
    assert finance.get("/office/gifts").status_code == finance.get("/office/gifts/1").status_code == 200


def test_mandates_are_brought_by_who_signs_plans_and_show_the_end_of_an_account(
    browser: Callable[..., Browser],
) -> None:
    file = (
        b"Mandat;Montant;Date de signature;IBAN;Nom;E-mail\nM-1;12,50;2026-02-01;BE71 0961 2345 6769;Roc;a@exemple.be\n"
    )
    chosen = {"column-reference": "0", "column-amount": "1", "column-signed_on": "2", "column-account": "3"}
    chosen |= {"column-last_name": "4", "column-email": "5", "choice-system": "civicrm"}
    chosen |= {"format-amount": "comma", "format-signed_on": "iso"}
    assert bring(browser(Role.FUNDRAISER), file, kind="mandates").status_code == 403
    care = browser(Role.CARE)
    bring(care, file, kind="mandates", name="mandats.csv")
    care.post("/office/imports/1/check", chosen)
    page = text_of(care.get("/office/imports/1"))
    assert ("Promet 12,50 €." in page, "…6769" in page, "0961" in page) == (True, True, False)
    care.post("/office/imports/1/apply")
    assert "12,50" in text_of(care.get("/office/plans"))


def test_a_street_file_signs_plans_only_by_who_may_sign_them(browser: Callable[..., Browser]) -> None:
    with_plan = b"donor id;signature;nom;montant;iban\nD1;2026-11-01;Roc;12,50;BE71 0961 2345 6769\n"
    chosen = {"column-donor_id": "0", "column-signed_on": "1", "column-last_name": "2", "format-signed_on": "iso"}
    chosen |= {"choice-system": "rue", "choice-purpose": "news"}
    signing = {"column-amount": "3", "column-account": "4", "format-amount": "comma"}
    fundraiser, care = browser(Role.FUNDRAISER), browser(Role.CARE)
    bring(fundraiser, with_plan, kind="street-recruits")
    refused = fundraiser.post("/office/imports/1/check", chosen | signing)
    assert (refused.status_code, "votre rôle ne permet pas" in text_of(refused)) == (422, True)
    assert fundraiser.post("/office/imports/1/check", chosen).status_code == 303
    assert care.post("/office/imports/1/check", chosen | signing).status_code == 303
    assert fundraiser.post("/office/imports/1/apply").status_code == 403
    assert care.post("/office/imports/1/apply").status_code == 303


def test_a_list_of_those_who_want_no_more_is_read_aloud(browser: Callable[..., Browser], assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        consent.put_purpose(session, Purpose(code="appeals", names={"fr": "Appels"}, promises={}, position=8))
    care = browser(Role.CARE)
    bring(care, "prénom;nom;e-mail;canal\nMarie;Dupont;marie@exemple.be;brief\n".encode(), "refusals")
    page = text_of(care.get("/office/imports/1/prepare"))
    assert "Tout : lettres, appels, magazine (pour un refus)" in page
    assert "Tous les canaux (pour un refus)" in page
    columns = {"column-first_name": "0", "column-last_name": "1", "column-email": "2", "column-channel": "3"}
    care.post("/office/imports/1/check", {**columns, "choice-purpose": "appeals"})
    assert state(assembly, 1) == (RunState.CHECKED, {"create": 1})
    shown = text_of(care.get("/office/imports/1"))
    assert "Ne veut plus : «" in shown
    assert "(courrier)" in shown
