"""The catalogue of codes: what each package of each cell cost and brought; costs are written here."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from crm.figures import outcomes
from crm.fundraising import codes
from crm.fundraising.codes import Priced
from crm.fundraising.errors import PlanWrong
from crm.staff.model import Permission
from crm.values import money
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import AppealId
from crm.web.office import guard, shell
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("appeal_codes", __name__, url_prefix="/office/appeals/codes")

AMOUNT = N_("Écrivez un montant, par exemple 1 250.")
GONE = N_("Cet appel n’existe pas.")


@guard.page(blueprint, "", permission=Permission.CAMPAIGNS_READ)
def index() -> ResponseReturnValue:
    """Every code by appeal, with what it cost and brought."""
    return _page()


@guard.page(blueprint, "/<int:appeal_id>", permission=Permission.CAMPAIGNS_EDIT, methods=("POST",))
def price(appeal_id: int) -> ResponseReturnValue:
    """Writes what an appeal cost: as a whole, and for each of its codes."""
    typed = {name: text.strip()[:20] for name, text in request.form.items() if name.startswith("cost-")}
    errors, cents = dict[str, str](), dict[str, int]()
    for name, text in typed.items():
        try:
            cents[name.removeprefix("cost-")] = money.typed(text, field=name) if text else 0
        except Invalid:
            errors[name] = shell.say(AMOUNT)
    if errors:
        return _page(AppealId(appeal_id), typed, errors)
    whole = cents.pop(str(appeal_id), 0)
    try:
        with shell.assembly().database.transaction() as session:
            if codes.price(session, AppealId(appeal_id), whole_cents=whole, costs=cents):
                facts = {"whole": whole, "codes": sum(cents.values())}
                outcomes.ask(session, AppealId(appeal_id), at=shell.now())
                note(session, "appeal.price", appeal_id, facts, subject="appeal")
    except PlanWrong as wrong:
        if wrong.field == "appeal":
            return shell.back(url_for("appeal_codes.index"), shell.say(GONE), kind="refused")
        name = f"cost-{appeal_id}" if wrong.field == "whole" else f"cost-{wrong.field}"
        return _page(AppealId(appeal_id), typed, {name: shell.say(AMOUNT)})
    here = url_for("appeal_codes.index", _anchor=f"appeal-{appeal_id}")
    return shell.back(here, shell.say(N_("Les coûts sont notés.")))


def _page(
    appeal_id: AppealId | None = None, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None
) -> Response:
    with shell.assembly().database.reading() as session:
        found = codes.catalogue(session)
    costs = {one.appeal.id: dict(_costs(one)) for one in found}
    if appeal_id in costs:
        costs[appeal_id] |= dict(typed or {})
    return shell.show(
        "office/appeals/codes.html",
        status=422 if errors else 200,
        found=found,
        today=brussels_day(shell.now()),
        costs=costs,
        wrong_at=appeal_id,
        errors=errors or {},
    )


def _costs(one: Priced) -> list[tuple[str, str]]:
    """What each field of an appeal holds before anybody types."""
    whole = one.brought.cost_cents - sum(code.brought.cost_cents for code in one.codes)
    every = [(f"cost-{one.appeal.id}", whole), *((f"cost-{code.code}", code.brought.cost_cents) for code in one.codes)]
    return [(name, money.exact(cents) if cents else "") for name, cents in every]
