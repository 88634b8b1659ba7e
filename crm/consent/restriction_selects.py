"""Whose data are kept and not used (GDPR art. 18), for statements over many."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import aliased

from crm.consent.tables import RestrictionRow


def restricted(person_id: ColumnElement[Any] | Any) -> ColumnElement[bool]:
    """Whether a restriction stands on somebody. They are few: a list that is made once, whoever is asked about."""
    row = aliased(RestrictionRow)
    return person_id.in_(select(row.person_id).where(row.lifted_at.is_(None)))


def restricted_people() -> Select[int]:
    """The `person_id` of everybody on whom one stands."""
    return select(RestrictionRow.person_id).where(RestrictionRow.lifted_at.is_(None))
