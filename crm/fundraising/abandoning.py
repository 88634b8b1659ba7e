"""A frozen appeal that is called off before anything of it left: as if it asked nobody, though it can still be read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from crm.consent import paces
from crm.consent.model import Channel
from crm.fundraising import rules, selects, store
from crm.fundraising.errors import AppealAbandoned, AppealLeft, AppealOpen
from crm.fundraising.freezing import due_at
from crm.fundraising.model import Arm, WholeAppeal
from crm.fundraising.tables import RecipientRow
from crm.values.identifiers import AccountId, AppealId, PersonId


def abandon(session: Session, appeal_id: AppealId, *, why: str, by: AccountId, at: datetime) -> None:
    """Calls a frozen appeal off, by the word of a colleague who says why.

    It keeps nobody from another appeal any more, nor from the rhythm they chose. Raises AppealOpen, AppealAbandoned
    (twice is refused), AppealLeft, PlanWrong (`why`).
    """
    appeal, reason = store.held(session, appeal_id), rules.tidy_reason(why)
    if appeal.frozen_at is None:
        raise AppealOpen
    if appeal.abandoned_at is not None:
        raise AppealAbandoned
    if appeal.left_on is not None:
        raise AppealLeft
    row = store.plan_row(session, appeal_id)
    row.abandoned_at, row.abandoned_by, row.abandoned_why = at, by, reason
    session.flush()
    _free_rhythms(session, appeal)


def _free_rhythms(session: Session, appeal: WholeAppeal) -> None:
    """Whoever chose a rhythm had their last letter when another appeal asked them, where that is known."""
    channel, row = appeal.plan.channel, RecipientRow
    if channel is Channel.EMAIL:
        return
    noted = {due_at(appeal, at) for at in (appeal.frozen_at, *session.scalars(_added(appeal.id))) if at is not None}
    several = paces.written_at(session, selects.asked(appeal.id), noted, channel=channel)
    others = {one.id: one for one in store.whole(session) if one.frozen_at and one.abandoned_at is None}
    alike = [number for number, one in others.items() if one.plan.channel is channel]
    before: dict[PersonId, datetime] = {}
    found = select(row.person_id, row.appeal_id, row.added_at).where(
        row.person_id.in_(several), row.appeal_id.in_(alike), row.arm == Arm.MAILED, row.removal.is_(None)
    )
    for person_id, appeal_id, added_at in session.execute(found):
        other, who = others[AppealId(appeal_id)], PersonId(person_id)
        if at := added_at or other.frozen_at:
            before[who] = max(before.get(who, at), due_at(other, at))
    paces.take_back(session, several, before, channel=channel)


def _added(appeal_id: AppealId) -> Select[datetime | None]:
    return select(RecipientRow.added_at).where(RecipientRow.appeal_id == appeal_id).distinct()
