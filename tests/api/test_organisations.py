"""Organisations handed in by programs: alone, or with their contact person; each once."""

from __future__ import annotations

from collections.abc import Callable

from crm.people import differences, links
from crm.people import service as people
from crm.people.model import OrganisationKind, PersonKind, TieKind
from crm.people.rules import member_number
from tests.api.conftest import House, Program

SCHOOL = {"organisation_name": "École libre / Ath", "organisation_kind": "school"}


def test_a_number_like_ours_of_one_that_nobody_can_tell_from_others_is_set_aside_and_refuses_nothing(
    house: House, program: Callable[..., Program]
) -> None:
    caller = program()
    board = {"organisation_name": "Pouvoir organisateur", "enterprise_number": "0418.308.144"}
    assert caller.post("/people", {"person": board}).status_code == 201
    for number in ("0418.308.144", "0403.170.701"):
        said = {"organisation_name": "Une école", "enterprise_number": number, "member_number": member_number(77)}
        assert caller.post("/people", {"person": said}).status_code == 201, number


def test_an_organisation_arrives_once_with_its_people(house: House, program: Callable[..., Program]) -> None:
    caller = program()
    marie = {"email": "marie@exemple.be", "first_name": "Marie", "last_name": "Dubois", **SCHOOL}
    jean = {"email": "jean@exemple.be", "first_name": "Jean", "last_name": "Petit", **SCHOOL}
    for body in (marie, jean, {**marie, "organisation_name": "ecole libre / ath"}):
        assert caller.post("/people", {"person": body}).status_code == 201
    with house.assembly.database.reading() as session:
        contact = house.person("marie@exemple.be")
        [tie] = links.ties_of(session, contact.id)
        school = people.find_person(session, tie.other_id)
        assert school is not None
        assert (tie.kind, contact.organisation_name) == (TieKind.CONTACT, "")
        assert (school.kind, school.full_name) == (PersonKind.ORGANISATION, "École libre / Ath")
        assert school.organisation_kind is OrganisationKind.SCHOOL
        assert len(links.ties_of(session, school.id)) == 2
        assert differences.of(session, contact.id) == ()
    at_ath = {"street": "Rue Haute", "number": "1", "postcode": "7800", "locality": "Ath"}
    caller.post("/people", {"person": {**SCHOOL, "address": at_ath}})
    caller.post("/people", {"person": {**SCHOOL, "email": "info@ecole.be"}})
    assert [one.id for one in house.people("info@ecole.be")] == [school.id]


def test_of_two_organisations_of_one_name_none_is_guessed(house: House, program: Callable[..., Program]) -> None:
    caller = program()
    for street, postcode in (("Rue Haute", "7800"), ("Rue Basse", "5000")):
        place = {"street": street, "number": "1", "postcode": postcode, "locality": "Ici"}
        assert caller.post("/people", {"person": {**SCHOOL, "address": place}}).status_code == 201
    who = {"email": "marie@exemple.be", "first_name": "Marie", **SCHOOL}
    assert caller.post("/people", {"person": who}).status_code == 201
    with house.assembly.database.reading() as session:
        marie = house.person("marie@exemple.be")
        assert links.ties_of(session, marie.id) == ()
        [waiting] = differences.of(session, marie.id)
    assert (waiting.field, waiting.said) == ("organisation_name", {"text": "École libre / Ath"})


def test_a_kind_needs_its_organisation_and_a_name_its_address(program: Callable[..., Program]) -> None:
    for body, pointer in (
        ({"email": "marie@exemple.be", "organisation_kind": "school"}, "/person/organisation_name"),
        ({"email": "marie@exemple.be", "organisation_name": "<b>École</b>"}, "/person/organisation_name"),
        (SCHOOL, "/person"),
    ):
        answer = program().post("/people", {"person": body})
        assert (answer.status_code, [one["pointer"] for one in answer.json["errors"]]) == (422, [pointer])


def test_an_enterprise_number_makes_an_organisation_known_whatever_its_name(
    house: House, program: Callable[..., Program]
) -> None:
    caller = program()
    acme = {"organisation_name": "ACME", "enterprise_number": "BE 0418.308.144"}
    assert caller.post("/people", {"person": {**acme, "email": "info@acme.be"}}).status_code == 201
    assert caller.post("/people", {"person": {**acme, "organisation_name": "A.C.M.E. SA"}}).status_code == 201
    who = {"email": "marie@acme.be", "first_name": "Marie", **acme, "organisation_name": "Acme Belgium"}
    assert caller.post("/people", {"person": who}).status_code == 201
    [one] = house.people("info@acme.be")
    with house.assembly.database.reading() as session:
        assert one.enterprise_number == "0418308144"
        assert [tie.other_id for tie in links.ties_of(session, house.person("marie@acme.be").id)] == [one.id]
        assert {said.field for said in differences.of(session, one.id)} == {"organisation_name"}
    for wrong, pointer in (
        ({**acme, "enterprise_number": "0418.308.145"}, "/person/enterprise_number"),
        ({"email": "a@x.be", "enterprise_number": "0418.308.144"}, "/person/organisation_name"),
    ):
        answer = caller.post("/people", {"person": wrong})
        assert (answer.status_code, [one["pointer"] for one in answer.json["errors"]]) == (422, [pointer])
