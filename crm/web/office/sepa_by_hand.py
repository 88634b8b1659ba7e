"""What a colleague does with a file that the bank took otherwise: left out, credited with a line, never taken."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.assembly import bank_counter
from crm.banking import by_hand as bank_by_hand
from crm.banking.errors import DayToCome, LineDecided, LineMissing, LineSettles
from crm.collections import by_hand, words
from crm.collections.errors import AmountDiffers, BatchElsewhere
from crm.collections.settling import Ledger
from crm.staff.model import Permission
from crm.values.identifiers import SepaBatchId
from crm.web.office import guard, shell
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("sepa_by_hand", __name__, url_prefix="/office/sepa/<int:batch_id>")

ELSEWHERE = N_("Ce fichier n’en est plus là : la banque a déjà répondu, ou quelqu’un a agi entre-temps.")
NONE = N_("Cochez les échéances dont il s’agit, ou toutes.")
WHICH = N_("Choisissez le crédit de la banque.")
DECIDED = N_("Quelqu’un vient de décider de ce mouvement : rien n’a été fait.")
DIFFERS = N_("Les échéances choisies font %(sum)s, le crédit %(credited)s : au centime près, ou rien.")
LEFT = (
    N_("%(n)s échéance est notée comme laissée de côté par la banque."),
    N_("%(n)s échéances sont notées comme laissées de côté par la banque."),
)


@guard.page(blueprint, "/left-out", permission=Permission.BANKING_ACT, methods=("POST",))
def left_out(batch_id: int) -> ResponseReturnValue:
    """The bank left the chosen ones out."""
    names, made = _names(), shell.assembly()
    reason = request.form.get("reason", "")
    reason = reason if reason in words.LEFT_BY_THE_BANK else words.LEFT_BY_THE_BANK[0]
    if not names:
        return _back(batch_id, shell.say(NONE))
    ledger = Ledger(sealer=made.sealer, language=made.settings.office_language)

    def act(session: Session) -> str:
        count = by_hand.leave_out(session, ledger, SepaBatchId(batch_id), names, reason, at=shell.now())
        note(session, "sepa.left-out", batch_id, {"count": count, "reason": reason}, subject="sepa-batch")
        return shell.say_count(*LEFT, count)

    return _done(batch_id, act)


@guard.page(blueprint, "/settle", permission=Permission.BANKING_ACT, methods=("POST",))
def settle(batch_id: int) -> ResponseReturnValue:
    """A credit of the bank is of the chosen ones, or of all that is awaited."""
    is_all, names = request.form.get("all") == "yes", _names()
    line_id, _, seen = request.form.get("line", "").partition(" ")
    if not (line_id.isascii() and line_id.isdigit() and seen.isascii() and seen.isdigit()):
        return _back(batch_id, shell.say(WHICH))
    if request.form.get("more"):
        return redirect(url_for("bank_collected.several", line_id=int(line_id), file=batch_id if is_all else None), 303)
    if not names and not is_all:
        return _back(batch_id, shell.say(NONE))

    def act(session: Session) -> str:
        bank_by_hand.settle_collections(
            session,
            bank_counter(shell.assembly()),
            int(line_id),
            SepaBatchId(batch_id),
            None if is_all else names,
            seen=int(seen),
            by=guard.signed_in().account.id,
            at=shell.now(),
        )
        note(session, "sepa.settle", batch_id, {"line": int(line_id)}, subject="sepa-batch")
        return shell.say(N_("C’est noté : ces échéances sont reçues, chacune est un don."))

    return _done(batch_id, act)


@guard.page(blueprint, "/never-taken", permission=Permission.BANKING_ACT, methods=("POST",), fresh=True)
def never_taken(batch_id: int) -> ResponseReturnValue:
    """The bank never took the file: all of it waits for the next."""

    def act(session: Session) -> str:
        by_hand.never_taken(session, SepaBatchId(batch_id), at=shell.now(), by=guard.signed_in().account.id)
        note(session, "sepa.never-taken", batch_id, subject="sepa-batch")
        return shell.say(N_("Ce fichier n’a rien demandé : ses échéances attendent le prochain."))

    return _done(batch_id, act)


def _names() -> list[str]:
    return request.form.getlist("name")[: by_hand.SHOWN]


def _done(batch_id: int, act: Callable[[Session], str]) -> ResponseReturnValue:
    try:
        with shell.assembly().database.transaction() as session:
            message = act(session)
    except BatchElsewhere:
        return _back(batch_id, shell.say(ELSEWHERE))
    except (LineDecided, LineSettles, LineMissing, DayToCome):
        return _back(batch_id, shell.say(DECIDED))
    except AmountDiffers as other:
        sums = {"sum": shell.money(other.cents), "credited": shell.money(other.credited)}
        return _back(batch_id, shell.say(DIFFERS, **sums))
    return shell.back(url_for("sepa.show", batch_id=batch_id), message)


def _back(batch_id: int, message: str) -> ResponseReturnValue:
    return shell.back(url_for("sepa.show", batch_id=batch_id), message, kind="refused")
