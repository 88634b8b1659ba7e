"""An import taken back: what colleagues did since to what it added stays, and its row says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from crm.foundation.signing import AddressHasher
from crm.people import contacts, terms
from crm.people import service as people
from crm.people.model import Abode, NewPerson, Person, Usage
from crm.people.terms import Terms
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from crm.values.postal_address import PostalAddress
from tests.conftest import NOW
from tests.imports.conftest import Desk

HEAD = "id;prénom;nom;email;gsm;rue;code postal;ville\n"
SYSTEM = {"system": "vieux"}
Act = Callable[[Session, AddressHasher, Person, Abode], object]


def _terms(**said: Any) -> Terms:
    return Terms(**{"usage": Usage.HOME, **said})


def _correct(session: Session, addresses: AddressHasher, abode: Abode) -> None:
    whole = PostalAddress.parse(
        complement="Bâtiment B", street="rue Haute", number="12", postcode="1000", locality="Bruxelles"
    )
    contacts.correct_address(session, addresses, abode.id, whole)


WORK: dict[str, Act] = {
    "spelling": lambda s, a, p, _: contacts.correct_email(
        s, a, p.emails[-1].id, EmailAddress.parse(p.emails[-1].value.capitalize()), at=NOW
    ),
    "preferred": lambda s, a, p, _: contacts.prefer_point(s, p.emails[-1].id),
    "usage": lambda s, a, p, _: terms.of_point(s, p.phones[0].id, _terms(usage=Usage.WORK)),
    "validity": lambda s, a, p, _: terms.of_point(s, p.phones[0].id, _terms(valid_until_on=date(2030, 1, 1))),
    "season": lambda s, a, p, home: terms.of_address(s, home.id, _terms(season=("06-01", "09-01"))),
    "complement": lambda s, a, p, home: _correct(s, a, home),
}
OF_ONE = {name: act for name, act in WORK.items() if name != "preferred"}


def known(desk: Desk) -> Person:
    """Marie, of whom we have a mailbox and the number of the old system."""
    desk.apply(desk.bring("people", HEAD + "A1;Marie;Dupont;m@exemple.be;;;;\n", choices=SYSTEM))
    return there(desk)[0]


def there(desk: Desk) -> tuple[Person, list[Abode]]:
    with desk.assembly.database.reading() as session:
        [marie] = people.people_at(session, desk.assembly.addresses.key_of("m@exemple.be"))
        return marie, contacts.addresses_of(session, [marie.id])[marie.id]


def ways(desk: Desk) -> list[str]:
    marie, abodes = there(desk)
    return [point.value for point in marie.contact_points] + [one.address.street for one in abodes]


@pytest.mark.parametrize("act", WORK.values(), ids=WORK)
def test_what_a_colleague_changed_since_of_an_added_way_stays_and_the_row_says_so(desk: Desk, act: Act) -> None:
    known(desk)
    before = ways(desk)
    run = desk.apply(
        desk.bring(
            "people", HEAD + "A1;Marie;;autre@exemple.be;0470123456;rue Haute 12;1000;Bruxelles\n", choices=SYSTEM
        )
    )
    assert len(ways(desk)) == len(before) + 3
    with desk.assembly.database.transaction() as session:
        marie, [home] = there(desk)
        act(session, desk.assembly.addresses, marie, home)
    undone = desk.undo(run)
    assert undone.counts["kept"] == 1
    assert [row.kept_because for row in desk.rows(undone).values()] == ["changed"]
    assert len(ways(desk)) == len(before) + 1


@pytest.mark.parametrize("act", OF_ONE.values(), ids=OF_ONE)
def test_somebody_new_whose_ways_a_colleague_changed_since_stays_whole(desk: Desk, act: Act) -> None:
    run = desk.apply(
        desk.bring(
            "people", HEAD + "A1;Marie;Dupont;m@exemple.be;0470123456;rue Haute 12;1000;Bruxelles\n", choices=SYSTEM
        )
    )
    with desk.assembly.database.transaction() as session:
        marie, [home] = there(desk)
        act(session, desk.assembly.addresses, marie, home)
    undone = desk.undo(run)
    assert [row.kept_because for row in desk.rows(undone).values()] == ["changed"]
    assert len(ways(desk)) == 3


def test_where_the_preferred_way_goes_another_becomes_preferred(desk: Desk) -> None:
    marie = known(desk)
    run = desk.apply(desk.bring("people", HEAD + "A1;Marie;;;0470123456;rue Haute 12;1000;Bruxelles\n", choices=SYSTEM))
    made = desk.assembly
    with made.database.transaction() as session:
        for number in ("0470999999", "0470888888"):
            contacts.add_phone(session, made.addresses, PhoneNumber.parse(number), person_id=marie.id, at=NOW)
        home = PostalAddress.parse(street="Rue de Fer", number="4", postcode="5000", locality="Namur")
        contacts.add_address(session, made.addresses, home, person_id=marie.id, at=NOW, is_primary=False)
    assert desk.undo(run).counts["kept"] == 0
    now, [abode] = there(desk)
    assert [(point.value[-4:], point.is_primary) for point in now.phones] == [("9999", True), ("8888", False)]
    assert (abode.address.street, abode.is_primary) == ("Rue de Fer", True)


def test_two_files_are_taken_back_in_any_order(desk: Desk) -> None:
    made = desk.assembly
    with made.database.transaction() as session:
        email = EmailAddress.parse("m@exemple.be")
        new = NewPerson(email=email, language=Language.FR, first_name="Marie", last_name="Dupont")
        people.add(session, made.addresses, new, at=NOW)
    before = ways(desk)
    runs = [
        desk.apply(desk.bring("people", HEAD + f";Marie;Dupont;m@exemple.be;{number};;;\n", choices=SYSTEM))
        for number in ("0470123456", "0470999999")
    ]
    assert [desk.undo(run).counts["kept"] for run in runs] == [0, 0]
    assert ways(desk) == before
