"""What each scope of a token allows, in the words of the office and of the documentation."""

from __future__ import annotations

from crm.partners.model import Scope
from crm.web.words import N_

SCOPES: dict[Scope, str] = {
    Scope.PEOPLE: N_("Faire connaître des personnes"),
    Scope.CONSENTS: N_("Demander ou retirer des accords"),
    Scope.SIGNATURES: N_("Transmettre des signatures"),
    Scope.REGISTRATIONS: N_("Inscrire à des événements"),
    Scope.URGENT_ACTIONS: N_("Noter des actions urgentes"),
    Scope.GIFTS: N_("Transmettre des dons reçus"),
    Scope.STATUS: N_("Lire les chiffres des pétitions et l’état de ses propres demandes"),
    Scope.SEGMENTS: N_("Lire qui fait partie des segments de l’équipe, par numéro de fiche"),
    Scope.CONFIRMED_CONSENTS: N_("Apporter des accords déjà confirmés chez le partenaire"),
}
