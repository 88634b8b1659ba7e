"""Funds: what money is given for. One opens them, calls them otherwise, closes and reopens them; none is deleted."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.donations import funds
from crm.donations.errors import CodeTaken, CodeUnknown
from crm.donations.model import Fund
from crm.staff.model import Permission
from crm.values.errors import Invalid
from crm.web.office import guard, shell
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("gift_funds", __name__, url_prefix="/office/gifts/books/funds")

LONGEST = 201
WRONG = {
    "code": N_("Des lettres sans accent, des chiffres, « - », « . » ou « _ » ; 40 signes au plus."),
    "name": N_("Donnez un nom au fonds, 200 signes au plus."),
    "taken": N_("Un autre fonds porte déjà ce nom."),
}
TAKEN = N_("Un fonds a déjà ce code.")
GONE = N_("Ce fonds n’existe pas.")


@guard.page(blueprint, "", permission=Permission.DONATIONS_READ)
def index() -> ResponseReturnValue:
    """Every fund, open or closed."""
    return _page({})


@guard.page(blueprint, "", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def add() -> ResponseReturnValue:
    """Opens one more."""
    code, name = (request.form.get(field, "")[:LONGEST] for field in ("code", "name"))
    try:
        with shell.assembly().database.transaction() as session:
            made = funds.open_new(session, code=code, name=name)
            note(session, "fund.open", None, {"code": made.code}, subject="fund")
    except CodeTaken:
        return _page({"code": shell.say(TAKEN)})
    except Invalid as wrong:
        field = wrong.field or "name"
        return _page({"code" if field == "code" else "name": shell.say(WRONG[field])})
    return shell.back(url_for("gift_funds.index"), shell.say(N_("Le fonds est ouvert : on peut donner pour lui.")))


@guard.page(blueprint, "/rename", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def rename() -> ResponseReturnValue:
    """Calls one otherwise; its code stays."""
    name = request.form.get("new_name", "")[:LONGEST]
    try:
        return _done(
            lambda session, code: funds.rename(session, code, name=name),
            "fund.rename",
            N_("Le fonds porte son nouveau nom."),
        )
    except Invalid as wrong:
        return _page({"new_name": shell.say(WRONG[wrong.field or "name"])}, renamed=request.form.get("code", "")[:40])


@guard.page(blueprint, "/close", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def close() -> ResponseReturnValue:
    """Nobody chooses it any more."""
    return _done(funds.close, "fund.close", N_("Le fonds est clos. Ce qui lui est promis lui revient encore."))


@guard.page(blueprint, "/reopen", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def reopen() -> ResponseReturnValue:
    """It may be chosen again."""
    return _done(funds.reopen, "fund.reopen", N_("Le fonds est rouvert."))


def _done(act: Callable[[Session, str], Fund], action: str, said: str) -> ResponseReturnValue:
    try:
        with shell.assembly().database.transaction() as session:
            found = act(session, request.form.get("code", "")[:40])
            note(session, action, None, {"code": found.code}, subject="fund")
    except CodeUnknown:
        return shell.back(url_for("gift_funds.index"), shell.say(GONE), kind="refused")
    return shell.back(url_for("gift_funds.index"), shell.say(said))


def _page(errors: dict[str, str], *, renamed: str = "") -> ResponseReturnValue:
    with shell.assembly().database.reading() as session:
        found = funds.funds(session)
    return shell.show(
        "office/gifts/funds.html",
        status=422 if errors else 200,
        funds=found,
        renamed=renamed,
        typed=request.form,
        errors=errors,
    )
