"""The freeze: a roll becomes copies that do not change any more, in one transaction, whatever interrupts it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.consent import gate
from crm.foundation.bulk import pour
from crm.foundation.database import hold
from crm.magazine import envelopes, roll, store
from crm.magazine.errors import IssueFrozen, IssueOpen, NobodyToMail
from crm.magazine.model import Eligibility, Issue, IssueRun, NewIssue, Outlook, Reason, RunKind
from crm.magazine.roll import Tally
from crm.magazine.selects import Question
from crm.magazine.tables import CopyRow, ExclusionRow, IssueRow, IssueRunRow
from crm.values.calendar import brussels_day, instant_of
from crm.values.identifiers import AccountId, IssueId

_COPY = ("issue_id", "run_id", *envelopes.COLUMNS)
_EXCLUSION = ("run_id", "person_id", "reason", "basis")
_COUNTS = ("everybody", "entitled", "mailed", "copies", "mixed", "cents")
AT_ONCE = 10_000
NOON = time(12)


def outlook(
    session: Session, issue: Issue, rule: Eligibility, *, at: datetime, only: RunKind = RunKind.MAIN
) -> Outlook:
    """What a run would come to now, by a rule that may not be saved yet; nothing is written."""
    asked = question(session, issue, rule, at=at, only=only)
    return _outlook(session, issue.plan, asked, roll.tallied(session, asked))


def question(
    session: Session, issue: Issue, rule: Eligibility, *, at: datetime, only: RunKind = RunKind.MAIN
) -> Question:
    """What is asked of the roll: rights as of now, addresses and the gate as of the day of the drop."""
    today = brussels_day(at)
    drop = max(today, issue.plan.drop_on)
    before = store.frozen_before(session, issue.plan.number)
    return Question(
        rule=rule,
        issue_id=None if only is RunKind.MAIN else issue.id,
        number=issue.plan.number,
        on=today,
        drop_on=drop,
        moment=gate.moment(session, at if drop == today else instant_of(drop, NOON)),
        before_id=None if before is None else before.id,
    )


def freeze(session: Session, issue_id: IssueId, *, by: AccountId | None, at: datetime) -> IssueRun:
    """Makes the copies of an issue. Raises IssueMissing, IssueFrozen (twice is refused), NobodyToMail."""
    hold(session, f"magazine issue {issue_id}")
    issue = store.issue(session, issue_id)
    if issue.frozen_at is not None:
        raise IssueFrozen
    version = store.last_rule(session)
    run = _run(session, issue, version.rule, RunKind.MAIN, by=by, at=at)
    row = session.get(IssueRow, issue_id)
    assert row is not None
    row.frozen_at, row.eligibility_id = at, version.id or None
    session.flush()
    return run


def supplement(session: Session, issue_id: IssueId, *, by: AccountId | None, at: datetime) -> IssueRun:
    """Copies for whoever came to have a right since the freeze: late until the drop, then to welcome them.

    Raises IssueOpen, and NobodyToMail where nobody has. By the rule by which the issue was frozen.
    """
    hold(session, f"magazine issue {issue_id}")
    issue = store.issue(session, issue_id)
    if issue.frozen_at is None:
        raise IssueOpen
    return _run(session, issue, store.rule_of(session, issue).rule, later_kind(issue, at), by=by, at=at)


def again(session: Session, issue_id: IssueId, *, by: AccountId | None, at: datetime) -> tuple[IssueRun, int]:
    """One more copy for each who says that theirs did not come, where they live now; how many still wait.

    Raises IssueOpen, NobodyToMail. Whoever may not be written to any more keeps an open claim.
    """
    hold(session, f"magazine issue {issue_id}")
    issue = store.issue(session, issue_id)
    if issue.frozen_at is None:
        raise IssueOpen
    asked = question(session, issue, store.rule_of(session, issue).rule, at=at, only=RunKind.AGAIN)
    asked = replace(asked, issue_id=None, before_id=None, claimed_id=issue.id)
    times = store.times_sent(session, issue_id)
    boxes = [
        [(replace(one, reason=None) if one.reason is Reason.HOUSEHOLD else one, row) for one, row in box]
        for box in roll.rolled(session, asked, whole=True)
    ]
    mailed = [(replace(one, copies=1), row) for box in boxes for one, row in box if one.reason is None]
    if not mailed:
        raise NobodyToMail
    made = _opened(session, issue, RunKind.AGAIN, by=by, at=at)
    _count(made, _outlook(session, issue.plan, asked, roll.counted([pair] for pair in mailed)))
    copies = _Pouring(session, CopyRow, _COPY)
    for seq, (one, row) in enumerate(mailed, start=1):
        values = envelopes.values(one, row, seq, again=times.get(one.person_id, 0))
        copies.add((issue.id, made.id, *values))
    copies.end()
    waiting = store.settle_claims(session, issue_id, {one.person_id for one, _ in mailed}, at=at)
    session.flush()
    return store.run(session, made.id), waiting


def later_kind(issue: Issue, at: datetime) -> RunKind:
    """What a run after the main one is for."""
    return RunKind.LATE if brussels_day(at) <= issue.plan.drop_on else RunKind.WELCOME


def _run(
    session: Session, issue: Issue, rule: Eligibility, kind: RunKind, *, by: AccountId | None, at: datetime
) -> IssueRun:
    asked = question(session, issue, rule, at=at, only=kind)
    with session.begin_nested():
        made = _opened(session, issue, kind, by=by, at=at)
        tally, seq = Tally(), 0
        copies, excluded = _Pouring(session, CopyRow, _COPY), _Pouring(session, ExclusionRow, _EXCLUSION)
        for box in roll.rolled(session, asked, whole=True):
            tally.add(box)
            for one, row in box:
                if one.reason is None:
                    seq += 1
                    copies.add((issue.id, made.id, *envelopes.values(one, row, seq)))
                elif kind is RunKind.MAIN or one.reason is not Reason.HAS_ONE:
                    excluded.add((made.id, one.person_id, one.reason, one.basis))
        if not tally.mailed:
            raise NobodyToMail
        copies.end()
        excluded.end()
        _count(made, _outlook(session, issue.plan, asked, tally))
        session.flush()
    return store.run(session, made.id)


class _Pouring:
    """Rows on their way into a table, some thousands at a time: between two pieces the roll is read on."""

    def __init__(self, session: Session, row: Any, columns: tuple[str, ...]) -> None:
        self._session, self._table, self._columns = session, row.__table__, columns
        self._waiting: list[tuple[Any, ...]] = []

    def add(self, values: tuple[Any, ...]) -> None:
        self._waiting.append(values)
        if len(self._waiting) >= AT_ONCE:
            self.end()

    def end(self) -> None:
        pour(self._session, self._table, self._columns, self._waiting)
        self._waiting.clear()


def _opened(session: Session, issue: Issue, kind: RunKind, *, by: AccountId | None, at: datetime) -> IssueRunRow:
    last = session.scalar(select(func.max(IssueRunRow.place)).where(IssueRunRow.issue_id == issue.id))
    row = IssueRunRow(
        issue_id=issue.id,
        place=0 if kind is RunKind.MAIN else (last or 0) + 1,
        kind=kind,
        frozen_at=at,
        frozen_by=by,
        outlook={},
        **dict.fromkeys(_COUNTS, 0),
    )
    session.add(row)
    session.flush()
    return row


def _count(row: IssueRunRow, found: Outlook) -> None:
    for name in _COUNTS:
        setattr(row, name, getattr(found.funnel, name))
    row.entitled -= found.funnel.excluded.get(Reason.HAS_ONE, 0)
    row.outlook = store.as_json(found)


def _outlook(session: Session, plan: NewIssue, asked: Question, tally: Tally) -> Outlook:
    before = None if asked.before_id is None else store.issue(session, IssueId(asked.before_id))
    return Outlook(
        funnel=tally.funnel(roll.everybody(session), plan),
        difference=tally.difference(roll.had_before(session, asked.before_id)),
        before=None if before is None else before.plan.number,
    )
