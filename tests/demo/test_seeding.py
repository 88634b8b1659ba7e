"""Made-up supporters: the same for the same seed, whole in every room, and never in somebody's own home."""

from __future__ import annotations

import sys
from dataclasses import replace
from multiprocessing import active_children
from random import Random
from subprocess import PIPE, Popen

import pytest
from sqlalchemy import func, select

from crm.assembly import Assembly
from crm.consent import service as consent
from crm.consent.tables import ConsentEventRow
from crm.contracts.person_page import Look
from crm.demo.seeding import making, sow
from crm.demo.seeding.making import Order
from crm.demo.seeding.supporters import arrivals
from crm.donations import donors
from crm.donations import service as donations
from crm.donations.tables import GiftRow
from crm.foundation import presence
from crm.people import bulk, keys, search, service
from crm.people.model import PersonKind
from crm.people.tables import ContactPointRow, HouseholdRow, PersonRow, PersonTagRow, PostalAddressRow
from crm.rooms import PERSON_PANELS, TIMELINE
from crm.staff import service as staff
from crm.staff.model import Role
from crm.values.email_address import EmailAddress
from crm.values.errors import Conflict
from crm.values.folding import folded
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.values.national_number import NationalNumber
from crm.values.phone_number import PhoneNumber
from crm.values.postal_address import PostalAddress
from crm.vault.tables import NumberRow
from tests.conftest import NOW


def test_the_made_up_are_plausible_and_the_same_for_the_same_seed() -> None:
    people = list(arrivals(Random(7), 3000, NOW))
    assert people == list(arrivals(Random(7), 3000, NOW))
    assert people != list(arrivals(Random(8), 3000, NOW))
    news = [one.new for one in people]
    assert 0.62 < sum(new.email is not None for new in news) / 3000 < 0.76
    assert 0.5 < sum(new.phone is not None for new in news) / 3000 < 0.6
    assert 0.01 < sum(new.kind is PersonKind.ORGANISATION for new in news) / 3000 < 0.03
    assert {new.language for new in news} == set(Language)
    assert all(2021 <= one.at.year <= 2026 and one.at < NOW for one in people)
    winter = sum(one.at.month in (11, 12) for one in people)
    assert winter > 2 * sum(one.at.month in (7, 8) for one in people)


def test_every_made_up_value_is_what_its_own_door_would_have_made() -> None:
    for one in arrivals(Random(3), 400, NOW):
        new = one.new
        if new.email:
            assert EmailAddress.parse(new.email.text) == new.email
            assert new.email.domain.endswith(".test")
        if new.phone:
            assert PhoneNumber.parse(new.phone.e164) == new.phone
        assert new.address is not None
        parts = {part: getattr(new.address, part) for part in ("street", "number", "box", "postcode", "locality")}
        parsed = PostalAddress.parse(**parts)
        assert (parsed.postcode, parsed.street) == (new.address.postcode, new.address.street)


def test_what_is_sown_is_whole_in_every_room(assembly: Assembly, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sow, "BATCH", 150)
    sow.sow(assembly, 400, seed=1, now=NOW)
    with assembly.database.reading() as session:

        def count(row: type) -> int:
            return session.scalar(select(func.count()).select_from(row)) or 0

        assert count(PersonRow) == count(PostalAddressRow) == 400
        assert count(ContactPointRow) > 400
        assert count(HouseholdRow) > 10
        assert count(PersonTagRow) > 10
        assert count(ConsentEventRow) > 200
        assert search.drift(session) == 0
        assert consent.verify(session, assembly.sealer) == []
        assert consent.drift(session) == 0
        assert count(GiftRow) > 400
        assert donations.drift(session) == donors.drift(session) == 0
        held = session.scalars(select(NumberRow)).all()
        numbers = {assembly.vault.lock().open(row.sealed, row.uid) for row in held}
        assert 200 < len(held) == len(numbers)
        assert all(NationalNumber.parse(number.digits) == number for number in numbers)
        born = {row.id: row.birth_on for row in session.scalars(select(PersonRow))}
        for row in held:
            on = born[row.person_id or 0]
            assert on is not None
            assert assembly.vault.lock().open(row.sealed, row.uid).digits.startswith(f"{on:%y%m%d}")
        newest = service.page(session, size=1).people[0]
        assert search.find(session, assembly.addresses, newest.member_number).hits[0].person == newest
        before = {row.folded_name for row in session.scalars(select(PersonRow))}
    _alike_whether_or_not_presence_was_asked(assembly)
    sow.sow(assembly, 400, seed=1, now=NOW)
    with assembly.database.reading() as session:
        assert {row.folded_name for row in session.scalars(select(PersonRow))} == before
        assert count(PersonRow) == 800
        assert count(NumberRow) == len(held)


def _alike_whether_or_not_presence_was_asked(assembly: Assembly) -> None:
    """What a page leaves out because nothing is there is what the rooms would have said nothing about."""
    for person_id in range(1, 31):
        look, seen = Look(person_id=PersonId(person_id), language=Language.FR, now=NOW), []
        for asks in (False, True):
            with assembly.database.reading() as session:
                if asks:
                    presence.look(session, person_id)
                panels = [one.panel(session, look) for one in PERSON_PANELS]
                seen.append((panels, [list(one.entries(session, look, before=None, size=20)) for one in TIMELINE]))
        assert seen[0] == seen[1]


def test_people_made_in_another_process_are_the_same_and_its_death_stops_nothing(assembly: Assembly) -> None:
    hasher = assembly.addresses.still()
    driver = assembly.database.engine.url.drivername
    ids = [tuple(range(start, start + 30)) for start in range(1, 211, 30)]
    orders = [
        Order(seed=5, number=number, ids=some, now=NOW, addresses=hasher, driver=driver)
        for number, some in enumerate(ids)
    ]
    with making.ahead(aside=True) as made:
        found = []
        for order, prepared in made(orders):
            found.append((order, prepared))
            for child in active_children():
                child.kill()
    assert found == [(order, making.make(order)) for order in orders]


def test_nobody_stays_behind_where_the_one_who_writes_is_killed() -> None:
    program = (
        "import time\n"
        "from concurrent.futures import ProcessPoolExecutor\n"
        "from multiprocessing import get_context\n"
        "from crm.demo.seeding import making\n"
        "pool = ProcessPoolExecutor(1, mp_context=get_context('spawn'), initializer=making._stand_by)\n"
        "print(pool.submit(int, '7').result(), flush=True)\n"
        "time.sleep(60)\n"
    )
    with Popen([sys.executable, "-c", program], stdout=PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"7\n"
        writer.kill()
        # Its helper writes to the same place: the end of it is the end of both.
        assert writer.communicate(timeout=30)[0] == b""


def test_numbers_taken_by_somebody_meanwhile_are_not_given_again(
    assembly: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sow, "BATCH", 20)
    came = []

    def somebody_comes(done: int) -> None:
        with assembly.database.transaction() as session:
            came.append(bulk.add_many(session, assembly.addresses, list(arrivals(Random(done), 1, NOW)))[0].person_id)

    sow.sow(assembly, 60, seed=1, now=NOW, say=somebody_comes, rooms=())
    with assembly.database.reading() as session:
        rows = session.execute(select(PersonRow.id, PersonRow.folded_name)).all()
        assert len(rows) == 63
        assert len(came) == 3
        assert keys.drift(session) == 0
    people = [one for number in range(3) for one in arrivals(making.chance(1, "personnes", number), 20, NOW)]
    names = {folded(f"{one.new.first_name} {one.new.last_name} {one.new.organisation_name}") for one in people}
    assert names == {name for number, name in rows if number not in came}


def test_a_home_that_belongs_to_somebody_is_left_alone(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        staff.add_account(
            session,
            email="moi@exemple.be",
            name="Moi",
            roles={Role.ADMINISTRATOR},
            language=Language.FR,
            password="une-phrase-assez-longue",
            at=NOW,
        )
    with pytest.raises(Conflict):
        sow.sow(replace(assembly), 10, seed=1, now=NOW)
