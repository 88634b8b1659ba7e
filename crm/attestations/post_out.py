"""Papers on their way by post: a letter with an address window and the paper on its back, and the mail house's list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from crm.attestations.model import Attestation
from crm.foundation.csv_out import csv_lines
from crm.foundation.settings import Organisation
from crm.foundation.templating import locale_filters
from crm.foundation.translation import N_, say
from crm.people.model import Person
from crm.people.rules import greeting
from crm.values.identifiers import AttestationId
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress

TEMPLATE = "attestation_post"
TITLE = N_("Attestations fiscales à poster")
HERE = N_("Au dos de cette lettre, votre attestation fiscale pour les dons de %(year)s.")
KEEP = N_(
    "Nous déclarons aussi ces dons à l’administration fiscale : vous devriez les retrouver dans votre déclaration. "
    "Gardez cette feuille, elle en est la preuve."
)
THANKS = N_("Merci pour ce que vous rendez possible.")
SIGNED = N_("Toute l’équipe de %(name)s")
_LINES = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Posted:
    """A paper that goes by post: to whom, with which lines on the envelope."""

    paper: Attestation
    person: Person
    address: PostalAddress
    lines: tuple[str, ...]

    @property
    def order(self) -> tuple[bool, str, str, str, str, int]:
        """As the post wants it: Belgium first, then by postcode, street and number."""
        to = self.address
        return to.country != "BE", to.country, to.postcode, to.street, to.number.zfill(6), self.paper.number


def facts(
    several: Sequence[Posted],
    pages: Mapping[AttestationId, Mapping[str, Any]],
    organisation: Organisation,
    *,
    pictures: Mapping[str, str],
    language: Language,
    on: date,
) -> Mapping[str, Any]:
    """All that stands on the sheets, in post order; `pages` are the papers as they were frozen, by their id."""
    return {
        "title": say(language, TITLE),
        "language": language.value,
        "organisation": organisation.letterhead,
        "pictures": pictures,
        "letters": [{**_letter(one, organisation, on), "paper": pages[one.paper.id]} for one in in_order(several)],
    }


def listed(several: Sequence[Posted]) -> Iterator[str]:
    """The list for the mail house, in the order of the sheets: addresses and sheets, never a national number."""
    return csv_lines(_rows(several))


def in_order(several: Sequence[Posted]) -> list[Posted]:
    """The same, as the post wants it."""
    return sorted(several, key=lambda one: one.order)


def _rows(several: Sequence[Posted]) -> Iterator[Sequence[str]]:
    yield ["ordre", "pages", "langue", *(f"ligne {number}" for number in range(1, _LINES + 1)), "pays"]
    for place, one in enumerate(in_order(several), start=1):
        lines = (*one.lines, *[""] * _LINES)[:_LINES]
        pages = f"{2 * place - 1}-{2 * place}"
        yield [str(place), pages, one.person.language.value, *lines, one.address.country]


def _letter(one: Posted, organisation: Organisation, on: date) -> Mapping[str, Any]:
    speaks = one.person.language
    return {
        "language": speaks.value,
        "address": list(one.lines),
        "day": locale_filters(speaks)["day"](on, "plain"),
        "greeting": greeting(one.person),
        "paragraphs": [say(speaks, HERE, year=one.paper.year), say(speaks, KEEP), say(speaks, THANKS)],
        "signed": say(speaks, SIGNED, name=organisation.name),
    }
