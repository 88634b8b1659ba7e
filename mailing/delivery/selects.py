"""Whose mails are whose, for the SQL of upper rooms."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, select

from mailing.delivery.model import DeliveryState
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
