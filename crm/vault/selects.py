"""Whose number is held, for the SQL of upper rooms; never the number."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from crm.vault.model import Way
from crm.vault.tables import NumberRequestRow, NumberRow


def holders() -> Select[int | None]:
    """person_id of everybody whose number is held."""
    return select(NumberRow.person_id).where(NumberRow.person_id.is_not(None))


def asked() -> Select[*tuple[Any, ...]]:
    """How often everybody was asked: person_id, mails, letters, calls, last_at."""
    row = NumberRequestRow

    def times(*ways: Way) -> Any:
        return func.count().filter(row.way.in_(ways))

    return select(
        row.person_id,
        times(Way.MAIL).label("mails"),
        times(Way.LETTER).label("letters"),
        times(Way.PHONE, Way.VISIT).label("calls"),
        func.max(row.asked_at).label("last_at"),
    ).group_by(row.person_id)


def kept() -> Select[*tuple[Any, ...]]:
    """Since when whose number is held: person_id, kept_at."""
    return select(NumberRow.person_id, NumberRow.kept_at).where(NumberRow.person_id.is_not(None))
