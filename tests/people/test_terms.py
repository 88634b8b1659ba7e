"""When a mailbox or a phone holds: one rule, for one and in SQL; it goes through merges, and is theirs to see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import gate, selects
from crm.consent import service as consent
from crm.consent.model import Act, NewAct, Purpose, Refusal, Way
from crm.consent.policy import EVERYWHERE
from crm.contracts.person_page import Look
from crm.foundation.database import open_database
from crm.migrations import schema
from crm.people import contacts, links, merging, personal_data, terms
from crm.people import selects as reached
from crm.people import service as people
from crm.people.bonds_panel import BondsPanel
from crm.people.model import ContactKind, ContactPoint, NewPerson, OrganisationKind, Person, PersonKind, TieKind, Usage
from crm.people.rules import holds_on, mailbox_on
from crm.people.tables import PersonRow
from crm.people.terms import Terms
from crm.values.calendar import brussels_day
from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from tests.conftest import NOW
from tests.people.finding import passing

TODAY = brussels_day(NOW)
DAYS = st.integers(-400, 400).map(lambda days: TODAY + timedelta(days=days))
SEASONS = st.one_of(
    st.just(("", "")),
    st.tuples(*[st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(lambda day: f"{day:%m-%d}")] * 2),
)


@st.composite
def times(draw: st.DrawFn) -> Terms:
    """Any time that a way may hold."""
    first, last = draw(st.none() | DAYS), draw(st.none() | DAYS)
    if first and last and last < first:
        first, last = last, first
    return Terms(usage=Usage.HOME, valid_from_on=first, valid_until_on=last, season=draw(SEASONS))


def _person(session: Session, made: Assembly, *emails: str, phone: str = "") -> Person:
    who = people.add(session, made.addresses, NewPerson(language=Language.FR, first_name="Ada"), at=NOW).id
    for text in emails:
        contacts.add_email(session, made.addresses, EmailAddress.parse(text), person_id=who, at=NOW)
    if phone:
        contacts.add_phone(session, made.addresses, PhoneNumber.parse(phone), person_id=who, at=NOW)
    return _again(session, who)


def _again(session: Session, who: Any) -> Person:
    person = people.find_person(session, who)
    assert person is not None
    return person


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(several=st.lists(times(), min_size=3, max_size=3), days=st.integers(-300, 300))
def test_the_gate_writes_where_the_rule_says_that_day(assembly: Assembly, several: list[Terms], days: int) -> None:
    with passing(assembly.database) as session:
        person = _person(session, assembly, "une@exemple.be", "deux@exemple.be", phone="0470 12 34 56")
        for point, held in zip(person.contact_points, several, strict=True):
            terms.of_point(session, point.id, held)
        at, person = NOW + timedelta(days=days), _again(session, person.id)
        day = brussels_day(at)
        for kind in ContactKind:
            found = session.execute(reached.reachable(day, f"{day:%m-%d}", kind)).mappings()
            holding = {p.id for p in person.contact_points if p.kind is kind and holds_on(p, day)}
            assert {row["contact_point_id"] for row in found} == holding
        consent.put_purpose(session, Purpose(code="news", position=1, names={"fr": "N"}, promises={"fr": "P"}))
        said = NewAct(person_id=person.id, purpose="news", address_key=EVERYWHERE, act=Act.GIVEN, way=Way.STAFF,
                      occurred_at=NOW - timedelta(days=600))  # fmt: skip
        consent.record(session, assembly.sealer, said, at=NOW - timedelta(days=600))
        allowed = session.execute(selects.allowed("news", moment=gate.moment(session, at))).mappings().all()
        wanted = mailbox_on(person, day)
        assert [row["contact_point_id"] for row in allowed] == ([wanted.id] if wanted else [])
        for point in person.emails:
            key = point.address_key
            verdict = gate.verdict(session, person_id=person.id, purpose="news", address_key=key, at=at)
            assert verdict.refusal is (None if holds_on(point, day) else Refusal.NO_ADDRESS)


def test_a_season_s_own_mailbox_goes_first_and_the_preferred_one_the_rest_of_the_year(assembly: Assembly) -> None:
    with passing(assembly.database) as session:
        person = _person(session, assembly, "ville@exemple.be", "mer@exemple.be")
        sea = person.emails[1]
        terms.of_point(session, sea.id, Terms(usage=Usage.HOLIDAY, season=("06-15", "09-15")))
        person = _again(session, person.id)

        def goes_to(month: int) -> str:
            point = mailbox_on(person, date(2027, month, 20))
            return point.value if point else ""

        assert (goes_to(5), goes_to(6), goes_to(8), goes_to(9)) == (
            "ville@exemple.be", "mer@exemple.be", "mer@exemple.be", "ville@exemple.be",
        )  # fmt: skip
        with pytest.raises(Invalid, match="ends before"):
            terms.of_point(
                session, sea.id, Terms(usage=Usage.HOME, valid_from_on=TODAY, valid_until_on=date(2020, 1, 1))
            )


def test_whoever_uses_an_address_out_of_its_time_has_it_from_now_on(assembly: Assembly) -> None:
    with passing(assembly.database) as session:
        person = _person(session, assembly, "ada@exemple.be")
        old, point = Terms(usage=Usage.WORK, valid_until_on=TODAY - timedelta(days=9)), person.emails[0]
        terms.of_point(session, point.id, old)
        again = contacts.add_email(
            session, assembly.addresses, EmailAddress.parse("ada@exemple.be"), person_id=person.id, at=NOW
        )
        assert (again.id, again.valid_until_on, again.usage) == (point.id, None, Usage.WORK)


def _times(point: ContactPoint) -> tuple[date | None, date | None, str, str]:
    return point.valid_from_on, point.valid_until_on, point.season_from, point.season_until


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(one=times(), other=times(), days=st.integers(-300, 300))
def test_of_two_records_a_mailbox_holds_when_it_did_at_either_and_apart_as_before(
    assembly: Assembly, one: Terms, other: Terms, days: int
) -> None:
    with passing(assembly.database) as session:
        stays, goes = (_person(session, assembly, "ada@exemple.be") for _ in range(2))
        for person, held in ((stays, one), (goes, other)):
            terms.of_point(session, person.emails[0].id, held)
        before = [_again(session, person.id).emails[0] for person in (stays, goes)]
        moves = merging.repoint(session, loser=goes.id, survivor=stays.id)
        day = TODAY + timedelta(days=days)
        (united,) = _again(session, stays.id).emails
        assert holds_on(united, day) or not any(holds_on(point, day) for point in before)
        merging.put_back(session, moves, loser=goes.id, survivor=stays.id)
        after = [_again(session, person.id).emails[0] for person in (stays, goes)]
        assert [_times(point) for point in after] == [_times(point) for point in before]


def test_people_see_when_each_of_their_addresses_serves(assembly: Assembly) -> None:
    with passing(assembly.database) as session:
        person = _person(session, assembly, "ada@exemple.be")
        held = Terms(usage=Usage.HOME, valid_from_on=date(2026, 1, 2), season=("06-15", "09-15"))
        terms.of_point(session, person.emails[0].id, held)
        subject = personal_data.subject(session, person.id)
        assert subject is not None
        shown = {one.key: one for one in personal_data.show(session, subject, Language.FR)}["contact_points"]
        assert [row["holds"] for row in shown.rows] == ["dès le 02/01/2026, chaque année du 15/06 au 15/09"]


@pytest.mark.database
@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_change_made_before_the_upgrade_can_be_taken_back_after_it(
    kind: str, new_database_url: Callable[[str], str]
) -> None:
    database = open_database(new_database_url(kind))
    schema.downgrade(database, "8ffe")
    row = {"id": 7, "value": "ada@exemple.be"}
    changes = sa.table("person_change", *(sa.column(n) for n in ("person_id", "made_at")), sa.column("rows", sa.JSON))
    with database.engine.begin() as connection:
        connection.execute(sa.insert(PersonRow).values(id=1, language=Language.FR, created_at=NOW))
        kept = [{"table": "contact_point", "key": [7], "before": None, "after": row}]
        connection.execute(sa.insert(changes).values(person_id=1, made_at="2026-11-20 09:00:00", rows=kept))
    schema.upgrade(database)
    with database.engine.connect() as connection:
        ((found,),) = connection.execute(sa.select(changes.c.rows))
    assert found[0]["after"] == row | {
        "valid_from_on": None, "valid_until_on": None, "season_from": "", "season_until": "",
    }  # fmt: skip
    assert found[0]["before"] is None
    database.close()


def test_the_page_of_a_school_tells_where_its_people_are_reached_today(assembly: Assembly) -> None:
    with passing(assembly.database) as session:
        person = _person(session, assembly, "ville@exemple.be", "mer@exemple.be", phone="0470 12 34 56")
        terms.of_point(session, person.phones[0].id, Terms(usage=Usage.WORK, valid_until_on=TODAY - timedelta(days=1)))
        terms.of_point(session, person.emails[0].id, Terms(usage=Usage.HOME, valid_from_on=TODAY + timedelta(days=1)))
        school = NewPerson(
            language=Language.FR, kind=PersonKind.ORGANISATION, organisation_name="Athénée",
            organisation_kind=OrganisationKind.SCHOOL,
        )  # fmt: skip
        body = people.add(session, assembly.addresses, school, at=NOW)
        links.tie(session, person.id, body.id, TieKind.TEACHER, at=NOW)

        def shown(who: PersonId) -> dict[str, Any]:
            panel = BondsPanel().panel(session, Look(person_id=who, language=Language.FR, now=NOW))
            assert panel is not None
            return dict(panel.values)

        (tie,) = shown(body.id)["ties"]
        assert (tie["other_id"], tie["email"], tie["phone"]) == (person.id, "mer@exemple.be", "")
        assert (shown(body.id)["is_organisation"], shown(person.id)["is_organisation"]) == (True, False)
        assert shown(person.id)["ties"][0]["email"] == ""
