"""Who can be reached where, for the SQL of upper rooms."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from crm.people.model import ContactKind, Deliverability
from crm.people.tables import ContactPointRow, PersonRow
from crm.values.languages import Language


def reachable() -> Select[int, int, str, str, bool, Language]:
    """Every e-mail address that still is theirs and answers, of every living person not merged into another.

    Columns: person_id, contact_point_id, address, address_key, is_primary, language.
    """
    return (
        select(
            ContactPointRow.person_id,
            ContactPointRow.id.label("contact_point_id"),
            ContactPointRow.value.label("address"),
            ContactPointRow.address_key,
            ContactPointRow.is_primary,
            PersonRow.language,
        )
        .join(PersonRow, PersonRow.id == ContactPointRow.person_id)
        .where(
            PersonRow.merged_into_id.is_(None),
            PersonRow.deceased_recorded_at.is_(None),
            ContactPointRow.kind == ContactKind.EMAIL,
            ContactPointRow.ended_at.is_(None),
            ContactPointRow.deliverability != Deliverability.DEAD,
        )
    )


def merged(person_id: ColumnElement[Any] | Any) -> ColumnElement[bool]:
    """True where that person lives on in another."""
    person = PersonRow.__table__.alias()
    return select(person.c.id).where(person.c.id == person_id, person.c.merged_into_id.is_not(None)).exists()


def deceased(person_id: ColumnElement[Any] | Any) -> ColumnElement[bool]:
    """True where we were told that person has died."""
    person = PersonRow.__table__.alias()
    return select(person.c.id).where(person.c.id == person_id, person.c.deceased_recorded_at.is_not(None)).exists()


def first_names(person_ids: Collection[int]) -> Select[int, str]:
    """What those people are called: person_id, first_name (may be empty)."""
    return select(PersonRow.id.label("person_id"), PersonRow.first_name).where(PersonRow.id.in_(person_ids))
