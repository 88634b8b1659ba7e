"""The words of attestations for people."""

from __future__ import annotations

from crm.attestations.model import Exclusion, FiscalKind, Format, HandWay, MissingNumber, Operation, Stage, Status
from crm.foundation.translation import N_

DRIFT_TASK = N_("Attestations de %(year)s : certaines ne disent plus ce que disent les dons, à corriger")
"""What is left to do, as the title of a task."""
STATUSES = {
    Status.VALID: N_("Valable"),
    Status.REPLACED: N_("Remplacée"),
    Status.CANCELLED: N_("Annulée"),
}
STAGES = {
    Stage.DRAFT: N_("Ouverte"),
    Stage.CHECKED: N_("Vérifiée"),
    Stage.LOCKED: N_("Numérotée"),
    Stage.ISSUED: N_("Délivrée"),
    Stage.FILED: N_("Déclarée"),
}
EXCLUSIONS = {
    Exclusion.NOT_DEDUCTIBLE: N_("Ce paiement n’ouvre pas droit à une attestation"),
    Exclusion.TAKEN_BACK: N_("Rien n’en est resté : remboursé ou jamais arrivé"),
    Exclusion.TEST: N_("Un essai"),
    Exclusion.UNAPPROVED: N_("Hors de la période d’agrément"),
    Exclusion.BELOW: N_("Moins que le seuil sur l’année"),
    Exclusion.NAMELESS: N_("Il manque le nom ou le prénom"),
    Exclusion.HOMELESS: N_("Il manque une adresse complète"),
    Exclusion.ABROAD_UNKNOWN: N_("Le code de ce pays n’est pas connu"),
    Exclusion.NUMBERLESS: N_("Il manque le numéro national"),
    Exclusion.NUMBER_WRONG: N_("Le numéro d’entreprise est faux"),
    Exclusion.ATTESTED_ALREADY: N_("Une attestation existe déjà : elle est à corriger"),
}
FORMATS = {
    Format.BELCOTAX_XML_2024: N_("XML de Belcotax, revenus 2024"),
    Format.BELCOTAX_XML: N_("XML de Belcotax d’une année suivante, selon les réglages"),
    Format.BELCOTAX_JSONL: N_("JSON de BOW 2.0, selon les réglages"),
    Format.CSV: N_("Tableau (CSV) pour encoder à la main"),
}
OPERATIONS = {
    Operation.ORIGINAL: N_("nouvelles"),
    Operation.MODIFY: N_("corrigées"),
    Operation.ADD: N_("ajoutées"),
    Operation.CANCEL: N_("annulées"),
}
FLAWS = {
    "wrong number of the donor": N_("le numéro national ou d’entreprise est faux"),
    "name or address incomplete": N_("le nom ou l’adresse est incomplet"),
    "neither number nor first name": N_("il manque le prénom, et aucun numéro ne le remplace"),
    "wrong postcode": N_("le code postal est faux"),
    "unknown country": N_("le code du pays n’est pas connu"),
    "wrong amount": N_("le montant est faux"),
    "signs that cannot be printed": N_("un signe ne peut pas s’imprimer"),
    "out of order": N_("le numéro n’est pas dans l’ordre"),
    "nothing to file": N_("Rien n’attend d’être déclaré."),
    "format unknown": N_("Les réglages ne nomment pas le schéma de ce format : voir docs/attestations.md."),
    "institution incomplete": N_("Il manque le nom légal, l’adresse ou le numéro d’entreprise dans les réglages."),
    "the settings lack phone": N_("Il manque un numéro de téléphone de l’organisation dans les réglages."),
    "the settings lack name": N_("Il manque le nom de l’organisation dans les réglages."),
    "the settings lack email": N_("Il manque une adresse e-mail de l’organisation dans les réglages."),
}
MISSING = {
    MissingNumber.BLOCK: N_("Pas d’attestation"),
    MissingNumber.WARN: N_("Une attestation, avec un avertissement"),
    MissingNumber.ALLOW: N_("Une attestation"),
}
KINDS = {
    FiscalKind.PERSON: N_("Particulier"),
    FiscalKind.ENTERPRISE: N_("Entreprise ou association"),
}
HANDINGS = {
    HandWay.MAIL: N_("un mail avec son lien est parti"),
    HandWay.REMINDER: N_("un rappel est parti"),
    HandWay.LINK: N_("prise par le lien du mail"),
    HandWay.SPACE: N_("prise dans Mon espace"),
    HandWay.POST: N_("postée"),
    HandWay.STAFF: N_("tirée par un·e collègue"),
    HandWay.MISSED: N_("un code postal faux, rien n’a été donné"),
}
