"""Duplicates in the office: what waits, side by side, merged, separated; two colleagues at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from random import Random
from threading import Barrier, Thread

import pytest

from crm.assembly import Assembly
from crm.duplicates import merges, words
from crm.duplicates import service as duplicates
from crm.people import arriving
from crm.people import service as people
from crm.people.model import NewPerson, Person
from crm.rooms import POINTERS
from crm.staff.model import Role
from crm.values.email_address import EmailAddress
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
from crm.vault.tables import NumberRow
from jobs import compare_everybody, compare_newcomers
from tests.conftest import NOW
from tests.duplicates.holding import put
from tests.duplicates.test_law import plant
from tests.web.conftest import Browser
from tests.web.supporters import words_of

Open = Callable[..., Browser]


def known(assembly: Assembly, first: str, last: str, email: str) -> Person:
    """Somebody of that name and address."""
    new = NewPerson(language=Language.FR, first_name=first, last_name=last, email=EmailAddress.parse(email))
    with assembly.database.transaction() as session:
        return people.add(session, assembly.addresses, new, at=NOW)


@pytest.fixture
def two(assembly: Assembly) -> tuple[Person, Person]:
    """Two records of one person, found by the clock."""
    both = (
        known(assembly, "Marie", "Dupont", "marie@exemple.be"),
        known(assembly, "Marie", "Dupond", "marie@exemple.be"),
    )
    compare_newcomers.run(assembly, NOW)
    return both


def merged_into(assembly: Assembly, person: Person) -> PersonId | None:
    with assembly.database.reading() as session:
        found = people.find_person(session, person.id)
    assert found is not None
    return found.merged_into_id


def test_a_pair_is_shown_with_its_reason_merged_as_chosen_and_separated(
    assembly: Assembly, two: tuple[Person, Person], browser: Open
) -> None:
    one, other = two
    care = browser(Role.CARE)
    assert "Même adresse e-mail, même prénom, noms de famille très proches." in words_of(
        care.get("/office/duplicates").text
    )
    page = care.get(f"/office/duplicates/{one.id}/{other.id}").text
    assert 'name="field-last_name" value="loser"' in page
    form = {"survivor": one.id, "loser": other.id, "field-last_name": "loser", "field-first_name": "anything"}
    done = care.post("/office/duplicates/merge", data=form)
    assert (done.status_code, done.location) == (303, "/office/duplicates")
    assert "Chacun·e n’a qu’une fiche" in words_of(care.get("/office/duplicates").text)
    with assembly.database.reading() as session:
        survivor = people.find_survivor(session, other.id)
    assert survivor is not None
    assert (survivor.id, survivor.last_name) == (one.id, "Dupond")
    shown = care.get(f"/office/supporters/{one.id}").text
    assert "Réunie avec « Marie Dupond »" in words_of(shown)
    undo = re.search(r'action="(/office/duplicates/merges/\d+/undo)"', shown)
    assert undo is not None
    assert care.post(undo[1]).status_code == 303
    assert care.post(undo[1]).status_code == 303
    with assembly.database.reading() as session:
        assert people.find_person(session, one.id) == one
        assert people.find_person(session, other.id) == other
    assert "Séparée de « Marie Dupond »" in words_of(care.get(f"/office/supporters/{one.id}").text)


def test_what_was_said_to_be_two_people_is_never_proposed_again_until_it_is_taken_back(
    assembly: Assembly, two: tuple[Person, Person], browser: Open
) -> None:
    one, other = two
    care = browser(Role.CARE)
    address = f"/office/duplicates/{one.id}/{other.id}"
    assert care.post(f"{address}/later").status_code == 303
    assert "à revoir" in words_of(care.get("/office/duplicates").text)
    assert care.post(f"{address}/distinct").status_code == 303
    compare_everybody.run(assembly, NOW)
    assert "Chacun·e n’a qu’une fiche" in words_of(care.get("/office/duplicates").text)
    assert "Quelqu’un a dit que ce sont deux personnes" in words_of(care.get(address).text)
    assert care.post(f"{address}/reopen").status_code == 303
    assert "Dupond" in care.get("/office/duplicates?certainty=possible").text


def test_the_queue_is_filtered_by_what_brings_two_records_together(
    assembly: Assembly, two: tuple[Person, Person], browser: Open
) -> None:
    care = browser(Role.CARE)
    with assembly.database.reading() as session:
        [pair] = duplicates.queue(session)
    shown = {reason: "Dupond" in care.get(f"/office/duplicates?reason={reason}").text for reason in words.FOR}
    assert {reason for reason, is_there in shown.items() if is_there} == set(pair.reasons) & set(words.FOR)
    assert "Dupond" in care.get("/office/duplicates?reason=lune").text
    where = {"reason": pair.reasons[0].value}
    answer = care.post(f"/office/duplicates/{two[0].id}/{two[1].id}/later", data=where)
    assert answer.headers["Location"].endswith(f"/office/duplicates?reason={pair.reasons[0].value}")


def test_a_family_at_one_postal_address_is_several_people_and_no_pair(assembly: Assembly) -> None:
    home = PostalAddress.parse(street="Rue Haute", number="12", box="3", postcode="1000", locality="Bruxelles")
    with assembly.database.transaction() as session:
        for first in ("Marie", "Jean", "Chloé"):
            new = NewPerson(language=Language.FR, first_name=first, last_name="Dupont", address=home)
            arriving.arrive(session, assembly.addresses, new, at=NOW, statement={})
        assert len(people.page(session).people) == 3
    compare_everybody.run(assembly, NOW)
    with assembly.database.reading() as session:
        assert duplicates.queue(session) == ()


def test_a_family_that_shares_a_mailbox_is_no_pair(assembly: Assembly) -> None:
    for first in ("Marie", "Jean", "Chloé"):
        known(assembly, first, "Dupont", "famille@exemple.be")
    compare_everybody.run(assembly, NOW)
    with assembly.database.reading() as session:
        assert duplicates.queue(session) == ()


def test_two_national_numbers_are_two_people_until_somebody_knows_better(
    assembly: Assembly, two: tuple[Person, Person], browser: Open
) -> None:
    care, page = browser(Role.CARE), f"/office/duplicates/{two[0].id}/{two[1].id}"
    said = "Deux numéros nationaux différents"
    for person, key in zip(two, ("une-clé", "une-autre"), strict=True):
        assert said not in words_of(care.get(page).text)
        with assembly.database.transaction() as session:
            put(session, Random(1), NumberRow, person_id=person.id, key_id=1, number_key=key, uid=key)
    assert said in words_of(care.get(page).text)


def test_whoever_comes_second_reads_who_is_left_and_nothing_is_done_twice(
    assembly: Assembly, two: tuple[Person, Person], browser: Open
) -> None:
    one, other = two
    care, boss = browser(Role.CARE), browser(Role.ADMINISTRATOR)
    form = {"survivor": one.id, "loser": other.id}
    assert care.post("/office/duplicates/merge", data=form).status_code == 303
    second = boss.post("/office/duplicates/merge", data={"survivor": other.id, "loser": one.id})
    assert second.status_code == 409
    assert "Quelqu’un vient de réunir ces fiches" in words_of(second.text)
    assert f'href="/office/supporters/{one.id}"' in second.text
    assert boss.get(f"/office/duplicates/{one.id}/{other.id}").status_code == 409
    assert (merged_into(assembly, one), merged_into(assembly, other)) == (None, one.id)


def test_of_many_who_merge_the_same_two_at_the_same_instant_one_does(
    assembly: Assembly, two: tuple[Person, Person], browser: Open
) -> None:
    one, other = two
    browsers = [browser(Role.CARE), browser(Role.ADMINISTRATOR), browser(Role.CARE)]
    together, statuses = Barrier(len(browsers)), []

    def press(someone: Browser, survivor: PersonId, loser: PersonId) -> None:
        together.wait()
        form = {"survivor": survivor, "loser": loser}
        statuses.append(someone.post("/office/duplicates/merge", data=form).status_code)

    ways = [(one.id, other.id), (other.id, one.id), (one.id, other.id)]
    threads = [Thread(target=press, args=(who, *way)) for who, way in zip(browsers, ways, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [303, 409, 409]
    with assembly.database.reading() as session:
        done = [*merges.of(session, one.id), *merges.of(session, other.id)]
    assert len(done) == 1
    assert {merged_into(assembly, one), merged_into(assembly, other)} == {None, done[0].survivor_id}


def test_a_record_that_changed_while_the_form_was_open_is_shown_again_and_nothing_is_merged(
    assembly: Assembly, two: tuple[Person, Person], browser: Open
) -> None:
    one, other = two
    care = browser(Role.CARE)
    address = f"/office/duplicates/{one.id}/{other.id}"
    seen = re.search(r'name="seen" value="(\w+)"', care.get(address).text)
    assert seen is not None
    with assembly.database.transaction() as session:
        people.set_birth(session, other.id, date(1971, 4, 3), today=NOW.date())
    form = {"survivor": one.id, "loser": other.id, "seen": seen[1]}
    refused = care.post("/office/duplicates/merge", data=form)
    assert (refused.status_code, refused.location) == (303, f"{address}?keep={one.id}")
    again = care.get(refused.location).text
    assert "Une des fiches vient de changer" in again
    assert merged_into(assembly, other) is None
    seen = re.search(r'name="seen" value="(\w+)"', again)
    assert seen is not None
    assert care.post("/office/duplicates/merge", data=form | {"seen": seen[1]}).location == "/office/duplicates"
    assert merged_into(assembly, other) == one.id


def test_what_cannot_be_merged_says_why(assembly: Assembly, two: tuple[Person, Person], browser: Open) -> None:
    one, _ = two
    care = browser(Role.CARE)
    same = care.post("/office/duplicates/merge", data={"survivor": one.id, "loser": one.id})
    assert (same.status_code, "deux fois la même fiche" in words_of(same.text)) == (422, True)
    assert care.post("/office/duplicates/merge", data={"survivor": one.id, "loser": 999}).status_code == 404
    assert care.post("/office/duplicates/merge", data={}).status_code in (404, 422)
    assert care.post("/office/duplicates/merges/999/undo").status_code == 404
    assert care.post(f"/office/duplicates/with/{one.id}", data={"who": "zzz"}).status_code == 422
    chosen = care.post(f"/office/duplicates/with/{one.id}", data={"who": "Dupond"})
    assert chosen.status_code == 303
    assert "Une seule personne" in words_of(care.get(chosen.location).text)


def test_whatever_rooms_unite_is_counted_in_words_of_their_own(assembly: Assembly, browser: Open) -> None:
    told = [code for pointer in POINTERS for code in pointer.WORDS]
    assert len(told) == len(set(told)), "no two rooms count the same"
    quiet = {pointer.ROOM for pointer in POINTERS if not pointer.WORDS}
    assert quiet == {"crm.duplicates", "crm.legacies"}, "a will is not told to whoever compares two records"
    with assembly.database.transaction() as session:
        people_of = plant(session, assembly, Random(1))
        counted: dict[str, int] = {}
        for pointer in POINTERS:
            for counts in pointer.holdings(session, people_of).values():
                assert set(counts) <= set(pointer.WORDS)
                counted |= counts
        one, other = people_of[:2]
    assert {"plan", "mandate", "membership_person", "magazine_copy", "appeal_recipient"} <= set(counted)
    page = words_of(browser(Role.CARE).get(f"/office/duplicates/{one}/{other}").text)
    assert "Ce qui s’additionne" in page
