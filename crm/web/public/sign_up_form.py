"""Reading the sign-up form: what was typed, what is wrong with it, and whether a person filled it in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from werkzeug.datastructures import MultiDict

from crm.foundation.signing import LinkSigner, TokenPurpose
from crm.people.model import LONGEST_NAME
from crm.people.service import tidy_name
from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.values.languages import Language
from crm.web.public.notices import Offer
from crm.web.words import N_
from mailing.correspondence.model import SaidAge

QUICKEST_SECONDS = 3
LONGEST_SECONDS = 24 * 3600
FROM_A_SITE = "site"
"""What the field `from` says of a form that stands on another site, and came without a token."""
TRAP = "website"
"""A field that people never see and programs fill in."""

LONGEST_TYPED = 400


CHILD = "child"
"""The answer of somebody under 13."""
AGES: dict[str, str] = {
    SaidAge.ADULT.value: N_("18 ans ou plus"),
    SaidAge.TEEN.value: N_("De 13 à 17 ans"),
    CHILD: N_("Moins de 13 ans"),
}


PATIENCE_SECONDS = 60
"""While it is not calm, how long a form without a proof of work has to have been open."""
WORK_BITS = 16
"""Zero bits a proof of work begins with: 65 000 tries in the middle, a few seconds of an old phone."""


class Age(StrEnum):
    """How long the form was open before it came back."""

    RIGHT = "right"
    TOO_QUICK = "too-quick"
    STALE = "stale"


class Meant(StrEnum):
    """While too many sign-ups come at once: what shows that this one is meant."""

    AS_ALWAYS = "as-always"
    WORKED = "worked"
    PATIENT = "patient"
    NOT_YET = "not-yet"


ERRORS = {
    "purposes": N_("Choisissez au moins une lettre."),
    "age": N_("Dites-nous à peu près votre âge."),
    "email": N_("Écrivez votre adresse en entier, par exemple marie@exemple.be."),
    "no-email": N_("Écrivez l’adresse à laquelle vous voulez recevoir nos lettres."),
    "first_name": N_("Écrivez un prénom seulement, sans lien ni signe particulier."),
    Age.TOO_QUICK: N_("C’était très rapide. Relisez, puis appuyez encore une fois sur le bouton."),
    Meant.NOT_YET: N_(
        "Beaucoup d’inscriptions arrivent en ce moment. Attendez une minute sur cette page, puis appuyez encore."
    ),
    FROM_A_SITE: N_("Encore un pas : relisez, puis appuyez sur le bouton. Rien n’est encore noté."),
    Age.STALE: N_(
        "La page était ouverte depuis longtemps, ou ses textes ont changé. Relisez, puis appuyez encore une fois."
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Typed:
    """The form as it stands, to be shown again with nothing lost."""

    email: str = ""
    first_name: str = ""
    language: Language
    purposes: frozenset[str] = frozenset()
    age: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    address: EmailAddress | None = None
    is_trapped: bool = False


def token(links: LinkSigner, offers: Iterable[Offer], at: datetime) -> str:
    """What the form carries: when it was shown, and a digest of the very words it showed."""
    return links.sign(TokenPurpose.FORM, ["sign-up", int(at.timestamp()), _digest(offers)])


def age(links: LinkSigner, offers: Iterable[Offer], given: str, at: datetime) -> Age:
    """Whether the form comes back after 3 seconds and within a day, with the words that are shown today."""
    match links.read(TokenPurpose.FORM, given):
        case ["sign-up", int(shown_at), str(digest)] if digest == _digest(offers):
            seconds = at.timestamp() - shown_at
        case _:
            return Age.STALE
    if not -60 <= seconds <= LONGEST_SECONDS:
        return Age.STALE
    return Age.TOO_QUICK if seconds < QUICKEST_SECONDS else Age.RIGHT


def meant(given: str, email: EmailAddress, work: str, *, links: LinkSigner, is_calm: bool, at: datetime) -> Meant:
    """Whether a form shows that it is meant: by work bound to its token and address, or by a minute of patience."""
    if is_calm:
        return Meant.AS_ALWAYS
    digest = hashlib.sha256(f"{given}:{email.normal}:{work[:40]}".encode()).digest()
    if work and int.from_bytes(digest[:4], "big") >> (32 - WORK_BITS) == 0:
        return Meant.WORKED
    match links.read(TokenPurpose.FORM, given):
        case ["sign-up", int(shown_at), str()] if at.timestamp() - shown_at >= PATIENCE_SECONDS:
            return Meant.PATIENT
    return Meant.NOT_YET


def read(form: MultiDict[str, str], offers: Iterable[Offer], page_language: Language) -> Typed:
    """What was typed, with an error (a French source sentence) at each field that has to be mended."""
    errors: dict[str, str] = {}
    email = form.get("email", "").strip()[:LONGEST_TYPED]
    first_name = form.get("first_name", "")[:LONGEST_TYPED]
    purposes = frozenset(one.code for one in offers) & frozenset(form.getlist("purpose"))
    address = None
    try:
        address = EmailAddress.parse(email)
    except Invalid:
        errors["email"] = ERRORS["email" if email else "no-email"]
    try:
        first_name = tidy_name(first_name, field="first_name")
    except Invalid:
        errors["first_name"] = ERRORS["first_name"]
    if form.get("age") not in AGES:
        errors["age"] = ERRORS["age"]
    if not purposes:
        errors["purposes"] = ERRORS["purposes"]
    return Typed(
        email=email,
        first_name=first_name[: 2 * LONGEST_NAME],
        language=Language.best(form.get("language"), page_language),
        purposes=purposes,
        age=form.get("age", "") if form.get("age") in AGES else "",
        errors=errors,
        address=address,
        is_trapped=bool(form.get(TRAP, "")),
    )


def words_digest(offers: Iterable[Offer]) -> str:
    """A digest of the very words that are offered today."""
    return _digest(offers)


def _digest(offers: Iterable[Offer]) -> str:
    return hashlib.sha256("\0".join(one.text for one in offers).encode()).hexdigest()[:16]
