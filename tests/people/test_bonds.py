"""Who is who: member numbers, other systems' names, households, tags, ties, deaths, and what is said otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.assembly import Assembly
from crm.people import differences, households, links, rules, search
from crm.people import service as people
from crm.people.errors import DifferenceMissing, ExternalIdTaken, HouseholdMissing, MemberNumberTaken, TagMissing
from crm.people.model import (
    DifferenceState,
    ExternalId,
    NewPerson,
    OrganisationKind,
    Person,
    PersonKind,
    Position,
    Sensitivity,
    TieKind,
    Title,
)
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, HouseholdId, PersonId, TagId
from crm.values.languages import Language
from tests.conftest import NOW


def _new(first_name: str = "", last_name: str = "", **more: object) -> NewPerson:
    return NewPerson(language=Language.FR, first_name=first_name, last_name=last_name, **more)  # type: ignore[arg-type] # a test names what it needs


def _person(first_name: str, last_name: str, *, title: Title = Title.NONE, language: Language = Language.FR) -> Person:
    return Person(
        id=PersonId(1),
        first_name=first_name,
        last_name=last_name,
        language=language,
        created_at=NOW,
        source="",
        title=title,
    )


@given(st.integers(1, 50_000_000), st.integers(0, 9), st.integers(0, 8))
def test_one_wrong_digit_never_makes_another_member_number(person_id: int, digit: int, place: int) -> None:
    number = rules.member_number(person_id)
    assert rules.is_ours(number)
    place %= len(number)
    wrong = number[:place] + str(digit) + number[place + 1 :]
    assert wrong == number or not rules.is_ours(wrong)


@given(st.integers(1, 50_000_000))
def test_a_member_number_is_read_as_it_is_printed(person_id: int) -> None:
    number = rules.member_number(person_id)
    assert rules.typed_number(f" n° {rules.shown_number(number)} ") == number


def test_everybody_has_a_number_of_their_own_and_is_found_by_it(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        one = people.add(session, assembly.addresses, _new("Marie"), at=NOW)
        old = people.add(session, assembly.addresses, _new("Jean", member_number="A-1234"), at=NOW)
        assert one.member_number == rules.member_number(one.id)
        assert people.find_member(session, rules.shown_number(one.member_number)) == one
        assert people.find_member(session, "a 1234") == old
        with pytest.raises(MemberNumberTaken):
            people.add(session, assembly.addresses, _new("Paul", member_number="A1234"), at=NOW)
        with pytest.raises(Invalid) as refused:
            people.add(session, assembly.addresses, _new(member_number=rules.member_number(77)), at=NOW)
    assert refused.value.field == "member_number"


def test_a_number_in_another_system_belongs_to_one_person(assembly: Assembly) -> None:
    known = ExternalId(system="recruiter", value="D-77")
    with assembly.database.transaction() as session:
        one = people.add(session, assembly.addresses, _new("Marie", external_ids=(known,)), at=NOW)
        other = people.add(session, assembly.addresses, _new("Jean"), at=NOW)
        links.add_external_id(session, one.id, known)
        assert links.external_ids(session, one.id) == (known,)
        assert people.find_external(session, "recruiter", "D-77") == one
        assert people.find_external(session, "spip", "D-77") is None
        with pytest.raises(ExternalIdTaken):
            links.add_external_id(session, other.id, known)


def test_an_organisation_goes_by_its_own_name(assembly: Assembly) -> None:
    new = _new(
        kind=PersonKind.ORGANISATION,
        organisation_name="École  libre « Les Peupliers » / Ath",
        organisation_kind=OrganisationKind.SCHOOL,
    )
    with assembly.database.transaction() as session:
        school = people.add(session, assembly.addresses, new, at=NOW)
        teacher = people.add(session, assembly.addresses, _new("Anne", "Lejeune"), at=NOW)
        links.tie(session, teacher.id, school.id, TieKind.TEACHER, at=NOW, since_on=date(2024, 9, 1))
        again = links.tie(session, teacher.id, school.id, TieKind.TEACHER, at=NOW, until_on=date(2026, 6, 30))
        assert [hit.person.id for hit in search.find(session, assembly.addresses, "peupliers").hits] == [school.id]
        assert links.ties_of(session, school.id) == links.ties_of(session, teacher.id) == (again,)
        with pytest.raises(Invalid):
            links.tie(session, school.id, school.id, TieKind.CONTACT, at=NOW)
    assert school.full_name == "École libre « Les Peupliers » / Ath"
    assert (school.organisation_kind, rules.greeting(school)) == (OrganisationKind.SCHOOL, "Bonjour,")


@pytest.mark.parametrize(
    ("person", "opens"),
    [
        (_person("Marie", "Dubois"), "Bonjour Marie,"),
        (_person("Marie", "Dubois", title=Title.MADAM), "Chère Madame Dubois,"),
        (_person("Jan", "Maes", title=Title.SIR, language=Language.NL), "Geachte heer Maes,"),
        (_person("Marie", "", title=Title.MADAM), "Bonjour Marie,"),
        (_person("", "Dubois"), "Bonjour,"),
        (replace(_person("Marie", "Dubois"), greeting="Chère Marie, cher Jean,"), "Chère Marie, cher Jean,"),
    ],
)
def test_nobody_s_gender_is_guessed(person: Person, opens: str) -> None:
    assert rules.greeting(person) == opens


@pytest.mark.parametrize(
    ("people", "envelope"),
    [
        ([_person("Marie", "Dubois"), _person("Jean", "DUBOIS")], "Marie et Jean Dubois"),
        ([_person("Marie", "Dubois"), _person("Paul", "Maes")], "Marie Dubois et Paul Maes"),
        ([_person("Marie", "Dubois")], "Marie Dubois"),
        ([_person("Marie", "Dubois"), _person("", "")], "Marie Dubois"),
        ([], ""),
    ],
)
def test_an_envelope_names_everybody_who_shares_it(people: list[Person], envelope: str) -> None:
    assert rules.envelope_name(people, Language.FR) == envelope


def test_a_household_is_addressed_as_its_living_members_are_called(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        marie = people.add(session, assembly.addresses, _new("Marie", "Dubois"), at=NOW)
        jean = people.add(session, assembly.addresses, _new("Jean", "Dubois"), at=NOW)
        lou = people.add(session, assembly.addresses, _new("Lou", "Dubois"), at=NOW)
        home = households.found(session, [marie.id, jean.id], at=NOW)
        households.put(session, home.id, lou.id, position=Position.CHILD, is_on_envelope=False, at=NOW)

        def addressed() -> tuple[str, str]:
            return households.addressed(session, households.get(session, home.id))

        assert addressed() == ("Marie et Jean Dubois", "Bonjour Marie et Jean,")
        people.record_death(session, jean.id, died_on=None, at=NOW)
        assert addressed() == ("Marie Dubois", "Bonjour Marie,")
        households.name(session, home.id, on_envelope="Marie et Jean  Dubois", greeting="Chers Marie et Jean,")
        assert addressed() == ("Marie Dubois", "Bonjour Marie,")
        people.retract_death(session, jean.id)
        assert addressed() == ("Marie et Jean Dubois", "Chers Marie et Jean,")
        people.record_death(session, jean.id, died_on=None, at=NOW)
        households.put(session, home.id, jean.id, position=Position.PARTNER, is_on_envelope=False, at=NOW)
        assert addressed() == ("Marie Dubois", "Bonjour Marie,")  # what named Jean as well has ended
        households.name(session, home.id, on_envelope="Famille  Dubois", greeting="")
        assert addressed() == ("Famille Dubois", "Bonjour Marie,")
        assert [h.id for h in households.of(session, lou.id)] == [home.id]
        for person in (marie, jean, lou):
            households.take(session, home.id, person.id, at=NOW)
        with pytest.raises(HouseholdMissing):
            households.get(session, HouseholdId(home.id))


def test_a_death_loses_nothing_and_can_be_taken_back(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        person = people.add(session, assembly.addresses, _new("Marie", "Dubois"), at=NOW)
        assert people.record_death(session, person.id, died_on=None, at=NOW)
        assert not people.record_death(session, person.id, died_on=None, at=NOW)
        assert people.record_death(session, person.id, died_on=date(2026, 11, 1), at=NOW)
        dead = people.find_person(session, person.id)
        assert dead == replace(person, deceased_on=date(2026, 11, 1), deceased_recorded_at=NOW)
        with pytest.raises(Invalid):
            people.record_death(session, person.id, died_on=date(2026, 12, 1), at=NOW)
        assert people.retract_death(session, person.id)
        assert people.find_person(session, person.id) == person


def test_a_tag_is_one_whatever_its_spelling_and_only_grows_more_sensitive(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        person = people.add(session, assembly.addresses, _new("Marie"), at=NOW)
        tag = links.put_tag(session, "Bénévole", at=NOW)
        assert links.put_tag(session, "benevole", at=NOW, sensitivity=Sensitivity.SENSITIVE).id == tag.id
        assert links.put_tag(session, "BÉNÉVOLE", at=NOW).sensitivity is Sensitivity.SENSITIVE
        assert links.tag(session, person.id, tag.id, at=NOW)
        assert not links.tag(session, person.id, tag.id, at=NOW)
        assert [t.name for t in links.tags_of(session, [person.id])[person.id]] == ["Bénévole"]
        assert links.tagged_count(session, tag.id) == 1
        assert links.untag(session, person.id, tag.id)
        assert not links.untag(session, person.id, tag.id)
        with pytest.raises(TagMissing):
            links.tag(session, person.id, TagId(99), at=NOW)


def test_what_is_said_otherwise_waits_for_a_person_and_is_decided_once(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        person = people.add(session, assembly.addresses, _new("Marie"), at=NOW)
        facts = {"field": "first_name", "held": {"first_name": "Marie"}, "source": "import", "at": NOW}
        said = differences.note(session, person.id, said={"first_name": "Maria"}, **facts)  # type: ignore[arg-type] # shared
        again = differences.note(session, person.id, said={"first_name": "Maria"}, **facts)  # type: ignore[arg-type] # shared
        assert (again.id, differences.waiting_count(session)) == (said.id, 1)
        assert [one.id for one in differences.waiting(session)] == [said.id]
        kept = differences.decide(session, said.id, DifferenceState.KEPT, by=AccountId(3), at=NOW)
        assert (kept.state, kept.decided_by, differences.waiting(session)) == (DifferenceState.KEPT, 3, ())
        with pytest.raises(DifferenceMissing):
            differences.decide(session, said.id, DifferenceState.TAKEN, by=AccountId(3), at=NOW)
