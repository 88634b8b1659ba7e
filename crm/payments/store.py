"""SQL of payments online."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from crm.donations import selects as donations
from crm.donations.model import LineKind, NewLine
from crm.foundation.numbered import one_of
from crm.payments.model import OnlinePayment, PaidIn, PaymentState, Payout, Said
from crm.payments.tables import OnlineBackRow, OnlinePaymentRow, PayoutRow
from crm.values.identifiers import GiftId


def find(session: Session, provider: str, reference: str) -> OnlinePaymentRow | None:
    """The payment that a provider calls so, as it is in the database."""
    row = OnlinePaymentRow
    query = select(row).where(row.provider == provider, row.reference == reference)
    return session.scalar(query.execution_options(populate_existing=True))


def returned_from(session: Session, code: str) -> PaymentState | None:
    """Where the newest payment stands whose giver comes back to that address."""
    row = OnlinePaymentRow
    return session.scalar(select(row.state).where(row.return_code == code).order_by(row.id.desc()).limit(1))


def backs(session: Session, payment_id: int) -> dict[str, OnlineBackRow]:
    """What went back of a payment, by the provider's name for it."""
    row = OnlineBackRow
    found = session.scalars(select(row).where(row.payment_id == payment_id).order_by(row.id))
    return {one.reference: one for one in found}


def waiting(session: Session, *, size: int) -> tuple[OnlinePayment, ...]:
    """Paid, and nobody's: the oldest first."""
    row = OnlinePaymentRow
    query = select(row).where(row.state == PaymentState.PAID, row.gift_id.is_(None))
    return tuple(map(payment, session.scalars(query.order_by(row.paid_on, row.id).limit(size))))


def waiting_sum(session: Session) -> tuple[int, int]:
    """How many wait, and what they come to."""
    row = OnlinePaymentRow
    query = select(func.count(), func.coalesce(func.sum(row.cents), 0))
    count, cents = session.execute(query.where(row.state == PaymentState.PAID, row.gift_id.is_(None))).one()
    return count, int(cents)


def known_payouts(session: Session, provider: str) -> set[str]:
    """The references of payouts that were read."""
    return set(session.scalars(select(PayoutRow.reference).where(PayoutRow.provider == provider)))


def payouts(session: Session, *, size: int) -> tuple[Payout, ...]:
    """The newest payouts first."""
    query = select(PayoutRow).order_by(PayoutRow.paid_on.desc(), PayoutRow.id.desc()).limit(size)
    return tuple(map(payout, session.scalars(query)))


def awaited(session: Session, amounts: Collection[int]) -> list[PayoutRow]:
    """Payouts of one of those amounts that the bank has not credited yet, the oldest first."""
    query = select(PayoutRow).where(PayoutRow.settled_on.is_(None), one_of(PayoutRow.cents, amounts))
    return list(session.scalars(query.order_by(PayoutRow.paid_on, PayoutRow.id)))


def settled_by(session: Session, key: str) -> PayoutRow | None:
    """The payout that a colleague said that line of the bank settles."""
    return session.scalar(select(PayoutRow).where(PayoutRow.settled_by == key))


def settled_with(session: Session, on: date, cents: int) -> list[PayoutRow]:
    """The payouts of that amount that found their credit by themselves, of that day."""
    row = PayoutRow
    return list(session.scalars(select(row).where(row.settled_on == on, row.cents == cents, row.settled_by.is_(None))))


def paid_out(session: Session, first_on: date, last_on: date) -> int:
    """The cents of payouts that the bank credited on those days."""
    credited = func.coalesce(PayoutRow.credited_cents, PayoutRow.cents)
    query = select(func.coalesce(func.sum(credited), 0)).where(PayoutRow.settled_on.between(first_on, last_on))
    return int(session.scalar(query) or 0)


def unpaid_out(session: Session, first_on: date, last_on: date, *, size: int) -> tuple[int, int, list[OnlinePayment]]:
    """Payments of those days that no credit of the bank brought yet: how many, their cents, the oldest of them."""
    row, out = OnlinePaymentRow, PayoutRow
    waits = (
        row.state == PaymentState.PAID,
        ~row.is_test,
        row.paid_on.between(first_on, last_on),
        or_(row.payout_id.is_(None), out.settled_on.is_(None)),
    )
    sums = select(func.count(), func.coalesce(func.sum(row.cents), 0)).outerjoin(out, out.id == row.payout_id)
    count, cents = session.execute(sums.where(*waits)).one()
    query = select(row).outerjoin(out, out.id == row.payout_id).where(*waits).order_by(row.paid_on, row.id).limit(size)
    return count, int(cents), [payment(one) for one in session.scalars(query)]


def credited_otherwise(session: Session, first_on: date, last_on: date) -> list[Payout]:
    """Payouts of which the bank credited another amount, on one of those days."""
    row = PayoutRow
    query = select(row).where(row.settled_on.between(first_on, last_on), row.credited_cents.is_not(None))
    return [payout(one) for one in session.scalars(query.order_by(row.settled_on, row.id))]


def payment(row: OnlinePaymentRow) -> OnlinePayment:
    """The noun of a row."""
    return OnlinePayment(
        id=row.id,
        provider=row.provider,
        reference=row.reference,
        state=row.state,
        cents=row.cents,
        fee_cents=row.fee_cents,
        paid_on=row.paid_on,
        means=row.means,
        is_test=row.is_test,
        gift_id=None if row.gift_id is None else GiftId(row.gift_id),
        said=said(row),
        paid_in=paid_in(row),
    )


def paid_in(row: OnlinePaymentRow) -> PaidIn | None:
    """What was paid, where that was in another money."""
    return PaidIn(currency=row.paid_currency, amount=row.paid_amount) if row.paid_currency else None


def said(row: OnlinePaymentRow) -> Said | None:
    """What our site wrote that a payment is for."""
    if row.said_kind is None:
        return None
    lines = tuple(NewLine(cents=cents, kind=LineKind(kind), fund=fund) for cents, kind, fund in row.said_lines or ())
    return Said(lines=lines, kind=row.said_kind, source_code=row.said_source, tribute=row.said_tribute)


def keep(row: OnlinePaymentRow, found: Said) -> None:
    """Keeps what our site wrote; lines that do not make the amount are none."""
    row.said_kind, row.said_source, row.said_tribute = found.kind, found.source_code[:40], found.tribute[:200]
    adds_up = sum(line.cents for line in found.lines) == row.cents
    row.said_lines = [[line.cents, line.kind.value, line.fund] for line in found.lines] if adds_up else None


def unknown_sources(session: Session, *, size: int) -> tuple[OnlinePayment, ...]:
    """Payments that are gifts of no appeal, though our site named one; the newest first."""
    row, gifts = OnlinePaymentRow, donations.effective_gifts().subquery("gifts")
    query = (
        select(row)
        .join(gifts, gifts.c.id == row.gift_id)
        .where(row.said_source != "", func.coalesce(gifts.c.source_code, "") == "")
    )
    return tuple(map(payment, session.scalars(query.order_by(row.paid_on.desc(), row.id.desc()).limit(size))))


def payout(row: PayoutRow) -> Payout:
    """The noun of a row."""
    return Payout(
        id=row.id,
        provider=row.provider,
        reference=row.reference,
        cents=row.cents,
        on=row.paid_on,
        count=row.payments,
        gross_cents=row.gross_cents,
        back_cents=row.back_cents,
        fee_cents=row.fee_cents,
        settled_on=row.settled_on,
        credited_cents=row.credited_cents,
        why=row.why,
    )
