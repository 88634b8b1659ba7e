"""Whether somebody is asked for gifts, in their own space, with the page on which they say no."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from crm.contracts.own_space import OwnLine, OwnLook, OwnPart, OwnSource
from crm.foundation.translation import N_, say
from crm.fundraising import objecting

PATH = "/mon-espace/appels"
ASKED = N_("Nous pouvons vous demander un don")
LEFT_ALONE = N_("Nous ne vous demandons plus de don")


@dataclass(frozen=True, slots=True)
class OwnAppeals:
    """One line that leads to the choice."""

    key: str = "appeals"

    def part(self, session: Session, look: OwnLook) -> OwnPart | None:
        """Nothing where the house never asks."""
        if not objecting.is_open(session):
            return None
        said = LEFT_ALONE if objecting.has_objected(session, look.person_id) else ASKED
        line = OwnLine(text=say(look.language, said), path=PATH)
        return OwnPart(title=say(look.language, N_("Nos appels aux dons")), lines=(line,))

    def file(self, session: Session, look: OwnLook) -> Mapping[str, Any]:
        """Whether they objected."""
        return {"objected": objecting.has_objected(session, look.person_id)}


SOURCES: tuple[OwnSource, ...] = (OwnAppeals(),)
