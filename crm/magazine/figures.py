"""The magazine in figures: circulation issue by issue, what came and went, what came back, what a reader costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.magazine import store
from crm.magazine.model import Basis, Format, Reason
from crm.magazine.rules import cost_cents
from crm.magazine.tables import CopyRow, IssueRow, IssueRunRow, ReturnRow, SubscriptionRow

ISSUES = 8
"""Two years of a quarterly."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueFigures:
    """One issue: copies by ground over all its runs, what changed since the one before, what it cost."""

    issue_id: int
    number: int
    title: str
    people: int = 0
    copies: int = 0
    cents: int = 0
    new: int = 0
    gone: int = 0
    pdf: int = 0
    """Who reads it as PDF, alone or besides paper."""
    pdf_only: int = 0
    returned: int = 0
    bases: Mapping[Basis, int] = field(default_factory=dict)

    @property
    def pdf_share(self) -> float:
        """Of all its readers, those who read it as PDF."""
        readers = self.people + self.pdf_only
        return self.pdf / readers if readers else 0.0

    @property
    def reader_cents(self) -> int:
        """What one reader on paper costs, in cents."""
        return round(self.cents / self.people) if self.people else 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """The last issues, the oldest first; where copies come back from; how people want it now."""

    issues: tuple[IssueFigures, ...]
    postcodes: tuple[tuple[str, int], ...]
    formats: Mapping[Format, int]


def figures(session: Session, *, issues: int = ISSUES, places: int = 12) -> Figures:
    """Read from what was counted when each run was frozen: a few small queries, however many copies."""
    rows = session.scalars(
        select(IssueRow).where(IssueRow.frozen_at.is_not(None)).order_by(IssueRow.number.desc()).limit(issues)
    ).all()
    ids = [row.id for row in rows]
    counted = select(ReturnRow.issue_id, func.count()).where(ReturnRow.issue_id.in_(ids)).group_by(ReturnRow.issue_id)
    back = {issue_id: number for issue_id, number in session.execute(counted) if issue_id is not None}
    runs: dict[int, list[IssueRunRow]] = {}
    for run in session.scalars(select(IssueRunRow).where(IssueRunRow.issue_id.in_(ids)).order_by(IssueRunRow.place)):
        runs.setdefault(run.issue_id, []).append(run)
    count = func.count()
    struck: dict[int, list[tuple[Basis, str, int, int]]] = {}
    copy = CopyRow
    gone = select(copy.issue_id, copy.basis, copy.country, count, func.sum(copy.copies)).where(
        copy.run_id.in_([run.id for several in runs.values() for run in several]), copy.removal.is_not(None)
    )
    for issue_id, basis, country, people, copies in session.execute(
        gone.group_by(copy.issue_id, copy.basis, copy.country)
    ):
        struck.setdefault(issue_id, []).append((basis, country, int(people), int(copies)))
    postcodes = session.execute(
        select(ReturnRow.postcode, count)
        .where(ReturnRow.issue_id.in_(ids), ReturnRow.postcode != "")
        .group_by(ReturnRow.postcode)
        .order_by(count.desc(), ReturnRow.postcode)
        .limit(places)
    )
    formats = session.execute(select(SubscriptionRow.format, count).group_by(SubscriptionRow.format))
    return Figures(
        issues=tuple(
            _issue(row, runs.get(row.id, []), back.get(row.id, 0), struck.get(row.id, [])) for row in reversed(rows)
        ),
        postcodes=tuple((postcode, number) for postcode, number in postcodes),
        formats={row[0]: row[1] for row in formats},
    )


def _issue(
    row: IssueRow, runs: list[IssueRunRow], returned: int, struck: list[tuple[Basis, str, int, int]]
) -> IssueFigures:
    """What was counted at the freeze, less what was struck since, at what it costs as far as one knows now."""
    bases: Counter[Basis] = Counter()
    countries: Counter[str] = Counter()
    people = 0
    for run in runs:
        found = store.from_json(run.outlook).funnel
        bases.update(found.bases)
        countries.update(found.countries)
        people += run.mailed
    for basis, country, removed, copies in struck:
        people -= removed
        bases[basis] -= copies
        countries[country] -= copies
    main = store.from_json(runs[0].outlook) if runs else None
    pdf_only = main.funnel.excluded.get(Reason.PDF_ONLY, 0) if main else 0
    return IssueFigures(
        issue_id=row.id,
        number=row.number,
        title=row.title,
        people=people,
        copies=countries.total(),
        cents=cost_cents(store.plan_of(row), countries.items()),
        new=main.difference.new if main and main.before else 0,
        gone=main.difference.gone_count if main else 0,
        pdf=runs[0].outlook.get("pdf", pdf_only) if runs else 0,
        pdf_only=pdf_only,
        returned=returned,
        bases=dict(bases),
    )
