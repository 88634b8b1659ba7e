"""Different surnames at one letter box: one household, or each their own copy; decided one by one, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from crm.magazine import neighbours, words
from crm.magazine import service as magazine
from crm.magazine.errors import DecisionMissing, NeighboursMoved
from crm.magazine.model import Neighbours
from crm.magazine.neighbours import Decision
from crm.people import service as people
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values.identifiers import IssueId, PersonId
from crm.web.office import guard, shell
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("magazine_neighbours", __name__, url_prefix="/office/magazine")

MOST = 50
"""More people do not share one letter box; whoever posts more did not come from the page."""
MOVED = N_("Ces personnes ne partagent plus cette boîte, ou il en faut deux au moins : rien n’a été décidé.")
GONE = N_("C’était déjà annulé.")


@guard.page(blueprint, "/issues/<int:issue_id>/neighbours", permission=Permission.MAGAZINE_READ)
def index(issue_id: int) -> ResponseReturnValue:
    """The letter boxes about which nobody has decided yet."""
    after = request.args.get("after", 0, type=int)
    with shell.assembly().database.reading() as session:
        issue = magazine.issue(session, IssueId(issue_id))
        if issue.frozen_at is not None:
            return shell.back(url_for("magazine_runs.show", issue_id=issue_id))
        rule = magazine.rule(session).rule
        found = neighbours.review(session, issue, rule, at=shell.now(), after=PersonId(after) if after else None)
    return shell.show("office/magazine/neighbours.html", issue=issue, found=found)


@guard.page(blueprint, "/neighbours", permission=Permission.MAGAZINE_READ)
def decided() -> ResponseReturnValue:
    """What was decided and stands, the newest first."""
    before = request.args.get("before", 0, type=int)
    with shell.assembly().database.reading() as session:
        several, further = neighbours.decisions(session, before=before or None)
        names = _names(people.people(session, {one for decision in several for one in decision.person_ids}).values())
        accounts = {account.id: account.name for account in staff.accounts(session)}
        coming = magazine.next_issue(magazine.issues(session))
    return shell.show(
        "office/magazine/neighbours_decided.html",
        decisions=several,
        further=further,
        is_first=not before,
        names=names,
        accounts=accounts,
        coming=coming,
        words=words,
    )


@guard.page(blueprint, "/neighbours/together", permission=Permission.MAGAZINE_SERVE, methods=("POST",))
def together() -> ResponseReturnValue:
    """Those that are ticked are one household."""
    return _decided("magazine-neighbours.together", neighbours.together)


@guard.page(blueprint, "/neighbours/apart", permission=Permission.MAGAZINE_SERVE, methods=("POST",))
def apart() -> ResponseReturnValue:
    """Each of them keeps their copy."""
    return _decided("magazine-neighbours.apart", neighbours.apart)


@guard.page(blueprint, "/neighbours/<int:decision_id>/reopen", permission=Permission.MAGAZINE_SERVE, methods=("POST",))
def reopen(decision_id: int) -> ResponseReturnValue:
    """Takes a decision back; the question is open again."""
    issue_id = request.form.get("issue", 0, type=int)
    try:
        with shell.assembly().database.transaction() as session:
            by = guard.signed_in().account.id
            taken = neighbours.take_back(session, decision_id, by=by, at=shell.now())
            _note(session, "magazine-neighbours.reopen", taken)
    except DecisionMissing:
        return _answer(issue_id, GONE, kind="note")
    return _answer(issue_id, N_("C’est annulé : la question est de nouveau ouverte."))


def _decided(action: str, decide: Callable[..., Decision]) -> ResponseReturnValue:
    issue_id, address_id = (request.form.get(name, 0, type=int) for name in ("issue", "address"))
    names = "who" if decide is neighbours.together else "all"
    ids = [PersonId(one) for one in dict.fromkeys(request.form.getlist(names, type=int))][:MOST]
    try:
        with shell.assembly().database.transaction() as session:
            found = decide(session, ids, address_id, by=guard.signed_in().account.id, at=shell.now())
            _note(session, action, found)
    except NeighboursMoved:
        return _answer(issue_id, MOVED, kind="refused")
    is_home = found.word is Neighbours.TOGETHER
    said = N_("Un foyer : un seul exemplaire part.") if is_home else N_("Chacun·e garde son exemplaire.")
    return _answer(issue_id, said, decision=found)


def _answer(
    issue_id: int, message: str, *, kind: str = "done", decision: Decision | None = None
) -> ResponseReturnValue:
    """In the place of the letter box where htmx asked, so that the list need not be drawn anew; else a notice."""
    undo = url_for("magazine_neighbours.reopen", decision_id=decision.id) if decision else ""
    if "HX-Request" in request.headers:
        return shell.show(
            "office/magazine/neighbour_said.html", said=shell.say(message), kind=kind, undo=undo, issue_id=issue_id
        )
    where = "magazine_neighbours.index" if issue_id else "magazine_neighbours.decided"
    address = url_for(where, issue_id=issue_id or None)
    return shell.back(address, shell.say(message), kind=kind, undo=(undo, f"issue={issue_id}") if undo else None)


def _note(session: Any, action: str, decision: Decision) -> None:
    """In the trail of the decision, and of each whom it put into a household or took out of it."""
    facts = {"people": len(decision.person_ids), "joined": len(decision.joined)}
    note(session, action, decision.id, facts, subject="magazine-neighbours")
    for person_id in decision.joined:
        note(session, "supporter.household", person_id, {"magazine_decision": decision.id})


def _names(several: Iterable[Any]) -> dict[PersonId, str]:
    return {one.id: one.full_name for one in several}
