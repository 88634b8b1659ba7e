"""Policies of consent, said in French."""

from __future__ import annotations

from crm.consent.model import Channel, LegalBasis
from crm.consent.policy import Need, Population
from crm.web.words import N_

CHANNELS = {
    Channel.EMAIL: N_("par e-mail"),
    Channel.SMS: N_("par SMS"),
    Channel.PHONE: N_("par téléphone"),
    Channel.POST: N_("par courrier postal"),
}

POPULATIONS = {
    Population.EVERYBODY: N_("tout le monde"),
    Population.BUYERS: N_("qui a acheté des bougies ou à la boutique"),
    Population.DONORS: N_("qui a donné"),
    Population.MEMBERS: N_("les membres"),
    Population.MINORS: N_("les 13 à 17 ans"),
}

NEEDS = {
    Need.NO_OBJECTION: N_("possible tant que la personne ne s’y oppose pas"),
    Need.LEGACY: N_("un oui suffit, même repris d’un ancien fichier"),
    Need.CONSENT: N_("il faut un oui de la personne"),
    Need.CONFIRMED: N_("il faut un oui confirmé par le lien d’un mail"),
    Need.NEVER: N_("jamais"),
}

BASES = {
    LegalBasis.CONSENT: N_("consentement"),
    LegalBasis.LEGITIMATE_INTEREST: N_("intérêt légitime"),
    LegalBasis.CONTRACT: N_("contrat"),
}
