"""A member number that another list printed stays with whom it is of, beside ours, and never makes a ghost."""

from __future__ import annotations

import pytest

from crm.people import differences, links, search, taking
from crm.people import service as people
from crm.people.model import ExternalId
from crm.people.rules import FORMER_NUMBER
from crm.values.errors import Invalid
from crm.values.languages import Language
from tests.conftest import NOW
from tests.imports.conftest import Desk

PEOPLE = "n° de membre;prénom;nom;email\n"
MARIE = ";Marie;Dupont;marie@exemple.be\n"


def test_a_number_of_another_list_leads_to_whom_it_is_of(desk: Desk) -> None:
    made = desk.assembly
    desk.apply(desk.bring("people", PEOPLE + MARIE))
    before, file = desk.held(), PEOPLE + MARIE.replace(";", "M-77;", 1)
    run = desk.apply(desk.bring("people", file))
    assert desk.said(run) == {2: ("update", "adds:external_id")}
    with made.database.reading() as session:
        marie = people.find_member(session, "M 77")
        assert marie is not None
        assert marie.member_number.isdigit(), "ours stays"
        assert [hit.person.id for hit in search.find(session, made.addresses, "M-77").hits] == [marie.id]
        assert not differences.waiting(session)
    assert desk.said(desk.bring("people", file)) == {2: ("same", "went-in")}
    gifts = "n° de membre;montant;date du don\nM-77;10,00;2025-03-04\nM-99;10,00;2025-03-04\n"
    given = desk.apply(desk.bring("gifts", gifts, choices={"method": "transfer"}))
    assert [one[0] for one in desk.said(given).values()] == ["update", "error"]
    assert desk.said(given)[3][1] == "unknown-person"
    assert desk.rows(given)[2].person_id == marie.id
    desk.undo(given)
    desk.undo(run)
    with made.database.reading() as session:
        assert people.find_member(session, "M-77") is None
        assert links.external_ids(session, marie.id) == ()
    assert desk.held()["person"] == before["person"]


def test_a_second_number_of_theirs_is_taken_and_one_that_another_bears_is_not(desk: Desk) -> None:
    made = desk.assembly
    desk.apply(desk.bring("people", PEOPLE + "A1;Marie;Dupont;m@exemple.be\nA2;Jan;Petit;j@exemple.be\n"))
    run = desk.apply(desk.bring("people", PEOPLE + "B1;Marie;Dupont;m@exemple.be\n"))
    assert desk.said(run)[2][1] == "differs:member_number"
    with made.database.transaction() as session:
        [waiting] = differences.waiting(session)
        taking.take(session, made.addresses, waiting, at=NOW)
        marie = people.find_member(session, "B1")
        assert marie is not None
        assert marie.member_number == "A1"
        assert links.external_ids(session, marie.id) == (ExternalId(system=FORMER_NUMBER, value="B1"),)
        again = differences.note(
            session, marie.id, field="member_number", held={"text": "A1"}, said={"text": "A2"}, source="test", at=NOW
        )
        with pytest.raises(Invalid):
            taking.take(session, made.addresses, again, at=NOW)


def test_the_language_chosen_for_a_file_is_of_newcomers_alone(desk: Desk) -> None:
    made = desk.assembly
    desk.apply(desk.bring("people", "prénom;nom;email;langue\nJan;Peeters;jan@exemple.be;nl\n"))
    rows = "prénom;nom;email\nJan;Peeters;jan@exemple.be\nLuc;Petit;luc@exemple.be\n"
    run = desk.apply(desk.bring("people", rows, choices={"language": "de"}))
    assert desk.said(run) == {2: ("same",), 3: ("create",)}
    with made.database.reading() as session:
        assert not differences.waiting(session)
        spoken = {
            name: people.people_at(session, made.addresses.key_of(f"{name}@exemple.be"))[0].language
            for name in ("jan", "luc")
        }
    assert spoken == {"jan": Language.NL, "luc": Language.DE}
