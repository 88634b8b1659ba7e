"""The number of an enterprise in a file: it makes an organisation known whatever its name, and comes once."""

from __future__ import annotations

from pathlib import Path

from crm.donations import service as donations
from crm.duplicates import merges
from crm.people import arriving, differences, search
from crm.people import service as people
from crm.people.model import NewPerson, Person, PersonKind
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
from tests.conftest import NOW
from tests.imports.conftest import Desk, desk_on

ROWS = (
    "prénom;nom;organisation;TVA;email\n"
    "Marie;Dupont;ACME Belgique;BE 0418.308.144;marie@acme.be\n"
    ";;ACME SA;418308144;info@acme.be\n"
    ";;ACME Belgique;0403.654.810;\n"
    ";;Imprimerie du Lac;0123.456.749;\n"
    ";;Faux;0418.308.145;\n"
    "Zoé;Lys;;0418.308.144;zoe@exemple.be\n"
    ";;Section Nord;0899.999.949;\n"
)


def held(desk: Desk, typed: str) -> list[Person]:
    with desk.assembly.database.reading() as session:
        hits = search.find(session, desk.assembly.addresses, typed).hits
    return sorted((hit.person for hit in hits), key=lambda one: one.id)


def test_an_enterprise_number_is_a_key_of_its_own(desk: Desk, tmp_path: Path) -> None:
    with desk.assembly.database.transaction() as session:
        for name, number in (("Imprimerie du Lac", ""), ("Section Sud", "0899999949"), ("Section Est", "0899999949")):
            new = NewPerson(
                kind=PersonKind.ORGANISATION, organisation_name=name, enterprise_number=number, language=Language.FR
            )
            people.add(session, desk.assembly.addresses, new, at=NOW)
    before = desk.held()
    run = desk.bring("people", ROWS)
    said = {
        2: ("create", "organisation-new:ACME Belgique", "tied:contact"),
        3: ("update", "row-before", "adds:email", "differs:organisation_name"),
        4: ("create",),
        5: ("update", "adds:enterprise_number"),
        6: ("error", "not-enterprise:0418.308.145"),
        7: ("create", "enterprise-alone"),
        8: ("review", "several-alike"),
    }
    assert desk.said(run) == said
    assert desk.held() == before
    desk.apply(run)
    assert desk.said(run) == said
    for typed in ("0418.308.144", "0418308144", "BE 0418.308"):
        assert [one.full_name for one in held(desk, typed)] == ["ACME Belgique"], typed
    assert [one.enterprise_number for one in held(desk, "0123456749")] == ["0123456749"]
    again = desk.bring("people", ROWS.replace("ACME Belgique;BE", "ACME;BE"))
    assert desk.said(again)[2] == ("review", "organisation-there:ACME", "differs:organisation_name")
    desk_on(desk.assembly, tmp_path / "files", minutes=2).undo(run)
    assert {name: rows for name, rows in desk.held().items() if name != "donor_windows"} == before


def test_a_gift_goes_to_the_enterprise_of_that_number(desk: Desk) -> None:
    desk.apply(desk.bring("people", ROWS))
    [acme] = held(desk, "0418.308.144")
    rows = (
        "Montant;Date;Prénom;Nom;Organisation;BCE;E-mail\n"
        "50;2026-02-01;Marie;Dupont;A.C.M.E.;0418308144;marie@acme.be\n"
    )
    run = desk.apply(desk.bring("gifts", rows, choices={"method": "transfer"}))
    assert desk.said(run)[2][:2] == ("update", "gives:50.00")
    with desk.assembly.database.reading() as session:
        [gift] = donations.latest_of(session, PersonId(acme.id), size=9)
    assert gift.cents == 5000


SCHOOLS = (
    "Contact ID;Organisation;Sorte;Numéro d'entreprise;E-mail;Rue;Code postal;Localité\n"
    "501;Collège Saint-Michel;école;0418.308.144;direction@stmichel.be;Rue Basse 24;1040;Etterbeek\n"
    "502;Institut Sainte-Anne;école;0418.308.144;accueil@steanne.be;;;\n"
    ";Institut Saint-Luc;école;0418.308.144;accueil@stluc.be;Rue Haute 3;5000;Namur\n"
    "501;Collège St-Michel;école;0418.308.144;;Rue Haute 9;5000;Namur\n"
)


def test_schools_of_one_board_share_a_number_and_stay_apart(desk: Desk) -> None:
    run = desk.bring("people", SCHOOLS, choices={"system": "civicrm"})
    said = desk.said(run)
    assert said[2][0] == "create"
    assert (said[3], said[4]) == (("review", "several-alike"), ("review", "several-alike"))
    assert (said[5][0], "row-before" in said[5]) == ("review", True), "its own number leads to it whatever differs"
    desk.apply(run)
    [college] = held(desk, "0418.308.144")
    rows = "Montant;Date;Contact ID;Organisation;BCE\n500;2026-02-01;502;Institut Sainte-Anne;0418308144\n"
    gift = desk.bring("gifts", rows, choices={"method": "transfer", "system": "civicrm"})
    assert desk.said(gift)[2] == ("review", "several-alike")
    with desk.assembly.database.transaction() as session:
        new = NewPerson(
            kind=PersonKind.ORGANISATION, organisation_name="Institut Saint-Luc", enterprise_number="0418308144",
            language=Language.FR, address=PostalAddress(street="Rue Haute", number="3", postcode="5000"),
        )  # fmt: skip
        for _ in range(2):
            arrived = arriving.arrive(session, desk.assembly.addresses, new, at=NOW, statement={})
            assert arrived.person.id != college.id
    assert (arrived.outcome, len(held(desk, "0418.308.144"))) == (arriving.Outcome.MATCHED, 2)
    with desk.assembly.database.reading() as session:
        assert [(one.field, one.said) for one in differences.of(session, arrived.person.id)] == [
            ("number", {"text": "0418308144"})
        ]


def test_the_number_of_an_organisation_that_was_merged_leads_on(desk: Desk) -> None:
    made = desk.assembly
    desk.apply(desk.bring("people", "organisation;TVA\nACME Belgique;0418308144\nACME SA;0403654810\n"))
    [acme], [other] = held(desk, "0418308144"), held(desk, "0403654810")
    with made.database.transaction() as session:
        merges.merge(
            session, made.sealer, made.pointers, survivor_id=acme.id, loser_id=other.id, chosen={}, by=None, at=NOW
        )
    run = desk.bring("people", "organisation;TVA;email\nA.C.M.E.;0403654810;info@acme.be\nACME Belgique;0403654810;\n")
    assert desk.said(run) == {2: ("update", "adds:email", "differs:organisation_name"), 3: ("same",)}
    run = desk.apply(run)
    assert [row.person_id for row in desk.rows(run).values()] == [acme.id, acme.id]
