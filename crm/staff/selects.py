"""Accounts as SQL, for the rooms above."""

from __future__ import annotations

from sqlalchemy import Select, select

from crm.staff.tables import AccountRow


def closed() -> Select[int]:
    """Accounts that are closed: what was theirs to do waits for somebody else."""
    return select(AccountRow.id).where(~AccountRow.is_active)
