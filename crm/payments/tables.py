"""Rows of payments online: each payment, what of it went back, the transfers it came to us in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.donations.model import EntryKind, GiftKind
from crm.foundation.columns import Base, BigId, Json, Word
from crm.payments.model import PaymentState


class PayoutRow(Base):
    """`settled_on`: the day of the bank's credit, once it came; `settled_by` that line, where a colleague chose it.

    `credited_cents` and `why` where the bank credited another amount, as that colleague says.
    """

    __tablename__ = "payout"
    __table_args__ = (UniqueConstraint("provider", "reference"), Index("ix_payout_awaited", "settled_on", "cents"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    provider: Mapped[str] = mapped_column(String(40))
    reference: Mapped[str] = mapped_column(String(80))
    cents: Mapped[int] = mapped_column(BigInteger)
    paid_on: Mapped[date]
    gross_cents: Mapped[int] = mapped_column(BigInteger)
    back_cents: Mapped[int] = mapped_column(BigInteger)
    fee_cents: Mapped[int] = mapped_column(BigInteger)
    payments: Mapped[int]
    settled_on: Mapped[date | None]
    settled_by: Mapped[str | None] = mapped_column(String(80))
    credited_cents: Mapped[int | None] = mapped_column(BigInteger)
    why: Mapped[str] = mapped_column(String(200), default="", server_default="")
    read_at: Mapped[datetime]


class OnlinePaymentRow(Base):
    """`fee_cents`: what the provider kept of it, booked on its gift once it has one.

    `said_…`: what our site wrote beside it, whoever it is of; its lines as [cents, kind, fund]; its tribute until it is
    the gift's. `paid_…`: what was paid, where that was in another money: `cents` is what the payout says it became.
    """

    __tablename__ = "online_payment"
    __table_args__ = (
        UniqueConstraint("provider", "reference"),
        Index("ix_online_payment_return", "return_code"),
        Index("ix_online_payment_waits", "state", "gift_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    provider: Mapped[str] = mapped_column(String(40))
    reference: Mapped[str] = mapped_column(String(100))
    return_code: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[PaymentState] = mapped_column(Word(PaymentState))
    cents: Mapped[int] = mapped_column(BigInteger)
    fee_cents: Mapped[int] = mapped_column(BigInteger)
    paid_on: Mapped[date]
    means: Mapped[str] = mapped_column(String(40))
    is_test: Mapped[bool]
    gift_id: Mapped[int | None] = mapped_column(ForeignKey("gift.id"), index=True)
    payout_id: Mapped[int | None] = mapped_column(ForeignKey("payout.id"), index=True)
    said_kind: Mapped[GiftKind | None] = mapped_column(Word(GiftKind))
    said_lines: Mapped[list[Any] | None] = mapped_column(Json)
    said_source: Mapped[str] = mapped_column(String(40), default="", server_default="")
    said_tribute: Mapped[str] = mapped_column(String(200), default="", server_default="")
    paid_currency: Mapped[str] = mapped_column(String(3), default="", server_default="")
    paid_amount: Mapped[str] = mapped_column(String(20), default="", server_default="")
    told_at: Mapped[datetime]


class OnlineLeftOutRow(Base):
    """A payment in another money: of nobody, in no account, until its payout says what it is worth."""

    __tablename__ = "online_left_out"
    __table_args__ = (UniqueConstraint("provider", "reference"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    provider: Mapped[str] = mapped_column(String(40))
    reference: Mapped[str] = mapped_column(String(100))
    currency: Mapped[str] = mapped_column(String(3))
    amount: Mapped[str] = mapped_column(String(20))
    paid_on: Mapped[date]
    told_at: Mapped[datetime]


class OnlineBackRow(Base):
    """What went back of a payment. `is_ours`: a refund of ours had booked it before the provider told of it.

    `lost_cents`: what of it was more than had come, since the other money it was paid in is worth more by now.
    """

    __tablename__ = "online_back"
    __table_args__ = (UniqueConstraint("payment_id", "reference"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("online_payment.id"))
    reference: Mapped[str] = mapped_column(String(100))
    kind: Mapped[EntryKind] = mapped_column(Word(EntryKind))
    cents: Mapped[int] = mapped_column(BigInteger)
    fee_cents: Mapped[int] = mapped_column(BigInteger)
    gone_on: Mapped[date]
    stands: Mapped[bool]
    is_ours: Mapped[bool]
    lost_cents: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    payout_id: Mapped[int | None] = mapped_column(ForeignKey("payout.id"), index=True)
