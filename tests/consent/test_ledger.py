"""The ledger: it only grows, it shows when somebody changed it, and where people stand follows from it alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from threading import Barrier, Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import gate
from crm.consent import service as consent
from crm.consent.errors import NobodyThere, PurposeMissing
from crm.consent.model import Act, ConsentEvent, NewAct, Refusal, SuppressionCause, Way
from crm.consent.tables import (
    ConsentEventRow,
    ConsentStandingRow,
    NoticeRow,
    SuppressionEventRow,
    SuppressionRow,
)
from crm.foundation.database import Database
from crm.people.model import Person
from crm.people.tables import PersonRow
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from tests.conftest import NOW
from tests.consent.conftest import NEWS, URGENT
from tests.consent.unguarded import unguarded

Add = Callable[..., Person]
ON_DATABASES = settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])


def say(
    session: Session, assembly: Assembly, person: Person, act: Act, at: datetime, way: Way = Way.WEB, **more: Any
) -> ConsentEvent:
    """Records one act about the news at the person's first address."""
    new = NewAct(
        person_id=person.id,
        purpose="news",
        address_key=person.contact_points[0].address_key,
        act=act,
        way=way,
        occurred_at=at,
        **more,
    )
    return consent.record(session, assembly.sealer, new, at=at)


def test_standings_of_before_become_the_no_that_a_mere_request_had_hidden(assembly: Assembly, add: Add) -> None:
    step = import_module("crm.migrations.versions.2f48_wishes_beside_a_no")
    with assembly.database.transaction() as session:
        lives = [
            (Act.GIVEN, Act.WITHDRAWN, Act.REQUESTED, Act.REQUESTED),
            (Act.OBJECTED, Act.EXPIRED, Act.REQUESTED),
            (Act.IMPORTED, Act.REQUESTED),
            (Act.REQUESTED,),
            (Act.REQUESTED, Act.REFUSED),
            (Act.REQUESTED, Act.GIVEN, Act.REQUESTED),
        ]
        for number, life in enumerate(lives):
            person = add(session, f"a{number}@exemple.be")
            said = [say(session, assembly, person, act, NOW + timedelta(hours=h)) for h, act in enumerate(life)]
            of_them = update(ConsentStandingRow).where(ConsentStandingRow.person_id == person.id)
            session.execute(of_them.values(asked_id=None))
            if life[-1] is Act.REQUESTED and Act.GIVEN not in life[-2:] and Act.IMPORTED not in life:
                last = said[-1]
                session.execute(of_them.values(act=last.act, way=last.way, since_at=last.occurred_at, event_id=last.id))
        assert consent.drift(session) == 4
        for statement in (step._STANDINGS, step._WISHES):
            session.connection().exec_driver_sql(statement)
        session.expire_all()
        assert consent.drift(session) == 0


def test_an_act_comes_back_with_the_exact_words_shown(assembly: Assembly, add: Add) -> None:
    with assembly.database.transaction() as session:
        person = add(session, "marie@exemple.be")
        words = "Les nouvelles\nChaque semaine, ce qui s’est passé.\u00a0«\u202f!\u202f»"
        notice = consent.notice_for(session, purpose="news", language=Language.FR, text=words, at=NOW)
        said = say(session, assembly, person, Act.REQUESTED, NOW, notice_id=notice.id, evidence={"delivery": 7})
    with assembly.database.reading() as session:
        assert consent.history(session, person.id) == (said,)
        assert consent.notices(session, [notice.id])[notice.id].text == words
        assert said.evidence == {"delivery": 7}
        assert (said.way, said.occurred_at, said.recorded_at) == (Way.WEB, NOW, NOW)
        assert consent.verify(session, assembly.sealer) == []
        assert consent.drift(session) == 0


def test_a_changed_word_makes_a_new_notice_and_the_same_words_the_same_one(assembly: Assembly, add: Add) -> None:
    with assembly.database.transaction() as session:
        add(session, "a@exemple.be")

        def version(text: str, language: Language = Language.FR) -> int:
            return consent.notice_for(session, purpose="news", language=language, text=text, at=NOW).version

        assert [version("un"), version("un"), version("deux"), version("un"), version("un", Language.NL)] == [
            1,
            1,
            2,
            1,
            1,
        ]
        with pytest.raises(PurposeMissing):
            consent.notice_for(session, purpose="nothing", language=Language.FR, text="x", at=NOW)


def test_changing_a_purpose_changes_no_notice(assembly: Assembly, add: Add) -> None:
    with assembly.database.transaction() as session:
        add(session, "a@exemple.be")
        notice = consent.notice_for(session, purpose="news", language=Language.FR, text="avant", at=NOW)
        renamed = type(NEWS)(code="news", names={"fr": "Autre"}, promises={"fr": "Après"}, position=5)
        consent.put_purpose(session, renamed)
        assert consent.notices(session, [notice.id])[notice.id].text == "avant"
        assert consent.purposes(session) == (URGENT, renamed)


def test_nobody_and_nothing_unknown_gets_into_the_ledger(assembly: Assembly, add: Add) -> None:
    with assembly.database.transaction() as session:
        person = add(session, "a@exemple.be")
        for person_id, purpose, refused in ((999, "news", NobodyThere), (person.id, "nothing", PurposeMissing)):
            act = NewAct(
                person_id=PersonId(person_id),
                purpose=purpose,
                address_key="k",
                act=Act.GIVEN,
                way=Way.STAFF,
                occurred_at=NOW,
            )
            with pytest.raises(refused):
                consent.record(session, assembly.sealer, act, at=NOW)


def test_withdrawing_twice_is_withdrawing_once(assembly: Assembly, add: Add) -> None:
    with assembly.database.transaction() as session:
        person = add(session, "marie@exemple.be")
        key = person.contact_points[0].address_key
        say(session, assembly, person, Act.GIVEN, NOW)

        def withdraw(hours: int) -> bool:
            return consent.withdraw(
                session,
                assembly.sealer,
                person_id=person.id,
                purpose="news",
                address_key=key,
                way=Way.ONE_CLICK,
                at=NOW + timedelta(hours=hours),
            )

        assert [withdraw(1), withdraw(2), withdraw(3)] == [True, False, False]
        assert [e.act for e in consent.history(session, person.id)] == [Act.GIVEN, Act.WITHDRAWN]
        verdict = gate.verdict(session, at=NOW, person_id=person.id, purpose="news", address_key=key)
        assert verdict.refusal is Refusal.WITHDRAWN
        with pytest.raises(NobodyThere):
            consent.withdraw(
                session,
                assembly.sealer,
                person_id=PersonId(999),
                purpose="news",
                address_key=key,
                way=Way.ONE_CLICK,
                at=NOW,
            )


def test_a_withdrawal_has_the_last_word_even_by_a_slow_clock(assembly: Assembly, add: Add) -> None:
    with assembly.database.transaction() as session:
        person = add(session, "marie@exemple.be")
        key = person.contact_points[0].address_key
        say(session, assembly, person, Act.GIVEN, NOW + timedelta(minutes=5))
        where: dict[str, Any] = {"person_id": person.id, "purpose": "news", "address_key": key}
        assert consent.withdraw(session, assembly.sealer, **where, way=Way.ONE_CLICK, at=NOW)
        assert gate.verdict(session, at=NOW, **where).refusal is Refusal.WITHDRAWN


def test_what_one_of_two_people_at_a_mailbox_says_is_not_said_by_the_other(assembly: Assembly, add: Add) -> None:
    with assembly.database.transaction() as session:
        jean, marie = (add(session, "partage@exemple.be", name) for name in ("Jean", "Marie"))
        key = jean.contact_points[0].address_key
        for person in (jean, marie):
            say(session, assembly, person, Act.GIVEN, NOW)
        say(session, assembly, jean, Act.WITHDRAWN, NOW + timedelta(hours=1))

        def refusal(person: Person) -> Refusal | None:
            return gate.verdict(session, at=NOW, person_id=person.id, purpose="news", address_key=key).refusal

        assert (refusal(jean), refusal(marie)) == (Refusal.WITHDRAWN, None)
        consent.suppress(session, address_key=key, cause=SuppressionCause.COMPLAINT, way=Way.COMPLAINT, at=NOW)
        assert (refusal(jean), refusal(marie)) == (Refusal.WITHDRAWN, Refusal.SUPPRESSED)


def test_a_late_word_of_a_merged_person_is_heard_for_whom_they_are_today(assembly: Assembly, add: Add) -> None:
    with assembly.database.transaction() as session:
        old, new = add(session, "a@exemple.be", "Marie"), add(session, "a@exemple.be", "Marie")
        key = old.contact_points[0].address_key
        say(session, assembly, new, Act.GIVEN, NOW)
        session.execute(update(PersonRow).where(PersonRow.id == old.id).values(merged_into_id=new.id))
        said = say(session, assembly, old, Act.WITHDRAWN, NOW + timedelta(hours=1))
        assert said.person_id == new.id
        recorded = session.scalar(select(ConsentEventRow.recorded_person_id).where(ConsentEventRow.id == said.id))
        assert recorded == old.id
        verdict = gate.verdict(session, at=NOW, person_id=new.id, purpose="news", address_key=key)
        assert verdict.refusal is Refusal.WITHDRAWN
        assert consent.verify(session, assembly.sealer) == []


def test_each_cause_of_suppression_is_lifted_by_itself(assembly: Assembly, add: Add) -> None:
    dead, complaint = SuppressionCause.DEAD_ADDRESS, SuppressionCause.COMPLAINT
    with assembly.database.transaction() as session:
        key = add(session, "a@exemple.be").contact_points[0].address_key

        def act(suppresses: bool, cause: SuppressionCause, hour: int) -> bool:
            does = consent.suppress if suppresses else consent.lift
            return does(session, address_key=key, cause=cause, way=Way.BOUNCE, at=NOW + timedelta(hours=hour))

        assert [act(True, dead, 0), act(True, dead, 1), act(True, complaint, 2)] == [True, False, True]
        assert [act(False, dead, 3), act(False, dead, 4)] == [True, False]
        standing = consent.suppressions(session, key)
        assert [(s.cause, s.since_at) for s in standing] == [(complaint, NOW + timedelta(hours=2))]
        assert consent.drift(session) == 0


def _change(session: Session, column: str, value: object) -> None:
    session.execute(update(ConsentEventRow).values({column: value}))


def test_the_database_itself_refuses_to_change_or_delete_what_was_said(assembly: Assembly, add: Add) -> None:
    with assembly.database.transaction() as session:
        person, other = add(session, "a@exemple.be"), add(session, "b@exemple.be")
        notice = consent.notice_for(session, purpose="news", language=Language.FR, text="mots", at=NOW)
        say(session, assembly, person, Act.WITHDRAWN, NOW, notice_id=notice.id)
        key = person.contact_points[0].address_key
        consent.suppress(session, address_key=key, cause=SuppressionCause.STAFF, way=Way.STAFF, at=NOW)
    forbidden: list[Any] = [delete(row) for row in (ConsentEventRow, SuppressionEventRow, NoticeRow)]
    for row, unchangeable in (
        (ConsentEventRow, {"person_id", "block", "address_key"}),
        (SuppressionEventRow, {"block", "address_key"}),
        (NoticeRow, set()),
    ):
        table: Any = row.__table__
        forbidden += [update(table).values({c: c}) for c in table.columns if c.name not in unchangeable]
    for statement in forbidden:
        with pytest.raises(DatabaseError, match="only grows"), assembly.database.transaction() as session:
            session.execute(statement)
    with assembly.database.transaction() as session:
        _change(session, "person_id", other.id)
        assert consent.verify(session, assembly.sealer) == []


def test_a_change_behind_the_guard_s_back_is_found(database: Database, assembly: Assembly, add: Add) -> None:
    with unguarded(database), database.transaction() as session:
        person = add(session, "a@exemple.be")
        notice = consent.notice_for(session, purpose="news", language=Language.FR, text="mots", at=NOW)
        said = [
            say(session, assembly, person, act, NOW + timedelta(hours=hour), notice_id=notice.id)
            for hour, act in enumerate((Act.REQUESTED, Act.GIVEN, Act.WITHDRAWN))
        ]
        assert consent.verify(session, assembly.sealer) == []
        session.execute(update(ConsentEventRow).where(ConsentEventRow.id == said[2].id).values(act=Act.GIVEN))
        assert consent.verify(session, assembly.sealer) == [said[2].id]
        session.execute(update(NoticeRow).values(text="d’autres mots"))
        assert consent.verify(session, assembly.sealer) == [one.id for one in said]


def test_a_standing_changed_behind_our_back_drifts_and_is_rebuilt(assembly: Assembly, add: Add) -> None:
    with assembly.database.transaction() as session:
        person = add(session, "a@exemple.be")
        say(session, assembly, person, Act.WITHDRAWN, NOW)
        session.execute(update(ConsentStandingRow).values(act=Act.GIVEN))
        session.execute(insert(SuppressionRow).values(address_key="k", cause=SuppressionCause.STAFF, since_at=NOW))
        assert consent.drift(session) == 2
        consent.rebuild(session)
        assert consent.drift(session) == 0
        assert [s.act for s in consent.standings(session, person.id)] == [Act.WITHDRAWN]


WORDS = [act for act in Act if act is not Act.ANNULLED]
SAID = st.tuples(
    st.integers(0, 1), st.sampled_from(WORDS), st.sampled_from([Way.WEB, Way.CONFIRMATION]), st.integers(0, 3)
)
SUPPRESSED = st.tuples(st.booleans(), st.sampled_from(SuppressionCause), st.integers(0, 3))


@ON_DATABASES
@given(st.lists(SAID, max_size=7), st.lists(SUPPRESSED, max_size=5), st.data())
def test_any_order_of_arrival_gives_the_same_standings_on_every_database(
    assembly: Assembly,
    add: Add,
    acts: list[tuple[int, Act, Way, int]],
    suppressed: list[tuple[bool, SuppressionCause, int]],
    data: st.DataObject,
) -> None:
    def end(acts: list[tuple[int, Act, Way, int]], suppressed: list[tuple[bool, SuppressionCause, int]]) -> object:
        with assembly.database.reading() as session:
            people = [add(session, "partage@exemple.be", name) for name in ("Jean", "Marie")]
            key = people[0].contact_points[0].address_key
            for who, act, way, hour in acts:
                say(session, assembly, people[who], act, NOW + timedelta(hours=hour), way)
            for stops, cause, hour in suppressed:
                does = consent.suppress if stops else consent.lift
                at = NOW + timedelta(hours=hour)
                does(session, address_key=key, cause=cause, way=Way.STAFF, at=NOW, occurred_at=at)
            assert consent.drift(session) == 0
            kept = [consent.standings(session, person.id) for person in people]
            consent.rebuild(session)
            assert [consent.standings(session, person.id) for person in people] == kept
            return (
                [[(s.act, s.way, s.since_at) for s in one] for one in kept],
                consent.suppressions(session, key),
            )

    shuffled = data.draw(st.permutations(acts)), data.draw(st.permutations(suppressed))
    assert end(*shuffled) == end(acts, suppressed)


def test_two_words_at_once_about_one_thing_leave_no_drift(assembly: Assembly, add: Add) -> None:
    with assembly.database.transaction() as session:
        person = add(session, "a@exemple.be")
    together = Barrier(2)

    def speak(act: Act, hour: int) -> None:
        together.wait(10)
        with assembly.database.transaction() as session:
            say(session, assembly, person, act, NOW + timedelta(hours=hour))

    speakers = [Thread(target=speak, args=(act, hour)) for act, hour in ((Act.GIVEN, 1), (Act.WITHDRAWN, 2))]
    for speaker in speakers:
        speaker.start()
    for speaker in speakers:
        speaker.join(20)
    with assembly.database.reading() as session:
        assert consent.drift(session) == 0
        assert [s.act for s in consent.standings(session, person.id)] == [Act.WITHDRAWN]
