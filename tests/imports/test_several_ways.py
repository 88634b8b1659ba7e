"""Several e-mail addresses and phones of one person in a row: each its own way to reach them, none over another."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm.consent import service as consent
from crm.consent.model import Act
from crm.imports.kinds.several import emails_in, phones_in
from crm.people import service as people
from crm.people.model import NewPerson, Person
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from tests.conftest import NOW
from tests.imports.conftest import Desk, desk_on


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("a@x.be", ["a@x.be"]),
        ("a@x.be; b@y.be", ["a@x.be", "b@y.be"]),
        ("a@x.be,b@y.be / c@z.be\nd@z.be e@z.be|", ["a@x.be", "b@y.be", "c@z.be", "d@z.be", "e@z.be"]),
        ("<a@x.be>, mailto:A@X.be;", ["a@x.be"]),
        ("a/b@x.be", ["a/b@x.be"]),
        ("a@x.be; pas d’adresse", None),
        (" ".join(f"a{n}@x.be" for n in range(11)), None),
        (";", None),
    ],
)
def test_a_cell_of_addresses_is_read_whole_or_not_at_all(cell: str, found: list[str] | None) -> None:
    several = emails_in(cell)
    assert (None if several is None else [one.normal for one in several]) == found


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("0470/12.34.56", ["+32470123456"]),
        ("02 - 512 00 11", ["+3225120011"]),
        ("470123456", ["+32470123456"]),
        ("0470 12 34 56; 02/512.00.11", ["+32470123456", "+3225120011"]),
        ("0470 12 34 56 / 02/512.00.11", ["+32470123456", "+3225120011"]),
        ("0470123456/025120011", ["+32470123456", "+3225120011"]),
        ("0470 12 34 56 0471 12 34 56", ["+32470123456", "+32471123456"]),
        ("+32 470 12 34 56\n+33 1 44 55 66 77", ["+32470123456", "+33144556677"]),
        ("0470 12 34 56 ou 0470123456", ["+32470123456"]),
        ("0470123456,0471123456", ["+32470123456", "+32471123456"]),
        ("0470 12 34 5", None),
        ("0470 12 34 56 78", None),
        ("0470 12 34 56; le soir", None),
        ("0" * 9000, None),
        ("0 " * 4500, None),
    ],
)
def test_a_cell_of_phones_is_read_whole_or_not_at_all(cell: str, found: list[str] | None) -> None:
    several = phones_in(cell)
    assert (None if several is None else [one.e164 for one in several]) == found


FILE = (
    "prénom;nom;email;email 2;téléphone;gsm;tel 2\n"
    'Marie;Dupont;marie@exemple.be;m.dupont@acme.be;"02/512.00.11; 0471123456";0470 12 34 56;+33144556677\n'
    "Jean;Petit;jean@exemple.be / jp@acme.be;JEAN@exemple.be;;;\n"
    "Ana;Silva;ana@exemple.be;;;;\n"
    'Ana;Silva;"ana@exemple.be\nana@acme.be";;;;\n'
    "Luc;Maes;luc@exemple.be; ;;12 / 34;\n"
    "Zoé;Lys;zoe@exemple.be;marie@exemple.be;;;\n"
)


def found(desk: Desk, address: str) -> Person:
    with desk.assembly.database.reading() as session:
        [person] = people.people_at(session, desk.assembly.addresses.key_of(address))
    return person


def test_each_way_of_a_row_is_kept_and_the_first_is_preferred_where_none_stands(desk: Desk, tmp_path: Path) -> None:
    with desk.assembly.database.transaction() as session:
        old = NewPerson(
            first_name="Ana", last_name="Silva", language=Language.FR, email=EmailAddress.parse("ana@exemple.be")
        )
        people.add(session, desk.assembly.addresses, old, at=NOW)
    before = desk.held()
    run = desk.bring("people", FILE)
    said = {
        2: ("create",),
        3: ("create",),
        4: ("same",),
        5: ("update", "adds:email"),
        6: ("error", "not-phone:mobile"),
        7: ("review", "row-before", "email-of-another"),
    }
    assert desk.said(run) == said
    assert desk.held() == before
    desk.apply(run)
    assert desk.said(run) == said
    marie = found(desk, "m.dupont@acme.be")
    assert [(one.value, one.is_primary) for one in (*marie.emails, *marie.phones)] == [
        ("marie@exemple.be", True),
        ("m.dupont@acme.be", False),
        ("+3225120011", True),
        ("+32471123456", False),
        ("+32470123456", False),
        ("+33144556677", False),
    ]
    assert [one.value for one in found(desk, "jp@acme.be").emails] == ["jean@exemple.be", "jp@acme.be"]
    ana = found(desk, "ana@acme.be")
    assert [(one.value, one.is_primary) for one in ana.emails] == [("ana@exemple.be", True), ("ana@acme.be", False)]
    assert {one[0] for one in desk.said(desk.bring("people", FILE)).values()} == {"same", "review", "error"}
    desk_on(desk.assembly, tmp_path / "files", minutes=2).undo(run)
    assert {name: rows for name, rows in desk.held().items() if name != "donor_windows"} == before


def test_two_people_at_two_addresses_of_one_row_are_never_made_one(desk: Desk) -> None:
    first = "prénom;nom;email\nMarie;Dupont;marie@exemple.be\nJean;Petit;jean@exemple.be\n"
    desk.apply(desk.bring("people", first))
    rows = "prénom;nom;email\nMarie;Dupont;marie@exemple.be; jean@exemple.be\n;;jean@exemple.be marie@exemple.be\n"
    rows = rows.replace("marie@exemple.be; jean@exemple.be", '"marie@exemple.be; jean@exemple.be"')
    assert desk.said(desk.bring("people", rows)) == {2: ("review", "email-of-another"), 3: ("review", "keys-disagree")}


def test_a_yes_is_for_one_address_and_a_no_for_each(desk: Desk) -> None:
    rows = (
        "email;email 2;opt-in;date;voie;preuve\n"
        "marie@exemple.be;m.dupont@acme.be;oui;03/04/2025;papier;Formulaire 7\n"
        "ana@exemple.be ana@acme.be;;oui;03/04/2025;papier;Formulaire 7\n"
        '"luc@exemple.be; luc@acme.be";zoe@exemple.be;non;03/04/2025;papier;\n'
    )
    run = desk.apply(desk.bring("consents", rows, choices={"purpose": "news"}, formats={"since": "day-month"}))
    assert desk.said(run) == {
        2: ("create", "consent:news", "for-address:marie@exemple.be"),
        3: ("error", "several-emails:email"),
        4: ("create", "withdrawal:news"),
    }
    marie, luc = found(desk, "m.dupont@acme.be"), found(desk, "luc@acme.be")
    with desk.assembly.database.reading() as session:
        told = {one.id: consent.standings(session, one.id) for one in (marie, luc)}
    key_of = desk.assembly.addresses.key_of
    assert [(one.address_key, one.act) for one in told[marie.id]] == [(key_of("marie@exemple.be"), Act.GIVEN)]
    noes = {key_of(address) for address in ("luc@exemple.be", "luc@acme.be", "zoe@exemple.be")}
    assert {(one.address_key, one.act) for one in told[luc.id]} == {(key, Act.REFUSED) for key in noes}


def test_a_list_to_leave_alone_names_one_address_a_row(desk: Desk) -> None:
    rows = 'adresse\n"a@x.be; b@y.be"\n0470123456 / 0471123456\n'
    assert desk.said(desk.bring("suppressions", rows)) == {2: ("error", "one-a-row"), 3: ("error", "one-a-row")}
