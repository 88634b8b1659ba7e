"""A person's own pace: a pause until a day, a letter so often at most. Nouns and their rules; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from crm.consent.model import Channel, Refusal, Way
from crm.values.calendar import brussels_day
from crm.values.identifiers import PersonId

LONGEST_PAUSE_DAYS = 366
"""Who wants silence for longer leaves: a pause that nobody remembers ends in a mail that nobody expects."""


class Rhythm(StrEnum):
    """How often somebody wants a letter of ours at most, all letters together."""

    EVERY_LETTER = "every-letter"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


QUIET_DAYS: dict[Rhythm, int | None] = {
    Rhythm.EVERY_LETTER: None,
    Rhythm.FORTNIGHTLY: 13,
    Rhythm.MONTHLY: 27,
    Rhythm.QUARTERLY: 89,
}
"""Days of silence after a letter: one less than the shortest such span, so that a letter which always leaves on the
same day of the month is not missed by an hour, nor by a February."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """What somebody declared last for a channel: silence until a day (letters come again on it), and a rhythm."""

    person_id: PersonId
    channel: Channel
    pause_until_on: date | None = None
    rhythm: Rhythm = Rhythm.EVERY_LETTER
    since_at: datetime | None = None

    def rests_until(self, day: date) -> date | None:
        """Until when letters rest, where they do on that day."""
        return self.pause_until_on if self.pause_until_on is not None and day < self.pause_until_on else None


@dataclass(frozen=True, kw_only=True, slots=True)
class PaceEvent:
    """One word about a pace, as recorded: what holds from then on, whole."""

    id: int
    person_id: PersonId
    channel: Channel
    pause_until_on: date | None
    rhythm: Rhythm
    way: Way
    occurred_at: datetime
    evidence: dict[str, Any] = field(default_factory=dict)


def standing(events: Iterable[PaceEvent]) -> PaceEvent | None:
    """The word that holds: the latest; at equal instants the quieter one, however they reached us."""
    return max(events, key=_weight, default=None)


def _weight(event: PaceEvent) -> tuple[datetime, date, int, int]:
    return event.occurred_at, event.pause_until_on or date.min, QUIET_DAYS[event.rhythm] or 0, -event.id


def held_back(pace: Pace | None, last_letter_at: datetime | None, at: datetime, *, is_owed: bool) -> Refusal | None:
    """Why a person's own pace keeps a letter back, or None.

    A rhythm says what we may come to owe; a mail that `is_owed` already is the letter it allowed. A pause stops both.
    """
    if pace is None:
        return None
    if pace.rests_until(brussels_day(at)) is not None:
        return Refusal.PAUSED
    quiet = QUIET_DAYS[pace.rhythm]
    if quiet is None or is_owed or last_letter_at is None:
        return None
    return Refusal.TOO_OFTEN if last_letter_at > at - timedelta(days=quiet) else None


def next_letter_on(pace: Pace | None, last_letter_at: datetime | None, today: date) -> date | None:
    """The first day on which a letter may come again; None where it may today."""
    if pace is None:
        return None
    days = [] if pace.pause_until_on is None else [pace.pause_until_on]
    quiet = QUIET_DAYS[pace.rhythm]
    if quiet is not None and last_letter_at is not None:
        days.append(brussels_day(last_letter_at) + timedelta(days=quiet + 1))
    return max((day for day in days if day > today), default=None)


def ends_of_pause(today: date) -> tuple[date, ...]:
    """The days a page offers for the end of a pause: in one, two, three and six months."""
    return tuple(_months_later(today, months) for months in (1, 2, 3, 6))


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))
