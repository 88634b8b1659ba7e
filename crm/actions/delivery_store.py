"""SQL of signatures that are handed over: what stands of each signer's word, who waits, who is in which list."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, not_, or_, select, true
from sqlalchemy.orm import Session, aliased

from crm.actions import rules
from crm.actions.model import DeliveryState, Handing, SignatureDelivery
from crm.actions.rules import Word
from crm.actions.tables import CallRow, DeliveryWordRow, SignatureDeliveryRow, SignatureRow
from crm.consent.restriction_selects import restricted
from crm.values.identifiers import AccountId, CallId


def may() -> ColumnElement[bool]:
    """Whether a signer's last word is a yes."""
    return func.coalesce(SignatureRow.deliver_now, SignatureRow.deliver)


def is_withdrawn() -> ColumnElement[bool]:
    """Whether a yes was taken back."""
    return SignatureRow.deliver_now.is_(False)


def is_delivered() -> ColumnElement[bool]:
    """Whether the name was handed over, under this signature or one that is folded into it."""
    done = select(SignatureDeliveryRow.id).where(SignatureDeliveryRow.state == DeliveryState.DELIVERED)
    other = aliased(SignatureRow)
    folded = select(other.folded_into_id).where(other.folded_into_id.is_not(None), other.delivery_id.in_(done))
    return or_(SignatureRow.delivery_id.in_(done), SignatureRow.id.in_(folded))


def waits() -> ColumnElement[bool]:
    """Whether it stands, may be handed over, and is in no list: neither itself, nor what is folded into it.

    Not while its signer's data are frozen (GDPR art. 18): what a third party holds cannot be taken back.
    """
    other = aliased(SignatureRow)
    in_list = select(other.folded_into_id).where(other.folded_into_id.is_not(None), other.delivery_id.is_not(None))
    return and_(
        SignatureRow.folded_into_id.is_(None),
        may() == true(),
        SignatureRow.delivery_id.is_(None),
        SignatureRow.id.not_in(in_list),
        not_(restricted(SignatureRow.person_id)),
    )


def handing() -> ColumnElement[str]:
    """What became of a signature, in one word (`Handing`); for a few rows at a time."""
    row, done, other = SignatureRow, aliased(SignatureDeliveryRow), aliased(SignatureRow)
    there = select(done.id).where(done.id == row.delivery_id, done.state == DeliveryState.DELIVERED)
    folded = (
        select(other.id)
        .join(done, done.id == other.delivery_id)
        .where(other.folded_into_id == row.id, done.state == DeliveryState.DELIVERED)
    )
    in_list = select(other.id).where(other.folded_into_id == row.id, other.delivery_id.is_not(None))
    delivered = or_(there.correlate(row).exists(), folded.correlate(row).exists())
    cases = (
        (and_(is_withdrawn(), delivered), Handing.WITHDRAWN_LATE),
        (is_withdrawn(), Handing.WITHDRAWN),
        (delivered, Handing.DELIVERED),
        (or_(row.delivery_id.is_not(None), in_list.correlate(row).exists()), Handing.IN_LIST),
        (and_(may() == true(), restricted(row.person_id)), Handing.FROZEN),
        (may() == true(), Handing.WAITS),
    )
    return case(*((when, one.value) for when, one in cases), else_=Handing.KEPT.value)


def handings(session: Session, signature_ids: Collection[int]) -> dict[int, Handing]:
    """What became of each of those."""
    query = select(SignatureRow.id, handing()).where(SignatureRow.id.in_(signature_ids))
    return {number: Handing(word) for number, word in session.execute(query)} if signature_ids else {}


def group(session: Session, signature_id: int) -> list[SignatureRow]:
    """The signature that stands for that one, then those folded into it; nothing where there is none."""
    row = session.get(SignatureRow, signature_id)
    if row is None:
        return []
    stands = row if row.folded_into_id is None else session.get_one(SignatureRow, row.folded_into_id)
    folded = session.scalars(select(SignatureRow).where(SignatureRow.folded_into_id == stands.id))
    return [stands, *folded]


def refold(session: Session, groups: Sequence[tuple[SignatureRow, Sequence[SignatureRow]]]) -> None:
    """Makes what stands what their words say: of each signature that stands, with all that is folded into it."""
    rows = {row.id: row for stands, folded in groups for row in (stands, *folded)}
    words: dict[int, list[Word]] = {number: [] for number in rows}
    query = select(DeliveryWordRow.signature_id, DeliveryWordRow.said_at, DeliveryWordRow.allowed)
    for number, said_at, allowed in session.execute(query.where(DeliveryWordRow.signature_id.in_(rows))):
        words[number].append(Word(said_at, allowed))
    for stands, folded in groups:
        everything = [*_own(stands), *words[stands.id]]
        for one in folded:
            own = [*_own(one), *words[one.id]]
            _put(one, own)
            everything += own
        _put(stands, everything)
    session.flush()


def willing(session: Session, rows: Sequence[SignatureRow]) -> list[SignatureRow]:
    """Those of which the last word that was said of them alone, whatever they were folded into, is a yes."""
    words: dict[int, list[Word]] = {row.id: _own(row) for row in rows}
    query = select(DeliveryWordRow.signature_id, DeliveryWordRow.said_at, DeliveryWordRow.allowed)
    for number, said_at, allowed in session.execute(query.where(DeliveryWordRow.signature_id.in_(words))):
        words[number].append(Word(said_at, allowed))
    last = {row.id: rules.standing_word(words[row.id], as_signed=row.deliver) for row in rows}
    return [row for row in rows if (row.deliver if last[row.id] is None else last[row.id])]


def has_history(session: Session, signature_ids: Collection[int]) -> set[int]:
    """Those of them of which something was said since, or that are in a list."""
    if not signature_ids:
        return set()
    row = SignatureRow
    said = exists().where(DeliveryWordRow.signature_id == row.id)
    query = select(row.id).where(row.id.in_(signature_ids), or_(row.delivery_id.is_not(None), said))
    return set(session.scalars(query))


def size(session: Session, delivery_id: int) -> int:
    """How many are in a list."""
    row = SignatureRow
    return session.scalar(select(func.count()).select_from(row).where(row.delivery_id == delivery_id)) or 0


def signed_in(session: Session, delivery_id: int, *, at_once: int) -> Iterator[list[tuple[int, datetime]]]:
    """(person, instant) of each signature of a list in the order of signing, so many at once."""
    row = SignatureRow
    query = select(row.person_id, row.signed_at, row.id).where(row.delivery_id == delivery_id)
    query = query.order_by(row.signed_at, row.id).limit(at_once)
    page = session.execute(query).all()
    while page:
        yield [(one.person_id, one.signed_at) for one in page]
        last = page[-1]
        behind = or_(row.signed_at > last.signed_at, and_(row.signed_at == last.signed_at, row.id > last.id))
        page = session.execute(query.where(behind)).all()


def withdrawn(session: Session, delivery_ids: Collection[int]) -> Mapping[int, int]:
    """Of how many in each list the leave was taken back."""
    return _in_lists(session, delivery_ids, is_withdrawn())


def frozen(session: Session, delivery_ids: Collection[int]) -> Mapping[int, int]:
    """How many in each list have their data frozen today."""
    return _in_lists(session, delivery_ids, restricted(SignatureRow.person_id))


def _in_lists(session: Session, delivery_ids: Collection[int], which: ColumnElement[bool]) -> Mapping[int, int]:
    row = SignatureRow
    query = select(row.delivery_id, func.count()).where(row.delivery_id.in_(delivery_ids), which)
    found = session.execute(query.group_by(row.delivery_id)) if delivery_ids else ()
    return {int(number or 0): count for number, count in found}


def to_destroy(session: Session, *, on: date) -> tuple[tuple[SignatureDelivery, str], ...]:
    """The lists whose file should be gone by then, of which nobody was reminded, with the title of the petition."""
    row = SignatureDeliveryRow
    query = (
        select(row, CallRow.title)
        .join(CallRow, CallRow.id == row.petition_id)
        .where(row.purge_on <= on, row.purged_on.is_(None), row.task_id.is_(None))
        .order_by(row.id)
    )
    return tuple((noun(one), title) for one, title in session.execute(query))


def noun(row: SignatureDeliveryRow) -> SignatureDelivery:
    """A list, as it stands."""
    plain = ("id", "recipient", "state", "people", "sha256", "delivered_on", "purge_on", "purged_on", "task_id")
    values: dict[str, Any] = {name: getattr(row, name) for name in plain}
    return SignatureDelivery(
        **values,
        petition_id=CallId(row.petition_id),
        asked_by=AccountId(row.asked_by),
        decided_by=_by(row.decided_by),
        made_by=_by(row.made_by),
        at=row.made_at,
    )


def _own(row: SignatureRow) -> list[Word]:
    """What was said as it was signed; nothing where nobody asked."""
    return [Word(row.signed_at, row.deliver)] if row.deliver or row.delivery_text_id is not None else []


def _put(row: SignatureRow, words: Sequence[Word]) -> None:
    row.deliver_now = rules.standing_word(words, as_signed=row.deliver)


def _by(number: int | None) -> AccountId | None:
    return None if number is None else AccountId(number)
