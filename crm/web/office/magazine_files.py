"""What leaves for the printer: files at once or, of long lists, made beside the office; labels; what was destroyed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from tempfile import TemporaryFile
from typing import IO

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from crm.assembly import workshop
from crm.magazine import labels, ordering, printing
from crm.magazine import service as magazine
from crm.magazine.errors import FileGone, NoPublication
from crm.magazine.model import IssueRun, OrderState
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.identifiers import IssueRunId
from crm.web.office import guard, shell
from crm.web.office.noting import note
from crm.web.words import N_
from jobs import service as jobs
from jobs import turns
from jobs.timetable import TIMETABLE

blueprint = Blueprint("magazine_files", __name__, url_prefix="/office/magazine")

PIECE = 64 * 1024
LONGEST = 200
TO_WHOM = N_("Dites à qui ces fichiers seront remis.")
NO_PUBLICATION = N_("Présentez d’abord le magazine.")


@guard.page(blueprint, "/runs/<int:run_id>/files", permission=Permission.MAGAZINE_ACT, methods=("POST",))
def files(run_id: int) -> ResponseReturnValue:
    """Everything for the printer in one ZIP; who has died or objected since the freeze is taken out first."""
    made, now, run_number = shell.assembly(), shell.now(), IssueRunId(run_id)
    here, recipient = url_for("magazine_runs.run", run_id=run_id), _recipient("recipient")
    if not recipient:
        return shell.back(here, shell.say(TO_WHOM), kind="refused")
    wanted = printing.Wanted(xlsx="xlsx" in request.form, mail_id="mail_id" in request.form, recipient=recipient)
    with made.database.transaction() as session:
        found = magazine.run(session, run_number)
        if printing.is_long(found.mailed - found.removed, wanted):
            ordering.ask_files(session, run_number, wanted, by=guard.signed_in().account.id, at=now)
            jobs.order(session, turns.find(TIMETABLE, "freeze_issues"), now=now)
            return shell.back(here, shell.say(N_("C’est en route. Vous pouvez fermer cette page.")), kind="note")
        printing.strike(session, run_number, at=now)
    kept = TemporaryFile()  # noqa: SIM115 - streamed below
    try:
        with made.database.reading() as session:
            manifest = printing.write(session, run_number, kept, wanted, at=now)
    except NoPublication:
        kept.close()
        return shell.back(here, shell.say(NO_PUBLICATION), kind="refused")
    with made.database.transaction() as session:
        printing.note(session, run_number, manifest, recipient=recipient, by=guard.signed_in().account.id, at=now)
        note(session, "magazine-run.export", run_id, printing.told(manifest), subject="magazine-run")
    answer = _sent(found, kept)
    answer.headers["X-Rows"] = str(manifest.rows)
    return answer


@guard.page(blueprint, "/runs/<int:run_id>/files/progress", permission=Permission.MAGAZINE_READ)
def progress(run_id: int) -> ResponseReturnValue:
    """How far the files have come; once it is over, the page is asked for anew."""
    with shell.assembly().database.reading() as session:
        order = ordering.latest_files(session, IssueRunId(run_id))
    if order is None or order.state is not OrderState.WAITING:
        answer = Response("", 204)
        answer.headers["HX-Refresh"] = "true"
        return answer
    return shell.show("office/magazine/progress.html", order=order)


@guard.page(blueprint, "/runs/<int:run_id>/files/made", permission=Permission.MAGAZINE_ACT, methods=("POST",))
def take(run_id: int) -> ResponseReturnValue:
    """Files that were made beside the office."""
    made = shell.assembly()
    try:
        order, kept = workshop(made).take(IssueRunId(run_id))
    except FileGone:
        said = N_("Ces fichiers ne sont plus gardés : leur jour est passé, ou la liste a changé. Refaites-les.")
        return shell.back(url_for("magazine_runs.run", run_id=run_id), shell.say(said), kind="refused")
    with made.database.transaction() as session:
        found = magazine.run(session, IssueRunId(run_id))
        note(session, "magazine-file.taken", order.file_id, subject="magazine-file")
    return _sent(found, kept)


@guard.page(blueprint, "/runs/<int:run_id>/labels", permission=Permission.MAGAZINE_ACT, methods=("POST",))
def label_sheets(run_id: int) -> ResponseReturnValue:
    """Labels as PDF: of the copies handed over by us, or of all where they are few."""
    made, now, run_number = shell.assembly(), shell.now(), IssueRunId(run_id)
    sheet = labels.SHEETS.get(request.form.get("sheet", ""))
    if sheet is None:
        abort(400)
    by_hand = request.form.get("which") == "hand"
    with made.database.transaction() as session:
        printing.strike(session, run_number, at=now)
        found = magazine.run(session, run_number)
        issue = magazine.issue(session, found.issue_id)
        fitting = (one for one in printing.copies(session, run_number) if one.by_hand or not by_hand)
        chosen = list(islice(fitting, labels.MOST + 1))
        if not chosen or len(chosen) > labels.MOST:
            said = N_("Aucune étiquette à faire.") if not chosen else N_("C’est trop pour des étiquettes.")
            return shell.back(url_for("magazine_runs.run", run_id=run_id), shell.say(said), kind="refused")
        note(session, "magazine-run.labels", run_id, {"rows": len(chosen)}, subject="magazine-run")
    title = shell.say(N_("Étiquettes du n° %(number)s"), number=issue.number)
    answer = Response(labels.pdf(chosen, sheet, title=title, at=now), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="etiquettes-{issue.number}-{found.place}.pdf"'
    return answer


@guard.page(blueprint, "/files/<int:file_id>/purged", permission=Permission.MAGAZINE_ACT, methods=("POST",))
def purged(file_id: int) -> ResponseReturnValue:
    """The printer says that the file is deleted."""
    with shell.assembly().database.transaction() as session:
        run_id = printing.run_of(session, file_id)
        if run_id is None:
            abort(404)
        if printing.say_purged(session, file_id, on=brussels_day(shell.now())):
            note(session, "magazine-file.purged", file_id, subject="magazine-file")
    return shell.back(
        url_for("magazine_runs.run", run_id=run_id), shell.say(N_("C’est noté : l’imprimeur a détruit ce fichier."))
    )


@guard.page(blueprint, "/files/<int:file_id>/recipient", permission=Permission.MAGAZINE_ACT, methods=("POST",))
def handed(file_id: int) -> ResponseReturnValue:
    """Who received a file of which that was never written down."""
    recipient = _recipient(f"recipient-{file_id}")
    with shell.assembly().database.transaction() as session:
        run_id = printing.run_of(session, file_id)
        if run_id is None:
            abort(404)
        here = url_for("magazine_runs.run", run_id=run_id)
        if not recipient:
            return shell.back(here, shell.say(TO_WHOM), kind="refused")
        if printing.say_recipient(session, file_id, recipient):
            note(session, "magazine-file.handed", file_id, subject="magazine-file")
    return shell.back(here, shell.say(N_("C’est noté : %(who)s a reçu ce fichier."), who=recipient))


def _recipient(name: str) -> str:
    return " ".join(request.form.get(name, "").split())[:LONGEST]


def _sent(run: IssueRun, kept: IO[bytes]) -> Response:
    with shell.assembly().database.reading() as session:
        issue = magazine.issue(session, run.issue_id)
    answer = Response(_pieces(kept), mimetype="application/zip")
    name = f"magazine-{issue.number}-{run.kind.value}-{brussels_day(shell.now()):%Y-%m-%d}.zip"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _pieces(kept: IO[bytes]) -> Iterator[bytes]:
    with kept:
        kept.seek(0)
        while piece := kept.read(PIECE):
            yield piece
