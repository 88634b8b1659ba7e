"""The exact words of consent: composed once, shown on the page and written to the ledger as they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from crm.consent import service as consent
from crm.consent.model import Purpose
from crm.foundation.settings import Organisation
from crm.values.languages import Language
from crm.web import words
from crm.web.words import N_

INFORMATION = N_(
    "%(organisation)s utilise votre adresse pour cela seulement, sur la base de votre accord. "
    "Vous pouvez le retirer à tout moment, d’un clic, par le lien au bas de chaque message."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """A purpose as the page offers it: its name, its sentence, and the whole text that ticking it consents to."""

    code: str
    name: str
    promise: str
    text: str


def information(speaks: Language, organisation: Organisation) -> str:
    """What stands below the boxes, once for all of them."""
    return words.say(speaks, INFORMATION, organisation=organisation.legal_name or organisation.name)


def offer(purpose: Purpose, speaks: Language, organisation: Organisation) -> Offer:
    """One purpose in the page's language. Its text is the sentence beside its box and the information below."""
    promise = purpose.promise(speaks)
    below = information(speaks, organisation)
    return Offer(
        code=purpose.code,
        name=purpose.name(speaks),
        promise=promise,
        text=f"{purpose.name(speaks)}\n{promise}\n{below}",
    )


def offers(session: Session, speaks: Language, organisation: Organisation) -> tuple[Offer, ...]:
    """Everything one can sign up for, in the organisation's order."""
    return tuple(offer(purpose, speaks, organisation) for purpose in consent.letters(session))


def chosen(all_offers: Iterable[Offer], codes: Iterable[str]) -> dict[str, str]:
    """Purpose to exact text, for the ticked boxes that exist."""
    ticked = set(codes)
    return {one.code: one.text for one in all_offers if one.code in ticked}
