"""Whoever had their data frozen (GDPR art. 18) is in no list that leaves, and counted wherever they are left out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm.actions import delivering, history
from crm.actions import service as actions
from crm.actions.model import CallKind, Handing, NewCall, NewSignature
from crm.assembly import Assembly
from crm.consent import gate, restrictions
from crm.consent.errors import AlreadyRestricted, RestrictionMissing
from crm.consent.model import SERVICE, Channel, Refusal
from crm.fundraising import exporting, freezing, late, selects, service
from crm.fundraising.errors import NotReachable
from crm.fundraising.model import NewCell, Reason, Removal
from crm.rooms import QUESTIONS
from crm.segments import exporting as segment_files
from crm.segments.model import Definition
from crm.segments.selects import Question
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from tests.conftest import NOW
from tests.fundraising.conftest import ASKING, BY, EVERYBODY, TODAY, appeal, person, segment

LATER = NOW + timedelta(days=1)


@pytest.mark.parametrize("channel", [Channel.POST, Channel.PHONE])
def test_no_list_holds_whoever_had_their_data_frozen(house: Assembly, channel: Channel) -> None:
    with house.database.transaction() as session:
        phones = [PhoneNumber.parse(f"0470 12 34 {n:02d}") for n in range(3)]
        ana, bo, cy = (person(session, house, name, phone=one) for name, one in zip("ABC", phones, strict=True))
        restrictions.restrict(session, ana, since_on=TODAY, reason="Conteste son adresse", by=BY, at=NOW)
        cell = NewCell(name="Tous", segment_id=segment(session, "Tous"))
        made = appeal(session, cell, channel=channel, one_a_household=False)
        would = freezing.preview(session, QUESTIONS, made.id, at=NOW)
        assert (would.people, would.mailed) == (3, 2)
        assert (would.excluded, would.refusals) == ({Reason.GATE: 1}, {"restricted": 1})
        assert freezing.freeze(session, QUESTIONS, made.id, by=BY, at=NOW) == would
        [first] = service.cells(session, made.id)
        with pytest.raises(NotReachable, match="gate") as refused:
            late.add(session, QUESTIONS, made.id, first.id, ana, why="Amie", by=BY, at=NOW)
        assert refused.value.reason == "restricted"

        restrictions.restrict(session, bo, since_on=TODAY, reason="S’oppose", by=BY, at=NOW)
        assert late.strike(session, made.id, at=LATER) == 1
        assert service.removed(session, made.id) == {Removal.RESTRICTED: 1}
        assert [one.person_id for one in exporting.recipients(session, made.id)] == [cy]

        question = Question(session=session, at=NOW, catalogue=QUESTIONS)
        whole = Definition(tree=EVERYBODY)
        seen = segment_files.outlook(whole, question, ASKING, channel)
        assert (seen.people, seen.rows, seen.excluded) == (3, 1, {"restricted": 2})
        rows = list(segment_files.rows(whole, question, ASKING, channel, house.settings.office_language))
        assert [who for who, _ in rows] == [cy]

        restrictions.lift(session, ana, told_on=TODAY, why="Adresse corrigée", by=BY, at=LATER)
        assert gate.verdict_of(session, ana, ASKING, channel, LATER).allowed
        assert segment_files.outlook(whole, question, ASKING, channel).rows == 2
        assert set(session.scalars(selects.asked(made.id))) == {cy}


def test_a_freeze_is_written_once_with_its_reason_and_owed_letters_still_leave(house: Assembly) -> None:
    with house.database.transaction() as session:
        ana = person(session, house, "A")
        with pytest.raises(Invalid):
            restrictions.restrict(session, ana, since_on=TODAY, reason="  ", by=BY, at=NOW)
        with pytest.raises(RestrictionMissing):
            restrictions.lift(session, ana, told_on=TODAY, why="Rien", by=BY, at=NOW)
        restrictions.restrict(session, ana, since_on=TODAY, reason="Conteste", by=BY, at=NOW)
        with pytest.raises(AlreadyRestricted):
            restrictions.restrict(session, ana, since_on=TODAY, reason="Encore", by=BY, at=NOW)
        assert gate.verdict_of(session, ana, ASKING, Channel.POST, NOW).refusal is Refusal.RESTRICTED
        assert gate.verdict_of(session, ana, SERVICE, Channel.POST, NOW).allowed
        restrictions.lift(session, ana, told_on=TODAY, why="Corrigé", by=BY, at=LATER)
        [kept] = restrictions.history(session, [PersonId(ana)])
        assert (kept.reason, kept.lifted_why, kept.told_on, kept.stands) == ("Conteste", "Corrigé", TODAY, False)


def test_no_list_of_signatures_hands_over_whoever_had_their_data_frozen(house: Assembly) -> None:
    with house.database.transaction() as session:
        new = NewCall(kind=CallKind.PETITION, code="nadia", title="Libérez Nadia", language=Language.FR)
        call = actions.put_call(session, new, at=NOW)
        ana, bo, cy = (person(session, house, name) for name in "ABC")
        for one in (ana, bo, cy):
            signed = NewSignature(
                petition_id=call.id, person_id=one, signed_at=NOW, deliver=True, delivery_words="Remettez."
            )
            actions.sign(session, signed, at=NOW)
        restrictions.restrict(session, ana, since_on=TODAY, reason="Conteste", by=BY, at=NOW)
        assert (delivering.waiting(session, call.id), actions.tally(session, call).to_deliver) == (2, 2)
        [own] = history.signed(session, ana)
        assert own.handing is Handing.FROZEN
        taken = delivering.take(session, call, recipient="Ambassade", by=BY, at=NOW)
        assert (taken.people, len(list(delivering.lines(session, taken.id)))) == (2, 2)
        assert delivering.frozen(session, [taken.id]) == {}
        restrictions.restrict(session, bo, since_on=TODAY, reason="Conteste", by=BY, at=LATER)
        assert delivering.frozen(session, [taken.id]) == {taken.id: 1}
        delivering.drop(session, call.id, taken.id, by=BY, at=LATER)
        assert delivering.waiting(session, call.id) == 1
        restrictions.lift(session, ana, told_on=TODAY, why="Corrigé", by=BY, at=LATER)
        assert delivering.waiting(session, call.id) == 2
