"""How long the ledger of mails remembers which address each went to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from crm.contracts.personal_data import Term
from crm.foundation.forgetting import empty_rows
from crm.foundation.translation import N_
from mailing.delivery.tables import DeliveryEventRow, DeliveryRow

TERMS: tuple[Term, ...] = (
    Term(code="mail-addresses", what=N_("Adresse en clair et réponse du serveur de chaque mail parti"), months=24),
)


def forget_older(session: Session, code: str, before: datetime) -> int:
    """See `crm.contracts.personal_data.TermKeeper`. The mail stays counted and its person known; the address goes."""
    old = and_(DeliveryRow.settled_at < before, DeliveryRow.address != "")
    told = DeliveryEventRow.delivery_id.in_(select(DeliveryRow.id).where(old))
    empty_rows(session, DeliveryEventRow, {"detail": ""}, told, DeliveryEventRow.detail != "")
    return empty_rows(session, DeliveryRow, {"address": "", "reply": "", "values": {}}, old)
