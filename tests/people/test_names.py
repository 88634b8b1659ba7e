"""What may stand as a name, and who at a shared address is meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from crm.people.arrivals import UNDATED, Arrival, By, Doubt, Known, Noted, compared, one_line, recognised
from crm.people.model import ExternalId, Person
from crm.people.rules import tidy_name
from crm.values.address_key import dedupe_key
from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
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


MAIL = EmailAddress.parse("famille@exemple.be")


def _known(number: int, first: str = "", last: str = "", **facts: Any) -> Known:
    systems = facts.pop("ids", frozenset())
    one = replace(_person(number, first), last_name=last, **facts)
    return Known(person=one, emails=frozenset({MAIL.normal}), external_ids=systems)


def test_of_several_it_is_who_bears_just_that_name_before_a_part_of_it_and_the_living_before_the_dead() -> None:
    part, whole = _known(1, last="Dupont"), _known(2, "Marie", "Dupont")
    said = Arrival(email=MAIL, first_name="Marie", last_name="Dupont")
    assert recognised(said, [part, whole])[0] == whole
    assert recognised(said, [part])[0] == part
    dead, alive = _known(1, "Jean", "Dupont", deceased_recorded_at=NOW), _known(2, "Anne", "Dupont")
    assert recognised(Arrival(email=MAIL, last_name="Dupont"), [dead, alive]) == (alive, By.EMAIL_AND_NAME, None)
    assert recognised(Arrival(email=MAIL), [dead, alive])[0] == alive
    assert recognised(replace(said, first_name="Jean"), [dead, alive])[2] is Doubt.DECEASED


@pytest.mark.parametrize(
    ("first", "last", "doubt"),
    [
        ("Luc", "Maes", Doubt.NUMBER_OF_ANOTHER),
        ("Anne", "Dupont", Doubt.NUMBER_OF_ANOTHER),
        ("Jean", "Maes", None),
        ("J.", "Dupont", None),
        ("Jean-Marc", "Dupont", None),
        ("Jaen", "Dupont", None),
        ("Dupont", "Jean", None),
        ("", "Dupont", None),
        ("", "", None),
    ],
)
def test_a_number_is_not_theirs_of_whom_another_name_is_said(first: str, last: str, doubt: Doubt | None) -> None:
    jean = replace(_known(1, "Jean", "Dupont", ids=frozenset({("old", "7")})), numbers=frozenset({"77"}))
    for keys in ({"external_ids": (ExternalId(system="old", value="7"),)}, {"member_number": "77"}):
        found, _, why = recognised(Arrival(first_name=first, last_name=last, **keys), [jean])
        assert (found, why) == (jean, doubt)


def test_a_father_and_a_son_of_one_name_at_one_mailbox_are_two() -> None:
    father = _known(1, "Jean", "Dupont", birth_on=date(1940, 5, 6), ids=frozenset({("old", "1")}))
    said = Arrival(email=MAIL, first_name="Jean", last_name="Dupont", birth_on=date(1970, 7, 8))
    assert recognised(said, [father]) == (father, By.EMAIL_AND_NAME, Doubt.NAMESAKE)
    son = _known(2, "Jean", "Dupont", birth_on=date(1970, 8, 7))
    assert recognised(said, [father, son]) == (son, By.EMAIL_AND_NAME, None)
    of_list = Arrival(email=MAIL, last_name="Dupont", external_ids=(ExternalId(system="old", value="3"),))
    assert recognised(of_list, [father])[2] is Doubt.NAMESAKE
    twice = replace(of_list, first_name="Jean")
    assert recognised(twice, [father]) == (father, By.EMAIL_AND_NAME, None)


def test_only_what_waits_or_was_decided_on_the_very_same_is_silent() -> None:
    def asks(noted: Noted, said: Arrival) -> bool:
        return bool(compared(said, replace(marie, noted=frozenset({noted}))).differences)

    box = PostalAddress.parse(street="Rue de Fer", number="4", postcode="5000", locality="Namur")
    marie = replace(
        _known(1, "Marie"), letter_boxes=frozenset({dedupe_key(box)}), homes=frozenset({"x"}), has_address=True
    )
    dead = Noted(field="deceased_on", said=UNDATED, source="import:1", is_open=False)
    assert not asks(dead, Arrival(died=True))
    assert asks(dead, Arrival(died=True, died_on=date(2020, 5, 6)))
    name = Noted(field="first_name", said="Maria", held="Marie", source="import:1", is_open=False)
    assert not asks(name, Arrival(first_name="Maria"))
    assert asks(replace(name, held="Mia"), Arrival(first_name="Maria"))
    assert not asks(name, Arrival(address=box)), "a file may be old"
    assert asks(name, Arrival(address=box, said_by="site")), "they have moved back"
    kept = Noted(field="address", said=one_line(box), source="site", is_open=False)
    assert not asks(kept, Arrival(address=box, said_by="site"))
    assert asks(kept, Arrival(address=box, said_by="partner"))
