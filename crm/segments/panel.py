"""The segments somebody is in now, on their page: asked for when opened, as asking all of them takes a while."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from crm.contracts.person_page import Look, Panel, PersonPanel, Place, TimelineSource


@dataclass(frozen=True, slots=True)
class SegmentsPanel:
    """A door to the list; nothing is asked of the database for it."""

    key: str = "segments"
    order: int = 90
    place: Place = Place.SIDE
    permission: str = "segments.read"

    def panel(self, session: Session, look: Look) -> Panel | None:
        """Whose it is, and no more."""
        return Panel(key=self.key, values={"person_id": look.person_id})


PANELS: tuple[PersonPanel, ...] = (SegmentsPanel(),)
TIMELINE: tuple[TimelineSource, ...] = ()
