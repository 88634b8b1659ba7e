"""Payments online as SQL for upper rooms."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from crm.donations.model import EntryKind
from crm.payments.tables import OnlineBackRow, OnlinePaymentRow


def refunds_paid() -> Select[*tuple[Any, ...]]:
    """(gift_id, cents, on) of each refund that the house decided and a provider paid; `cents` are negative."""
    back, row = OnlineBackRow, OnlinePaymentRow
    return (
        select(row.gift_id, (-back.cents).label("cents"), back.gone_on.label("on"))
        .join(row, row.id == back.payment_id)
        .where(back.is_ours, back.kind == EntryKind.REFUND, row.gift_id.is_not(None))
    )
