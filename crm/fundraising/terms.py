"""How long fundraising keeps what it wrote to whom: that somebody was asked stays, their name and address go."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm.contracts.personal_data import Term
from crm.foundation.forgetting import delete_rows, empty_rows
from crm.foundation.translation import N_
from crm.fundraising.personal_data import BARE
from crm.fundraising.tables import AppealPlanRow, LeftOutRow, RecipientRow

TERMS: tuple[Term, ...] = (
    Term(
        code="appeal-letters",
        what=N_("Noms et adresses des lettres d’un appel, et pourquoi d’autres n’en ont pas reçu"),
        months=24,
    ),
)
WRITTEN = {name: value for name, value in BARE.items() if name not in {"asks", "digits"}}
"""What goes; a late gift still finds its appeal by its communication."""


def forget_older(session: Session, code: str, before: datetime) -> int:
    """See `crm.contracts.personal_data.TermKeeper`. What was counted when an appeal was frozen stays."""
    plan = AppealPlanRow
    over = select(plan.appeal_id).where(plan.frozen_at < before, plan.is_forgotten.is_(False))
    rows = empty_rows(session, RecipientRow, WRITTEN, RecipientRow.appeal_id.in_(over))
    rows += delete_rows(session, LeftOutRow, LeftOutRow.appeal_id.in_(over))
    done = update(plan).where(plan.appeal_id.in_(over)).values(is_forgotten=True)
    session.execute(done.execution_options(synchronize_session=False))
    session.expire_all()
    return rows
