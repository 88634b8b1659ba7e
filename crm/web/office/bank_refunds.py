"""Money that left, or came back: a colleague says which refunds it paid or brought back, one or several to the cent."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from crm.assembly import bank_counter
from crm.banking import refunds
from crm.banking import service as banking
from crm.banking.errors import DayToCome, LineDecided, RefundElsewhere
from crm.staff.model import Permission
from crm.web.office import bank, guard, shell
from crm.web.words import N_

blueprint = Blueprint("bank_refunds", __name__, url_prefix="/office/bank")

PAID = N_("Ce remboursement n’attend plus ce paiement : choisissez de nouveau.")
SUM = N_(
    "Les remboursements cochés doivent faire ce montant au centime près, et chacun doit pouvoir être de ce mouvement."
)
BACK = N_("Ce remboursement ne peut pas revenir par ce mouvement : choisissez de nouveau.")
OWED_AGAIN = (
    N_("C’est noté : ce remboursement est revenu, il est à payer de nouveau."),
    N_("C’est noté : ces %(n)s remboursements sont revenus, ils sont à payer de nouveau."),
)
DONE = (
    N_("C’est noté : ce remboursement est payé."),
    N_("C’est noté : ces %(n)s remboursements sont payés."),
)


@guard.page(blueprint, "/<int:line_id>/refund", permission=Permission.BANKING_ACT, methods=("POST",))
def pay(line_id: int) -> ResponseReturnValue:
    """The line paid the chosen refunds, which were decided, or brought them back."""
    made = shell.assembly()
    chosen = set(shell.ticked("refund_id"))
    try:
        with made.database.transaction() as session:
            line = refunds.settle(
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
    except RefundElsewhere:
        with made.database.reading() as session:
            alone = BACK if banking.line(session, line_id).is_back else PAID
        return bank.desk(line_id, errors={"refund": shell.say(alone if len(chosen) == 1 else SUM)})
    undo = url_for("bank.reopen", line_id=line_id), f"seen={line.version}"
    return shell.back(
        url_for("bank.index"), shell.say_count(*(OWED_AGAIN if line.is_back else DONE), len(chosen)), undo=undo
    )
