"""The national number on a person's page: given or not, how, asked when. Never the number."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from crm.contracts.person_page import Look, Panel, PersonPanel, Place, TimelineSource
from crm.foundation.translation import say
from crm.people import service as people
from crm.people.model import PersonKind
from crm.values.national_number import MASK
from crm.vault import store, words


@dataclass(frozen=True, slots=True)
class NumberPanel:
    """Two lines: whether it is held, and when it was last asked for."""

    key: str = "national_number"
    order: int = 60
    place: Place = Place.SIDE
    permission: str = "national-number.write"

    def panel(self, session: Session, look: Look) -> Panel | None:
        """In three queries at most; none of an organisation."""
        held, asked = store.held(session, look.person_id), store.asked(session, look.person_id)
        gone = () if held else store.gone(session, [look.person_id])
        own = people.looked_at(session, look)
        if own is not None and own.kind is PersonKind.ORGANISATION and not (held or asked or gone):
            return None  # an organisation has an enterprise number
        return Panel(
            key=self.key,
            values={
                "person_id": look.person_id,
                "mask": MASK if held else "",
                "kept_at": held.kept_at if held else None,
                "source": say(look.language, words.SOURCES[held.source]) if held else "",
                "gone_since": gone[-1].nothing_since if gone else None,
                "asked_at": asked.asked_at if asked else None,
                "way": say(look.language, words.WAYS[asked.way]) if asked else "",
            },
        )


PANELS: tuple[PersonPanel, ...] = (NumberPanel(),)
TIMELINE: tuple[TimelineSource, ...] = ()
