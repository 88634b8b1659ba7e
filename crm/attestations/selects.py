"""What attestations say of people, for the rooms above."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from crm.attestations.model import Status
from crm.attestations.tables import AttestationRow


def latest() -> Select[*tuple[Any, ...]]:
    """(person_id, year, number, cents) of the latest attestation of each that was issued and stands."""
    row = AttestationRow
    order = (row.year.desc(), row.number.desc(), row.version.desc())
    placed = (
        select(row.person_id, row.year, row.number, row.cents,
               func.row_number().over(partition_by=row.person_id, order_by=order).label("place"))
        .where(row.status == Status.VALID, row.issued_at.is_not(None))
        .subquery("placed")
    )  # fmt: skip
    return select(placed.c.person_id, placed.c.year, placed.c.number, placed.c.cents).where(placed.c.place == 1)
