"""What a colleague changed of a file can be taken back exactly, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.people import changes, contacts, households, links
from crm.people import service as people
from crm.people.errors import ChangedSince, ChangeMissing
from crm.people.model import (
    ExternalId,
    FailureReason,
    NewPerson,
    Person,
    Position,
    Sensitivity,
    TieKind,
    Title,
    Usage,
)
from crm.values.email_address import EmailAddress
from crm.values.identifiers import AccountId, PersonId
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from crm.values.postal_address import PostalAddress
from tests.conftest import NOW
from tests.web.whole_database import digest

BY = AccountId(7)
HOME = PostalAddress.parse(street="Rue Haute", number="12", postcode="1000", locality="Bruxelles")
SEASIDE = PostalAddress.parse(street="Zeedijk", number="3", postcode="8300", locality="Knokke-Heist")
OTHER = PostalAddress.parse(street="Rue de Fer", number="40", postcode="5000", locality="Namur")

Edit = Callable[[Session, Assembly, Person, PersonId], object]


def _phone(session: Session, made: Assembly, marie: Person, _jean: PersonId) -> None:
    number = PhoneNumber.parse("0470 12 34 56")
    contacts.add_phone(session, made.addresses, number, person_id=marie.id, at=NOW, source="staff")


def _move(session: Session, made: Assembly, marie: Person, _jean: PersonId) -> None:
    contacts.move(session, made.addresses, OTHER, person_id=marie.id, at=NOW, source="staff")


def _seaside(session: Session, made: Assembly, marie: Person, _jean: PersonId) -> None:
    contacts.add_address(
        session,
        made.addresses,
        SEASIDE,
        person_id=marie.id,
        at=NOW,
        usage=Usage.HOLIDAY,
        season=("06-15", "09-15"),
        is_primary=False,
    )


def _returned(session: Session, _made: Assembly, marie: Person, _jean: PersonId) -> None:
    for home in contacts.addresses_of(session, [marie.id])[marie.id]:
        contacts.fail_address(session, home.id, FailureReason.GONE, source="post", at=NOW)


def _ended(session: Session, _made: Assembly, marie: Person, _jean: PersonId) -> None:
    contacts.end_point(session, marie.contact_points[0].id, at=NOW)


def _tag(session: Session, _made: Assembly, marie: Person, _jean: PersonId) -> None:
    tag = links.put_tag(session, "Bénévole", at=NOW, sensitivity=Sensitivity.ORDINARY)
    links.tag(session, marie.id, tag.id, at=NOW)


def _child(session: Session, _made: Assembly, marie: Person, _jean: PersonId) -> None:
    for home in households.of(session, marie.id):
        households.put(session, home.id, marie.id, position=Position.CHILD, is_on_envelope=False, at=NOW)


def _leave(session: Session, _made: Assembly, marie: Person, _jean: PersonId) -> None:
    for home in households.of(session, marie.id):
        households.take(session, home.id, marie.id, at=NOW)


EDITS: dict[str, Edit] = {
    "name": lambda s, _a, p, _o: people.edit(s, p.id, last_name="Delvaux", title=Title.MADAM, greeting="Chère Marie,"),
    "birth": lambda s, _a, p, _o: people.set_birth(s, p.id, date(1956, 11, 23), today=NOW.date()),
    "death": lambda s, _a, p, _o: people.record_death(s, p.id, died_on=None, at=NOW),
    "phone": _phone,
    "move": _move,
    "seaside": _seaside,
    "returned": _returned,
    "ended": _ended,
    "household": lambda s, _a, p, o: households.found(s, [p.id, o], at=NOW),
    "child": _child,
    "leave": _leave,
    "tie": lambda s, _a, p, o: links.tie(s, p.id, o, TieKind.PARTNER, at=NOW),
    "tag": _tag,
    "number": lambda s, _a, p, _o: links.add_external_id(s, p.id, ExternalId(system="spip", value=f"x{p.id}")),
}
NOT_THEIRS = {"person_change", "tag", "segment_stale", "person_changed"}
"""Tables an undo leaves alone: its own, the words of the house, and the notes of whom something was written."""


@pytest.fixture
def two(assembly: Assembly) -> tuple[Person, PersonId]:
    """Marie, who has an address, and Jean."""
    with assembly.database.transaction() as session:
        marie = people.add(
            session,
            assembly.addresses,
            NewPerson(
                language=Language.FR,
                email=EmailAddress.parse("marie@exemple.be"),
                address=HOME,
                first_name="Marie",
                last_name="Dupont",
            ),
            at=NOW,
        )
        jean = people.add(session, assembly.addresses, NewPerson(language=Language.FR, first_name="Jean"), at=NOW)
    return marie, jean.id


def _rows(assembly: Assembly) -> dict[str, str]:
    return {name: rows for name, rows in digest(assembly).items() if name not in NOT_THEIRS}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(sorted(EDITS)), min_size=1, max_size=5))
def test_whatever_was_changed_is_taken_back_exactly(
    assembly: Assembly, two: tuple[Person, PersonId], names: list[str]
) -> None:
    marie, jean = two
    stood: list[dict[str, str]] = []
    made: list[int] = []
    for name in names:
        before = _rows(assembly)
        with assembly.database.transaction() as session:
            person = people.find_person(session, marie.id)
            assert person is not None
            if name == "ended" and not person.contact_points:
                continue
            with changes.recorded(session, marie.id, by=BY, at=NOW) as change:
                EDITS[name](session, assembly, person, jean)
        if change.id is None:
            assert _rows(assembly) == before
            continue
        made.append(change.id)
        stood.append(before)
    for change_id, before in zip(reversed(made), reversed(stood), strict=True):
        with assembly.database.transaction() as session:
            changes.undo(session, marie.id, change_id, at=NOW)
        assert _rows(assembly) == before


def test_a_change_with_another_on_top_of_it_is_left_alone(assembly: Assembly, two: tuple[Person, PersonId]) -> None:
    marie, jean = two
    made = []
    for last_name in ("Delvaux", "Delcourt"):
        with assembly.database.transaction() as session:
            with changes.recorded(session, marie.id, by=BY, at=NOW) as change:
                people.edit(session, marie.id, last_name=last_name)
            made.append(change)
    assert [sorted(change.fields) for change in made] == [["last_name"], ["last_name"]]
    assert made[0].id
    assert made[1].id
    before = _rows(assembly)
    with pytest.raises(ChangedSince), assembly.database.transaction() as session:
        changes.undo(session, marie.id, made[0].id, at=NOW)
    with pytest.raises(ChangeMissing), assembly.database.transaction() as session:
        changes.undo(session, jean, made[1].id, at=NOW)
    assert _rows(assembly) == before
    with assembly.database.transaction() as session:
        changes.undo(session, marie.id, made[1].id, at=NOW)
    with pytest.raises(ChangeMissing), assembly.database.transaction() as session:
        changes.undo(session, marie.id, made[1].id, at=NOW)


def test_what_others_hang_on_by_now_is_not_taken_away(assembly: Assembly, two: tuple[Person, PersonId]) -> None:
    marie, jean = two
    with assembly.database.transaction() as session:
        with changes.recorded(session, marie.id, by=BY, at=NOW) as change:
            home = households.found(session, [marie.id], at=NOW)
        households.put(session, home.id, jean, position=Position.PARTNER, is_on_envelope=True, at=NOW)
    assert change.id
    before = _rows(assembly)
    with pytest.raises(ChangedSince), assembly.database.transaction() as session:
        changes.undo(session, marie.id, change.id, at=NOW)
    assert _rows(assembly) == before


def test_joining_a_household_leaves_it_to_the_others(assembly: Assembly, two: tuple[Person, PersonId]) -> None:
    marie, jean = two
    with assembly.database.transaction() as session:
        home = households.found(session, [jean], at=NOW)
    before = _rows(assembly)
    with assembly.database.transaction() as session:
        put = partial(households.put, position=Position.PARTNER, is_on_envelope=True, at=NOW)
        with changes.recorded(session, marie.id, by=BY, at=NOW, households=[home.id]) as change:
            put(session, home.id, marie.id)
    assert change.id
    with assembly.database.transaction() as session:
        changes.undo(session, marie.id, change.id, at=NOW)
    assert _rows(assembly) == before


def test_changes_are_forgotten_after_a_month(assembly: Assembly, two: tuple[Person, PersonId]) -> None:
    marie, _jean = two
    with assembly.database.transaction() as session:
        with changes.recorded(session, marie.id, by=BY, at=NOW) as change:
            people.edit(session, marie.id, last_name="Delvaux")
        assert changes.forget(session, before=NOW + timedelta(days=1) - changes.KEPT_FOR) == 0
        assert changes.forget(session, before=NOW + timedelta(days=1)) == 1
        assert change.id
        with pytest.raises(ChangeMissing):
            changes.undo(session, marie.id, change.id, at=NOW)
