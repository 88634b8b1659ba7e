"""A credit that names a mandate only: a colleague says which of the awaited instalments it is."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from crm.assembly import bank_counter
from crm.banking import by_hand
from crm.banking.errors import DayToCome, LineDecided, LineSettles
from crm.collections.errors import AmountDiffers, BatchElsewhere, BatchMissing
from crm.staff.model import Permission
from crm.values.identifiers import SepaBatchId
from crm.web.office import guard, shell
from crm.web.words import N_

blueprint = Blueprint("bank_collected", __name__, url_prefix="/office/bank")

WHICH = N_("Choisissez l’échéance dont c’est le crédit.")
ELSEWHERE = N_("Cette échéance n’est plus attendue, ou quelqu’un vient de décider : regardez encore une fois.")
DONE = N_("C’est noté : cette échéance est reçue, c’est un don.")


@guard.page(blueprint, "/<int:line_id>/collection", permission=Permission.BANKING_ACT, methods=("POST",))
def settle(line_id: int) -> ResponseReturnValue:
    """The line is the credit of the chosen instalment."""
    made, here = shell.assembly(), url_for("bank.index", line=line_id)
    batch, _, name = request.form.get("instalment", "").partition(" ")
    if not (batch.isascii() and batch.isdigit() and len(batch) < 16 and name):
        return shell.back(here, shell.say(WHICH), kind="refused")
    try:
        with made.database.transaction() as session:
            line = by_hand.settle_collections(
                session,
                bank_counter(made),
                line_id,
                SepaBatchId(int(batch)),
                [name],
                seen=request.form.get("seen", 0, type=int),
                by=guard.signed_in().account.id,
                at=shell.now(),
            )
    except (AmountDiffers, BatchElsewhere, BatchMissing, LineDecided, LineSettles, DayToCome):
        return shell.back(here, shell.say(ELSEWHERE), kind="refused")
    undo = url_for("bank.reopen", line_id=line_id), f"seen={line.version}"
    return shell.back(url_for("bank.index"), shell.say(DONE), undo=undo)
