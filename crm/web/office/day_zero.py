"""The day an organisation moves in: which files to bring, in which order, and whether the totals agree."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from crm.imports import service as imports
from crm.imports import words
from crm.imports.kinds.model import Kind
from crm.imports.model import RunId, RunState
from crm.imports.moving_in import Step
from crm.staff.model import Permission
from crm.values.money import exact
from crm.web.office import guard, shell
from crm.web.office.imports import typed_cents
from crm.web.words import N_

blueprint = Blueprint("day_zero", __name__, url_prefix="/office/day-zero")

WHY = {
    "people": N_("D’abord les personnes, avec leurs numéros : tout ce qui suit les reconnaîtra."),
    "suppressions": N_("Puis les adresses à laisser tranquilles, avant toute adresse à qui écrire."),
    "refusals": N_(
        "Puis celles et ceux qui ne veulent plus : « ne pas solliciter », « pas de courrier », « pas d’appel ». "
        "Chaque refus est gardé avant le premier appel et le premier magazine."
    ),
    "mailsubscribers": N_(
        "Puis les abonné·es de l’ancienne lettre : un ancien accord, auquel seule une politique datée donne suite."
    ),
    "consents": N_("Puis les consentements prouvés : ils permettent d’écrire par eux-mêmes."),
    "signatures": N_(
        "Puis les signatures des pétitions d’hier, quand ces pétitions sont dans votre liste : qui a signé quoi, "
        "sans que cela permette d’écrire."
    ),
    "memberships": N_("Puis les membres, avant les dons : chaque cotisation rejoindra l’adhésion qui est déjà là."),
    "gifts": N_("Puis les dons, au cent près : chacun va à la personne que ses numéros désignent."),
    "mandates": N_("Puis les dons réguliers et leurs mandats, pour collecter la suite sans rien demander deux fois."),
    "subscribers": N_("Puis qui reçoit le magazine à un autre titre que sa cotisation ou ses dons."),
    "attestations": N_("Enfin les attestations fiscales déjà délivrées : personne n’en reçoit deux pour une année."),
}


@guard.page(blueprint, "", permission=Permission.IMPORTS_READ)
def index() -> ResponseReturnValue:
    """The steps, each with its imports and what they come to."""
    with shell.assembly().database.reading() as session:
        steps = imports.day_zero(session)
    return shell.show(
        "office/imports/day_zero.html",
        here="imports",
        steps=[_step(kind, step) for kind, step in steps],
        states=words.STATES,
        done=sum(1 for _, step in steps if step and all(run.state is RunState.APPLIED for run in step.runs)),
    )


@guard.page(blueprint, "/<int:run_id>/expected", permission=Permission.IMPORTS_ACT, methods=("POST",))
def expect(run_id: int) -> ResponseReturnValue:
    """Notes how many rows the old system says there are."""
    rows = request.form.get("rows", type=int)
    with shell.assembly().database.transaction() as session:
        wanted = rows if rows is not None and 0 <= rows < 10**9 else None
        imports.expect(session, RunId(run_id), wanted, typed_cents("cents"))
    return shell.back(url_for("day_zero.index"), shell.say(N_("Le total attendu est noté.")))


def _step(kind: Kind, step: Step | None) -> dict[str, Any]:
    if step is None:
        return {"kind": kind, "why": WHY[kind.code], "run": None}
    return {
        "kind": kind,
        "why": WHY[kind.code],
        "run": step.runs[0],
        "earlier": step.runs[1:],
        "told_on": step.counted[0],
        "waiting": step.waiting,
        "inside": step.inside,
        "aside": step.aside,
        "expected": step.expected,
        "missing": step.missing,
        "cents": None if step.cents is None else step.cents + step.cents_aside,
        "expected_cents": step.expected_cents,
        "gap": step.gap,
        "expected_typed": "" if step.expected_cents is None else exact(step.expected_cents),
    }
