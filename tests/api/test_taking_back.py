"""What people take back through a program: a registration, a consent. A no is heard whatever else is said beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crm.actions import service as actions
from crm.actions.model import CallKind, RegistrationState
from crm.consent.model import Act
from crm.people import service as people
from tests.api.conftest import NOTICE, House, Program

SHARED, PHONE = "dubois@exemple.be", "0470 12 34 56"
MARIE = {"email": SHARED, "first_name": "Marie", "last_name": "Dubois"}
PAUL = {"email": SHARED, "first_name": "Paul", "last_name": "Dubois"}
LUC = {"phone": PHONE, "first_name": "Luc", "last_name": "Maes"}
SINCE_PARTED = {"email": SHARED, "first_name": "Jean", "last_name": "Dubois"}
LETTER_BOX = {"street": "Rue Haute", "number": "12", "postcode": "1000", "locality": "Bruxelles"}
EVA = {"first_name": "Eva", "last_name": "Peeters", "address": LETTER_BOX}
EVENT = {"event": {"code": "nuit-des-bougies"}}
LEFT: dict[str, tuple[dict[str, Any], set[str]]] = {
    "the name that fits whole": (MARIE, {"Paul", "Luc", "Eva"}),
    "a name in other letters, a wrong telephone and a child's birthday": (
        {**PAUL, "first_name": "PAUL", "phone": "12", "birth_on": "2016-01-01"},
        {"Marie", "Luc", "Eva"},
    ),
    "a name that nobody has there": (SINCE_PARTED, {"Marie", "Paul", "Luc", "Eva"}),
    "a name in part": ({"email": SHARED, "first_name": "Marie"}, {"Paul", "Luc", "Eva"}),
    "no name": ({"email": SHARED}, {"Luc", "Eva"}),
    "a telephone alone": ({"phone": "+32 470 12 34 56"}, {"Marie", "Paul", "Eva"}),
    "another address and a telephone": ({**LUC, "email": "luc@exemple.be"}, {"Marie", "Paul", "Eva"}),
    "a letter box": (EVA, {"Marie", "Paul", "Luc"}),
    "a stranger": ({"email": "qui@exemple.be"}, {"Marie", "Paul", "Luc", "Eva"}),
}


def _coming(house: House) -> set[str]:
    with house.assembly.database.reading() as session:
        page = actions.participations(session, house.call(CallKind.EVENT))
        coming = [one for one in page.participations if one.state is RegistrationState.REGISTERED]
        return {person.first_name for person in people.people(session, {one.person_id for one in coming}).values()}


def test_a_cancellation_takes_out_whom_it_is_about_and_nobody_else(
    house: House, program: Callable[..., Program]
) -> None:
    caller = program()
    for who, (person, left) in LEFT.items():
        for one in (MARIE, PAUL, LUC, EVA):
            if one is not EVA or "Eva" not in _coming(house):  # by name and letter box each is another
                assert caller.post("/registrations", {**EVENT, "person": one}).status_code == 201
        with house.assembly.database.reading() as session:
            before = people.page(session).total
        answer = caller.post("/registrations", {**EVENT, "act": "cancel", "person": person})
        assert (answer.status_code, _coming(house)) == (201, left), who
        with house.assembly.database.reading() as session:
            assert people.page(session).total == before, who


@pytest.mark.parametrize(
    "more", [{"birth_on": "2016-01-01"}, {"phone": "12"}, {"first_name": "http://x"}, {"enterprise_number": "1"}]
)
def test_a_no_is_heard_whatever_else_is_wrong(
    house: House, program: Callable[..., Program], more: dict[str, str]
) -> None:
    caller = program()
    caller.post("/consents", {"act": "request", "person": MARIE, "purpose": "newsletter", "notice": NOTICE})
    no = {"act": "withdraw", "person": {**MARIE, **more}, "purpose": "newsletter"}
    assert caller.post("/consents", no).status_code == 201
    assert [act.act for act in house.acts(SHARED)] == [Act.REQUESTED, Act.WITHDRAWN]


@pytest.mark.parametrize(
    ("person", "pointer"),
    [({}, "/person"), ({"phone": "12"}, "/person/phone"), ({**MARIE, "first_name": "http://x"}, "/person/first_name")],
)
def test_a_cancellation_that_leads_to_nobody_is_told_what_to_mend(
    program: Callable[..., Program], person: dict[str, str], pointer: str
) -> None:
    answer = program().post("/registrations", {**EVENT, "act": "cancel", "person": person})
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, pointer)


def test_a_cancellation_brings_no_consent(house: House, program: Callable[..., Program]) -> None:
    wish = {"purpose": "newsletter", "notice": NOTICE}
    answer = program().post("/registrations", {**EVENT, "act": "cancel", "person": MARIE, "consents": [wish]})
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/consents")
