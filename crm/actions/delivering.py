"""Signatures handed over: who may be, in which list they left, to whom and on which day; what a signer says of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, false, func, or_, select, update
from sqlalchemy.orm import Session

from crm.actions import delivery_store, rules, store
from crm.actions.errors import (
    DayWrong,
    DeliveryMissing,
    DeliveryUndecided,
    NobodyToDeliver,
    OwnDelivery,
    SignatureMissing,
    TooManyToDeliver,
)
from crm.actions.model import Call, DeliveryState, SignatureDelivery
from crm.actions.tables import DeliveryWordRow, SignatureDeliveryRow, SignatureRow
from crm.consent.restriction_selects import restricted
from crm.foundation.database import hold
from crm.people import contacts
from crm.people import service as people
from crm.privacy import limits
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, CallId, PersonId, SignatureId
from crm.values.languages import Language

AT_ONCE = 1000
LONGEST_RECIPIENT = 200
TELLING = (DeliveryState.MADE, DeliveryState.DELIVERED)


def say(
    session: Session,
    signature_id: SignatureId,
    *,
    allowed: bool,
    source: str,
    at: datetime,
    said_at: datetime | None = None,
    words: str = "",
    language: Language = Language.FR,
    by: AccountId | None = None,
) -> bool:
    """Keeps what a signer says of handing their name over; the last word stands. True if it is another than before.

    `said_at`: when they said it, where that is not now: what arrives late undoes no later word. A no is said of every
    signature that was folded into this one in a merge: whoever it was, it is heard. Raises SignatureMissing.
    """
    group = delivery_store.group(session, signature_id)
    if not group:
        raise SignatureMissing
    stands, *folded = group
    hold(session, f"act {stands.petition_id} {stands.person_id}")
    session.refresh(stands)
    before = stands.may_deliver
    meant = [stands] if allowed else group
    if before == allowed and said_at is None:
        # A no that stands may be the word of one of those who became one: the others have it from now on, too.
        meant = [] if allowed or not folded else delivery_store.willing(session, group)
    if not meant:
        return False
    text_id = store.text_of(session, words, language, at)
    for row in meant:
        word = DeliveryWordRow(
            signature_id=row.id,
            allowed=allowed,
            said_at=said_at or at,
            recorded_at=at,
            source=source[:100],
            delivery_text_id=text_id,
            said_by=by,
        )
        session.add(word)
    session.flush()
    delivery_store.refold(session, [(stands, folded)])
    return stands.may_deliver != before


def owner(session: Session, signature_id: SignatureId) -> PersonId:
    """Whose signature it is today. Raises SignatureMissing."""
    found = session.scalar(select(SignatureRow.person_id).where(SignatureRow.id == signature_id))
    if found is None:
        raise SignatureMissing
    return PersonId(found)


def waiting(session: Session, petition_id: CallId) -> int:
    """How many may be handed over and were not yet."""
    found = select(func.count()).select_from(SignatureRow)
    return session.scalar(found.where(SignatureRow.petition_id == petition_id, delivery_store.waits())) or 0


def is_large(session: Session, number: int, *, on: date) -> bool:
    """Whether a list of so many asks for a second colleague."""
    return number >= limits.value(session, limits.LARGE_FILE, on)


def ask(session: Session, petition: Call, recipient: str, *, by: AccountId, at: datetime) -> SignatureDelivery:
    """Asks a second colleague for a list of whoever waits now: who signs later is in the next.

    Raises NobodyToDeliver, Invalid for nobody to hand it to.
    """
    hold(session, f"signatures {petition.id}")
    if not waiting(session, petition.id):
        raise NobodyToDeliver
    row = _opened(petition.id, recipient, state=DeliveryState.ASKED, by=by, at=at)
    session.add(row)
    session.flush()
    _gather(session, row)
    return delivery_store.noun(row)


def decide(
    session: Session, petition_id: CallId, delivery_id: int, *, approve: bool, by: AccountId, at: datetime
) -> SignatureDelivery:
    """A second colleague agrees or not: then its signatures wait again.

    Raises DeliveryUndecided (once decided, too), OwnDelivery.
    """
    row = _row(session, petition_id, delivery_id)
    if row.state is not DeliveryState.ASKED:
        raise DeliveryUndecided
    if row.asked_by == by:
        raise OwnDelivery
    row.state = DeliveryState.APPROVED if approve else DeliveryState.REFUSED
    row.decided_at, row.decided_by = at, by
    session.flush()
    if not approve:
        _free(session, delivery_id)
    return delivery_store.noun(row)


def take(
    session: Session,
    petition: Call,
    *,
    recipient: str = "",
    delivery_id: int | None = None,
    by: AccountId,
    at: datetime,
) -> SignatureDelivery:
    """Puts every signature that may be handed over now, and was not yet, into a list that leaves: once.

    A list that was agreed to (`delivery_id`) leaves with those it was asked for, less whoever may not be in it since.
    Raises NobodyToDeliver, TooManyToDeliver where so many ask for a second colleague and none agreed (`delivery_id`),
    DeliveryUndecided, Invalid for nobody to hand it to.
    """
    hold(session, f"signatures {petition.id}")
    on = brussels_day(at)
    if delivery_id is not None:
        row = _row(session, petition.id, delivery_id)
        if row.state is not DeliveryState.APPROVED:
            raise DeliveryUndecided
        _free(session, row.id, which=_may_not_leave())
        row.people = delivery_store.size(session, row.id)
        if not row.people:
            raise NobodyToDeliver
    else:
        number = waiting(session, petition.id)
        if not number:
            raise NobodyToDeliver
        if is_large(session, number, on=on):
            raise TooManyToDeliver
        row = _opened(petition.id, recipient, state=DeliveryState.MADE, by=by, at=at)
        session.add(row)
        session.flush()
        _gather(session, row)
    row.state, row.made_at, row.made_by = DeliveryState.MADE, at, by
    row.purge_on = on + timedelta(days=limits.value(session, limits.SIGNATURE_FILE, on))
    session.flush()
    return delivery_store.noun(row)


def lines(session: Session, delivery_id: int) -> Iterator[tuple[str, ...]]:
    """Each signature of a list, in the order of signing: number, first name, last name, organisation, place, day.

    A thousand in memory at once.
    """
    number = 0
    for some in delivery_store.signed_in(session, delivery_id, at_once=AT_ONCE):
        ids = [PersonId(person_id) for person_id, _ in some]
        known, homes = people.people(session, set(ids)), contacts.addresses_of(session, ids)
        for person_id, signed_at in some:
            number += 1
            person = known[PersonId(person_id)]
            living = [one for one in homes.get(person.id, ()) if one.ended_at is None]
            home = next((one.address for one in sorted(living, key=lambda one: not one.is_primary)), None)
            yield (
                str(number),
                person.first_name,
                person.last_name,
                person.organisation_name,
                home.postcode if home else "",
                home.locality if home else "",
                home.country if home else "",
                f"{brussels_day(signed_at):%Y-%m-%d}",
            )


def seal(session: Session, delivery_id: int, sha256: str) -> None:
    """Keeps the fingerprint of the file of a list."""
    session.get_one(SignatureDeliveryRow, delivery_id).sha256 = sha256
    session.flush()


def deliver(
    session: Session,
    petition_id: CallId,
    delivery_id: int,
    *,
    on: date | None,
    recipient: str,
    by: AccountId,
    at: datetime,
) -> SignatureDelivery:
    """Notes that a list was handed over, to whom and on which day: for good. Raises DeliveryUndecided, DayWrong."""
    row = _row(session, petition_id, delivery_id)
    if row.state is not DeliveryState.MADE:
        raise DeliveryUndecided
    if on is None or not brussels_day(row.made_at) <= on <= brussels_day(at):
        raise DayWrong
    row.recipient = _named(recipient)
    row.state, row.delivered_on, row.settled_by, row.settled_at = DeliveryState.DELIVERED, on, by, at
    session.flush()
    return delivery_store.noun(row)


def drop(session: Session, petition_id: CallId, delivery_id: int, *, by: AccountId, at: datetime) -> SignatureDelivery:
    """A list is not handed over after all: its signatures wait again. Raises DeliveryUndecided where it was."""
    row = _row(session, petition_id, delivery_id)
    if row.state not in (DeliveryState.ASKED, DeliveryState.APPROVED, DeliveryState.MADE):
        raise DeliveryUndecided
    row.state, row.settled_by, row.settled_at = DeliveryState.DROPPED, by, at
    session.flush()
    _free(session, delivery_id)
    return delivery_store.noun(row)


def say_purged(session: Session, petition_id: CallId, delivery_id: int, *, at: datetime) -> SignatureDelivery | None:
    """Notes that the file of a list is destroyed; None where that is no news."""
    row = _row(session, petition_id, delivery_id)
    if row.purge_on is None or row.purged_on is not None:
        return None
    row.purged_on = brussels_day(at)
    session.flush()
    return delivery_store.noun(row)


def to_destroy(session: Session, *, on: date) -> tuple[tuple[SignatureDelivery, str], ...]:
    """The lists whose file should be gone by that day, and the petition of each, of which nobody was reminded yet."""
    return delivery_store.to_destroy(session, on=on)


def reminded(session: Session, delivery_id: int, task_id: int) -> None:
    """Keeps the task by which somebody was reminded."""
    session.get_one(SignatureDeliveryRow, delivery_id).task_id = task_id
    session.flush()


def deliveries(session: Session, petition_id: CallId, *, size: int = 30) -> tuple[SignatureDelivery, ...]:
    """The lists of a petition, the newest first."""
    row = SignatureDeliveryRow
    rows = session.scalars(select(row).where(row.petition_id == petition_id).order_by(row.id.desc()).limit(size))
    return tuple(delivery_store.noun(one) for one in rows)


def withdrawn(session: Session, delivery_ids: Collection[int]) -> Mapping[int, int]:
    """Of how many in each list the leave was taken back since it left."""
    return delivery_store.withdrawn(session, delivery_ids)


def frozen(session: Session, delivery_ids: Collection[int]) -> Mapping[int, int]:
    """How many in each list had their data frozen since it left (GDPR art. 18), and still have."""
    return delivery_store.frozen(session, delivery_ids)


def _gather(session: Session, row: SignatureDeliveryRow) -> None:
    """Puts whoever waits into a list, and counts them."""
    picked = update(SignatureRow).where(SignatureRow.petition_id == row.petition_id, delivery_store.waits())
    session.execute(picked.values(delivery_id=row.id).execution_options(synchronize_session=False))
    session.expire_all()
    row.people = delivery_store.size(session, row.id)
    session.flush()


def _free(session: Session, delivery_id: int, *, which: ColumnElement[bool] | None = None) -> None:
    """The signatures of a list are in none again: all, or those."""
    freed = update(SignatureRow).where(SignatureRow.delivery_id == delivery_id).values(delivery_id=None)
    freed = freed if which is None else freed.where(which)
    session.execute(freed.execution_options(synchronize_session=False))
    session.expire_all()


def _may_not_leave() -> ColumnElement[bool]:
    """In a list that was asked for, and not to be handed over: a no since, data frozen, folded into another."""
    is_no = delivery_store.may() == false()
    return or_(is_no, SignatureRow.folded_into_id.is_not(None), restricted(SignatureRow.person_id))


def _opened(
    petition_id: CallId, recipient: str, *, state: DeliveryState, by: AccountId, at: datetime
) -> SignatureDeliveryRow:
    return SignatureDeliveryRow(
        petition_id=petition_id, recipient=_named(recipient), state=state, people=0, asked_by=by, made_at=at, sha256=""
    )


def _named(recipient: str) -> str:
    named = rules.one_line(recipient)[:LONGEST_RECIPIENT]
    if not named:
        raise Invalid("who receives the signatures", field="recipient")
    return named


def _row(session: Session, petition_id: CallId, delivery_id: int) -> SignatureDeliveryRow:
    hold(session, f"signature delivery {delivery_id}")
    row = session.get(SignatureDeliveryRow, delivery_id, populate_existing=True)
    if row is None or row.petition_id != petition_id:
        raise DeliveryMissing
    return row
