"""The words of the pages of petitions, events and urgent actions."""

from __future__ import annotations

from crm.actions.model import CallKind
from crm.people.model import Sensitivity
from crm.web.words import N_

KINDS: dict[CallKind, str] = {
    CallKind.PETITION: N_("Pétitions"),
    CallKind.EVENT: N_("Événements"),
    CallKind.URGENT_ACTION: N_("Actions urgentes"),
}
ADD: dict[CallKind, str] = {
    CallKind.PETITION: N_("Ajouter une pétition"),
    CallKind.EVENT: N_("Ajouter un événement"),
    CallKind.URGENT_ACTION: N_("Ajouter une action urgente"),
}
NONE_YET: dict[CallKind, str] = {
    CallKind.PETITION: N_("Aucune pétition encore"),
    CallKind.EVENT: N_("Aucun événement encore"),
    CallKind.URGENT_ACTION: N_("Aucune action urgente encore"),
}
SENSITIVITIES: dict[Sensitivity, str] = {
    Sensitivity.SENSITIVE: N_("Sensible : la signer dit une opinion (RGPD, art. 9)"),
    Sensitivity.ORDINARY: N_("Ordinaire"),
}
ERRORS = {
    "title": N_("Donnez un titre, en 300 caractères au plus."),
    "code": N_("Donnez un code en petites lettres, chiffres et traits d’union, comme liberez-nadia."),
    "taken": N_("Ce code est déjà pris : choisissez-en un autre."),
    "url": N_("Cette adresse ne convient pas : elle commence par https://"),
    "closes_on": N_("Choisissez un jour."),
    "starts_on": N_("Choisissez un jour."),
    "ends_on": N_("Le dernier jour ne peut pas précéder le premier."),
}
