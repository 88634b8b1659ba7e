"""At the care desk: somebody's running plans, paused or ended on their word while one speaks to them."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from crm.plans import rules, words
from crm.plans import service as plans
from crm.plans.model import PlanState
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.identifiers import PersonId, PlanId
from crm.web.office import guard, in_place, shell
from crm.web.office.plans import title_of
from crm.web.office.supporter_page import find
from crm.web.words import N_

blueprint = Blueprint("plan_desk", __name__, url_prefix="/office/plans/of/<int:person_id>")

ACTS = ("pause", "cancel")


@guard.page(blueprint, "/desk", permission=Permission.PLANS_EDIT)
def ask(person_id: int) -> ResponseReturnValue:
    """Their plans that run, and the form for one of them: a pause, or the end with its reason."""
    plan_id, act = request.args.get("plan", type=int), request.args.get("act", "")
    return form(PersonId(person_id), None if plan_id is None else PlanId(plan_id), act)


def form(
    person_id: PersonId, plan_id: PlanId | None, act: str, *, errors: Mapping[str, str] | None = None
) -> ResponseReturnValue:
    """The form; with `errors`, as it was refused."""
    person, today = find(person_id), brussels_day(shell.now())
    with shell.assembly().database.reading() as session:
        found = [(one, rules.state_on(one.standing, today)) for one in plans.of_person(session, person.id, on=today)]
    running = [(one, state) for one, state in found if state is not PlanState.ENDED]
    return in_place.form(
        "plans",
        shell.say(N_("Ses dons réguliers")),
        person,
        status=422 if errors else 200,
        plans=[
            {"plan": one, "title": title_of(one), "word": shell.say(words.STATES[state][0]),
             "shape": words.STATES[state][1], "is_paused": state is PlanState.PAUSED}
            for one, state in running
        ],
        chosen=next((one for one, _ in running if one.id == plan_id), None) if act in ACTS else None,
        act=act,
        today=today,
        channels=[(one.value, shell.say(words.CHANNELS[one])) for one in words.TOLD],
        reasons=[("", shell.say(N_("Choisissez"))), *in_place.options(words.END_REASONS)],
        typed=request.form,
        errors=errors or {},
    )  # fmt: skip
