"""SQL of supporter care."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from crm.care.model import (
    Complaint,
    Direction,
    Draft,
    Interaction,
    InteractionKind,
    Note,
    Task,
    TaskCounts,
    TaskView,
)
from crm.care.tables import DraftRow, InteractionRow, NoteRow, TaskRow
from crm.consent.restriction_selects import restricted
from crm.foundation import presence
from crm.foundation.newest import Before, newest
from crm.staff import selects as accounts
from crm.values.identifiers import AccountId, InteractionId, NoteId, PersonId, TaskId

_TASKS, _NOTES = presence.watch(TaskRow.person_id), presence.watch(NoteRow.person_id)
_INTERACTIONS = presence.watch(InteractionRow.person_id)


def add_note(session: Session, *, person_id: int, text: str, is_pinned: bool, at: datetime, by: int | None) -> Note:
    """One more note."""
    row = NoteRow(person_id=person_id, text=text, is_pinned=is_pinned, written_at=at, written_by=by)
    session.add(row)
    session.flush()
    return _note(row)


def find_note(session: Session, note_id: int, *, removed: bool = False) -> Note | None:
    """One note; a removed one only where asked for."""
    row = session.get(NoteRow, note_id)
    return None if row is None or (row.removed_at is not None) is not removed else _note(row)


def notes_of(session: Session, person_id: int, *, before: Before | None = None, size: int) -> tuple[Note, ...]:
    """The notes about somebody, newest first."""
    if presence.nothing(session, _NOTES, person_id):
        return ()
    query = select(NoteRow).where(NoteRow.person_id == person_id, NoteRow.removed_at.is_(None))
    return tuple(_note(row) for row in session.scalars(newest(query, NoteRow.written_at, NoteRow.id, before, size)))


def pinned_of(session: Session, person_id: int) -> tuple[Note, ...]:
    """What one should know first, newest first."""
    if presence.nothing(session, _NOTES, person_id):
        return ()
    query = select(NoteRow).where(
        NoteRow.person_id == person_id, NoteRow.removed_at.is_(None), NoteRow.is_pinned.is_(True)
    )
    return tuple(_note(row) for row in session.scalars(query.order_by(NoteRow.id.desc()).limit(20)))


def change_note(session: Session, note_id: int, values: Mapping[str, Any]) -> None:
    """Writes columns of one note."""
    _change(session.get_one(NoteRow, note_id), values)
    session.flush()


def add_interaction(session: Session, **facts: Any) -> Interaction:
    """One more contact; `facts` are the columns by name."""
    row = InteractionRow(**facts)
    session.add(row)
    session.flush()
    return _interaction(row)


def find_interaction(session: Session, interaction_id: int, *, removed: bool = False) -> Interaction | None:
    """One contact; a removed one only where asked for."""
    row = session.get(InteractionRow, interaction_id)
    return None if row is None or (row.removed_at is not None) is not removed else _interaction(row)


def interactions_of(
    session: Session, person_id: int, *, before: Before | None = None, size: int
) -> tuple[Interaction, ...]:
    """The contacts with somebody, newest first."""
    if presence.nothing(session, _INTERACTIONS, person_id):
        return ()
    query = select(InteractionRow).where(InteractionRow.person_id == person_id, InteractionRow.removed_at.is_(None))
    rows = session.scalars(newest(query, InteractionRow.happened_at, InteractionRow.id, before, size))
    return tuple(_interaction(row) for row in rows)


def change_interaction(session: Session, interaction_id: int, values: Mapping[str, Any]) -> None:
    """Writes columns of one contact."""
    _change(session.get_one(InteractionRow, interaction_id), values)
    session.flush()


def open_complaints(session: Session, *, after: int = 0, size: int) -> tuple[Interaction, ...]:
    """Complaints that wait for an answer, oldest first."""
    query = select(InteractionRow).where(
        InteractionRow.complaint == Complaint.OPEN, InteractionRow.removed_at.is_(None), InteractionRow.id > after
    )
    return tuple(_interaction(row) for row in session.scalars(query.order_by(InteractionRow.id).limit(size)))


def open_complaints_of(session: Session, person_id: int) -> tuple[Interaction, ...]:
    """Those of one person, oldest first."""
    if presence.nothing(session, _INTERACTIONS, person_id):
        return ()
    row = InteractionRow
    query = select(row).where(row.person_id == person_id, row.complaint == Complaint.OPEN, row.removed_at.is_(None))
    return tuple(_interaction(one) for one in session.scalars(query.order_by(row.id).limit(20)))


def open_complaint_count(session: Session) -> int:
    """How many wait for an answer."""
    query = select(func.count()).select_from(InteractionRow)
    query = query.where(InteractionRow.complaint == Complaint.OPEN, InteractionRow.removed_at.is_(None))
    return session.scalar(query) or 0


def add_task(session: Session, **facts: Any) -> Task:
    """One more task; `facts` are the columns by name."""
    row = TaskRow(**facts)
    session.add(row)
    session.flush()
    return _task(row)


def is_to_do(session: Session, title: str) -> bool:
    """Whether a task of that title is open."""
    row = TaskRow
    there = select(row.id).where(row.title == title, row.done_at.is_(None), row.removed_at.is_(None)).limit(1)
    return session.scalar(there) is not None


def add_tasks(session: Session, people: Select[*tuple[Any, ...]], *, most: int, **facts: Any) -> int:
    """The same task for each of those people who have none of that title open, in one statement; how many.

    Whose data are kept and not used (art. 18) get none.
    """
    row, whom = TaskRow, people.subquery("whom")
    has_one = select(literal(1)).where(
        row.person_id == whom.c.person_id, row.title == facts["title"], row.done_at.is_(None), row.removed_at.is_(None)
    )
    columns = row.__table__.c
    said = [literal(value, columns[name].type).label(name) for name, value in facts.items()]
    wanted = select(whom.c.person_id, *said).where(~has_one.exists(), ~restricted(whom.c.person_id))
    wanted = wanted.order_by(whom.c.person_id).limit(most)
    found = session.execute(insert(row).from_select(["person_id", *facts], wanted))
    return int(found.rowcount)  # type: ignore[attr-defined] # of an INSERT


def find_task(session: Session, task_id: int, *, removed: bool = False, lock: bool = False) -> Task | None:
    """One task; a removed one only where asked for."""
    row = session.get(TaskRow, task_id, with_for_update=lock or None, populate_existing=lock)
    return None if row is None or (row.removed_at is not None) is not removed else _task(row)


def change_task(session: Session, task_id: int, values: Mapping[str, Any]) -> None:
    """Writes columns of one task."""
    _change(session.get_one(TaskRow, task_id), values)
    session.flush()


def remove_promises(session: Session, interaction_id: int, *, at: datetime) -> None:
    """Takes away what was promised in a contact and is not done, at the very instant at which the contact goes."""
    promises = update(TaskRow).where(TaskRow.interaction_id == interaction_id, *_open())
    session.execute(promises.values(removed_at=at).execution_options(synchronize_session="fetch"))


def restore_promises(session: Session, interaction_id: int) -> None:
    """Brings back those that went with the contact."""
    row = session.get_one(InteractionRow, interaction_id)
    promises = update(TaskRow).where(TaskRow.interaction_id == interaction_id, TaskRow.removed_at == row.removed_at)
    session.execute(promises.values(removed_at=None).execution_options(synchronize_session="fetch"))


def open_tasks_of(session: Session, person_id: int, *, size: int) -> tuple[Task, ...]:
    """What is to be done for somebody, the most pressing first."""
    if presence.nothing(session, _TASKS, person_id):
        return ()
    query = select(TaskRow).where(TaskRow.person_id == person_id, *_open())
    return tuple(_task(row) for row in session.scalars(query.order_by(*_pressing()).limit(size)))


def done_tasks_of(session: Session, person_id: int, *, before: Before | None = None, size: int) -> tuple[Task, ...]:
    """What was done for somebody, newest first."""
    if presence.nothing(session, _TASKS, person_id):
        return ()
    query = select(TaskRow).where(
        TaskRow.person_id == person_id, TaskRow.removed_at.is_(None), TaskRow.done_at.is_not(None)
    )
    return tuple(_task(row) for row in session.scalars(newest(query, TaskRow.done_at, TaskRow.id, before, size)))


def tasks(
    session: Session, view: TaskView, *, account_id: int, today: date, after: int | None, size: int
) -> tuple[Task, ...]:
    """A page of one view; open ones the most pressing first, done ones the latest first. `after` is a task's number."""
    query = select(TaskRow).where(*_of_view(view, account_id, today))
    if view is TaskView.DONE:
        last = session.get(TaskRow, after) if after else None
        edge = Before(last.done_at, last.id) if last and last.done_at else None
        return tuple(_task(row) for row in session.scalars(newest(query, TaskRow.done_at, TaskRow.id, edge, size)))
    last = session.get(TaskRow, after) if after else None
    if last is not None:
        query = query.where(_after(last))
    return tuple(_task(row) for row in session.scalars(query.order_by(*_pressing()).limit(size)))


def task_counts(session: Session, *, account_id: int, today: date) -> TaskCounts:
    """How many wait in each view, in one query."""
    views = (TaskView.MINE, TaskView.UNASSIGNED, TaskView.LATE, TaskView.EVERYBODY)
    counted = [func.count().filter(and_(*_of_view(view, account_id, today))) for view in views]
    found = tuple(session.execute(select(*counted).select_from(TaskRow).where(*_open())).one())
    return TaskCounts(mine=found[0], unassigned=found[1], late=found[2], everybody=found[3])


def put_draft(session: Session, *, account_id: int, person_id: int, fields: Mapping[str, str], at: datetime) -> None:
    """Keeps what somebody is typing, in the place of what they typed before."""
    row = session.get(DraftRow, (account_id, person_id))
    if row is None:
        row = DraftRow(account_id=account_id, person_id=person_id)
        session.add(row)
    row.fields, row.kept_at = dict(fields), at
    session.flush()


def find_draft(session: Session, *, account_id: int, person_id: int) -> Draft | None:
    """What that colleague was typing about somebody."""
    row = session.get(DraftRow, (account_id, person_id))
    if row is None:
        return None
    return Draft(
        account_id=AccountId(row.account_id), person_id=PersonId(row.person_id), fields=row.fields, kept_at=row.kept_at
    )


def drop_draft(session: Session, *, account_id: int, person_id: int) -> None:
    """It was logged, or thrown away."""
    row = session.get(DraftRow, (account_id, person_id))
    if row is not None:
        session.delete(row)
        session.flush()


def drafts_of(session: Session, account_id: int) -> tuple[PersonId, ...]:
    """About whom that colleague left something half typed, the latest first."""
    query = select(DraftRow.person_id).where(DraftRow.account_id == account_id).order_by(DraftRow.kept_at.desc())
    return tuple(PersonId(person_id) for person_id in session.scalars(query.limit(20)))


def latest_people(session: Session, account_id: int, *, size: int) -> tuple[PersonId, ...]:
    """With whom that colleague was in contact last."""
    row = InteractionRow
    query = (
        select(row.person_id)
        .where(row.recorded_by == account_id, row.removed_at.is_(None))
        .group_by(row.person_id)
        .order_by(func.max(row.id).desc())
    )
    return tuple(PersonId(person_id) for person_id in session.scalars(query.limit(size)))


def _open() -> tuple[ColumnElement[bool], ...]:
    return TaskRow.done_at.is_(None), TaskRow.removed_at.is_(None)


def _of_view(view: TaskView, account_id: int, today: date) -> Collection[ColumnElement[bool]]:
    match view:
        case TaskView.MINE:
            return (*_open(), TaskRow.assignee == account_id)
        case TaskView.UNASSIGNED:
            return (*_open(), _of_nobody())
        case TaskView.LATE:
            mine = or_(TaskRow.assignee == account_id, _of_nobody())
            return (*_open(), TaskRow.due_on < today, mine)
        case TaskView.EVERYBODY:
            return _open()
        case TaskView.DONE:
            return TaskRow.removed_at.is_(None), TaskRow.done_at.is_not(None), TaskRow.done_by == account_id


def _of_nobody() -> ColumnElement[bool]:
    """Given to nobody, or to a colleague whose account is closed by now."""
    return or_(TaskRow.assignee.is_(None), TaskRow.assignee.in_(accounts.closed()))


def _pressing() -> Sequence[Any]:
    """Those with a day first, in the order of their days; the others in the order they came."""
    return TaskRow.due_on.is_(None), TaskRow.due_on, TaskRow.id


def _after(last: TaskRow) -> ColumnElement[bool]:
    later = and_(TaskRow.due_on.is_(None), TaskRow.id > last.id)
    if last.due_on is None:
        return later
    return or_(
        TaskRow.due_on.is_(None),
        TaskRow.due_on > last.due_on,
        and_(TaskRow.due_on == last.due_on, TaskRow.id > last.id),
    )


def _change(row: Any, values: Mapping[str, Any]) -> None:
    for column, value in values.items():
        setattr(row, column, value)


def _account(number: int | None) -> AccountId | None:
    return None if number is None else AccountId(number)


def _note(row: NoteRow) -> Note:
    return Note(
        id=NoteId(row.id),
        person_id=PersonId(row.person_id),
        text=row.text,
        is_pinned=row.is_pinned,
        written_at=row.written_at,
        written_by=_account(row.written_by),
        changed_at=row.changed_at,
    )


def _interaction(row: InteractionRow) -> Interaction:
    return Interaction(
        id=InteractionId(row.id),
        person_id=PersonId(row.person_id),
        kind=InteractionKind(row.kind),
        direction=Direction(row.direction),
        happened_at=row.happened_at,
        summary=row.summary,
        outcome=row.outcome,
        complaint=Complaint(row.complaint),
        recorded_at=row.recorded_at,
        recorded_by=_account(row.recorded_by),
        closed_at=row.closed_at,
        closed_by=_account(row.closed_by),
    )


def _task(row: TaskRow) -> Task:
    return Task(
        id=TaskId(row.id),
        title=row.title,
        due_on=row.due_on,
        assignee=_account(row.assignee),
        person_id=None if row.person_id is None else PersonId(row.person_id),
        interaction_id=None if row.interaction_id is None else InteractionId(row.interaction_id),
        created_at=row.created_at,
        created_by=_account(row.created_by),
        done_at=row.done_at,
        done_by=_account(row.done_by),
    )
