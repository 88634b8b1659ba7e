"""What may stand as a name, and who at a shared address is meant."""

from __future__ import annotations

import pytest

from crm.people.arrivals import Arrival, Known, recognised
from crm.people.model import Person
from crm.people.rules import tidy_name
from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from tests.conftest import NOW


@pytest.mark.parametrize("typed", ["Marie", "  Jean-Baptiste  ", "Ana María", "李", "D’Artagnan", ""])
def test_a_name_is_kept_with_single_spaces(typed: str) -> None:
    assert tidy_name(typed, field="first_name") == typed.strip()


@pytest.mark.parametrize(
    "typed",
    [
        "http://spam.example",
        "Win<b>",
        "a@b.be",
        "x" * 101,
        "Marie\x00",
        "M\u202earie",
        "{{ 7*7 }}",
        "{% if %}",
        "zqslot|x",
    ],
)
def test_what_is_no_name_is_refused_at_its_field(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        tidy_name(typed, field="first_name")
    assert refused.value.field == "first_name"


def _person(number: int, first_name: str) -> Person:
    return Person(
        id=PersonId(number), first_name=first_name, last_name="", language=Language.FR, created_at=NOW, source=""
    )


def test_at_a_shared_address_the_one_of_that_name_is_meant_else_the_nameless_else_the_oldest() -> None:
    email = EmailAddress.parse("famille@exemple.be")
    jean, marie, nobody = (
        Known(person=_person(number, name), emails=frozenset({email.normal}))
        for number, name in ((3, "Jean"), (7, "Marie"), (9, ""))
    )

    def meant(people: list[Known], first_name: str) -> Known | None:
        return recognised(Arrival(email=email, first_name=first_name), people)[0]

    assert meant([marie, jean], "  MARIE ") == marie
    assert meant([marie, jean, nobody], "Paul") == nobody
    assert meant([marie, jean], "Paul") == jean
    assert meant([marie, jean], "") == jean
    assert meant([], "Paul") is None
