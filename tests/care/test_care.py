"""Notes, contacts, promises and complaints: what is written stays, what is taken away comes back, done once is done."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.assembly import Assembly
from crm.care import rules
from crm.care import service as care
from crm.care.errors import InteractionMissing, NoteMissing, TaskMissing
from crm.care.model import Complaint, Direction, InteractionKind, Promise, Task, TaskView
from crm.people import service as people
from crm.people.model import NewPerson, Person
from crm.staff import store as accounts
from crm.staff.model import Role
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, InteractionId, NoteId, TaskId
from crm.values.languages import Language
from tests.conftest import NOW
from tests.web.whole_database import digest

CLAIRE, LUC = AccountId(1), AccountId(2)
TODAY = NOW.date()


@pytest.fixture
def marie(assembly: Assembly) -> Person:
    with assembly.database.transaction() as session:
        return people.add(session, assembly.addresses, NewPerson(language=Language.FR, first_name="Marie"), at=NOW)


@given(st.text())
def test_a_text_tidied_twice_is_tidied_once(text: str) -> None:
    try:
        tidy = rules.tidy_text(text, field="text")
    except Invalid:
        return
    assert rules.tidy_text(tidy, field="text") == tidy
    assert "\0" not in tidy


def test_a_contact_is_kept_with_its_promise_and_taken_away_with_it(marie: Person, assembly: Assembly) -> None:
    due = date(2026, 11, 30)
    with assembly.database.transaction() as session:
        care.keep_draft(session, account_id=CLAIRE, person_id=marie.id, fields={"summary": "Un app"}, at=NOW)
        logged, task = care.log(
            session,
            marie.id,
            kind=InteractionKind.CALL,
            direction=Direction.IN,
            summary=" N’a pas reçu\r\nle magazine.\0 ",
            promise=Promise(title="Renvoyer  le magazine", due_on=due, assignee=LUC),
            by=CLAIRE,
            at=NOW,
        )
        assert care.draft(session, account_id=CLAIRE, person_id=marie.id) is None
        assert (logged.summary, logged.happened_at) == ("N’a pas reçu\nle magazine.", NOW)
        assert task is not None
        assert (task.title, task.due_on, task.assignee, task.interaction_id) == (
            "Renvoyer le magazine",
            due,
            LUC,
            logged.id,
        )
        assert care.open_tasks_of(session, marie.id) == (task,)
    before = digest(assembly)
    with assembly.database.transaction() as session:
        care.remove_interaction(session, logged.id, at=NOW)
        assert (care.interactions_of(session, marie.id), care.open_tasks_of(session, marie.id)) == ((), ())
        with pytest.raises(InteractionMissing):
            care.remove_interaction(session, logged.id, at=NOW)
    with assembly.database.transaction() as session:
        care.restore_interaction(session, logged.id)
    assert digest(assembly) == before


def test_a_promise_that_was_kept_stays_kept_when_its_contact_goes(marie: Person, assembly: Assembly) -> None:
    facts = {"kind": InteractionKind.LETTER, "direction": Direction.IN, "by": CLAIRE, "at": NOW}
    with assembly.database.transaction() as session:
        promise = Promise(title="Répondre")
        logged, task = care.log(session, marie.id, summary="Un poème", promise=promise, **facts)  # type: ignore[arg-type] # shared facts
        assert task is not None
        care.finish_task(session, task.id, by=LUC, at=NOW)
        care.remove_interaction(session, logged.id, at=NOW)
        assert care.task(session, task.id).done_by == LUC


@pytest.mark.parametrize(
    ("summary", "promise", "happened_at"),
    [
        ("", None, None),
        (" \n\t\0", None, None),
        ("x" * 5001, None, None),
        ("Un appel", Promise(title=" "), None),
        ("Un appel", Promise(title="x" * 201), None),
        ("Un appel", None, NOW + timedelta(seconds=1)),
    ],
)
def test_a_contact_of_which_nothing_is_said_is_refused(
    marie: Person, assembly: Assembly, summary: str, promise: Promise | None, happened_at: object
) -> None:
    before = digest(assembly)
    with pytest.raises(Invalid), assembly.database.transaction() as session:
        care.log(
            session,
            marie.id,
            kind=InteractionKind.CALL,
            direction=Direction.IN,
            summary=summary,
            promise=promise,
            happened_at=happened_at,  # type: ignore[arg-type] # an instant or none
            by=CLAIRE,
            at=NOW,
        )
    assert digest(assembly) == before


def test_a_complaint_waits_until_it_is_answered_and_may_wait_again(marie: Person, assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        logged, _task = care.log(
            session,
            marie.id,
            kind=InteractionKind.EMAIL,
            direction=Direction.IN,
            summary="Deux magazines",
            is_complaint=True,
            by=CLAIRE,
            at=NOW,
        )
        assert [one.id for one in care.open_complaints(session)] == [logged.id]
        assert care.close_complaint(session, logged.id, by=LUC, at=NOW)
        assert not care.close_complaint(session, logged.id, by=LUC, at=NOW)
        closed = care.interaction(session, logged.id)
        assert (closed.complaint, closed.closed_by, care.open_complaint_count(session)) == (Complaint.CLOSED, LUC, 0)
        assert care.reopen_complaint(session, logged.id)
        assert care.open_complaint_count(session) == 1


def test_a_task_is_done_once_however_many_do_it(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        task = care.add_task(session, title="Appeler", by=CLAIRE, at=NOW)
        assert care.finish_task(session, task.id, by=CLAIRE, at=NOW) is not None
        assert care.finish_task(session, task.id, by=LUC, at=NOW) is None
        assert care.task(session, task.id).done_by == CLAIRE
        care.reopen_task(session, task.id)
        care.remove_task(session, task.id, at=NOW)
        with pytest.raises(TaskMissing):
            care.task(session, task.id)
        assert care.restore_task(session, task.id).title == "Appeler"
        with pytest.raises(TaskMissing):
            care.finish_task(session, TaskId(999), by=LUC, at=NOW)


_TASKS = st.lists(
    st.tuples(
        st.sampled_from([None, -3, 0, 2]),
        st.sampled_from([None, CLAIRE, LUC]),
        st.booleans(),
    ),
    max_size=9,
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_TASKS, st.integers(1, 4))
def test_views_and_counts_say_the_same_page_by_page(
    assembly: Assembly, wanted: list[tuple[int | None, AccountId | None, bool]], size: int
) -> None:
    with assembly.database.transaction() as session:
        for task in care.tasks(session, TaskView.EVERYBODY, account_id=CLAIRE, today=TODAY, size=100):
            care.remove_task(session, task.id, at=NOW)
        made: list[Task] = []
        for days, assignee, is_done in wanted:
            due = None if days is None else TODAY + timedelta(days=days)
            made.append(care.add_task(session, title="x", due_on=due, assignee=assignee, by=None, at=NOW))
            if is_done:
                care.finish_task(session, made[-1].id, by=LUC, at=NOW)
        left = [care.task(session, task.id) for task in made]
        counts = care.task_counts(session, account_id=CLAIRE, today=TODAY)
        of_view = {
            TaskView.MINE: ([t for t in left if not t.is_done and t.assignee == CLAIRE], counts.mine),
            TaskView.UNASSIGNED: ([t for t in left if not t.is_done and t.assignee is None], counts.unassigned),
            TaskView.LATE: ([t for t in left if rules.is_late(t, TODAY) and t.assignee in (CLAIRE, None)], counts.late),
            TaskView.EVERYBODY: ([t for t in left if not t.is_done], counts.everybody),
        }
        for view, (expected, count) in of_view.items():
            read: list[Task] = []
            while True:
                after = read[-1].id if read else None
                page = care.tasks(session, view, account_id=CLAIRE, today=TODAY, after=after, size=size)
                if not page:
                    break
                read += page
            assert read == sorted(expected, key=lambda t: (t.due_on is None, t.due_on or TODAY, t.id))
            assert len(read) == count


def test_what_a_closed_account_had_to_do_waits_for_somebody_else(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        facts: dict[str, Any] = {"language": Language.FR, "password_hash": "", "at": NOW}
        several = [
            accounts.add_account(session, email=f"{name}@exemple.be", name=name, roles={Role.CARE}, **facts)
            for name in ("ines", "manon")
        ]
        for one in several:
            care.add_task(session, title=one.name, due_on=TODAY - timedelta(days=1), assignee=one.id, by=None, at=NOW)
        accounts.change_account(session, several[0].id, is_active=False)
        for view in (TaskView.UNASSIGNED, TaskView.LATE):
            found = care.tasks(session, view, account_id=CLAIRE, today=TODAY)
            assert [task.title for task in found] == ["ines"]
        counts = care.task_counts(session, account_id=several[1].id, today=TODAY)
        assert (counts.mine, counts.unassigned, counts.late) == (1, 1, 2)


def test_a_note_is_corrected_pinned_taken_away_and_back(marie: Person, assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        note = care.write_note(session, marie.id, "Malentendante", by=CLAIRE, at=NOW)
        assert care.change_note(session, note.id, "Malentendante : écrire", is_pinned=True, at=NOW)
        assert not care.change_note(session, note.id, "Malentendante : écrire", is_pinned=True, at=NOW)
        care.remove_note(session, note.id, at=NOW)
        with pytest.raises(NoteMissing):
            care.note(session, note.id)
        assert care.restore_note(session, note.id).is_pinned
        for wrong in ("", "x" * 5001):
            with pytest.raises(Invalid):
                care.write_note(session, marie.id, wrong, by=CLAIRE, at=NOW)
        with pytest.raises(NoteMissing):
            care.restore_note(session, NoteId(9))
        with pytest.raises(InteractionMissing):
            care.restore_interaction(session, InteractionId(9))
        with pytest.raises(TaskMissing):
            care.restore_task(session, TaskId(9))


def test_a_draft_is_kept_per_colleague_and_person_and_never_refused(marie: Person, assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        facts = {"account_id": CLAIRE, "person_id": marie.id}
        care.keep_draft(session, fields={"summary": "a" * 20_000, "outcome": "b"}, at=NOW, **facts)  # type: ignore[arg-type] # shared facts
        kept = care.draft(session, account_id=CLAIRE, person_id=marie.id)
        assert kept is not None
        assert (len(kept.fields["summary"]), kept.fields["outcome"]) == (care.LONGEST_DRAFT, "")
        assert care.draft(session, account_id=LUC, person_id=marie.id) is None
        assert care.drafts_of(session, CLAIRE) == (marie.id,)
        care.keep_draft(session, fields={"summary": "  "}, at=NOW, **facts)  # type: ignore[arg-type] # shared facts
        assert care.draft(session, account_id=CLAIRE, person_id=marie.id) is None
