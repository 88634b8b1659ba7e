"""Recurring plans: the list with what it comes to in a year, one plan with its terms, its events and its mandate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from crm.collections import service as collections
from crm.collections import words as collection_words
from crm.donations import service as donations
from crm.people import service as people
from crm.plans import mandates, papers, rules, standing, words
from crm.plans import service as plans
from crm.plans.model import Plan, PlanState, Wanted, Way
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values import money
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import PlanId
from crm.web.office import guard, shell
from crm.web.office.gifts import fund_names
from crm.web.words import N_

blueprint = Blueprint("plans", __name__, url_prefix="/office/plans")

SIZE = 50
FILTERS = ("state", "way", "least", "supplier")
AHEAD = 4
"""So many instalments to come are shown."""


@guard.page(blueprint, "", permission=Permission.DONATIONS_READ)
def index() -> ResponseReturnValue:
    """The newest plans that answer the filters, and what all of them come to in a year."""
    typed = {name: request.args.get(name, "").strip()[:80] for name in FILTERS}
    after = request.args.get("after", type=int)
    today = brussels_day(shell.now())
    wanted = Wanted(
        on=today,
        state=PlanState(typed["state"]) if typed["state"] in set(PlanState) else None,
        way=Way(typed["way"]) if typed["way"] in set(Way) else None,
        least_cents=_cents(typed["least"]),
        supplier=typed["supplier"],
    )
    with shell.assembly().database.reading() as session:
        found = plans.page(session, wanted, after=PlanId(after) if after else None, size=SIZE + 1)
        totals = plans.totals(session, wanted)
        known = people.people(session, {one.person_id for one in found})
    asked: dict[str, Any] = {name: text for name, text in typed.items() if text}
    return shell.show(
        "office/plans/index.html",
        plans=[(one, known.get(one.person_id), rules.state_on(one.standing, today)) for one in found[:SIZE]],
        totals=totals,
        typed=typed,
        chips=_chips(asked),
        states=[(one.value, shell.say(word)) for one, (word, _) in words.STATES.items()],
        ways=[(one.value, shell.say(word)) for one, word in words.WAYS.items()],
        suppliers=[(name, name) for name in totals.suppliers],
        next_page=url_for("plans.index", **asked, after=found[SIZE - 1].id) if len(found) > SIZE else "",
        first_page=url_for("plans.index", **asked) if after else "",
        words=words,
    )


def _cents(text: str) -> int | None:
    try:
        return money.typed(text) if text else None
    except Invalid:
        return None


def _chips(asked: Mapping[str, Any]) -> list[dict[str, str]]:
    shown = {
        "state": {one.value: shell.say(word) for one, (word, _) in words.STATES.items()},
        "way": {one.value: shell.say(word) for one, word in words.WAYS.items()},
    }
    return [
        {
            "label": shell.say(N_("dès %(value)s €"), value=text)
            if name == "least"
            else shown.get(name, {}).get(text, text),
            "without": url_for("plans.index", **{other: value for other, value in asked.items() if other != name}),
        }
        for name, text in asked.items()
    ]


@guard.page(blueprint, "/<int:plan_id>", permission=Permission.DONATIONS_READ)
def show(plan_id: int) -> ResponseReturnValue:
    """A plan: its terms as they were and will be, what happened to it, the mandate, what falls due next."""
    return page_of(PlanId(plan_id))


def page_of(plan_id: PlanId, *, errors: Mapping[str, str] | None = None) -> ResponseReturnValue:
    """The page of a plan; with `errors`, as the form that was refused left it."""
    today = brussels_day(shell.now())
    with shell.assembly().database.reading() as session:
        whole = plans.whole(session, plan_id)
        person = people.find_survivor(session, whole.plan.person_id)
        until = rules.month_after(rules.first_of_month(today), AHEAD * whole.plan.terms.every_months + 1)
        due = plans.falling_due(session, [plan_id], first_on=today, last_on=until)[plan_id]
        collected = collections.of_plan(session, plan_id, size=12)
        came = standing.of_plan(session, plan_id, size=12)
        gifts = {one.gift_id: donations.gift(session, one.gift_id) for one in came}
        names = {account.id: account.name for account in staff.accounts(session)}
        funds = fund_names(session)
        theirs = mandates.of_person(session, whole.plan.person_id)
        scans = papers.of_mandates(session, [one.id for one in theirs])
        before = [one for one in theirs if one.ended_on is not None and one.id != whole.plan.mandate_id]
    state = rules.state_on(whole.plan.standing, today)
    return shell.show(
        "office/plans/show.html",
        status=422 if errors else 200,
        whole=whole,
        plan=whole.plan,
        title=title_of(whole.plan),
        person=person,
        state=state,
        today=today,
        due=due[:AHEAD],
        collected=collected,
        came=[gifts[one.gift_id] for one in came],
        mandates_before=before,
        scans=scans,
        signed_how=[("", shell.say(N_("Choisissez")))] + [(key, shell.say(word)) for key, word in words.SIGNED.items()],
        collection_words=collection_words,
        lapses_on=rules.lapses_on(whole.mandate) if whole.mandate else None,
        names=names,
        funds=funds,
        rhythms=[(months, shell.say(word)) for months, word in words.RHYTHMS.items()],
        channels=[(one.value, shell.say(words.CHANNELS[one])) for one in words.TOLD],
        reasons=[("", shell.say(N_("Choisissez")))]
        + [(one.value, shell.say(word)) for one, word in words.END_REASONS.items()],
        reason_words={one.value: word for one, word in words.END_REASONS.items()},
        typed=request.form,
        errors=errors or {},
        words=words,
    )


def title_of(plan: Plan) -> str:
    """What a plan is called: how much, how often."""
    return f"{shell.money(plan.terms.cents)} {shell.say(words.RHYTHMS[plan.terms.every_months])}"
