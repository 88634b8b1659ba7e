"""What is deductible: the rules that hold today, new ones proposed by one colleague and decided by another."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from crm.donations import deductions, words
from crm.donations.errors import DeductionTaken, FourEyes
from crm.donations.model import GiftKind, LineKind
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.web.office import guard, shell
from crm.web.office.days import read_day
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("gift_deductions", __name__, url_prefix="/office/gifts/deductions")

MAGAZINE = "magazine"
WRONG = {
    "what": N_("Choisissez ce dont il s’agit."),
    "valid_from_on": N_("Choisissez un jour à venir : rien de ce qui est inscrit ne change."),
    "reason": N_("Dites pourquoi en quelques mots : quelqu’un d’autre en décidera."),
}


@guard.page(blueprint, "", permission=Permission.DONATIONS_READ)
def index() -> ResponseReturnValue:
    """What holds today, what was proposed, and the form of a proposal."""
    return _page({})


@guard.page(blueprint, "", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def propose() -> ResponseReturnValue:
    """Proposes what should hold from a day to come."""
    try:
        kinds = _kinds(request.form.get("what", ""))
        typed = read_day(request.form.get("valid_from_on", ""), field="valid_from_on")
        valid_from_on = typed or brussels_day(shell.now())
        with shell.assembly().database.transaction() as session:
            made = deductions.propose(
                session,
                kinds,
                is_deductible=request.form.get("is_deductible") == "yes",
                valid_from_on=valid_from_on,
                reason=request.form.get("reason", "")[: deductions.REASON + 1],
                at=shell.now(),
                by=guard.signed_in().account.id,
            )
            note(session, "deduction-rule.propose", made.id, subject="deduction-rule")
    except Invalid as wrong:
        field = wrong.field or "what"
        return _page({field: shell.say(WRONG[field])})
    return shell.back(
        url_for("gift_deductions.index"), shell.say(N_("La règle est proposée. Une autre personne en décide."))
    )


@guard.page(blueprint, "/<int:proposal_id>/decide", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def decide(proposal_id: int) -> ResponseReturnValue:
    """Accepts a proposal of somebody else, or refuses it."""
    accepts, here = request.form.get("decision") == "accept", url_for("gift_deductions.index")
    try:
        with shell.assembly().database.transaction() as session:
            by = guard.signed_in().account.id
            done = deductions.decide(session, proposal_id, accepts=accepts, at=shell.now(), by=by)
            action = "deduction-rule.accept" if accepts else "deduction-rule.refuse"
            note(session, action, done.id, subject="deduction-rule")
    except FourEyes:
        said = N_("Vous l’avez proposée : une autre personne en décide.")
        return shell.back(here, shell.say(said), kind="refused")
    except DeductionTaken:
        return shell.back(here, shell.say(N_("Une règle commence déjà ce jour-là.")), kind="refused")
    except Invalid:
        said = N_("Son premier jour est passé : proposez-la pour un jour à venir.")
        return shell.back(here, shell.say(said), kind="refused")
    return shell.back(here, shell.say(N_("La règle vaut dès son jour.") if accepts else N_("La règle est écartée.")))


def _kinds(what: str) -> tuple[GiftKind, LineKind] | None:
    if what == MAGAZINE:
        return None
    gift_kind, _, line_kind = what.partition("/")
    if gift_kind not in set(GiftKind) or line_kind not in set(LineKind):
        raise Invalid("a kind of the list", field="what")
    return GiftKind(gift_kind), LineKind(line_kind)


def _page(errors: dict[str, str]) -> ResponseReturnValue:
    today = brussels_day(shell.now())
    with shell.assembly().database.reading() as session:
        held = deductions.in_force(session, today)
        proposals = deductions.proposals(session)
        counts = deductions.magazine_counts(session, today)
        colleagues = {account.id: account.name for account in staff.accounts(session)}
    kinds = [(one, line) for one in GiftKind for line in LineKind]
    options = [(f"{one}/{line}", named(one, line)) for one, line in kinds]
    return shell.show(
        "office/gifts/deductions.html",
        status=422 if errors else 200,
        held=[(named(one.gift_kind, one.line_kind), one) for one in held],
        proposals=[(_called(one), one) for one in proposals],
        magazine_counts=counts,
        colleagues=colleagues,
        me=guard.signed_in().account.id,
        options=[("", shell.say(N_("Choisissez"))), (MAGAZINE, shell.say(THE_MAGAZINE)), *options],
        verdicts=[("yes", shell.say(N_("Déductible"))), ("no", shell.say(N_("Non déductible")))],
        typed=request.form,
        errors=errors,
        words=words,
    )


THE_MAGAZINE = N_("Le Fil reçu en retour (dons réguliers, dons à côté d’une cotisation)")


def named(gift_kind: GiftKind, line_kind: LineKind) -> str:
    """A kind of gift and of line, in a few words."""
    return f"{shell.say(words.KINDS[gift_kind])} · {shell.say(words.LINES[line_kind])}"


def _called(one: deductions.Proposal) -> str:
    if one.gift_kind is None or one.line_kind is None:
        return shell.say(THE_MAGAZINE)
    return named(one.gift_kind, one.line_kind)
