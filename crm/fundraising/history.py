"""The appeals that asked one person: those with whose files they left. Who was left alone on purpose was not asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, and_, bindparam, func, select
from sqlalchemy.orm import Session

from crm.consent.model import Channel
from crm.donations import selects as donations
from crm.foundation.newest import Before, newest
from crm.fundraising import store
from crm.fundraising.call_model import CallOutcome
from crm.fundraising.model import Arm
from crm.fundraising.tables import AppealCellRow, AppealFileRow, AppealPlanRow, CallResultRow, RecipientRow
from crm.values.identifiers import AppealId, PersonId

SHOWN: Final = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """An appeal that reached out to somebody: by which package of which cell, and when the first file with them left.

    `number` tells apart all that asked one person.
    """

    number: int
    appeal_id: AppealId
    name: str
    code: str
    campaign: str
    channel: Channel
    cell: str
    package: str
    left_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came of it: gifts that bear its code, the first on `given_on`; what was last said on the phone."""

    cents: int
    gifts: int
    given_on: date | None
    outcome: CallOutcome | None
    said_on: date | None
    pledged_cents: int | None
    is_monthly: bool


def glance(session: Session, person_id: PersonId) -> tuple[tuple[tuple[Asking, Answer], ...], int]:
    """The latest with their answers, and how many there are in all; one query."""
    rows = session.execute(_GLANCE, {"person_id": person_id}).all()
    return tuple((_asking(row), _answer(row)) for row in rows), int(rows[0].in_all) if rows else 0


def askings(session: Session, person_id: PersonId, *, before: Before | None, size: int) -> tuple[Asking, ...]:
    """Newest first; one query."""
    query = newest(_ASKINGS, _ASKED.c.left_at, _ASKED.c.number, before, size)
    return tuple(_asking(row) for row in session.execute(query, {"person_id": person_id}))


def _asking(row: Row[*tuple[Any, ...]]) -> Asking:
    return Asking(
        number=row.number,
        appeal_id=AppealId(row.appeal_id),
        name=row.name,
        code=row.code,
        campaign=row.campaign,
        channel=row.channel,
        cell=row.cell,
        package=row.package,
        left_at=row.left_at,
    )


def _answer(row: Row[*tuple[Any, ...]]) -> Answer:
    return Answer(
        cents=int(row.given_cents or 0),
        gifts=int(row.gifts or 0),
        given_on=row.given_on,
        outcome=row.outcome,
        said_on=row.called_on,
        pledged_cents=row.pledged_cents,
        is_monthly=bool(row.is_monthly),
    )


def _asked() -> Any:
    row, file, plan, cell = RecipientRow, AppealFileRow, AppealPlanRow, AppealCellRow
    named = donations.appeals_named().subquery("named")
    left = (
        select(
            file.appeal_id,
            func.min(file.made_at).label("left_at"),
            row.id.label("number"),
        )
        .join(row, row.appeal_id == file.appeal_id)
        .where(
            row.person_id == bindparam("person_id"),
            row.arm == Arm.MAILED,
            ~row.is_missed,
            *store.carried(),
        )
        .group_by(file.appeal_id, row.id)
        .subquery("left")
    )
    return (
        select(
            left.c.number,
            left.c.left_at,
            left.c.appeal_id,
            named.c.name,
            named.c.code,
            named.c.campaign,
            plan.channel,
            cell.name.label("cell"),
            row.package,
        )
        .join(row, row.id == left.c.number)
        .join(plan, plan.appeal_id == left.c.appeal_id)
        .join(cell, cell.id == row.cell_id)
        .join(named, named.c.appeal_id == left.c.appeal_id)
        .subquery("asked")
    )


_ASKED = _asked()
_ASKINGS = select(*_ASKED.c)


def _glance() -> Any:
    each, call = donations.answers().subquery("each_answer"), CallResultRow
    given = (
        select(
            each.c.appeal_id,
            func.sum(each.c.given_cents).label("given_cents"),
            func.count().label("gifts"),
            func.min(each.c.given_on).label("given_on"),
        )
        .where(each.c.person_id == bindparam("person_id"))
        .group_by(each.c.appeal_id)
        .subquery("given")
    )
    last = (
        select(func.max(call.id))
        .where(call.recipient_id == _ASKED.c.number, call.done_at.is_not(None))
        .correlate(_ASKED)
        .scalar_subquery()
    )
    return (
        select(
            *_ASKED.c,
            given.c.given_cents,
            given.c.gifts,
            given.c.given_on,
            call.outcome,
            call.called_on,
            call.cents.label("pledged_cents"),
            call.is_monthly,
            func.count().over().label("in_all"),
        )
        .select_from(_ASKED)
        .outerjoin(given, given.c.appeal_id == _ASKED.c.appeal_id)
        .outerjoin(call, and_(call.recipient_id == _ASKED.c.number, call.id == last))
        .order_by(_ASKED.c.left_at.desc(), _ASKED.c.number.desc())
        .limit(SHOWN)
    )


_GLANCE = _glance()
