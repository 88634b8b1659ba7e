"""The laws of actions: once is once in any order, and no merge loses or doubles a petition."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.actions import merging
from crm.actions import service as actions
from crm.actions.model import CallKind
from crm.actions.tables import RegistrationRow, SignatureRow
from crm.values.identifiers import PersonId, RegistrationId
from tests.actions.conftest import Square
from tests.conftest import NOW

SOME = settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
DEEDS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 9), st.booleans()), max_size=12)


@SOME
@given(deeds=DEEDS)
def test_signing_any_number_of_times_in_any_order_is_signing_once(
    square: Square, deeds: list[tuple[int, int, int, bool]]
) -> None:
    with square.assembly.database.transaction() as session:
        petitions = [square.call(session) for _ in range(3)]
        people = [square.person(session) for _ in range(3)]
        new = [
            square.sign(session, petitions[p], people[who], minutes=at, deliver=deliver).is_new
            for p, who, at, deliver in deeds
        ]
        wanted = {(p, who) for p, who, _, _ in deeds}
        assert sum(new) == len(wanted)
        for number, petition in enumerate(petitions):
            signers = {who for p, who, _, _ in deeds if p == number}
            willing = {who for p, who, _, deliver in deeds if p == number and deliver}
            tally = actions.tally(session, petition)
            assert (tally.people, tally.to_deliver) == (len(signers), len(willing)), "a second yes counts"


@SOME
@given(deeds=DEEDS, merges=st.lists(st.permutations(range(3)).map(lambda order: order[:2]), min_size=1, max_size=3))
def test_merges_keep_the_petitions_signed_and_their_undoing_every_row(
    square: Square, deeds: list[tuple[int, int, int, bool]], merges: list[list[int]]
) -> None:
    with square.assembly.database.transaction() as session:
        petitions, fair = [square.call(session) for _ in range(3)], square.call(session, CallKind.EVENT)
        people = [square.person(session) for _ in range(3)]
        for p, who, at, deliver in deeds:
            square.sign(session, petitions[p], people[who], minutes=at, deliver=deliver)
            square.register(session, fair, people[who], seats=1 + at % 4)
            match at % 3:
                case 1:
                    actions.cancel(session, fair.id, people[who], at=NOW)
                case 2:
                    mine = select(RegistrationRow.id).where(RegistrationRow.person_id == people[who])
                    actions.set_attendance(session, RegistrationId(session.scalar(mine) or 0), came=True, at=NOW)
        before, signed = _rows(session), _signed(session, people)
        done: list[tuple[PersonId, PersonId, Any]] = []
        for loser, survivor in ((people[a], people[b]) for a, b in merges):
            most = _said_most(session, loser, survivor)
            both = actions.signed_petitions(session, loser) | actions.signed_petitions(session, survivor)
            done.append((loser, survivor, merging.repoint(session, loser=loser, survivor=survivor)))
            assert actions.signed_petitions(session, survivor) == both
            assert actions.signed_petitions(session, loser) == frozenset()
            assert _signed(session, people) == signed
            assert _said_most(session, survivor) == most
            for petition in petitions:
                assert actions.tally(session, petition).people == sum(
                    petition.id in actions.signed_petitions(session, person) for person in people
                )
        for loser, survivor, moves in reversed(done):
            merging.put_back(session, moves, loser=loser, survivor=survivor)
        assert _rows(session) == before


def _said_most(session: Session, *people: PersonId) -> tuple[Any, ...] | None:
    """What the registrations that stand of those people come to, who are one: who came, or comes with most seats."""
    row, order = RegistrationRow, ("attended", "registered", "cancelled")
    query = select(row.state, row.seats).where(row.person_id.in_(people), row.folded_into_id.is_(None))
    return min(((order.index(state.value), -seats) for state, seats in session.execute(query)), default=None)


def _signed(session: Session, people: list[PersonId]) -> set[int]:
    """All petitions that somebody signed, whoever it is today."""
    return {petition for person in people for petition in actions.signed_petitions(session, person)}


def _rows(session: Session) -> list[Any]:
    """Every signature and registration as it stands, and how many there are."""
    found: list[Any] = [session.scalar(select(func.count()).select_from(SignatureRow))]
    for row in (SignatureRow, RegistrationRow):
        found += session.execute(select(row.id, row.person_id, row.folded_into_id).order_by(row.id)).all()
    return found
