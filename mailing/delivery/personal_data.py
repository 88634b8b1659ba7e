"""The mails somebody was owed: shown by subject and day; erased to a count that leads to nobody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contracts.personal_data import Column, Erasing, Forgotten, Section, Subject
from crm.foundation.forgetting import empty_rows
from crm.foundation.translation import N_, say
from crm.values.languages import Language
from mailing.delivery.model import DeliveryState
from mailing.delivery.selects import deliveries_of
from mailing.delivery.tables import BodyRow, DeliveryEventRow, DeliveryRow

ROOM = "mailing.delivery"
TABLES = frozenset({"delivery", "delivery_event"})

_PENDING = (
    DeliveryState.PLANNED,
    DeliveryState.CLAIMED,
    DeliveryState.ATTEMPTING,
    DeliveryState.DEFERRED,
    DeliveryState.UNCERTAIN,
    DeliveryState.REPLANNING,
)


def show(session: Session, subject: Subject, language: Language) -> Sequence[Section]:
    """Every mail: its subject, the address, when it was taken over by the relay."""
    query = (
        select(BodyRow.subject, DeliveryRow.address, DeliveryRow.state, DeliveryRow.created_at, DeliveryRow.settled_at)
        .join(BodyRow, BodyRow.id == DeliveryRow.body_id)
        .where(DeliveryRow.id.in_(deliveries_of(subject.person_ids)))
        .order_by(DeliveryRow.created_at, DeliveryRow.id)
    )
    return (
        Section(
            key="mails",
            title=say(language, N_("Mails que nous vous devions")),
            columns=(
                Column(key="subject", label=say(language, N_("Objet"))),
                Column(key="address", label=say(language, N_("Adresse"))),
                Column(key="at", label=say(language, N_("Préparé"))),
                Column(key="sent_at", label=say(language, N_("Parti"))),
            ),
            rows=[
                {
                    "subject": title,
                    "address": address,
                    "at": at,
                    "sent_at": settled if state is DeliveryState.ACCEPTED else None,
                    "state": state.value,
                }
                for title, address, state, at, settled in session.execute(query)
            ],
        ),
    )


def erase(session: Session, subject: Subject, erasing: Erasing) -> Forgotten:
    """What waits is called off; of all others the count stays, without address, words or person."""
    theirs = list(session.scalars(deliveries_of(subject.person_ids)))
    values: dict[str, Any] = {
        "address": "",
        "address_key": "",
        "values": {},
        "reply": "",
        "contact_point_id": None,
        "person_id": None,
        "lease_until": None,
    }
    events = mails = 0
    for start in range(0, len(theirs), 500):
        some = theirs[start : start + 500]
        row = DeliveryRow
        ended = {"state": DeliveryState.CANCELLED, "settled_at": erasing.at}
        empty_rows(session, row, ended, row.id.in_(some), row.state.in_(_PENDING))
        mails += empty_rows(session, row, values, row.id.in_(some))
        events += empty_rows(session, DeliveryEventRow, {"detail": ""}, DeliveryEventRow.delivery_id.in_(some))
    return Forgotten(erased={"delivery": mails, "delivery_event": events})
