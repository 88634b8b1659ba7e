"""The file for the administration: looked at, made beside the office, taken once; and what came of the ones before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from crm.assembly import filer
from crm.attestations import answering, file_orders, filing, words
from crm.attestations import service as attestations
from crm.attestations.errors import FileGone
from crm.attestations.file_making import Wanted
from crm.attestations.file_model import UNDER_WAY, AskedFile
from crm.attestations.model import Format, Operation
from crm.people import service as people
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.web.office import guard, shell
from crm.web.office.attestations import known_year
from crm.web.words import N_
from jobs import service as jobs
from jobs import turns
from jobs.timetable import TIMETABLE

blueprint = Blueprint("attestation_files", __name__, url_prefix="/office/gifts/attestations/<int:year>/file")

AT_ONCE = 500
"""Fiches that are looked at, or written, while one waits; more of them beside the office."""
PIECE = 64 * 1024
KINDS = {Format.CSV: ("csv", "text/csv; charset=utf-8"), Format.BELCOTAX_JSONL: ("jsonl", "application/jsonl")}
XML = ("xml", "application/xml")


@guard.page(blueprint, "", permission=Permission.DONATIONS_READ)
def show(year: int) -> ResponseReturnValue:
    """What waits to be told, how far the file is, and the files before it with what was answered."""
    known_year(year)
    with shell.assembly().database.reading() as session:
        order = file_orders.latest(session, year)
        filings = filing.filings(session, year)
        flaws = [_flaw(one) for one in order.flaws] if order else []
        holders = attestations.holders(session, year, {number for number, _ in flaws if number})
        count, cents, _last = attestations.totals(session, year)
        return shell.show(
            "office/gifts/attestation_file.html",
            year=year,
            order=order,
            under_way=order is not None and order.state in UNDER_WAY,
            waiting=filing.waiting(session, year),
            count=count,
            cents=cents,
            due_on=attestations.rules_of(session, year).due_on,
            filings=filings,
            answered=answering.tally(session, year),
            flaws=[(number, said, holders.get(number)) for number, said in flaws],
            known=people.people(session, set(holders.values())),
            operations=[(words.OPERATIONS[one], one.value) for one in Operation],
            colleagues={account.id: account.name for account in staff.accounts(session)},
            formats=[(one.value, shell.say(word)) for one, word in words.FORMATS.items()],
            format_words=words.FORMATS,
            keeps=file_orders.KEPT,
        )


@guard.page(blueprint, "/progress", permission=Permission.DONATIONS_READ)
def progress(year: int) -> ResponseReturnValue:
    """How far the file has come; once it is over, the page is asked for anew."""
    known_year(year)
    with shell.assembly().database.reading() as session:
        order = file_orders.latest(session, year)
    if order is None or order.state not in UNDER_WAY:
        answer = Response("", 204)
        answer.headers["HX-Refresh"] = "true"
        return answer
    return shell.show("office/gifts/attestation_file_progress.html", order=order)


@guard.page(blueprint, "/check", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def check(year: int) -> ResponseReturnValue:
    """Looks at every fiche that would be told; nothing is written yet."""
    known_year(year)
    if (format_ := request.form.get("format", "")) not in set(Format):
        abort(400)
    wanted = Wanted(
        year=year,
        format=Format(format_),
        is_test="is_test" in request.form,
        answers=request.form.get("reference", "").strip()[:40],
    )
    made, by = shell.assembly(), guard.signed_in().account.id
    with made.database.transaction() as session:
        order = file_orders.ask(session, made.sealer, wanted, at=shell.now(), by=by)
    return _worked(order)


@guard.page(
    blueprint, "/<int:order_id>/make", permission=Permission.NATIONAL_NUMBER_REVEAL, methods=("POST",), fresh=True
)
def make(year: int, order_id: int) -> ResponseReturnValue:
    """Makes what passed our checks; from then on it counts as told, unless it is a test."""
    with shell.assembly().database.transaction() as session:
        order = file_orders.go_on(session, year, order_id, by=guard.signed_in().account.id)
    if order is None:
        said = N_("Ce contrôle n’attend plus : contrôlez encore.")
        return shell.back(_here(year), shell.say(said), kind="refused")
    return _worked(order)


@guard.page(blueprint, "/again", permission=Permission.NATIONAL_NUMBER_REVEAL, methods=("POST",), fresh=True)
def again(year: int) -> ResponseReturnValue:
    """Makes a file once more, letter by letter the same, for whoever lost it on its way."""
    filing_id = request.form.get("filing", 0, type=int)
    try:
        with shell.assembly().database.transaction() as session:
            by = guard.signed_in().account.id
            order = file_orders.ask_again(session, year, filing_id, at=shell.now(), by=by)
    except FileGone:
        abort(404)
    return _worked(order)


@guard.page(
    blueprint, "/<int:order_id>/take", permission=Permission.NATIONAL_NUMBER_REVEAL, methods=("POST",), fresh=True
)
def take(year: int, order_id: int) -> ResponseReturnValue:
    """The file, in clear, once: it is gone here the moment it leaves."""
    try:
        order, file = filer(shell.assembly()).take(year, order_id, by=guard.signed_in().account.id)
    except FileGone:
        said = N_("Ce fichier n’est plus là : quelqu’un l’a pris, ou son jour est passé. Il se refait à l’identique.")
        return shell.back(_here(year), shell.say(said), kind="refused")
    ending, kind = KINDS.get(order.format, XML)
    name = "-".join(("attestations", str(year), *(["essai"] if order.is_test else []), str(order.id)))
    answer = Response(_pieces(file), content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _worked(order: AskedFile) -> Response:
    """Carries out an order at once where it is small; else the clock does. Then its page."""
    made, here = shell.assembly(), _here(order.year)
    with made.database.transaction() as session:
        size = filing.waiting(session, order.year) if order.filing_id is None else order.total
        is_small = size <= AT_ONCE
        if not is_small:
            jobs.order(session, turns.find(TIMETABLE, "make_attestation_files"), now=shell.now())
    if is_small:
        filer(made).work(order.id)
        return shell.back(here)
    return shell.back(here, shell.say(N_("C’est en route. Vous pouvez fermer cette page.")), kind="note")


def _flaw(flaw: str) -> tuple[int, str]:
    """(the number it is of, or nought; what is wrong, in words)."""
    number, _, what = flaw.partition(": ")
    number, what = (number, what) if number.isdecimal() else ("0", flaw)
    known = words.FLAWS.get(what)
    said = shell.say(known) if known else shell.say(N_("le schéma de l’administration refuse : %(rule)s"), rule=what)
    return int(number), said


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece


def _here(year: int) -> str:
    return url_for("attestation_files.show", year=year)
