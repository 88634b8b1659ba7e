"""The words of supporter care, as the office says them."""

from __future__ import annotations

from crm.care.model import Complaint, Direction, InteractionKind
from crm.foundation.translation import N_

KINDS: dict[InteractionKind, str] = {
    InteractionKind.CALL: N_("Appel"),
    InteractionKind.LETTER: N_("Courrier"),
    InteractionKind.VISIT: N_("Visite"),
    InteractionKind.EMAIL: N_("E-mail"),
    InteractionKind.MESSAGE: N_("Message"),
}

DIRECTIONS: dict[Direction, str] = {
    Direction.IN: N_("de la personne"),
    Direction.OUT: N_("de notre part"),
}

COMPLAINTS: dict[Complaint, tuple[str, str]] = {
    Complaint.OPEN: (N_("Plainte ouverte"), "warn"),
    Complaint.CLOSED: (N_("Plainte réglée"), "done"),
}
