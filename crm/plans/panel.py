"""The plans of somebody, on their page and in their timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from crm.contracts.person_page import Link, Look, Panel, PersonPanel, Place, TimelineEntry, TimelineSource
from crm.foundation import presence
from crm.foundation.newest import Before
from crm.foundation.templating import environment
from crm.foundation.translation import N_, say
from crm.plans import rules, store, words
from crm.plans.model import PlanState, Wanted
from crm.plans.tables import PlanEventRow, PlanRow
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId


@dataclass(frozen=True, slots=True)
class PlansPanel:
    """What they promised: how much, how often, where it stands, from which account."""

    key: str = "plans"
    order: int = 14
    place: Place = Place.MAIN
    permission: str = "donations.read"

    def panel(self, session: Session, look: Look) -> Panel | None:
        """The newest first, those that go on before those that ended."""
        today = brussels_day(look.now)
        found = store.page(session, Wanted(on=today, person_id=look.person_id), after=None, size=50)
        held = {one.mandate_id for one in found if one.mandate_id is not None}
        mandates = store.mandates(session, held) if held else {}
        shown = []
        for one in found:
            state = rules.state_on(one.standing, today)
            word, shape = words.STATES[state]
            mandate = mandates.get(one.mandate_id) if one.mandate_id is not None else None
            shown.append(
                {
                    "id": one.id,
                    "cents": one.terms.cents,
                    "rhythm": say(look.language, words.RHYTHMS[one.terms.every_months]),
                    "way": say(look.language, words.WAYS[one.way]),
                    "tail": mandate.tail if mandate else "",
                    "since_on": one.started_on,
                    "ended_on": one.standing.ended_on if state is PlanState.ENDED else None,
                    "until_on": one.standing.paused_until_on if state is PlanState.PAUSED else None,
                    "state": say(look.language, word),
                    "shape": shape,
                    "is_over": state is PlanState.ENDED,
                }
            )
        shown.sort(key=lambda one: bool(one["is_over"]))
        return Panel(key=self.key, values={"person_id": look.person_id, "plans": shown})


@dataclass(frozen=True, slots=True)
class PlansTimeline:
    """What happened to their plans, when it was written down."""

    source: str = "plans"
    kind: str = "plans"
    label: str = N_("Dons réguliers")
    permission: str = "donations.read"

    def entries(self, session: Session, look: Look, *, before: Before | None, size: int) -> Sequence[TimelineEntry]:
        """Newest first."""
        if presence.nothing(session, store.PROMISED, look.person_id):
            return ()
        row = PlanEventRow
        query = select(row, PlanRow.cents, PlanRow.every_months).join(PlanRow, PlanRow.id == row.plan_id)
        query = query.where(PlanRow.person_id == look.person_id)
        query = query.order_by(row.recorded_at.desc(), row.id.desc()).limit(size)
        if before is not None:
            query = query.where(tuple_(row.recorded_at, row.id) < tuple_(before.at, before.number))
        filters = environment(look.language).filters
        found = []
        for event, cents, every in session.execute(query):
            word, shape = words.EVENTS[event.kind]
            said = say(look.language, word)
            amount = f"{filters['money'](cents)} {say(look.language, words.RHYTHMS[every])}"
            parts = [filters["day"](event.on, "plain"), event.note]
            found.append(
                TimelineEntry(
                    source=self.source,
                    number=event.id,
                    at=event.recorded_at,
                    title=f"{say(look.language, N_('Don régulier'))} · {said} · {amount}",
                    text=" · ".join(part for part in parts if part),
                    shape=shape,
                    by=None if event.recorded_by is None else AccountId(event.recorded_by),
                    link=Link(endpoint="plans.show", numbers={"plan_id": event.plan_id}),
                )
            )
        return found


PANELS: tuple[PersonPanel, ...] = (PlansPanel(),)
TIMELINE: tuple[TimelineSource, ...] = (PlansTimeline(),)
