"""Mails in doubt: how they come about, what a relay's log says about them, and a person's word on the rest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from crm.values.identifiers import DeliveryId, MailingId
from mailing.delivery import lease_store, queue_store, rules, store
from mailing.delivery.errors import DeliveryMissing, NotInDoubt
from mailing.delivery.model import (
    Delivery,
    DeliveryState,
    EventKind,
    MailingState,
    OutcomeKind,
    Reason,
    Reconciled,
    Recovered,
    RelayLog,
)
from mailing.delivery.tables import DeliveryRow

MOST = 1000
"""Rows settled in one transaction."""


def uncertain(
    session: Session, *, mailing_id: MailingId | None = None, after: DeliveryId | None = None, limit: int = MOST
) -> tuple[Delivery, ...]:
    """Mails that the relay may or may not have taken; each waits for its log or for a person."""
    wanted = [DeliveryRow.state == DeliveryState.UNCERTAIN]
    if mailing_id is not None:
        wanted.append(DeliveryRow.mailing_id == mailing_id)
    if after is not None:
        wanted.append(DeliveryRow.id > after)
    return store.deliveries(session, *wanted, limit=limit)


def recover(session: Session, now: datetime, *, most: int = MOST) -> Recovered:
    """Settles what a dead sender left: its claims are planned again, its tries are in doubt and never repeated blindly.

    A sender is taken for dead when its lease has run out.
    """
    claimed = lease_store.abandoned(session, now, DeliveryState.CLAIMED, most=most)
    if claimed:
        lease_store.take_back(session, [row for row, _ in claimed])
    attempting = lease_store.abandoned(session, now, DeliveryState.ATTEMPTING, most=most)
    if attempting:
        ids = [row for row, _ in attempting]
        lease_store.doubt(session, ids, reason=Reason.SENDER_STOPPED, now=now)
        queue_store.add_events(
            session.connection(),
            [
                queue_store.event(row, tries, EventKind.UNCERTAIN, now, Reason.SENDER_STOPPED)
                for row, tries in attempting
            ],
        )
    return Recovered(given_back=len(claimed), uncertain=len(attempting))


def reconcile(
    session: Session, now: datetime, log: RelayLog, grace: timedelta = rules.GRACE, *, limit: int = MOST
) -> Reconciled:
    """Settles mails in doubt by the relay's own log: taken, provably not taken (planned again), or still in doubt.

    Proof that a mail was not taken needs a log that goes on for `grace` after its sender was found dead.
    """
    accepted, again, still = 0, 0, 0
    after: DeliveryId | None = None
    while doubtful := uncertain(session, after=after, limit=limit):
        after = doubtful[-1].id
        times = _times(session, doubtful)
        for delivery in doubtful:
            attempted_at, doubted_at = times.get(delivery.id, (None, None))
            verdict = OutcomeKind.UNCERTAIN
            if attempted_at is not None and doubted_at is not None:
                verdict = rules.proof(
                    log, delivery.message_id, attempted_at=attempted_at, doubted_at=doubted_at, grace=grace
                )
            match verdict:
                case OutcomeKind.ACCEPTED:
                    queue_id = log.accepted[delivery.message_id]
                    _accept(session, delivery, EventKind.RECONCILED_ACCEPTED, queue_id, now)
                    accepted += 1
                case OutcomeKind.UNTRIED:
                    _plan_again(session, delivery, EventKind.RECONCILED_NOT_ACCEPTED, now)
                    again += 1
                case _:
                    still += 1
    return Reconciled(accepted=accepted, planned_again=again, still_uncertain=still)


def mark_accepted(session: Session, delivery_id: DeliveryId, *, now: datetime) -> None:
    """A person says that a mail in doubt was taken. Raises `DeliveryMissing`, `NotInDoubt`."""
    _accept(session, _doubtful(session, delivery_id), EventKind.MARKED_ACCEPTED, "", now)


def send_again(session: Session, delivery_id: DeliveryId, *, now: datetime) -> None:
    """A person says that a mail in doubt shall leave (perhaps twice). Raises `DeliveryMissing`, `NotInDoubt`."""
    _plan_again(session, _doubtful(session, delivery_id), EventKind.SENT_AGAIN, now)


def _doubtful(session: Session, delivery_id: DeliveryId) -> Delivery:
    found = store.deliveries(session, DeliveryRow.id == delivery_id, limit=1)
    if not found:
        raise DeliveryMissing
    return found[0]


def _accept(session: Session, delivery: Delivery, kind: EventKind, detail: str, now: datetime) -> None:
    if not lease_store.resolve(session, delivery.id, DeliveryState.ACCEPTED, now=now):
        raise NotInDoubt
    queue_store.add_events(session.connection(), [queue_store.event(delivery.id, delivery.attempts, kind, now, detail)])


def _plan_again(session: Session, delivery: Delivery, kind: EventKind, now: datetime) -> None:
    if not lease_store.resolve(session, delivery.id, DeliveryState.PLANNED, now=now):
        raise NotInDoubt
    queue_store.add_events(session.connection(), [queue_store.event(delivery.id, delivery.attempts, kind, now)])
    mailing = store.find_mailing(session, mailing_id=delivery.mailing_id, held=True)
    if mailing is not None and mailing.state is MailingState.DONE:
        store.change_mailing(session, mailing.id, state=MailingState.RUNNING, finished_at=None)


def _times(session: Session, doubtful: Sequence[Delivery]) -> dict[int, tuple[datetime | None, datetime | None]]:
    """When each mail's last try began, and when it came into doubt."""
    times: dict[int, tuple[datetime | None, datetime | None]] = {}
    for event in store.events(session, [delivery.id for delivery in doubtful]):
        began, _ = times.get(event.delivery_id, (None, None))
        if event.kind is EventKind.ATTEMPTING:
            times[event.delivery_id] = (event.at, None)
        elif event.kind is EventKind.UNCERTAIN:
            times[event.delivery_id] = (began, event.at)
    return times
