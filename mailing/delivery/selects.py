"""Whose mails are whose, for the SQL of upper rooms."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from mailing.delivery.model import NEVER_LEFT, DeliveryState
from mailing.delivery.tables import DeliveryRow, MailingRow


def accepted_of(mailing_id: int) -> Select[*tuple[Any, ...]]:
    """To whom a mail of that mailing was handed over: recorded_person_id."""
    row = DeliveryRow
    return select(row.recorded_person_id).where(row.mailing_id == mailing_id, row.state == DeliveryState.ACCEPTED)


def owed_of(code: str) -> Select[*tuple[Any, ...]]:
    """Who was owed a mail of the mailing of that code, as whom they are today: person_id."""
    return (
        select(DeliveryRow.person_id)
        .join(MailingRow, MailingRow.id == DeliveryRow.mailing_id)
        .where(MailingRow.code == code)
    )


def deliveries_of(person_ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    """The numbers of all mails owed to those people."""
    return select(DeliveryRow.id).where(DeliveryRow.person_id.in_(person_ids))


def letters_of(code: str, since: datetime) -> Select[*tuple[Any, ...]]:
    """The letters of a kind that were owed since then: id, occasion, created_at, never_left."""
    row = DeliveryRow
    return (
        select(row.id, row.occasion, row.created_at, row.state.in_(NEVER_LEFT).label("never_left"))
        .join(MailingRow, MailingRow.id == row.mailing_id)
        .where(MailingRow.code == code, row.created_at >= since)
    )
