"""Collections as SQL for upper rooms."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, select

from crm.collections.tables import CollectionRow


def gifts_of(plan_ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    """The `gift_id` of every instalment of those plans that came."""
    row = CollectionRow
    return select(row.gift_id).where(row.plan_id.in_(plan_ids), row.gift_id.is_not(None))
