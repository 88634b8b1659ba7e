"""Rows that did not go in, handed to a colleague as a task."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from crm.care import service as care
from crm.foundation.translation import N_, say_count
from crm.imports.model import RowVerdict, Run
from crm.staff import service as staff
from crm.values.languages import Language

ONE, MANY = (
    N_("Importation %(run)s : une ligne mise de côté"),
    N_("Importation %(run)s : %(n)s lignes mises de côté"),
)


def hand_over(session: Session, run: Run, counts: Mapping[str, int], *, at: datetime, language: Language) -> None:
    """A task for the colleague whom the import names, where rows wait or are bad, and they still work here."""
    named = run.matching.choices.get("assignee", "") if run.matching else ""
    left = counts.get(RowVerdict.ERROR, 0) + counts.get(RowVerdict.REVIEW, 0)
    whom = next((one.id for one in staff.accounts(session) if str(one.id) == named and one.is_active), None)
    if left and whom is not None:
        title = say_count(language, ONE, MANY, left, run=run.id)
        care.add_task(session, title=title, by=run.started_by, at=at, assignee=whom)
