"""One turn of a sender, in one transaction: record how mails ended, claim, look a last time, write ahead.

Nothing here talks to a relay. What a turn says was started may be handed over only after its transaction committed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from crm.consent.model import SERVICE, Refusal
from mailing.delivery import lease_store, queue_store, rules
from mailing.delivery.model import Claim, DeliveryState, EventKind, Outcome, OutcomeKind
from mailing.delivery.queue_store import Held
from mailing.rendering.model import Slot


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """How the try of a mail ended; `tries` counts it."""

    claim: Claim
    tries: int
    outcome: Outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What a sender wants from a turn.

    `unsure`: mails that an earlier turn chose, that surely never left, and that may or may not be written ahead.
    `idle`: how many mails could be handed over now. `claim`: how many more to claim. `urgent`: also look for mails more
    urgent than those held.
    """

    by: str
    now: datetime
    until: datetime
    endings: Sequence[Ending] = ()
    unsure: Sequence[Held] = ()
    held: Sequence[Claim] = ()
    idle: int = 0
    claim: int = 0
    urgent: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """What a turn did. `started`: mails written ahead, with the number of the try; `held`: what is still claimed."""

    started: tuple[tuple[Claim, int], ...] = ()
    held: tuple[Claim, ...] = ()
    claimed: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)


def take(connection: Connection, plan: Plan) -> Turn:
    """Takes the turn. Writes, commits nothing."""
    lease_store.give_back(connection, plan.unsure, by=plan.by, attempted=True)
    counts, events = _record(connection, plan.endings, plan.now)
    held, claimed = _claimed(connection, plan)
    running = queue_store.running(connection, {c.mailing_id for c in held}) if held else {}
    going = [c for c in held if c.mailing_id in running]
    kept = {c.id for c in going}
    lease_store.give_back(connection, [(c.id, c.fence) for c in held if c.id not in kept], by=plan.by)
    chosen, rest = going[: plan.idle], going[plan.idle :]
    started: list[tuple[Claim, int]] = []
    for purpose in dict.fromkeys(running[c.mailing_id] for c in chosen):
        of_purpose = [c for c in chosen if running[c.mailing_id] == purpose]
        tries = queue_store.attempt(
            connection, purpose=purpose, ids=[c.id for c in of_purpose], by=plan.by, now=plan.now, until=plan.until
        )
        for claim in of_purpose:
            fence, number = tries.get(claim.id, (None, 0))
            if fence is not None:
                started.append((claim if fence == claim.fence else replace(claim, fence=fence), number))
        if len(tries) < len(of_purpose):
            counts += _leave_out(connection, plan, purpose, [c for c in of_purpose if c.id not in tries])
    events += [queue_store.event(c.id, tries, EventKind.ATTEMPTING, plan.now) for c, tries in started]
    queue_store.add_events(connection, events)
    return Turn(started=tuple(started), held=tuple(rest), claimed=claimed, counts=counts)


def _claimed(connection: Connection, plan: Plan) -> tuple[list[Claim], int]:
    """What is held, with what was claimed now: urgent mails in front, others at the end."""
    held = list(plan.held)
    fresh: list[Claim] = []
    if plan.claim:
        fresh = queue_store.claim(connection, by=plan.by, now=plan.now, until=plan.until, most=plan.claim)
    elif plan.urgent and held:
        fresh = queue_store.claim(
            connection, by=plan.by, now=plan.now, until=plan.until, most=max(plan.idle, 1), below=held[0].priority
        )
    if fresh:
        taken_anew = {c.id for c in fresh}
        held = sorted([*(c for c in held if c.id not in taken_anew), *fresh], key=lambda c: c.priority)
    return held, len(fresh)


def _record(
    connection: Connection, endings: Sequence[Ending], now: datetime
) -> tuple[Counter[str], list[dict[str, Any]]]:
    """Writes down how mails ended, each once: what somebody else took over meanwhile is left as they have it."""
    if not endings:
        return Counter(), []
    ours = queue_store.still_open(connection, [e.claim.id for e in endings])
    accepted: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    emptied: list[int] = []
    counts: Counter[str] = Counter()
    for ending in endings:
        claim, outcome = ending.claim, ending.outcome
        if (claim.id, claim.fence) not in ours:
            continue
        settled = rules.settlement(outcome, ending.tries, now)
        counts[settled.state.value if settled.settled else outcome.kind.value] += 1
        events.append(queue_store.event(claim.id, ending.tries, settled.event, now, outcome.reply or outcome.reason))
        row: dict[str, Any] = {"row": claim.id, "new_reply": outcome.reply, "ended_at": now}
        if settled.state is DeliveryState.ACCEPTED:
            accepted.append(row)
        else:
            row |= {
                "new_state": settled.state,
                "new_reason": settled.reason,
                "new_attempts": ending.tries if settled.counts else ending.tries - 1,
                "again_at": settled.next_attempt_at or now,
                "ended_at": now if settled.settled else None,
            }
            others.append(row)
        if claim.values.keys() - {Slot.SOURCE_CODE} and settled.state in {
            DeliveryState.ACCEPTED,
            DeliveryState.REFUSED,
        }:
            emptied.append(claim.id)
    queue_store.accept(connection, accepted)
    queue_store.end(connection, others)
    queue_store.empty(connection, emptied)
    return counts, events


def _leave_out(connection: Connection, plan: Plan, purpose: str, claims: Sequence[Claim]) -> Counter[str]:
    """Withholds the mails that the last look stopped, each with its reason; what is no longer held is dropped."""
    found = queue_store.left_out(connection, purpose=purpose, ids=[c.id for c in claims], by=plan.by, now=plan.now)
    people: dict[int, int] = {c.id: c.person_id or 0 for c in claims}
    refusals: dict[int, str] = {}
    if purpose != SERVICE:
        stopped = {people[f.id] for f in found if not f.may_receive}
        refusals = queue_store.refusals(connection, purpose, stopped, now=plan.now)
    by_reason: dict[str, list[int]] = {}
    for one in found:
        if not one.is_held:
            continue
        if not one.may_receive:
            unknown = Refusal.SUPPRESSED if purpose == SERVICE else Refusal.NO_ADDRESS
            unknown = Refusal.DECEASED if one.is_deceased else unknown
            by_reason.setdefault(refusals.get(people[one.id], unknown), []).append(one.id)
        elif one.is_second:
            by_reason.setdefault(Refusal.MERGED, []).append(one.id)
    for reason, ids in by_reason.items():
        queue_store.withhold(connection, ids, reason=reason, now=plan.now)
        queue_store.add_events(
            connection, [queue_store.event(row, 0, EventKind.WITHHELD, plan.now, reason) for row in ids]
        )
    return Counter({DeliveryState.WITHHELD.value: sum(len(ids) for ids in by_reason.values())})


def untried(claim: Claim, tries: int, reason: str) -> Ending:
    """A mail that was written ahead and surely never left."""
    return Ending(claim=claim, tries=tries, outcome=Outcome(kind=OutcomeKind.UNTRIED, reason=reason))
