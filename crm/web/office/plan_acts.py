"""What a colleague does with a plan on somebody's word: other terms, a pause, another account, the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.plans import mandates, words
from crm.plans import service as plans
from crm.plans.errors import MandateOver, PaperRefused, PlanChanged, PlanOver, ReferenceTaken, TermsWrong
from crm.plans.model import Channel, EndReason, NewMandate, Plan, PlanState
from crm.plans.rules import state_on
from crm.staff.model import Permission
from crm.values import money
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.iban import Iban
from crm.values.identifiers import PlanId
from crm.web.office import guard, in_place, mandate_papers, plan_desk, shell
from crm.web.office.days import read_day
from crm.web.office.noting import note
from crm.web.office.plans import page_of
from crm.web.words import N_

blueprint = Blueprint("plan_acts", __name__, url_prefix="/office/plans/<int:plan_id>")
blueprint.before_request(mandate_papers.let_a_scan_through)

WRONG = {
    "amount": N_("Écrivez un montant, par exemple 15,00."),
    "fee": N_("La cotisation est une part du montant : au plus autant."),
    "day": N_("Écrivez un jour du mois, de 1 à 31."),
    "every": N_("Choisissez dans la liste."),
    "effective_on": N_("Écrivez un jour, par exemple 05/01/2027, pas avant le début."),
    "pause_on": N_("Écrivez un jour, par exemple 05/01/2027."),
    "until_on": N_("Une pause finit après avoir commencé."),
    "end_on": N_("Écrivez un jour, par exemple 05/01/2027."),
    "reason": N_("Choisissez pourquoi : cela aide à comprendre, plus tard."),
    "iban": N_("Ce n’est pas un numéro de compte : vérifiez ses chiffres."),
    "new_iban": N_("Ce n’est pas un numéro de compte : vérifiez ses chiffres."),
    "holder": N_("Écrivez le nom du titulaire du compte, en 70 caractères."),
    "signed_on": N_("Écrivez un jour passé, par exemple 05/01/2026."),
    "reference": N_("Une référence a 35 caractères au plus, sans accents ni espaces, et n’appartient qu’à un mandat."),
    "proof": N_("Dites comment il a été signé, et où se trouve la preuve."),
}
CHANGED = N_("Quelqu’un vient de changer ce don régulier : rien n’a été fait. Regardez-le de nouveau.")
OVER = N_("Ce don régulier ne s’y prête plus : il est arrêté, ou déjà en pause.")
MOVED = N_("Le compte est changé. La banque l’apprendra au prochain prélèvement.")
ASLEEP = N_("Son mandat ne peut plus servir : faites-en signer un nouveau.")
REFUSED: dict[type[Exception], tuple[str, str]] = {
    PlanChanged: (CHANGED, "note"),
    PlanOver: (OVER, "refused"),
    MandateOver: (ASLEEP, "refused"),
}


@guard.page(blueprint, "/change", permission=Permission.PLANS_EDIT, methods=("POST",))
def change(plan_id: int) -> ResponseReturnValue:
    """Other terms, from a day on."""

    def act(session: Session) -> Plan:
        cents = money.typed(_typed("amount"))
        fee = _typed("fee")
        return plans.change(
            session,
            PlanId(plan_id),
            cents=cents,
            fee_cents=money.typed(fee, field="fee") if fee else 0,
            anchor_day=_number("day"),
            every_months=_number("every"),
            effective_on=_day("effective_on"),
            note=_typed("note"),
            seen=_seen(),
            channel=_channel(),
            at=shell.now(),
            by=guard.signed_in().account.id,
        )

    return _done(plan_id, "plan.change", act, N_("Le don régulier est changé."))


@guard.page(blueprint, "/pause", permission=Permission.PLANS_EDIT, methods=("POST",))
def pause(plan_id: int) -> ResponseReturnValue:
    """Nothing is asked for a while."""

    def act(session: Session) -> Plan:
        return plans.pause(
            session,
            PlanId(plan_id),
            on=_day("pause_on"),
            until_on=read_day(_typed("until_on"), field="until_on"),
            note=_typed("note"),
            seen=_seen(),
            channel=_channel(),
            at=shell.now(),
            by=guard.signed_in().account.id,
        )

    return _done(plan_id, "plan.pause", act, N_("Le don régulier est en pause."), undo="resume")


@guard.page(blueprint, "/resume", permission=Permission.PLANS_EDIT, methods=("POST",))
def resume(plan_id: int) -> ResponseReturnValue:
    """The pause is over."""

    def act(session: Session) -> Plan:
        now = shell.now()
        by = guard.signed_in().account.id
        return plans.resume(
            session, PlanId(plan_id), on=brussels_day(now), seen=_seen(), channel=_channel(), at=now, by=by
        )

    return _done(plan_id, "plan.resume", act, N_("Le don régulier reprend."))


@guard.page(blueprint, "/cancel", permission=Permission.PLANS_EDIT, methods=("POST",))
def cancel(plan_id: int) -> ResponseReturnValue:
    """It ends, for a reason."""

    def act(session: Session) -> Plan:
        if _typed("reason") not in set(EndReason):
            raise Invalid("a reason of the list", field="reason")
        return plans.cancel(
            session,
            PlanId(plan_id),
            on=_day("end_on"),
            reason=EndReason(_typed("reason")),
            note=_typed("note"),
            seen=_seen(),
            channel=_channel(),
            at=shell.now(),
            by=guard.signed_in().account.id,
        )

    return _done(plan_id, "plan.cancel", act, N_("Le don régulier est arrêté."), undo="revive")


@guard.page(blueprint, "/revive", permission=Permission.PLANS_EDIT, methods=("POST",))
def revive(plan_id: int) -> ResponseReturnValue:
    """One that ended goes on."""

    def act(session: Session) -> Plan:
        now = shell.now()
        ended_on = plans.plan(session, PlanId(plan_id)).standing.ended_on
        return plans.revive(
            session,
            PlanId(plan_id),
            on=max(brussels_day(now), ended_on or date.min),
            seen=_seen(),
            channel=_channel(),
            at=now,
            by=guard.signed_in().account.id,
        )

    return _done(plan_id, "plan.revive", act, N_("Le don régulier reprend."))


@guard.page(blueprint, "/account", permission=Permission.PLANS_EDIT, methods=("POST",))
def account(plan_id: int) -> ResponseReturnValue:
    """The same mandate, from another account."""

    def act(session: Session) -> Plan:
        iban, made = Iban.parse(_typed("iban")), shell.assembly()
        found = plans.plan(session, PlanId(plan_id))
        if found.version != _seen():
            raise PlanChanged
        if found.mandate_id is None:
            raise PlanOver
        now, by = shell.now(), guard.signed_in().account.id
        mandates.amend_account(session, made.safe, found.mandate_id, iban, at=now, by=by)
        return plans.note_account(session, PlanId(plan_id), channel=_channel(), at=now, by=by)

    return _done(
        plan_id, "plan.account", act, N_("Le compte est changé. La banque l’apprendra au prochain prélèvement.")
    )


@guard.page(blueprint, "/mandate", permission=Permission.PLANS_EDIT, methods=("POST",))
def mandate(plan_id: int) -> ResponseReturnValue:
    """A new mandate was signed: it serves from now on, the one before ends."""
    try:
        scan = mandate_papers.brought()
    except PaperRefused as refused:
        return page_of(PlanId(plan_id), errors={"new_paper": mandate_papers.why_not(refused)})

    def act(session: Session) -> Plan:
        found, made = plans.plan(session, PlanId(plan_id)), shell.assembly()
        if found.version != _seen():
            raise PlanChanged
        if _typed("source") not in words.SIGNED or not (_typed("proof") or scan):
            raise Invalid("where its proof is", field="proof")
        now, by = shell.now(), guard.signed_in().account.id
        fresh = NewMandate(
            person_id=found.person_id,
            account=_account(),
            holder=_typed("holder"),
            signed_on=_day("signed_on"),
            reference=_typed("reference"),
            proof=_typed("proof"),
            source=_typed("source"),
        )
        signed = mandates.sign(session, made.safe, fresh, at=now, by=by)
        mandate_papers.keep(session, found.id, signed.id, scan)
        channel = Channel.WEBSITE if _typed("source") == "website" else Channel.LETTER
        return plans.serve_by(session, found.id, signed.id, seen=found.version, channel=channel, at=now, by=by)

    said = N_("Le nouveau mandat sert dès maintenant. Celui d’avant est terminé.")
    return _done(plan_id, "plan.mandate", act, said)


def _account() -> Iban:
    try:
        return Iban.parse(_typed("new_iban"))
    except Invalid as wrong:
        raise Invalid("an account", field="new_iban") from wrong


def _done(
    plan_id: int, action: str, act: Callable[[Session], Plan], message: str, *, undo: str = ""
) -> ResponseReturnValue:
    """Back to where it was asked: the plan's page, or the care desk, whose notice offers to take it back (`undo`)."""
    address, owner = url_for("plans.show", plan_id=plan_id), None
    if in_place.is_at_desk():
        with shell.assembly().database.reading() as session:
            owner = plans.plan(session, PlanId(plan_id)).person_id
        address = url_for("care_desk.show", person_id=owner)
    try:
        with shell.assembly().database.transaction() as session:
            done = act(session)
            note(session, action, done.id, subject="plan")
    except (PlanChanged, PlanOver, MandateOver) as wrong:
        said, kind = REFUSED[type(wrong)]
        return shell.back(address, shell.say(said), kind=kind)
    except (ReferenceTaken, TermsWrong, Invalid) as wrong:
        field = "reference" if isinstance(wrong, ReferenceTaken) else wrong.field
        errors = {known: shell.say(WRONG[known]) for known in [field if field in WRONG else "amount"]}
        if owner is not None:
            return plan_desk.form(owner, PlanId(plan_id), action.removeprefix("plan."), errors=errors)
        return page_of(PlanId(plan_id), errors=errors)
    taken_back = None
    if undo and owner is not None and state_on(done.standing, brussels_day(shell.now())) is not PlanState.ACTIVE:
        taken_back = (url_for(f"plan_acts.{undo}", plan_id=plan_id, at="desk"), f"seen={done.version}")
    return shell.back(address, shell.say(message), undo=taken_back)


def _typed(name: str) -> str:
    return request.form.get(name, "").strip()[:500]


def _seen() -> int:
    return request.form.get("seen", 0, type=int)


def _number(name: str) -> int | None:
    text = _typed(name)
    if text and not (text.isascii() and text.isdigit() and len(text) < 3):
        raise Invalid("a number", field=name)
    return int(text) if text else None


def _day(name: str) -> date:
    found = read_day(_typed(name), field=name)
    if found is None:
        raise Invalid("a day", field=name)
    return found


def _channel() -> Channel:
    text = _typed("channel")
    return Channel(text) if text in {one.value for one in words.TOLD} else Channel.PHONE
