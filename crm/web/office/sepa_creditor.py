"""Who we are to banks, with its days: the identifier, the name and the account of files to come."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from crm.assembly import collecting_office
from crm.collections import creditors
from crm.collections.errors import CreditorWrong
from crm.collections.model import Creditor
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.web.office import guard, shell
from crm.web.office.days import read_day
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("sepa_creditor", __name__, url_prefix="/office/sepa/creditor")

FIELDS = ("creditor_id", "name", "account", "bic")
WRONG = {
    "creditor_id": N_("Ce n’est pas un identifiant de créancier : la banque le donne, comme BE05ZZZ0418308144."),
    "name": N_("Donnez le nom que la banque connaît."),
    "account": N_("Ce n’est pas un numéro de compte : vérifiez-le."),
    "bic": N_("Un BIC a huit ou onze signes ; laissez vide si votre banque n’en demande pas."),
    "from_on": N_(
        "Choisissez un jour à venir, après le dernier fichier préparé et le dernier changement ; "
        "quelque chose doit changer."
    ),
}


@guard.page(blueprint, "", permission=Permission.BANKING_READ)
def index() -> ResponseReturnValue:
    """Who we were and are to be."""
    return _page({})


@guard.page(blueprint, "", permission=Permission.BANKING_ACT, methods=("POST",))
def change() -> ResponseReturnValue:
    """We are others from a day on."""
    made = shell.assembly()
    typed = {name: request.form.get(name, "").strip()[:200] for name in FIELDS}
    to = Creditor(**{**typed, "creditor_id": typed["creditor_id"].replace(" ", "").upper()})
    try:
        from_on = read_day(request.form.get("from_on", "")[:20], field="from_on") or date.min
        with made.database.transaction() as session:
            was = creditors.known(session, collecting_office(made).creditor)[-1].creditor
            new = creditors.note(
                session,
                collecting_office(made).creditor,
                to,
                from_on,
                today=brussels_day(shell.now()),
                at=shell.now(),
                by=guard.signed_in().account.id,
            )
            facts = {"from": new.from_on.isoformat(), **_facts(new.creditor, was), "fields": _fields(new.creditor, was)}
            note(session, "sepa.creditor", None, facts, subject="sepa-batch")
    except (CreditorWrong, Invalid) as wrong:
        field = wrong.field if wrong.field in WRONG else "from_on"
        return _page({field: shell.say(WRONG[field])})
    said = N_("C’est noté : le premier prélèvement de chaque mandat à partir de ce jour le dira à la banque.")
    return shell.back(url_for("sepa_creditor.index"), shell.say(said))


@guard.page(blueprint, "/take-back", permission=Permission.BANKING_ACT, methods=("POST",))
def take_back() -> ResponseReturnValue:
    """A change to come does not come."""
    made, back = shell.assembly(), url_for("sepa_creditor.index")
    from_on = read_day(request.form.get("from_on", "")[:20], field="from_on") or date.min
    with made.database.transaction() as session:
        several = creditors.known(session, collecting_office(made).creditor)
        is_gone = creditors.take_back(session, from_on, today=brussels_day(shell.now()))
        if is_gone:
            gone, stays = (creditors.on(several, day) for day in (from_on, from_on - timedelta(days=1)))
            facts = {"from": from_on.isoformat(), **_facts(stays, gone)}
            note(session, "sepa.creditor-back", None, facts, subject="sepa-batch")
    if not is_gone:
        said = N_("Un fichier a déjà été préparé ainsi : ce changement reste. Notez-en un autre.")
        return shell.back(back, shell.say(said), kind="refused")
    return shell.back(back, shell.say(N_("Ce changement est retiré.")))


def _facts(new: Creditor, was: Creditor) -> dict[str, str]:
    """The ends of both accounts: by these a colleague tells them apart, and the trail holds no account."""
    return {"account": new.account[-4:], "account_before": was.account[-4:]}


def _fields(new: Creditor, was: Creditor) -> list[str]:
    return [name for name in FIELDS if getattr(new, name) != getattr(was, name)]


def _page(errors: dict[str, str]) -> Response:
    made, today = shell.assembly(), brussels_day(shell.now())
    with made.database.reading() as session:
        several = creditors.known(session, collecting_office(made).creditor)
        free = creditors.first_free(session, today)
        names = {account.id: account.name for account in staff.accounts(session)}
    last = several[-1].creditor
    typed = {name: request.form.get(name, getattr(last, name))[:200] for name in FIELDS}
    return shell.show(
        "office/sepa/creditor.html",
        status=422 if errors else 200,
        several=several[::-1],
        now_is=creditors.on(several, today),
        always=creditors.ALWAYS,
        free=free,
        names=names,
        typed=typed | {"from_on": request.form.get("from_on", "")[:20] or free.isoformat()},
        errors=errors,
    )
