"""Numbers by which files leave the house: dated, proposed by one, decided by another, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.foundation.database import hold
from crm.foundation.translation import N_
from crm.privacy.errors import AgreementOver, OwnTerm, TermDecided, TermMissing
from crm.privacy.tables import LimitRow
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId

LONGEST_REASON = 2000
AGREED_DAYS = 14
"""So long may a file leave that was agreed to."""
AGREED_MORE = 20
"""So many people more than were agreed to, or a tenth of them where that is more."""


class Unit(StrEnum):
    """What a limit counts."""

    PEOPLE = "people"
    DAYS = "days"


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """A number that is decided on; `value` holds until the house decides otherwise."""

    code: str
    what: str
    unit: Unit
    value: int
    most: int


LARGE_FILE = Limit(
    code="large-file",
    what=N_("À partir de combien de personnes un fichier qui part demande un second regard"),
    unit=Unit.PEOPLE,
    value=500,
    most=1_000_000,
)
SEGMENT_FILE = Limit(
    code="segment-file",
    what=N_("Combien de temps qui reçoit le fichier d’un segment peut le garder"),
    unit=Unit.DAYS,
    value=30,
    most=365,
)
BLOCK_LIST = Limit(
    code="do-not-call",
    what=N_("Combien de temps une liste nationale « Ne m’appelez plus » peut servir"),
    unit=Unit.DAYS,
    value=30,
    most=365,
)
CALL_RESULTS = Limit(
    code="call-results",
    what=N_("Combien de temps nous gardons les lignes d’un fichier de résultats d’appels"),
    unit=Unit.DAYS,
    value=90,
    most=365,
)
SIGNATURE_FILE = Limit(
    code="signature-file",
    what=N_("Combien de temps nous gardons le fichier d’une liste de signatures à remettre"),
    unit=Unit.DAYS,
    value=30,
    most=365,
)
LIMITS = {one.code: one for one in (LARGE_FILE, SEGMENT_FILE, BLOCK_LIST, CALL_RESULTS, SIGNATURE_FILE)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A limit as it holds on a day; `valid_from_on` is None where nobody ever decided on it."""

    limit: Limit
    value: int
    valid_from_on: date | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposed:
    """A limit as somebody proposed it, and what became of it."""

    id: int
    limit: Limit
    value: int
    valid_from_on: date
    reason: str
    proposed_by: AccountId
    proposed_at: datetime
    decided_by: AccountId | None
    decided_at: datetime | None
    is_approved: bool


def value(session: Session, limit: Limit, on: date) -> int:
    """What holds on a day."""
    row = LimitRow
    query = (
        select(row.value)
        .where(row.code == limit.code, row.is_approved, row.valid_from_on <= on)
        .order_by(row.valid_from_on.desc(), row.id.desc())
        .limit(1)
    )
    found = session.scalar(query)
    return limit.value if found is None else found


def holding(session: Session, on: date) -> tuple[Held, ...]:
    """Every limit as it holds on a day."""
    row = LimitRow
    query = select(row).where(row.is_approved, row.valid_from_on <= on).order_by(row.valid_from_on, row.id)
    latest = {one.code: one for one in session.scalars(query)}
    return tuple(
        Held(limit=limit, value=limit.value)
        if (one := latest.get(limit.code)) is None
        else Held(limit=limit, value=one.value, valid_from_on=one.valid_from_on, reason=one.reason)
        for limit in LIMITS.values()
    )


def proposals(session: Session) -> tuple[Proposed, ...]:
    """Every limit that was ever proposed, the newest first."""
    rows = session.scalars(select(LimitRow).order_by(LimitRow.id.desc()))
    return tuple(_proposed(row) for row in rows if row.code in LIMITS)


def propose(
    session: Session, code: str, *, value: int, valid_from_on: date, reason: str, by: AccountId, at: datetime
) -> Proposed:
    """Writes a limit that waits for a second person. Raises TermMissing, Invalid."""
    limit = LIMITS.get(code)
    if limit is None:
        raise TermMissing
    if not 1 <= value <= limit.most:
        raise Invalid("a number between 1 and what is sensible", field="value")
    if not reason.strip():
        raise Invalid("a limit needs its reason", field="reason")
    row = LimitRow(
        code=code,
        value=value,
        valid_from_on=valid_from_on,
        reason=reason.strip()[:LONGEST_REASON],
        proposed_by=by,
        proposed_at=at,
        is_approved=False,
    )
    session.add(row)
    session.flush()
    return _proposed(row)


def decide(session: Session, proposal_id: int, *, approve: bool, by: AccountId, at: datetime) -> Proposed:
    """A second person agrees or not; it holds from its day. Raises TermDecided, OwnTerm."""
    hold(session, f"limit {proposal_id}")
    row = session.get(LimitRow, proposal_id, populate_existing=True)
    if row is None or row.decided_at is not None or row.code not in LIMITS:
        raise TermDecided
    if row.proposed_by == by:
        raise OwnTerm
    row.is_approved, row.decided_by, row.decided_at = approve, by, at
    session.flush()
    return _proposed(row)


def _proposed(row: LimitRow) -> Proposed:
    return Proposed(
        id=row.id,
        limit=LIMITS[row.code],
        value=row.value,
        valid_from_on=row.valid_from_on,
        reason=row.reason,
        proposed_by=AccountId(row.proposed_by),
        proposed_at=row.proposed_at,
        decided_by=None if row.decided_by is None else AccountId(row.decided_by),
        decided_at=row.decided_at,
        is_approved=row.is_approved,
    )


def require_agreed(
    session: Session, *, agreed: int, rows: int | None, since: datetime, is_seen: bool, at: datetime
) -> None:
    """An agreement holds for the people for whom it was given, and for a fortnight; else AgreementOver.

    `agreed` of them; `rows`: those of the file that leaves, None where nobody counted them yet. `is_seen` where a
    second colleague agreed: without one, or for fewer than ask for one, no file leaves that asks for one.
    """
    on = brussels_day(at)
    if (on - brussels_day(since)).days > AGREED_DAYS:
        raise AgreementOver
    if rows is None:
        return
    large = value(session, LARGE_FILE, on)
    if rows > agreed + max(AGREED_MORE, agreed // 10) or (rows >= large and not (is_seen and agreed >= large)):
        raise AgreementOver
