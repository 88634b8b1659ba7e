"""The day by which the gift of a line counts, told where a colleague opens that line again or decides on it anew."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from crm.banking import service as banking
from crm.donations import service as donations
from crm.web.office import shell
from crm.web.words import N_

KEEPS = N_(
    "Deux collègues l’avaient fait compter pour le %(day)s : ce jour lui reste quand vous direz de qui il est. "
    "S’il ne convient plus, corrigez-le alors sur la page du don."
)
COUNTS = N_("Il compte pour le %(day)s, comme deux collègues l’ont décidé.")


def of(session: Session, line_id: int) -> date | None:
    """The day by which the gift of a line counts, where that is not the bank's."""
    line = banking.line(session, line_id)
    if line.gift_id is None or line.cents <= 0:
        return None
    gift = donations.gift(session, line.gift_id)
    return gift.given_on if gift.given_on != line.booked_on else None


def said(message: str, more: str, day: date | None) -> str:
    """A message, and what is to be known of that day."""
    return shell.say(message) + (f" {shell.say(more, day=f'{day:%d/%m/%Y}')}" if day is not None else "")
