"""The door of payments online: take what a provider tells, say whose a payment is, look them up.

A notice may come twice, late, or never: what the provider says at a moment is compared with what we hold, and the rest
is booked. Every movement bears the provider's own name for it, so that it is booked once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from crm.care import service as care
from crm.donations import codes, refunding, taking_over, tributes
from crm.donations import service as donations
from crm.donations.errors import MoreThanReceived, SaidOtherwise
from crm.donations.model import GENERAL, Basis, EntryKind, GiftKind, LineKind, Method, Movement, NewGift, NewLine
from crm.donations.rules import LINE_OF
from crm.foundation.database import hold
from crm.foundation.signing import AddressHasher, Sealer
from crm.foundation.translation import say
from crm.payments import other_money, rules, store, words
from crm.payments.errors import PaymentMissing
from crm.payments.model import Back, LeftOut, OnlinePayment, PaidIn, PaymentState, Payout, Taken, Told, Unpaid
from crm.payments.tables import OnlineBackRow, OnlineLeftOutRow, OnlinePaymentRow
from crm.people import arriving
from crm.people.model import NewPerson
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, GiftId, PersonId
from crm.values.languages import Language


@dataclass(frozen=True, kw_only=True, slots=True)
class Till:
    """Where payments are taken: who seals what is booked, by which keys givers are known, what colleagues read."""

    sealer: Sealer
    addresses: AddressHasher
    language: Language = Language.FR


def take(session: Session, till: Till, provider: str, told: Told, *, at: datetime) -> Taken:
    """Brings what we hold of a payment to what its provider says of it. Raises SaidOtherwise for another amount.

    The gift is recorded with whoever our site says pays; where that cannot be read, the payment waits for a person.
    """
    hold(session, f"payment {provider} {told.reference}")
    row = store.find(session, provider, told.reference)
    if row is None:
        row = OnlinePaymentRow(
            provider=provider, reference=told.reference, return_code=told.return_code or None, state=told.state,
            cents=told.cents, fee_cents=0, paid_on=told.on, means=told.means[:40], is_test=told.is_test, told_at=at,
        )  # fmt: skip
        if told.paid_in is not None:
            row.paid_currency, row.paid_amount = told.paid_in.currency, told.paid_in.amount
        session.add(row)
    elif row.cents != told.cents and not row.paid_currency:  # what was converted once is not converted anew
        raise SaidOtherwise
    elif row.state is not PaymentState.PAID:
        row.state, row.paid_on, row.means, row.told_at = told.state, told.on, told.means[:40], at
    if row.said_kind is None and (said := told.giver or told.said) is not None:
        store.keep(row, said)
    session.flush()
    is_read_after_all(session, provider, told.reference)
    for back in told.backs:
        _note_back(session, till, row, back, at=at)
    is_new = False
    if row.state is PaymentState.PAID and row.gift_id is None:
        is_new = _find_gift(session, till, row, told, at=at)
    _book(session, till.sealer, row, at=at)
    return Taken(payment=store.payment(row), is_new_gift=is_new)


def leave_out(session: Session, provider: str, told: LeftOut, *, at: datetime) -> None:
    """Keeps a payment in another money, or a payout that cannot be read, where colleagues see it; told twice it stands
    once, and no more once a payout told what it is worth.
    """
    hold(session, f"payment {provider} {told.reference}")
    if store.find(session, provider, told.reference) is not None:
        return
    row = OnlineLeftOutRow
    if session.scalar(select(row.id).where(row.provider == provider, row.reference == told.reference)) is None:
        session.add(
            OnlineLeftOutRow(
                provider=provider,
                reference=told.reference,
                currency=told.currency,
                amount=told.amount,
                paid_on=told.on or brussels_day(at),
                told_at=at,
            )
        )
        session.flush()


def is_read_after_all(session: Session, provider: str, reference: str) -> None:
    """What was left out could be read now."""
    row = OnlineLeftOutRow
    session.execute(delete(row).where(row.provider == provider, row.reference == reference))


def left_out(session: Session, *, size: int = 100) -> tuple[LeftOut, ...]:
    """Payments in another money and payouts that could not be read, the newest first."""
    row = OnlineLeftOutRow
    return tuple(
        LeftOut(reference=one.reference, currency=one.currency, amount=one.amount, on=one.paid_on)
        for one in session.scalars(select(row).order_by(row.paid_on.desc(), row.id.desc()).limit(size))
    )


def awaited(session: Session, provider: str, reference: str) -> OnlinePayment | None:
    """A payment that waits for its giver, or failed; None where none of that name waits."""
    hold(session, f"payment {provider} {reference}")
    row = store.find(session, provider, reference)
    return store.payment(row) if row is not None and row.gift_id is None else None


def claim(session: Session, till: Till, provider: str, reference: str, gift_id: GiftId, *, at: datetime) -> None:
    """A program says whose a payment is that waited; where we know of none, the provider will tell.

    One that failed is nobody's.
    """
    row = store.find(session, provider, reference)
    if row is not None and row.gift_id is None and row.state is not PaymentState.FAILED:
        row.gift_id, row.state = gift_id, PaymentState.PAID
        _remember(session, row)
        _book(session, till.sealer, row, at=at)


def assign(
    session: Session,
    till: Till,
    payment_id: int,
    person_id: PersonId,
    *,
    kind: GiftKind | None = None,
    fund: str | None = None,
    at: datetime,
    by: AccountId,
) -> OnlinePayment:
    """A colleague says whose a payment is that waits, and, where it is not as our site wrote, what it is and for which
    fund. What nobody said goes to no fund in particular, as does what was for one that is closed.

    Raises PaymentMissing, and CodeUnknown for a fund that is chosen and not open.
    """
    found = session.get(OnlinePaymentRow, payment_id)
    if found is not None:
        hold(session, f"payment {found.provider} {found.reference}")
        session.refresh(found)
    if found is None or found.gift_id is not None or found.state is not PaymentState.PAID:
        raise PaymentMissing
    said = store.said(found)
    is_as_said = said is not None and bool(said.lines) and kind in {None, said.kind}
    what = kind or (said.kind if said is not None else GiftKind.ONE_OFF)
    whole = NewLine(cents=found.cents, kind=LINE_OF.get(what, LineKind.DONATION))
    lines = said.lines if said is not None and is_as_said else (whole,)
    if fund is not None:
        lines = tuple(replace(line, fund=fund) for line in lines)
    else:
        there = codes.are_open(session, {line.fund for line in lines})
        lines = tuple(line if line.fund in there else replace(line, fund=GENERAL) for line in lines)
    source_code = codes.known(session, found.said_source)
    new = _new(found, person_id, lines, kind=what, source_code=source_code)
    found.gift_id = donations.record(session, till.sealer, new, at=at, by=by).id
    _remember(session, found)
    _book(session, till.sealer, found, at=at)
    return store.payment(found)


def unknown_sources(session: Session, *, size: int = 48) -> tuple[OnlinePayment, ...]:
    """Payments that are gifts of no appeal, though our site named one; the newest first."""
    return store.unknown_sources(session, size=size)


def book(session: Session, till: Till, provider: str, reference: str, *, at: datetime) -> None:
    """Books what has become known of a payment, what its provider kept of it above all."""
    row = store.find(session, provider, reference)
    if row is not None:
        _book(session, till.sealer, row, at=at)


def find(session: Session, provider: str, reference: str) -> OnlinePayment:
    """The payment that a provider calls so. Raises PaymentMissing."""
    row = store.find(session, provider, reference)
    if row is None:
        raise PaymentMissing
    return store.payment(row)


def is_online(session: Session, gift_id: GiftId) -> bool:
    """Whether a payment online stands behind a gift: what it comes to is the provider's word."""
    query = select(OnlinePaymentRow.id).where(OnlinePaymentRow.gift_id == gift_id)
    return session.scalar(query.limit(1)) is not None


def paid_in(session: Session, gift_id: GiftId) -> PaidIn | None:
    """What was paid for a gift, where that was in another money."""
    row = session.scalar(select(OnlinePaymentRow).where(OnlinePaymentRow.gift_id == gift_id).limit(1))
    return None if row is None else store.paid_in(row)


def known_payouts(session: Session, provider: str) -> set[str]:
    """The references of payouts that were read."""
    return store.known_payouts(session, provider)


def waiting(session: Session, *, size: int = 100) -> tuple[OnlinePayment, ...]:
    """Payments that wait for somebody to say whose they are, the oldest first."""
    return store.waiting(session, size=size)


def waiting_sum(session: Session) -> tuple[int, int]:
    """How many wait, and what they come to."""
    return store.waiting_sum(session)


def paid_out(session: Session, first_on: date, last_on: date) -> int:
    """The cents of transfers of providers that the bank credited on those days."""
    return store.paid_out(session, first_on, last_on)


def unpaid_out(session: Session, first_on: date, last_on: date, *, size: int) -> Unpaid:
    """What was paid online on those days and has not reached our bank, the oldest `size` of them by name."""
    count, cents, several = store.unpaid_out(session, first_on, last_on, size=size)
    return Unpaid(count=count, cents=cents, payments=tuple(several))


def credited_otherwise(session: Session, first_on: date, last_on: date) -> tuple[Payout, ...]:
    """Payouts of which the bank credited another amount, on one of those days."""
    return tuple(store.credited_otherwise(session, first_on, last_on))


def payouts(session: Session, *, size: int = 48) -> tuple[Payout, ...]:
    """The newest transfers of providers."""
    return store.payouts(session, size=size)


def returned(session: Session, code: str) -> rules.Returned:
    """What somebody who comes back from paying is told."""
    return rules.returned(store.returned_from(session, code))


def _find_gift(session: Session, till: Till, row: OnlinePaymentRow, told: Told, *, at: datetime) -> bool:
    """Finds the gift that a program told of already, or records it; whether it was recorded now."""
    there = taking_over.booked(session, row.provider, {row.reference})[row.reference]
    if there.gift_id is not None:
        row.gift_id = there.gift_id
        settled = _movement(row, f"{row.reference} settled", row)
        other_money.settle(session, till.sealer, row, there.cents or 0, settled, at=at)
        _remember(session, row)
        return False
    giver = told.giver
    if giver is None or sum(line.cents for line in giver.lines) != row.cents:
        return False
    try:
        with session.begin_nested():
            codes.require(session, funds={line.fund for line in giver.lines})
            arrived = arriving.arrive(
                session,
                till.addresses,
                NewPerson(
                    language=giver.language, first_name=giver.first_name, last_name=giver.last_name,
                    email=giver.email, source=row.provider,
                ),
                at=at,
                statement={"email": giver.email.text, "first_name": giver.first_name, "last_name": giver.last_name},
            )  # fmt: skip
            source_code = codes.known(session, giver.source_code)
            new = _new(row, arrived.person.id, giver.lines, kind=giver.kind, source_code=source_code)
            gift = donations.record(session, till.sealer, new, at=at)
    except Invalid:
        return False
    row.gift_id = gift.id
    _remember(session, row)
    return True


def _remember(session: Session, row: OnlinePaymentRow) -> None:
    """In whose memory or honour our site says it was paid: from now on the gift says so, unless it does already."""
    gift_id = GiftId(row.gift_id or 0)
    if row.said_tribute and not donations.gift(session, gift_id).tribute:
        tributes.remember(session, gift_id, row.said_tribute)
    row.said_tribute = ""
    session.flush()


def _new(
    row: OnlinePaymentRow,
    person_id: PersonId,
    lines: tuple[NewLine, ...],
    *,
    kind: GiftKind = GiftKind.ONE_OFF,
    source_code: str = "",
) -> NewGift:
    return NewGift(
        person_id=person_id,
        lines=lines,
        given_on=row.paid_on,
        movement=Movement(
            method=Method.ONLINE, booked_on=row.paid_on, provider=row.provider, external_id=row.reference
        ),
        kind=kind,
        basis=Basis.PROVIDER,
        source_code=source_code,
        split_beforehand=len(lines) > 1,
        is_test=row.is_test,
    )


def _note_back(session: Session, till: Till, row: OnlinePaymentRow, back: Back, *, at: datetime) -> None:
    kept = store.backs(session, row.id).get(back.reference)
    if kept is not None:
        if kept.cents != back.cents:
            raise SaidOtherwise
        kept.stands = back.stands
        session.flush()
        return
    if not back.stands:
        return
    kept = OnlineBackRow(
        payment_id=row.id, reference=back.reference, kind=back.kind, cents=back.cents, fee_cents=0, gone_on=back.on,
        stands=True, is_ours=_is_ours(session, row, back),
    )  # fmt: skip
    session.add(kept)
    session.flush()
    if row.gift_id is None or kept.is_ours:
        return
    left = _left(session, row)
    if left < back.cents and not (row.paid_currency and rules.lost(back.cents, left, row.cents)):
        person_id = donations.gift(session, GiftId(row.gift_id)).person_id
        title = say(till.language, words.MORE_BACK, provider=row.provider)
        care.add_task(session, title=title, by=None, at=at, due_on=back.on, person_id=person_id)


def _is_ours(session: Session, row: OnlinePaymentRow, back: Back) -> bool:
    """Whether the house booked that refund itself, when it decided on it."""
    if row.gift_id is None or back.kind is not EntryKind.REFUND:
        return False
    entries = donations.whole(session, GiftId(row.gift_id)).entries
    decided = sum(one.provider == refunding.OURS and one.cents == -back.cents for one in entries)
    decided -= sum(one.provider == refunding.OURS and one.cents == back.cents for one in entries)  # dropped since
    told = sum(one.is_ours and one.cents == back.cents for one in store.backs(session, row.id).values())
    return decided > told


def _left(session: Session, row: OnlinePaymentRow) -> int:
    return donations.gift(session, GiftId(row.gift_id or 0)).net_cents


def _book(session: Session, sealer: Sealer, row: OnlinePaymentRow, *, at: datetime) -> None:
    """Books what is known of a payment and not in the ledger yet: what went back, what came again, what was kept."""
    if row.gift_id is None:
        return
    gift_id = GiftId(row.gift_id)
    if row.fee_cents:
        movement = _movement(row, f"{row.reference} fee", row)
        donations.charge(session, sealer, gift_id, movement, cents=row.fee_cents, at=at)
    for back in store.backs(session, row.id).values():
        again, movement = f"{back.reference} again", _movement(row, back.reference, back)
        if not back.is_ours:
            try:
                rate = _movement(row, f"{back.reference} rate", back)
                other_money.take_back(session, sealer, row, back, movement, rate=rate, at=at)
            except MoreThanReceived:
                continue
        if not back.stands:
            donations.correct(session, sealer, gift_id, _movement(row, again, back), cents=back.cents, at=at, by=None)
        if back.fee_cents:
            kept = _movement(row, f"{back.reference} fee", back)
            donations.charge(session, sealer, gift_id, kept, cents=back.fee_cents, at=at)


def _movement(row: OnlinePaymentRow, name: str, of: OnlinePaymentRow | OnlineBackRow) -> Movement:
    on = of.paid_on if isinstance(of, OnlinePaymentRow) else of.gone_on
    return Movement(method=Method.ONLINE, booked_on=on, provider=row.provider, external_id=name)
