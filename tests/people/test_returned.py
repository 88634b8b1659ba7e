"""What came back from a letter box is known of whoever arrives there next, until a colleague says otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from crm.assembly import Assembly
from crm.people import arriving, contacts, recognising, rules, settling, taking_back
from crm.people import service as people
from crm.people.arrivals import Arrival, Verdict, land
from crm.people.model import Abode, Deliverability, FailureReason, NewPerson
from crm.people.settling import Settled
from crm.people.tables import ContactFailureRow, PostalAddressRow
from crm.values.email_address import EmailAddress
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
from tests.conftest import NOW

BOX = PostalAddress.parse(street="Rue Berckmans", number="9", postcode="1060", locality="Saint-Gilles")
DEAD, FAILING, LIVE = Deliverability.DEAD, Deliverability.FAILING, Deliverability.LIVE
JEAN: dict[str, Any] = {"first_name": "Jean", "last_name": "Maes", "email": EmailAddress.parse("jean@exemple.be")}


@pytest.mark.parametrize(
    ("told", "answers", "becomes"),
    [
        ([(FailureReason.BAD_BOX, DEAD)], True, DEAD),
        ([(FailureReason.BAD_BOX, FAILING)], True, FAILING),
        ([(FailureReason.UNCLAIMED, DEAD), (FailureReason.INCOMPLETE, DEAD)], False, DEAD),
        ([(FailureReason.GONE, DEAD)], False, FAILING),
        ([(FailureReason.GONE, DEAD)], True, None),
        ([(FailureReason.DECEASED, DEAD), (FailureReason.REFUSED, DEAD)], False, None),
    ],
)
def test_what_a_box_says_of_the_next_one_there(
    told: list[tuple[FailureReason, Deliverability]], answers: bool, becomes: Deliverability | None
) -> None:
    found = rules.inherited(told, answers=answers)
    assert (found.deliverability if found else None) is becomes


@pytest.mark.parametrize("door", ["file", "partner", "form"])
def test_a_box_that_post_came_back_from_stays_bad_for_whoever_arrives_there(assembly: Assembly, door: str) -> None:
    with assembly.database.transaction() as session:
        hasher = assembly.addresses
        marie = people.add(session, hasher, NewPerson(language=Language.FR, first_name="Marie", address=BOX), at=NOW).id

        def home(who: PersonId) -> Abode:
            (found,) = contacts.addresses_of(session, [who])[who]
            return found

        for _ in range(2):
            contacts.fail_address(session, home(marie).id, FailureReason.BAD_BOX, source="post", at=NOW)
        new = NewPerson(language=Language.FR, address=replace(BOX, street="rue berckmans"), source="x", **JEAN)
        settled: Settled | None = None
        if door == "file":
            settled = settle(session, assembly, Arrival(address=new.address, **JEAN))
            jean = settled.person_id
        else:
            arrive = arriving.arrive if door == "partner" else arriving.visit
            jean = arrive(session, hasher, new, at=NOW, statement={}).person.id
        assert (home(jean).deliverability, home(jean).failures) == (DEAD, 2)
        told = [(one.reason, one.source) for one in contacts.failures_of(session, jean)]
        assert told == [(FailureReason.BAD_BOX, "same-box")]
        assert contacts.address_on(session, jean, NOW.date()) is None
        again = Arrival(address=BOX, **JEAN)
        [candidates] = recognising.candidates(session, hasher, [again])
        assert land(again, candidates).verdict is Verdict.SAME
        arriving.arrive(session, hasher, new, at=NOW, statement={})
        assert home(jean).deliverability is DEAD
        if settled is not None:
            with session.begin_nested() as trial:
                assert taking_back.take_back(session, settled.written) == [None]
                left = session.scalar(select(func.count()).select_from(ContactFailureRow).where(
                    ContactFailureRow.person_id == jean))  # fmt: skip
                assert (left, people.find_person(session, jean)) == (0, None)
                trial.rollback()
        contacts.confirm_address(session, home(jean).id)
        assert home(jean).deliverability is LIVE
        lou = people.add(session, hasher, NewPerson(language=Language.FR, first_name="Lou", address=BOX), at=NOW).id
        assert home(lou).deliverability is LIVE  # a colleague says so


def test_an_address_added_to_somebody_from_a_bad_box_is_taken_back_unless_more_was_told(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        hasher = assembly.addresses
        marie = people.add(session, hasher, NewPerson(language=Language.FR, first_name="Marie", address=BOX), at=NOW).id
        (home,) = contacts.addresses_of(session, [marie])[marie]
        contacts.fail_address(session, home.id, FailureReason.GONE, source="post", at=NOW)
        jean = people.add(session, hasher, NewPerson(language=Language.FR, **JEAN), at=NOW).id
        settled = settle(session, assembly, Arrival(address=BOX, **JEAN))
        (mine,) = contacts.addresses_of(session, [jean])[jean]
        assert (settled.person_id, mine.deliverability) == (jean, FAILING)
        with session.begin_nested() as trial:
            assert taking_back.take_back(session, settled.written) == [None]
            assert session.get(PostalAddressRow, mine.id, populate_existing=True) is None
            trial.rollback()
        contacts.fail_address(session, mine.id, FailureReason.UNCLAIMED, source="post", at=NOW)
        assert taking_back.take_back(session, settled.written) == [taking_back.Kept.USED]


def settle(session: Any, assembly: Assembly, said: Arrival) -> Settled:
    """A row of a file, through its door."""
    [candidates] = recognising.candidates(session, assembly.addresses, [said])
    facts: dict[str, Any] = {"source": "import:1", "at": NOW, "language": Language.FR}
    return settling.settle(session, assembly.addresses, {1: (said, land(said, candidates))}, **facts)[1]
