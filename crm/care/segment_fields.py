"""What one may ask about supporter care: calls, letters and visits, complaints, and what is still to be done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from crm.care import words
from crm.care.tables import InteractionRow, TaskRow
from crm.contracts.segment_fields import Asking, Column, Kind, Measure, Option, Source
from crm.foundation.translation import N_, say
from crm.values.languages import Language

READ = "supporters.read"


def _kinds(_session: Session, language: Language) -> Sequence[Option]:
    return [Option(value=one.value, label=say(language, word)) for one, word in words.KINDS.items()]


def _directions(_session: Session, language: Language) -> Sequence[Option]:
    return [Option(value=one.value, label=say(language, word)) for one, word in words.DIRECTIONS.items()]


def _complaints(_session: Session, language: Language) -> Sequence[Option]:
    return [Option(value=one.value, label=say(language, word)) for one, (word, _) in words.COMPLAINTS.items()]


def _contacts(_asking: Asking) -> Select[*tuple[Any, ...]]:
    row = InteractionRow
    complaint = func.nullif(row.complaint, "", type_=row.complaint.type).label("complaint")
    return select(row.person_id, row.kind, row.direction, complaint, row.happened_at).where(row.removed_at.is_(None))


def _tasks(_asking: Asking) -> Select[*tuple[Any, ...]]:
    row = TaskRow
    return select(row.person_id, row.due_on, row.created_at).where(
        row.person_id.is_not(None), row.removed_at.is_(None), row.done_at.is_(None)
    )


SOURCES: tuple[Source, ...] = (
    Source(
        key="interaction",
        label=N_("Échanges avec l’équipe"),
        definition=N_("Les appels, lettres, visites et messages que l’équipe a notés."),
        columns=(
            Column(key="kind", label=N_("genre d’échange"), kind=Kind.WORD, options=_kinds),
            Column(key="direction", label=N_("de qui"), kind=Kind.WORD, options=_directions),
            Column(key="complaint", label=N_("plainte"), kind=Kind.WORD, options=_complaints),
            Column(key="happened_at", label=N_("jour de l’échange"), kind=Kind.INSTANT),
        ),
        rows=_contacts,
        permission=READ,
        phrases={
            Measure.HAS: N_("ont eu un échange avec l’équipe %(when)s"),
            Measure.COUNT: N_("ont eu %(how)s échanges avec l’équipe %(when)s"),
            Measure.LAST: N_("ont eu leur dernier échange avec l’équipe %(how)s"),
        },
        denied=N_("n’ont eu aucun échange avec l’équipe %(when)s"),
        day="happened_at",
    ),
    Source(
        key="task",
        label=N_("Tâches ouvertes"),
        definition=N_("Ce qui est encore à faire pour la personne."),
        columns=(
            Column(key="due_on", label=N_("à faire pour le"), kind=Kind.DAY),
            Column(key="created_at", label=N_("créée"), kind=Kind.INSTANT),
        ),
        rows=_tasks,
        permission=READ,
        phrases={
            Measure.HAS: N_("ont une tâche ouverte créée %(when)s"),
            Measure.COUNT: N_("ont %(how)s tâches ouvertes créées %(when)s"),
        },
        denied=N_("n’ont aucune tâche ouverte créée %(when)s"),
        day="created_at",
    ),
)
