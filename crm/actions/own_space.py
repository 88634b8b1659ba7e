"""The petitions somebody signed, in their own space: which names may be handed over, and were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.actions import history
from crm.actions.model import Handing
from crm.actions.tables import SignatureRow
from crm.contracts.own_space import OwnLine, OwnLook, OwnPart, OwnSource
from crm.foundation.translation import N_, say

PATH = "/mon-espace/signatures"
OWN: dict[Handing, str] = {
    Handing.KEPT: N_("Votre nom reste chez nous."),
    Handing.WAITS: N_("Votre nom sera transmis avec la pétition."),
    Handing.FROZEN: N_("Votre nom n’est pas transmis tant que vos données sont gelées."),
    Handing.IN_LIST: N_("Votre nom est dans une liste qui va être remise."),
    Handing.DELIVERED: N_("Votre nom a été transmis avec la pétition."),
    Handing.WITHDRAWN: N_("Vous ne voulez plus que votre nom soit transmis."),
    Handing.WITHDRAWN_LATE: N_("Votre nom avait été transmis avant que vous ne retiriez votre accord."),
}
"""What became of their name, as a signer reads it."""


@dataclass(frozen=True, slots=True)
class OwnSignatures:
    """One line that leads to the petitions they signed."""

    key: str = "signatures"

    def part(self, session: Session, look: OwnLook) -> OwnPart | None:
        """Nothing where they signed none."""
        row = SignatureRow
        count = select(func.count()).where(row.person_id == look.person_id, row.folded_into_id.is_(None))
        if not (number := session.scalar(count)):
            return None
        text = say(look.language, N_("Pétitions signées : %(count)s"), count=number)
        return OwnPart(title=say(look.language, N_("Mes signatures")), lines=(OwnLine(text=text, path=PATH),))

    def file(self, session: Session, look: OwnLook) -> Mapping[str, Any]:
        """Each with what became of it."""
        signed = history.signed(session, look.person_id)
        return {"petitions": [{"title": one.title, "at": one.at.isoformat(), "name": one.handing} for one in signed]}


SOURCES: tuple[OwnSource, ...] = (OwnSignatures(),)
