"""Plans of people who have died: they rest, and a colleague is told, whoever noted the death and by whichever way."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from crm.care import service as care
from crm.foundation.translation import say
from crm.people import selects as people
from crm.plans import selects, service, words
from crm.plans.model import EndReason
from crm.plans.tables import PlanRow
from crm.values.calendar import brussels_day
from crm.values.identifiers import PersonId, PlanId
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
