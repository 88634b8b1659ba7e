"""The words of consent: acts, ways, why an address is silenced, why we may not write."""

from __future__ import annotations

from crm.consent.model import Act, Refusal, SuppressionCause, Way
from crm.consent.pace import Rhythm
from crm.foundation.translation import N_

ACTS: dict[Act, tuple[str, str]] = {
    Act.ANNULLED: (N_("Annulé : enregistré par erreur"), "note"),
    Act.IMPORTED: (N_("Repris d’un ancien fichier, sans preuve"), "wait"),
    Act.REQUESTED: (N_("A demandé, reste à confirmer"), "wait"),
    Act.GIVEN: (N_("A dit oui"), "done"),
    Act.EXPIRED: (N_("Oui devenu trop ancien"), "wait"),
    Act.REFUSED: (N_("A dit non"), "stop"),
    Act.WITHDRAWN: (N_("S’est désinscrit·e"), "stop"),
    Act.OBJECTED: (N_("S’y oppose"), "stop"),
}

WAYS: dict[Way, str] = {
    Way.WEB: N_("page d’inscription"),
    Way.CONFIRMATION: N_("lien de confirmation"),
    Way.ONE_CLICK: N_("bouton du logiciel de messagerie"),
    Way.UNSUBSCRIBE_PAGE: N_("page de désinscription"),
    Way.PREFERENCES: N_("page « Mes choix »"),
    Way.STAFF: N_("par l’équipe, à sa demande"),
    Way.PAPER: N_("formulaire papier"),
    Way.PHONE: N_("par téléphone"),
    Way.FACE_TO_FACE: N_("de vive voix"),
    Way.API: N_("site ou partenaire"),
    Way.IMPORT: N_("importation"),
    Way.RETENTION: N_("règle de conservation"),
    Way.BOUNCE: N_("mail revenu"),
    Way.COMPLAINT: N_("plainte"),
}

CAUSES: dict[SuppressionCause, str] = {
    SuppressionCause.DEAD_ADDRESS: N_("adresse morte"),
    SuppressionCause.COMPLAINT: N_("s’est plaint·e d’un mail"),
    SuppressionCause.STAFF: N_("écartée par l’équipe"),
    SuppressionCause.LISTED: N_("sur une liste d’opposition"),
}

REFUSALS: dict[Refusal, str] = {
    Refusal.NEVER_ASKED: N_("n’a jamais dit oui"),
    Refusal.NOT_CONFIRMED: N_("n’a pas encore confirmé son inscription"),
    Refusal.LEGACY: N_("son accord vient d’un ancien fichier, sans preuve"),
    Refusal.EXPIRED: N_("son accord est devenu trop ancien"),
    Refusal.OBJECTED: N_("s’y est opposé·e"),
    Refusal.REFUSED: N_("a dit non"),
    Refusal.WITHDRAWN: N_("s’est désinscrit·e"),
    Refusal.SUPPRESSED: N_("adresse écartée (boîte morte ou plainte)"),
    Refusal.NO_BASIS: N_("aucune règle ne permet de lui écrire pour cela"),
    Refusal.NO_ADDRESS: N_("n’a plus d’adresse qui fonctionne"),
    Refusal.MERGED: N_("fiche réunie avec une autre"),
    Refusal.DECEASED: N_("cette personne est décédée, ou dite décédée"),
    Refusal.RESTRICTED: N_("ses données sont gelées (RGPD, art. 18)"),
    Refusal.PAUSED: N_("a demandé une pause"),
    Refusal.TOO_OFTEN: N_("veut des lettres moins souvent, et en a reçu une il y a peu"),
}

RHYTHMS: dict[Rhythm, str] = {
    Rhythm.EVERY_LETTER: N_("toutes les lettres demandées"),
    Rhythm.FORTNIGHTLY: N_("au plus une lettre toutes les deux semaines"),
    Rhythm.MONTHLY: N_("au plus une lettre par mois"),
    Rhythm.QUARTERLY: N_("au plus une lettre tous les trois mois"),
}

ASKED: dict[str, str] = {
    "phone": N_("par téléphone"),
    "e-mail": N_("par e-mail"),
    "letter": N_("par courrier"),
    "in-person": N_("de vive voix"),
}
"""How a person asked a colleague; one of these, so that the ledger holds no free words about anybody."""
