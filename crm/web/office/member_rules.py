"""What fees cost and what the statutes say, from a day on."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from crm.members import service as members
from crm.members import words
from crm.members.model import HouseRules, Rate
from crm.people.rules import single_spaced
from crm.staff.model import Permission
from crm.values import money
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.folding import folded
from crm.web.office import guard, shell
from crm.web.office.days import read_day
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("member_rules", __name__, url_prefix="/office/members/rules")

WRONG = {
    "kind": N_("Choisissez un genre de la liste."),
    "name": N_("Donnez un nom court à ce genre d’adhésion."),
    "fee": N_("Écrivez un montant, par exemple 25,00 ; 0 si tout montant convient."),
    "months": N_("Entre 1 et 120 mois ; sans cotisation, un genre à part."),
    "from_on": N_("Choisissez un jour."),
    "grace_months": N_("Entre 0 et 36 mois."),
    "remind_days": N_("Entre 1 et 180 jours."),
    "proxies_most": N_("Entre 0 et 100 procurations."),
}


@guard.page(blueprint, "", permission=Permission.MEMBERS_READ)
def show() -> ResponseReturnValue:
    """Every kind with what it costs, and what holds today."""
    return _page()


@guard.page(blueprint, "/rate", permission=Permission.MEMBERS_EDIT, methods=("POST",))
def rate() -> ResponseReturnValue:
    """Says what a kind costs from a day on; a new kind has a name first."""
    now, typed = shell.now(), {name: value.strip()[:200] for name, value in request.form.items()}
    try:
        name = single_spaced(typed.get("name", ""))
        kind = typed.get("kind", "") or _code(name)
        from_on = read_day(typed.get("from_on", ""), field="from_on") or brussels_day(now)
        cents, months = (0, 0) if "free" in typed else (_cents(typed.get("fee", "")), _number("months"))
        new = Rate(kind=kind, from_on=from_on, fee_cents=cents, months=months)
        with shell.assembly().database.transaction() as session:
            known = {one.code: one for one in members.kinds(session)}
            called = name or (known[kind].name if kind in known else "")
            is_open = known[kind].is_open if kind in known else True
            by = guard.signed_in().account.id
            held = known[kind].votes if kind in known else True
            votes = {"yes": True, "no": False}.get(typed.get("votes", ""), held)
            members.set_rate(session, new, name=called, is_open=is_open, votes=votes, at=now, by=by)
            note(session, "membership.rate", None, {"kind": kind, "cents": new.fee_cents}, subject="membership")
    except Invalid as wrong:
        return _page({wrong.field or "kind": shell.say(WRONG.get(wrong.field or "kind", WRONG["kind"]))})
    said = N_("La cotisation vaut dès ce jour. Ce qui a été payé avant compte comme avant.")
    return shell.back(url_for("member_rules.show"), shell.say(said))


@guard.page(blueprint, "/statutes", permission=Permission.MEMBERS_EDIT, methods=("POST",))
def statutes() -> ResponseReturnValue:
    """Says what the statutes say from a day on."""
    now = shell.now()
    try:
        from_on = read_day(request.form.get("rules_from_on", ""), field="from_on") or brussels_day(now)
        new = HouseRules(
            from_on=from_on,
            grace_months=_number("grace_months"),
            remind_days=_number("remind_days"),
            proxies_most=_number("proxies_most"),
        )
        with shell.assembly().database.transaction() as session:
            members.set_rules(session, new, at=now, by=guard.signed_in().account.id)
            facts = {"grace": new.grace_months, "days": new.remind_days, "proxies": new.proxies_most}
            note(session, "membership.rules", None, facts, subject="membership")
    except Invalid as wrong:
        return _page({wrong.field or "grace_months": shell.say(WRONG[wrong.field or "grace_months"])})
    return shell.back(url_for("member_rules.show"), shell.say(N_("Ces règles valent dès ce jour.")))


def _page(errors: dict[str, str] | None = None) -> ResponseReturnValue:
    today = brussels_day(shell.now())
    with shell.assembly().database.reading() as session:
        kinds = members.kinds(session)
        names = words.kind_names(members.kinds(session), shell.language())
        held = members.rules_on(session, today)
    typed: dict[str, Any] = dict(request.form)
    return shell.show(
        "office/members/rules.html",
        status=422 if errors else 200,
        kinds=kinds,
        names=names,
        held=held,
        today=today,
        typed=typed,
        errors=errors or {},
    )


def _code(name: str) -> str:
    """A short word for a new kind: `Tarif étudiant` is `tarif-etudiant`."""
    code = re.sub(r"[^a-z0-9]+", "-", folded(name)).strip("-")[:40]
    if not code:
        raise Invalid("a kind has a name", field="name")
    return code


def _cents(text: str) -> int:
    if text in ("0", "0,00"):
        return 0
    try:
        return money.typed(text)
    except Invalid as error:
        raise Invalid("an amount", field="fee") from error


def _number(field: str) -> int:
    text = request.form.get(field, "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise Invalid("a whole number", field=field)
    return int(text)
