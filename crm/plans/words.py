"""The words of plans and mandates, as the office says them."""

from __future__ import annotations

from crm.foundation.translation import N_
from crm.plans.model import Amended, Channel, EndReason, EventKind, PaperKind, PlanState, Way

STATES: dict[PlanState, tuple[str, str]] = {
    PlanState.ACTIVE: (N_("Actif"), "done"),
    PlanState.PAUSED: (N_("En pause"), "wait"),
    PlanState.ENDED: (N_("Terminé"), "stop"),
}
WAYS: dict[Way, str] = {
    Way.DIRECT_DEBIT: N_("Domiciliation"),
    Way.STANDING_ORDER: N_("Ordre permanent"),
}
EVENTS: dict[EventKind, tuple[str, str]] = {
    EventKind.SIGN: (N_("Signé"), "done"),
    EventKind.UPGRADE: (N_("Augmenté"), "done"),
    EventKind.DOWNGRADE: (N_("Diminué"), "warn"),
    EventKind.CHANGE: (N_("Modifié"), "note"),
    EventKind.ACCOUNT: (N_("Changé de compte"), "note"),
    EventKind.MANDATE: (N_("Nouveau mandat"), "note"),
    EventKind.PAUSE: (N_("Mis en pause"), "wait"),
    EventKind.RESUME: (N_("Repris"), "done"),
    EventKind.REVIVE: (N_("Relancé"), "done"),
    EventKind.CANCEL: (N_("Arrêté"), "stop"),
    EventKind.FAILED: (N_("Refusé par la banque"), "warn"),
}
CHANNELS: dict[Channel, str] = {
    Channel.PHONE: N_("au téléphone"),
    Channel.LETTER: N_("par lettre"),
    Channel.MAIL: N_("par e-mail"),
    Channel.VISIT: N_("de vive voix"),
    Channel.STREET: N_("dans la rue"),
    Channel.WEBSITE: N_("sur le site"),
    Channel.BANK: N_("par la banque"),
    Channel.IMPORT: N_("par une importation"),
}
SIGNED: dict[str, str] = {"paper": N_("sur papier"), "website": N_("en ligne")}
"""How a mandate was signed: the sources that the office writes down."""
PAPERS: dict[PaperKind, str] = {
    PaperKind.PDF: N_("document PDF"),
    PaperKind.JPEG: N_("photo (JPEG)"),
    PaperKind.PNG: N_("image (PNG)"),
}
TOLD = (Channel.PHONE, Channel.LETTER, Channel.MAIL, Channel.VISIT, Channel.STREET, Channel.WEBSITE)
"""The ways by which people tell us something."""
END_REASONS: dict[EndReason, str] = {
    EndReason.MONEY: N_("n’en a plus les moyens"),
    EndReason.DISAGREES: N_("n’est pas d’accord avec nous"),
    EndReason.MOVED: N_("part vivre ailleurs"),
    EndReason.REPLACED: N_("donne désormais autrement"),
    EndReason.UNEXPLAINED: N_("n’a pas dit pourquoi"),
    EndReason.DECEASED: N_("est décédé·e"),
    EndReason.BANK: N_("la banque refuse"),
    EndReason.MISTAKE: N_("encodé par erreur"),
}
MOURNING = N_("Décès noté : ses dons réguliers sont en pause, arrêtez-les ou voyez avec la famille")
AMENDED: dict[Amended, str] = {
    Amended.ACCOUNT: N_("autre compte"),
    Amended.REFERENCE: N_("autre référence"),
}
RHYTHMS: dict[int, str] = {
    1: N_("par mois"),
    2: N_("tous les deux mois"),
    3: N_("par trimestre"),
    6: N_("par semestre"),
    12: N_("par an"),
}
