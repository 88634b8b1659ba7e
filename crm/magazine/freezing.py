"""The freeze: a roll becomes copies that do not change any more, in one transaction, whatever interrupts it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time
from tempfile import TemporaryFile
from typing import IO, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.consent import gate
from crm.foundation.bulk import pour
from crm.foundation.database import hold
from crm.magazine import roll, store
from crm.magazine.errors import IssueFrozen, IssueOpen, NobodyToMail
from crm.magazine.model import Basis, Eligibility, Entitled, Issue, IssueRun, NewIssue, Outlook, Reason, RunKind
from crm.magazine.roll import Row, Tally
from crm.magazine.selects import PARTS, Question
from crm.magazine.tables import CopyRow, ExclusionRow, IssueRow, IssueRunRow
from crm.people.model import PersonKind
from crm.people.rules import shown_number
from crm.values.address_lines import lines
from crm.values.calendar import brussels_day, instant_of
from crm.values.identifiers import AccountId, IssueId
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress

# fmt: off
_COPY = (
    "issue_id", "run_id", "person_id", "again", "seq", "basis", "version", "copies", "by_hand", "is_seed",
    "member_number", "title", "first_name", "last_name", "organisation", "complement", "street", "number", "box",
    "postcode", "locality", "country", "language", "lines", "box_key", "postal_address_id",
)
# fmt: on
_EXCLUSION = ("run_id", "person_id", "reason", "basis")
NOON = time(12)


def outlook(
    session: Session, issue: Issue, rule: Eligibility, *, at: datetime, only: RunKind = RunKind.MAIN
) -> Outlook:
    """What a run would come to now, by a rule that may not be saved yet; nothing is written."""
    asked = question(session, issue, rule, at=at, only=only)
    tally = roll.tallied(roll.rolled(session, asked))
    return _outlook(session, issue.plan, asked, tally)


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
    tally = roll.tallied([[pair] for pair in mailed])
    made = _written(session, issue, RunKind.AGAIN, _outlook(session, issue.plan, asked, tally), by=by, at=at)
    sent = []
    for seq, (one, found) in enumerate(mailed, start=1):
        person_id, _, *rest = _copy(one, found, seq)
        sent.append((issue.id, made.id, person_id, times.get(person_id, 0), *rest))
    pour(session, _table(CopyRow), _COPY, sent)
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
    tally, seq = Tally(), 0
    with TemporaryFile("w+") as copies, TemporaryFile("w+") as excluded:
        for box in roll.rolled(session, asked, whole=True):
            tally.add(box)
            for one, row in box:
                if one.reason is None:
                    seq += 1
                    json.dump(_copy(one, row, seq), copies, ensure_ascii=False)
                    copies.write("\n")
                elif kind is RunKind.MAIN or one.reason is not Reason.HAS_ONE:
                    json.dump((one.person_id, one.reason.value, one.basis.value), excluded)
                    excluded.write("\n")
        if not tally.mailed:
            raise NobodyToMail
        found = _outlook(session, issue.plan, asked, tally)
        made = _written(session, issue, kind, found, by=by, at=at)
        head = (issue.id, made.id)
        pour(session, _table(CopyRow), _COPY, ((*head, *line) for line in _read(copies)))
        pour(
            session,
            _table(ExclusionRow),
            _EXCLUSION,
            ((made.id, person, reason, basis) for person, reason, basis in _read(excluded)),
        )
    session.flush()
    return store.run(session, made.id)


def _written(
    session: Session, issue: Issue, kind: RunKind, found: Outlook, *, by: AccountId | None, at: datetime
) -> IssueRunRow:
    funnel = found.funnel
    has_one = funnel.excluded.get(Reason.HAS_ONE, 0)
    last = session.scalar(select(func.max(IssueRunRow.place)).where(IssueRunRow.issue_id == issue.id))
    row = IssueRunRow(
        issue_id=issue.id,
        place=0 if kind is RunKind.MAIN else (last or 0) + 1,
        kind=kind,
        frozen_at=at,
        frozen_by=by,
        everybody=funnel.everybody,
        entitled=funnel.entitled - has_one,
        mailed=funnel.mailed,
        copies=funnel.copies,
        mixed=funnel.mixed,
        cents=funnel.cents,
        outlook=store.as_json(found),
    )
    session.add(row)
    session.flush()
    return row


def _copy(one: Entitled, row: Row, seq: int) -> tuple[Any, ...]:
    """The values of a copy, from `person_id` on, in the order of its columns."""
    printed = address_of(row)
    named = envelope_of(row)
    language = Language(row["language"])
    return (
        one.person_id,
        0,
        seq,
        one.basis.value,
        roll.version_of(row),
        one.copies,
        bool(row["by_hand"]),
        one.basis is Basis.STAFF,
        shown_number(row["member_number"] or ""),
        str(row["title"]),
        row["first_name"],
        row["last_name"],
        row["organisation_name"] or printed.organisation,
        ", ".join(part for part in (printed.department, printed.complement) if part),
        printed.street,
        printed.number,
        printed.box,
        printed.postcode,
        printed.locality,
        printed.country,
        language.value,
        "\n".join(lines(printed, recipient=named, language=language)),
        one.box_key,
        row["postal_address_id"],
    )


def address_of(row: Row) -> PostalAddress:
    """The address of a row of the whole roll."""
    address = PostalAddress(**{name: row[f"at_{name}"] for name in PARTS}, language=row["address_language"])
    if address.organisation and address.organisation == row["organisation_name"]:
        address = replace(address, organisation="")
    return address


def envelope_of(row: Row) -> str:
    """Whose name stands first: the household's where somebody wrote one, else their own."""
    if row["kind"] == PersonKind.ORGANISATION:
        return str(row["organisation_name"])
    return row["envelope_name"] or f"{row['first_name']} {row['last_name']}".strip()


def _outlook(session: Session, plan: NewIssue, asked: Question, tally: Tally) -> Outlook:
    before = None if asked.before_id is None else store.issue(session, IssueId(asked.before_id))
    return Outlook(
        funnel=tally.funnel(roll.everybody(session), plan),
        difference=tally.difference(roll.had_before(session, asked.before_id)),
        before=None if before is None else before.plan.number,
    )


def _read(file: IO[str]) -> Iterator[list[Any]]:
    file.seek(0)
    for line in file:
        yield json.loads(line)


def _table(row: Any) -> Any:
    return row.__table__
