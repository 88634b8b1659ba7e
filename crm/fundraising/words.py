"""The words of fundraising, as the office says them."""

from __future__ import annotations

from crm.consent.model import Channel
from crm.foundation.translation import N_
from crm.fundraising.call_model import CallOutcome
from crm.fundraising.model import Arm, Basis, FileForm, FileState, Kind, Reason, Removal

KINDS: dict[Kind, str] = {
    Kind.GENERAL: N_("Appel général"),
    Kind.URGENT: N_("Urgence"),
    Kind.REACTIVATION: N_("Réactivation"),
    Kind.UPGRADE: N_("Augmentation"),
}
CHANNELS: dict[Channel, str] = {
    Channel.POST: N_("par la poste"),
    Channel.PHONE: N_("par téléphone"),
    Channel.EMAIL: N_("par e-mail"),
}
BASES: dict[Basis, str] = {
    Basis.LAST: N_("leur dernier don"),
    Basis.LARGEST: N_("leur plus grand don"),
    Basis.FIXED: N_("des montants fixes"),
}
REASONS: dict[Reason, str] = {
    Reason.DECEASED: N_("décédées"),
    Reason.MINOR: N_("moins de 18 ans"),
    Reason.GATE: N_("le consentement ne le permet pas"),
    Reason.NO_ADDRESS: N_("pas d’adresse qui porte"),
    Reason.DO_NOT_CALL: N_("sur la liste nationale « Ne m’appelez plus »"),
    Reason.GAVE_RECENTLY: N_("ont donné il y a peu"),
    Reason.NOT_THANKED: N_("pas encore remerciées"),
    Reason.REGULAR: N_("donnent déjà chaque mois"),
    Reason.ENOUGH: N_("assez d’appels cette année"),
    Reason.OPEN_CARE: N_("une plainte ou une tâche est ouverte"),
    Reason.TENDED: N_("suivies personnellement"),
    Reason.ASKED_RECENTLY: N_("sollicitées il y a peu"),
    Reason.OURS: N_("de l’équipe ou du conseil"),
    Reason.HOUSEHOLD: N_("quelqu’un du même ménage est sollicité"),
    Reason.CAP: N_("au-delà du plafond de la cellule"),
}
HIGHER = N_("déjà dans une cellule plus haute")
ARMS: dict[Arm, str] = {Arm.MAILED: N_("sollicitées"), Arm.CONTROL: N_("groupe témoin")}
REMOVALS: dict[Removal, str] = {
    Removal.ERASED: N_("données effacées à leur demande"),
    Removal.DECEASED: N_("décédées depuis"),
    Removal.MERGED: N_("fiche réunie à une autre"),
    Removal.OBJECTED: N_("ont dit non depuis"),
    Removal.MINOR: N_("moins de 18 ans, nous l’avons su depuis"),
    Removal.RESTRICTED: N_("données gelées depuis (RGPD, art. 18)"),
    Removal.DO_NOT_CALL: N_("sur la liste nationale « Ne m’appelez plus » depuis"),
    Removal.BY_HAND: N_("retirées à la main"),
}
FORMS: dict[FileForm, str] = {
    FileForm.LIST: N_("Liste"),
    FileForm.LETTERS: N_("Lettres"),
    FileForm.EDITION: N_("Lettre d’information"),
}
STATES: dict[FileState, tuple[str, str]] = {
    FileState.ASKED: (N_("attend un second regard"), "wait"),
    FileState.APPROVED: (N_("prêt à emporter"), "live"),
    FileState.REFUSED: (N_("refusé"), "stop"),
    FileState.MADE: (N_("emporté"), "done"),
}
OUTCOMES: dict[CallOutcome, str] = {
    CallOutcome.REACHED: N_("jointe"),
    CallOutcome.UNREACHED: N_("pas jointe"),
    CallOutcome.REFUSED: N_("ne donne pas cette fois"),
    CallOutcome.PLEDGED: N_("promet un don"),
    CallOutcome.WRONG_NUMBER: N_("mauvais numéro"),
    CallOutcome.DO_NOT_CALL: N_("ne veut plus être appelée"),
}
ANSWERS: dict[CallOutcome, tuple[str, str]] = {
    CallOutcome.REACHED: (N_("au téléphone"), "note"),
    CallOutcome.UNREACHED: (N_("pas de réponse au téléphone"), "note"),
    CallOutcome.REFUSED: (N_("pas cette fois"), "stop"),
    CallOutcome.PLEDGED: (N_("a promis un don"), "wait"),
    CallOutcome.WRONG_NUMBER: (N_("mauvais numéro"), "warn"),
    CallOutcome.DO_NOT_CALL: (N_("ne veut plus d’appel"), "stop"),
}
"""What one person said on the phone, and the shape of it."""
GAVE = (N_("a donné"), "done")
SILENT = (N_("sans réponse pour l’instant"), "note")
