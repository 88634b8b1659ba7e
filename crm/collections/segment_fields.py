"""What one may ask about instalments: which came, which the bank refused, and how the last ones went."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, case, cast, func, select
from sqlalchemy.orm import Session

from crm.collections import words
from crm.collections.model import CollectionState
from crm.collections.tables import CollectionRow
from crm.contracts.segment_fields import Asking, Column, Cost, Kind, Measure, Option, Source
from crm.foundation.columns import Word
from crm.foundation.translation import N_, say
from crm.plans import words as plan_words
from crm.plans.model import Pause
from crm.plans.selects import pause_on, plans_on
from crm.values.languages import Language

READ = "donations.read"


class Fate(StrEnum):
    """What became of an instalment, in a word."""

    CAME = "came"
    FAILED = "failed"
    AWAITED = "awaited"


FATES = {Fate.CAME: N_("reçue"), Fate.FAILED: N_("échouée"), Fate.AWAITED: N_("attendue")}
PAUSES = {
    Pause.NONE: N_("sans pause"),
    Pause.REFUSED: N_("en pause après un refus de la banque"),
    Pause.OTHER: N_("en pause pour une autre raison"),
}
_CAME, _AWAITED = CollectionState.RECEIVED, CollectionState.ASKED


def _fates(_session: Session, language: Language) -> Sequence[Option]:
    return [Option(value=one.value, label=say(language, word)) for one, word in FATES.items()]


def _pauses(_session: Session, language: Language) -> Sequence[Option]:
    return [Option(value=one.value, label=say(language, word)) for one, word in PAUSES.items()]


def _plan_states(_session: Session, language: Language) -> Sequence[Option]:
    return [Option(value=one.value, label=say(language, word)) for one, (word, *_) in plan_words.STATES.items()]


def _reasons(_session: Session, language: Language) -> Sequence[Option]:
    return [Option(value=code, label=f"{code} · {say(language, word)}") for code, word in words.REASONS.items()]


def _collections(asking: Asking) -> Select[*tuple[Any, ...]]:
    pause = [cast(pause_on(asking.on), Word(Pause)).label("plan_pause")] if "plan_pause" in asking.columns else []
    row, plans = CollectionRow, plans_on(asking.on, *pause).subquery("plans")
    is_awaited = (row.state == _AWAITED) | ((row.state == CollectionState.OPEN) & (row.reason == ""))
    fate = case(
        (row.state == _CAME, Fate.CAME.value), (is_awaited, Fate.AWAITED.value), else_=Fate.FAILED.value
    )  # an instalment that will be asked again has failed by then
    columns = [
        plans.c.person_id,
        row.due_on,
        row.cents,
        cast(fate, Word(Fate)).label("fate"),
        func.nullif(row.reason, "").label("reason"),
        plans.c.every_months,
        plans.c.state.label("plan_state"),
        *([plans.c.plan_pause] if pause else ()),
    ]
    if not asking.columns & {"nth_last", "failed_running"}:
        return select(*columns).join(plans, plans.c.id == row.plan_id)
    known = case((is_awaited, None), else_=row.due_on)
    backwards = (known.is_(None), known.desc(), row.id.desc())
    place = func.row_number().over(partition_by=row.plan_id, order_by=backwards)
    columns += [row.plan_id, case((is_awaited, None), else_=place).label("nth_last")]
    if "failed_running" not in asking.columns:
        return select(*columns).join(plans, plans.c.id == row.plan_id)
    # As many as come before the last one that was received; all that are known where none was.
    placed = select(*columns).join(plans, plans.c.id == row.plan_id).subquery("placed")
    came = func.min(case((placed.c.fate == Fate.CAME.value, placed.c.nth_last))).over(partition_by=placed.c.plan_id)
    every = func.max(func.coalesce(placed.c.nth_last, 0)).over(partition_by=placed.c.plan_id)
    return select(*placed.c, func.coalesce(came - 1, every).label("failed_running"))


SOURCES: tuple[Source, ...] = (
    Source(
        key="collection",
        label=N_("Échéances demandées à la banque"),
        definition=N_(
            "Chaque échéance d’une domiciliation, une fois par période, aussi souvent qu’elle ait été redemandée. "
            "« Échouée » : refusée ou reprise par la banque, même si elle sera redemandée."
        ),
        columns=(
            Column(key="fate", label=N_("ce qu’elle est devenue"), kind=Kind.WORD, options=_fates),
            Column(
                key="nth_last",
                label=N_("rang dans ce don régulier, depuis la dernière connue"),
                kind=Kind.NUMBER,
            ),
            Column(key="failed_running", label=N_("échecs de suite de ce don régulier, à ce jour"), kind=Kind.NUMBER),
            Column(key="plan_state", label=N_("état du don régulier"), kind=Kind.WORD, options=_plan_states),
            Column(key="plan_pause", label=N_("pause du don régulier"), kind=Kind.WORD, options=_pauses),
            Column(key="every_months", label=N_("tous les … mois"), kind=Kind.NUMBER),
            Column(key="reason", label=N_("raison de la banque"), kind=Kind.WORD, options=_reasons),
            Column(key="cents", label=N_("montant"), kind=Kind.CENTS),
            Column(key="due_on", label=N_("échéance"), kind=Kind.DAY),
        ),
        rows=_collections,
        permission=READ,
        phrases={
            Measure.HAS: N_("ont eu une échéance %(when)s"),
            Measure.COUNT: N_("ont eu %(how)s échéances %(when)s"),
            Measure.SUM: N_("ont eu des échéances de %(how)s en tout %(when)s"),
            Measure.FIRST: N_("ont eu leur première échéance %(how)s"),
            Measure.LAST: N_("ont eu leur dernière échéance %(how)s"),
        },
        denied=N_("n’ont eu aucune échéance %(when)s"),
        day="due_on",
        amount="cents",
        cost=Cost.MEDIUM,
    ),
)
