"""Plans of people who have died: they rest, and a colleague is told, whoever noted the death and by whichever way.

Where the death was noted by mistake, what rested for it runs again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import literal, or_, select
from sqlalchemy.orm import Session

from crm.care import service as care
from crm.foundation.translation import say
from crm.people import selects as people
from crm.plans import rules, selects, service, store, words
from crm.plans.model import EndReason, Event, EventKind
from crm.plans.tables import PlanRow
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId, PersonId, PlanId
from crm.values.languages import Language


def rest(session: Session, language: Language, *, at: datetime, person_id: PersonId | None = None) -> int:
    """Pauses what runs of somebody who has died, or of all of them; how many plans. Twice is once."""
    row, today = PlanRow, brussels_day(at)
    runs = ~or_(selects.is_ended(today), selects.is_paused(today))
    query = select(row.id, row.person_id, row.version).where(runs, people.deceased(row.person_id)).order_by(row.id)
    found = session.execute(query if person_id is None else query.where(row.person_id == person_id)).all()
    for one in found:
        service.pause(
            session,
            PlanId(one.id),
            seen=one.version,
            on=today,
            until_on=None,
            reason=EndReason.DECEASED.value,
            channel=None,
            at=at,
            by=None,
        )
    for who in sorted({one.person_id for one in found}):
        title = say(language, words.MOURNING)
        care.add_task(session, title=title, by=None, at=at, due_on=today, person_id=PersonId(who))
    return len(found)


def follow(session: Session, language: Language, *, at: datetime, person_id: PersonId, by: AccountId | None) -> int:
    """Brings the plans of somebody in line with whether they are noted as dead; how many run again for they live."""
    rest(session, language, at=at, person_id=person_id)
    lives = session.scalar(select(~people.deceased(literal(int(person_id)))))
    plan_ids = resting(session, person_id, at=at) if lives else ()
    for plan_id in plan_ids:
        _wake(session, plan_id, at=at, by=by)
    if plan_ids:
        titles = {" ".join(say(one, words.MOURNING).split()) for one in Language}  # as tasks have them
        for task in care.open_tasks_of(session, person_id):
            if " ".join(task.title.split()) in titles:
                care.remove_task(session, task.id, at=at)
    return len(plan_ids)


def resting(session: Session, person_id: PersonId, *, at: datetime) -> tuple[PlanId, ...]:
    """The plans of somebody that pause for nothing but a death that was noted."""
    row = PlanRow
    mine = (row.person_id == person_id, selects.is_paused(brussels_day(at)))
    ids = list(session.scalars(select(row.id).where(*mine).order_by(row.id)))
    told = store.events(session, ids) if ids else {}
    return tuple(PlanId(one) for one in ids if _is_rest(told[one][_last(told[one])]))


def _wake(session: Session, plan_id: PlanId, *, at: datetime, by: AccountId | None) -> None:
    """Resumes it; a pause that somebody had asked for before holds again."""
    told, today = store.events(session, [plan_id])[plan_id], brussels_day(at)
    before = rules.standing(told[: _last(told)])
    seen = service.plan(session, plan_id).version
    woken = service.resume(session, plan_id, seen=seen, on=today, channel=None, at=at, by=by)
    begins, ends = before.paused_from_on, before.paused_until_on
    if begins is not None and (ends is None or ends > today):
        on = max(begins, today)
        service.pause(session, plan_id, seen=woken.version, on=on, until_on=ends, channel=None, at=at, by=by)


def _last(told: Sequence[Event]) -> int:
    """The place of the event by which a plan that pauses does so."""
    return max(place for place, one in enumerate(told) if one.kind is EventKind.PAUSE)


def _is_rest(event: Event) -> bool:
    return event.reason == EndReason.DECEASED.value and event.recorded_by is None and event.channel is None
