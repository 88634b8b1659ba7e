"""The nouns of supporter care: a note, an interaction, a task, a draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from crm.values.identifiers import AccountId, InteractionId, NoteId, PersonId, TaskId

LONGEST_TITLE = 200
LONGEST_TEXT = 5000


class InteractionKind(StrEnum):
    """How it passed."""

    CALL = "call"
    LETTER = "letter"
    VISIT = "visit"
    EMAIL = "email"
    MESSAGE = "message"


class Direction(StrEnum):
    """Who began."""

    IN = "in"
    OUT = "out"


class Complaint(StrEnum):
    """Whether it was a complaint, and whether it has been answered."""

    NONE = ""
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """Something worth knowing about somebody. A pinned one stands at the top of their page."""

    id: NoteId
    person_id: PersonId
    text: str
    is_pinned: bool
    written_at: datetime
    written_by: AccountId | None
    changed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Interaction:
    """One contact: what it was about, how it ended, who of us was there."""

    id: InteractionId
    person_id: PersonId
    kind: InteractionKind
    direction: Direction
    happened_at: datetime
    summary: str
    outcome: str
    complaint: Complaint
    recorded_at: datetime
    recorded_by: AccountId | None
    closed_at: datetime | None = None
    closed_by: AccountId | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """Something to do, for one of us or for whoever comes first. One that came out of a contact is a promise."""

    id: TaskId
    title: str
    due_on: date | None
    assignee: AccountId | None
    person_id: PersonId | None
    interaction_id: InteractionId | None
    created_at: datetime
    created_by: AccountId | None
    done_at: datetime | None = None
    done_by: AccountId | None = None

    @property
    def is_done(self) -> bool:
        return self.done_at is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Promise:
    """What was promised in a contact: a task that is about to be written."""

    title: str
    due_on: date | None = None
    assignee: AccountId | None = None


class TaskView(StrEnum):
    """Which tasks one looks at."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    LATE = "late"
    EVERYBODY = "everybody"
    DONE = "done"


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskCounts:
    """How many wait: mine, nobody's, and those whose day is over (mine or nobody's)."""

    mine: int
    unassigned: int
    late: int
    everybody: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What a colleague was typing about somebody, until they log it or throw it away."""

    account_id: AccountId
    person_id: PersonId
    fields: Mapping[str, str]
    kept_at: datetime
