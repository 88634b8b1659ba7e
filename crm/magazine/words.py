"""The words of the magazine, as the office says them."""

from __future__ import annotations

from crm.foundation.translation import N_
from crm.magazine.model import (
    Basis,
    Caution,
    Claim,
    Format,
    Neighbours,
    Reason,
    Removal,
    ReturnEffect,
    ReturnReason,
    RunKind,
    Tariff,
)

BASES: dict[Basis, str] = {
    Basis.MEMBER: N_("Membre"),
    Basis.REGULAR: N_("Donne régulièrement"),
    Basis.PAID: N_("Abonnement payé"),
    Basis.COMPLIMENTARY: N_("Offert"),
    Basis.EXCHANGE: N_("Échange"),
    Basis.ARCHIVE: N_("Archives et dépôt légal"),
    Basis.STAFF: N_("Équipe et témoins"),
}
FORMATS: dict[Format, str] = {
    Format.PAPER: N_("Sur papier"),
    Format.PDF: N_("En PDF"),
    Format.BOTH: N_("Les deux"),
    Format.NONE: N_("Ne le souhaite pas"),
}
NEIGHBOURS: dict[Neighbours, str] = {
    Neighbours.TOGETHER: N_("Un foyer, un seul exemplaire"),
    Neighbours.APART: N_("Chacun·e son exemplaire"),
}
TARIFFS: dict[Tariff, str] = {
    Tariff.STANDARD: N_("Périodiques Standard"),
    Tariff.PLUS: N_("Périodiques Plus"),
    Tariff.PRO: N_("Périodiques Pro"),
}
RUNS: dict[RunKind, str] = {
    RunKind.MAIN: N_("Tirage principal"),
    RunKind.LATE: N_("Liste tardive"),
    RunKind.WELCOME: N_("Exemplaires de bienvenue"),
    RunKind.AGAIN: N_("Renvois"),
}
REASONS: dict[Reason, str] = {
    Reason.MERGED: N_("fiche réunie à une autre"),
    Reason.DECEASED: N_("décédé·e"),
    Reason.UNWANTED: N_("ne le souhaite pas"),
    Reason.SUSPENDED: N_("a demandé une pause"),
    Reason.PDF_ONLY: N_("le lit en PDF"),
    Reason.OBJECTED: N_("s’est opposé·e au courrier"),
    Reason.REFUSED: N_("a refusé le courrier"),
    Reason.WITHDRAWN: N_("s’est retiré·e"),
    Reason.RESTRICTED: N_("ses données sont gelées (RGPD, art. 18)"),
    Reason.NEVER_ASKED: N_("n’a jamais dit oui, et aucune règle ne permet d’écrire sans"),
    Reason.NOT_CONFIRMED: N_("n’a pas confirmé"),
    Reason.LEGACY: N_("un oui d’un ancien système, sans preuve"),
    Reason.EXPIRED: N_("son oui a expiré"),
    Reason.NO_BASIS: N_("aucune base pour écrire"),
    Reason.PAUSED: N_("a demandé le silence jusqu’à un jour"),
    Reason.TOO_OFTEN: N_("a demandé moins de courrier"),
    Reason.SUPPRESSED: N_("adresse à ne plus utiliser"),
    Reason.NO_ADDRESS: N_("pas d’adresse postale qui tienne ce jour-là"),
    Reason.INCOMPLETE: N_("adresse incomplète"),
    Reason.HOUSEHOLD: N_("quelqu’un du même foyer le reçoit"),
    Reason.HAS_ONE: N_("a déjà son exemplaire"),
}
NO_RIGHT = N_("n’y a plus droit")
LOST: dict[Basis | None, str] = {
    Basis.MEMBER: N_("n’est plus en ordre de cotisation"),
    Basis.REGULAR: N_("ne donne plus régulièrement"),
    Basis.PAID: N_("son abonnement payé est terminé"),
    Basis.COMPLIMENTARY: N_("son abonnement offert est terminé"),
    Basis.EXCHANGE: N_("l’échange est terminé"),
    Basis.ARCHIVE: N_("n’archive plus le magazine"),
    Basis.STAFF: N_("n’est plus parmi l’équipe et les témoins"),
    None: N_("données effacées à sa demande"),
}
"""Why somebody has no right any more, by the ground they had."""
REMOVALS: dict[Removal, str] = {
    Removal.ERASED: N_("données effacées à sa demande"),
    Removal.DECEASED: N_("décédé·e depuis"),
    Removal.OBJECTED: N_("s’est opposé·e depuis"),
}
WARNINGS: dict[Caution, tuple[str, str]] = {
    Caution.GAP: (N_("Plus de trois mois après le dépôt précédent : le tarif des périodiques est en jeu."), "stop"),
    Caution.FEW: (N_("Moins de quatre numéros en douze mois : le tarif des périodiques est en jeu."), "stop"),
    Caution.OVERDUE: (N_("Le fichier devait être chez l’imprimeur et rien n’est figé."), "warn"),
    Caution.SOON: (N_("Le fichier est attendu dans moins de deux semaines."), "note"),
}
RETURNS: dict[ReturnReason, str] = {
    ReturnReason.GONE: N_("n’habite plus là"),
    ReturnReason.UNKNOWN: N_("inconnu·e à cette adresse"),
    ReturnReason.BAD_BOX: N_("boîte absente ou non conforme"),
    ReturnReason.REFUSED: N_("refusé"),
    ReturnReason.DECEASED: N_("décédé·e"),
    ReturnReason.UNCLAIMED: N_("non réclamé"),
    ReturnReason.INCOMPLETE: N_("adresse insuffisante"),
}
EFFECTS: dict[ReturnEffect, tuple[str, str]] = {
    ReturnEffect.ASK: (N_("adresse signalée, tâche « demander la bonne adresse »"), "warn"),
    ReturnEffect.SUSPENDED: (N_("plus rien n’y part, tâche « demander la bonne adresse »"), "stop"),
    ReturnEffect.VERIFY: (N_("tâche « vérifier avec délicatesse »"), "warn"),
    ReturnEffect.OBJECTED: (N_("pris comme une opposition au magazine par la poste"), "stop"),
    ReturnEffect.NOTED: (N_("noté : nous n’écrivons plus à cette adresse"), "note"),
}
CLAIMS: dict[Claim, tuple[str, str]] = {
    Claim.OPEN: (N_("À renvoyer"), "wait"),
    Claim.SENT: (N_("Renvoyé"), "done"),
    Claim.CLOSED: (N_("Clos sans renvoi"), "note"),
}
