"""From what is owed to the finished words of the page; pure, so that a number can be given and frozen with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crm.attestations.model import FiscalKind, Owed
from crm.attestations.wording import EXPLANATION, wording
from crm.foundation.settings import Organisation
from crm.values.enterprise_number import written
from crm.values.languages import Language

TEMPLATE = "attestation"


@dataclass(frozen=True, kw_only=True, slots=True)
class Institution:
    """Who attests: legal name, seat and number, and where a paper is verified."""

    name: str
    street: str
    place: str
    enterprise_number: str
    verify_url: str


def page(
    owed: Owed,
    by: Institution,
    *,
    year: int,
    number: int,
    code: str,
    written_number: str,
    version: int = 1,
    is_draft: bool = False,
    signature: Mapping[str, str] | None = None,
    sentences: Mapping[str, str] | None = None,
) -> Mapping[str, Any]:
    """The facts of `templates/documents/attestation.typ`. `written_number` is the donor's as printed, or empty.

    `signature`: whose, in words; its picture is set beside it where the page is printed. A draft carries none.
    `sentences`: those that two people decided for that year.
    """
    words = wording(owed.identity.language, sentences)
    identity, home = owed.identity, owed.identity.home
    assert home is not None
    is_person = identity.kind is FiscalKind.PERSON
    place = f"{home.postcode} {home.locality}"
    donor = [f"{identity.name.upper()} {identity.first_name}".strip() if is_person else identity.name, home.street]
    donor.append(place if home.country == "BE" else f"{home.country}-{place}")
    return {
        "title": words.title,
        "language": words.language,
        "organisation": {"name": by.name, "lines": [by.street, by.place]},
        "legend": words.legend,
        "details": [[words.year, str(year)], [words.number, str(number)]],
        "institution_title": words.institution,
        "institution": [by.name, by.street, by.place],
        "institution_number": [words.enterprise, written(by.enterprise_number)],
        "donor_title": words.donor,
        "donor": donor,
        "donor_number": [words.national if is_person else words.enterprise, written_number or words.missing],
        "amount_title": words.amount.format(year=year),
        "amount": f"***{euros(owed.cents)}*** EUR",
        "certified": words.certified,
        "explanation": EXPLANATION.format(year=year) if identity.language is Language.EN else "",
        "check": words.check.format(url=by.verify_url, code=code) if not is_draft else "",
        "replaces": words.version if version > 1 else "",
        "draft": words.draft if is_draft else "",
        "signature": {} if is_draft else dict(signature or {}),
    }


def euros(cents: int) -> str:
    """An amount with its comma, and nothing between the digits in which one could write: `1234,50`."""
    return f"{cents // 100},{cents % 100:02d}"


def specimen(organisation: Organisation, language: Language, signature: Mapping[str, str]) -> dict[str, Any]:
    """A page of nobody, marked as a draft, to look at what a signature does to it."""
    words = wording(language)
    name = organisation.legal_name or organisation.name
    lines = list(organisation.postal_lines)
    return {
        "title": words.title,
        "language": words.language,
        "organisation": {"name": name, "lines": lines},
        "legend": words.legend,
        "details": [[words.year, "—"], [words.number, "—"]],
        "institution_title": words.institution,
        "institution": [name, *lines],
        "institution_number": [words.enterprise, organisation.enterprise_number or "—"],
        "donor_title": words.donor,
        "donor": ["—"],
        "donor_number": [words.national, "—"],
        "amount_title": words.amount.format(year="—"),
        "amount": "***0,00*** EUR",
        "certified": words.certified,
        "explanation": "",
        "check": "",
        "replaces": "",
        "draft": words.draft,
        "signature": signature,
    }
