"""The freeze: a roll becomes copies that do not change any more, in one transaction, whatever interrupts it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, time
from tempfile import TemporaryFile
from typing import IO, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.consent import gate, no_selects
from crm.consent.model import MAGAZINE, Channel
from crm.foundation.bulk import pour
from crm.foundation.database import hold
from crm.magazine import draft, envelopes, neighbour_store, roll, store
from crm.magazine.errors import IssueFrozen, IssueOpen, IssuePast, NobodyToMail, RollMoved
from crm.magazine.marks import Marks
from crm.magazine.model import Eligibility, Issue, IssueRun, NewIssue, Outlook, Reason, RunKind, Version
from crm.magazine.roll import Tally
from crm.magazine.selects import Question
from crm.magazine.tables import CopyRow, ExclusionRow, IssueRow, IssueRunRow
from crm.values.calendar import brussels_day, instant_of
from crm.values.identifiers import AccountId, IssueId

_COPY = ("issue_id", "run_id", *envelopes.COLUMNS)
_EXCLUSION = ("run_id", "person_id", "reason", "basis")
_COUNTS = ("everybody", "entitled", "mailed", "copies", "mixed", "cents")
AT_ONCE = 10_000
"""So often is it told how far a run is drawn."""
ON_A_LINE = 2000
NOON = time(12)


def _quietly(_seen: int, _total: int) -> None:
    """Tells nobody."""


def outlook(
    session: Session, issue: Issue, rule: Eligibility, *, at: datetime, only: RunKind = RunKind.MAIN
) -> Outlook:
    """What a run would come to now, by a rule that may not be saved yet; nothing is written."""
    asked = question(session, issue, rule, at=at, only=only)
    return _outlook(session, issue.plan, asked, roll.tallied(session, asked))


def everybody(session: Session) -> int:
    """How many living people and organisations there are, which says how much there is to draw."""
    return roll.everybody(session)


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
    with drawn(session, issue_id, RunKind.MAIN, at=at) as sheet:
        return lay(session, sheet, by=by)


def supplement(session: Session, issue_id: IssueId, *, by: AccountId | None, at: datetime) -> IssueRun:
    """Copies for whoever came to have a right since the freeze: late until the drop, then to welcome them.

    Raises IssueOpen, IssuePast, and NobodyToMail where nobody has. By the rule by which the issue was frozen.
    """
    hold(session, f"magazine issue {issue_id}")
    kind = later_kind(store.issue(session, issue_id), at)
    with drawn(session, issue_id, kind, at=at) as sheet:
        return lay(session, sheet, by=by)


@dataclass(kw_only=True, slots=True)
class Sheet:
    """A run that is drawn and not laid: its copies and its exclusions wait in files that nobody else can open."""

    issue: Issue
    version: Version
    kind: RunKind
    at: datetime
    outlook: Outlook
    copies: IO[str]
    excluded: IO[str]
    marks: Marks
    pdf: int


@contextmanager
def drawn(
    session: Session, issue_id: IssueId, kind: RunKind, *, at: datetime, tell: Callable[[int, int], None] = _quietly
) -> Iterator[Sheet]:
    """Draws a run as of now, writing nothing; `tell` hears now and then how many of how many were looked at.

    Raises IssueMissing, IssueFrozen, IssueOpen, IssuePast, NobodyToMail.
    """
    issue = store.issue(session, issue_id)
    _fits(issue, kind)
    if is_past(session, issue, kind):
        raise IssuePast
    version = store.rule_of(session, issue)
    asked = question(session, issue, version.rule, at=at, only=kind)
    tally, marks, seq, seen = Tally(decided=neighbour_store.standing(session)), Marks(), 0, 0
    struck, unwilling = store.times_struck(session, issue_id), silent(session, asked)
    with TemporaryFile("w+", encoding="utf-8") as copies, TemporaryFile("w+", encoding="utf-8") as excluded:
        waiting, refused = _Pieces(copies), _Pieces(excluded)
        for box in roll.rolled(session, asked, whole=True):
            if not seen:
                total = draft.size(session)
            tally.add(box)
            for one, row in box:
                if one.reason is None:
                    seq += 1
                    times = struck.get(one.person_id, 0)
                    waiting.add(marks.seen(envelopes.values(one, row, seq, again=times, silent=unwilling)))
                elif kind is RunKind.MAIN or one.reason is not Reason.HAS_ONE:
                    refused.add((one.person_id, one.reason.value, one.basis.value))
            if (seen + len(box)) // AT_ONCE > seen // AT_ONCE:
                tell(seen + len(box), total)
            seen += len(box)
        if not tally.mailed:
            raise NobodyToMail
        waiting.end()
        refused.end()
        found = _outlook(session, issue.plan, asked, tally)
        yield Sheet(
            issue=issue,
            version=version,
            kind=kind,
            at=at,
            outlook=found,
            copies=copies,
            excluded=excluded,
            marks=marks,
            pdf=draft.pdf_readers(session, asked),
        )


def lay(session: Session, sheet: Sheet, *, by: AccountId | None) -> IssueRun:
    """Writes what was drawn, all of it or, whatever interrupts it, nothing.

    Raises IssueFrozen, and RollMoved where an address on the sheet has been erased since: it has to be drawn again.
    """
    hold(session, f"magazine issue {sheet.issue.id}")
    issue = store.issue(session, sheet.issue.id)
    _fits(issue, sheet.kind)
    made = _opened(session, issue, sheet.kind, sheet.outlook, sheet.marks, by=by, at=sheet.at)
    made.outlook = made.outlook | {"pdf": sheet.pdf}
    for file, table, columns, head in (
        (sheet.copies, CopyRow.__table__, _COPY, (issue.id, made.id)),
        (sheet.excluded, ExclusionRow.__table__, _EXCLUSION, (made.id,)),
    ):
        pour(session, table, columns, ((*head, *line) for line in _read(file)))  # type: ignore[arg-type] # a table
    if store.lost_addresses(session, made.id):
        raise RollMoved
    if sheet.kind is RunKind.MAIN:
        row = session.get(IssueRow, issue.id)
        assert row is not None
        row.frozen_at, row.eligibility_id = sheet.at, sheet.version.id or None
    session.flush()
    return store.run(session, made.id)


def silent(session: Session, asked: Question) -> frozenset[int]:
    """Whoever no envelope names: they asked for no magazine. Few of many."""
    unwilling = no_selects.unwilling_at_home(MAGAZINE, Channel.POST, moment=asked.moment)
    return frozenset(session.scalars(unwilling))


def is_past(session: Session, issue: Issue, kind: RunKind) -> bool:
    """Whether nobody is welcomed with an issue any more, as a later one is frozen."""
    last = store.last_frozen(session)
    return kind is RunKind.WELCOME and last is not None and last.number > issue.number


def _fits(issue: Issue, kind: RunKind) -> None:
    if kind is RunKind.MAIN and issue.frozen_at is not None:
        raise IssueFrozen
    if kind is not RunKind.MAIN and issue.frozen_at is None:
        raise IssueOpen


def again(session: Session, issue_id: IssueId, *, by: AccountId | None, at: datetime) -> tuple[IssueRun, int]:
    """One more copy for each who says that theirs did not come, where they live now; how many still wait.

    Whoever had theirs is owed it, also where their right ended since. Whoever may not be written to any more keeps an
    open claim. Raises IssueOpen, NobodyToMail.
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
    found = _outlook(session, issue.plan, asked, roll.counted([pair] for pair in mailed))
    marks, unwilling = Marks(), silent(session, asked)
    sent = [
        marks.seen(envelopes.values(one, row, seq, again=times.get(one.person_id, 0), silent=unwilling))
        for seq, (one, row) in enumerate(mailed, start=1)
    ]
    made = _opened(session, issue, RunKind.AGAIN, found, marks, by=by, at=at)
    pour(session, CopyRow.__table__, _COPY, ((issue.id, made.id, *values) for values in sent))  # type: ignore[arg-type] # a table
    waiting = store.settle_claims(session, issue_id, {one.person_id for one, _ in mailed}, at=at)
    session.flush()
    return store.run(session, made.id), waiting


def later_kind(issue: Issue, at: datetime) -> RunKind:
    """What a run after the main one is for."""
    return RunKind.LATE if brussels_day(at) <= issue.plan.drop_on else RunKind.WELCOME


def _opened(
    session: Session, issue: Issue, kind: RunKind, found: Outlook, marks: Marks, *, by: AccountId | None, at: datetime
) -> IssueRunRow:
    last = session.scalar(select(func.max(IssueRunRow.place)).where(IssueRunRow.issue_id == issue.id))
    row = IssueRunRow(
        issue_id=issue.id,
        place=0 if kind is RunKind.MAIN else (last or 0) + 1,
        kind=kind,
        frozen_at=at,
        frozen_by=by,
        outlook=store.as_json(found) | {"marks": marks.as_json()},
        **{name: getattr(found.funnel, name) for name in _COUNTS},
    )
    row.entitled -= found.funnel.excluded.get(Reason.HAS_ONE, 0)
    session.add(row)
    session.flush()
    return row


class _Pieces:
    """Rows on their way into a file, some thousands on a line."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._rows: list[tuple[Any, ...]] = []

    def add(self, values: tuple[Any, ...]) -> None:
        self._rows.append(values)
        if len(self._rows) >= ON_A_LINE:
            self.end()

    def end(self) -> None:
        self._file.write(json.dumps(self._rows, ensure_ascii=False) + "\n")
        self._rows.clear()


def _read(file: IO[str]) -> Iterator[list[Any]]:
    file.seek(0)
    for line in file:
        yield from json.loads(line)


def _outlook(session: Session, plan: NewIssue, asked: Question, tally: Tally) -> Outlook:
    before = None if asked.before_id is None else store.issue(session, IssueId(asked.before_id))
    lost = {} if before is None else roll.lost(session, before.id)
    return Outlook(
        funnel=tally.funnel(roll.everybody(session), plan),
        difference=tally.difference(roll.had_before(session, asked.before_id), lost),
        before=None if before is None else before.plan.number,
    )
