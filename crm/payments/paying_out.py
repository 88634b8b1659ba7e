"""Payouts: one transfer of a provider is so many payments, less what went back and what was kept, to the cent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from crm.foundation.database import hold
from crm.payments import rules, service, store
from crm.payments.errors import PayoutDiffers, PayoutMissing
from crm.payments.model import PaidOut, Payout, Told
from crm.payments.service import Till
from crm.payments.tables import OnlineBackRow, OnlinePaymentRow, PayoutRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Credit:
    """A credit of the bank, as much of it as tells a payout. `key` is the line's own name."""

    key: str
    booked_on: date
    cents: int
    text: str


def take(
    session: Session, till: Till, provider: str, told: PaidOut, *, at: datetime
) -> tuple[Payout, tuple[Told, ...]] | None:
    """Keeps a payout with all that is in it, and books what the provider kept of each part; None where it is known.

    Also who of it was recorded just now, since no notice had come. Raises PayoutDiffers: then the caller keeps nothing.
    """
    hold(session, f"payouts {provider}")
    if told.reference in store.known_payouts(session, provider):
        return None
    newly = tuple(
        one for one in (*told.payments, *told.others) if service.take(session, till, provider, one, at=at).is_new_gift
    )
    paid = [_payment(session, provider, one.reference) for one in told.payments]
    gone = [_back(session, provider, payment, back.reference) for payment, back in told.backs]
    parts: list[OnlinePaymentRow | OnlineBackRow] = [*paid, *gone]
    if any(one.payout_id is not None for one in parts):
        raise PayoutDiffers
    gross, back_cents = sum(one.cents for one in paid), sum(one.cents for one in gone)
    fee, costs = gross - back_cents - told.cents, Counter[str]()
    for means, cost in told.costs:
        costs[means] += cost
    if fee < 0 or (told.costs and abs(fee * 100 - costs.total()) > 100 * len(told.costs)):
        raise PayoutDiffers
    row = PayoutRow(
        provider=provider, reference=told.reference, cents=told.cents, paid_on=told.on, gross_cents=gross,
        back_cents=back_cents, fee_cents=fee, payments=len(paid), settled_on=None, read_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    sizes = [(one.means, one.cents) for one in paid] + [(one.kind.value, one.cents) for one in gone]
    for part, kept in zip(parts, rules.kept(fee, sizes, costs), strict=True):
        part.fee_cents, part.payout_id = kept, row.id
    session.flush()
    for reference in {one.reference for one in told.payments} | {payment for payment, _ in told.backs}:
        service.book(session, till, provider, reference, at=at)
    return store.payout(row), newly


def settle(session: Session, credits_: Sequence[Credit]) -> set[str]:
    """Which of those credits of the bank are payouts of ours, to the cent and by their reference; each settles one."""
    hold(session, "payouts")
    awaited = store.awaited(session, {one.cents for one in credits_ if one.cents > 0})
    done: set[str] = set()
    for credit in credits_:
        found = next(
            (row for row in awaited if row.cents == credit.cents and rules.names(credit.text, row.reference)), None
        )
        if found is not None:
            awaited.remove(found)
            found.settled_on = credit.booked_on
            done.add(credit.key)
    session.flush()
    return done


def settle_by_hand(session: Session, payout_id: int, credit: Credit, why: str) -> Payout:
    """A colleague says that a credit is a payout's. Another amount wants `why`; the control of the year shows it.

    Books nothing: what each payment came to stands already. Raises PayoutMissing, and PayoutDiffers without a reason.
    """
    hold(session, "payouts")
    row = session.get(PayoutRow, payout_id, populate_existing=True)
    if row is None or row.settled_on is not None:
        raise PayoutMissing
    if credit.cents != row.cents and not why.strip():
        raise PayoutDiffers
    row.settled_on, row.settled_by = credit.booked_on, credit.key
    row.credited_cents, row.why = (None, "") if credit.cents == row.cents else (credit.cents, why.strip()[:200])
    session.flush()
    return store.payout(row)


def take_back(session: Session, credit: Credit) -> None:
    """A credit was not the payout's that it was taken for: another one is awaited. Raises PayoutMissing."""
    hold(session, "payouts")
    row = store.settled_by(session, credit.key)
    if row is None:
        like = store.settled_with(session, credit.booked_on, credit.cents)
        row = next((one for one in like if rules.names(credit.text, one.reference)), None)
    if row is None:
        raise PayoutMissing
    row.settled_on = row.settled_by = row.credited_cents = None
    row.why = ""
    session.flush()


def _payment(session: Session, provider: str, reference: str) -> OnlinePaymentRow:
    row = store.find(session, provider, reference)
    assert row is not None  # taken just before
    return row


def _back(session: Session, provider: str, payment: str, reference: str) -> OnlineBackRow:
    row = store.find(session, provider, payment)
    found = store.backs(session, row.id).get(reference) if row is not None else None
    if found is None:
        raise PayoutDiffers
    return found
