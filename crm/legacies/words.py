"""The words of legacies, as the office says them."""

from __future__ import annotations

from crm.foundation.translation import N_
from crm.legacies.model import LegacyKind, Stage

KINDS: dict[LegacyKind, str] = {
    LegacyKind.UNKNOWN: N_("Pas encore connu"),
    LegacyKind.UNIVERSAL: N_("Legs universel"),
    LegacyKind.SHARE: N_("Legs à titre universel"),
    LegacyKind.PARTICULAR: N_("Legs particulier"),
    LegacyKind.DUO: N_("Legs en duo"),
    LegacyKind.OTHER: N_("Autre (assurance, donation…)"),
}
STAGES: dict[Stage, tuple[str, str]] = {
    Stage.TOLD: (N_("Annoncé"), "wait"),
    Stage.IN_WILL: (N_("Au testament"), "wait"),
    Stage.OPENED: (N_("Succession ouverte"), "warn"),
    Stage.ACCEPTED: (N_("Accepté"), "warn"),
    Stage.RECEIVED: (N_("Reçu"), "done"),
    Stage.CLOSED: (N_("Dossier clos"), "done"),
    Stage.FALLEN: (N_("Sans suite"), "stop"),
}
WHY: dict[str, str] = {
    "day": N_("Un jour qui n’est pas à venir."),
    "before": N_("Pas avant l’étape d’avant."),
    "same": N_("Le dossier en est déjà là : choisissez une autre étape."),
}
