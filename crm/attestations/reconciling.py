"""The year to the last cent: what was given, what stands on papers, what is owed, what is left out, and what may go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.attestations import paper
from crm.attestations.locking import House
from crm.attestations.model import Findings, Status, YearRules
from crm.attestations.tables import AttestationLineRow, AttestationRow
from crm.donations.selects import deductible_lines, lines_collected
from crm.values.calendar import brussels_day
from crm.values.national_number import MASK

REFUND_DAYS = 56
"""So long after a collection by mandate a donor takes it back without a reason (SEPA core scheme)."""
DRAFTS = "attestation_drafts"
MOST_DRAFTS = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Balance:
    """Cents of a year's deductible gifts: `given` by the ledger, and where each of them is.

    `difference` is nought where every cent has its place; else a paper says something that is not so any more.
    """

    given: int
    on_paper: int
    owed: int
    left_out: int
    at_risk: int

    @property
    def difference(self) -> int:
        return self.given - self.on_paper - self.owed - self.left_out


def balance(session: Session, found: Findings, *, at: datetime) -> Balance:
    """Compares what a check found with the ledger. `at_risk`: of what is owed, what a bank may still take back."""
    first, last = date(found.year, 1, 1), date(found.year, 12, 31)
    lines = deductible_lines().subquery()
    given = select(func.coalesce(func.sum(lines.c.net_cents), 0)).where(lines.c.given_on.between(first, last))
    attested = (
        select(func.coalesce(func.sum(AttestationLineRow.cents), 0))
        .join(AttestationRow, AttestationRow.id == AttestationLineRow.attestation_id)
        .where(AttestationRow.year == found.year, AttestationRow.status == Status.VALID)
    )
    since = max(first, brussels_day(at) - timedelta(days=REFUND_DAYS))
    shaky = set(session.scalars(lines_collected(since, last))) if since <= last else set()
    left_out = (one.payment for one in found.excluded if one.payment.is_deductible and not one.payment.is_test)
    return Balance(
        given=int(session.scalar(given) or 0),
        on_paper=int(session.scalar(attested) or 0),
        owed=found.cents,
        left_out=sum(payment.net_cents for payment in left_out if payment.net_cents > 0),
        at_risk=sum(payment.net_cents for one in found.owed for payment in one.payments if payment.line_id in shaky),
    )


def drafts(house: House, found: Findings, in_force: YearRules) -> Mapping[str, Any]:
    """The first papers as they would be, each marked as a draft, for `templates/documents/attestation_drafts.typ`.

    No number is given and none is opened: where a donor gave theirs, its mask stands. Raises InstitutionIncomplete.
    """
    institution = house.institution
    pages = []
    for one in found.owed[:MOST_DRAFTS]:
        has_number = one.identity.has_number
        page = paper.page(
            one,
            institution,
            year=found.year,
            number=0,
            code="",
            written_number=MASK if has_number else "",
            is_draft=True,
            sentences=in_force.sentences,
        )
        (said_year, (number_word, _)) = page["details"]
        pages.append({**page, "details": [said_year, [number_word, "—"]]})
    return {
        "title": f"{found.year}",
        "language": pages[0]["language"] if pages else "fr",
        "organisation": {"name": institution.name, "lines": [institution.street, institution.place]},
        "papers": pages,
    }
