"""What passed between people and the team, as SQL for upper rooms."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from crm.care.model import Direction
from crm.care.tables import InteractionRow


def signs_of_life(since: Any) -> tuple[Select[*tuple[Any, ...]], ...]:
    """Who called, wrote or came by since an instant: selects of person_id."""
    row = InteractionRow
    return (
        select(row.person_id).where(row.happened_at >= since, row.direction == Direction.IN, row.removed_at.is_(None)),
    )
