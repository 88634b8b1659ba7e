"""Whose number is held, for the SQL of upper rooms; never the number."""

from __future__ import annotations

from sqlalchemy import Select, select

from crm.vault.tables import NumberRow


def holders() -> Select[int | None]:
    """person_id of everybody whose number is held."""
    return select(NumberRow.person_id).where(NumberRow.person_id.is_not(None))
