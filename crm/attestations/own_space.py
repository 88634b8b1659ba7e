"""Somebody's tax attestations, in their own space."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from crm.attestations import store
from crm.attestations.model import Attestation, Status
from crm.contracts.own_space import OwnLine, OwnLook, OwnPart, OwnSource
from crm.foundation.templating import environment
from crm.foundation.translation import N_, say
from crm.values.money import exact

PATH = "/mon-espace/attestation"
"""Below it, the year and the number."""


@dataclass(frozen=True, slots=True)
class OwnAttestations:
    """Those that were issued and are valid, to be fetched as often as one likes."""

    key: str = "attestations"

    def part(self, session: Session, look: OwnLook) -> OwnPart | None:
        """Nothing before the first is issued."""
        papers = _issued(session, look)
        if not papers:
            return None
        money = environment(look.language).filters["money"]
        return OwnPart(
            title=say(look.language, N_("Mes attestations fiscales")),
            text=say(look.language, N_("Elles portent votre numéro national : gardez-les pour vous.")),
            lines=tuple(
                OwnLine(
                    text=say(look.language, N_("Attestation pour %(year)s"), year=one.year),
                    note=f"{money(one.cents)} · n° {one.number}",
                    path=f"{PATH}/{one.year}/{one.number}",
                    takes=say(look.language, N_("La prendre (PDF)")),
                )
                for one in papers
            ),
        )

    def file(self, session: Session, look: OwnLook) -> Mapping[str, Any]:
        """Year, number and amount of each."""
        return {
            "attestations": [
                {"year": one.year, "number": one.number, "amount": exact(one.cents)} for one in _issued(session, look)
            ]
        }


def _issued(session: Session, look: OwnLook) -> list[Attestation]:
    found = store.of_person(session, look.person_id)
    return [one for one in found if one.status is Status.VALID and one.issued_at is not None and one.is_kept]


SOURCES: tuple[OwnSource, ...] = (OwnAttestations(),)
