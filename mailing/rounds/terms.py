"""How long without a sign of life before we ask, and how long a silence may last after it: dated, decided by two."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from crm.contracts.personal_data import Term
from crm.foundation.translation import N_

SLEEP, SILENCE = "reader-sleep", "reader-silence"
TERMS: tuple[Term, ...] = (
    Term(
        code=SLEEP, what=N_("Sans signe de vie, avant de demander si nos lettres sont encore voulues"), months=24,
        forgets=False,
    ),
    Term(
        code=SILENCE, what=N_("Silence après cette question, avant que l’accord ne vaille plus"), months=2,
        forgets=False,
    ),
)  # fmt: skip


def forget_older(session: Session, code: str, before: datetime) -> int:
    """Nothing is forgotten by these: rounds count by them."""
    return 0
