"""How long national numbers and the words of attestations are kept. That they were given stays."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Select, select, union
from sqlalchemy.orm import Session

from crm.attestations.tables import AttestationRow, FiscalIdentityRow
from crm.contracts.personal_data import Term
from crm.donations.selects import lines_given
from crm.foundation.forgetting import empty_rows
from crm.foundation.translation import N_
from crm.values.calendar import brussels_day
from crm.vault import service as vault

NUMBERS, WORDS = "national-numbers", "attestations"
TERMS: tuple[Term, ...] = (
    Term(code=NUMBERS, what=N_("Numéros nationaux, après le dernier don ou la dernière attestation"), months=24),
    Term(
        code=WORDS, what=N_("Contenu des attestations et leurs PDF, après l’année où elles sont déclarées"), months=84
    ),
)


def forget_older(session: Session, code: str, before: datetime) -> int:
    """See `crm.contracts.personal_data.TermKeeper`.

    A number goes with its index; what a fiche says stays as long as the books do. Of the words of an attestation the
    row stays: its number, amount and status.
    """
    if code == NUMBERS:
        return vault.destroy(session, _still_giving(before), before=before)
    row = AttestationRow
    return empty_rows(session, row, {"sealed": ""}, row.year < brussels_day(before).year - 1, row.sealed != "")


def _still_giving(before: datetime) -> Select[int]:
    """Whoever gave since then, whoever's paper such gifts go on, and whoever was given a paper since."""
    lines = lines_given(brussels_day(before), date.max).subquery()
    row, other = AttestationRow, FiscalIdentityRow
    partners = select(other.given_to_id).where(
        other.given_to_id.is_not(None), other.person_id.in_(select(lines.c.person_id))
    )
    papers = select(row.person_id).where(row.locked_at >= before)
    every = union(select(lines.c.person_id), partners, papers).subquery()
    return select(every.c[0])
