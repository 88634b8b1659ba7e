"""The nouns of data protection: what people ask, and by when they are answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from crm.values.identifiers import AccountId, PersonId


class RequestKind(StrEnum):
    """The rights of GDPR art. 15 to 21."""

    ACCESS = "access"
    PORTABILITY = "portability"
    RECTIFICATION = "rectification"
    OBJECTION = "objection"
    RESTRICTION = "restriction"
    ERASURE = "erasure"


class RequestWay(StrEnum):
    """How a request reached us."""

    WEB = "web"
    EMAIL = "e-mail"
    LETTER = "letter"
    PHONE = "phone"
    IN_PERSON = "in-person"


class RequestState(StrEnum):
    """Where a request stands. `declined`: answered with a no and its reason (art. 12(4))."""

    OPEN = "open"
    ANSWERED = "answered"
    DECLINED = "declined"
    TAKEN_BACK = "taken-back"


@dataclass(frozen=True, kw_only=True, slots=True)
class RightsRequest:
    """What somebody asked. `words` are theirs, and go when they are erased; `outcome` is what we told them.

    `due_on` is a month after it came, or three where the person was told why it takes longer (art. 12(3)).
    """

    id: int
    person_id: PersonId
    kind: RequestKind
    way: RequestWay
    words: str
    received_at: datetime
    due_on: date
    is_extended: bool
    state: RequestState
    outcome: str
    closed_at: datetime | None
    closed_by: AccountId | None

    @property
    def is_open(self) -> bool:
        return self.state is RequestState.OPEN


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """How many requests wait, and how many of them are past their day."""

    open: int
    late: int
