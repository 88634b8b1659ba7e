"""Whose mails are whose, for the SQL of upper rooms."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, select

from mailing.delivery.tables import DeliveryRow


def deliveries_of(person_ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    """The numbers of all mails owed to those people."""
    return select(DeliveryRow.id).where(DeliveryRow.person_id.in_(person_ids))
