"""The words of duplicates: why two records look alike, and what that is worth, as the office says it."""

from __future__ import annotations

from crm.duplicates.model import Certainty, Reason
from crm.foundation.translation import N_

CERTAINTIES: dict[Certainty, tuple[str, str]] = {
    Certainty.CERTAIN: (N_("Presque certain"), "done"),
    Certainty.LIKELY: (N_("Vraisemblable"), "live"),
    Certainty.POSSIBLE: (N_("Possible"), "wait"),
}

FOR: dict[Reason, str] = {
    Reason.EMAIL: N_("même adresse e-mail"),
    Reason.PHONE: N_("même téléphone"),
    Reason.ACCOUNT: N_("même compte en banque"),
    Reason.ENTERPRISE: N_("même numéro d’entreprise"),
    Reason.NAME_SAME: N_("même nom"),
    Reason.NAME_CLOSE: N_("noms très proches"),
    Reason.FIRST_SAME: N_("même prénom"),
    Reason.FIRST_CLOSE: N_("prénoms très proches"),
    Reason.FIRST_INITIAL: N_("même initiale du prénom"),
    Reason.FIRST_MISSING: N_("un prénom manque"),
    Reason.LAST_SAME: N_("même nom de famille"),
    Reason.LAST_CLOSE: N_("noms de famille très proches"),
    Reason.LAST_MISSING: N_("un nom de famille manque"),
    Reason.SWAPPED: N_("prénom et nom inversés"),
    Reason.NAMELESS: N_("une des fiches est sans nom"),
    Reason.BIRTH: N_("même date de naissance"),
    Reason.BIRTH_NEAR: N_("dates de naissance à un chiffre près"),
    Reason.BOX: N_("même boîte aux lettres"),
    Reason.STREET: N_("même rue"),
    Reason.POSTCODE: N_("même code postal"),
}
"""What speaks for one person."""

AGAINST: dict[Reason, str] = {
    Reason.FIRST_GENDER: N_("prénoms au masculin et au féminin : peut-être une même famille"),
    Reason.LAST_OTHER: N_("noms de famille différents"),
    Reason.BIRTH_OTHER: N_("dates de naissance différentes : peut-être une même famille"),
    Reason.TITLE_OTHER: N_("l’une est Madame, l’autre Monsieur : peut-être une même famille"),
}
"""What speaks against it."""
