"""The ways to reach people: none is lost, one is preferred, what fails is remembered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crm.assembly import Assembly
from crm.consent import gate, selects
from crm.consent import service as consent
from crm.consent.model import Act, Channel, NewAct, Purpose, Way
from crm.foundation.database import Database
from crm.people import contacts
from crm.people import service as people
from crm.people.errors import AbodeMissing, ContactPointMissing
from crm.people.model import Abode, ContactKind, Deliverability, FailureReason, NewPerson, Person, Usage
from crm.people.rules import holds_on, tidy_season
from crm.people.terms import Terms
from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.values.identifiers import ContactPointId, PersonId, PostalAddressId
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from crm.values.postal_address import PostalAddress
from tests.conftest import NOW

HOME = PostalAddress(street="Rue Berckmans", number="9", postcode="1060", locality="Saint-Gilles")
SEA = PostalAddress(street="Zeedijk", number="100", box="5", postcode="8400", locality="Oostende")
Arrive = Callable[..., Person]


@pytest.fixture
def arrive(assembly: Assembly) -> Arrive:
    def arrive(**known: object) -> Person:
        with assembly.database.transaction() as session:
            new = NewPerson(language=Language.FR, **known)  # type: ignore[arg-type] # a test names what it needs
            return people.add(session, assembly.addresses, new, at=NOW)

    return arrive


def test_somebody_arrives_with_all_that_is_known_of_them(assembly: Assembly, arrive: Arrive) -> None:
    person = arrive(
        email=EmailAddress.parse("marie@exemple.be"),
        phone=PhoneNumber.parse("0470 12 34 56"),
        address=HOME,
        first_name="Marie",
    )
    assert [(point.kind, point.value, point.is_primary) for point in person.contact_points] == [
        (ContactKind.EMAIL, "marie@exemple.be", True),
        (ContactKind.PHONE, "+32470123456", True),
    ]
    with assembly.database.reading() as session:
        assert [abode.address for abode in contacts.addresses_of(session, [person.id])[person.id]] == [HOME]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(["add", "end", "prefer"]), st.integers(0, 3)),
        max_size=12,
    )
)
def test_exactly_one_living_address_is_preferred_whatever_happens(
    assembly: Assembly, steps: list[tuple[str, int]]
) -> None:
    with assembly.database.reading() as session:
        who = people.add(session, assembly.addresses, NewPerson(language=Language.FR), at=NOW).id
        for step, number in steps:
            email = EmailAddress.parse(f"adresse{number}@exemple.be")
            if step == "add":
                contacts.add_email(session, assembly.addresses, email, person_id=who, at=NOW)
                continue
            person = people.find_person(session, who)
            assert person is not None
            point = next((p for p in person.contact_points if p.value == email.text), None)
            if point is not None and step == "end":
                contacts.end_point(session, point.id, at=NOW)
            elif point is not None:
                contacts.prefer_point(session, point.id)
                assert people.find_person(session, who).primary.id == point.id  # type: ignore[union-attr] # just seen
        person = people.find_person(session, who)
        assert person is not None
        living = [p.is_primary for p in person.contact_points]
        assert living.count(True) == (1 if living else 0)


def test_a_move_is_written_as_it_was_said_at_the_same_letter_box_later_or_from_another_address(
    assembly: Assembly, arrive: Arrive
) -> None:
    who = arrive(address=HOME).id
    with assembly.database.transaction() as session:
        facts: dict[str, Any] = {"person_id": who, "at": NOW}

        def living() -> list[Abode]:
            return contacts.addresses_of(session, [who])[who]

        floor = replace(HOME, complement="3e étage", organisation="c/o Paul Maes")
        assert contacts.move(session, assembly.addresses, floor, **facts).address == floor
        assert [(one.address, one.is_primary) for one in living()] == [(floor, True)]
        summer = {"usage": Usage.HOLIDAY, "season": ("06-15", "09-15"), "is_primary": False}
        sea = contacts.add_address(session, assembly.addresses, SEA, **facts, **summer)  # type: ignore[arg-type] # three facts
        dune = replace(SEA, number="7", box="")
        contacts.move(session, assembly.addresses, dune, leaving=sea.id, **facts)
        assert [(one.address, one.usage, one.season_from, one.is_primary) for one in living()] == [
            (floor, Usage.HOME, "", True),
            (dune, Usage.HOLIDAY, "06-15", False),
        ]
        contacts.prefer_address(session, sea.id)
        assert [one.is_primary for one in living()] == [True, False]  # one that has ended is never preferred
        later = Terms(usage=Usage.HOME, valid_from_on=date(2027, 1, 15))
        contacts.move(session, assembly.addresses, replace(HOME, number="1"), when=later, **facts)
        homes = [contacts.address_on(session, who, date(2027, 1, day)) for day in (14, 15)]
        assert [home.address.number for home in homes if home] == ["9", "1"]
        with pytest.raises(Invalid):
            contacts.add_address(
                session, assembly.addresses, SEA, **facts, valid_from_on=NOW.date(), valid_until_on=date(2026, 1, 1)
            )


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(["add", "beside", "move", "end", "prefer", "revive"]), st.integers(0, 2)),
        max_size=10,
    )
)
@example([("add", 0), ("beside", 1), ("move", 1)])
def test_exactly_one_living_letter_box_is_preferred_whatever_happens(
    assembly: Assembly, steps: list[tuple[str, int]]
) -> None:
    with assembly.database.reading() as session:
        who = people.add(session, assembly.addresses, NewPerson(language=Language.FR), at=NOW).id
        facts: dict[str, Any] = {"person_id": who, "at": NOW}
        for step, number in steps:
            place = replace(HOME, number=str(number + 1))
            ever = contacts.addresses_of(session, [who], ended=True)[who]
            there = next((one for one in ever if one.address == place), None)
            if step == "add":
                contacts.add_address(session, assembly.addresses, place, **facts)
            elif step == "beside":
                contacts.add_address(session, assembly.addresses, place, is_primary=False, **facts)
            elif step == "move":
                moved = contacts.move(session, assembly.addresses, place, **facts)
                assert (moved.address, moved.is_primary) == (place, True)
            elif there is not None and step == "end":
                contacts.end_address(session, there.id, at=NOW)
            elif there is not None and step == "revive":
                contacts.revive_address(session, there.id)
            elif there is not None and there.ended_at is None:
                contacts.prefer_address(session, there.id)
            living = [one.is_primary for one in contacts.addresses_of(session, [who])[who]]
            assert living.count(True) == (1 if living else 0)


def test_an_address_that_ended_is_kept_and_lives_again_when_said_again(assembly: Assembly, arrive: Arrive) -> None:
    email = EmailAddress.parse("marie@exemple.be")
    person = arrive(email=email)
    point = person.contact_points[0]
    with assembly.database.transaction() as session:
        contacts.end_point(session, point.id, at=NOW)
    with assembly.database.transaction() as session:
        assert people.find_person(session, person.id) == people.find_survivor(session, person.id)
        assert people.people_at(session, point.address_key) == ()
        kept = people.find_contact_point(session, point.id)
        assert kept is not None
        assert kept.ended_at == NOW
        again = contacts.add_email(session, assembly.addresses, email, person_id=person.id, at=NOW)
    assert (again.id, again.is_living, again.is_primary) == (point.id, True, True)


def test_two_people_may_share_a_mailbox_and_a_phone(assembly: Assembly, arrive: Arrive) -> None:
    shared = {"email": EmailAddress.parse("famille@exemple.be"), "phone": PhoneNumber.parse("02 538 81 77")}
    first, second = arrive(first_name="Marie", **shared), arrive(first_name="Jean", **shared)
    with assembly.database.reading() as session:
        found = people.people_at(session, first.contact_points[0].address_key)
    assert [person.id for person in found] == [first.id, second.id]


def test_the_summer_house_gets_the_summer_s_letters(assembly: Assembly, arrive: Arrive) -> None:
    person = arrive(address=HOME)
    with assembly.database.transaction() as session:
        contacts.add_address(
            session,
            assembly.addresses,
            SEA,
            person_id=person.id,
            at=NOW,
            usage=Usage.HOLIDAY,
            season=("06-15", "09-15"),
        )

        def goes_to(day: date) -> PostalAddress | None:
            abode = contacts.address_on(session, person.id, day)
            return abode.address if abode else None

        assert goes_to(date(2027, 3, 1)) == HOME
        assert goes_to(date(2027, 6, 15)) == goes_to(date(2027, 9, 15)) == SEA
        assert goes_to(date(2027, 9, 16)) == HOME


def test_who_moves_is_written_to_at_the_new_address_and_the_old_one_is_kept(assembly: Assembly, arrive: Arrive) -> None:
    person = arrive(address=HOME)
    with assembly.database.transaction() as session:
        contacts.move(session, assembly.addresses, SEA, person_id=person.id, at=NOW)
        now = contacts.addresses_of(session, [person.id])[person.id]
        ever = contacts.addresses_of(session, [person.id], ended=True)[person.id]
    assert [(a.address, a.is_primary) for a in now] == [(SEA, True)]
    assert {(a.address.street, a.ended_at) for a in ever} == {("Rue Berckmans", NOW), ("Zeedijk", None)}


def test_a_letter_that_comes_back_twice_silences_the_address_until_it_is_confirmed(
    assembly: Assembly, arrive: Arrive
) -> None:
    person = arrive(address=HOME)
    with assembly.database.transaction() as session:
        abode = contacts.addresses_of(session, [person.id])[person.id][0]
        first = contacts.fail_address(session, abode.id, FailureReason.UNCLAIMED, source="post", at=NOW)
        second = contacts.fail_address(session, abode.id, FailureReason.UNKNOWN, source="post", at=NOW)
        assert (first.deliverability, second.deliverability) == (Deliverability.FAILING, Deliverability.DEAD)
        assert contacts.address_on(session, person.id, NOW.date()) is None
        contacts.confirm_address(session, abode.id)
        assert contacts.address_on(session, person.id, NOW.date()) is not None
        assert [f.reason for f in contacts.failures_of(session, person.id)] == [
            FailureReason.UNKNOWN,
            FailureReason.UNCLAIMED,
        ]


def test_a_spelling_is_corrected_in_place_and_another_letter_box_starts_afresh(
    assembly: Assembly, arrive: Arrive
) -> None:
    person = arrive(address=HOME)
    with assembly.database.transaction() as session:
        abode = contacts.addresses_of(session, [person.id])[person.id][0]
        contacts.fail_address(session, abode.id, FailureReason.UNCLAIMED, source="post", at=NOW)
        spelt = contacts.correct_address(session, assembly.addresses, abode.id, replace(HOME, street="RUE BERCKMANS"))
        other = contacts.correct_address(session, assembly.addresses, abode.id, replace(HOME, number="11"))
    assert (spelt.id, spelt.failures) == (abode.id, 1)
    assert (other.id, other.failures, other.address.number) == (abode.id, 0, "11")


def test_what_does_not_exist_is_said_so(database: Database) -> None:
    with database.transaction() as session:
        with pytest.raises(ContactPointMissing):
            contacts.end_point(session, ContactPointId(7), at=NOW)
        with pytest.raises(AbodeMissing):
            contacts.end_address(session, PostalAddressId(7), at=NOW)


@given(st.dates(date(2026, 1, 1), date(2030, 12, 31)), st.dates(date(2024, 1, 1), date(2024, 12, 31)), st.data())
def test_a_season_and_what_it_leaves_out_make_the_whole_year(day: date, first: date, data: st.DataObject) -> None:
    last = data.draw(st.dates(date(2024, 1, 1), date(2024, 12, 31)).filter(lambda d: d + timedelta(days=1) != first))
    after = last + timedelta(days=1) if last < date(2024, 12, 31) else date(2024, 1, 1)
    before = first - timedelta(days=1) if first > date(2024, 1, 1) else date(2024, 12, 31)
    if after == first:
        return
    inside = _seasonal(f"{first:%m-%d}", f"{last:%m-%d}")
    outside = _seasonal(f"{after:%m-%d}", f"{before:%m-%d}")
    assert holds_on(inside, day) is not holds_on(outside, day)


def _seasonal(first: str, last: str) -> Abode:
    season_from, season_until = tidy_season(first, last)
    return Abode(
        id=PostalAddressId(1),
        person_id=PersonId(1),
        address=HOME,
        usage=Usage.HOLIDAY,
        is_primary=False,
        dedupe_key="",
        address_key="",
        deliverability=Deliverability.LIVE,
        failures=0,
        source="",
        created_at=NOW,
        season_from=season_from,
        season_until=season_until,
    )


@pytest.mark.parametrize("season", [("02-30", "03-01"), ("13-01", "02-01"), ("06-15", ""), ("juin", "juillet")])
def test_a_season_of_days_that_no_year_has_is_refused(season: tuple[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        tidy_season(*season)
    assert refused.value.field == "season"


@pytest.mark.parametrize("is_first_dead", [True, False])
def test_one_dead_mailbox_does_not_silence_the_good_one(
    assembly: Assembly, arrive: Arrive, is_first_dead: bool
) -> None:
    """A yes at each of two mailboxes: whichever dies, the next letter goes to the other."""
    marie = arrive(email=EmailAddress.parse("une@exemple.be"))
    with assembly.database.transaction() as session:
        consent.put_purpose(session, Purpose(code="news", position=1, names={"fr": "N"}, promises={"fr": "P"}))
        contacts.add_email(
            session, assembly.addresses, EmailAddress.parse("deux@exemple.be"), person_id=marie.id, at=NOW
        )
        person = people.find_person(session, marie.id)
        assert person is not None
        for point in person.contact_points:
            act = NewAct(person_id=marie.id, purpose="news", address_key=point.address_key, act=Act.GIVEN,
                         way=Way.STAFF, occurred_at=NOW)  # fmt: skip
            consent.record(session, assembly.sealer, act, at=NOW)
        dead = next(point for point in person.contact_points if point.is_primary is is_first_dead)
        for day in range(9):
            contacts.fail_point(session, dead.id, FailureReason.GONE, source="bounce", at=NOW + timedelta(days=day))
        moment = gate.moment(session, NOW + timedelta(days=10))
        found = session.execute(selects.allowed_in_turn("news", Channel.EMAIL, moment=moment)).mappings().all()
        wanted = next(point.value for point in person.contact_points if point.id != dead.id)
        assert [row["address"] for row in found if row["choice"] == 1] == [wanted]
