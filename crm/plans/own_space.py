"""What somebody promised to give, in their own space."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from crm.contracts.own_space import OwnLine, OwnLook, OwnPart, OwnSource
from crm.foundation.templating import environment
from crm.foundation.translation import N_, say
from crm.plans import rules, store, words
from crm.plans.model import Plan, PlanState, Wanted
from crm.values.calendar import brussels_day
from crm.values.money import exact


@dataclass(frozen=True, slots=True)
class OwnPlans:
    """Their plans, where each stands, and from which account."""

    key: str = "plans"

    def part(self, session: Session, look: OwnLook) -> OwnPart | None:
        """Nothing where they never promised anything."""
        found = _plans(session, look)
        if not found:
            return None
        tails = store.mandates(session, {one.mandate_id for one in found if one.mandate_id is not None})
        return OwnPart(
            title=say(look.language, N_("Mes dons réguliers")),
            lines=tuple(_line(one, tails[one.mandate_id].tail if one.mandate_id else "", look) for one in found),
        )

    def file(self, session: Session, look: OwnLook) -> Mapping[str, Any]:
        """Every plan, amounts as exact decimals of euro."""
        today = brussels_day(look.now)
        return {
            "plans": [
                {
                    "started_on": one.started_on.isoformat(),
                    "amount": exact(one.terms.cents),
                    "every_months": one.terms.every_months,
                    "way": one.way.value,
                    "state": rules.state_on(one.standing, today).value,
                }
                for one in _plans(session, look)
            ]
        }


def _plans(session: Session, look: OwnLook) -> tuple[Plan, ...]:
    return store.page(session, Wanted(on=brussels_day(look.now), person_id=look.person_id), after=None, size=50)


def _line(one: Plan, tail: str, look: OwnLook) -> OwnLine:
    filters = environment(look.language).filters
    state = rules.state_on(one.standing, brussels_day(look.now))
    notes = [say(look.language, words.WAYS[one.way])]
    if tail:
        notes.append(say(look.language, N_("compte se terminant par %(tail)s"), tail=tail))
    if state is not PlanState.ACTIVE:
        notes.append(say(look.language, words.STATES[state][0]))
    return OwnLine(
        text=f"{filters['money'](one.terms.cents)} {say(look.language, words.RHYTHMS[one.terms.every_months])}",
        note=" · ".join(notes),
    )


SOURCES: tuple[OwnSource, ...] = (OwnPlans(),)
