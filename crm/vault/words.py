"""The words of the vault, marked in French, said by the rims."""

from __future__ import annotations

from crm.foundation.translation import N_
from crm.vault.model import Reason, Source, Way

SOURCES: dict[Source, str] = {
    Source.BANK: N_("dans la communication d’un virement"),
    Source.LETTER: N_("par courrier"),
    Source.PHONE: N_("par téléphone"),
    Source.FORM: N_("par formulaire"),
    Source.SPACE: N_("dans son espace"),
    Source.VISIT: N_("de vive voix"),
}
WAYS: dict[Way, str] = {
    Way.LETTER: N_("par courrier"),
    Way.MAIL: N_("par e-mail"),
    Way.PHONE: N_("par téléphone"),
    Way.VISIT: N_("de vive voix"),
}
REASONS: dict[Reason, str] = {
    Reason.ATTESTATION: N_("Établir une attestation fiscale"),
    Reason.CORRECTION: N_("Corriger une attestation fiscale"),
    Reason.ASKED_BY_PERSON: N_("La personne demande à le relire"),
    Reason.ASKED_BY_AUTHORITY: N_("L’administration fiscale le demande"),
}
