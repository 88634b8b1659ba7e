"""What is said of somebody as a donor, beside their gifts on their page."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from crm.contracts.person_page import Look, Panel, Place
from crm.donations import donors
from crm.donations.donor_words import LEVELS, LIFECYCLES, TRAITS, TRENDS
from crm.donations.portraits import Trait
from crm.foundation.translation import say
from crm.values.calendar import brussels_day

UNSAID = frozenset({Trait.SYBUNT_INCLUSIVE})
"""What the others say better."""


@dataclass(frozen=True, slots=True)
class DonorPanel:
    """How long they have given, how lately, how faithfully; nothing for whoever never gave."""

    key: str = "donor"
    order: int = 15
    place: Place = Place.SIDE
    permission: str = "donations.read"

    def panel(self, session: Session, look: Look) -> Panel | None:
        """As of today."""
        seen = donors.portrait(session, look.person_id, brussels_day(look.now))
        if seen is None:
            return None
        word, shape = LIFECYCLES[seen.lifecycle]
        return Panel(
            key=self.key,
            since_on=seen.figures.first_on,
            values={
                "lifecycle": say(look.language, word),
                "shape": shape,
                "traits": [say(look.language, word) for trait, word in TRAITS.items() if trait in seen.traits - UNSAID],
                "figures": seen.figures,
                "streak": seen.streak_carried,
                "trend": say(look.language, TRENDS[seen.trend]) if seen.trend else "",
                "level": say(look.language, LEVELS[seen.level]),
                "scores": donors.scores(session, seen),
                "year": seen.on.year,
                "sums": {one.year: one.cents for one in seen.figures.by_year},
            },
        )
