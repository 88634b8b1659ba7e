"""What the trail says of people, as the office says it. The words of a room stand in that room."""

from __future__ import annotations

from crm.people.search_model import Field
from crm.web.words import N_

TRAIL: dict[str, str] = {
    "supporter.signature-kept": N_("Ne veut plus que sa signature soit remise"),
    "supporter.signature-handed": N_("Permet de nouveau de remettre sa signature"),
    "supporter.edit": N_("Fiche corrigée"),
    "supporter.own-words": N_("A complété sa propre fiche"),
    "supporter.add": N_("Fiche ouverte à la main"),
    "supporter.contact": N_("E-mail ou téléphone mis à jour"),
    "supporter.address": N_("Adresse postale mise à jour"),
    "supporter.move": N_("Déménagement noté"),
    "supporter.household": N_("Foyer mis à jour"),
    "supporter.tie": N_("Lien mis à jour"),
    "supporter.tag": N_("Étiquettes mises à jour"),
    "supporter.actions-revealed": N_("Actions sensibles regardées"),
    "supporter.interests-revealed": N_("Sujets qui lui tiennent à cœur regardés"),
    "supporter.tags-revealed": N_("Étiquettes sensibles regardées"),
    "segment.why": N_("Regardé si un segment prend cette fiche, et pourquoi"),
    "segment.read": N_("Montrée à l’essai d’un segment"),
    "supporter.number": N_("Numéro d’un autre système mis à jour"),
    "supporter.difference-taken": N_("Ce qui a été dit est écrit sur la fiche"),
    "supporter.difference-kept": N_("Fiche gardée telle quelle"),
    "supporter.difference-reopened": N_("Décision reprise"),
    "care.resend-confirmation": N_("Demande de confirmation renvoyée"),
    "care.resend-mail": N_("Lettre renvoyée à sa demande"),
    "care.complaint-closed": N_("Plainte réglée"),
    "care.complaint-reopened": N_("Plainte rouverte"),
    "national-number.kept": N_("Numéro national gardé"),
    "national-number.replaced": N_("Numéro national remplacé"),
    "national-number.revealed": N_("Numéro national regardé"),
    "national-number.removed": N_("Numéro national retiré"),
    "national-number.asked": N_("Numéro national demandé"),
    "supporter.merge": N_("Une autre fiche est devenue celle-ci"),
    "supporter.unmerge": N_("Une fiche réunie est de nouveau à part"),
    "supporter.undo": N_("Correction annulée"),
    "supporter.death-retracted": N_("Décès noté par erreur, repris"),
}
"""Actions that the timeline tells; a withdrawal or a death is told by the room that keeps it."""

FIELDS: dict[Field, str] = {
    Field.NAME: N_("Nom"),
    Field.ORGANISATION: N_("Organisation"),
    Field.EMAIL: N_("E-mail"),
    Field.PHONE: N_("Téléphone"),
    Field.MEMBER_NUMBER: N_("N° de membre"),
    Field.ENTERPRISE_NUMBER: N_("N° d’entreprise"),
    Field.EXTERNAL_ID: N_("Identifiant ailleurs"),
    Field.ADDRESS: N_("Adresse"),
    Field.OTHER: N_("Autre repère"),
}
"""What of somebody answered to a search."""

OTHER_FIELDS: dict[str, str] = {"iban": N_("Compte se terminant par")}
"""The same for what upper rooms bring, by its kind."""
