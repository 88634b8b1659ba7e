"""The numbers by which files leave the house: what holds, what a colleague proposes, what a second one decides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.privacy import limits
from crm.privacy.errors import OwnTerm, TermDecided, TermMissing
from crm.privacy.limits import Proposed
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId
from crm.web.office import guard, shell
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("file_limits", __name__, url_prefix="/office/file-limits")

FIELDS = ("code", "value", "from", "reason")
WRONG = {
    "code": N_("Choisissez dans la liste."),
    "value": N_("Écrivez un nombre entier : au moins 1, au plus un million de personnes ou 365 jours."),
    "from": N_("Écrivez un jour qui existe."),
    "reason": N_("Dites pourquoi en une phrase : quelqu’un la relira dans dix ans."),
}


@guard.page(blueprint, "", permission=Permission.PRIVACY_READ)
def index() -> ResponseReturnValue:
    """What holds today, what waits for a second person, what was decided before."""
    with shell.assembly().database.reading() as session:
        holding = limits.holding(session, brussels_day(shell.now()))
        known = limits.proposals(session)
        colleagues = {account.id: account.name for account in staff.accounts(session)}
    return shell.show(
        "office/privacy/limits.html",
        holding=[{"one": one, "what": shell.say(one.limit.what)} for one in holding],
        waiting=[_line(one, colleagues) for one in known if one.decided_at is None],
        past=[_line(one, colleagues) for one in known if one.decided_at is not None],
    )


def _line(one: Proposed, colleagues: Mapping[AccountId, str]) -> dict[str, Any]:
    return {
        "one": one,
        "what": shell.say(one.limit.what),
        "proposed_by": colleagues.get(one.proposed_by, ""),
        "decided_by": colleagues.get(one.decided_by, "") if one.decided_by else "",
        "is_own": one.proposed_by == guard.signed_in().account.id,
    }


@guard.page(blueprint, "/new", permission=Permission.PRIVACY_ACT)
def new() -> ResponseReturnValue:
    """The form of a proposal."""
    return _form({"code": request.args.get("code", ""), "from": brussels_day(shell.now()).isoformat()})


@guard.page(blueprint, "/new", permission=Permission.PRIVACY_ACT, methods=("POST",))
def propose() -> ResponseReturnValue:
    """Writes the proposal; nothing changes before a second person agrees."""
    typed = {name: request.form.get(name, "").strip()[: limits.LONGEST_REASON] for name in FIELDS}
    plain = "".join(typed["value"].split())[:9]
    try:
        begins = date.fromisoformat(typed["from"])
    except ValueError:
        return _form(typed, wrong="from")
    try:
        with shell.assembly().database.transaction() as session:
            proposed = limits.propose(
                session,
                typed["code"],
                value=int(plain) if plain.isascii() and plain.isdigit() else 0,
                valid_from_on=begins,
                reason=typed["reason"],
                by=guard.signed_in().account.id,
                at=shell.now(),
            )
            _note(session, "privacy.limit", proposed)
    except TermMissing:
        return _form(typed, wrong="code")
    except Invalid as wrong:
        return _form(typed, wrong=wrong.field or "reason")
    said = N_("C’est proposé. Cela vaudra dès qu’une autre personne l’aura approuvé.")
    return shell.back(url_for("file_limits.index"), shell.say(said))


@guard.page(blueprint, "/<int:proposal_id>/decide", permission=Permission.PRIVACY_ACT, methods=("POST",))
def decide(proposal_id: int) -> ResponseReturnValue:
    """A second person agrees, or does not."""
    approve, here = request.form.get("decision") == "approve", url_for("file_limits.index")
    try:
        with shell.assembly().database.transaction() as session:
            by = guard.signed_in().account.id
            decided = limits.decide(session, proposal_id, approve=approve, by=by, at=shell.now())
            _note(session, "privacy.limit-approve" if approve else "privacy.limit-refuse", decided)
    except OwnTerm:
        said = N_("Vous l’avez proposé : une autre personne doit en décider.")
        return shell.back(here, shell.say(said), kind="refused")
    except TermDecided:
        return shell.back(here, shell.say(N_("Quelqu’un en a déjà décidé.")), kind="refused")
    return shell.back(here, shell.say(N_("C’est approuvé.") if approve else N_("La proposition est écartée.")))


def _form(typed: Mapping[str, str], *, wrong: str = "") -> ResponseReturnValue:
    return shell.show(
        "office/privacy/limit_new.html",
        status=422 if wrong else 200,
        typed={name: typed.get(name, "") for name in FIELDS},
        limits=[(one.code, shell.say(one.what)) for one in limits.LIMITS.values()],
        errors={wrong: shell.say(WRONG[wrong])} if wrong else {},
    )


def _note(session: Session, action: str, one: Proposed) -> None:
    note(session, action, one.id, {"code": one.limit.code, "value": one.value}, subject="limit")
