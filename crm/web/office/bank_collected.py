"""A credit that is of collections: a colleague says which instalment it is, or of which files it settles which."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from crm.assembly import bank_counter
from crm.banking import by_hand
from crm.banking import service as banking
from crm.banking.errors import DayToCome, LineDecided, LineSettles
from crm.collections import by_hand as of_files
from crm.collections.errors import AmountDiffers, BatchElsewhere, BatchMissing
from crm.people import service as people
from crm.staff.model import Permission
from crm.values.identifiers import SepaBatchId
from crm.web.office import guard, shell
from crm.web.office.sepa import credit_words
from crm.web.words import N_

blueprint = Blueprint("bank_collected", __name__, url_prefix="/office/bank")

WHICH = N_("Choisissez l’échéance dont c’est le crédit.")
ELSEWHERE = N_("Cette échéance n’est plus attendue, ou quelqu’un vient de décider : regardez encore une fois.")
NONE = N_("Cochez les fichiers, ou les échéances, que ce crédit règle.")
DIFFERS = N_("Ce qui est coché fait %(sum)s, le crédit %(credited)s : au centime près, ou rien.")
MANY = (
    N_("C’est noté : %(n)s échéance est reçue, c’est un don."),
    N_("C’est noté : %(n)s échéances sont reçues, chacune est un don."),
)
FILES = 24
"""So many files that are out are offered at once."""
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


@guard.page(blueprint, "/<int:line_id>/collections", permission=Permission.BANKING_ACT)
def several(line_id: int) -> ResponseReturnValue:
    """What is awaited of each file that is out, to be ticked for one credit."""
    file = request.args.get("file", 0, type=int)
    return _files(line_id, {SepaBatchId(file): None} if file else {}, "")


@guard.page(blueprint, "/<int:line_id>/collections", permission=Permission.BANKING_ACT, methods=("POST",))
def settle_several(line_id: int) -> ResponseReturnValue:
    """The line is the credit of all that is ticked, of whichever files."""
    made, picks = shell.assembly(), _picks()
    if not picks:
        return _files(line_id, picks, shell.say(NONE))
    try:
        with made.database.transaction() as session:
            seen, by = request.form.get("seen", 0, type=int), guard.signed_in().account.id
            counter, at = bank_counter(made), shell.now()
            before = banking.line(session, line_id)
            line = by_hand.settle_files(session, counter, before.id, picks, seen=seen, by=by, at=at)
            count = by_hand.count_of(session, line)
    except AmountDiffers as other:
        sums = {"sum": shell.money(other.cents), "credited": shell.money(other.credited)}
        return _files(line_id, picks, shell.say(DIFFERS, **sums))
    except (BatchElsewhere, BatchMissing, LineDecided, LineSettles, DayToCome):
        here = url_for("bank.index", line=line_id)
        return shell.back(here, shell.say(ELSEWHERE), kind="refused")
    undo = url_for("bank.reopen", line_id=line_id), f"seen={line.version}"
    return shell.back(url_for("bank.index"), shell.say_count(*MANY, count), undo=undo)


def _picks() -> dict[SepaBatchId, list[str] | None]:
    """All of the files that are ticked, and of the others the instalments that are."""
    found: dict[SepaBatchId, list[str] | None] = {}
    for value in request.form.getlist("name")[: FILES * of_files.SHOWN]:
        batch, _, name = value.partition(" ")
        if batch.isascii() and batch.isdigit() and len(batch) < 16 and name:
            mine = found.setdefault(SepaBatchId(int(batch)), [])
            if mine is not None:
                mine.append(name)
    return found | {SepaBatchId(one): None for one in shell.ticked("file")}


def _files(line_id: int, picks: Mapping[SepaBatchId, list[str] | None], error: str) -> Response:
    with shell.assembly().database.reading() as session:
        line = banking.line(session, line_id)
        if not by_hand.is_credit(line):
            return shell.back(url_for("bank.index", line=line_id), shell.say(ELSEWHERE), kind="refused")
        files = [(one, of_files.awaited(session, one.batch.id)) for one in of_files.out(session, size=FILES)]
        givers = people.called(session, {one.person_id for _, several in files for one in several})
    return shell.show(
        "office/bank/collections.html",
        status=422 if error else 200,
        line=line,
        said=credit_words(line),
        files=files,
        givers=givers,
        whole={batch_id for batch_id, names in picks.items() if names is None},
        ticked={name for names in picks.values() for name in names or ()},
        error=error,
    )
