"""The magazine's desk: described, planned, previewed, frozen, taken out, returned, claimed; and one's own choice."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date
from zipfile import ZipFile

import pytest
import segno
from sqlalchemy import select, update

from crm.assembly import Assembly
from crm.audit.tables import AuditRow
from crm.magazine import printing, service
from crm.magazine.model import Basis, Format, Subscription
from crm.magazine.tables import PrintFileRow
from crm.people import differences
from crm.people import service as people
from crm.people.model import NewPerson
from crm.staff.model import Role
from crm.values.identifiers import IssueId, PersonId
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
from jobs import freeze_issues
from tests.magazine.conftest import furnish as describe
from tests.web.conftest import Browser
from tests.web.furnished import furnish
from tests.web.supporters import Site, hidden, words_of
from tests.web.test_public_space import go_in
from tests.web.test_public_space import site as _site

Open = Callable[..., Browser]
site = _site
HERE = "/office/magazine"
ISSUE = {
    "number": "7", "title": "Bougies", "cover_on": "2026-12-01", "file_due_on": "2026-12-04", "drop_on": "14/12/2026",
    "home_on": "2026-12-17", "copy": "0,62", "postage": "0.48", "postage_abroad": "", "pdf_url": "",
}  # fmt: skip
ABOUT = {
    "name": "Le Fil", "approval_number": "P901135", "deposit_office": "Bruxelles X", "tariff": "pro",
    "customer_number": "", "account_number": "", "printer": "", "keep_days": "30",
}  # fmt: skip
RULE = {
    "members": "on", "grace_months": "3", "plan_months": "3", "gift_count": "2", "gift_sum": "40", "gift_months": "12",
    "said": ["paid", "staff"], "note": "Sans les dons réguliers",
}  # fmt: skip
CANAL = {"recipient": "Imprimerie du Canal"}
PAGES = (
    "",
    "/about",
    "/issues/new",
    "/issues/1",
    "/issues/1/edit",
    "/issues/1/supplement",
    "/issues/1/addresses",
    "/issues/2",
    "/issues/2/preview",
    "/issues/2/addresses",
    "/issues/2/neighbours",
    "/neighbours",
    "/runs/1",
    "/runs/1/excluded/household",
    "/people/1",
    "/rule",
    "/returns",
    "/returns/camera",
    "/claims",
    "/figures",
)


def test_every_page_opens_in_a_house_with_a_magazine(assembly: Assembly, browser: Open) -> None:
    furnish(assembly)
    someone = browser(Role.FUNDRAISER)
    for page in PAGES:
        answer = someone.get(f"{HERE}{page}")
        assert (page, answer.status_code, "style=" in answer.text) == (page, 200, False)
    assert "Rue Haute 3" in words_of(someone.get("/office/supporters/3").text)
    assert "Le Fil" in words_of(someone.get("/office/supporters/3").text)
    assert someone.get(f"{HERE}/runs/1/excluded/whatever").status_code == 404
    assert someone.get(f"{HERE}/issues/99").status_code == 404


def test_a_magazine_is_described_and_an_issue_planned(assembly: Assembly, browser: Open) -> None:
    someone = browser(Role.FUNDRAISER)
    assert "Présentez d’abord votre magazine" in words_of(someone.get(HERE).text)
    for wrong in ({"name": " "}, {"keep_days": "0"}, {"keep_days": "x"}):
        assert someone.post(f"{HERE}/about", ABOUT | wrong).status_code == 422
    assert someone.post(f"{HERE}/about", ABOUT).status_code == 303
    assert someone.get(f"{HERE}/issues/new").status_code == 200
    for wrong, said in (
        ({"drop_on": "2026-12-01"}, "Le dépôt à la poste vient après"),
        ({"home_on": "2026-12-13"}, "L’arrivée dans les boîtes vient après"),
        ({"number": "zéro"}, "Un numéro entre 1 et 99 999"),
        ({"copy": "beaucoup"}, "Relisez cette valeur"),
        ({"cover_on": ""}, "Relisez cette valeur"),
        ({"pdf_url": "javascript:alert(1)"}, "Une adresse qui commence par https"),
    ):
        refused = someone.post(f"{HERE}/issues/new", ISSUE | wrong)
        assert (refused.status_code, said in words_of(refused.text)) == (422, True), wrong
    assert someone.post(f"{HERE}/issues/new", ISSUE).status_code == 303
    assert someone.post(f"{HERE}/issues/new", ISSUE).status_code == 422
    with assembly.database.reading() as session:
        (issue,) = service.issues(session)
    assert (issue.number, issue.plan.copy_cents, issue.plan.postage_cents) == (7, 62, 48)
    assert "Le fichier est attendu dans moins de deux semaines" in words_of(someone.get(HERE).text)
    assert someone.post(f"{HERE}/issues/1/freeze").status_code == 303
    assert "Personne ne recevrait d’exemplaire" in someone.get(HERE).text
    assert "Personne ne recevrait d’exemplaire" in someone.get(f"{HERE}/issues/1").text
    assert someone.post(f"{HERE}/issues/1/withdraw").status_code == 303
    assert (someone.get(f"{HERE}/issues/1").status_code, someone.post(f"{HERE}/files/9/purged").status_code) == (
        404,
        404,
    )


def test_a_letter_box_with_two_names_is_decided_and_taken_back(assembly: Assembly, browser: Open) -> None:
    furnish(assembly)
    with assembly.database.transaction() as session:
        home = PostalAddress(street="Rue Haute", number="3", postcode="1000", locality="Bruxelles")
        new = NewPerson(language=Language.FR, first_name="Idriss", last_name="Nouveau", address=home)
        idriss = people.add(session, assembly.addresses, new, at=assembly.clock()).id
        service.subscribe(session, Subscription(person_id=idriss, basis=Basis.PAID), by=None, at=assembly.clock())
    someone, here = browser(Role.FUNDRAISER), f"{HERE}/issues/2/neighbours"
    assert "Dire qui vit ensemble" in someone.get(f"{HERE}/issues/2/addresses").text
    page = someone.get(here).text
    assert "2 exemplaires y partent" in words_of(page)
    form = {"issue": "2", "address": hidden(page, "address"), "all": [str(idriss), "3"], "who": [str(idriss), "3"]}
    refused = someone.post(f"{HERE}/neighbours/together", form | {"who": ["3"]}, headers={"HX-Request": "true"})
    assert "rien n’a été décidé" in refused.text
    done = someone.post(f"{HERE}/neighbours/together", form, headers={"HX-Request": "true"})
    assert ("un seul exemplaire part" in done.text, "neighbours/1/reopen" in done.text) == (True, True)
    assert "Plus aucune boîte n’attend" in words_of(someone.get(here).text)
    assert "1 exemplaire de moins" in words_of(someone.get(f"{HERE}/issues/2/preview").text)
    assert "Idriss Nouveau" in someone.get(f"{HERE}/neighbours").text
    assert someone.post(f"{HERE}/neighbours/1/reopen", {"issue": "2"}).status_code == 303
    assert someone.post(f"{HERE}/neighbours/1/reopen").status_code == 303
    assert someone.post(f"{HERE}/neighbours/apart", form).status_code == 303
    assert "1 boîte à plusieurs noms où chacun·e garde le sien" in words_of(
        someone.get(f"{HERE}/issues/2/preview").text
    )
    assert "Chacun·e son exemplaire" in words_of(someone.get(f"{HERE}/neighbours").text)
    assert someone.get(f"{HERE}/issues/1/neighbours").status_code == 303
    with assembly.database.reading() as session:
        trail = list(session.scalars(select(AuditRow.action).where(AuditRow.action.like("magazine-neighbours.%"))))
    assert sorted(trail) == [f"magazine-neighbours.{word}" for word in ("apart", "reopen", "together")]


def test_a_rule_is_seen_before_it_is_saved(assembly: Assembly, browser: Open) -> None:
    furnish(assembly)
    someone = browser(Role.FUNDRAISER)
    assert someone.post(f"{HERE}/rule/preview", RULE | {"plan_months": "0"}).status_code == 422
    page = someone.post(f"{HERE}/rule/preview", RULE).text
    seen = words_of(page)
    assert "Ce que cela change pour le n° 125" in seen
    assert "Règle du n° 124" in seen
    digest = {"seen": hidden(page, "seen")}
    unseen = someone.post(f"{HERE}/rule", RULE | digest | {"grace_months": "1"})
    assert (unseen.status_code, "Pas encore enregistré" in words_of(unseen.text)) == (200, True)
    with assembly.database.reading() as session:
        assert len(service.versions(session)) == 1
    assert someone.post(f"{HERE}/rule", RULE | digest).status_code == 303
    assert "abonnement payé · équipe et témoins" in words_of(someone.get(f"{HERE}/rule").text)
    assert "Figé par la règle du" in words_of(someone.get(f"{HERE}/issues/1").text)
    with assembly.database.reading() as session:
        saved = service.rule(session)
    assert (saved.rule.said, saved.rule.regular_plans, saved.note) == (
        frozenset({Basis.PAID, Basis.STAFF}),
        False,
        "Sans les dons réguliers",
    )


def test_a_rule_is_seen_against_the_last_issue_before_the_next_is_planned(assembly: Assembly, browser: Open) -> None:
    furnish(assembly)
    with assembly.database.transaction() as session:
        service.withdraw_issue(session, IssueId(2))
    someone = browser(Role.FUNDRAISER)
    page = someone.post(f"{HERE}/rule/preview", RULE | {"said": ["staff"]}).text
    seen = words_of(page)
    assert "Ce que cela change pour le n° 125" in seen
    assert "Partent depuis le n° 124 0 3 3" in " ".join(seen.split())
    assert someone.post(f"{HERE}/rule", RULE | {"said": ["staff"], "seen": hidden(page, "seen")}).status_code == 303


def test_what_is_frozen_leaves_as_it_is_shown(assembly: Assembly, browser: Open) -> None:
    furnish(assembly)
    someone = browser(Role.FUNDRAISER)
    assert "Emporter 3 adresses" in words_of(someone.get(f"{HERE}/runs/1").text)
    assert someone.post(f"{HERE}/runs/1/files", {"recipient": "  "}).status_code == 303
    assert "Dites à qui ces fichiers seront remis" in someone.get(f"{HERE}/runs/1").text
    answer = someone.post(f"{HERE}/runs/1/files", {"xlsx": "on", "mail_id": "on"} | CANAL)
    assert (answer.status_code, answer.headers["X-Rows"]) == (200, "3")
    with ZipFile(io.BytesIO(answer.data)) as zipped:
        table = zipped.read("le-fil-124-be-fr-utf8.csv").decode("utf-8-sig")
    assert len(table.splitlines()) == 4
    with assembly.database.transaction() as session:
        people.record_death(session, PersonId(3), died_on=None, at=assembly.clock())
    assert someone.post(f"{HERE}/runs/1/files", CANAL).headers["X-Rows"] == "2"
    assert "décédé·e depuis : 1" in words_of(someone.get(f"{HERE}/runs/1").text)
    labels = someone.post(f"{HERE}/runs/1/labels", {"sheet": "L7160", "which": "all"})
    assert (labels.status_code, labels.data[:4]) == (200, b"%PDF")
    assert someone.post(f"{HERE}/runs/1/labels", {"sheet": "L7160", "which": "hand"}).status_code == 303
    assert someone.post(f"{HERE}/runs/1/labels", {"sheet": "A0"}).status_code == 400
    assert "Remis à Imprimerie du Canal" in words_of(someone.get(f"{HERE}/runs/1").text)
    with assembly.database.transaction() as session:
        session.execute(update(PrintFileRow).where(PrintFileRow.id == 1).values(recipient=""))
    assert "Dire qui l’a reçu" in words_of(someone.get(f"{HERE}/issues/1").text)
    assert someone.post(f"{HERE}/files/1/recipient", {"recipient-1": ""}).status_code == 303
    assert someone.post(f"{HERE}/files/1/recipient", {"recipient-1": "Routage Meuse"}).status_code == 303
    assert "Remis à Routage Meuse" in words_of(someone.get(f"{HERE}/runs/1").text)
    assert someone.post(f"{HERE}/files/99/recipient", CANAL).status_code == 404
    assert someone.post(f"{HERE}/files/1/purged").status_code == 303
    assert someone.post(f"{HERE}/issues/1/freeze").status_code == 303
    assert "il ne l’est qu’une fois" in someone.get(HERE).text
    with assembly.database.reading() as session:
        facts = [row.facts for row in session.scalars(select(AuditRow).where(AuditRow.action == "magazine-run.export"))]
        assert [one["rows"] for one in facts] == [3, 2]
        assert "Sana" not in str(facts)


def test_the_files_of_a_long_list_are_made_beside_the_office(
    assembly: Assembly, browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(assembly)
    monkeypatch.setattr(printing, "FILES_AT_ONCE", 2)
    someone = browser(Role.FUNDRAISER)
    assert someone.post(f"{HERE}/runs/1/files", CANAL).status_code == 303
    assert "Les fichiers se font" in words_of(someone.get(f"{HERE}/runs/1").text)
    assert "Les fichiers vont se faire" in someone.get(f"{HERE}/runs/1/files/progress").text
    assert someone.post(f"{HERE}/runs/1/files/made").status_code == 303
    freeze_issues.run(assembly, assembly.clock())
    assert someone.get(f"{HERE}/runs/1/files/progress").headers["HX-Refresh"] == "true"
    assert "Les fichiers sont prêts" in words_of(someone.get(f"{HERE}/runs/1").text)
    answer = someone.post(f"{HERE}/runs/1/files/made")
    with ZipFile(io.BytesIO(answer.data)) as zipped:
        assert "le-fil-124-be-fr-utf8.csv" in zipped.namelist()


def test_returns_and_claims_at_the_desk(assembly: Assembly, browser: Open) -> None:
    furnish(assembly)
    care = browser(Role.CARE)
    with assembly.database.reading() as session:
        number = people.people(session, {PersonId(3)})[PersonId(3)].member_number
    for typed, said in (
        ({"code": "1", "reason": "gone"}, "Personne ne porte ce numéro"),
        ({"code": number, "reason": ""}, "Choisissez ce qui est écrit"),
        ({"code": f"7/{number}", "reason": "gone"}, "n’a pas eu d’exemplaire"),
    ):
        refused = care.post(f"{HERE}/returns", typed)
        assert (refused.status_code, said in words_of(refused.text)) == (422, True)
    assert care.post(f"{HERE}/returns", {"code": f"124/{number}", "reason": "gone"}).status_code == 303
    assert "adresse signalée" in words_of(care.get(f"{HERE}/returns").text)
    sent = {"issue": "1", "file": (io.BytesIO(f"code;raison\n{number};inconnu\n000;inconnu".encode()), "retours.csv")}
    read = words_of(care.post(f"{HERE}/returns/file", sent, content_type="multipart/form-data").text)
    assert "1 était déjà noté" in read
    assert "aux lignes : 3" in read
    nothing = {"issue": "1", "file": (io.BytesIO(b"\0"), "x.csv")}
    assert care.post(f"{HERE}/returns/file", nothing, content_type="multipart/form-data").status_code == 422
    assert care.post(f"{HERE}/people/1/claim", {"issue": "2"}).status_code == 303
    assert "Ce numéro n’est pas encore parti" in care.get(HERE).text
    assert care.post(f"{HERE}/people/1/claim", {"issue": "1", "note": "Rien"}).status_code == 303
    assert "2 personnes attendent" in words_of(care.get(f"{HERE}/claims").text)
    assert care.post(f"{HERE}/claims/1/close").status_code == 303
    assert care.post(f"{HERE}/issues/1/again").status_code == 303
    assert "Renvois" in words_of(care.get(f"{HERE}/issues/1").text)
    assert care.post(f"{HERE}/issues/1/freeze").status_code == 403


def test_a_phone_reads_what_came_back(assembly: Assembly, browser: Open) -> None:
    furnish(assembly)
    care = browser(Role.CARE)
    page = care.get(f"{HERE}/returns/camera")
    assert (page.status_code, "camera=(self)" in page.headers["Permissions-Policy"]) == (200, True)
    assert "camera=()" in care.get(f"{HERE}/returns").headers["Permissions-Policy"]
    with assembly.database.reading() as session:
        number = people.people(session, {PersonId(3)})[PersonId(3)].member_number
    rows = [bytes(0 if dark else 255 for dark in row) for row in segno.make(f"124/{number}").matrix_iter(6, 4)]

    def look(dots: bytes, width: int) -> str:
        sent = {"dots": (io.BytesIO(dots), "dots"), "width": str(width), "height": str(len(rows))}
        answer = care.post(f"{HERE}/returns/photo", sent, content_type="multipart/form-data")
        return str(json.loads(answer.text)["code"])

    assert look(b"".join(rows), len(rows[0])) == f"124/{number}"
    for nothing in (b"\xff" * len(rows) * len(rows[0]), b"", b"x"):
        assert look(nothing, len(rows[0])) == ""
    for typed, status in (({"code": "1", "reason": "gone"}, 422), ({"code": f"124/{number}", "reason": "x"}, 422)):
        assert care.post(f"{HERE}/returns/camera", typed).status_code == status
    done = care.post(f"{HERE}/returns/camera", {"code": f"124/{number}", "reason": "unknown"})
    assert (done.status_code, done.headers["Location"]) == (303, f"{HERE}/returns/camera?reason=unknown")
    assert "inconnu" in words_of(care.get(f"{HERE}/returns/camera").text)


def test_staff_set_how_somebody_gets_it(assembly: Assembly, browser: Open) -> None:
    furnish(assembly)
    care = browser(Role.CARE)
    form = {
        "basis": "exchange", "copies": "4", "format": "both", "from_number": "120", "until_number": "130",
        "paused_from_on": "", "paused_until_on": "", "address_id": "1", "notes": "Sonner deux fois", "own_copy": "on",
    }  # fmt: skip
    for wrong in (
        {"copies": "201"},
        {"until_number": "1"},
        {"paused_until_on": "2026-01-01"},
        {"address_id": "3"},
        {"format": "vinyl"},
    ):
        assert care.post(f"{HERE}/people/1", form | wrong).status_code == 422
    assert care.post(f"{HERE}/people/1", form).status_code == 303
    with assembly.database.reading() as session:
        said = service.subscription(session, PersonId(1))
    assert (said.basis, said.copies, said.format, said.own_copy, said.until_number) == (
        Basis.EXCHANGE,
        4,
        Format.BOTH,
        True,
        130,
    )
    assert "Sonner deux fois" in care.get(f"{HERE}/people/1").text


def test_a_supporter_chooses_in_their_own_space(site: Site) -> None:
    path = "/mon-espace/magazine"
    assert "On vous a" not in site.client.get(path).text
    with site.assembly.database.transaction() as session:
        describe(session)
        marie = people.people_at(session, site.assembly.addresses.key_of("marie@exemple.be"))[0]
        service.subscribe(session, service.subscription(session, marie.id), by=None, at=site.assembly.clock())
    assert path not in go_in(site)
    page = site.client.get(f"{path}?lang=fr")
    form = {"csrf": hidden(page.text, "csrf"), "format": "pdf", "pause": "3"}
    assert site.client.post(path, data={**form, "format": "vinyl"}).status_code == 422
    done = words_of(site.client.post(f"{path}?lang=fr", data=form).text)
    assert "C’est noté : en PDF, par e-mail. En pause jusqu’au" in done
    with site.assembly.database.reading() as session:
        said = service.subscription(session, marie.id)
        assert (said.format, said.paused_until_on) == (Format.PDF, date(2027, 2, 24))
    space = site.client.get("/mon-espace?lang=fr").text
    assert path in space
    kept = {"csrf": hidden(site.client.get(path).text, "csrf"), "format": "both", "pause": "keep"}
    assert site.client.post(path, data=kept).status_code == 200
    with site.assembly.database.reading() as session:
        assert service.subscription(session, marie.id).paused_until_on == said.paused_until_on
        assert service.issue(session, IssueId(1)).frozen_at is None


def test_new_addresses_wait_to_be_looked_at(assembly: Assembly, browser: Open) -> None:
    furnish(assembly)
    care = browser(Role.CARE)
    with assembly.database.reading() as session:
        number = people.people(session, {PersonId(1)})[PersonId(1)].member_number
    rows = (f"{number};Rue Neuve;4;;1000;Bruxelles", "77;Rue X;1;;1000;Bruxelles", f"{number};Rue X;1;;10;Bruxelles")
    text = "n_membre;rue;numero;boite;cp;localite\r\n" + "\r\n".join((*rows, f"{number};Rue Haute;1;;1000;Bruxelles"))
    sent = {"changes": (io.BytesIO(text.encode()), "poste.csv")}
    read = words_of(care.post(f"{HERE}/changes", sent, content_type="multipart/form-data").text)
    assert "1 nouvelle adresse attend d’être relue" in read
    assert "1 était déjà la nôtre" in read
    assert "Numéros inconnus aux lignes : 3" in read
    assert "Adresses illisibles aux lignes : 4" in read
    with assembly.database.reading() as session:
        (waits,) = differences.open_of(session, PersonId(1))
    assert (waits.said["street"], waits.said["number"], waits.source) == ("Rue Neuve", "4", "post")
    nothing = {"changes": (io.BytesIO(b"a;b\n1;2"), "x.csv")}
    assert care.post(f"{HERE}/changes", nothing, content_type="multipart/form-data").status_code == 422
    assert care.post(f"{HERE}/coupon", {"number": "1"}).status_code == 422
    led = care.post(f"{HERE}/coupon", {"number": number})
    assert (led.status_code, led.headers["Location"]) == (303, "/office/supporters/1/addresses/new")


def test_addresses_are_checked_by_the_post_and_come_back(assembly: Assembly, browser: Open) -> None:
    furnish(assembly)
    someone = browser(Role.FUNDRAISER)
    left = someone.post(f"{HERE}/issues/2/addresses/file.csv").data.decode("utf-8-sig")
    head, *rows = [line.split(";") for line in left.splitlines()]
    assert head == ["ref", "rue", "numero", "boite", "cp", "localite"]
    assert {row[1] for row in rows} == {"Rue Haute"}
    assert "Sana" not in left
    ref = rows[0][0]
    lines = (f"{ref};Rue Basse;9;;1000;Bruxelles", ";".join(rows[1]), "99-1;Rue X;1;;1000;Bruxelles", f"{ref};;;;1;")
    text = "\r\n".join((";".join(head), *lines))

    def answer(content: str) -> str:
        sent = {"answers": (io.BytesIO(content.encode()), "poste.csv")}
        someone.post(f"{HERE}/issues/2/addresses/answers", sent, content_type="multipart/form-data")
        shown = someone.get(f"{HERE}/issues/2/addresses").text
        return shown.replace("\u202f", " ").replace("\u00a0", " ")

    assert "À relire : 1. Justes : 1. Lignes inutilisables : 2." in answer(text)
    assert "Un fichier CSV avec les colonnes ref" in answer("a;b")
    with assembly.database.reading() as session:
        (waits,) = differences.open_of(session, PersonId(int(ref.split("-")[0])))
    assert (waits.said["street"], waits.source) == ("Rue Basse", "proofing")
