"""The words and shapes of people and their consent, as the office says them."""

from __future__ import annotations

from crm.consent.model import Act, SuppressionCause, Way
from crm.people.model import Deliverability
from crm.web.words import N_

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

DELIVERABILITY: dict[Deliverability, tuple[str, str]] = {
    Deliverability.LIVE: (N_("Fonctionne"), "done"),
    Deliverability.FAILING: (N_("Fonctionne mal"), "warn"),
    Deliverability.DEAD: (N_("Ne répond plus"), "stop"),
}

LANGUAGES: dict[str, str] = {
    "fr": N_("français"),
    "nl": N_("néerlandais"),
    "de": N_("allemand"),
    "en": N_("anglais"),
}

ASKED: dict[str, str] = {
    "phone": N_("par téléphone"),
    "e-mail": N_("par e-mail"),
    "letter": N_("par courrier"),
    "in-person": N_("de vive voix"),
}
"""How a person asked a colleague; one of these, so that the ledger holds no free words about anybody."""

SOURCES: dict[str, str] = {
    "sign-up": N_("page d’inscription"),
    "demonstration": N_("démonstration"),
    "": N_("inconnue"),
}

TRAIL: dict[str, str] = {
    "supporter.edit": N_("Fiche corrigée par l’équipe"),
    "supporter.withdraw": N_("Désinscription notée par l’équipe"),
}
