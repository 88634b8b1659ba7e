"""The day that two colleagues gave a gift, kept where its money is booked anew: the bank's line was opened again.

When an order was given, or a letter posted, is of the money, whoever it turns out to be of.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.donations import fiscal_days, store
from crm.donations.model import Basis, RefundState
from crm.donations.tables import GiftCorrectionRow, GiftRow
from crm.values.identifiers import GiftId


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptDay:
    """By which day money counted before it was taken back, and the correction that said so."""

    given_on: date
    basis: Basis
    correction_id: int


def before(session: Session, provider: str, names: Mapping[int, Collection[str]], *, today: date) -> dict[int, KeptDay]:
    """The days of money that was booked under those names of its provider and taken back, where two colleagues put
    right the last of them. A day of a year whose papers are closed is none.
    """
    asked = {name: key for key, several in names.items() for name in several}
    gifts: dict[int, int] = {}
    for one in store.find_entries(session, provider, asked):
        key = asked[one.external_id]
        gifts[key] = max(gifts.get(key, 0), one.gift_id)
    gift, correction = GiftRow, GiftCorrectionRow
    query = (
        select(gift.id, gift.given_on, gift.basis, correction.id.label("correction_id"))
        .join(correction, correction.gift_id == gift.id)
        .where(gift.id.in_(gifts.values()), correction.state == RefundState.DONE, correction.given_on == gift.given_on)
        .order_by(correction.id)
    )
    found = {row.id: row for row in session.execute(query)} if gifts else {}
    kept = {}
    for key, gift_id in gifts.items():
        last = found.get(gift_id)
        if last is not None and not fiscal_days.is_closed(last.given_on.year, today):
            kept[key] = KeptDay(given_on=last.given_on, basis=last.basis, correction_id=last.correction_id)
    return kept


def carry(session: Session, kept: Mapping[GiftId, KeptDay]) -> None:
    """Who decided on the day, and why, stands with the gifts that the money is now."""
    corrections = {one.correction_id for one in kept.values()}
    row = GiftCorrectionRow
    told = {one.id: one for one in session.scalars(select(row).where(row.id.in_(corrections)))} if kept else {}
    for gift_id, one in kept.items():
        was, gift = told[one.correction_id], session.get_one(GiftRow, gift_id)
        session.add(
            GiftCorrectionRow(
                gift_id=gift_id,
                was_cents=gift.net_cents,
                cents=gift.net_cents,
                was_on=was.was_on,
                given_on=was.given_on,
                basis=was.basis,
                reason=was.reason,
                state=was.state,
                asked_by=was.asked_by,
                asked_at=was.asked_at,
                decided_by=was.decided_by,
                decided_at=was.decided_at,
            )
        )
    session.flush()
