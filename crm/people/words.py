"""The words of people: kinds, titles, usages, ties, failures, as the office says them."""

from __future__ import annotations

from crm.foundation.translation import N_, say
from crm.people.model import (
    Deliverability,
    FailureReason,
    Hurdle,
    OrganisationKind,
    Position,
    TieKind,
    Title,
    Usage,
)
from crm.values.languages import Language
from crm.values.phone_number import PhoneKind

LANGUAGES: dict[str, str] = {
    "fr": N_("français"),
    "nl": N_("néerlandais"),
    "de": N_("allemand"),
    "en": N_("anglais"),
}

TITLES: dict[Title, str] = {
    Title.NONE: N_("aucun : le prénom suffit"),
    Title.MADAM: N_("Madame"),
    Title.SIR: N_("Monsieur"),
}

ORGANISATIONS: dict[OrganisationKind, str] = {
    OrganisationKind.COMPANY: N_("entreprise"),
    OrganisationKind.ASSOCIATION: N_("association"),
    OrganisationKind.LOCAL_GROUP: N_("groupe local"),
    OrganisationKind.SCHOOL: N_("école"),
    OrganisationKind.CANDLE_SELLER: N_("point de vente de bougies"),
    OrganisationKind.PUBLIC_BODY: N_("service public"),
    OrganisationKind.OTHER: N_("autre organisation"),
}

USAGES: dict[Usage, str] = {
    Usage.HOME: N_("domicile"),
    Usage.WORK: N_("travail"),
    Usage.HOLIDAY: N_("vacances"),
    Usage.FISCAL: N_("attestation fiscale"),
    Usage.OTHER: N_("autre"),
}

PHONES: dict[PhoneKind, str] = {
    PhoneKind.MOBILE: N_("portable"),
    PhoneKind.LANDLINE: N_("fixe"),
    PhoneKind.OTHER: N_("téléphone"),
}

DELIVERABILITY: dict[Deliverability, tuple[str, str]] = {
    Deliverability.LIVE: (N_("Fonctionne"), "done"),
    Deliverability.FAILING: (N_("Fonctionne mal"), "warn"),
    Deliverability.DEAD: (N_("Ne répond plus"), "stop"),
}

FAILURES: dict[FailureReason, str] = {
    FailureReason.UNKNOWN: N_("inconnu·e à cette adresse"),
    FailureReason.GONE: N_("n’habite plus là"),
    FailureReason.BAD_BOX: N_("boîte aux lettres introuvable"),
    FailureReason.REFUSED: N_("refusé"),
    FailureReason.DECEASED: N_("revenu avec la mention « décédé·e »"),
    FailureReason.UNCLAIMED: N_("non réclamé"),
    FailureReason.INCOMPLETE: N_("adresse incomplète"),
    FailureReason.FULL: N_("boîte pleine"),
    FailureReason.WRONG_NUMBER: N_("mauvais numéro"),
}

POSITIONS: dict[Position, str] = {
    Position.HEAD: N_("premier nom"),
    Position.PARTNER: N_("partenaire"),
    Position.CHILD: N_("enfant"),
    Position.OTHER: N_("autre"),
}

TIES: dict[TieKind, tuple[str, str]] = {
    TieKind.PARTNER: (N_("partenaire de"), N_("partenaire de")),
    TieKind.PARENT: (N_("parent de"), N_("enfant de")),
    TieKind.RELATIVE: (N_("de la famille de"), N_("de la famille de")),
    TieKind.EMPLOYEE: (N_("travaille chez"), N_("emploie")),
    TieKind.CONTACT: (N_("personne de contact de"), N_("a pour personne de contact")),
    TieKind.MEMBER: (N_("membre de"), N_("compte parmi ses membres")),
    TieKind.TEACHER: (N_("enseigne à"), N_("a pour enseignant·e")),
    TieKind.COORDINATOR: (N_("coordonne"), N_("est coordonné par")),
    TieKind.TREASURER: (N_("tient les comptes de"), N_("a pour trésorier·e")),
    TieKind.SELLER: (N_("vend des bougies pour"), N_("a pour vendeur·euse")),
    TieKind.RECRUITED_BY: (N_("est venu·e à nous par"), N_("nous a fait connaître à")),
}
"""What each tie says, read from the first to the second and back."""

SOURCES: dict[str, str] = {
    "": N_("inconnue"),
    "sign-up": N_("page d’inscription"),
    "staff": N_("notée par l’équipe"),
    "import": N_("fichier importé"),
    "self-service": N_("dite par la personne elle-même"),
    "space": N_("dite dans Mon espace"),
    "preferences": N_("dite sur la page de ses choix"),
    "post": N_("retour de la poste"),
    "same-box": N_("du courrier à d’autres en est revenu"),
    "agency": N_("agence d’appels"),
    "proofing": N_("vérification par la poste"),
    "call": N_("appel téléphonique"),
    "demonstration": N_("démonstration"),
}
"""Where something came from; what is not here is shown as it is."""


def source(code: str, language: Language) -> str:
    """Where something came from, as one says it; of a file (`import:7`) not which."""
    kind = code.partition(":")[0]
    return say(language, SOURCES[kind]) if kind in SOURCES else code


FIELDS: dict[str, str] = {
    "first_name": N_("Prénom"),
    "last_name": N_("Nom"),
    "title": N_("Titre"),
    "language": N_("Langue"),
    "birth_on": N_("Date de naissance"),
    "deceased_on": N_("Décès"),
    "email": N_("Adresse e-mail"),
    "phone": N_("Téléphone"),
    "address": N_("Adresse postale"),
    "organisation_name": N_("Nom de l’organisation"),
    "organisation_kind": N_("Sorte d’organisation"),
    "enterprise_number": N_("Numéro d’entreprise"),
    "member_number": N_("Numéro de membre"),
    "number": N_("Numéro d’une autre fiche"),
}
"""What somebody may say otherwise than we hold."""
HURDLES: dict[Hurdle, str] = {
    Hurdle.OF_ANOTHER: N_(
        "Ce numéro mène à une autre fiche ou ressemble aux nôtres : il ne s’écrit pas ici. Si c’est la même personne, "
        "fusionnez les deux fiches ; puis gardez celle-ci."
    ),
    Hurdle.IS_A_PERSON: N_(
        "C’est la fiche d’une personne : liez-la à la bonne organisation depuis sa fiche, puis gardez la fiche."
    ),
}
"""Why what was said cannot be written, and what to do instead."""

ALIVE = N_("Donne signe de vie")
"""What somebody says who was noted as deceased."""
