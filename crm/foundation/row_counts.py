"""How many rows of each kind some people have."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.values.identifiers import PersonId


def counted(
    session: Session, whose: Mapping[str, Any], person_ids: Collection[PersonId]
) -> dict[PersonId, dict[str, int]]:
    """For each kind the column that says whose a row is; a query a kind, and nothing of whoever has none."""
    found: dict[PersonId, dict[str, int]] = {person_id: {} for person_id in person_ids}
    for code, column in whose.items():
        query = select(column, func.count()).where(column.in_(person_ids)).group_by(column)
        for person_id, count in session.execute(query):
            found[PersonId(person_id)][code] = count
    return found
