"""On somebody's page, for those who look after legacies alone: whether there is a file. What it says stands in it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from crm.contracts.person_page import Look, Panel, PersonPanel, Place, TimelineSource
from crm.foundation.translation import say
from crm.legacies import service, words


@dataclass(frozen=True, slots=True)
class LegacyPanel:
    """Each file with its stage; no notary, no amount."""

    key: str = "legacy"
    order: int = 62
    place: Place = Place.SIDE
    permission: str = "legacies.read"

    def panel(self, session: Session, look: Look) -> Panel | None:
        """In one query."""
        shown = [
            {
                "id": one.id,
                "stage": say(look.language, words.STAGES[one.stage][0]),
                "shape": words.STAGES[one.stage][1],
                "reached_on": one.reached_on,
            }
            for one in service.of_person(session, look.person_id)
        ]
        return Panel(key=self.key, values={"person_id": look.person_id, "legacies": shown})


PANELS: tuple[PersonPanel, ...] = (LegacyPanel(),)
TIMELINE: tuple[TimelineSource, ...] = ()
"""None: a timeline is read by many."""
