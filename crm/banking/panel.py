"""Which payers the bank knows for somebody, on their page: each can be forgotten."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from crm.banking import payers
from crm.banking.tables import BankLineRow
from crm.contracts.person_page import Look, Panel, PersonPanel, Place, TimelineSource
from crm.foundation import presence

_LINES = presence.watch(BankLineRow.person_id)


@dataclass(frozen=True, slots=True)
class PayersPanel:
    """The accounts, each with the name on it, that a colleague confirmed for them."""

    key: str = "payers"
    order: int = 62
    place: Place = Place.SIDE
    permission: str = "banking.read"

    def panel(self, session: Session, look: Look) -> Panel | None:
        """In two queries; nothing where nobody was confirmed."""
        if presence.nothing(session, _LINES, look.person_id):
            return None
        several = payers.of_person(session, look.person_id)
        return Panel(key=self.key, values={"payers": several}) if several else None


PANELS: tuple[PersonPanel, ...] = (PayersPanel(),)
TIMELINE: tuple[TimelineSource, ...] = ()
