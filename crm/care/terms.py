"""How long supporter care keeps what passed between people and the team."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.care.model import Complaint
from crm.care.tables import DraftRow, InteractionRow, NoteRow, TaskRow
from crm.contracts.personal_data import Term
from crm.foundation.forgetting import delete_rows, empty_rows
from crm.foundation.translation import N_

TERMS: tuple[Term, ...] = (
    Term(code="care-contacts", what=N_("Appels, lettres, visites et plaintes closes"), months=60),
    Term(code="care-removed", what=N_("Notes et tâches retirées, brouillons"), months=12),
)


def forget_older(session: Session, code: str, before: datetime) -> int:
    """See `crm.contracts.personal_data.TermKeeper`. An open complaint stays, and tasks stay without their contact."""
    if code == "care-contacts":
        old = (InteractionRow.happened_at < before, InteractionRow.complaint != Complaint.OPEN)
        of_them = TaskRow.interaction_id.in_(select(InteractionRow.id).where(*old))
        empty_rows(session, TaskRow, {"interaction_id": None}, of_them)
        return delete_rows(session, InteractionRow, *old)
    return (
        delete_rows(session, NoteRow, NoteRow.removed_at < before)
        + delete_rows(session, TaskRow, TaskRow.removed_at < before)
        + delete_rows(session, DraftRow, DraftRow.kept_at < before)
    )
