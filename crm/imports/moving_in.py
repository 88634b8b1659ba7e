"""The totals of a move: all files of one kind that stand, beside what the old system says there is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.imports import store
from crm.imports.model import CENTS, CENTS_ASIDE, RowVerdict, Run, RunState
from crm.imports.tables import ImportRowRow, ImportRunRow

INSIDE = (RowVerdict.CREATE, RowVerdict.UPDATE, RowVerdict.SAME)
WENT_IN = (RunState.APPLYING, RunState.APPLIED, RunState.UNDOING)
ASIDE = (RowVerdict.REVIEW, RowVerdict.ERROR)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What the files of one kind come to together, the newest of them first; rows that came in two files count once."""

    runs: tuple[Run, ...]
    counted: tuple[Run, ...]
    """Those added up: the files that went in; as long as none did, those that were tried."""
    inside: int
    aside: int
    expected: int | None
    cents: int | None
    cents_aside: int
    expected_cents: int | None

    @property
    def missing(self) -> int | None:
        """How many rows are lacking, or (below nought) too many; those set aside may have come again, mended."""
        return None if self.expected is None else _lacking(self.expected, self.inside, self.aside)

    @property
    def waiting(self) -> int:
        """How many rows of those awaited are in the files, and aside."""
        return 0 if self.expected is None else min(self.aside, max(0, self.expected - self.inside))

    @property
    def gap(self) -> int | None:
        """The same of cents."""
        if self.expected_cents is None or self.cents is None:
            return None
        return _lacking(self.expected_cents, self.cents, self.cents_aside)


def standing(session: Session, kinds: Collection[str]) -> dict[str, tuple[Run, ...]]:
    """The runs of each kind that were neither undone nor cancelled, the newest first."""
    query = select(ImportRunRow.kind, ImportRunRow.id).where(
        ImportRunRow.kind.in_(kinds), ImportRunRow.state.not_in((RunState.CANCELLED, RunState.UNDONE))
    )
    found: dict[str, tuple[Run, ...]] = {}
    for kind, run_id in session.execute(query.order_by(ImportRunRow.id.desc())):
        if (run := store.find_run(session, run_id)) is not None:
            found[kind] = (*found.get(kind, ()), run)
    return found


def step(session: Session, runs: Sequence[Run]) -> Step:
    """What those runs come to. A file that was brought twice counts once."""
    counted = tuple(run for run in runs if run.state in WENT_IN) or tuple(runs)
    once = _once(counted)
    money = [run for run in once if run.cents is not None]
    told = [run.expected_rows for run in counted if run.expected_rows is not None]
    told_cents = [run.expected_cents for run in counted if run.expected_cents is not None]
    return Step(
        runs=tuple(runs),
        counted=counted,
        inside=_counted(once, INSIDE) if len(once) < 2 else _each_once(session, once),
        aside=_counted(once, ASIDE),
        expected=sum(told) if told else None,
        cents=sum(run.counts[CENTS] for run in money) if money else None,
        cents_aside=sum(run.counts.get(CENTS_ASIDE, 0) for run in money),
        expected_cents=sum(told_cents) if told_cents else None,
    )


def _once(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Of each file that was brought several times the time that most of its rows were in, or there."""
    found: dict[str, Run] = {}
    for run in reversed(runs):
        before = found.setdefault(run.sha256, run)
        if _counted([run], INSIDE) > _counted([before], INSIDE):
            found[run.sha256] = run
    return tuple(found.values())


def _counted(runs: Sequence[Run], verdicts: Collection[RowVerdict]) -> int:
    return sum(run.counts.get(verdict, 0) for run in runs for verdict in verdicts)


def _each_once(session: Session, runs: Sequence[Run]) -> int:
    """The rows in or there, each as often as the file that has it most; of forgotten files as they were counted."""
    gone = [run for run in runs if run.purged_at is not None]
    row = ImportRowRow
    per_file = (
        select(row.fingerprint, func.count().label("times"))
        .where(
            row.run_id.in_([run.id for run in runs if run.purged_at is None]),
            row.verdict.in_(INSIDE),
            row.fingerprint != "",
        )
        .group_by(row.fingerprint, row.run_id)
        .subquery()
    )
    most = select(func.max(per_file.c.times).label("times")).group_by(per_file.c.fingerprint).subquery()
    return _counted(gone, INSIDE) + int(session.scalar(select(func.sum(most.c.times))) or 0)


def _lacking(expected: int, inside: int, aside: int) -> int:
    return expected - inside - min(aside, max(0, expected - inside))
