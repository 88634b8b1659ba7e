"""A credit of the bank that is the deposit of cheques or cash: a colleague says of which piles, to the cent."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from crm.assembly import bank_counter
from crm.banking import cheques, deposits
from crm.banking.errors import DayToCome, DepositDiffers, LineDecided, NothingToUndo
from crm.donations.errors import GiftMissing
from crm.staff.model import Permission
from crm.values.identifiers import GiftId
from crm.web.office import bank, guard, shell
from crm.web.words import N_

blueprint = Blueprint("bank_deposits", __name__, url_prefix="/office/bank")

DIFFERS = N_("Les piles cochées doivent faire ce montant au centime près, et aucune ne peut être déposée déjà.")
NO_CHEQUE = N_("Choisissez un chèque de ce montant, déposé avant ce jour et dont rien n’est reparti.")
UNPAID = N_("C’est noté : ce chèque est revenu impayé, son don ne compte plus.")
DONE = (
    N_("C’est noté : cette pile est à la banque. Rien de plus n’est inscrit."),
    N_("C’est noté : ces %(n)s piles sont à la banque. Rien de plus n’est inscrit."),
)


@guard.page(blueprint, "/<int:line_id>/deposit", permission=Permission.BANKING_ACT, methods=("POST",))
def settle(line_id: int) -> ResponseReturnValue:
    """The line is the deposit of the chosen piles."""
    made = shell.assembly()
    chosen = set(shell.ticked("batch_id"))
    try:
        with made.database.transaction() as session:
            line = deposits.settle(
                session,
                bank_counter(made),
                line_id,
                chosen,
                seen=request.form.get("seen", 0, type=int),
                by=guard.signed_in().account.id,
                at=shell.now(),
            )
    except LineDecided:
        return shell.back(url_for("bank.index"), shell.say(bank.DECIDED), kind="note")
    except DayToCome:
        return shell.back(url_for("bank.index"), shell.say(bank.TO_COME), kind="refused")
    except DepositDiffers:
        return bank.desk(line_id, errors={"deposit": shell.say(DIFFERS)})
    undo = url_for("bank.reopen", line_id=line_id), f"seen={line.version}"
    return shell.back(url_for("bank.index"), shell.say_count(*DONE, len(chosen)), undo=undo)


@guard.page(blueprint, "/<int:line_id>/unpaid", permission=Permission.BANKING_ACT, methods=("POST",))
def unpaid(line_id: int) -> ResponseReturnValue:
    """The line is a deposited cheque that bounced."""
    made, gift_id = shell.assembly(), request.form.get("gift_id", 0, type=int)
    try:
        with made.database.transaction() as session:
            line = cheques.bounce(
                session,
                bank_counter(made),
                line_id,
                GiftId(gift_id),
                seen=request.form.get("seen", 0, type=int),
                by=guard.signed_in().account.id,
                at=shell.now(),
            )
    except LineDecided:
        return shell.back(url_for("bank.index"), shell.say(bank.DECIDED), kind="note")
    except DayToCome:
        return shell.back(url_for("bank.index"), shell.say(bank.TO_COME), kind="refused")
    except (NothingToUndo, GiftMissing):
        return bank.desk(line_id, errors={"cheque": shell.say(NO_CHEQUE)})
    undo = url_for("bank.reopen", line_id=line_id), f"seen={line.version}"
    return shell.back(url_for("bank.index"), shell.say(UNPAID), undo=undo)
