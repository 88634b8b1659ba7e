"""Signatures on their way to whom a petition is addressed: a list that leaves once, the day it was handed over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from tempfile import TemporaryFile
from typing import IO, Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.actions import delivering
from crm.actions import service as actions
from crm.actions.errors import (
    CallMissing,
    DayWrong,
    DeliveryUndecided,
    NobodyToDeliver,
    OwnDelivery,
    TooManyToDeliver,
)
from crm.actions.model import Call, CallKind, DeliveryState
from crm.foundation.csv_out import csv_lines
from crm.foundation.print_files import Sheet, slug
from crm.privacy import limits
from crm.segments import leaving
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid, PortevoixError
from crm.values.identifiers import CallId
from crm.web.office import guard, shell
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("signature_delivery", __name__, url_prefix="/office/actions/<int:call_id>/delivery")

PIECE = 64 * 1024
LONGEST = 200
FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
HEAD = (
    N_("N°"),
    N_("Prénom"),
    N_("Nom"),
    N_("Organisation"),
    N_("Code postal"),
    N_("Localité"),
    N_("Pays"),
    N_("Signée le"),
)
STATES: dict[DeliveryState, tuple[str, str]] = {
    DeliveryState.ASKED: (N_("attend un second regard"), "wait"),
    DeliveryState.APPROVED: (N_("prête à emporter"), "live"),
    DeliveryState.REFUSED: (N_("refusée"), "stop"),
    DeliveryState.MADE: (N_("emportée, pas encore remise"), "wait"),
    DeliveryState.DELIVERED: (N_("remise"), "done"),
    DeliveryState.DROPPED: (N_("abandonnée"), "stop"),
}
OPEN = (DeliveryState.ASKED, DeliveryState.APPROVED, DeliveryState.MADE)
REFUSALS: dict[type[PortevoixError], str] = {
    NobodyToDeliver: N_("Aucune signature n’attend d’être remise."),
    TooManyToDeliver: N_("Une liste si longue demande l’accord d’une autre personne."),
    DeliveryUndecided: N_("Cette liste n’en est plus là : voici où elle en est."),
    OwnDelivery: N_("C’est vous qui avez demandé cette liste : une autre personne doit l’accorder."),
    DayWrong: N_("Donnez le jour de la remise : entre le jour où la liste est partie et aujourd’hui."),
    Invalid: N_("Dites à qui la liste est remise : les signataires peuvent nous le demander."),
}


@guard.page(blueprint, "", permission=Permission.SUPPORTERS_EXPORT)
def index(call_id: int) -> ResponseReturnValue:
    """How many wait, the lists that left, and what became of each."""
    return _index(call_id)


@guard.page(blueprint, "/list", permission=Permission.SUPPORTERS_EXPORT, methods=("POST",))
def take(call_id: int) -> ResponseReturnValue:
    """The list as a file, of whoever may be handed over now; each name leaves in one list only."""
    made, form = shell.assembly(), request.form.get("form", "csv")
    if form not in FORMS:
        raise Invalid("csv or xlsx", field="form")
    by, recipient = guard.signed_in().account.id, request.form.get("recipient", "")[:LONGEST]
    kept = TemporaryFile()  # noqa: SIM115 - streamed below
    try:
        with made.database.transaction() as session:
            call = _petition(session, call_id)
            taken = delivering.take(
                session,
                call,
                recipient=recipient,
                delivery_id=request.form.get("delivery_id", type=int),
                by=by,
                at=shell.now(),
            )
            head = [shell.say(word) for word in HEAD]
            sha256 = _write(kept, form, head, delivering.lines(session, taken.id))
            delivering.seal(session, taken.id, sha256)
            _note(session, "call.deliver-take", call, {"list": taken.id, "rows": taken.people, "sha256": sha256})
    except tuple(REFUSALS) as refused:
        kept.close()
        return _refused(call_id, refused)
    except BaseException:
        kept.close()
        raise
    answer = Response(_pieces(kept), mimetype=FORMS[form])
    name = f"{slug(call.code, otherwise='petition')}-{brussels_day(shell.now()):%Y-%m-%d}-{taken.id}.{form}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["X-Rows"] = str(taken.people)
    return answer


@guard.page(blueprint, "/ask", permission=Permission.SUPPORTERS_EXPORT, methods=("POST",))
def ask(call_id: int) -> ResponseReturnValue:
    """Asks a second colleague for a long list."""
    try:
        with shell.assembly().database.transaction() as session:
            call = _petition(session, call_id)
            recipient, by = request.form.get("recipient", "")[:LONGEST], guard.signed_in().account.id
            asked = delivering.ask(session, call, recipient, by=by, at=shell.now())
            _note(session, "call.deliver-ask", call, {"list": asked.id, "rows": asked.people})
    except tuple(REFUSALS) as refused:
        return _refused(call_id, refused)
    said = N_("%(rows)s signatures : une autre personne de l’équipe doit accorder cette liste.")
    return shell.back(_here(call_id), shell.say(said, rows=shell.number(asked.people)), kind="note")


@guard.page(blueprint, "/<int:delivery_id>/decide", permission=Permission.SUPPORTERS_EXPORT, methods=("POST",))
def decide(call_id: int, delivery_id: int) -> ResponseReturnValue:
    """A second colleague agrees, or not."""
    approve, by = request.form.get("decision") == "yes", guard.signed_in().account.id
    try:
        with shell.assembly().database.transaction() as session:
            call = _petition(session, call_id)
            delivering.decide(session, call.id, delivery_id, approve=approve, by=by, at=shell.now())
            _note(session, "call.deliver-decide", call, {"list": delivery_id, "approved": approve})
    except tuple(REFUSALS) as refused:
        return _refused(call_id, refused)
    said = N_("Accordé : la liste peut partir.") if approve else N_("Refusé : rien ne part.")
    return shell.back(_here(call_id), shell.say(said))


@guard.page(blueprint, "/<int:delivery_id>/done", permission=Permission.SUPPORTERS_EXPORT, methods=("POST",))
def deliver(call_id: int, delivery_id: int) -> ResponseReturnValue:
    """It was handed over: to whom, and on which day."""
    by = guard.signed_in().account.id
    try:
        with shell.assembly().database.transaction() as session:
            call = _petition(session, call_id)
            done = delivering.deliver(
                session,
                call.id,
                delivery_id,
                on=_day(request.form.get(f"on-{delivery_id}", "")),
                recipient=request.form.get(f"to-{delivery_id}", "")[:LONGEST],
                by=by,
                at=shell.now(),
            )
            _note(session, "call.delivered", call, {"list": done.id, "rows": done.people})
    except tuple(REFUSALS) as refused:
        return _refused(call_id, refused)
    return shell.back(_here(call_id), shell.say(N_("C’est noté : ces signatures sont remises.")))


@guard.page(blueprint, "/<int:delivery_id>/drop", permission=Permission.SUPPORTERS_EXPORT, methods=("POST",))
def drop(call_id: int, delivery_id: int) -> ResponseReturnValue:
    """It is not handed over after all: its signatures wait again."""
    by = guard.signed_in().account.id
    try:
        with shell.assembly().database.transaction() as session:
            call = _petition(session, call_id)
            delivering.drop(session, call.id, delivery_id, by=by, at=shell.now())
            _note(session, "call.deliver-drop", call, {"list": delivery_id})
    except tuple(REFUSALS) as refused:
        return _refused(call_id, refused)
    said = N_("Cette liste est abandonnée : détruisez son fichier, ses signatures attendent de nouveau.")
    return shell.back(_here(call_id), shell.say(said))


@guard.page(blueprint, "/<int:delivery_id>/purged", permission=Permission.SUPPORTERS_EXPORT, methods=("POST",))
def purged(call_id: int, delivery_id: int) -> ResponseReturnValue:
    """Our own copy of the file is destroyed."""
    by = guard.signed_in().account.id
    with shell.assembly().database.transaction() as session:
        call = _petition(session, call_id)
        done = delivering.say_purged(session, call.id, delivery_id, at=shell.now())
        if done is not None:
            leaving.settle(session, done.task_id, by=by, at=shell.now())
            _note(session, "call.deliver-purged", call, {"list": delivery_id})
    return shell.back(_here(call_id), shell.say(N_("C’est noté : ce fichier est détruit.")))


def _index(call_id: int, *, wrong: str = "", status: int = 200) -> Response:
    today = brussels_day(shell.now())
    with shell.assembly().database.reading() as session:
        call = _petition(session, call_id)
        found = delivering.deliveries(session, call.id)
        values: dict[str, Any] = {
            "call": call,
            "tally": actions.tally(session, call),
            "lists": found,
            "withdrawn": delivering.withdrawn(session, [one.id for one in found]),
            "frozen": delivering.frozen(session, [one.id for one in found]),
            "names": {account.id: account.name for account in staff.accounts(session)},
            "large": limits.value(session, limits.LARGE_FILE, today),
        }
    return shell.show(
        "office/actions/delivery.html",
        status=status,
        **values,
        errors={"recipient": wrong} if wrong else {},
        states=STATES,
        open_states=OPEN,
        me=guard.signed_in().account.id,
        today=today,
        typed=request.form.get("recipient", ""),
    )


def _refused(call_id: int, refused: PortevoixError) -> Response:
    said = shell.say(REFUSALS[type(refused)])
    if type(refused) is Invalid:
        return _index(call_id, wrong=said, status=422)
    return shell.back(_here(call_id), said, kind="refused")


def _petition(session: Session, call_id: int) -> Call:
    call = actions.get_call(session, CallId(call_id))
    if call.kind is not CallKind.PETITION:
        raise CallMissing
    return call


def _write(file: IO[bytes], form: str, head: Sequence[str], lines: Iterator[tuple[str, ...]]) -> str:
    """Writes the file; its fingerprint."""
    if form == "xlsx":
        sheet = Sheet(file, head, name="signatures")
        for line in lines:
            sheet.add(line)
        sheet.close()
    else:
        file.writelines(piece.encode() for piece in csv_lines(_with_head(head, lines)))
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _with_head(head: Sequence[str], lines: Iterator[tuple[str, ...]]) -> Iterator[Sequence[str]]:
    yield head
    yield from lines


def _pieces(kept: IO[bytes]) -> Iterator[bytes]:
    with kept:
        kept.seek(0)
        while piece := kept.read(PIECE):
            yield piece


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _here(call_id: int) -> str:
    return url_for("signature_delivery.index", call_id=call_id)


def _note(session: Session, action: str, call: Call, facts: Mapping[str, Any]) -> None:
    note(session, action, call.id, facts, subject="call")
