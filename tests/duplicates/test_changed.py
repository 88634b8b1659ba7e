"""Whoever is changed is compared anew within the minute: found where they are alike, let go where they are no more."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.duplicates import service as duplicates
from crm.people import contacts, links
from crm.people import service as people
from crm.people.model import NewPerson
from crm.values.email_address import EmailAddress
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from crm.values.postal_address import PostalAddress
from jobs import compare_newcomers
from tests.conftest import NOW

MAILBOX = EmailAddress.parse("marie@exemple.be")
HOME = PostalAddress(street="Rue Haute", number="1", postcode="1000", locality="Bruxelles", country="BE")
LATER = NOW + duplicates.SETTLES_AFTER


def known(session: Session, made: Assembly, first: str, last: str, email: str) -> PersonId:
    """Somebody of that name and mailbox."""
    new = NewPerson(language=Language.FR, first_name=first, last_name=last, email=EmailAddress.parse(email))
    return people.add(session, made.addresses, new, at=NOW).id


def pairs(made: Assembly) -> list[tuple[PersonId, PersonId]]:
    with made.database.reading() as session:
        return [(one.low_id, one.high_id) for one in duplicates.queue(session)]


@pytest.mark.parametrize("what", ["email", "account", "name", "address"])
def test_whoever_is_changed_is_compared_with_everybody_and_let_go_again(assembly: Assembly, what: str) -> None:
    with assembly.database.transaction() as session:
        first = "Marie" if what != "name" else "Paul"
        one = known(session, assembly, "Marie", "Dupont", "marie@exemple.be")
        other = known(session, assembly, first, "Dupont", "m.dupont@exemple.be")
        if what == "name":
            contacts.add_email(session, assembly.addresses, MAILBOX, person_id=other, at=NOW)
        if what == "address":
            contacts.add_address(session, assembly.addresses, HOME, person_id=one, at=NOW)
        links.remember_keys(session, "iban", [(one, "1:aa")])
    assert compare_newcomers.run(assembly, LATER)["new"] == 0
    assert compare_newcomers.run(assembly, LATER) == {"people": 0, "new": 0}
    with assembly.database.transaction() as session:
        match what:
            case "email":
                contacts.add_email(session, assembly.addresses, MAILBOX, person_id=other, at=LATER)
            case "account":
                links.remember_keys(session, "iban", [(other, "1:aa")])
            case "name":
                people.edit(session, other, first_name="Marie")
            case _:
                contacts.add_address(session, assembly.addresses, HOME, person_id=other, at=LATER)
    assert compare_newcomers.run(assembly, LATER)["new"] == 1
    assert pairs(assembly) == [(one, other)]
    assert compare_newcomers.run(assembly, LATER) == {"people": 0, "new": 0}, "once is enough"
    with assembly.database.transaction() as session:
        people.edit(session, other, first_name="Bernard")
    compare_newcomers.run(assembly, LATER + duplicates.SETTLES_AFTER)
    assert pairs(assembly) == []


def test_who_died_is_found_with_their_other_record_before_all_others_and_two_dead_can_wait(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        luc = [known(session, assembly, "Luc", "Maes", "luc@exemple.be") for _ in range(2)]
        marie = [known(session, assembly, "Marie", "Dupont", f"marie{n}@exemple.be") for n in range(2)]
        for one in marie:
            contacts.add_phone(session, assembly.addresses, PhoneNumber.parse("02 538 81 77"), person_id=one, at=NOW)
    compare_newcomers.run(assembly, LATER)
    assert pairs(assembly) == [tuple(luc), tuple(marie)]
    with assembly.database.transaction() as session:
        people.record_death(session, marie[0], died_on=None, at=LATER)
    compare_newcomers.run(assembly, LATER)
    assert pairs(assembly) == [tuple(marie), tuple(luc)]
    with assembly.database.transaction() as session:
        look = duplicates.look_at_everybody(session)
        assert duplicates.keep(session, look.scored, at=LATER) == 0
        assert duplicates.withdraw_unseen(session, before=LATER) == 0
        people.record_death(session, marie[1], died_on=None, at=LATER)
    compare_newcomers.run(assembly, LATER)
    assert pairs(assembly) == [tuple(luc)]


def test_what_is_changed_while_others_are_compared_waits_for_the_next_look(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        one = known(session, assembly, "Marie", "Dupont", "marie@exemple.be")
        other = known(session, assembly, "Marie", "Dupond", "m.dupond@exemple.be")
    compare_newcomers.run(assembly, LATER)
    with assembly.database.transaction() as session:
        for first_name in ("Anna", "Marie"):
            people.edit(session, other, first_name=first_name)
            assert duplicates.compare_changed(session, at=LATER) is not None
            assert duplicates.compare_changed(session, at=LATER) is None
        contacts.add_email(session, assembly.addresses, MAILBOX, person_id=other, at=LATER)
    compare_newcomers.run(assembly, LATER)
    assert pairs(assembly) == [(one, other)]
