"""An organisation named beside a person, in every kind of file: two records, and the money is the organisation's."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from crm.attestations import elsewhere
from crm.consent import service as consent
from crm.consent.model import APPEALS, Act, Channel, Purpose
from crm.consent.policy import EVERYWHERE
from crm.donations import service as donations
from crm.magazine import service as magazine
from crm.magazine.model import Basis
from crm.people import links
from crm.people import service as people
from crm.people.model import ExternalId, NewPerson, Person, PersonKind, TieKind
from crm.plans import service as plans
from crm.values.email_address import EmailAddress
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from tests.conftest import NOW
from tests.imports.conftest import Desk, desk_on

GIFTS = (
    "Référence;Montant;Date du don;Contact ID;Prénom;Nom;Organisation;E-mail;Rue;Code postal;Localité\n"
    "D1;50,00;03/04/2024;;Marie;Dupont;ACME Belgique;marie@acme.be;rue Haute 1;1000;Bruxelles\n"
    "D2;60,00;03/05/2024;;Marie;Dupont;acme belgique;marie@acme.be;;;\n"
    "D3;70,00;03/06/2024;;;;ACME Belgique;info@acme.be;;;\n"
    "D4;80,00;03/06/2024;;Jean;Petit;ACME Belgique;info@acme.be;;;\n"
    "D5;10,00;03/06/2024;;Luc;Maes;;luc@exemple.be;;;\n"
    "D6;90,00;03/07/2024;40;Ana;Silva;Imprimerie du Lac;;;;\n"
    "D7;95,00;03/08/2024;;ana;SILVA;Imprimerie du Lac;;;;\n"
    "D8;97,00;03/08/2024;;Jean;Petit;ACME Belgique;;;;\n"
)
FORMATS = {"given_on": "day-month", "signed_on": "day-month", "amount": "comma"}
CHOSEN = {"method": "transfer", "system": "civicrm"}


def at(desk: Desk, address: str) -> dict[PersonKind, Person]:
    with desk.assembly.database.reading() as session:
        found = people.people_at(session, desk.assembly.addresses.key_of(address))
    return {one.kind: one for one in found}


def of(desk: Desk, person: Person) -> Person:
    """The one organisation whose contact they are."""
    with desk.assembly.database.reading() as session:
        [tie] = links.ties_of(session, person.id)
        found = people.find_person(session, tie.other_id)
    assert found is not None
    assert tie.kind is TieKind.CONTACT
    return found


def theirs(name: str, *, new: bool = False) -> tuple[str, str]:
    """What a row says of money that is an organisation's."""
    return f"of-organisation:{name}", f"organisation-{'new' if new else 'there'}:{name}"


def given(desk: Desk, person_id: PersonId) -> list[int]:
    with desk.assembly.database.reading() as session:
        return sorted(one.cents for one in donations.latest_of(session, person_id, size=9))


def test_a_gift_of_an_organisation_is_its_own_and_whoever_is_named_is_its_contact(desk: Desk, tmp_path: Path) -> None:
    with desk.assembly.database.transaction() as session:
        press = NewPerson(kind=PersonKind.ORGANISATION, organisation_name="Imprimerie du Lac", language=Language.FR)
        printer = people.add(session, desk.assembly.addresses, press, at=NOW).id
        links.add_external_id(session, printer, ExternalId(system="civicrm", value="40"))
    before = desk.held()
    run = desk.bring("gifts", GIFTS, choices=CHOSEN, formats=FORMATS)
    said = {
        2: ("create", "gives:50.00", *theirs("ACME Belgique", new=True), "tied:contact"),
        3: ("update", "row-before", "gives:60.00", *theirs("acme belgique")),
        4: ("update", "row-before", "adds:email", "gives:70.00"),
        5: ("create", "gives:80.00", *theirs("ACME Belgique"), "tied:contact"),
        6: ("create", "gives:10.00"),
        7: ("create", "gives:90.00", *theirs("Imprimerie du Lac"), "tied:contact"),
        8: ("update", "row-before", "gives:95.00", *theirs("Imprimerie du Lac")),
        9: ("update", "row-before", "gives:97.00", *theirs("ACME Belgique")),
    }
    assert desk.said(run) == said
    assert desk.held() == before
    desk.apply(run)
    assert desk.said(run) == said
    marie = at(desk, "marie@acme.be")[PersonKind.INDIVIDUAL]
    acme = of(desk, marie)
    assert (marie.full_name, marie.organisation_name, acme.organisation_name) == ("Marie Dupont", "", "ACME Belgique")
    assert set(at(desk, "info@acme.be")) == {PersonKind.ORGANISATION, PersonKind.INDIVIDUAL}
    assert (given(desk, acme.id), given(desk, marie.id)) == ([5000, 6000, 7000, 8000, 9700], [])
    assert (given(desk, printer), of(desk, at(desk, "info@acme.be")[PersonKind.INDIVIDUAL]).id) == (
        [9000, 9500],
        acme.id,
    )
    again = desk.bring("gifts", GIFTS.replace("03/04/2024", "04/04/2024"), choices=CHOSEN, formats=FORMATS)
    assert desk.said(again)[2] == ("same", "gift-there:50.00", "organisation-there:ACME Belgique")
    desk_on(desk.assembly, tmp_path / "files", minutes=2).undo(run)
    with desk.assembly.database.reading() as session:
        assert people.people_at(session, desk.assembly.addresses.key_of("marie@acme.be")) == ()
        assert people.find_external(session, "civicrm", "40") is not None


def test_what_an_organisation_promised_or_reads_is_its_own(desk: Desk) -> None:
    rows = (
        "Référence du mandat;Signé le;Montant;IBAN;Prénom;Nom;Organisation;E-mail\n"
        "M-1;03/04/2025;25,00;BE68539007547034;Marie;Dupont;ACME Belgique;marie@acme.be\n"
    )
    desk.apply(desk.bring("mandates", rows, choices=CHOSEN, formats=FORMATS))
    rows = "Abonnement;Prénom;Nom;Organisation;E-mail\noffert;Marie;Dupont;ACME Belgique;marie@acme.be\n"
    desk.apply(desk.bring("subscribers", rows, choices=CHOSEN))
    rows = "Membre depuis;Prénom;Nom;Organisation;E-mail\n2001-05-01;Marie;Dupont;ACME Belgique;marie@acme.be\n"
    run = desk.apply(desk.bring("memberships", rows, choices=CHOSEN))
    assert desk.said(run) == {2: ("update", "joins", *theirs("ACME Belgique"))}
    rows = (
        "Année;Numéro;Montant;Prénom;Nom;Organisation;E-mail\n2024;7;300,00;Marie;Dupont;ACME Belgique;marie@acme.be\n"
    )
    desk.apply(desk.bring("attestations", rows, choices=CHOSEN, formats=FORMATS))
    marie = at(desk, "marie@acme.be")[PersonKind.INDIVIDUAL]
    acme = of(desk, marie)
    with desk.assembly.database.reading() as session:
        [plan] = plans.of_person(session, acme.id, on=date(2026, 11, 1))
        assert plans.of_person(session, marie.id, on=date(2026, 11, 1)) == ()
        mandate = plans.whole(session, plan.id).mandate
        assert mandate is not None
        assert mandate.holder == "ACME Belgique"
        assert [one.number for one in elsewhere.of_person(session, [acme.id])] == ["7"]
        read = [magazine.subscription(session, one.id).basis for one in (acme, marie)]
    assert read == [Basis.COMPLIMENTARY, None]
    assert [row[2] for row in desk.held()["membership_person"]] == [acme.id]


def test_a_person_signs_and_says_yes_for_themself_and_a_no_by_all_channels_is_for_both(desk: Desk) -> None:
    with desk.assembly.database.transaction() as session:
        if APPEALS not in {one.code for one in consent.purposes(session)}:
            consent.put_purpose(session, Purpose(code=APPEALS, names={"fr": "Appels"}, promises={}, position=8))
        for street in ("rue Haute 1", "rue Basse 2"):
            twin = NewPerson(
                kind=PersonKind.ORGANISATION, organisation_name="École", language=Language.FR, source=street
            )
            people.add(session, desk.assembly.addresses, twin, at=NOW)
    rows = (
        "Prénom;Nom;Organisation;E-mail;opt-in;date;voie;preuve\n"
        "Marie;Dupont;ACME Belgique;marie@acme.be;oui;03/04/2025;papier;Formulaire 7\n"
    )
    run = desk.apply(desk.bring("consents", rows, choices={"purpose": "news"}, formats={"since": "day-month"}))
    assert desk.said(run)[2] == ("create", "consent:news", "organisation-new:ACME Belgique", "tied:contact")
    rows = (
        "Prénom;Nom;Organisation;E-mail;Rue;Code postal;Localité\n"
        "Marie;Dupont;ACME Belgique;marie@acme.be;;;\n"
        "Zoé;Lys;École;zoe@exemple.be;;;\n"
        "Max;Roc;Atelier Roc;;rue Neuve 3;4000;Liège\n"
    )
    run = desk.apply(desk.bring("refusals", rows, choices={"purpose": APPEALS}))
    assert [said[0] for said in desk.said(run).values()] == ["update", "create", "create"]
    assert "organisation-unclear:École" in desk.said(run)[3]
    marie = at(desk, "marie@acme.be")[PersonKind.INDIVIDUAL]
    zoe = at(desk, "zoe@exemple.be")[PersonKind.INDIVIDUAL]
    with desk.assembly.database.reading() as session:
        told = {one: consent.standings(session, one) for one in (marie.id, of(desk, marie).id, zoe.id)}
    noes = {(APPEALS, channel, EVERYWHERE, Act.OBJECTED) for channel in Channel}
    own = {who: {(s.purpose, s.channel, s.address_key, s.act) for s in several} for who, several in told.items()}
    key = desk.assembly.addresses.key_of(EmailAddress.parse("marie@acme.be").normal)
    assert list(own.values()) == [noes | {("news", Channel.EMAIL, key, Act.GIVEN)}, noes, noes]


def test_somebody_of_an_organisation_is_known_by_their_name_there_and_nowhere_else(desk: Desk) -> None:
    desk.apply(desk.bring("gifts", GIFTS, choices=CHOSEN, formats=FORMATS))
    rows = (
        "prénom;nom;organisation;gsm\n"
        "Ana;Silva;Imprimerie du Lac;0470 12 34 56\n"
        "Ana;Silva;ACME Belgique;\n"
        "Ana;Silva;;\n"
        ";Silva;Imprimerie du Lac;\n"
    )
    said = {number: one[0] for number, one in desk.said(desk.bring("people", rows)).items()}
    assert said == {2: "create", 3: "create", 4: "create", 5: "create"}
    run = desk.bring("people", rows.replace(";0470 12 34 56", ";"))
    assert desk.said(run)[2] == ("same", "organisation-there:Imprimerie du Lac")
