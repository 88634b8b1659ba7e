"""What the rows of a run come to: how many of each verdict and, for a file with amounts, how much money."""

from __future__ import annotations

from sqlalchemy.orm import Session

from crm.imports import store
from crm.imports.kinds.every import kind_of
from crm.imports.kinds.model import has_money
from crm.imports.model import CENTS, CENTS_ASIDE, RowVerdict, Run


def nought(run: Run) -> dict[str, int]:
    """The counts of money before the first row; empty for a file without amounts."""
    columns = run.matching.columns if run.matching else ()
    return {CENTS: 0, CENTS_ASIDE: 0} if has_money(kind_of(run.kind), columns) else {}


def amounts(session: Session, run: Run) -> dict[str, int]:
    """What went in or is there, and what waits for a decision."""
    found = nought(run)
    for verdict, cents in store.amounts(session, run.id) if found else ():
        found[pile(verdict)] += cents
    return found


def counted(session: Session, run: Run) -> dict[str, int]:
    """All counts of a run, from its rows."""
    return store.verdict_counts(session, run.id) | amounts(session, run)


def pile(verdict: RowVerdict) -> str:
    """Under which name the money of such a row counts."""
    return CENTS_ASIDE if verdict is RowVerdict.REVIEW else CENTS
