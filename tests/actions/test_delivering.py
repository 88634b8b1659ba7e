"""Names that are handed over: the last word of a signer holds, each leaves once, and a day and a receiver are kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from crm.actions import delivering, merging, personal_data
from crm.actions import service as actions
from crm.actions.errors import (
    DayWrong,
    DeliveryUndecided,
    NobodyToDeliver,
    OwnDelivery,
    SignatureMissing,
    TooManyToDeliver,
)
from crm.actions.model import Call, DeliveryState, Handing, SignatureDelivery
from crm.actions.taking_over import take_back
from crm.consent import restrictions
from crm.people import personal_data as people_personal_data
from crm.privacy import limits
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, PersonId, SignatureId
from crm.values.languages import Language
from tests.actions.conftest import Square
from tests.conftest import NOW

ANNA, BEN = AccountId(7), AccountId(8)
TODAY = NOW.date()
YES: dict[str, Any] = {"deliver": True, "delivery_words": "Remettez ma signature."}


def figures(session: Session, petition: Call) -> tuple[int, int, int, int, int]:
    """Signed, to deliver, delivered, withdrawn, withdrawn after it was delivered."""
    tally = actions.tally(session, petition)
    return tally.people, tally.to_deliver, tally.delivered, tally.withdrawn, tally.withdrawn_late


def take(session: Session, petition: Call) -> SignatureDelivery:
    return delivering.take(session, petition, recipient="Ambassade", by=ANNA, at=NOW)


def keep(session: Session, signature_id: SignatureId, *, minutes: int = 1) -> bool:
    at = NOW + timedelta(minutes=minutes)
    return delivering.say(session, signature_id, allowed=False, source="space", at=at)


def test_the_last_word_holds_and_what_arrives_late_undoes_no_later_one(square: Square) -> None:
    with square.assembly.database.transaction() as session:
        petition, person = square.call(session), square.person(session)
        first = square.sign(session, petition, person)
        assert figures(session, petition)[:2] == (1, 0)
        again = square.sign(session, petition, person, minutes=5, **YES)
        assert (again.is_new, again.signature.deliver, first.signature.id) == (False, True, again.signature.id)
        assert figures(session, petition) == (1, 1, 0, 0, 0)
        square.sign(session, petition, person, minutes=6)
        assert figures(session, petition) == (1, 1, 0, 0, 0), "who is not asked says nothing"
        assert keep(session, first.signature.id, minutes=9)
        assert not keep(session, first.signature.id, minutes=10)
        assert figures(session, petition) == (1, 0, 0, 1, 0)
        assert not square.sign(session, petition, person, minutes=7, **YES).signature.deliver
        assert square.sign(session, petition, person, minutes=20, **YES).signature.deliver
        assert not square.sign(session, petition, person, minutes=21, delivery_words="Remettre ?").signature.deliver
        with pytest.raises(SignatureMissing):
            keep(session, SignatureId(999))


def test_each_name_leaves_once_and_a_list_that_is_dropped_gives_them_back(
    square: Square, monkeypatch: pytest.MonkeyPatch
) -> None:
    with square.assembly.database.transaction() as session:
        petition, other = square.call(session), square.call(session)
        people = [square.person(session) for _ in range(3)]
        square.sign(session, petition, people[0])
        ids = [square.sign(session, petition, one, **YES).signature.id for one in people[1:]]
        square.sign(session, other, people[0], **YES)
        with pytest.raises(Invalid):
            delivering.take(session, petition, recipient=" ", by=ANNA, at=NOW)
        first = take(session, petition)
        assert (first.state, first.people) == (DeliveryState.MADE, 2)
        monkeypatch.setattr(delivering, "AT_ONCE", 1)
        lines = [line[:3] for line in delivering.lines(session, first.id)]
        assert lines == [("1", "Marie", "Dubois"), ("2", "Marie", "Dubois")]
        assert figures(session, petition) == (3, 0, 0, 0, 0)
        with pytest.raises(NobodyToDeliver):
            take(session, petition)
        keep(session, ids[0])
        assert delivering.withdrawn(session, [first.id]) == {first.id: 1}
        assert delivering.drop(session, petition.id, first.id, by=ANNA, at=NOW).state is DeliveryState.DROPPED
        assert figures(session, petition) == (3, 1, 0, 1, 0)
        second = take(session, petition)
        for wrong in (None, TODAY - timedelta(days=1), TODAY + timedelta(days=1)):
            with pytest.raises(DayWrong):
                delivering.deliver(session, petition.id, second.id, on=wrong, recipient="ONU", by=ANNA, at=NOW)
        done = delivering.deliver(session, petition.id, second.id, on=TODAY, recipient="ONU", by=ANNA, at=NOW)
        assert (done.state, done.delivered_on, done.recipient) == (DeliveryState.DELIVERED, TODAY, "ONU")
        assert figures(session, petition) == (3, 0, 1, 1, 0)
        keep(session, ids[1])
        assert figures(session, petition) == (3, 0, 1, 2, 1)
        words = [one.handing for one in actions.participations(session, petition).participations]
        assert words == [Handing.WITHDRAWN_LATE, Handing.WITHDRAWN, Handing.KEPT]
        for act in (delivering.drop, delivering.deliver):
            facts: dict[str, Any] = {"on": TODAY, "recipient": "x"} if act is delivering.deliver else {}
            with pytest.raises(DeliveryUndecided):
                act(session, petition.id, second.id, by=ANNA, at=NOW, **facts)


def test_a_long_list_asks_for_a_second_colleague(square: Square, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "value", lambda _session, limit, _on: 2 if limit is limits.LARGE_FILE else limit.value)
    with square.assembly.database.transaction() as session:
        petition = square.call(session)
        for _ in range(2):
            square.sign(session, petition, square.person(session), **YES)
        with pytest.raises(TooManyToDeliver):
            take(session, petition)
        asked = delivering.ask(session, petition, "Ambassade", by=ANNA, at=NOW)
        with pytest.raises(OwnDelivery):
            delivering.decide(session, petition.id, asked.id, approve=True, by=ANNA, at=NOW)
        with pytest.raises(DeliveryUndecided):
            delivering.take(session, petition, delivery_id=asked.id, by=ANNA, at=NOW)
        delivering.decide(session, petition.id, asked.id, approve=True, by=BEN, at=NOW)
        taken = delivering.take(session, petition, delivery_id=asked.id, by=ANNA, at=NOW)
        assert (taken.state, taken.people, taken.recipient) == (DeliveryState.MADE, 2, "Ambassade")
        assert taken.purge_on is not None
        found = delivering.to_destroy(session, on=taken.purge_on)
        assert [(one.id, title) for one, title in found] == [(taken.id, petition.title)]
        delivering.reminded(session, taken.id, 5)
        assert delivering.to_destroy(session, on=taken.purge_on) == ()
        assert delivering.say_purged(session, petition.id, taken.id, at=NOW) is not None
        assert delivering.say_purged(session, petition.id, taken.id, at=NOW) is None


def test_what_leaves_is_what_was_agreed_to_and_who_signs_meanwhile_is_in_the_next(
    square: Square, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "value", lambda _session, limit, _on: 2 if limit is limits.LARGE_FILE else limit.value)
    with square.assembly.database.transaction() as session:
        petition = square.call(session)
        signers = [square.person(session) for _ in range(4)]
        ids = [square.sign(session, petition, one, **YES).signature.id for one in signers]
        asked = delivering.ask(session, petition, "Ambassade", by=ANNA, at=NOW)
        assert (asked.people, delivering.waiting(session, petition.id)) == (4, 0)
        with pytest.raises(NobodyToDeliver):
            delivering.ask(session, petition, "Ambassade", by=ANNA, at=NOW)
        delivering.decide(session, petition.id, asked.id, approve=False, by=BEN, at=NOW)
        assert delivering.waiting(session, petition.id) == 4, "a no frees them"
        agreed = delivering.ask(session, petition, "Ambassade", by=ANNA, at=NOW)
        delivering.decide(session, petition.id, agreed.id, approve=True, by=BEN, at=NOW)
        for _ in range(3):
            square.sign(session, petition, square.person(session), **YES)
        keep(session, ids[0])
        restrictions.restrict(session, signers[1], since_on=TODAY, reason="Conteste", by=BEN, at=NOW)
        taken = delivering.take(session, petition, delivery_id=agreed.id, by=ANNA, at=NOW)
        assert (taken.people, len(list(delivering.lines(session, taken.id)))) == (2, 2)
        with pytest.raises(TooManyToDeliver):
            take(session, petition)
        rest = delivering.ask(session, petition, "Ambassade", by=ANNA, at=NOW)
        delivering.decide(session, petition.id, rest.id, approve=True, by=BEN, at=NOW)
        for one in actions.participations(session, petition).participations:
            keep(session, SignatureId(one.id), minutes=2)
        with pytest.raises(NobodyToDeliver):
            delivering.take(session, petition, delivery_id=rest.id, by=ANNA, at=NOW)


def test_a_no_that_is_said_again_of_two_who_became_one_is_heard_of_both(square: Square) -> None:
    with square.assembly.database.transaction() as session:
        petition, survivor, loser = square.call(session), square.person(session), square.person(session)
        square.sign(session, petition, loser, **YES)
        one = square.sign(session, petition, survivor, minutes=5, deliver=False, delivery_words="Remettre ?")
        moves = merging.repoint(session, loser=loser, survivor=survivor)
        keep(session, one.signature.id, minutes=7)
        merging.put_back(session, moves, loser=loser, survivor=survivor)
        assert figures(session, petition)[1] == 0, "nobody waits to be handed over"


@pytest.mark.parametrize("said", [False, True])
def test_two_who_become_one_are_heard_as_one_and_each_has_their_own_word_again(square: Square, said: bool) -> None:
    with square.assembly.database.transaction() as session:
        petition, survivor, loser = square.call(session), square.person(session), square.person(session)
        one = square.sign(session, petition, survivor, **YES).signature.id
        square.sign(session, petition, loser, minutes=5, deliver=False, delivery_words="Remettre ?")
        assert figures(session, petition) == (2, 1, 0, 0, 0)
        moves = merging.repoint(session, loser=loser, survivor=survivor)
        assert figures(session, petition) == (1, 0, 0, 1, 0), "their last word was a no"
        if said:
            square.sign(session, petition, survivor, minutes=6, **YES)
            assert figures(session, petition) == (1, 1, 0, 0, 0)
            keep(session, one, minutes=7)
        merging.put_back(session, moves, loser=loser, survivor=survivor)
        after = (2, 0, 0, 1, 0) if said else (2, 1, 0, 0, 0)
        assert figures(session, petition) == after, "a no that was said meanwhile is of both"


def test_what_was_handed_over_is_not_again_once_two_are_one(square: Square) -> None:
    with square.assembly.database.transaction() as session:
        petition, survivor, loser = square.call(session), square.person(session), square.person(session)
        square.sign(session, petition, loser, minutes=5, **YES)
        done = take(session, petition)
        square.sign(session, petition, survivor, **YES)
        merging.repoint(session, loser=loser, survivor=survivor)
        assert actions.tally(session, petition).to_deliver == 0
        assert actions.of_person(session, survivor)[0].handing is Handing.IN_LIST
        delivering.deliver(session, petition.id, done.id, on=TODAY, recipient="ONU", by=ANNA, at=NOW)
        assert figures(session, petition) == (1, 0, 1, 0, 0)
        assert actions.of_person(session, survivor)[0].handing is Handing.DELIVERED


def test_an_import_that_is_undone_leaves_what_was_spoken_of_since_and_people_read_who_had_their_name(
    square: Square,
) -> None:
    with square.assembly.database.transaction() as session:
        petition, ids = square.call(session), dict[int, PersonId]()
        for _ in range(3):
            person = square.person(session)
            ids[int(square.sign(session, petition, person, **YES).signature.id)] = person
        first, second, third = ids
        keep(session, SignatureId(first))
        assert take_back(session, {first: ids[first], second: ids[second]}) == {second}
        done = take(session, petition)
        delivering.deliver(session, petition.id, done.id, on=TODAY, recipient="ONU", by=ANNA, at=NOW)
        for number, expected in ((third, (True, "ONU", TODAY)), (first, (False, "", None))):
            subject = people_personal_data.subject(session, ids[number])
            assert subject is not None
            signed, words, *_ = personal_data.show(session, subject, Language.FR)
            [row] = signed.rows
            assert (row["deliver"], row["handed_to"], row["handed_on"]) == expected
            assert [one["allowed"] for one in words.rows] == ([] if number == third else [False])
