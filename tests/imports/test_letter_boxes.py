"""Somebody's whole name at one letter box is one person, whatever file or program speaks of them."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from crm.donations import service as donations
from crm.donations.model import Wanted
from crm.people import arriving
from crm.people.model import NewPerson
from crm.people.tables import PersonRow
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
from tests.conftest import NOW
from tests.imports.conftest import Desk

AT_HOME = "rue;numéro;code postal;localité"
HERE = "rue Haute;1;1000;Bruxelles"


def there(desk: Desk) -> int:
    with desk.assembly.database.reading() as session:
        return session.scalar(select(func.count()).select_from(PersonRow)) or 0


def test_files_of_every_kind_and_programs_know_who_lives_there(desk: Desk) -> None:
    gifts = f"Montant;Date du don;Prénom;Nom;{AT_HOME}\n"
    gifts += "".join(f"{n};2026-0{n}-01;{name};{HERE}\n" for n, name in enumerate(("Marie;Dupont", "MARIE;Dupont"), 1))
    how = {"given_on": "iso", "amount": "comma"}
    run = desk.apply(desk.bring("gifts", gifts, choices={"method": "transfer"}, formats=how))
    assert desk.said(run) == {2: ("create", "gives:1.00"), 3: ("update", "row-before", "gives:2.00")}
    later = gifts.replace("2026-", "2025-")
    desk.apply(desk.bring("gifts", later, choices={"method": "transfer"}, formats=how))
    member = f"prénom;nom;membre depuis;{AT_HOME}\nDupont;Marie;2020-01-01;Rue Haute;1;1000;BRUXELLES\n"
    desk.apply(desk.bring("memberships", member, formats={"since": "iso"}))
    people = f"prénom;nom;{AT_HOME};gsm\nMarie;Dupont;{HERE};0470123456\n"
    assert desk.said(desk.apply(desk.bring("people", people)))[2][0] == "update"
    address = PostalAddress.parse(street="Rue Haute", number="1", postcode="1000", locality="Bruxelles")
    with desk.assembly.database.transaction() as session:
        new = NewPerson(language=Language.FR, first_name="Marie", last_name="Dupont", address=address, source="api")
        arrived = arriving.arrive(session, desk.assembly.addresses, new, at=NOW, statement={})
        assert arrived.outcome is arriving.Outcome.MATCHED
        assert donations.totals(session, Wanted()).net_cents == 600
    assert there(desk) == 1


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Jean;Dupont;1980-05-04;", ("review", "namesake")),
        ("Jean;Dupont;1950-01-02;", ("same",)),
        ("Jean;Dupont;;", ("same",)),
        ("Jean;Dupont;;8", ("create",)),
        ("Jeanne;Dupont;;", ("create",)),
        (";Dupont;;", ("create",)),
    ],
)
def test_fathers_and_sons_of_one_name_are_told_apart(desk: Desk, row: str, said: tuple[str, ...]) -> None:
    head, choices = f"prénom;nom;date de naissance;id;{AT_HOME}\n", {"system": "vieux"}
    how = {"birth_on": "iso"}
    desk.apply(desk.bring("people", f"{head}Jean;Dupont;1950-01-02;7;{HERE}\n", choices=choices, formats=how))
    run = desk.bring("people", f"{head}{row};{HERE}\n", choices=choices, formats=how)
    assert desk.said(run) == {2: said}


def test_of_several_of_one_name_there_a_person_says_who_it_is(desk: Desk) -> None:
    head = f"prénom;nom;id;{AT_HOME}\n"
    rows = "".join(f"Jean;Dupont;{number};{HERE}\n" for number in (7, 8))
    desk.apply(desk.bring("people", head + rows, choices={"system": "vieux"}))
    run = desk.bring("people", f"{head}Jean;Dupont;;{HERE}\n", choices={"system": "vieux"})
    assert desk.said(run) == {2: ("review", "several-alike")}
