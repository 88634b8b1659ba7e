"""What is doubtful about an address, in the office's words."""

from __future__ import annotations

from crm.values.address_quality import Doubt
from crm.web.words import N_

DOUBTS = {
    Doubt.NO_STREET: N_("La rue manque."),
    Doubt.NO_NUMBER: N_("Le numéro de la maison manque."),
    Doubt.NO_POSTCODE: N_("Le code postal manque."),
    Doubt.NO_LOCALITY: N_("La localité manque."),
    Doubt.UNKNOWN_POSTCODE: N_("Ce code postal n’existe pas dans ce pays."),
    Doubt.UNKNOWN_LOCALITY: N_("Nous ne connaissons pas cette localité à ce code postal."),
    Doubt.OTHER_LOCALITY: N_("Cette localité a un autre code postal."),
    Doubt.BOX_NOTATION: N_("La boîte n’est pas écrite comme la poste le demande."),
    Doubt.MIXED_LANGUAGES: N_("La rue et la localité sont dans deux langues."),
    Doubt.UNPRINTABLE_LETTERS: N_("Une lettre ne passera pas chez l’imprimeur."),
    Doubt.LONG_LINE: N_("Une ligne est trop longue pour une étiquette."),
}
