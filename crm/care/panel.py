"""What passed between somebody and us, on their page: what to know first, what was promised, every contact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from crm.care import rules, store, words
from crm.care.model import Complaint, Interaction
from crm.contracts.person_page import Look, Panel, PersonPanel, Place, TimelineEntry, TimelineSource
from crm.foundation.newest import Before
from crm.foundation.translation import N_, say
from crm.staff import service as staff
from crm.values.calendar import brussels_day

SOME_NOTES = 5
SOME_TASKS = 20


@dataclass(frozen=True, slots=True)
class PromisesPanel:
    """Open tasks and open complaints: what was promised and what waits for an answer."""

    key: str = "promises"
    order: int = 8
    place: Place = Place.MAIN
    permission: str = "supporters.read"

    def panel(self, session: Session, look: Look) -> Panel | None:
        """The most pressing first."""
        tasks = store.open_tasks_of(session, look.person_id, size=SOME_TASKS)
        complaints = store.open_complaints_of(session, look.person_id)
        names = {account.id: account.name for account in staff.accounts(session)} if tasks or complaints else {}
        today = brussels_day(look.now)
        return Panel(
            key=self.key,
            values={
                "person_id": look.person_id,
                "tasks": [
                    {
                        "id": task.id,
                        "title": task.title,
                        "due_on": task.due_on,
                        "is_late": rules.is_late(task, today),
                        "is_promise": task.interaction_id is not None,
                        "assignee": names.get(task.assignee, "") if task.assignee else "",
                    }
                    for task in tasks
                ],
                "complaints": [
                    {"id": one.id, "summary": one.summary, "happened_at": one.happened_at} for one in complaints
                ],
            },
        )


@dataclass(frozen=True, slots=True)
class NotesPanel:
    """The pinned notes, then the latest ones."""

    key: str = "notes"
    order: int = 20
    place: Place = Place.SIDE
    permission: str = "supporters.read"

    def panel(self, session: Session, look: Look) -> Panel | None:
        """Pinned first."""
        pinned = store.pinned_of(session, look.person_id)
        latest = store.notes_of(session, look.person_id, size=SOME_NOTES + len(pinned))
        others = [note for note in latest if not note.is_pinned][:SOME_NOTES]
        names = {account.id: account.name for account in staff.accounts(session)} if pinned or others else {}
        return Panel(
            key=self.key,
            values={
                "person_id": look.person_id,
                "notes": [
                    {
                        "id": note.id,
                        "lines": note.text.splitlines(),
                        "is_pinned": note.is_pinned,
                        "written_at": note.written_at,
                        "by": names.get(note.written_by, "") if note.written_by else "",
                    }
                    for note in (*pinned, *others)
                ],
            },
        )


@dataclass(frozen=True, slots=True)
class ContactsTimeline:
    """Calls, letters, visits, mails and messages, in whatever direction."""

    source: str = "contacts"
    kind: str = "contacts"
    label: str = N_("Échanges")
    permission: str = "supporters.read"

    def entries(self, session: Session, look: Look, *, before: Before | None, size: int) -> Sequence[TimelineEntry]:
        """Newest first."""
        found = store.interactions_of(session, look.person_id, before=before, size=size)
        return [_contact(one, look) for one in found]


def _contact(one: Interaction, look: Look) -> TimelineEntry:
    kind = say(look.language, words.KINDS[one.kind])
    title = f"{kind} {say(look.language, words.DIRECTIONS[one.direction])}"
    if one.complaint is not Complaint.NONE:
        title = f"{title} — {say(look.language, words.COMPLAINTS[one.complaint][0])}"
    return TimelineEntry(
        source="contacts",
        number=one.id,
        at=one.happened_at,
        title=title,
        text="\n".join(part for part in (one.summary, one.outcome and f"→ {one.outcome}") if part),
        shape={Complaint.OPEN: "stop", Complaint.CLOSED: "done"}.get(one.complaint, "note"),
        by=one.recorded_by,
    )


@dataclass(frozen=True, slots=True)
class NotesTimeline:
    """What the team wrote down."""

    source: str = "notes"
    kind: str = "contacts"
    label: str = N_("Échanges")
    permission: str = "supporters.read"

    def entries(self, session: Session, look: Look, *, before: Before | None, size: int) -> Sequence[TimelineEntry]:
        """Newest first."""
        return [
            TimelineEntry(
                source=self.source,
                number=note.id,
                at=note.written_at,
                title=say(look.language, N_("Note")),
                text=note.text,
                by=note.written_by,
            )
            for note in store.notes_of(session, look.person_id, before=before, size=size)
        ]


@dataclass(frozen=True, slots=True)
class TasksTimeline:
    """What was done for them."""

    source: str = "tasks"
    kind: str = "tasks"
    label: str = N_("Tâches")
    permission: str = "supporters.read"

    def entries(self, session: Session, look: Look, *, before: Before | None, size: int) -> Sequence[TimelineEntry]:
        """Newest first."""
        found = store.done_tasks_of(session, look.person_id, before=before, size=size)
        return [
            TimelineEntry(
                source=self.source,
                number=task.id,
                at=task.done_at,
                title=say(look.language, N_("Fait : %(task)s"), task=task.title),
                text=say(look.language, N_("Promesse tenue")) if task.interaction_id else "",
                shape="done",
                by=task.done_by,
            )
            for task in found
            if task.done_at is not None
        ]


PANELS: tuple[PersonPanel, ...] = (PromisesPanel(), NotesPanel())
TIMELINE: tuple[TimelineSource, ...] = (ContactsTimeline(), NotesTimeline(), TasksTimeline())
