"""A payer that the bank knew for somebody is forgotten, from that person's page."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from crm.assembly import bank_counter
from crm.banking import service as banking
from crm.banking.errors import LineMissing
from crm.people import service as people
from crm.staff.model import Permission
from crm.web.office import guard, shell
from crm.web.words import N_

blueprint = Blueprint("bank_payers", __name__, url_prefix="/office/bank/payers")

FORGOTTEN = N_("Ce payeur est oublié : son prochain virement attendra que quelqu’un dise à qui il est.")


@guard.page(blueprint, "/<int:line_id>/forget", permission=Permission.BANKING_ACT, methods=("POST",))
def forget(line_id: int) -> ResponseReturnValue:
    """What the line taught of who pays is forgotten; the line stays whose it is."""
    made = shell.assembly()
    with made.database.transaction() as session:
        by = guard.signed_in().account.id
        whose = banking.forget_payer(session, bank_counter(made), line_id, by=by, at=shell.now())
        person = people.find_survivor(session, whose) if whose else None
    if person is None:
        raise LineMissing
    return shell.back(url_for("supporters.show", person_id=person.id) + "#payers", shell.say(FORGOTTEN))
