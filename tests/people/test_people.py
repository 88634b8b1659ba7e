"""People through their door: add, find, list, correct."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from threading import Barrier, Event, Thread

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.people import arriving, differences, saying, taking, words
from crm.people import service as people
from crm.people.errors import PersonMissing
from crm.people.model import Deliverability, NewPerson, Person
from crm.people.tables import PersonRow
from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from tests.conftest import NOW


def _new(email: str, first_name: str = "", last_name: str = "") -> NewPerson:
    return NewPerson(
        email=EmailAddress.parse(email), language=Language.NL, first_name=first_name, last_name=last_name, source="test"
    )


def _add(assembly: Assembly, email: str, first_name: str = "", last_name: str = "") -> Person:
    with assembly.database.transaction() as session:
        return people.add(session, assembly.addresses, _new(email, first_name, last_name), at=NOW)


def _visit(session: Session, assembly: Assembly, email: str, first_name: str = "") -> Person:
    return arriving.visit(session, assembly.addresses, _new(email, first_name), at=NOW, statement={}).person


def test_a_person_comes_back_as_they_were_added(assembly: Assembly) -> None:
    added = _add(assembly, "Marie.Dubois@Exemple.BE", "Marie ", "Dubois")
    with assembly.database.reading() as session:
        found = people.find_person(session, added.id)
    assert found == added
    assert (added.full_name, added.language, added.created_at) == ("Marie Dubois", Language.NL, NOW)
    assert [(p.value, p.is_primary, p.is_living) for p in added.contact_points] == [
        ("Marie.Dubois@exemple.be", True, True)
    ]


def test_one_mailbox_in_two_spellings_is_one_address(assembly: Assembly) -> None:
    first = _add(assembly, "Marie@exemple.be", "Marie")
    with assembly.database.transaction() as session:
        again = _visit(session, assembly, "marie@EXEMPLE.be", "Autre")
    assert again == first


def test_a_visitor_never_changes_the_name_of_somebody_known(assembly: Assembly) -> None:
    known = _add(assembly, "a@exemple.be", "Marie", "Dubois")
    with assembly.database.transaction() as session:
        _visit(session, assembly, "a@exemple.be", "Spam")
        _visit(session, assembly, "a@exemple.be", "Pourriel")
    with assembly.database.reading() as session:
        assert people.find_person(session, known.id) == known
        [waiting] = differences.of(session, known.id)  # one at a time, however often a stranger types
    assert (waiting.field, waiting.held, waiting.said) == ("first_name", {"text": "Marie"}, {"text": "Spam"})


def test_two_visitors_at_once_with_one_address_find_one_person(assembly: Assembly) -> None:
    together, found = Barrier(2), []

    def visit() -> None:
        together.wait(10)
        with assembly.database.transaction() as session:
            found.append(_visit(session, assembly, "a@exemple.be").id)

    visitors = [Thread(target=visit) for _ in range(2)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join(20)
    assert len(found) == 2
    assert len(set(found)) == 1


def test_who_is_held_as_dead_and_writes_waits_for_a_colleague_who_believes_them(assembly: Assembly) -> None:
    known = _add(assembly, "a@exemple.be", "Marie", "Dubois")
    new = replace(_new("a@exemple.be", "Marie", "Dubois"), member_number=known.member_number)
    with assembly.database.transaction() as session:
        people.record_death(session, known.id, died_on=date(2026, 1, 2), at=NOW)
        assert arriving.arrive(session, assembly.addresses, new, at=NOW, statement={}).person.is_deceased
        waiting = differences.of(session, known.id)
        [said] = [one for one in waiting if one.field == "deceased_on"]
        assert saying.said_lines("deceased_on", said.held, Language.FR) == ("2 janvier 2026",)
        assert saying.said_lines("deceased_on", said.said, Language.FR) == ("Donne signe de vie",)
        assert {one.field for one in waiting} <= set(words.FIELDS)
        taking.take(session, assembly.addresses, said, at=NOW)
        assert people.people(session, [known.id])[known.id] == known


def test_who_signs_up_while_a_file_with_them_goes_in_is_one_person(assembly: Assembly) -> None:
    """An import looks at a block of rows together: whoever arrives meanwhile waits for it, and is found in it."""
    begun, found = Event(), []

    def visit() -> None:
        begun.wait(10)
        with assembly.database.transaction() as session:
            found.append(_visit(session, assembly, "a@exemple.be").id)

    visitor = Thread(target=visit)
    visitor.start()
    with assembly.database.transaction() as session:
        arriving.hold_arrivals(session)
        email = EmailAddress.parse("a@exemple.be")
        new = NewPerson(language=Language.FR, email=email, last_name="Dubois")
        brought = people.add(session, assembly.addresses, new, at=NOW)
        begun.set()
        visitor.join(0.3)  # long enough to arrive, if nothing kept them
    visitor.join(20)
    assert found == [brought.id]


def test_pages_follow_each_other_without_gap_and_never_show_merged_people(assembly: Assembly) -> None:
    ids = [_add(assembly, f"p{n}@exemple.be", f"P{n}").id for n in range(7)]
    with assembly.database.transaction() as session:
        session.execute(update(PersonRow).where(PersonRow.id == ids[2]).values(merged_into_id=ids[0]))
    seen: list[PersonId] = []
    after: PersonId | None = None
    with assembly.database.reading() as session:
        while True:
            page = people.page(session, after=after, size=2)
            assert page.total == 6
            seen += [person.id for person in page.people]
            after = page.next_after
            if after is None:
                break
    assert seen == [one for one in reversed(ids) if one != ids[2]]


@pytest.mark.parametrize("size", [1, 3])
def test_a_page_runs_four_queries_however_long_it_is(assembly: Assembly, size: int) -> None:
    for number in range(3):
        _add(assembly, f"p{number}@exemple.be")
    run: list[str] = []
    with assembly.database.reading() as session:
        session.connection()
        event.listen(assembly.database.engine, "before_cursor_execute", lambda *args: run.append(args[2]))
        assert len(people.page(session, size=size).people) == size
    assert len(run) == 4


def test_a_correction_says_what_changed(assembly: Assembly) -> None:
    person = _add(assembly, "a@exemple.be", "Mari", "Dubois")
    with assembly.database.transaction() as session:
        assert people.edit(session, person.id, first_name=" Marie ", last_name="Dubois") == {"first_name"}
        assert people.edit(session, person.id, language=Language.DE) == {"language"}
        assert people.edit(session, person.id) == frozenset()
        found = people.find_person(session, person.id)
        assert found is not None
        assert found.full_name == "Marie Dubois"
        with pytest.raises(Invalid):
            people.edit(session, person.id, first_name="http://spam")
        with pytest.raises(PersonMissing):
            people.edit(session, PersonId(999), first_name="X")


def test_a_dead_address_is_dead_for_everybody_who_has_it(assembly: Assembly) -> None:
    both = [_add(assembly, "partage@exemple.be", name) for name in ("Jean", "Marie")]
    other = _add(assembly, "autre@exemple.be")
    key = both[0].contact_points[0].address_key
    with assembly.database.transaction() as session:
        assert people.mark_deliverability(session, key, Deliverability.DEAD) == 2
        assert people.mark_deliverability(session, key, Deliverability.DEAD) == 0
        assert [p.contact_points[0].is_living for p in people.people_at(session, key)] == [False, False]
        kept = people.find_person(session, other.id)
    assert kept == other


def test_a_merged_person_is_who_they_were_merged_into_even_in_a_ring(assembly: Assembly) -> None:
    a, b, c, other = (_add(assembly, f"{name}@exemple.be").id for name in "abcd")
    with assembly.database.transaction() as session:
        for old, new in ((a, b), (b, c)):
            session.execute(update(PersonRow).where(PersonRow.id == old).values(merged_into_id=new))
        survivor = people.find_survivor(session, a)
        assert survivor is not None
        assert survivor.id == c
        assert people.survivors(session, [a, b, c, PersonId(999)]) == {a: c, b: c, c: c}
        session.execute(update(PersonRow).where(PersonRow.id == c).values(merged_into_id=a))
        assert people.find_survivor(session, a) is None
        assert people.survivors(session, [a, b, c, other]) == {other: other}
        session.execute(update(PersonRow).where(PersonRow.id == c).values(merged_into_id=c))
        assert people.survivors(session, [a, c, other]) == {other: other}
        assert people.find_survivor(session, PersonId(999)) is None
