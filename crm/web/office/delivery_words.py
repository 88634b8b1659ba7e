"""The words and shapes of deliveries: states, reasons and events, as the office says them."""

from __future__ import annotations

from crm.consent.words import REFUSALS
from crm.web.words import N_
from mailing.delivery.model import DeliveryState, EventKind, MailingState, Reason
from mailing.delivery.words import STATES

__all__ = ["EVENTS", "ISSUE", "LETTERS", "MAILING_STATES", "MEANINGS", "REASONS", "STATES"]

MAILING_STATES: dict[MailingState, tuple[str, str]] = {
    MailingState.RUNNING: (N_("En cours"), "live"),
    MailingState.PAUSED: (N_("En pause"), "warn"),
    MailingState.CANCELLED: (N_("Annulé"), "stop"),
    MailingState.DONE: (N_("Terminé"), "done"),
}

MEANINGS: dict[DeliveryState, str] = {
    DeliveryState.PLANNED: N_("Le mail partira à son tour."),
    DeliveryState.ACCEPTED: N_("Le serveur d’envoi a pris le mail en charge."),
    DeliveryState.DEFERRED: N_("Le serveur a demandé de patienter ; un nouvel essai est prévu."),
    DeliveryState.REFUSED: N_("Le serveur n’en a pas voulu ; il ne sera pas essayé de nouveau."),
    DeliveryState.UNCERTAIN: N_("Le serveur s’est tu au dernier moment : il l’a peut-être pris. Une personne décide."),
    DeliveryState.WITHHELD: N_("Au dernier regard, cette personne ne souhaitait plus ou ne pouvait plus recevoir."),
    DeliveryState.CANCELLED: N_("L’envoi a été annulé avant son départ."),
}

REASONS: dict[str, str] = {
    **{refusal.value: word for refusal, word in REFUSALS.items()},
    Reason.OTHER_LANGUAGE: N_("lit une autre langue"),
    Reason.RELAY_BUSY: N_("le serveur est occupé"),
    Reason.CONNECTION_LOST: N_("la connexion s’est rompue"),
    Reason.RECIPIENT_REFUSED: N_("le serveur refuse cette adresse"),
    Reason.SENDER_REFUSED: N_("le serveur refuse notre adresse d’envoi"),
    Reason.CONTENT_REFUSED: N_("le serveur refuse le contenu"),
    Reason.ADDRESS_UNSUPPORTED: N_("le serveur ne sait pas écrire cette adresse"),
    Reason.UNSAFE_MESSAGE: N_("le mail n’a pas passé notre contrôle de sûreté"),
    Reason.GAVE_UP: N_("abandonné après six essais"),
    Reason.NO_ANSWER: N_("le serveur s’est tu après le dernier point"),
    Reason.SENDER_STOPPED: N_("le programme s’est arrêté pendant l’envoi"),
    Reason.STILL_UNKNOWN: N_("le journal du serveur ne permet pas de trancher"),
}

EVENTS: dict[EventKind, tuple[str, str]] = {
    EventKind.ATTEMPTING: (N_("Essai commencé"), "note"),
    EventKind.ACCEPTED: (N_("Accepté par le serveur"), "done"),
    EventKind.DEFERRED: (N_("Reporté par le serveur"), "note"),
    EventKind.REFUSED: (N_("Refusé par le serveur"), "stop"),
    EventKind.UNCERTAIN: (N_("Devenu incertain"), "stop"),
    EventKind.WITHHELD: (N_("Retenu au dernier regard"), "note"),
    EventKind.RECONCILED_ACCEPTED: (N_("Retrouvé dans le journal du serveur : accepté"), "done"),
    EventKind.RECONCILED_NOT_ACCEPTED: (N_("Absent du journal du serveur : remis en attente"), "note"),
    EventKind.MARKED_ACCEPTED: (N_("Marqué comme reçu par une personne"), "done"),
    EventKind.SENT_AGAIN: (N_("Renvoyé à la demande d’une personne"), "note"),
    EventKind.RETURNED: (N_("Rendu sans avoir été essayé"), "note"),
    EventKind.CANCELLED: (N_("Annulé"), "stop"),
}

ISSUE = N_("PDF du magazine n° %(number)s")
LETTERS: dict[str, str] = {
    "series": N_("Bienvenue après un premier don"),
    "confirm": N_("Demandes de confirmation"),
    "already": N_("Rappels d’inscription"),
    "welcome": N_("Mots de bienvenue"),
    "goodbye": N_("Mots d’au revoir"),
    "invitation": N_("Invitations de l’équipe"),
    "reset": N_("Mots de passe oubliés"),
    "again": N_("Lettres renvoyées à la demande"),
    "test": N_("Tests envoyés à l’équipe"),
    "anchor": N_("Où finissent les registres"),
    "visit": N_("Liens vers l’espace personnel"),
    "receipt": N_("Reçus de dons"),
    "thanks": N_("Remerciements"),
    "payment": N_("Paiements bien reçus"),
    "notice": N_("Annonces de prélèvement"),
    "origin": N_("D’où viennent nos données"),
    "still": N_("Souhaitez-vous encore nos lettres ?"),
    "issue": N_("PDF du magazine"),
    "number": N_("Demandes de numéro national"),
    "attestation": N_("Attestations fiscales"),
    "fee": N_("Rappels de cotisation"),
    "assembly": N_("Convocations à l’assemblée"),
}
"""By the kind of letter; a mailing of a kind may bear a number after it."""
