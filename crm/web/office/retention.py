"""How long the house keeps what: what holds, what a colleague proposes, what a second one decides; tried first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.privacy import terms
from crm.privacy.errors import OwnTerm, TermDecided, TermMissing
from crm.privacy.terms import Proposal
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId
from crm.web.office import guard, shell
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("retention", __name__, url_prefix="/office/retention")

FIELDS = ("code", "months", "from", "reason")
LONGEST_REASON = 2000
WRONG = {
    "code": N_("Choisissez dans la liste."),
    "months": N_("Écrivez un nombre de mois, de 1 à 1200."),
    "from": N_("Écrivez un jour qui existe."),
    "reason": N_("Dites pourquoi en une phrase : quelqu’un la relira dans dix ans."),
}


@guard.page(blueprint, "", permission=Permission.PRIVACY_READ)
def index() -> ResponseReturnValue:
    """What holds today, what waits for a second person, what was decided before."""
    return _page({}, {})


@guard.page(blueprint, "/try", permission=Permission.PRIVACY_READ, methods=("POST",))
def rehearse() -> ResponseReturnValue:
    """What tonight would forget, and what it would if the proposals held; counted, then taken back."""
    made, now = shell.assembly(), shell.now()
    with made.database.rehearsing() as session:
        tonight = {one.code: one.rows for one in terms.forget(session, shell.assembly().keepers, at=now)}
    with made.database.rehearsing() as session:
        waiting = [one for one in terms.proposals(session, shell.assembly().keepers) if one.decided_at is None]
        months = {one.term.code: one.months for one in reversed(waiting)}
        proposed = {
            one.code: one.rows for one in terms.forget(session, shell.assembly().keepers, at=now, instead=months)
        }
    return _page(tonight, {code: proposed[code] for code in months if code in proposed})


def _page(tonight: Mapping[str, int], proposed: Mapping[str, int]) -> ResponseReturnValue:
    today = brussels_day(shell.now())
    with shell.assembly().database.reading() as session:
        holding = terms.holding(session, shell.assembly().keepers, today)
        known = terms.proposals(session, shell.assembly().keepers)
        colleagues = {account.id: account.name for account in staff.accounts(session)}
    return shell.show(
        "office/privacy/retention.html",
        holding=[
            {
                "what": shell.say(one.term.what),
                "code": one.term.code,
                "months": one.months,
                "since": one.valid_from_on,
                "reason": one.reason,
                "rows": tonight.get(one.term.code),
                "forgets": one.term.forgets,
            }
            for one in holding
        ],
        is_tried=bool(tonight),
        waiting=[_line(one, colleagues, proposed) for one in known if one.decided_at is None],
        past=[_line(one, colleagues, {}) for one in known if one.decided_at is not None],
    )


def _line(one: Proposal, colleagues: Mapping[AccountId, str], proposed: Mapping[str, int]) -> dict[str, Any]:
    return {
        "one": one,
        "what": shell.say(one.term.what),
        "rows": proposed.get(one.term.code),
        "proposed_by": colleagues.get(one.proposed_by, "") if one.proposed_by else "",
        "decided_by": colleagues.get(one.decided_by, "") if one.decided_by else "",
        "is_own": one.proposed_by is not None and one.proposed_by == guard.signed_in().account.id,
    }


@guard.page(blueprint, "/new", permission=Permission.PRIVACY_ACT)
def new() -> ResponseReturnValue:
    """The form of a proposal."""
    return _form({"code": request.args.get("code", ""), "from": brussels_day(shell.now()).isoformat()})


@guard.page(blueprint, "/new", permission=Permission.PRIVACY_ACT, methods=("POST",))
def propose() -> ResponseReturnValue:
    """Writes the proposal; nothing changes before a second person agrees."""
    typed = {name: request.form.get(name, "").strip()[:LONGEST_REASON] for name in FIELDS}
    months = int(typed["months"]) if typed["months"].isascii() and typed["months"].isdigit() else 0
    try:
        begins = date.fromisoformat(typed["from"])
    except ValueError:
        return _form(typed, wrong="from")
    try:
        with shell.assembly().database.transaction() as session:
            proposed = terms.propose(
                session,
                shell.assembly().keepers,
                typed["code"],
                months=months,
                valid_from_on=begins,
                reason=typed["reason"],
                by=guard.signed_in().account.id,
                at=shell.now(),
            )
            _note(session, "privacy.term", proposed)
    except TermMissing:
        return _form(typed, wrong="code")
    except Invalid as wrong:
        return _form(typed, wrong=wrong.field or "reason")
    said = N_("La durée est proposée. Elle vaudra dès qu’une autre personne l’aura approuvée.")
    return shell.back(url_for("retention.index"), shell.say(said))


@guard.page(blueprint, "/<int:proposal_id>/decide", permission=Permission.PRIVACY_ACT, methods=("POST",))
def decide(proposal_id: int) -> ResponseReturnValue:
    """A second person agrees, or does not."""
    approve, here = request.form.get("decision") == "approve", url_for("retention.index")
    try:
        with shell.assembly().database.transaction() as session:
            by = guard.signed_in().account.id
            decided = terms.decide(
                session, shell.assembly().keepers, proposal_id, approve=approve, by=by, at=shell.now()
            )
            _note(session, "privacy.term-approve" if approve else "privacy.term-refuse", decided)
    except OwnTerm:
        said = N_("Vous l’avez proposée : une autre personne doit en décider.")
        return shell.back(here, shell.say(said), kind="refused")
    except TermDecided:
        return shell.back(here, shell.say(N_("Quelqu’un en a déjà décidé.")), kind="refused")
    message = N_("La durée est approuvée.") if approve else N_("La proposition est écartée.")
    return shell.back(here, shell.say(message))


def _form(typed: Mapping[str, str], *, wrong: str = "") -> ResponseReturnValue:
    return shell.show(
        "office/privacy/retention_new.html",
        status=422 if wrong else 200,
        typed={name: typed.get(name, "") for name in FIELDS},
        terms=[(term.code, shell.say(term.what)) for keeper in shell.assembly().keepers for term in keeper.TERMS],
        errors={wrong: shell.say(WRONG[wrong])} if wrong else {},
    )


def _note(session: Session, action: str, one: Proposal) -> None:
    note(session, action, one.id, {"code": one.term.code, "months": one.months}, subject="term")
