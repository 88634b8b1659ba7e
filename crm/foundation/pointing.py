"""Which rows anywhere in the house point at given ones: what is pointed at is in use."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.foundation.columns import Base


def pointing_at(
    session: Session, table_name: str, ids: Collection[int], *, but: Collection[str] = ()
) -> dict[int, set[str]]:
    """By row of that table, the other tables that hold a row which points at it; `but` names those left out."""
    found: dict[int, set[str]] = {}
    for table in Base.metadata.sorted_tables if ids else ():
        if table.name in but:
            continue
        for column in [key.parent for key in table.foreign_keys if key.column.table.name == table_name]:
            for pointed in session.scalars(select(column).where(column.in_(ids)).distinct()):
                found.setdefault(pointed, set()).add(table.name)
    return found
