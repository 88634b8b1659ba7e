"""Somebody's tax attestations, in their own space."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from crm.attestations import asking, store
from crm.attestations.model import Attestation, FiscalKind, Status
from crm.contracts.own_space import OwnLine, OwnLook, OwnPart, OwnSource
from crm.foundation.templating import environment
from crm.foundation.translation import N_, say
from crm.values.money import exact

PATH = "/mon-espace/attestation"
"""Below it, the year and the number of a paper."""
NUMBER_PATH = f"{PATH}/numero"
OWN_NUMBER = N_("Donner mon numéro national, qui manque à mon attestation")
OWN_ENTERPRISE = N_("Donner le numéro d’entreprise, qui manque à l’attestation")


@dataclass(frozen=True, slots=True)
class OwnAttestations:
    """Those that were issued and are valid, to be fetched as often as one likes."""

    key: str = "attestations"

    def part(self, session: Session, look: OwnLook) -> OwnPart | None:
        """Nothing before the first is issued, unless a number is missing for one."""
        papers = _issued(session, look)
        who = asking.lacking(session, look.person_id, at=look.now)
        if not papers and who is None:
            return None
        word = OWN_ENTERPRISE if who is not None and who.kind is FiscalKind.ENTERPRISE else OWN_NUMBER
        missing = () if who is None else (OwnLine(text=say(look.language, word), path=NUMBER_PATH),)
        money = environment(look.language).filters["money"]
        return OwnPart(
            title=say(look.language, N_("Mes attestations fiscales")),
            text=say(look.language, N_("Elles portent votre numéro national : gardez-les pour vous."))
            if papers
            else "",
            lines=missing
            + tuple(
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
