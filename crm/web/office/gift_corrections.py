"""A gift that was typed or imported wrongly is put right: one colleague asks with a reason, another decides."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.banking import refunds
from crm.donations import corrections, fiscal_days, recoding
from crm.donations.errors import (
    AmountWrong,
    CodeUnknown,
    CorrectedElsewhere,
    CorrectionAsked,
    DayWrong,
    FiscalYearClosed,
    FourEyes,
    GiftHasChanged,
)
from crm.donations.model import Basis, Correction, Dated, GiftKind, LineKind, Otherwise
from crm.payments import service as payments
from crm.staff.model import Permission
from crm.values import money
from crm.values.errors import Invalid
from crm.values.identifiers import CorrectionId, GiftId
from crm.web.office import guard, shell
from crm.web.office.gifts import LONGEST, shown
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("gift_corrections", __name__, url_prefix="/office/gifts")

AMOUNT = N_("Écrivez ce que ce don devait être, un autre montant que maintenant : par exemple 25,00, ou 0.")
REASON = N_("Dites pourquoi en quelques mots : quelqu’un d’autre en décidera.")
WAITS = N_("Une correction de ce don attend déjà une décision.")
ELSEWHERE = N_("Ce don se corrige là où son argent a été dit : rien n’a changé.")
TOO_MUCH = N_("Écrivez une part de cette ligne qui change vraiment, par exemple 25,00, ou rien pour toute la ligne.")
OWN = N_("Vous l’avez demandé : une autre personne en décide.")
DAY = N_(
    "Écrivez un jour qui peut être celui de ce don : pas après celui de son argent, ni plus de trois mois avant, et un "
    "autre que maintenant. « Jour du crédit en banque » veut le jour même du crédit."
)
CLOSED = N_("L’année %(year)s est close pour le fisc : attestations et jours de ses dons ne se corrigent plus.")
PAID = N_("Ce remboursement n’est plus à payer : rien n’a changé.")
CODE = N_("Écrivez le code d’un appel, un autre que maintenant, ou rien si ce don ne répond à aucun.")
CHANGED = N_("Le don a changé depuis que la correction a été demandée. Refusez-la, puis demandez-la à nouveau.")


@guard.page(blueprint, "/<int:gift_id>/correct", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def ask(gift_id: int) -> ResponseReturnValue:
    """Asks that it come to what it should have been; somebody else decides."""
    number, reason = GiftId(gift_id), request.form.get("because", "")[: LONGEST + 1]
    try:
        cents = money.typed(request.form.get("should", "")[:40])
        with shell.assembly().database.transaction() as session:
            require_ours(session, number)
            by = guard.signed_in().account.id
            asked = corrections.ask(session, number, cents, reason=reason, at=shell.now(), by=by)
            facts = {"was": asked.was_cents, "cents": asked.cents}
            note(session, "gift.correction-ask", gift_id, facts, subject="gift")
    except (CorrectionAsked, CorrectedElsewhere) as refused:
        said = WAITS if isinstance(refused, CorrectionAsked) else ELSEWHERE
        return shell.back(url_for("gifts.show", gift_id=gift_id), shell.say(said), kind="refused")
    except (AmountWrong, Invalid) as wrong:
        is_reason = wrong.field == "reason"
        return shown(number, errors={"because" if is_reason else "should": shell.say(REASON if is_reason else AMOUNT)})
    said = N_("La correction est demandée. Une autre personne en décide.")
    return shell.back(url_for("gifts.show", gift_id=gift_id), shell.say(said))


@guard.page(blueprint, "/<int:gift_id>/drop-refund", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def drop(gift_id: int) -> ResponseReturnValue:
    """Asks that a refund of it not be paid, so that it stands again; somebody else decides."""
    here, name = url_for("gifts.show", gift_id=gift_id), request.form.get("refund", "")[:40]
    by, reason = guard.signed_in().account.id, request.form.get(f"because-refund-{name}", "")[: LONGEST + 1]
    try:
        with shell.assembly().database.transaction() as session:
            owed = next((one for one in refunds.owed_of(session, GiftId(gift_id)) if one.name == name), None)
            if owed is None:
                return shell.back(here, shell.say(PAID), kind="refused")
            asked = refunds.ask_to_drop(session, owed, reason=reason, at=shell.now(), by=by)
            facts = {"was": asked.was_cents, "cents": asked.cents}
            note(session, "gift.correction-ask", gift_id, facts, subject="gift")
    except (CorrectionAsked, CorrectedElsewhere) as refused:
        said = WAITS if isinstance(refused, CorrectionAsked) else ELSEWHERE
        return shell.back(here, shell.say(said), kind="refused")
    except Invalid:
        return shell.back(here, shell.say(REASON), kind="refused")
    return shell.back(here, shell.say(N_("La correction est demandée. Une autre personne en décide.")))


@guard.page(blueprint, "/<int:gift_id>/otherwise", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def otherwise(gift_id: int) -> ResponseReturnValue:
    """Asks that it be of another kind, and a line of it for another fund or something else; somebody else decides."""
    line_id = request.form.get("which", type=int)
    typed = {name: request.form.get(f"{name}-{line_id}", "")[:40] for name in ("kind", "line", "fund")}
    number, here = GiftId(gift_id), url_for("gifts.show", gift_id=gift_id)
    if typed["kind"] not in set(GiftKind) or typed["line"] not in set(LineKind):
        return shell.back(here, shell.say(N_("Choisissez dans la liste.")), kind="refused")
    part = request.form.get(f"part-{line_id}", "")[:40].strip()
    reason, by = request.form.get(f"because-{line_id}", "")[: LONGEST + 1], guard.signed_in().account.id
    try:
        wanted = Otherwise(
            kind=GiftKind(typed["kind"]),
            line=LineKind(typed["line"]),
            fund=typed["fund"],
            line_id=line_id,
            cents=money.typed(part) if part else None,
        )
        with shell.assembly().database.transaction() as session:
            corrections.ask_otherwise(session, number, wanted, reason=reason, at=shell.now(), by=by)
            facts = {**typed, "cents": wanted.cents} if part else typed
            note(session, "gift.correction-ask", gift_id, facts, subject="gift")
    except (CorrectionAsked, CorrectedElsewhere) as refused:
        said = WAITS if isinstance(refused, CorrectionAsked) else ELSEWHERE
        return shell.back(here, shell.say(said), kind="refused")
    except AmountWrong:
        said = TOO_MUCH if part else N_("C’est ce qu’il est déjà : rien à corriger.")
        return shell.back(here, shell.say(said), kind="refused")
    except Invalid as wrong:
        said = REASON if wrong.field == "reason" else N_("Choisissez dans la liste.")
        return shell.back(here, shell.say(said), kind="refused")
    said = N_("La correction est demandée. Une autre personne en décide.")
    return shell.back(here, shell.say(said))


@guard.page(blueprint, "/<int:gift_id>/day", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def day(gift_id: int) -> ResponseReturnValue:
    """Asks that it be counted by another day; somebody else decides."""
    number, here = GiftId(gift_id), url_for("gifts.show", gift_id=gift_id)
    reason, by = request.form.get("because_day", "")[: LONGEST + 1], guard.signed_in().account.id
    basis = request.form.get("basis", "")
    try:
        on = date.fromisoformat(request.form.get("counted_on", "").strip()[:10])
    except ValueError:
        return shown(number, errors={"counted_on": shell.say(DAY)})
    if basis not in set(Basis):
        return shell.back(here, shell.say(N_("Choisissez dans la liste.")), kind="refused")
    try:
        with shell.assembly().database.transaction() as session:
            dated = Dated(given_on=on, basis=Basis(basis))
            fiscal_days.ask(session, number, dated, reason=reason, at=shell.now(), by=by)
            note(session, "gift.correction-ask", gift_id, {"on": on.isoformat(), "basis": basis}, subject="gift")
    except FiscalYearClosed as closed:
        return shown(number, errors={"counted_on": shell.say(CLOSED, year=closed.year)})
    except (CorrectionAsked, CorrectedElsewhere) as refused:
        said = WAITS if isinstance(refused, CorrectionAsked) else ELSEWHERE
        return shell.back(here, shell.say(said), kind="refused")
    except (DayWrong, Invalid) as wrong:
        is_reason = wrong.field == "reason"
        errors = {"because_day" if is_reason else "counted_on": shell.say(REASON if is_reason else DAY)}
        return shown(number, errors=errors)
    return shell.back(here, shell.say(N_("La correction est demandée. Une autre personne en décide.")))


@guard.page(blueprint, "/<int:gift_id>/code", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def code(gift_id: int) -> ResponseReturnValue:
    """Asks that it bear another code of an appeal, or none; somebody else decides."""
    number, here = GiftId(gift_id), url_for("gifts.show", gift_id=gift_id)
    wanted, by = request.form.get("right_code", "").strip()[:40], guard.signed_in().account.id
    reason = request.form.get("because_code", "")[: LONGEST + 1]
    try:
        with shell.assembly().database.transaction() as session:
            recoding.ask(session, number, wanted, reason=reason, at=shell.now(), by=by)
            note(session, "gift.correction-ask", gift_id, {"code": wanted}, subject="gift")
    except CorrectionAsked:
        return shell.back(here, shell.say(WAITS), kind="refused")
    except (AmountWrong, CodeUnknown, Invalid) as wrong:
        is_reason = wrong.field == "reason"
        field, said = ("because_code", REASON) if is_reason else ("right_code", CODE)
        return shown(number, errors={field: shell.say(said)})
    return shell.back(here, shell.say(N_("La correction est demandée. Une autre personne en décide.")))


@guard.page(blueprint, "/corrections/<int:correction_id>", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def decide(correction_id: int) -> ResponseReturnValue:
    """Corrects it, or does not."""
    made, agreed = shell.assembly(), request.form.get("decision") == "approve"
    by = guard.signed_in().account.id
    try:
        with made.database.transaction() as session:
            number = CorrectionId(correction_id)
            drops = refunds.dropped_by(session, number) if agreed else None
            done = corrections.decide(session, made.sealer, number, agreed=agreed, at=shell.now(), by=by, drops=drops)
            action = "gift.correction-approve" if agreed else "gift.correction-refuse"
            note(session, action, done.gift_id, _facts(done), subject="gift")
    except FiscalYearClosed as closed:
        return shell.back(url_for("gifts.index"), shell.say(CLOSED, year=closed.year), kind="refused")
    except (FourEyes, GiftHasChanged) as refused:
        said = OWN if isinstance(refused, FourEyes) else CHANGED
        return shell.back(url_for("gifts.index"), shell.say(said), kind="refused")
    said = N_("Le don est corrigé.") if agreed else N_("La correction est refusée.")
    return shell.back(url_for("gifts.show", gift_id=done.gift_id), shell.say(said))


def _facts(done: Correction) -> dict[str, str | int]:
    if (dated := done.dated) is not None:
        was = dated.was_on.isoformat() if dated.was_on else ""
        return {"was": was, "on": dated.given_on.isoformat(), "basis": dated.basis.value}
    if (coded := done.coded) is not None:
        return {"was": coded.was, "code": coded.code}
    return {"was": done.was_cents, "cents": done.cents}


def require_ours(session: Session, gift_id: GiftId) -> None:
    """What was paid online is the provider's word."""
    if payments.is_online(session, gift_id):
        raise CorrectedElsewhere
