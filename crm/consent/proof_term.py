"""How long the proof of what an erased person had allowed is kept: dates and a keyed hash, then nothing.

Only a silenced address stays: it is no proof, it keeps us from writing to them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.consent import chains
from crm.consent.tables import ConsentEventRow, ConsentStandingRow, ErasedProofRow, PaceEventRow, PaceRow
from crm.contracts.personal_data import Term
from crm.foundation.database import hold
from crm.foundation.forgetting import delete_rows
from crm.foundation.signing import Sealer
from crm.foundation.translation import N_
from crm.ledgers import letting_go
from crm.privacy import rules, terms
from crm.values.calendar import brussels_day

CODE = "consent-proof"
TERM = Term(code=CODE, what=N_("Preuves de consentement d’une personne effacée"), months=60)
"""Five years: by then nobody can ask any more whether a letter of before was allowed."""


@dataclass(kw_only=True, slots=True)
class ErasedProofs:
    """The keeper of that term (`crm.contracts.personal_data.TermKeeper`)."""

    sealer: Sealer
    clock: Callable[[], datetime]
    TERMS: tuple[Term, ...] = (TERM,)

    def forget_older(self, session: Session, code: str, before: datetime) -> int:
        """Lets go of every act and every word about a pace of whoever was erased before an instant; how many.

        Words that no block holds yet wait for the next night.
        """
        gone = 0
        for person_id in session.scalars(
            select(ErasedProofRow.person_id).where(ErasedProofRow.erased_at < before).order_by(ErasedProofRow.person_id)
        ).all():
            hold(session, f"consent {person_id}")
            acts = session.execute(
                select(ConsentEventRow.id, ConsentEventRow.block).filter_by(person_id=person_id)
            ).all()
            said = session.execute(select(PaceEventRow.id, PaceEventRow.block).filter_by(person_id=person_id)).all()
            if any(block is None for _, block in (*acts, *said)):
                continue
            delete_rows(session, ConsentStandingRow, ConsentStandingRow.person_id == person_id)
            delete_rows(session, PaceRow, PaceRow.person_id == person_id)
            for ledger, rows in ((chains.CONSENTS, acts), (chains.PACES, said)):
                gone += letting_go.let_go(session, self.sealer, ledger, [one for one, _ in rows], at=self.clock())
            delete_rows(session, ErasedProofRow, ErasedProofRow.person_id == person_id)
        return gone


def kept_until(session: Session, erased_at: datetime) -> date:
    """The last day of the proof of whoever is erased now, as the term holds today."""
    today = brussels_day(erased_at)
    return rules.months_later(today, terms.months(session, TERM, today))
