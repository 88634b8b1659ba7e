"""What passed between people and the team, as SQL for upper rooms."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from crm.care.model import Direction
from crm.care.tables import InteractionRow, TaskRow


def finished_tasks() -> Select[*tuple[Any, ...]]:
    """(id, done_at, done_by) of each task that was done."""
    row = TaskRow
    return select(row.id, row.done_at, row.done_by).where(row.done_at.is_not(None), row.removed_at.is_(None))


def open_tasks() -> Select[*tuple[Any, ...]]:
    """(id) of each task that waits for somebody."""
    return select(TaskRow.id).where(TaskRow.done_at.is_(None), TaskRow.removed_at.is_(None))


def signs_of_life(since: Any) -> tuple[Select[*tuple[Any, ...]], ...]:
    """Who called, wrote or came by since an instant: selects of person_id."""
    row = InteractionRow
    return (
        select(row.person_id).where(row.happened_at >= since, row.direction == Direction.IN, row.removed_at.is_(None)),
    )
