"""The decisions of delivery: what a reply means, when to try again, who reads which edition, what a log proves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from crm.values.identifiers import NewsletterId
from crm.values.languages import Language
from mailing.composition.model import Newsletter
from mailing.delivery.model import (
    WAITING,
    DeliveryState,
    EventKind,
    MailingState,
    Outcome,
    OutcomeKind,
    Reason,
    RelayLog,
    Report,
)

RETRY_AFTER = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(minutes=120),
    timedelta(hours=6),
    timedelta(hours=24),
)
"""The pauses after the first, second, ... try that was put off; after the last of them we give up."""

GRACE = timedelta(seconds=60)
"""How long after a sender's end its relay may still be taking the mail in (a stalled disk, a slow filter)."""


def next_attempt(attempts: int, now: datetime) -> datetime | None:
    """When to try again after that many tries, or None to give up."""
    return now + RETRY_AFTER[attempts - 1] if 1 <= attempts <= len(RETRY_AFTER) else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Settlement:
    """What an outcome makes of a delivery. `counts`: the try is one of those after which we give up."""

    state: DeliveryState
    event: EventKind
    reason: str
    next_attempt_at: datetime | None
    settled: bool
    counts: bool = True


def settlement(outcome: Outcome, attempts: int, now: datetime) -> Settlement:
    """What to write down about a try that has ended; `attempts` counts this one."""
    match outcome.kind:
        case OutcomeKind.ACCEPTED:
            state, event = DeliveryState.ACCEPTED, EventKind.ACCEPTED
        case OutcomeKind.REFUSED:
            state, event = DeliveryState.REFUSED, EventKind.REFUSED
        case OutcomeKind.UNCERTAIN:
            state, event = DeliveryState.UNCERTAIN, EventKind.UNCERTAIN
        case OutcomeKind.UNTRIED:
            return Settlement(
                state=DeliveryState.PLANNED,
                event=EventKind.RETURNED,
                reason="",
                next_attempt_at=now,
                settled=False,
                counts=False,
            )
        case OutcomeKind.DEFERRED:
            again = next_attempt(attempts, now)
            if again is not None:
                return Settlement(
                    state=DeliveryState.DEFERRED,
                    event=EventKind.DEFERRED,
                    reason=outcome.reason,
                    next_attempt_at=again,
                    settled=False,
                )
            return Settlement(
                state=DeliveryState.REFUSED,
                event=EventKind.REFUSED,
                reason=Reason.GAVE_UP,
                next_attempt_at=None,
                settled=True,
            )
        case _:
            assert_never(outcome.kind)
    return Settlement(state=state, event=event, reason=outcome.reason, next_attempt_at=None, settled=True)


def reply_kind(code: int) -> OutcomeKind:
    """What a reply before (or a plain answer to) the final dot means: 2xx, 4xx, 5xx; all else is put off."""
    match code // 100:
        case 2:
            return OutcomeKind.ACCEPTED
        case 5:
            return OutcomeKind.REFUSED
        case _:
            return OutcomeKind.DEFERRED


def message_id(seed: str, person: int, occasion: str, domain: str) -> str:
    """The one Message-ID of a mail. `seed` is the mailing's; an edition's mails have the empty occasion.

    The audience of an edition gets the same text from SQL (`audience_store.freeze`): the two must agree.
    """
    mark = f".{hashlib.sha256(occasion.encode()).hexdigest()[:20]}" if occasion else ""
    return f"<{seed}.{person}{mark}@{domain}>"


def languages_of(newsletter: Newsletter, siblings: Iterable[Newsletter]) -> tuple[Language, ...] | None:
    """Which readers' languages a newsletter serves where several share a purpose; None means every language.

    Each serves its own. Languages that nobody serves go to the oldest of them, so that everyone who asked is written
    to, and nobody twice.
    """
    others = [s for s in siblings if s.is_active and s.purpose == newsletter.purpose and s.id != newsletter.id]
    served = {s.language for s in others if s.language is not newsletter.language}
    if not served:
        return None
    oldest: NewsletterId = min([newsletter.id, *(s.id for s in others)])
    if newsletter.id != oldest:
        return (newsletter.language,)
    return tuple(language for language in Language if language not in served)


def account(
    state: MailingState,
    counts: Mapping[DeliveryState, int],
    withheld_by_reason: Mapping[str, int],
    excluded: Mapping[str, int],
) -> Report:
    """The line of account from the number of rows in each state.

    What waits in a cancelled mailing counts as cancelled from the moment of the cancellation; its rows follow.
    """
    waiting = sum(counts.get(s, 0) for s in WAITING)
    deferred = counts.get(DeliveryState.DEFERRED, 0)
    cancelled = counts.get(DeliveryState.CANCELLED, 0)
    if state is MailingState.CANCELLED:
        leaving = counts.get(DeliveryState.ATTEMPTING, 0)
        cancelled, waiting, deferred = cancelled + waiting - leaving + deferred, leaving, 0
    return Report(
        recipients=sum(counts.values()),
        waiting=waiting,
        accepted=counts.get(DeliveryState.ACCEPTED, 0),
        deferred=deferred,
        refused=counts.get(DeliveryState.REFUSED, 0),
        withheld=counts.get(DeliveryState.WITHHELD, 0),
        uncertain=counts.get(DeliveryState.UNCERTAIN, 0),
        cancelled=cancelled,
        withheld_by_reason=dict(withheld_by_reason),
        excluded=dict(excluded),
    )


def proof(
    log: RelayLog, message: str, *, attempted_at: datetime, doubted_at: datetime, grace: timedelta
) -> OutcomeKind:
    """ACCEPTED where the log shows the mail taken; UNTRIED where it provably was not; else UNCERTAIN.

    "Provably not" needs a log that begins before the try and goes on for the grace after its sender gave up (or was
    found dead): a relay may still take a mail in when its sender is gone.
    """
    if message in log.accepted:
        return OutcomeKind.ACCEPTED
    if log.first_at is None or log.last_at is None:
        return OutcomeKind.UNCERTAIN
    if log.first_at <= attempted_at and log.last_at >= doubted_at + grace:
        return OutcomeKind.UNTRIED
    return OutcomeKind.UNCERTAIN
