"""What one may ask about national numbers: whether one is held, since when. Never the number."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from crm.contracts.segment_fields import Asking, Column, Kind, Measure, Source
from crm.foundation.translation import N_
from crm.vault import selects

READ = "national-number.known"


def _kept(_asking: Asking) -> Select[*tuple[Any, ...]]:
    return selects.kept()


SOURCES: tuple[Source, ...] = (
    Source(
        key="national_number",
        label=N_("Numéro national"),
        definition=N_("Si le coffre tient un numéro de registre national ; jamais le numéro lui-même."),
        columns=(Column(key="kept_at", label=N_("gardé"), kind=Kind.INSTANT),),
        rows=_kept,
        permission=READ,
        phrases={Measure.HAS: N_("ont donné leur numéro national %(when)s")},
        denied=N_("n’ont pas donné leur numéro national %(when)s"),
        day="kept_at",
    ),
)
