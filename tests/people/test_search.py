"""The one box: whoever is known by something is found by it, and the index says what the tables say."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.people import contacts, links, search, service
from crm.people.errors import ExternalIdTaken
from crm.people.model import ContactKind, ExternalId, NewPerson, OrganisationKind, Person, PersonKind
from crm.people.search_model import Field
from crm.people.tables import ContactPointRow, PersonRow, SearchTextRow, SearchWordRow
from crm.values.email_address import EmailAddress
from crm.values.folding import folded
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from crm.values.postal_address import PostalAddress
from tests.conftest import NOW
from tests.people.finding import FIRST, LAST, ids_found, new_people, passing, slipped

LAW = settings(
    max_examples=5,
    phases=[Phase.explicit, Phase.generate],  # shrinking on a database takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def _add(session: Any, made: Assembly, **facts: Any) -> Person:
    return service.add(session, made.addresses, NewPerson(language=Language.FR, **facts), at=NOW)


@LAW
@given(several=st.lists(new_people(), min_size=1, max_size=3))
def test_everybody_is_found_by_each_of_their_names_addresses_and_numbers(
    assembly: Assembly, several: list[NewPerson]
) -> None:
    with passing(assembly.database) as session:
        for new in several:
            person = service.add(session, assembly.addresses, new, at=NOW)
            number = person.member_number
            known = [number, f"{number[:3]} {number[3:6]}-{number[6:]}", f"n° {number}", number[:6]]
            known += [person.full_name, person.full_name.upper(), f"{person.last_name} {person.full_name}"]
            known += [person.last_name or person.organisation_name, folded(person.full_name)[:3]]
            if new.email:
                known += [new.email.text, new.email.text.upper(), new.email.text.partition("@")[0]]
            if new.phone:
                known += [new.phone.e164, new.phone.national, f"0032{new.phone.e164[3:]}", new.phone.national[:7]]
                known += [f"+32 (0){new.phone.e164[3:]}", new.phone.national.replace(" ", "/", 1).replace(" ", ".")]
            if new.address:
                street = f"{new.address.street} {new.address.number}"
                town = f"{new.address.postcode} {new.address.locality}"
                known += [street, town, new.address.locality, f"{street}, {town}", f"{person.full_name} {town}"]
            missed = [text for text in known if person.id not in ids_found(session, assembly, text)]
            assert missed == []


@LAW
@given(first=st.sampled_from(FIRST), last=st.sampled_from(LAST), choose=st.data())
def test_a_name_of_four_letters_or_more_is_found_with_one_slip(
    assembly: Assembly, first: str, last: str, choose: st.DataObject
) -> None:
    with passing(assembly.database) as session:
        _add(session, assembly, first_name="Marine", last_name="Depont")
        person = _add(session, assembly, first_name=first, last_name=last)
        for name in (first, last):
            if sum(c.isalpha() for c in folded(name)) >= 4:
                typed = choose.draw(slipped(folded(name)))
                assert person.id in ids_found(session, assembly, typed), typed
                other = last if name is first else first
                assert person.id in ids_found(session, assembly, f"{typed} {other}"), typed


def test_a_letter_too_many_in_the_short_half_of_a_double_name_is_forgiven(assembly: Assembly) -> None:
    with passing(assembly.database) as session:
        person = _add(session, assembly, first_name="Anne-Sophie", last_name="Straße")
        for typed in ("kanne-sophie", "kanne-sophie strasse", "anne-sophje"):
            assert ids_found(session, assembly, typed) == [person.id]


def test_a_name_of_figures_beside_a_postcode_is_not_a_phone_number(assembly: Assembly) -> None:
    with passing(assembly.database) as session:
        address = PostalAddress.parse(street="Rue de la Linière", number="11", postcode="1060", locality="Saint-Gilles")
        named = {"kind": PersonKind.ORGANISATION, "organisation_kind": OrganisationKind.ASSOCIATION}
        found = _add(session, assembly, organisation_name="11.11.11", address=address, **named)
        for typed in ("11.11.11", "11.11.11 1060 Saint-Gilles"):
            assert ids_found(session, assembly, typed) == [found.id], typed


def test_what_stands_before_a_number_or_a_name_to_say_what_it_is_hinders_nobody(assembly: Assembly) -> None:
    with passing(assembly.database) as session:
        facts = {"first_name": "Marie", "last_name": "D’Hondt", "phone": PhoneNumber.parse("0470 12 34 56")}
        marie = _add(session, assembly, **facts)
        broeck = _add(session, assembly, last_name="van den Broeck", phone=PhoneNumber.parse("+352 621 123 456"))
        number = f"{marie.member_number[:-2]}-{marie.member_number[-2:]}"
        for typed in (
            f"n° de membre {number}", f"Lidnr. {number}", f"lid {number}", f"Lidnummer: {number}", "GSM 0470 12 34 56",
            "Tél. : 0470/12.34.56", "Mme D'Hondt", "M. D’Hondt", "madame Marie D'Hondt",
        ):  # fmt: skip
            assert ids_found(session, assembly, typed) == [marie.id], typed
        for typed in ("mevrouw van den broeck", "de heer Van den Broeck", "621 123 456", "+352 621 123 456"):
            assert ids_found(session, assembly, typed) == [broeck.id], typed


EDITS = ("edit", "move", "email", "end", "merge", "unmerge", "words", "unwords", "external", "die", "correct")


@LAW
@given(
    several=st.lists(new_people(), min_size=2, max_size=4),
    deeds=st.lists(st.tuples(st.sampled_from(EDITS), st.integers(0, 3), st.integers(0, 3)), max_size=8),
    looks=st.booleans(),
)
def test_the_index_says_after_any_edits_what_a_rebuilt_one_says(
    assembly: Assembly, several: list[NewPerson], deeds: list[tuple[str, int, int]], looks: bool
) -> None:
    with passing(assembly.database) as session:
        people = [service.add(session, assembly.addresses, new, at=NOW).id for new in several]
        merged: set[int] = set()
        for deed, n, m in deeds:
            one, other = people[n % len(people)], people[m % len(people)]
            _do(session, assembly, deed, one, number=n)
            if deed == "merge" and one != other and service.find_survivor(session, other) is not None:
                _merge(session, one, other)
            if looks:
                search.find(session, assembly.addresses, "dupont")
        merged = set(session.scalars(select(PersonRow.id).where(PersonRow.merged_into_id.is_not(None))))
        assert search.drift(session) == 0
        kept = set(session.execute(select(SearchWordRow.facet, SearchWordRow.word, SearchWordRow.person_id)))
        search.rebuild(session)
        again = set(session.execute(select(SearchWordRow.facet, SearchWordRow.word, SearchWordRow.person_id)))
        assert again == kept
        assert {row.person_id for row in kept} & merged == set()


def _merge(session: Any, loser: Any, winner: Any) -> None:
    """As the door does: whoever was merged already is nobody to merge."""
    if session.scalar(select(PersonRow.merged_into_id).where(PersonRow.id == loser)) is not None:
        return
    target = winner
    while target is not None and target != loser:
        target = session.scalar(select(PersonRow.merged_into_id).where(PersonRow.id == target))
    if target != loser:
        session.execute(update(PersonRow).where(PersonRow.id == loser).values(merged_into_id=winner))
        search.refresh(session, [loser, winner])


def _do(session: Any, made: Assembly, deed: str, one: Any, *, number: int) -> None:
    address = PostalAddress.parse(street=f"Rue du Moulin {number}", postcode="6000", locality="Charleroi")
    match deed:
        case "edit":
            service.edit(session, one, last_name=LAST[number], first_name=FIRST[number])
        case "move":
            contacts.move(session, made.addresses, address, person_id=one, at=NOW)
        case "email":
            email = EmailAddress.parse(f"x{number}@y.be")
            contacts.add_email(session, made.addresses, email, person_id=one, at=NOW)
        case "end":
            for point in _get(session, one).contact_points:
                contacts.end_point(session, point.id, at=NOW)
        case "correct":
            for abode in contacts.addresses_of(session, [one])[one]:
                contacts.correct_address(session, made.addresses, abode.id, address)
        case "unmerge":
            _part(session, one)
        case _:
            _note(session, deed, one, number=number)


def _note(session: Any, deed: str, one: Any, *, number: int) -> None:
    match deed:
        case "words":
            search.remember_words(session, "iban", {(one, f"67{number}9")})
        case "unwords":
            search.forget_words(session, "iban", {(one, f"67{number}9")})
        case "external":
            with suppress(ExternalIdTaken):  # whom this one was merged into may have it
                links.add_external_id(session, one, ExternalId(system="old", value=f"A-{one}"))
        case "die":
            service.record_death(session, one, died_on=None, at=NOW)


def _get(session: Any, one: Any) -> Person:
    person = service.find_person(session, one)
    assert person is not None
    return person


def _part(session: Any, one: Any) -> None:
    into = session.scalar(select(PersonRow.merged_into_id).where(PersonRow.id == one))
    session.execute(update(PersonRow).where(PersonRow.id == one).values(merged_into_id=None))
    search.refresh(session, [one] if into is None else [one, into])


def test_whoever_was_merged_leads_to_whom_they_are_today(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        email = EmailAddress.parse("ancienne@exemple.be")
        old = _add(session, assembly, first_name="Eloïse", last_name="Vandamme", email=email)
        new = _add(session, assembly, first_name="Éloïse", last_name="Maréchal")
        session.execute(update(PersonRow).where(PersonRow.id == old.id).values(merged_into_id=new.id))
        search.refresh(session, [old.id, new.id])
    with assembly.database.reading() as session:
        for text in ("vandamme", "vandame", "ancienne@exemple.be", old.member_number, "eloise"):
            assert ids_found(session, assembly, text) == [new.id]
        found = search.find(session, assembly.addresses, "vandamme").hits[0]
        assert [(m.field, m.text, m.is_past) for m in found.matches] == [(Field.NAME, "Eloïse Vandamme", True)]


def test_a_person_who_is_forgotten_is_gone_from_the_index(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        person = _add(session, assembly, first_name="Zéphyrine", last_name="Quetelet")
        other = _add(session, assembly, first_name="Zoé", last_name="Quetelet")
        search.remember_words(session, "iban", {(person.id, "6769")})
        search.forget(session, person.id)
        assert ids_found(session, assembly, "zephyrine") == []
        assert ids_found(session, assembly, "quetelet") == [other.id]
        assert list(session.scalars(select(SearchWordRow.word).where(SearchWordRow.person_id == person.id))) == []
        assert list(session.scalars(select(SearchTextRow.text))) == []


def test_exact_numbers_and_addresses_come_first_then_names_then_places_then_guesses(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        street = PostalAddress.parse(street="Rue Martin", number="3", postcode="1000", locality="Bruxelles")
        lives = _add(session, assembly, first_name="Ada", last_name="Zimmer", address=street)
        first = _add(session, assembly, first_name="Martin", last_name="Claes")
        longer = _add(session, assembly, first_name="Luc", last_name="Martinelli")
        last = _add(session, assembly, first_name="Zoé", last_name="Martin")
        near = _add(session, assembly, first_name="Bo", last_name="Marten")
        assert ids_found(session, assembly, "martin") == [last.id, first.id, longer.id, lives.id, near.id]
        assert ids_found(session, assembly, "zoe martin")[0] == last.id
        mail = EmailAddress.parse("martin@martin.be")
        writes = _add(
            session, assembly, first_name="Martin", last_name="Martin", email=EmailAddress.parse("m@martin.be")
        )
        owner = _add(session, assembly, first_name="A", last_name="B", email=mail)
        assert ids_found(session, assembly, "martin@martin.be")[0] == owner.id
        assert ids_found(session, assembly, writes.member_number) == [writes.id]
        guess = search.find(session, assembly.addresses, "zimmr").hits
        assert [(hit.person.id, hit.is_guess) for hit in guess] == [(lives.id, True)]


def test_a_hit_says_what_answered_and_what_is_no_longer_theirs(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        person = _add(
            session,
            assembly,
            first_name="Marie",
            last_name="Dubois",
            phone=PhoneNumber.parse("0470 12 34 56"),
            email=EmailAddress.parse("marie@ulb.be"),
            address=PostalAddress.parse(street="Rue Haute", number="12", postcode="5000", locality="Namur"),
        )
        for point in person.phones:
            contacts.end_point(session, point.id, at=NOW)
        search.remember_words(session, "iban", {(person.id, "6769")})

        def said(text: str) -> list[tuple[str, str, bool]]:
            (hit,) = search.find(session, assembly.addresses, text).hits
            return [(match.kind or match.field.value, match.text, match.is_past) for match in hit.matches]

        assert said("0470/12.34") == [("phone", "+32 470 12 34 56", True)]
        assert said("dubois namur") == [("name", "Marie Dubois", False), ("address", "Rue Haute 12, 5000 Namur", False)]
        assert said("@ulb") == [("email", "marie@ulb.be", False)]
        assert said("BE71 0961 2345 6769") == said("6769") == [("iban", "6769", False)]
        assert said("marie dubios") == [("name", "Marie Dubois", False)]


@pytest.mark.parametrize(
    "text",
    ["", " ", "%", "'", '"', "@", "n°", "\x00", "((((", "a" * 500, "* OR *", "\ud800", "+", "1", "٣٤", "\U0010ffff"],
)
def test_whatever_is_typed_is_no_error(assembly: Assembly, text: str) -> None:
    with assembly.database.reading() as session:
        assert ids_found(session, assembly, text) == []


def test_pages_of_answers_follow_each_other(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        ids = [_add(session, assembly, first_name=f"Anne{n}", last_name="Dubois").id for n in range(7)]
        pages = [search.find(session, assembly.addresses, "dubois", most=3, skip=skip) for skip in (0, 3, 6)]
        assert [hit.person.id for page in pages for hit in page.hits] == ids
        assert [page.has_more for page in pages] == [True, True, False]


def test_a_guess_is_shown_only_where_few_answer_to_what_was_typed(assembly: Assembly) -> None:
    def found(session: Session) -> set[int]:
        return {hit.person.id for hit in search.find(session, assembly.addresses, "dupont").hits}

    with assembly.database.transaction() as session:
        meant = _add(session, assembly, last_name="Dupond").id
        typed = {_add(session, assembly, last_name="Dupont").id for _ in range(search.SCREENFUL - 1)}
        assert found(session) == {meant, *typed}
        typed.add(_add(session, assembly, last_name="Dupont").id)
        assert found(session) == typed
        whole = search.find(session, assembly.addresses, "dupont", most=4)
        assert whole.is_exact
        nearby = search.nearby(session, "dupont")
        assert [(hit.person.id, hit.is_guess, hit.matches[0].text) for hit in nearby.hits] == [(meant, True, "Dupond")]
        jean = _add(session, assembly, first_name="Jean", last_name="Dupond").id
        assert [hit.person.id for hit in search.nearby(session, "jean dupont").hits] == [jean]
        assert [hit.person.id for hit in search.nearby(session, "dupont", most=1, skip=1).hits] == [jean]
        assert not search.find(session, assembly.addresses, "dupond").is_exact
        assert search.nearby(session, "").hits == ()


def test_a_change_that_is_not_told_is_drift_until_a_rebuild(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        person = _add(session, assembly, last_name="Dubois")
        _add(session, assembly, last_name="Claes")
        assert search.drift(session) == 0
        session.execute(update(PersonRow).where(PersonRow.id == person.id).values(last_name="Maes"))
        session.add(SearchWordRow(facet="1", word="personne", person_id=999))
        session.flush()
        assert search.drift(session) == 2
        assert search.rebuild(session) == 2
        assert search.drift(session) == 0
        assert ids_found(session, assembly, "maes") == [person.id]


def test_a_thousand_people_at_once_are_written_in_a_few_statements(assembly: Assembly) -> None:
    run: list[str] = []
    with assembly.database.transaction() as session:
        session.add_all(
            PersonRow(first_name=f"P{n}", last_name="Maes", language=Language.NL, created_at=NOW) for n in range(1000)
        )
        session.flush()
        ids = [PersonId(one) for one in session.scalars(select(PersonRow.id))]
        search.refresh(session, ids)
        event.listen(assembly.database.engine, "before_cursor_execute", lambda *args: run.append(args[2]))
        assert len(search.find(session, assembly.addresses, "maes p9", most=1000).hits) == 111
        kinds = set(session.scalars(select(ContactPointRow.kind)))
    assert kinds <= set(ContactKind)
    assert len(run) < 50
