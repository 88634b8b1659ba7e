"""Nouns of memberships. What holds on a day is reckoned from fees that came and stayed, never written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from crm.values.identifiers import AccountId, AssemblyId, GiftId, MembershipId, PersonId

ORDINARY = "member"
"""The kind of whoever is a member and nothing more was said."""


class State(StrEnum):
    """Where a membership stands on a day."""

    AWAITED = "awaited"
    IN_FORCE = "in-force"
    GRACE = "grace"
    LAPSED = "lapsed"
    RESIGNED = "resigned"


class LeaveReason(StrEnum):
    """Why somebody is a member no more."""

    MONEY = "money"
    DISAGREES = "disagrees"
    MOVED = "moved"
    UNEXPLAINED = "unexplained"
    HOUSEHOLD = "household"
    DECEASED = "deceased"
    EXCLUDED = "excluded"
    MISTAKE = "mistake"


class Source(StrEnum):
    """How we came to know a membership: somebody signed, or a fee came by itself."""

    OFFICE = "office"
    FEES = "fees"


class RemindWay(StrEnum):
    """How a reminder left; `in-vain`: by a mail that reached nobody."""

    MAIL = "mail"
    LETTER = "letter"
    IN_VAIN = "in-vain"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """What a kind of membership costs from a day on, and for how many months. No amount: whatever is paid as a fee.

    No months: it asks no fee at all, as an honorary one, and is in force until somebody ends it.
    """

    kind: str
    from_on: date
    fee_cents: int
    months: int

    @property
    def is_free(self) -> bool:
        return self.months == 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A kind of membership under its name, with its rates, the oldest first; whether its members vote."""

    code: str
    name: str
    is_open: bool
    rates: tuple[Rate, ...]
    votes: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class HouseRules:
    """What the statutes say from a day on.

    `grace_months` after the last paid day somebody still is a member; a reminder leaves `remind_days` before that day;
    one member represents `proxies_most` others at an assembly.
    """

    from_on: date
    grace_months: int
    remind_days: int
    proxies_most: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Fee:
    """A fee line that came and stayed, and the months it pays for."""

    line_id: int
    gift_id: GiftId
    person_id: PersonId
    paid_on: date
    cents: int
    months: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """The time that a fee pays for; `until_on` is the first day that it does not."""

    fee: Fee
    from_on: date
    until_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Somebody's part in a membership: who pays it, or shares it as one of the household."""

    id: int
    person_id: PersonId
    is_holder: bool
    since_on: date | None
    until_on: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Membership:
    """One membership. `paid_until_on` is the first day that no fee pays for; None where none came, or `is_free`."""

    id: MembershipId
    kind: str
    source: Source
    holder_id: PersonId
    joined_on: date | None
    paid_until_on: date | None
    ended_on: date | None
    end_reason: LeaveReason | None
    state: State
    people: int
    is_free: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class WholeMembership:
    """A membership with its people, what it was and is, the time its fees paid for, and the reminders that left."""

    membership: Membership
    end_note: str
    parts: tuple[Part, ...]
    terms: tuple[tuple[date, str], ...]
    periods: tuple[Period, ...]
    reminders: tuple[Reminder, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reminder:
    """That somebody was told that their membership runs until a day."""

    until_on: date
    way: RemindWay
    reminded_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which memberships a list shows, as they stand on a day."""

    on: date
    state: State | None = None
    kind: str = ""
    joined_since_on: date | None = None
    person_id: PersonId | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """What the memberships of a list come to: how many, of how many people, how many of each state and kind."""

    memberships: int
    people: int
    by_state: Mapping[State, int]
    by_kind: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """A membership that runs out soon and whose holder is to be told."""

    membership_id: MembershipId
    person_id: PersonId
    until_on: date
    fee_cents: int
    is_in_vain: bool = False
    """A mail told them so already, and reached nobody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Assembly:
    """A general assembly: whoever is a member on `voters_on` votes."""

    id: AssemblyId
    title: str
    held_on: date
    place: str
    agenda: str
    voters_on: date
    convoked_at: datetime | None
    convoked_by: AccountId | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """How many voters were asked to come, by which way; how many wait for which; whom no way leads to."""

    mailed: int = 0
    lettered: int = 0
    to_mail: int = 0
    to_letter: int = 0
    unreached: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Letters that were made together, at an instant."""

    made_at: datetime
    letters: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Proxy:
    """Who votes for whom at an assembly."""

    giver_id: PersonId
    holder_id: PersonId


@dataclass(frozen=True, kw_only=True, slots=True)
class Voter:
    """Somebody who votes: since when a member, until when paid; `holder_id` votes for them where they said so.

    `paid_until_on` is None where no fee is asked of them.
    """

    person_id: PersonId
    membership_id: MembershipId | None
    joined_on: date
    paid_until_on: date | None
    name: str
    member_number: str
    convoked_at: datetime | None
    convoked_by_way: RemindWay | None
    holder_id: PersonId | None
