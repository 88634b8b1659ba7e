"""The reader's own links: leaving, choosing, coming back; safe to forward."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from crm.audit import service as audit
from crm.audit.model import Wanted
from crm.consent import paces
from crm.consent import service as consent
from crm.consent.model import Act, Way
from crm.people import differences
from crm.people import service as people
from crm.people.model import NewPerson
from crm.people.tables import ContactPointRow, PersonRow
from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.values.languages import Language
from mailing.correspondence import service as correspondence
from mailing.correspondence.model import Changes, Reader
from tests.conftest import NOW
from tests.correspondence.conftest import WORDS, House

MARIE = "marie@exemple.be"


@pytest.fixture
def reading(house: House) -> House:
    """Marie gets the news."""
    house.sign_up(MARIE, "news", first_name="Marie")
    house.confirm(house.link_value(house.letters("confirm")[0]))
    house.later(days=1)
    return house


def _change(house: House, *purposes: str, first_name: str = "Marie", speaks: Language = Language.FR) -> Changes:
    with house.assembly.database.transaction() as session:
        return correspondence.change(
            session,
            house.desk,
            house.reader(MARIE),
            words={purpose: WORDS[purpose] for purpose in purposes},
            first_name=first_name,
            speaks=speaks,
            page_language=Language.FR,
            pace=paces.pace_of(session, house.reader(MARIE).person.id),
            at=house.now,
        )


def _reader(house: House, value: Any) -> Reader | None:
    with house.assembly.database.reading() as session:
        return correspondence.reader_of(session, value)


def test_off_is_done_at_once_and_on_waits_for_a_letter(reading: House) -> None:
    changes = _change(reading, "urgent")
    assert [one.code for one in changes.stopped] == ["news"]
    assert [one.code for one in changes.asked] == ["urgent"]
    assert changes.letter_left
    assert (reading.allowed("news"), reading.allowed("urgent")) == ([], [])
    with reading.assembly.database.reading() as session:
        last = consent.history(session, reading.person(MARIE).id)[-2:]
        assert {(e.purpose, e.act, e.way) for e in last} == {
            ("news", Act.WITHDRAWN, Way.PREFERENCES),
            ("urgent", Act.REQUESTED, Way.PREFERENCES),
        }
        choices = correspondence.choices(session, reading.reader(MARIE), at=reading.now)
    assert [(c.purpose.code, c.is_on, c.awaits_confirmation) for c in choices] == [
        ("news", False, False),
        ("urgent", False, True),
    ]
    reading.later(minutes=1)
    assert reading.confirm(reading.link_value(reading.letters("confirm")[1])) == ("urgent",)


def test_choices_that_were_so_already_change_nothing(reading: House) -> None:
    assert _change(reading, "news").is_empty


def test_a_language_is_written_and_another_name_waits_since_the_link_may_have_been_forwarded(reading: House) -> None:
    assert _change(reading, "news", first_name="", speaks=Language.FR).is_empty
    changes = _change(reading, "news", first_name=" Toto", speaks=Language.NL)
    assert (set(changes.fields), set(changes.waiting)) == ({"language"}, {"first_name"})
    person = reading.person(MARIE)
    assert (person.first_name, person.language) == ("Marie", Language.NL)
    with reading.assembly.database.reading() as session:
        [waiting] = differences.open_of(session, person.id)
        [noted] = audit.entries(session, Wanted(action="supporter.own-words"))
        assert correspondence.waiting_name(session, reading.reader(MARIE)) == "Toto"
    assert (waiting.source, waiting.held, waiting.said) == ("preferences", {"text": "Marie"}, {"text": "Toto"})
    assert (waiting.statement, noted.facts) == ({"first_name": " Toto"}, {"fields": ["language"]})
    assert _change(reading, "news", first_name="Marie", speaks=Language.NL).is_empty
    with reading.assembly.database.reading() as session:
        assert differences.open_of(session, person.id) == ()


def test_a_name_that_is_none_stops_the_whole_change(reading: House) -> None:
    with pytest.raises(Invalid):
        _change(reading, first_name="<b>")
    assert reading.allowed() == [MARIE]


def test_coming_back_by_a_link_that_may_have_been_forwarded_waits_for_a_letter(reading: House) -> None:
    reading.leave(MARIE)
    reading.later(minutes=1)
    with reading.assembly.database.transaction() as session:
        reader = reading.reader(MARIE)
        left = correspondence.take_back(
            session, reading.desk, reader, text=WORDS["news"], language=Language.FR, at=reading.now
        )
    assert left
    assert reading.allowed() == []
    reading.later(minutes=1)
    assert reading.confirm(reading.link_value(reading.letters("confirm")[1])) == ("news",)
    assert reading.allowed() == [MARIE]


def test_leaving_owes_no_further_letter(reading: House) -> None:
    before = {code: len(reading.letters(code)) for code in ("confirm", "welcome", "already", "goodbye")}
    assert reading.leave(MARIE)
    assert {code: len(reading.letters(code)) for code in before} == before


def test_a_link_speaks_of_whom_the_person_was_merged_into(reading: House) -> None:
    old = reading.reader(MARIE)
    value = [old.person.id, old.point.id, "news", 7]
    with reading.assembly.database.transaction() as session:
        new = people.add(
            session,
            reading.assembly.addresses,
            NewPerson(email=EmailAddress.parse("autre@exemple.be"), language=Language.FR),
            at=NOW,
        )
        session.execute(update(PersonRow).where(PersonRow.id == old.person.id).values(merged_into_id=new.id))
        for moved in (False, True):
            if moved:
                session.execute(
                    update(ContactPointRow).where(ContactPointRow.id == old.point.id).values(person_id=new.id)
                )
                session.expire_all()
            reader = correspondence.reader_of(session, value)
            assert reader is not None
            assert (reader.person.id, reader.point.id, reader.delivery_id) == (new.id, old.point.id, 7)


def test_what_is_no_such_link_speaks_of_nobody(reading: House) -> None:
    reading.sign_up("jean@exemple.be", "news")
    marie, jean = reading.reader(MARIE), reading.reader("jean@exemple.be")
    assert _reader(reading, [marie.person.id, marie.point.id, "news", None]) is not None
    for value in (
        [marie.person.id, 999, "news", None],
        [marie.person.id, marie.point.id, 3, None],
        [marie.person.id, marie.point.id, "news", "x"],
        [marie.person.id, marie.point.id, "news"],
        None,
        "text",
    ):
        assert _reader(reading, value) is None
    # Two who were one when a letter left may be two again: it is whoever has that mailbox today.
    moved = _reader(reading, [marie.person.id, jean.point.id, "news", None])
    assert moved is not None
    assert (moved.person.id, moved.point.id) == (jean.person.id, jean.point.id)
