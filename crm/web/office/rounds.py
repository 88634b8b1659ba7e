"""« Do you still want this? »: whom a round would ask, and why not others; a second person; what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.consent import service as consent
from crm.consent.model import Refusal
from crm.consent.words import REFUSALS
from crm.privacy import terms
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.web.office import guard, shell
from crm.web.office.noting import note
from crm.web.words import N_
from mailing.rounds import service as rounds
from mailing.rounds.errors import OwnRound, RoundDecided
from mailing.rounds.model import Foreseen, Outcome, Reach

blueprint = Blueprint("rounds", __name__, url_prefix="/office/rounds")

REACHES: dict[Reach, str] = {
    Reach.ASLEEP: N_("qui ne donne plus signe de vie"),
    Reach.LEGACY: N_("dont l’accord vient d’un ancien fichier, sans preuve"),
    Reach.BOTH: N_("les deux"),
}
OUTCOMES: dict[Outcome, str] = {
    Outcome.WAITING: N_("attendent"),
    Outcome.YES: N_("oui"),
    Outcome.NO: N_("non"),
    Outcome.ALIVE: N_("autre signe de vie"),
    Outcome.UNREACHED: N_("pas arrivé"),
    Outcome.EXPIRED: N_("silence : l’accord ne vaut plus"),
}
REASONS = {
    "awake": N_("a donné signe de vie, et son accord est prouvé"),
    "asked-lately": N_("a déjà reçu cette question depuis un an"),
}
WRONG = {
    "purpose": N_("Choisissez une lettre dans la liste."),
    "reach": N_("Choisissez à qui poser la question."),
    "reason": N_("Dites pourquoi en une phrase : quelqu’un la relira dans dix ans."),
}


@guard.page(blueprint, "", permission=Permission.PRIVACY_READ)
def index() -> ResponseReturnValue:
    """The rounds, and the form that tries one."""
    return _page()


@guard.page(blueprint, "/try", permission=Permission.PRIVACY_READ, methods=("POST",))
def rehearse() -> ResponseReturnValue:
    """Counts whom it would ask, and the others by reason. Nothing is written."""
    purpose, reach = _asked()
    if purpose is None or reach is None:
        return _page(wrong="purpose" if purpose is None else "reach")
    with shell.assembly().database.reading() as session:
        found = rounds.foresee(session, purpose, reach, spans=spans(session), at=shell.now())
    return _page(found=found)


@guard.page(blueprint, "/new", permission=Permission.PRIVACY_ACT, methods=("POST",))
def propose() -> ResponseReturnValue:
    """Writes the proposal; nothing leaves before a second person agrees."""
    purpose, reach = _asked()
    if purpose is None or reach is None:
        return _page(wrong="purpose" if purpose is None else "reach")
    try:
        with shell.assembly().database.transaction() as session:
            by, reason = guard.signed_in().account.id, request.form.get("reason", "")
            made = rounds.propose(session, purpose, reach, reason=reason, by=by, at=shell.now())
            note(session, "round.propose", made.id, {"purpose": purpose, "reach": reach.value}, subject="round")
    except Invalid as wrong:
        return _page(wrong=wrong.field or "reason")
    said = N_("La question est proposée. Elle partira dès qu’une autre personne l’aura approuvée.")
    return shell.back(url_for("rounds.index"), shell.say(said))


@guard.page(blueprint, "/<int:round_id>/decide", permission=Permission.PRIVACY_ACT, methods=("POST",))
def decide(round_id: int) -> ResponseReturnValue:
    """A second person lets it leave, or does not."""
    approve, here, made = request.form.get("decision") == "approve", url_for("rounds.index"), shell.assembly()
    try:
        with made.database.transaction() as session:
            done = rounds.decide(
                session,
                made.desk,
                round_id,
                approve=approve,
                spans=spans(session),
                by=guard.signed_in().account.id,
                at=shell.now(),
            )
            count = sum(done.outcomes.values())
            note(session, "round.approve" if approve else "round.refuse", round_id, {"count": count}, subject="round")
    except OwnRound:
        said = N_("Vous l’avez proposée : une autre personne doit en décider.")
        return shell.back(here, shell.say(said), kind="refused")
    except RoundDecided:
        return shell.back(here, shell.say(N_("Quelqu’un en a déjà décidé.")), kind="refused")
    leaves = shell.say(N_("La question part (%(count)s)."), count=shell.number(count))
    return shell.back(here, leaves if approve else shell.say(N_("La proposition est écartée.")))


def spans(session: Session) -> dict[str, int]:
    """Every term in months, as it holds today."""
    return {
        one.term.code: one.months for one in terms.holding(session, shell.assembly().keepers, brussels_day(shell.now()))
    }


def _asked() -> tuple[str | None, Reach | None]:
    purpose, reach = request.form.get("purpose", ""), request.form.get("reach", "")
    with shell.assembly().database.reading() as session:
        known = {one.code for one in consent.letters(session)}
    return purpose if purpose in known else None, Reach(reach) if reach in [one.value for one in Reach] else None


def _page(*, found: Foreseen | None = None, wrong: str = "") -> ResponseReturnValue:
    with shell.assembly().database.reading() as session:
        names = {one.code: one.name(shell.language()) for one in consent.letters(session)}
        colleagues = {account.id: account.name for account in staff.accounts(session)}
        all_of_them = rounds.rounds(session)
        months = spans(session)
        foreseen = {
            one.id: rounds.foresee(session, one.purpose, one.reach, spans=months, at=shell.now()).asked
            for one in all_of_them
            if one.decided_at is None
        }
    own = guard.signed_in().account.id
    lines = [
        {
            "one": one,
            "purpose": names.get(one.purpose, one.purpose),
            "reach": shell.say(REACHES[one.reach]),
            "asked": foreseen.get(one.id, sum(one.outcomes.values())),
            "proposed_by": colleagues.get(one.proposed_by, "") if one.proposed_by else "",
            "is_own": one.proposed_by is not None and one.proposed_by == own,
            "outcomes": [(shell.say(word), one.outcomes[kind]) for kind, word in OUTCOMES.items()],
        }
        for one in all_of_them
    ]
    return shell.show(
        "office/privacy/rounds.html",
        status=422 if wrong else 200,
        waiting=[line for line in lines if line["one"].decided_at is None],  # type: ignore[attr-defined] # a round
        past=[line for line in lines if line["one"].decided_at is not None],  # type: ignore[attr-defined] # a round
        found=found,
        left_out=_reasons(found.left_out) if found else [],
        months=months,
        purposes=list(names.items()),
        reaches=[(one.value, shell.say(word)) for one, word in REACHES.items()],
        typed={name: request.form.get(name, "") for name in ("purpose", "reach", "reason")},
        errors={wrong: shell.say(WRONG[wrong])} if wrong else {},
    )


def _reasons(counted: Mapping[str, int]) -> list[tuple[str, Any]]:
    words = {refusal.value: REFUSALS[refusal] for refusal in Refusal} | REASONS
    return [(shell.say(words[reason]), number) for reason, number in sorted(counted.items(), key=lambda one: -one[1])]
