"""The fundraisers' desk: an appeal planned, its cells ordered, seen, frozen, carried off, changed with a reason."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from zipfile import ZipFile

import pytest
from sqlalchemy import delete, select, update

from crm.assembly import Assembly
from crm.audit.tables import AuditRow
from crm.care.tables import TaskRow
from crm.donations import service as donations
from crm.donations.model import Method, Movement, NewGift, NewLine
from crm.figures.tables import AppealSheetRow
from crm.fundraising import exporting, paper, service
from crm.fundraising.model import FileForm, FileState
from crm.fundraising.tables import AppealPlanRow
from crm.people import service as people
from crm.privacy import limits
from crm.staff.model import Role
from crm.values.identifiers import AccountId, AppealId, PersonId
from jobs import count_appeals, mind_files
from tests.approved_files import check_approved
from tests.conftest import NOW
from tests.fundraising.conftest import HOME, decide_limit, furnish, half, person, segment
from tests.rows_read import statements
from tests.web.conftest import Browser
from tests.web.supporters import words_of

Open = Callable[..., Browser]
HERE = "/office/appeals"
PLAN = {
    "campaign": "", "campaign_code": "pax26", "campaign_name": "Pâques", "code": "p1", "name": "Appel de Pâques",
    "kind": "general", "channel": "post", "purpose": "giving", "planned_on": "2026-11-30", "fund": "general",
    "cost": "1250", "rest_days": "60", "yearly_most": "6", "gift_months": "3", "keep_days": "30",
    "spares_regular": "on", "one_a_household": "on", "letter": "Une porte s’est ouverte.\n\nMerci d’y être.",
}  # fmt: skip
CELL = {
    "name": "Tout le monde", "package": "A", "rival": "", "rival_share": "", "ask_basis": "last",
    "percents": "100, 150, 200", "least": "20", "most": "500", "cap": "", "control_share": "",
}  # fmt: skip

SEED = {
    "first_name": "Léa", "last_name": "Témoin", "language": "nl", "street": "Rue Haute", "number": "12", "box": "",
    "complement": "", "postcode": "1000", "locality": "Bruxelles", "country": "BE",
}  # fmt: skip


def house(assembly: Assembly) -> tuple[int, int]:
    """A house that asks, three people, two segments."""
    with assembly.database.transaction() as session:
        furnish(session)
        for name, street in (("Łukasz", "Rue Haute"), ("Peeters", "=2+3 Rue Basse"), ("Silva", "Rue Neuve")):
            person(session, assembly, name, address=replace(HOME, street=street))
        everybody, some = segment(session, "Toutes les personnes"), segment(session, "Un sur deux", half("a"))
    return int(everybody), int(some)


def test_an_appeal_from_its_plan_to_its_file(assembly: Assembly, browser: Open) -> None:
    everybody, some = house(assembly)
    someone = browser(Role.FUNDRAISER)
    assert "Pas encore d’appel" in words_of(someone.get(HERE).text)
    assert someone.get(f"{HERE}/new").status_code == 200
    for wrong, said in (
        ({"campaign_code": "É"}, "De 2 à 14 lettres"),
        ({"campaign_code": ""}, "Choisissez une campagne"),
        ({"code": ""}, "De 1 à 8 lettres"),
        ({"planned_on": ""}, "Écrivez un jour"),
        ({"cost": "beaucoup"}, "Écrivez un montant"),
        ({"purpose": "rien"}, "Choisissez pour quoi"),
        ({"channel": "email", "purpose": "appeals"}, "choisissez la lettre d’information"),
        ({"fund": "rien"}, "Choisissez un fonds"),
        ({"rest_days": "-1"}, "Relisez cette valeur"),
    ):
        refused = someone.post(f"{HERE}/new", PLAN | wrong)
        assert (refused.status_code, said in words_of(refused.text)) == (422, True), wrong
    assert someone.post(f"{HERE}/new", PLAN).status_code == 303
    assert someone.post(f"{HERE}/new", PLAN).status_code == 422
    at = f"{HERE}/1"
    assert "Personne n’est encore choisi" in words_of(someone.get(at).text)
    for wrong in ({"name": ""}, {"percents": "beaucoup"}, {"least": "19"}, {"segment_id": "99"}, {"rival": "B"}):
        assert someone.post(f"{at}/cells/new", CELL | {"segment_id": str(everybody)} | wrong).status_code == 422, wrong
    assert someone.post(f"{at}/cells/new", CELL | {"segment_id": str(everybody)}).status_code == 303
    second = CELL | {"segment_id": str(some), "name": "Un sur deux", "rival": "B", "rival_share": "50"}
    assert someone.post(f"{at}/cells/new", second).status_code == 303
    assert someone.post(f"{at}/cells/2/move", {"way": "up"}).status_code == 303
    with assembly.database.reading() as session:
        assert [cell.plan.name for cell in service.cells(session, AppealId(1))] == ["Un sur deux", "Tout le monde"]
    assert someone.post(f"{at}/cells/2", second | {"name": "Moitié"}).status_code == 303
    with assembly.database.transaction() as session:
        session.get_one(AppealPlanRow, 1).seed = "chance"  # the golden file wants the same lots each time
    _letters(someone, at)
    seen = words_of(someone.get(f"{at}/preview").text)
    assert "3 personnes sollicitées, sur 3 dans les segments" in seen
    assert "déjà dans une cellule plus haute" in seen
    assert someone.post(f"{at}/freeze").status_code == 303
    assert someone.post(f"{at}/freeze").status_code == 303
    assert someone.post(f"{at}/cells/2/drop").status_code == 303
    assert "ses cellules ne changent plus" in someone.get(at).text
    assert someone.post(f"{at}/edit", PLAN | {"name": "Pâques, l’appel", "rest_days": "1"}).status_code == 303
    shown = words_of(someone.get(at).text)
    assert "Demander la liste de 3 personnes" in shown
    assert "L’appel part le 30 novembre 2026" in shown  # of what has not left, nothing is said to have come
    assert "Ce qui en est venu" not in shown
    assert "témoin" not in shown.split("Ce qui a été figé")[0]
    _carry_off(assembly, someone, at)
    _change(assembly, someone, at)
    for role, status in ((Role.FINANCE, 200), (Role.CARE, 403), (Role.EDITOR, 403)):
        assert browser(role).get(at).status_code == status
    assert browser(Role.FINANCE).post(f"{at}/freeze").status_code == 403


def _carry_off(assembly: Assembly, someone: Browser, at: str) -> None:
    assert someone.post(f"{at}/files").status_code == 303
    assert "Dites à qui" in someone.get(at).text
    assert someone.post(f"{at}/files", {"recipient": " Imprimerie\n du Parc "}).status_code == 303
    assert "pour Imprimerie du Parc" in words_of(someone.get(at).text)
    answer = someone.post(f"{at}/files/1/take")
    assert (answer.status_code, answer.headers["X-Rows"]) == (200, "3")
    with ZipFile(io.BytesIO(answer.data)) as zipped:
        names = sorted(zipped.namelist())
        assert names == ["pax26-p1-manifeste.json", "pax26-p1-utf8.csv", "pax26-p1-windows1252.csv", "pax26-p1.xlsx"]
        plain, windows = (zipped.read(f"pax26-p1-{name}.csv") for name in ("utf8", "windows1252"))
        manifest = json.loads(zipped.read("pax26-p1-manifeste.json"))
        for part in manifest["parts"]:
            assert part["sha256"] == sha256(zipped.read(part["name"])).hexdigest()
    assert plain.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(plain.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) - 1 == manifest["rows"] == sum(manifest["by_cell"].values()) == 3
    assert (manifest["transliterated"], manifest["purge_on"]) == (1, "2026-12-23")
    assert "Lukasz" in windows.decode("windows-1252")
    check_approved("letters/appeal-mail-house.csv", plain.decode("utf-8-sig").replace("\r\n", "\n"))
    assert someone.post(f"{at}/files/1/take").status_code == 303
    assert "a déjà été emporté" in someone.get(at).text
    with assembly.database.transaction() as session:
        people.record_death(session, PersonId(2), died_on=None, at=NOW)
    with pytest.MonkeyPatch.context() as fewer:
        fewer.setattr(paper, "MOST", 1)
        assert someone.post(f"{at}/files", {"form": "letters"}).status_code == 303
        assert "à 1 personnes au plus" in someone.get(at).text
    assert someone.post(f"{at}/files", {"form": "letters"}).status_code == 303
    assert someone.post(f"{at}/files/2/take").data[:4] == b"%PDF"
    page = words_of(someone.get(at).text)
    assert "décédées depuis : 1" in page
    for days, reminded in ((29, 0), (30, 2), (31, 0)):
        assert mind_files.run(assembly, NOW + timedelta(days=days))["reminded"] == reminded
    with assembly.database.reading() as session:
        titles = session.scalars(select(TaskRow.title).order_by(TaskRow.id)).all()
        assert [one.rpartition("remis à ")[2] for one in titles] == ["Imprimerie du Parc", "nous-mêmes"]
    assert someone.post(f"{at}/files/1/purged").status_code == 303
    with assembly.database.reading() as session:
        assert [done is None for done in session.scalars(select(TaskRow.done_at).order_by(TaskRow.id))] == [False, True]
    with assembly.database.reading() as session:
        kept = exporting.files(session, AppealId(1))
        assert [(one.form, one.state, one.rows) for one in kept] == [
            (FileForm.LETTERS, FileState.MADE, 2), (FileForm.LIST, FileState.MADE, 3),
        ]  # fmt: skip
        facts = [row.facts for row in session.scalars(select(AuditRow).where(AuditRow.action == "appeal.export"))]
        assert [one["rows"] for one in facts] == [3, 2]
        assert "Peeters" not in str(facts)


def _letters(someone: Browser, at: str) -> None:
    new = {"package": "", "language": "nl", "letter": "Dank u."}
    assert someone.post(f"{at}/letters", new).status_code == 303
    assert someone.post(f"{at}/letters", new | {"package": "Z"}).status_code == 422
    shown = words_of(someone.get(f"{at}/letters?package=&language=nl").text)
    assert ("Dank u." in shown, "pas dans leur langue" in shown) == (True, True)
    assert "Personne ne reçoit cette lettre" in words_of(someone.get(f"{at}/letters/look?package=A&language=nl").text)
    assert "Une vraie personne" in words_of(someone.get(f"{at}/letters/look?package=A&language=fr").text)
    assert someone.get(f"{at}/letters/image?package=A&language=fr").data[:4] == b"\x89PNG"
    assert someone.get(f"{at}/letters/paper?package=A&language=fr&turn=1").data[:4] == b"%PDF"
    assert someone.get(f"{at}/letters/paper?package=A&language=nl").status_code == 404


def _change(assembly: Assembly, someone: Browser, at: str) -> None:
    with assembly.database.transaction() as session:
        person(session, assembly, "Tardive")
    assert someone.get(f"{at}/add").status_code == 200
    assert someone.post(f"{at}/add", {"who": "personne", "why": "x", "cell_id": "1"}).status_code == 422
    late = {"who": "Tardive", "other_id": "4", "cell_id": "1", "why": "Rencontrée hier"}
    assert someone.post(f"{at}/add", late | {"why": ""}).status_code == 422
    assert someone.post(f"{at}/add", late).status_code == 303
    assert someone.post(f"{at}/add", late).status_code == 422
    assert someone.post(f"{at}/take-out", late | {"why": "Elle a téléphoné"}).status_code == 303
    assert "Elle a téléphoné" in words_of(someone.get(f"{at}").text)


def test_a_large_file_waits_for_a_second_colleague(assembly: Assembly, browser: Open) -> None:
    everybody, _ = house(assembly)
    first, second = browser(Role.FUNDRAISER), browser(Role.FUNDRAISER)
    assert first.post(f"{HERE}/new", PLAN).status_code == 303
    assert first.post(f"{HERE}/1/cells/new", CELL | {"segment_id": str(everybody)}).status_code == 303
    assert first.post(f"{HERE}/1/freeze").status_code == 303
    with assembly.database.transaction() as session:
        decide_limit(session, limits.LARGE_FILE, 3)
        asked = exporting.ask(
            session, AppealId(1), FileForm.LIST, recipient="Imprimerie du Parc", by=AccountId(1), at=NOW
        )
    assert asked.state is FileState.ASKED
    assert first.post(f"{HERE}/1/files/1/take").status_code == 303
    assert first.post(f"{HERE}/1/files/1/decide", {"decision": "yes"}).status_code == 303
    assert "une autre personne doit l’accorder" in first.get(f"{HERE}/1").text
    assert "Accorder" in words_of(second.get(f"{HERE}/1").text)
    assert second.post(f"{HERE}/1/files/1/decide", {"decision": "yes"}).status_code == 303
    assert first.get(f"{HERE}/seeds").status_code == 200
    for wrong in ({"last_name": ""}, {"street": ""}, {"locality": "", "street": "Rue Haute"}, {"postcode": "1"}):
        assert first.post(f"{HERE}/seeds", SEED | wrong).status_code == 422, wrong
    for name in ("Témoin", "Autre"):
        assert first.post(f"{HERE}/seeds", SEED | {"last_name": name}).status_code == 303
    assert first.post(f"{HERE}/seeds/2/drop").status_code == 303
    assert "y ajoutent 1 ligne, comptée à part" in words_of(first.get(f"{HERE}/1").text)
    answer = first.post(f"{HERE}/1/files/1/take")
    assert answer.headers["X-Rows"] == "4"
    with ZipFile(io.BytesIO(answer.data)) as zipped:
        manifest = json.loads(zipped.read("pax26-p1-manifeste.json"))
        lines = zipped.read("pax26-p1-utf8.csv").decode("utf-8-sig").splitlines()
    assert (manifest["rows"], manifest["seeds"], manifest["by_cell"]) == (3, 1, {"01": 3})
    assert {part["rows"] for part in manifest["parts"]} == {4} == {len(lines) - 1}
    assert lines[-1].startswith("4;01;A;PAX26-P1-A-01;;;Léa;Témoin;;;Rue Haute;12;;1000;Bruxelles;BE;nl;Beste Léa,;")
    assert "+++000/1999/99953+++" in lines[-1]
    assert "+ 1 témoin" in words_of(first.get(f"{HERE}/1").text)
    _prices(assembly, first)


def test_a_frozen_appeal_is_called_off_with_a_reason(assembly: Assembly, browser: Open) -> None:
    everybody, _ = house(assembly)
    someone = browser(Role.FUNDRAISER)
    assert someone.post(f"{HERE}/new", PLAN | {"planned_on": "2020-01-31"}).status_code == 303
    assert someone.post(f"{HERE}/1/cells/new", CELL | {"segment_id": str(everybody)}).status_code == 303
    assert someone.post(f"{HERE}/1/freeze").status_code == 303
    assert "Le jour prévu est passé" in someone.get(f"{HERE}/1").text
    assert someone.post(f"{HERE}/1/edit", PLAN).status_code == 303
    assert someone.post(f"{HERE}/1/freeze").status_code == 303
    assert "Abandonner cet appel" in words_of(someone.get(f"{HERE}/1").text)
    assert browser(Role.FINANCE).post(f"{HERE}/1/abandon", {"why": "Non"}).status_code == 403
    for why, said in (("", "Écrivez pourquoi"), ("Mauvais segment", "Cet appel est abandonné")):
        assert someone.post(f"{HERE}/1/abandon", {"why": why}).status_code == 303
        assert said in someone.get(f"{HERE}/1").text
    shown = words_of(someone.get(f"{HERE}/1").text)
    assert ("Mauvais segment" in shown, "Ce qui part" in shown, "Ce qui a été figé" in shown) == (True, False, True)
    assert "Abandonné" in words_of(someone.get(HERE).text)
    assert someone.post(f"{HERE}/1/files", {"recipient": "Imprimerie"}).status_code == 303
    assert "rien n’en part." in someone.get(f"{HERE}/1").text


def _prices(assembly: Assembly, someone: Browser) -> None:
    codes = f"{HERE}/codes"
    assert "PAX26-P1-A-01" in words_of(someone.get(codes).text)
    with assembly.database.transaction() as session:
        movement = Movement(method=Method.TRANSFER, booked_on=NOW.date())
        gift = NewGift(person_id=PersonId(1), lines=(NewLine(cents=200000),), given_on=NOW.date(), movement=movement,
                       source_code="PAX26-P1-A-01")  # fmt: skip
        donations.record(session, assembly.sealer, gift, at=NOW)
    assert someone.post(f"{codes}/1", {"cost-1": "beaucoup"}).status_code == 422
    assert someone.post(f"{codes}/1", {"cost-1": "-5"}).status_code == 422
    assert someone.post(f"{codes}/99", {"cost-99": "5"}).status_code == 303
    costs = {"cost-1": "300", "cost-PAX26-P1-A-01": "200", "cost-AUTRE": "7"}
    assert someone.post(f"{codes}/1", costs).status_code == 303
    shown = words_of(someone.get(codes).text)
    assert "coûts couverts en novembre 2026" in shown
    for figure in ("2 000,00 €", "200,00 €", "500,00 €", "0,10 €", "0,25 €", "900 %", "300 %"):
        assert figure in shown, figure
    _recounted(assembly, someone, f"{HERE}/1")


def _recounted(assembly: Assembly, someone: Browser, at: str) -> None:
    """The page reads what was kept and looks at no gift, until it is counted anew."""
    with assembly.database.reading() as session:
        read = [asked for asked, _ in statements(session, lambda: someone.get(at))]
    assert any("appeal_sheet" in one for one in read)
    assert not [one for one in read if re.search(r"\b(gift|money_entry|plan_event)\b", one)]
    assert "Ont répondu 0" in words_of(someone.get(at).text)
    assert someone.post(f"{at}/recount").status_code == 303
    shown = words_of(someone.get(at).text)
    assert ("Ont répondu 1" in shown, "Comptés à 10:00." in shown) == (True, True)
    with assembly.database.transaction() as session:
        session.execute(delete(AppealSheetRow))
        session.execute(update(AppealPlanRow).values(planned_on=NOW.date()))
    shown = words_of(someone.get(at).text)
    assert ("Ont répondu" in shown, "Pas encore comptés" in shown) == (False, True)
    assert someone.post(f"{at}/recount").status_code == 303
    assert count_appeals.run(assembly, NOW)["counted"] == 1
    assert "Ont répondu 1" in words_of(someone.get(at).text)
