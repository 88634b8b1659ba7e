"""Signing, registering and acting, through the door."""

from __future__ import annotations

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import event

from crm.actions import rules
from crm.actions import service as actions
from crm.actions.errors import CallClosed, CallMissing, CodeTaken, ParticipantMissing, RegistrationCancelled
from crm.actions.model import CallKind, Deed, DeedKind, NewCall, RegistrationState, Signed, Tally
from crm.consent import service as consent
from crm.people.tables import PersonRow
from crm.values.ages import is_too_young
from crm.values.errors import Invalid
from crm.values.identifiers import CallId, PersonId
from crm.values.languages import Language
from tests.actions.conftest import Square
from tests.conftest import NOW


def test_a_second_signature_changes_nothing_and_says_so(square: Square) -> None:
    with square.assembly.database.transaction() as session:
        petition, person = square.call(session), square.person(session)
        first = square.sign(session, petition, person, comment="Libérez-les", deliver=True, delivery_words="Remettre")
        again = square.sign(session, petition, person, minutes=5, comment="Autre chose", deliver=False)
        assert first.is_new
        assert again == Signed(signature=first.signature, is_new=False)
        assert (first.signature.comment, first.signature.delivery_words) == ("Libérez-les", "Remettre")
        assert actions.tally(session, petition) == Tally(people=1, to_deliver=1, last_at=NOW)


def test_two_clicks_at_once_are_one_signature(square: Square) -> None:
    with square.assembly.database.transaction() as session:
        petition, person = square.call(session), square.person(session)
    together, found = Barrier(2), []

    def click() -> None:
        together.wait()
        with square.assembly.database.transaction() as session:
            found.append(square.sign(session, petition, person).is_new)

    threads = [Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [False, True]


def test_handing_a_name_over_is_not_a_leave_to_write(square: Square) -> None:
    with square.assembly.database.transaction() as session:
        petition, person = square.call(session), square.person(session)
        square.sign(session, petition, person, deliver=True, delivery_words="Transmettez ma signature.")
        assert consent.history(session, person) == ()


def test_a_merged_person_signs_as_whom_they_became(square: Square) -> None:
    with square.assembly.database.transaction() as session:
        petition, gone, lives = square.call(session), square.person(session), square.person(session)
        session.get_one(PersonRow, gone).merged_into_id = lives
        session.flush()
        first = square.sign(session, petition, gone).signature
        assert (first.person_id, first.recorded_person_id) == (lives, gone)
        assert not square.sign(session, petition, lives).is_new


def test_a_closed_petition_takes_no_name_of_a_later_day(square: Square) -> None:
    with square.assembly.database.transaction() as session:
        petition, person = square.call(session, closes_on=NOW.date()), square.person(session)
        with pytest.raises(CallClosed):
            square.sign(session, petition, person, minutes=24 * 60)
        assert square.sign(session, petition, person).is_new


def test_nobody_signs_what_is_not_there(square: Square) -> None:
    with square.assembly.database.transaction() as session:
        petition, fair = square.call(session), square.call(session, CallKind.EVENT)
        with pytest.raises(ParticipantMissing):
            square.sign(session, petition, PersonId(99))
        with pytest.raises(CallMissing):
            square.sign(session, fair, square.person(session))
        with pytest.raises(CallMissing):
            actions.get_call(session, CallId(99))


def test_who_cancelled_may_come_after_all(square: Square) -> None:
    with square.assembly.database.transaction() as session:
        fair, person = square.call(session, CallKind.EVENT), square.person(session)
        assert square.register(session, fair, person, seats=2).is_new
        assert not square.register(session, fair, person, seats=2).is_new
        assert not square.register(session, fair, person, seats=9, at=NOW - timedelta(minutes=1)).is_new
        assert actions.tally(session, fair) == Tally(people=1, seats=2, last_at=NOW)
        more = square.register(session, fair, person, seats=4)
        assert (more.is_new, actions.tally(session, fair).seats) == (True, 4)
        assert actions.cancel(session, fair.id, person, at=NOW)
        assert not actions.cancel(session, fair.id, person, at=NOW)
        assert actions.tally(session, fair) == Tally(last_at=NOW)
        stale = more.registration.id
        with pytest.raises(RegistrationCancelled):
            actions.set_attendance(session, stale, came=True, at=NOW)
        assert not actions.set_attendance(session, stale, came=False, at=NOW)[1]
        assert actions.tally(session, fair) == Tally(last_at=NOW)
        back = square.register(session, fair, person, seats=3)
        assert (back.is_new, back.registration.seats) == (True, 3)
        came, changed = actions.set_attendance(session, back.registration.id, came=True, at=NOW)
        assert (came.state, changed) == (RegistrationState.ATTENDED, True)
        assert not actions.cancel(session, fair.id, person, at=NOW)
        assert not square.register(session, fair, person, seats=9).is_new
        assert actions.tally(session, fair) == Tally(people=1, seats=3, attended=1, last_at=NOW)


def test_an_urgent_action_may_be_taken_often_but_one_act_is_kept_once(square: Square) -> None:
    with square.assembly.database.transaction() as session:
        urgent, person = square.call(session, CallKind.URGENT_ACTION), square.person(session)
        letter = Deed(action_id=urgent.id, person_id=person, kind=DeedKind.LETTER, done_at=NOW)
        later = Deed(action_id=urgent.id, person_id=person, kind=DeedKind.LETTER, done_at=NOW + timedelta(days=1))
        assert [actions.act(session, deed, at=NOW) for deed in (letter, letter, later)] == [True, False, True]
        assert actions.tally(session, urgent) == Tally(people=1, deeds=2, last_at=later.done_at)


@pytest.mark.parametrize("code", ["", "Deux mots", "-x", "é", "x" * 81, "a--b", "a\nb"])
def test_a_code_is_plain(code: str) -> None:
    with pytest.raises(Invalid):
        rules.tidy_call(NewCall(kind=CallKind.PETITION, code=code, title="Titre", language=Language.FR))


@pytest.mark.parametrize(("on", "too_young"), [(date(2026, 11, 22), True), (date(2026, 11, 23), False)])
def test_a_child_is_too_young_until_thirteen(on: date, too_young: bool) -> None:
    assert is_too_young(date(2013, 11, 23), on) is too_young
    assert not is_too_young(None, on)


def test_a_comment_keeps_its_lines_and_nothing_hidden() -> None:
    assert rules.tidy_comment(" Libre\r\nvite ") == "Libre\nvite"
    assert rules.tidy_comment(" 🏳️‍🌈 solidaires\r\n") == "🏳️‍🌈 solidaires"
    for bad in ("x" * 2001, "a\0b", "a\u202eb"):
        with pytest.raises(Invalid):
            rules.tidy_comment(bad)


def test_a_code_names_one_call_of_a_kind(square: Square) -> None:
    with square.assembly.database.transaction() as session:
        first, other = square.call(session), square.call(session)
        new = NewCall(kind=CallKind.PETITION, code=first.code, title="Autre", language=Language.FR)
        with pytest.raises(CodeTaken):
            actions.put_call(session, new, at=NOW)
        with pytest.raises(CodeTaken):
            actions.change_call(session, other.id, new)
        same_code = NewCall(kind=CallKind.EVENT, code=first.code, title="Autre", language=Language.FR)
        assert actions.put_call(session, same_code, at=NOW).code == first.code


def test_a_call_is_found_by_each_of_its_names(square: Square) -> None:
    with square.assembly.database.transaction() as session:
        made = square.call(session, url="https://exemple.be/p/1", content_id=7, starts_on=date(2026, 12, 10))
        kind = CallKind.PETITION
        assert actions.find_call(session, kind, code=made.code) == made
        assert actions.find_call(session, kind, url="https://exemple.be/p/1") == made
        assert actions.find_call(session, kind, content_id=made.content_id) == made
        assert actions.find_call(session, CallKind.EVENT, content_id=made.content_id, url=made.url) is None


def test_a_list_asks_the_same_number_of_queries_however_long(square: Square) -> None:
    counts = []
    for _ in range(2):
        with square.assembly.database.transaction() as session:
            for _ in range(3):
                square.sign(session, square.call(session), square.person(session))
        asked: list[str] = []
        engine = square.assembly.database.engine
        event.listen(engine, "before_cursor_execute", lambda *args, asked=asked: asked.append(args[2]))
        with square.assembly.database.reading() as session:
            page = actions.page(session, CallKind.PETITION)
        assert {page.tallies[call.id].people for call in page.calls} == {1}
        counts.append(len([statement for statement in asked if statement.lstrip().startswith("SELECT")]))
    assert counts[0] == counts[1] == 3
