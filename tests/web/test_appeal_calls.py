"""The results of calls in the office: the file that left comes back filled in, is looked at, noted once."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from zipfile import ZipFile

from crm.assembly import Assembly
from crm.consent import do_not_call
from crm.consent.model import Channel
from crm.fundraising import freezing
from crm.fundraising.model import NewCell
from crm.rooms import QUESTIONS
from crm.staff.model import Role
from crm.values.phone_number import PhoneNumber
from tests.conftest import NOW
from tests.fundraising.conftest import BY, TODAY, appeal, furnish, person, segment
from tests.web.conftest import Browser
from tests.web.supporters import words_of

Open = Callable[..., Browser]
AT = "/office/appeals/1"
HERE = f"{AT}/calls"


def test_the_list_of_an_agency_leaves_and_comes_back(assembly: Assembly, browser: Open) -> None:
    with assembly.database.transaction() as session:
        furnish(session)
        ana, *_ = [
            person(session, assembly, name, phone=PhoneNumber.parse(f"0470 12 34 0{n}"))
            for n, name in enumerate(("Ana", "-Luc", "Zoë"))
        ]
        new = NewCell(name="Tous", segment_id=segment(session, "Tous"))
        made = appeal(session, new, channel=Channel.PHONE, planned_on=TODAY, one_a_household=False)
        freezing.freeze(session, QUESTIONS, made.id, by=BY, at=NOW)
    raiser = browser(Role.FUNDRAISER)
    to = {"recipient": "Agence Voix"}
    assert raiser.post(f"{AT}/files", to).status_code == 303
    assert "Aucune liste « Ne m’appelez plus »" in words_of(raiser.get(AT).text)
    with assembly.database.transaction() as session:
        number = PhoneNumber.parse("0470 99 99 99").e164
        do_not_call.bring(session, assembly.addresses, [number], dated_on=TODAY, sha256="a", by=BY, at=NOW)
    assert raiser.post(f"{AT}/files", to).status_code == 303
    with ZipFile(io.BytesIO(raiser.post(f"{AT}/files/1/take").data)) as zipped:
        rows = list(
            csv.DictReader(io.StringIO(zipped.read("noel26-p1-windows1252.csv").decode("cp1252")), delimiter=";")
        )
        assert b"Agence Voix" in zipped.read("noel26-p1-manifeste.json")
    assert [row["nom"] for row in rows] == ["Ana", "'-Luc", "Zoë"]

    for row, (result, more) in zip(rows, (("promesse", "25"), ("ne plus appeler", ""), ("peut-être", "")), strict=True):
        row |= {"resultat": result, "montant_promis": more}
    for fields, said in (
        ({"agency": " "}, "quelle agence"),
        ({"file": (io.BytesIO(b""), "a.csv")}, "vide"),
        ({"file": (io.BytesIO(b"nom;prenom\r\nLuc;Ana\r\n"), "a.csv")}, "une colonne « resultat »"),
    ):
        answer = raiser.post(HERE, _form(rows) | fields)
        assert (answer.status_code, said in words_of(answer.text)) == (422, True), said
    assert raiser.post(HERE, _form(rows)).headers["Location"] == f"{HERE}/1"
    page = words_of(raiser.get(f"{HERE}/1").text)
    assert "Noter 2 résultats" in page
    assert "résultat que nous ne comprenons pas" in page
    assert raiser.post(f"{HERE}/1/apply").status_code == 303
    assert "C’est noté dans les fiches" in raiser.get(f"{HERE}/1").text
    theirs = words_of(browser(Role.CARE).get(f"/office/supporters/{ana}").text)
    assert "par téléphone · Tous · version A ○ a promis un don 25,00 €" in theirs, theirs
    assert raiser.post(f"{HERE}/1/apply").status_code == 303
    assert raiser.post(f"{HERE}/1/drop").status_code == 303
    assert "Quelqu’un en a déjà décidé" in raiser.get(f"{HERE}/1").text
    assert raiser.post(HERE, _form(rows)).headers["Location"] == f"{HERE}/1"
    assert "a déjà été lu" in raiser.get(f"{HERE}/1").text
    page = words_of(raiser.get(HERE).text)
    assert "promet un don 1" in page
    assert "Demander la liste de 1 personne" in words_of(raiser.get(AT).text)
    rows[2] |= {"resultat": "refus"}
    assert raiser.post(HERE, _form(rows)).headers["Location"] == f"{HERE}/2"
    assert "déjà notées : 2" in words_of(raiser.get(f"{HERE}/2").text)
    assert raiser.post(f"{HERE}/2/drop").status_code == 303
    assert browser(Role.FINANCE).get(f"{HERE}/1").status_code == 200
    assert browser(Role.FINANCE).post(f"{HERE}/1/apply").status_code == 403
    trail = words_of(browser(Role.ADMINISTRATOR).get("/office/log").text)
    assert "a noté des résultats d’appels téléphoniques" in trail


def _form(rows: list[dict[str, str]]) -> dict[str, object]:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return {"agency": "Agence Voix", "file": (io.BytesIO(text.getvalue().encode("cp1252")), "retour.csv")}
