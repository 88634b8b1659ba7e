"""What became of each issue for one person: the copies they were sent, and why there was none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from crm.foundation import presence
from crm.magazine.model import Basis, Reason, Removal, ReturnReason, RunKind
from crm.magazine.tables import CopyRow, ExclusionRow, IssueRow, IssueRunRow, ReturnRow
from crm.values.identifiers import IssueId

_WRITTEN = presence.watch(CopyRow.person_id, ExclusionRow.person_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """One copy, or its absence: `reason` says why there was none."""

    issue_id: IssueId
    number: int
    drop_on: date
    kind: RunKind
    basis: Basis
    frozen_at: datetime
    copies: int = 0
    locality: str = ""
    removal: Removal | None = None
    returned: ReturnReason | None = None
    reason: Reason | None = None
    row_id: int = 0


def first_sent_on(session: Session, person_id: int) -> date | None:
    """The day of the first issue of which a copy was made for somebody."""
    return session.scalar(_FIRST_SENT, {"person_id": person_id})


_FIRST_SENT = (
    select(func.min(IssueRow.drop_on))
    .join(CopyRow, CopyRow.issue_id == IssueRow.id)
    .where(CopyRow.person_id == bindparam("person_id"))
)


def of_person(session: Session, person_id: int, *, size: int = 12) -> list[Sent]:
    """The latest first; two queries."""
    if presence.nothing(session, _WRITTEN, person_id):
        return []
    copy, gone = CopyRow, ExclusionRow
    issue = (IssueRow.id, IssueRow.number, IssueRow.drop_on)
    run = (IssueRunRow.kind, IssueRunRow.frozen_at)
    sent = session.execute(
        select(*issue, *run, copy.basis, copy.copies, copy.locality, copy.removal, ReturnRow.reason, copy.id)
        .join(IssueRow, IssueRow.id == copy.issue_id)
        .join(IssueRunRow, IssueRunRow.id == copy.run_id)
        .outerjoin(ReturnRow, ReturnRow.copy_id == copy.id)
        .where(copy.person_id == person_id)
        .order_by(copy.id.desc())
        .limit(size)
    )
    without = session.execute(
        select(*issue, *run, gone.basis, gone.reason)
        .join(IssueRunRow, IssueRunRow.id == gone.run_id)
        .join(IssueRow, IssueRow.id == IssueRunRow.issue_id)
        .where(gone.person_id == person_id)
        .order_by(gone.run_id.desc())
        .limit(size)
    )
    found = [
        Sent(
            issue_id=IssueId(number_id),
            number=number,
            drop_on=drop_on,
            kind=kind,
            frozen_at=frozen_at,
            basis=basis,
            copies=copies,
            locality=locality,
            removal=removal,
            returned=returned,
            row_id=row_id,
        )
        for number_id, number, drop_on, kind, frozen_at, basis, copies, locality, removal, returned, row_id in sent
    ]
    found += [
        Sent(
            issue_id=IssueId(number_id),
            number=number,
            drop_on=drop_on,
            kind=kind,
            frozen_at=frozen_at,
            basis=basis,
            reason=reason,
        )
        for number_id, number, drop_on, kind, frozen_at, basis, reason in without
    ]
    return sorted(found, key=lambda one: (one.frozen_at, one.number, one.row_id), reverse=True)[:size]
