"""Different surnames at one letter box: decided, remembered, taken back; and one copy a household in any case."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.magazine import freezing, neighbours, printing, rules, service
from crm.magazine.errors import DecisionMissing, NeighboursMoved
from crm.magazine.model import Basis, Decided, Eligibility, Entitled, Funnel, Neighbours, Reason
from crm.magazine.neighbours import Group, Review
from crm.magazine.tables import NeighbourDecisionRow, NeighbourRow
from crm.people import contacts, households
from crm.people.model import PersonKind
from crm.privacy import erasing
from crm.values.identifiers import PersonId
from tests.conftest import NOW
from tests.magazine.conftest import HOME, Reader

RULE = Eligibility()


def looked_at(session: Session, **facts: int) -> Review:
    """What waits for the issue of the house."""
    return neighbours.review(session, service.issues(session)[0], RULE, at=NOW, **facts)  # type: ignore[arg-type] # sizes


def funnel(session: Session) -> Funnel:
    """What the issue would come to."""
    return freezing.outlook(session, service.issues(session)[0], RULE, at=NOW).funnel


def ids(group: Group) -> list[PersonId]:
    """Who lives there."""
    return [one.person_id for one in group.people]


def test_one_household_gets_one_copy_and_two_again_when_it_is_taken_back(house: Assembly, reader: Reader) -> None:
    with house.database.transaction() as session:
        maes, diallo = reader(session, last_name="Maes"), reader(session, last_name="Diallo")
        reader(session, kind=PersonKind.ORGANISATION, organisation_name="École du Lac", first_name="", last_name="")
        reader(session, last_name="Seule", said={"own_copy": True})
        (group,) = looked_at(session).groups
        assert (ids(group), group.copies, group.lines[0]) == ([maes, diallo], 2, "Rue de la Loi 16 bte 3")
        decision = neighbours.together(session, ids(group), group.address_id, by=None, at=NOW)
        (home,) = households.of(session, maes)
        assert {one.person_id for one in home.members} == {maes, diallo} == set(decision.joined)
        found = funnel(session)
        assert (found.mailed, found.mixed, found.united, found.excluded) == (3, 0, 1, {Reason.HOUSEHOLD: 1})
        assert looked_at(session).total == 0
        neighbours.take_back(session, decision.id, by=None, at=NOW)
        assert (households.of(session, maes), households.of(session, diallo)) == ((), ())
        found = funnel(session)
        assert (found.mailed, found.mixed, found.united, looked_at(session).total) == (4, 1, 0, 1)
        with pytest.raises(DecisionMissing):
            neighbours.take_back(session, decision.id, by=None, at=NOW)
        again = neighbours.together(session, ids(group), group.address_id, by=None, at=NOW)
        run = freezing.freeze(session, service.issues(session)[0].id, by=None, at=NOW)
        assert service.outlook_of(session, run.id).funnel.united == 1
        assert again.word is Neighbours.TOGETHER
        assert sorted(copy.last_name for copy in printing.copies(session, run.id)) == ["", "Maes", "Seule"]


def test_who_stays_apart_is_not_asked_about_again_unless_somebody_new_comes(house: Assembly, reader: Reader) -> None:
    with house.database.transaction() as session:
        maes, diallo = reader(session, last_name="Maes"), reader(session, last_name="Diallo")
        (group,) = looked_at(session).groups
        decision = neighbours.apart(session, ids(group), group.address_id, by=None, at=NOW)
        assert (funnel(session).apart, funnel(session).mixed, looked_at(session).total) == (1, 0, 0)
        peeters = reader(session, last_name="Peeters")
        (group,) = looked_at(session).groups
        assert ids(group) == [maes, diallo, peeters]
        contacts.move(session, house.addresses, replace(HOME, number="18"), person_id=peeters, at=NOW)
        assert looked_at(session).total == 0
        with pytest.raises(NeighboursMoved):
            neighbours.apart(session, [maes, diallo, peeters], group.address_id, by=None, at=NOW)
        with pytest.raises(NeighboursMoved):
            neighbours.together(session, [maes], group.address_id, by=None, at=NOW)
        neighbours.take_back(session, decision.id, by=None, at=NOW)
        assert looked_at(session).total == 1
        assert neighbours.decisions(session) == ([], None)


def test_more_than_a_page_is_walked_to_its_end_whatever_is_decided_on_the_way(house: Assembly, reader: Reader) -> None:
    with house.database.transaction() as session:
        for number in range(1, 8):
            for name in ("Maes", "Diallo"):
                reader(session, last_name=name, address=replace(HOME, number=str(number)))
        seen: list[str] = []
        page = looked_at(session, size=3)
        assert (page.total, page.is_first) == (7, True)
        while True:
            seen += [group.lines[0] for group in page.groups]
            last = page.groups[-1]
            decided = neighbours.apart(session, ids(last), last.address_id, by=None, at=NOW)
            if page.next_after is None:
                break
            page = looked_at(session, size=3, after=page.next_after)
        assert len(seen) == len(set(seen)) == 7
        assert looked_at(session).total == 4
        assert [len(part) for part in (neighbours.decisions(session, size=2)[0],)] == [2]
        assert neighbours.decisions(session, size=2, before=decided.id)[1] is None


def test_a_decision_is_forgotten_with_whom_it_was_about(house: Assembly, reader: Reader) -> None:
    with house.database.transaction() as session:
        several = [reader(session, last_name=last) for last in ("Maes", "Diallo", "Peeters")]
        (group,) = looked_at(session).groups
        neighbours.apart(session, several, group.address_id, by=None, at=NOW)
    with house.database.transaction() as session:
        erasing.erase(session, house.holdings, several[0], at=NOW)
        assert list(session.scalars(select(NeighbourRow.person_id))) == several[1:]
    with house.database.transaction() as session:
        erasing.erase(session, house.holdings, several[1], at=NOW)
        assert session.scalars(select(NeighbourRow)).all() == []
        assert session.scalars(select(NeighbourDecisionRow)).all() == []


def test_who_lives_in_two_homes_shares_the_copy_of_each(house: Assembly, reader: Reader) -> None:
    with house.database.transaction() as session:
        child = reader(session, last_name="Maes-Diallo")
        elsewhere = reader(session, last_name="Maes", address=replace(HOME, number="99"))
        here = reader(session, last_name="Diallo")
        households.found(session, [elsewhere, child], at=NOW)
        households.found(session, [here, child], at=NOW)
        assert (funnel(session).mailed, funnel(session).excluded) == (2, {Reason.HOUSEHOLD: 1})
        third = reader(session, last_name="Claes")
        (group,) = looked_at(session).groups
        assert set(ids(group)) == {child, here, third}
        neighbours.together(session, ids(group), group.address_id, by=None, at=NOW)
        assert (funnel(session).mailed, funnel(session).united) == (2, 1)


@settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
@given(seed=st.integers(0, 2**32))
def test_no_household_gets_two_copies_however_homes_and_surnames_chain(seed: int) -> None:
    chance = Random(seed)
    group = [
        Entitled(
            person_id=PersonId(number),
            basis=chance.choice(list(Basis)),
            reason=chance.choice([None, None, None, Reason.SUSPENDED, Reason.HAS_ONE]),
            copies=chance.choice([1, 2]),
            box_key="box",
            surname=chance.choice(["a", "b", "c", ""]),
            household_id=chance.choice([None, 1, 2]),
            homes=chance.choice([frozenset(), frozenset(), frozenset({2, 3})]),
            alone=chance.random() < 0.2,
        )
        for number in range(1, chance.randint(2, 7))
    ]
    after = rules.one_a_household(group)
    assert [one.person_id for one in after] == [one.person_id for one in group]
    getting = [one for one in after if one.reason is None and not one.alone]
    holding = [one for one in after if one.reason is Reason.HAS_ONE and not one.alone]
    for place, one in enumerate(getting):
        for other in (*getting[place + 1 :], *holding):
            assert not one.surname or one.surname != other.surname
            assert not {one.household_id, *one.homes} & {other.household_id, *other.homes} - {None}
    assert [one for one in after if one.alone] == [one for one in group if one.alone]
    people = rules.sharing(after)
    assert rules.is_settled(after, Decided(apart={"box": [people]}))
    assert not people or not rules.is_settled(after, Decided(apart={"box": [people - {min(people)}]}))
    assert rules.spared(after, Decided()) == 0 <= rules.spared(after, Decided(homes=frozenset({1, 2, 3})))
