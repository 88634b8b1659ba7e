"""The door of delivery: launch an edition, owe a letter, stop and go on, give account."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from crm.foundation import presence
from crm.foundation.settings import Mail, Organisation
from crm.segments.catalogue import Catalogue
from crm.values.identifiers import (
    AccountId,
    DeliveryId,
    EditionId,
    MailingId,
    PersonId,
)
from mailing.composition import service as composition
from mailing.composition.model import Among, Audience, EditionState, Newsletter
from mailing.delivery import audience_store, audiences, lease_store, owing, postfix_log, queue_store, rules, store
from mailing.delivery.doubts import mark_accepted, reconcile, recover, send_again, uncertain
from mailing.delivery.errors import MailingMissing, MailingSettled
from mailing.delivery.mails import Post
from mailing.delivery.model import (
    Body,
    Delivery,
    DeliveryEvent,
    DeliveryPage,
    DeliveryState,
    Mailing,
    MailingKind,
    MailingState,
    MailingSummary,
    RefusedRecipient,
    RelayLog,
    Report,
    Switch,
)
from mailing.delivery.owing import enqueue_letter, enqueue_letters, enqueue_test, enqueue_to_colleague
from mailing.delivery.tables import DeliveryRow
from mailing.delivery.worker import Worker

OWED = presence.watch(DeliveryRow.person_id)

__all__ = [
    "Post",
    "Worker",
    "enqueue_letter",
    "enqueue_letters",
    "enqueue_test",
    "enqueue_to_colleague",
    "mark_accepted",
    "reconcile",
    "recover",
    "send_again",
    "uncertain",
]


def launch(
    session: Session,
    *,
    edition_id: EditionId,
    organisation: Organisation,
    mail: Mail,
    public_url: str,
    now: datetime,
    catalogue: Catalogue | None = None,
) -> Report:
    """Renders an approved edition, fixes who gets it, and lets it leave; the account of its mailing.

    `catalogue` says how a segment is asked, where the edition goes to one. Launching twice launches once. Raises
    `EditionNotReady` where the edition is not approved or was changed since, and
    `UnsafeHeader` where its headers cannot be written. Takes long for a transaction (one rendering, one row a reader).
    """
    launched = owing.launch(
        session,
        edition_id=edition_id,
        organisation=organisation,
        mail=mail,
        public_url=public_url,
        now=now,
        catalogue=catalogue,
    )
    return report(session, launched.id)


def foreseen(
    session: Session,
    newsletter: Newsletter,
    *,
    now: datetime,
    among: Among | None = None,
    catalogue: Catalogue | None = None,
) -> Audience:
    """Who would get an edition of that newsletter if it left now, to everybody or to those it looks among."""
    languages = rules.languages_of(newsletter, composition.newsletters(session))
    people = audiences.people(session, among, catalogue, at=now)
    return Audience(
        readers=audience_store.readers(session, newsletter.purpose, languages, now=now, among=people),
        left_out=audience_store.exclusions(session, newsletter.purpose, languages, now=now, among=people),
    )


def pause(session: Session, mailing_id: MailingId) -> None:
    """Nothing of this mailing leaves from now on, but what is on the wire. Raises `MailingSettled`."""
    _turn(session, mailing_id, MailingState.PAUSED, EditionState.PAUSED)


def resume(session: Session, mailing_id: MailingId) -> None:
    """A paused mailing goes on where it stopped. Raises `MailingSettled`."""
    _turn(session, mailing_id, MailingState.RUNNING, EditionState.SENDING)


def cancel(session: Session, mailing_id: MailingId, *, reason: str = "") -> None:
    """Nothing of this mailing leaves any more, for good. Raises `MailingSettled`. Its rows follow (`finish`)."""
    _turn(session, mailing_id, MailingState.CANCELLED, EditionState.CANCELLED, reason=reason)


def _turn(
    session: Session, mailing_id: MailingId, state: MailingState, edition: EditionState, *, reason: str = ""
) -> None:
    mailing = store.find_mailing(session, mailing_id=mailing_id, held=True)
    if mailing is None:
        raise MailingMissing
    if mailing.state is state:
        return
    if mailing.state in {MailingState.CANCELLED, MailingState.DONE}:
        raise MailingSettled
    store.change_mailing(session, mailing_id, state=state)
    if mailing.edition_id is not None:
        composition.mark(session, mailing.edition_id, edition, reason=reason)


def finish(session: Session, now: datetime, *, most: int = 2000) -> dict[str, int]:
    """Ends mailings of which nothing is to leave any more, and settles rows of cancelled ones, `most` in one go."""
    cancelled = lease_store.settle_cancelled(session, now, most=most)
    running = store.mailings(
        session, kind=MailingKind.EDITION, states=[MailingState.RUNNING, MailingState.PAUSED], limit=1000
    )
    left = store.counts(session, [mailing.id for mailing in running])
    done = [m for m in running if rules.account(m.state, left[m.id], {}, {}).finished]
    for mailing in done:
        store.change_mailing(session, mailing.id, state=MailingState.DONE, finished_at=now)
        if mailing.edition_id is not None:
            composition.mark(session, mailing.edition_id, EditionState.SENT)
    return {"finished": len(done), "cancelled": cancelled}


def read_relay_log(lines: Iterable[str], *, now: datetime, zone: tzinfo) -> RelayLog:
    """What a Postfix log proves; see `postfix_log.read`. Raises `LogUnreadable`."""
    return postfix_log.read(lines, now=now, zone=zone)


def set_switch(session: Session, *, is_open: bool, reason: str, by: AccountId | None, now: datetime) -> None:
    """Stops all sending, or lets it go on. It takes effect within two seconds."""
    store.put_switch(session, is_open=is_open, reason=reason, by=by, now=now)


def switch(session: Session) -> Switch:
    """May any mail leave at all?"""
    return store.switch(session)


def mailing(session: Session, mailing_id: MailingId) -> Mailing:
    """That mailing. Raises `MailingMissing`."""
    found = store.find_mailing(session, mailing_id=mailing_id)
    if found is None:
        raise MailingMissing
    return found


def find_mailing(session: Session, *, code: str | None = None, edition_id: EditionId | None = None) -> Mailing | None:
    """The mailing of that code or edition, or None."""
    return store.find_mailing(session, code=code, edition_id=edition_id) if code or edition_id else None


def subjects(session: Session, mailing_ids: Iterable[MailingId]) -> dict[int, str]:
    """What each of those mailings says in its subject."""
    return store.subjects(session, tuple(mailing_ids))


def mailings(
    session: Session,
    *,
    kind: MailingKind | None = None,
    states: Iterable[MailingState] | None = None,
    limit: int = 50,
) -> tuple[MailingSummary, ...]:
    """Mailings with their accounts, newest first; five queries however many there are."""
    found = store.mailings(session, kind=kind, states=states, limit=limit)
    return _summaries(session, found)


def report(session: Session, mailing_id: MailingId) -> Report:
    """The account of one mailing. Raises `MailingMissing`."""
    return summary(session, mailing_id).report


def summary(session: Session, mailing_id: MailingId) -> MailingSummary:
    """One mailing with its subject and its account. Raises `MailingMissing`."""
    return _summaries(session, (mailing(session, mailing_id),))[0]


def _summaries(session: Session, found: tuple[Mailing, ...]) -> tuple[MailingSummary, ...]:
    ids = [m.id for m in found]
    if not ids:
        return ()
    counts, reasons = store.counts(session, ids), store.reasons(session, ids)
    subjects, excluded = store.subjects(session, ids), store.excluded(session, ids)
    return tuple(
        MailingSummary(
            mailing=m,
            subject=subjects.get(m.id, ""),
            report=rules.account(m.state, counts[m.id], reasons.get(m.id, {}), excluded.get(m.id, {})),
        )
        for m in found
    )


def deliveries(
    session: Session,
    mailing_id: MailingId,
    *,
    state: DeliveryState | None = None,
    after: DeliveryId | None = None,
    size: int = 50,
) -> DeliveryPage:
    """A page of a mailing's deliveries, in the order they were planned."""
    wanted = [DeliveryRow.mailing_id == mailing_id]
    if state is not None:
        wanted.append(DeliveryRow.state == state)
    total = store.count_deliveries(session, *wanted)
    if after is not None:
        wanted.append(DeliveryRow.id > after)
    found = store.deliveries(session, *wanted, limit=size + 1)
    shown = found[:size]
    return DeliveryPage(deliveries=shown, total=total, next_after=shown[-1].id if len(found) > size else None)


def deliveries_to(session: Session, person_id: PersonId, *, limit: int = 50) -> tuple[Delivery, ...]:
    """What one person was sent or is owed, newest first."""
    if presence.nothing(session, OWED, person_id):
        return ()
    return store.deliveries(session, DeliveryRow.person_id == person_id, limit=limit, newest_first=True)


def find_delivery(session: Session, delivery_id: DeliveryId) -> Delivery | None:
    """That delivery, or None."""
    found = store.deliveries(session, DeliveryRow.id == delivery_id, limit=1)
    return found[0] if found else None


def last_event_at(session: Session) -> datetime | None:
    """When a sender last wrote anything down, about any mail; None before the first."""
    return queue_store.last_event_at(session)


def history(session: Session, delivery_id: DeliveryId) -> tuple[DeliveryEvent, ...]:
    """What happened to one delivery, try by try."""
    return store.events(session, [delivery_id])


def body_of(session: Session, delivery_id: DeliveryId) -> Body | None:
    """The words that were (or will be) sent, with their slots still open; None where there is no such delivery."""
    delivery = find_delivery(session, delivery_id)
    found = store.find_body(session, delivery.body_id) if delivery else None
    return None if found is None else found[1]


def common_body(session: Session, mailing_id: MailingId) -> Body | None:
    """The words of a mailing as readers without preferences of their own get them; None where there are none yet."""
    return store.common_body(session, mailing_id)


def refused_recipients(session: Session, *, after: int, limit: int = 500) -> tuple[RefusedRecipient, ...]:
    """Recipients our relay refused outright, of events numbered above `after`."""
    return store.refused_recipients(session, after=after, limit=limit)
