"""What supporter care holds of somebody: notes, contacts, tasks. Nothing of it outlives an erasure."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from crm.care.tables import DraftRow, InteractionRow, NoteRow, TaskRow
from crm.contracts.personal_data import Column, Erasing, Forgotten, Section, Subject
from crm.foundation.forgetting import delete_rows
from crm.foundation.translation import N_, say
from crm.values.languages import Language

ROOM = "crm.care"
TABLES = frozenset({"care_note", "care_interaction", "care_task", "care_draft"})


def show(session: Session, subject: Subject, language: Language) -> Sequence[Section]:
    """Notes, contacts and tasks, in the words of the team."""
    ids = subject.person_ids
    notes = session.scalars(select(NoteRow).where(NoteRow.person_id.in_(ids)).order_by(NoteRow.written_at))
    contacts = session.scalars(
        select(InteractionRow).where(InteractionRow.person_id.in_(ids)).order_by(InteractionRow.happened_at)
    )
    tasks = session.scalars(select(TaskRow).where(TaskRow.person_id.in_(ids)).order_by(TaskRow.created_at))
    at, text = Column(key="at", label=say(language, N_("Quand"))), say(language, N_("Texte"))
    return (
        Section(
            key="notes",
            title=say(language, N_("Notes de l’équipe")),
            columns=(at, Column(key="text", label=text)),
            rows=[{"at": note.written_at, "text": note.text} for note in notes],
        ),
        Section(
            key="contacts",
            title=say(language, N_("Appels, lettres et visites")),
            columns=(
                at,
                Column(key="summary", label=say(language, N_("De quoi il s’agissait"))),
                Column(key="outcome", label=say(language, N_("Ce qui a suivi"))),
            ),
            rows=[{"at": one.happened_at, "summary": one.summary, "outcome": one.outcome} for one in contacts],
        ),
        Section(
            key="tasks",
            title=say(language, N_("Ce que l’équipe s’est promis de faire")),
            columns=(at, Column(key="title", label=text), Column(key="done_at", label=say(language, N_("Fait")))),
            rows=[{"at": task.created_at, "title": task.title, "done_at": task.done_at} for task in tasks],
        ),
    )


def erase(session: Session, subject: Subject, erasing: Erasing) -> Forgotten:
    """Everything goes."""
    ids = subject.person_ids
    theirs = select(InteractionRow.id).where(InteractionRow.person_id.in_(ids))
    return Forgotten(
        erased={
            "care_task": delete_rows(
                session, TaskRow, or_(TaskRow.person_id.in_(ids), TaskRow.interaction_id.in_(theirs))
            ),
            "care_note": delete_rows(session, NoteRow, NoteRow.person_id.in_(ids)),
            "care_interaction": delete_rows(session, InteractionRow, InteractionRow.person_id.in_(ids)),
            "care_draft": delete_rows(session, DraftRow, DraftRow.person_id.in_(ids)),
        }
    )
