"""The decisions of consent: where someone stands, and whether we may write. Pure; `selects.py` says the same in SQL."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import assert_never

from crm.consent.model import (
    SERVICE,
    Act,
    Confirmation,
    ConsentEvent,
    Refusal,
    Standing,
    Suppression,
    SuppressionCause,
    Verdict,
    Way,
)
from crm.consent.policy import BY_DEFAULT, Demand, Need

NO = frozenset({Act.REFUSED, Act.WITHDRAWN, Act.OBJECTED})
"""Words of the person's own that only a fresh word of theirs opens again."""

CAREFULNESS = {act: rank for rank, act in enumerate(Act)}
"""Which of two words said at the same instant is believed: the higher one."""

ADULT_AT = 18
"""Years of age from which the policies for adults hold."""

CLOSENESS = {
    Refusal.RESTRICTED: 13,
    Refusal.TOO_OFTEN: 12,
    Refusal.PAUSED: 11,
    Refusal.SUPPRESSED: 10,
    Refusal.NO_BASIS: 9,
    Refusal.NOT_CONFIRMED: 8,
    Refusal.EXPIRED: 7,
    Refusal.LEGACY: 6,
    Refusal.REFUSED: 5,
    Refusal.WITHDRAWN: 4,
    Refusal.OBJECTED: 3,
    Refusal.NO_ADDRESS: 2,
    Refusal.NEVER_ASKED: 1,
}
"""Somebody left out at several addresses is counted once, under the reason nearest to a yes."""


def carefulness(act: Act) -> int:
    """The rank of an act at equal instants: objected > withdrawn > refused > expired > given > requested."""
    return CAREFULNESS[act]


def _weight(event: ConsentEvent) -> tuple[datetime, int, bool, int]:
    return event.occurred_at, carefulness(event.act), event.way is not Way.CONFIRMATION, -event.id


def effective(events: Iterable[ConsentEvent]) -> tuple[ConsentEvent, ...]:
    """The events that count: neither annulled nor an annulment."""
    all_events = tuple(events)
    annulled = {e.annuls_id for e in all_events}
    return tuple(e for e in all_events if e.act is not Act.ANNULLED and e.id not in annulled)


def standing(events: Iterable[ConsentEvent]) -> ConsentEvent | None:
    """The event that has the last word among those of one person, purpose, channel and address.

    The latest one; at equal instants the most careful. A request, which anybody can make who knows an address, never
    lowers a yes nor lifts a no: it has the last word only where nothing else was said. What was imported without proof
    counts only where the person never decided themself. The order in which events reached us plays no part, and what
    was annulled never was.
    """
    all_events = effective(events)
    asked = max((e for e in all_events if e.act is Act.REQUESTED), key=_weight, default=None)
    imported = max((e for e in all_events if e.act is Act.IMPORTED), key=_weight, default=asked)
    return _decided(all_events) or imported


def open_request(events: Iterable[ConsentEvent]) -> ConsentEvent | None:
    """The wish of the same that waits for its confirmation: the latest, where no yes stands and no no came after it."""
    all_events = effective(events)
    asked = max((e for e in all_events if e.act is Act.REQUESTED), key=_weight, default=None)
    decided = _decided(all_events)
    if asked is None or decided is None:
        return asked
    return asked if decided.act is not Act.GIVEN and asked.occurred_at > decided.occurred_at else None


def _decided(events: Iterable[ConsentEvent]) -> ConsentEvent | None:
    return max((e for e in events if e.act not in (Act.REQUESTED, Act.IMPORTED)), key=_weight, default=None)


def adults_born_by(day: date) -> date:
    """Who was born on that day or before is eighteen on `day`."""
    return day.replace(year=day.year - ADULT_AT, day=28 if (day.month, day.day) == (2, 29) else day.day)


def is_minor(birth_on: date | None, day: date, *, said_so: bool = False) -> bool:
    """True where someone is not yet eighteen on `day`: by their day of birth, or where none is known by their word."""
    return said_so if birth_on is None else birth_on > adults_born_by(day)


def combined(own: Standing | None, everywhere: Standing | None) -> Standing | None:
    """Where someone stands at an address: what they said of it, and of every address of that channel, as one word.

    The later one, at equal instants the more careful; what neither asks nor imports gives way to what was decided.
    """
    if own is None or everywhere is None:
        return own or everywhere
    return max(own, everywhere, key=_authority)


def _authority(stands: Standing) -> tuple[bool, bool, datetime, int, bool]:
    decided = stands.act not in {Act.REQUESTED, Act.IMPORTED}
    return decided, stands.act is Act.IMPORTED, stands.since_at, carefulness(stands.act), stands.address_key != ""


def verdict(
    *,
    purpose: str,
    standing: Standing | None,
    suppressions: Collection[Suppression],
    reachable: bool,
    merged: bool = False,
    deceased: bool = False,
    restricted: bool = False,
    demands: Collection[Demand] = (BY_DEFAULT,),
    at: datetime | None = None,
    held_back: Refusal | None = None,
) -> Verdict:
    """May we write to this person, at this address, for this purpose?

    `standing` is `combined`; `demands` are those of the policies in force on the person, any of which is enough.
    `suppressions` are those of the address, `reachable` says that it is a living address of that person. A yes given
    through a confirmation link after a complaint or a colleague's suppression outranks it, for that purpose and
    address only; no other word does. A dead address stops everything, as does a death; owed mail (`SERVICE`) minds
    nothing else, so that whoever had their data frozen (`restricted`, GDPR art. 18) still gets our answer. `at` may be
    left out where no demand minds age. `held_back` is what the person's own pace says (`pace.held_back`); it is the
    reason only where all the rest is a yes.
    """
    dead = any(s.cause is SuppressionCause.DEAD_ADDRESS for s in suppressions)
    if deceased or (merged and purpose != SERVICE):
        return Verdict(refusal=Refusal.MERGED if merged and purpose != SERVICE else Refusal.DECEASED)
    if purpose == SERVICE:
        return Verdict(refusal=Refusal.SUPPRESSED if dead else None)
    if restricted:
        return Verdict(refusal=Refusal.RESTRICTED)
    if not any(_satisfied(demand, standing, at) for demand in demands):
        return Verdict(refusal=_lacking(standing, demands))
    outranks = standing is not None and standing.is_confirmed
    if dead or any(not (outranks and standing and standing.since_at > s.since_at) for s in suppressions):
        return Verdict(refusal=Refusal.SUPPRESSED)
    return Verdict(refusal=held_back if reachable else Refusal.NO_ADDRESS)


def _satisfied(demand: Demand, standing: Standing | None, at: datetime | None) -> bool:
    act = standing.act if standing else None
    match demand.need:
        case Need.NEVER:
            return False
        case Need.NO_OBJECTION:
            return act not in NO
        case Need.CONFIRMED:
            enough = standing is not None and standing.is_confirmed
        case Need.CONSENT:
            enough = act is Act.GIVEN
        case Need.LEGACY:
            enough = act in {Act.GIVEN, Act.IMPORTED}
        case _:
            assert_never(demand.need)
    if demand.longest_days is None or standing is None or at is None:
        return enough
    return enough and standing.since_at >= at - timedelta(days=demand.longest_days)


def _lacking(standing: Standing | None, demands: Collection[Demand]) -> Refusal:
    """Why what was said is not enough."""
    if standing is not None and (refusal := OWN_WORD[standing.act]):
        return refusal
    if all(demand.need is Need.NEVER for demand in demands):
        return Refusal.NO_BASIS
    if standing is None:
        return Refusal.NEVER_ASKED
    if not standing.is_confirmed and all(demand.need in {Need.CONFIRMED, Need.NEVER} for demand in demands):
        return Refusal.NOT_CONFIRMED
    return Refusal.EXPIRED


OWN_WORD = {
    Act.ANNULLED: Refusal.NEVER_ASKED,
    Act.IMPORTED: Refusal.LEGACY,
    Act.EXPIRED: Refusal.EXPIRED,
    Act.OBJECTED: Refusal.OBJECTED,
    Act.REQUESTED: Refusal.NOT_CONFIRMED,
    Act.GIVEN: None,
    Act.REFUSED: Refusal.REFUSED,
    Act.WITHDRAWN: Refusal.WITHDRAWN,
}
"""What each last word means for writing; None where it is a yes."""


def nearest(verdicts: Iterable[Verdict]) -> Verdict:
    """One verdict for a person out of those for each of their addresses: allowed if any is, else the nearest reason."""
    refusals = []
    for one in verdicts:
        if one.refusal is None or one.refusal in {Refusal.MERGED, Refusal.DECEASED}:
            return one
        refusals.append(one.refusal)
    return Verdict(refusal=max(refusals, key=CLOSENESS.__getitem__, default=Refusal.NEVER_ASKED))


def confirmation(history: Iterable[ConsentEvent], request_id: int) -> Confirmation:
    """What confirming that request would do, given all events of its person, purpose, channel and address.

    It counts while neither a no nor a yes came after the request. A later withdrawal overtakes it for ever: an old
    letter never signs anybody up again, even where a newer request is open (that one has its own letter).
    """
    events = effective(history)
    request = next((e for e in events if e.id == request_id and e.act is Act.REQUESTED), None)
    if request is None:
        return Confirmation.OVERTAKEN
    if any(e.act in NO and e.occurred_at >= request.occurred_at for e in events):
        return Confirmation.OVERTAKEN
    if any(e.act is Act.GIVEN and e.occurred_at >= request.occurred_at for e in events):
        return Confirmation.ALREADY
    return Confirmation.COUNTS
