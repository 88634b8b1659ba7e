"""Visits to one's own space: keyed hashes and hours, deleted two days after; an erasure does not wait."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contracts.personal_data import Column, Erasing, Forgotten, Section, Subject
from crm.foundation.forgetting import delete_rows
from crm.foundation.translation import N_, say
from crm.values.languages import Language
from crm.visits.tables import VisitLinkRow, VisitRow

ROOM = "crm.visits"
TABLES = frozenset({"visit", "visit_link"})


def show(session: Session, subject: Subject, language: Language) -> Sequence[Section]:
    """When they were in their space, of the last two days."""
    row = VisitRow
    visits = session.execute(
        select(row.created_at, row.ends_at).where(row.person_id.in_(subject.person_ids)).order_by(row.id)
    ).all()
    return (
        Section(
            key="visits",
            title=say(language, N_("Visites de votre espace")),
            columns=(
                Column(key="at", label=say(language, N_("Quand"))),
                Column(key="until", label=say(language, N_("Jusqu’à"))),
            ),
            rows=[{"at": came, "until": left} for came, left in visits],
            note=say(language, N_("Gardées deux jours.")),
        ),
    )


def erase(session: Session, subject: Subject, erasing: Erasing) -> Forgotten:
    """Everything goes: whoever is in is out."""
    return Forgotten(
        erased={
            "visit": delete_rows(session, VisitRow, VisitRow.person_id.in_(subject.person_ids)),
            "visit_link": delete_rows(session, VisitLinkRow, VisitLinkRow.address_key.in_(subject.address_keys)),
        }
    )
