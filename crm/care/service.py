"""The door of supporter care: write a note, log a contact with what was promised, do what was promised."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from crm.care import store
from crm.care.errors import InteractionMissing, NoteMissing, TaskMissing
from crm.care.model import (
    Complaint,
    Direction,
    Draft,
    Interaction,
    InteractionKind,
    Note,
    Promise,
    Task,
    TaskCounts,
    TaskView,
)
from crm.care.rules import tidy_text, tidy_title
from crm.people import service as people
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, InteractionId, NoteId, PersonId, TaskId

LONGEST_DRAFT = 12_000
"""Characters of a draft, all its fields together; what is longer is cut, never refused."""


def write_note(
    session: Session, person_id: PersonId, text: str, *, by: AccountId | None, at: datetime, is_pinned: bool = False
) -> Note:
    """Keeps something worth knowing, with whom they were merged into. Raises `Invalid` for nothing, or too much."""
    tidy = tidy_text(text, field="text")
    if not tidy:
        raise Invalid("a few words", field="text")
    person_id = people.held(session, person_id)
    return store.add_note(session, person_id=person_id, text=tidy, is_pinned=is_pinned, at=at, by=by)


def note(session: Session, note_id: NoteId) -> Note:
    """One note. Raises `NoteMissing`."""
    found = store.find_note(session, note_id)
    if found is None:
        raise NoteMissing
    return found


def change_note(session: Session, note_id: NoteId, text: str, *, is_pinned: bool, at: datetime) -> bool:
    """Writes it anew; True if that changed anything. Raises `NoteMissing`, `Invalid`."""
    before, tidy = note(session, note_id), tidy_text(text, field="text")
    if not tidy:
        raise Invalid("a few words", field="text")
    if (before.text, before.is_pinned) == (tidy, is_pinned):
        return False
    store.change_note(session, note_id, {"text": tidy, "is_pinned": is_pinned, "changed_at": at})
    return True


def remove_note(session: Session, note_id: NoteId, *, at: datetime) -> Note:
    """Takes it away; it can come back. Raises `NoteMissing`."""
    found = note(session, note_id)
    store.change_note(session, note_id, {"removed_at": at})
    return found


def restore_note(session: Session, note_id: NoteId) -> Note:
    """Brings a removed one back. Raises `NoteMissing`."""
    found = store.find_note(session, note_id, removed=True)
    if found is None:
        raise NoteMissing
    store.change_note(session, note_id, {"removed_at": None})
    return found


def log(
    session: Session,
    person_id: PersonId,
    *,
    kind: InteractionKind,
    direction: Direction,
    summary: str,
    by: AccountId | None,
    at: datetime,
    happened_at: datetime | None = None,
    outcome: str = "",
    is_complaint: bool = False,
    promise: Promise | None = None,
) -> tuple[Interaction, Task | None]:
    """Writes a contact down, and what was promised in it as a task. The draft about that person goes with it.

    It goes to whom that person was merged into. Raises `Invalid` where nothing is said of it, or for a moment to come.
    """
    tidy = tidy_text(summary, field="summary")
    if not tidy:
        raise Invalid("what it was about", field="summary")
    if happened_at is not None and happened_at > at:
        raise Invalid("a moment in the past", field="happened_at")
    title = tidy_title(promise.title, field="promise") if promise else ""
    person_id = people.held(session, person_id)
    found = store.add_interaction(
        session,
        person_id=person_id,
        kind=kind,
        direction=direction,
        happened_at=happened_at or at,
        summary=tidy,
        outcome=tidy_text(outcome, field="outcome"),
        complaint=Complaint.OPEN if is_complaint else Complaint.NONE,
        recorded_at=at,
        recorded_by=by,
    )
    task = None
    if promise is not None:
        task = store.add_task(
            session,
            person_id=person_id,
            interaction_id=found.id,
            title=title,
            due_on=promise.due_on,
            assignee=promise.assignee,
            created_at=at,
            created_by=by,
        )
    if by is not None:
        store.drop_draft(session, account_id=by, person_id=person_id)
    return found, task


def interaction(session: Session, interaction_id: InteractionId) -> Interaction:
    """One contact. Raises `InteractionMissing`."""
    found = store.find_interaction(session, interaction_id)
    if found is None:
        raise InteractionMissing
    return found


def interactions_of(session: Session, person_id: PersonId, *, size: int = 5) -> tuple[Interaction, ...]:
    """The latest contacts with somebody."""
    return store.interactions_of(session, person_id, size=size)


def remove_interaction(session: Session, interaction_id: InteractionId, *, at: datetime) -> Interaction:
    """It was logged by mistake; it can come back. Its promise goes and comes with it, unless it is kept already."""
    found = interaction(session, interaction_id)
    store.change_interaction(session, interaction_id, {"removed_at": at})
    store.remove_promises(session, interaction_id, at=at)
    return found


def restore_interaction(session: Session, interaction_id: InteractionId) -> Interaction:
    """Brings a removed one back, with its promise. Raises `InteractionMissing`."""
    found = store.find_interaction(session, interaction_id, removed=True)
    if found is None:
        raise InteractionMissing
    store.restore_promises(session, interaction_id)
    store.change_interaction(session, interaction_id, {"removed_at": None})
    return found


def close_complaint(session: Session, interaction_id: InteractionId, *, by: AccountId | None, at: datetime) -> bool:
    """It has been answered; True if it waited. Raises `InteractionMissing`."""
    if interaction(session, interaction_id).complaint is not Complaint.OPEN:
        return False
    values = {"complaint": Complaint.CLOSED, "closed_at": at, "closed_by": by}
    store.change_interaction(session, interaction_id, values)
    return True


def reopen_complaint(session: Session, interaction_id: InteractionId) -> bool:
    """It waits for an answer again; True if it was closed. Raises `InteractionMissing`."""
    if interaction(session, interaction_id).complaint is not Complaint.CLOSED:
        return False
    values = {"complaint": Complaint.OPEN, "closed_at": None, "closed_by": None}
    store.change_interaction(session, interaction_id, values)
    return True


def open_complaints(session: Session, *, after: InteractionId | None = None, size: int = 50) -> tuple[Interaction, ...]:
    """A page of the complaints that wait, oldest first."""
    return store.open_complaints(session, after=after or 0, size=size)


def open_complaint_count(session: Session) -> int:
    """How many complaints wait."""
    return store.open_complaint_count(session)


MOST_AT_ONCE = 2000
"""More tasks than that at once nobody does; they would hide all others."""


def add_tasks(
    session: Session,
    people: Select[*tuple[Any, ...]],
    *,
    title: str,
    by: AccountId | None,
    at: datetime,
    due_on: date | None = None,
    assignee: AccountId | None = None,
) -> int:
    """The same thing to do for each of those people (a select of person_id); how many are new.

    Who has that very task open already gets no second one, so that twice is once. Nobody gets one whose data are kept
    and not used (art. 18): to call somebody is to use them. Raises `Invalid`.
    """
    return store.add_tasks(
        session,
        people,
        most=MOST_AT_ONCE,
        title=tidy_title(title),
        due_on=due_on,
        assignee=assignee,
        created_at=at,
        created_by=by,
    )


def add_task(
    session: Session,
    *,
    title: str,
    by: AccountId | None,
    at: datetime,
    due_on: date | None = None,
    assignee: AccountId | None = None,
    person_id: PersonId | None = None,
) -> Task:
    """Something to do, for one of us or for whoever comes first. Raises `Invalid`.

    It is about whom that person was merged into.
    """
    return store.add_task(
        session,
        title=tidy_title(title),
        due_on=due_on,
        assignee=assignee,
        person_id=None if person_id is None else people.held(session, person_id),
        interaction_id=None,
        created_at=at,
        created_by=by,
    )


def is_to_do(session: Session, title: str) -> bool:
    """Whether something of that very title is to be done already. Raises `Invalid`."""
    return store.is_to_do(session, tidy_title(title))


def task(session: Session, task_id: TaskId) -> Task:
    """One task. Raises `TaskMissing`."""
    found = store.find_task(session, task_id)
    if found is None:
        raise TaskMissing
    return found


def change_task(
    session: Session, task_id: TaskId, *, title: str, due_on: date | None, assignee: AccountId | None
) -> bool:
    """Says it anew, or gives it to somebody else; True if that changed anything. Raises `TaskMissing`, `Invalid`."""
    before, tidy = task(session, task_id), tidy_title(title)
    if (before.title, before.due_on, before.assignee) == (tidy, due_on, assignee):
        return False
    store.change_task(session, task_id, {"title": tidy, "due_on": due_on, "assignee": assignee})
    return True


def finish_task(session: Session, task_id: TaskId, *, by: AccountId | None, at: datetime) -> Task | None:
    """Done. None where somebody else was quicker. Raises `TaskMissing`."""
    found = store.find_task(session, task_id, lock=True)
    if found is None:
        raise TaskMissing
    if found.is_done:
        return None
    store.change_task(session, task_id, {"done_at": at, "done_by": by})
    return found


def reopen_task(session: Session, task_id: TaskId) -> Task:
    """Not done after all. Raises `TaskMissing`."""
    found = task(session, task_id)
    store.change_task(session, task_id, {"done_at": None, "done_by": None})
    return found


def remove_task(session: Session, task_id: TaskId, *, at: datetime) -> Task:
    """Not to be done any more; it can come back. Raises `TaskMissing`."""
    found = task(session, task_id)
    store.change_task(session, task_id, {"removed_at": at})
    return found


def restore_task(session: Session, task_id: TaskId) -> Task:
    """Brings a removed one back. Raises `TaskMissing`."""
    found = store.find_task(session, task_id, removed=True)
    if found is None:
        raise TaskMissing
    store.change_task(session, task_id, {"removed_at": None})
    return found


def open_tasks_of(session: Session, person_id: PersonId, *, size: int = 20) -> tuple[Task, ...]:
    """What is to be done for somebody, the most pressing first."""
    return store.open_tasks_of(session, person_id, size=size)


def tasks(
    session: Session,
    view: TaskView,
    *,
    account_id: AccountId,
    today: date,
    after: TaskId | None = None,
    size: int = 50,
) -> tuple[Task, ...]:
    """A page of one colleague's view: open ones the most pressing first, done ones the latest first."""
    return store.tasks(session, view, account_id=account_id, today=today, after=after, size=size)


def task_counts(session: Session, *, account_id: AccountId, today: date) -> TaskCounts:
    """How many wait in each view."""
    return store.task_counts(session, account_id=account_id, today=today)


def keep_draft(
    session: Session, *, account_id: AccountId, person_id: PersonId, fields: Mapping[str, str], at: datetime
) -> None:
    """Keeps what somebody is typing; nothing typed at all drops it."""
    left, kept = LONGEST_DRAFT, {}
    for name, text in fields.items():
        kept[name] = text[:left]
        left -= len(kept[name])
    person_id = people.held(session, person_id)
    if any(text.strip() for text in kept.values()):
        store.put_draft(session, account_id=account_id, person_id=person_id, fields=kept, at=at)
    else:
        store.drop_draft(session, account_id=account_id, person_id=person_id)


def draft(session: Session, *, account_id: AccountId, person_id: PersonId) -> Draft | None:
    """What that colleague was typing about somebody, if anything."""
    return store.find_draft(session, account_id=account_id, person_id=person_id)


def drop_draft(session: Session, *, account_id: AccountId, person_id: PersonId) -> None:
    """Throws it away."""
    store.drop_draft(session, account_id=account_id, person_id=person_id)


def drafts_of(session: Session, account_id: AccountId) -> tuple[PersonId, ...]:
    """About whom that colleague left something half typed, the latest first."""
    return store.drafts_of(session, account_id)


def latest_people(session: Session, account_id: AccountId, *, size: int = 8) -> tuple[PersonId, ...]:
    """With whom that colleague was in contact last."""
    return store.latest_people(session, account_id, size=size)
