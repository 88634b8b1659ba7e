"""Papers handed over: who waits for theirs by which way, and the proof, line by line, that they got it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, insert, select
from sqlalchemy.orm import Session

from crm.attestations import store
from crm.attestations.errors import RunElsewhere, RunMissing
from crm.attestations.model import Attestation, Handing, HandWay, Piles, Run, Status
from crm.attestations.tables import AttestationRow, HandingRow, RunRow
from crm.audit import service as audit
from crm.foundation.database import hold
from crm.foundation.signing import Sealer
from crm.people.selects import reachable, reachable_by_post
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId, AttestationId, PersonId, RunId

REMINDS_AFTER = timedelta(days=14)
"""So long a mail waits to be opened before one more goes; one a paper."""
SAME_DAY = timedelta(days=1)
"""So long after the first time the paper itself is fetched again; a copy afterwards."""
MISSES = 5
"""Wrong proofs at the door of a link, after which it opens nothing any more."""
_GOT = (HandWay.LINK, HandWay.SPACE, HandWay.POST, HandWay.STAFF)


@dataclass(frozen=True, kw_only=True, slots=True)
class ToMail:
    """A paper whose mail is owed; `is_reminder` where one was sent and never opened."""

    id: AttestationId
    person_id: PersonId
    year: int
    is_reminder: bool


def begin(session: Session, sealer: Sealer, run_id: RunId, *, at: datetime, by: AccountId | None) -> Run:
    """Lets the papers of a run go to those they are about, as soon as each is made. Twice is once.

    Raises RunMissing, RunElsewhere before the numbers are given.
    """
    hold(session, "attestations handed over")
    row = session.get(RunRow, run_id, populate_existing=True)
    if row is None:
        raise RunMissing
    if row.locked_at is None:
        raise RunElsewhere
    if row.handed_at is None:
        row.handed_at, row.handed_by = at, by
        session.flush()
        audit.record(
            session,
            sealer,
            at=at,
            account_id=by,
            action="attestations.handed",
            subject="attestations",
            subject_id=row.year,
            facts={"count": row.count},
        )
    return store.run(row)


def to_mail(session: Session, *, at: datetime, size: int) -> tuple[ToMail, ...]:
    """Papers that are made, may go, and whose mail is owed; then those whose mail nobody opened."""
    hold(session, "attestations handed over")
    row = AttestationRow
    mailed, reminded, got = _handed(HandWay.MAIL), _handed(HandWay.REMINDER), _handed(*_GOT)
    old = _handed(HandWay.MAIL, before=at - REMINDS_AFTER)
    is_reminder = mailed.label("is_reminder")
    query = (
        select(row.id, row.person_id, row.year, is_reminder)
        .join(RunRow, RunRow.id == row.run_id)
        .where(
            _MADE,
            RunRow.handed_at.is_not(None),
            _has_mail(at),
            ~got,
            case((mailed, and_(old, ~reminded)), else_=True),
        )
        .order_by(row.year, row.number)
        .limit(size)
    )
    return tuple(
        ToMail(id=AttestationId(one.id), person_id=PersonId(one.person_id), year=one.year, is_reminder=one.is_reminder)
        for one in session.execute(query)
    )


def to_post(session: Session, year: int, *, at: datetime) -> tuple[Attestation, ...]:
    """Papers of people without a mailbox but with a letter box, who have not got theirs."""
    query = select(AttestationRow).where(
        _MADE, AttestationRow.year == year, ~_has_mail(at), _has_letter_box(at), ~_handed(*_GOT)
    )
    return tuple(store.attestation(row) for row in session.scalars(query.order_by(AttestationRow.number)))


def piles(session: Session, year: int, *, at: datetime) -> Piles:
    """How far the papers of a year are."""
    is_valid = and_(AttestationRow.year == year, AttestationRow.status == Status.VALID)
    sorts: dict[str, ColumnElement[bool]] = {
        "unmade": AttestationRow.issued_at.is_(None),
        "held": _handed(*_GOT),
        "mailed": and_(_handed(HandWay.MAIL), _has_mail(at)),
        "by_mail": _has_mail(at),
        "by_post": _has_letter_box(at),
    }
    pile = case(*((test, name) for name, test in sorts.items()), else_="by_neither").label("pile")
    sorted_out = select(pile).where(is_valid).subquery()
    counted = select(sorted_out.c.pile, func.count()).group_by(sorted_out.c.pile)
    counts = {str(row[0]): int(row[1]) for row in session.execute(counted)}
    return Piles(**{name: counts.get(name, 0) for name in (*sorts, "by_neither")})


def stranded(session: Session, year: int, *, at: datetime, size: int) -> tuple[Attestation, ...]:
    """Papers of people whom neither mail nor post reaches, and who have not got theirs."""
    query = select(AttestationRow).where(
        _MADE, AttestationRow.year == year, ~_has_mail(at), ~_has_letter_box(at), ~_handed(*_GOT)
    )
    return tuple(store.attestation(row) for row in session.scalars(query.order_by(AttestationRow.number).limit(size)))


def note(
    session: Session,
    ids: Collection[AttestationId],
    way: HandWay,
    *,
    at: datetime,
    by: AccountId | None = None,
    is_copy: bool = False,
) -> None:
    """Writes down that they were handed over by that way."""
    if ids:
        rows = [{"attestation_id": one, "way": way, "is_copy": is_copy, "at": at, "by": by} for one in sorted(ids)]
        session.execute(insert(HandingRow), rows)


def proofs(session: Session, ids: Sequence[AttestationId]) -> tuple[Handing, ...]:
    """Each time that these were handed over, in order."""
    query = select(HandingRow).where(HandingRow.attestation_id.in_(ids)).order_by(HandingRow.at, HandingRow.id)
    return tuple(
        Handing(
            attestation_id=AttestationId(row.attestation_id),
            way=row.way,
            is_copy=row.is_copy,
            at=row.at,
            by=None if row.by is None else AccountId(row.by),
        )
        for row in session.scalars(query)
    )


def is_copy_due(known: Sequence[Handing], *, at: datetime) -> bool:
    """Whether somebody who asks for a paper now gets a copy: they got the paper itself, and not just now."""
    return any(one.way in _GOT and not one.is_copy and at - one.at > SAME_DAY for one in known)


def is_shut(known: Sequence[Handing]) -> bool:
    """Whether the link of a paper opens nothing any more: too many wrong proofs."""
    return sum(one.way is HandWay.MISSED for one in known) >= MISSES


def open_paper(session: Session, value: object) -> tuple[Attestation, tuple[Handing, ...]] | None:
    """The valid paper a mail's link stands for, and its proofs; None where it has none (any more)."""
    row = session.get(AttestationRow, value) if isinstance(value, int) else None
    if row is None or row.status is not Status.VALID or row.issued_at is None or not row.sealed:
        return None
    found = store.attestation(row)
    known = proofs(session, [found.id])
    return None if is_shut(known) else (found, known)


_MADE = and_(AttestationRow.status == Status.VALID, AttestationRow.issued_at.is_not(None))


def _handed(*ways: HandWay, before: datetime | None = None) -> ColumnElement[bool]:
    row = HandingRow
    wanted = [row.attestation_id == AttestationRow.id, row.way.in_(ways)]
    if before is not None:
        wanted.append(row.at < before)
    return exists(select(row.id).where(*wanted).correlate(AttestationRow))


def _has_mail(at: datetime) -> ColumnElement[bool]:
    day = brussels_day(at)
    return _reaches(reachable(day, f"{day:%m-%d}"))


def _has_letter_box(at: datetime) -> ColumnElement[bool]:
    day = brussels_day(at)
    return _reaches(reachable_by_post(day, f"{day:%m-%d}"))


def _reaches(several: Select[*tuple[Any, ...]]) -> ColumnElement[bool]:
    found = several.subquery()
    return exists(
        select(found.c.person_id).where(found.c.person_id == AttestationRow.person_id).correlate(AttestationRow)
    )
