"""What one may ask about tax attestations: for which year, of how much, and how they were handed over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from crm.attestations import words
from crm.attestations.model import HandWay
from crm.attestations.tables import AttestationRow, HandingRow
from crm.contracts.segment_fields import Asking, Column, Kind, Measure, Option, Options, Source
from crm.foundation.translation import N_, say
from crm.values.languages import Language

READ = "attestations.read"
WAYS = {way: word for way, word in words.HANDINGS.items() if way is not HandWay.MISSED}


def _named(said: Mapping[Any, str]) -> Options:
    def options(_session: Session, language: Language) -> Sequence[Option]:
        return [Option(value=one.value, label=say(language, word)) for one, word in said.items()]

    return options


def _attestations(_asking: Asking) -> Select[*tuple[Any, ...]]:
    row = AttestationRow
    return select(row.person_id, row.year, row.cents, row.status, row.issued_at).where(row.issued_at.is_not(None))


def _handings(_asking: Asking) -> Select[*tuple[Any, ...]]:
    row, paper = HandingRow, AttestationRow
    return (
        select(paper.person_id, paper.year, row.way, row.at)
        .join(paper, paper.id == row.attestation_id)
        .where(row.way != HandWay.MISSED)
    )


_YEAR = Column(key="year", label=N_("année de l’attestation"), kind=Kind.NUMBER)

SOURCES: tuple[Source, ...] = (
    Source(
        key="attestation",
        label=N_("Attestations fiscales"),
        definition=N_(
            "Chaque attestation établie, avec l’année des dons qu’elle dit. Celle qui fut remplacée ou annulée en est "
            "aussi : précisez son état."
        ),
        columns=(
            _YEAR,
            Column(key="cents", label=N_("montant"), kind=Kind.CENTS),
            Column(key="status", label=N_("état de l’attestation"), kind=Kind.WORD, options=_named(words.STATUSES)),
            Column(key="issued_at", label=N_("établie"), kind=Kind.INSTANT),
        ),
        rows=_attestations,
        permission=READ,
        phrases={
            Measure.HAS: N_("ont une attestation fiscale établie %(when)s"),
            Measure.COUNT: N_("ont %(how)s attestations fiscales établies %(when)s"),
            Measure.SUM: N_("ont des attestations fiscales de %(how)s en tout, établies %(when)s"),
            Measure.LAST: N_("ont une dernière attestation fiscale établie %(how)s"),
        },
        denied=N_("n’ont aucune attestation fiscale établie %(when)s"),
        day="issued_at",
        amount="cents",
    ),
    Source(
        key="attestation_handing",
        label=N_("Attestations remises"),
        definition=N_("Chaque fois qu’une attestation, ou une copie, est allée vers la personne, et par quelle voie."),
        columns=(
            _YEAR,
            Column(key="way", label=N_("voie"), kind=Kind.WORD, options=_named(WAYS)),
            Column(key="at", label=N_("remise"), kind=Kind.INSTANT),
        ),
        rows=_handings,
        permission=READ,
        phrases={
            Measure.HAS: N_("se sont vu remettre une attestation %(when)s"),
            Measure.COUNT: N_("se sont vu remettre %(how)s fois une attestation %(when)s"),
            Measure.LAST: N_("se sont vu remettre une dernière attestation %(how)s"),
        },
        denied=N_("ne se sont vu remettre aucune attestation %(when)s"),
        day="at",
    ),
)
