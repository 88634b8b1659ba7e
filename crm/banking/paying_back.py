"""Each refund of ours beside what paid it, as SQL: a debit that stands, or a provider.

Of equal refunds of one gift the first was paid by whatever paid first; a payment that came back to us paid none.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, Select, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from crm.banking.selects import refund_moves
from crm.banking.tables import BankLineRow
from crm.donations import selects as donations
from crm.foundation.numbered import one_of
from crm.payments import selects as payments

IBAN = "iban"
"""The kind of key by which whose an account is is known."""


def refund_pairs() -> Select[*tuple[Any, ...]]:
    """(entry_id, gift_id, person_id, booked_on, cents, name, line_id, on): each refund booked beside what paid it."""
    booked = donations.refunds_decided().subquery("booked")
    place = func.row_number().over(
        partition_by=(booked.c.gift_id, booked.c.cents), order_by=(booked.c.booked_on, booked.c.entry_id)
    )
    entries = select(booked, place.label("place")).cte("refunds")
    lines, online = refund_moves().subquery("debits"), payments.refunds_paid().subquery("online")
    gone = union_all(
        select(lines.c.gift_id, lines.c.cents, lines.c.booked_on.label("on"), lines.c.line_id).where(
            lines.c.cents < 0, lines.c.stands
        ),
        select(online.c.gift_id, online.c.cents, online.c.on, null().label("line_id")),
    ).subquery("gone")
    order = (gone.c.on, func.coalesce(gone.c.line_id, literal(0)))
    again = func.row_number().over(partition_by=(gone.c.gift_id, gone.c.cents), order_by=order)
    paid_by = select(gone, again.label("place")).cte("paid")
    same = [getattr(entries.c, name) == getattr(paid_by.c, name) for name in ("gift_id", "cents", "place")]
    return select(
        entries.c.entry_id,
        entries.c.gift_id,
        entries.c.person_id,
        entries.c.booked_on,
        entries.c.cents,
        entries.c.name,
        paid_by.c.line_id,
        paid_by.c.on,
    ).outerjoin(paid_by, same[0] & same[1] & same[2])


def standing(session: Session, amounts: Collection[int]) -> Sequence[Row[Any]]:
    """Each refund of those amounts that a debit paid and that did not come back, with that debit, the oldest first."""
    pairs, line = refund_pairs().subquery("pairs"), BankLineRow
    query = select(pairs, line.end_to_end_id, line.account_key).join(line, line.id == pairs.c.line_id)
    query = query.where(one_of(pairs.c.cents, [-cents for cents in amounts]))
    return session.execute(query.order_by(pairs.c.on, pairs.c.entry_id)).all()
