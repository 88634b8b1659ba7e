"""How often strangers may make us write: one request for confirmation a mailbox and day, and a brake on all of them.

A mailbox is known by its keyed hash, its spellings folded; a day's rows are deleted two days later.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from crm.consent.tables import AskedRow
from crm.foundation.database import hold
from crm.foundation.signing import AddressHasher
from crm.values.calendar import brussels_day
from crm.values.email_address import EmailAddress
from crm.values.mailbox import mailbox_of

WINDOW = timedelta(minutes=10)
CALM = 60
"""Mailboxes asked within the window up to which everything is as always; beyond, a form has to show it is meant."""
PATIENT = 20
"""Of those, how many may come without a proof of work, by patience alone, while it is not calm."""


def admit(
    session: Session, addresses: AddressHasher, email: EmailAddress, *, at: datetime, patient: bool = False
) -> bool:
    """Counts a request for confirmation; False where that mailbox had today's."""
    day, key = brussels_day(at), addresses.key_of(mailbox_of(email))
    hold(session, f"asked {key}")
    if session.get(AskedRow, (key, day)) is not None:
        return False
    session.execute(delete(AskedRow).where(AskedRow.asked_at < at - timedelta(days=2)))
    session.add(AskedRow(mailbox_key=key, asked_on=day, asked_at=at, is_patient=patient))
    session.flush()
    return True


def is_calm(session: Session, *, at: datetime) -> bool:
    """True while requests come at a human pace."""
    return _lately(session, at) < CALM


def has_patience(session: Session, *, at: datetime) -> bool:
    """True while one more may come by patience alone."""
    return _lately(session, at, patient_only=True) < PATIENT


def _lately(session: Session, at: datetime, *, patient_only: bool = False) -> int:
    counted = select(func.count()).select_from(AskedRow).where(AskedRow.asked_at > at - WINDOW)
    return session.scalar(counted.where(AskedRow.is_patient) if patient_only else counted) or 0
