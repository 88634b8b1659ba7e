"""What passed between people and the team, as SQL for upper rooms."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CompoundSelect, Select, select, union

from crm.care.model import Complaint, Direction
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


def waiting() -> CompoundSelect[int]:
    """The `person_id` of whoever has a complaint or a task that is open."""
    complaint, task = InteractionRow, TaskRow
    return union(
        select(complaint.person_id).where(complaint.complaint == Complaint.OPEN, complaint.removed_at.is_(None)),
        select(task.person_id).where(task.person_id.is_not(None), task.done_at.is_(None), task.removed_at.is_(None)),
    )
