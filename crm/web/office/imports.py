"""Imports: the list, bringing a file, what became of each, undoing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask import Blueprint, Response, abort, redirect, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from crm.assembly import import_worker
from crm.audit import service as audit
from crm.consent import service as consent
from crm.imports import quarantine, words
from crm.imports import service as imports
from crm.imports.errors import FileRefused, Refused
from crm.imports.files import KeptFile, Shelf
from crm.imports.kinds.every import KINDS, OF_CONSENT, kind_of, needed
from crm.imports.layout import MOST_BYTES, Look
from crm.imports.model import Row, RowVerdict, Run, RunId, RunState
from crm.imports.wish import Decided
from crm.people import service as people
from crm.people.model import Called
from crm.staff.model import Permission
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId
from crm.values.money import typed
from crm.web.office import guard, import_words, shell
from crm.web.words import N_
from jobs import service as jobs
from jobs import turns
from jobs.timetable import TIMETABLE

blueprint = Blueprint("imports", __name__, url_prefix="/office/imports")

SIZE = 50
AT_ONCE = 300_000
"""Bytes of a file small enough to be worked through while its page loads."""


@blueprint.before_request
def _let_a_file_through() -> None:
    """A file may be large; whoever sends one is asked who they are before any of it is read."""
    if request.endpoint == "imports.bring":
        request.max_content_length = MOST_BYTES + 1024 * 1024


@guard.page(blueprint, "", permission=Permission.IMPORTS_READ)
def index() -> ResponseReturnValue:
    """The newest imports."""
    with shell.assembly().database.reading() as session:
        found = imports.runs(session, limit=SIZE + 1, before=request.args.get("before", type=int))
    return shell.show(
        "office/imports/list.html",
        runs=found[:SIZE],
        next_before=found[SIZE - 1].id if len(found) > SIZE else None,
        is_first="before" not in request.args,
        kinds=KINDS,
        states=words.STATES,
    )


@guard.page(blueprint, "/new", permission=Permission.IMPORTS_ACT)
def new() -> ResponseReturnValue:
    """What the file holds, and the file."""
    kind = request.args.get("kind", "people")
    is_theirs = kind in KINDS and may_bring(kind)
    return _form(kind if is_theirs else "people", {})


@guard.page(blueprint, "", permission=Permission.IMPORTS_ACT, methods=("POST",))
def bring() -> ResponseReturnValue:
    """Takes a file in and reads it. Nothing is imported yet."""
    kind = kind_of(request.form.get("kind", ""))
    if not may_bring(kind.code):
        abort(403)
    file = request.files.get("file")
    if file is None or not file.filename:
        return _form(kind.code, {"file": shell.say(N_("Choisissez un fichier."))}, status=422)
    shelf = import_worker(shell.assembly()).shelf
    token = ""
    try:
        kept = shelf.take_in(file.stream)
        token = kept.token
        seen = _looked_at(shelf, kept)
    except FileRefused as refused:
        shelf.forget(token)
        return _form(kind.code, {"file": import_words.refusal(refused)}, status=422)
    with shell.assembly().database.transaction() as session:
        if kind.code in OF_CONSENT:  # a no comes in before the first appeal and the first magazine
            consent.open_standing(session)
        run = imports.open_run(
            session,
            kind=kind.code,
            file_name=file.filename,
            kept=kept,
            seen=seen,
            by=guard.signed_in().account.id,
            at=shell.now(),
            expected_rows=request.form.get("expected", type=int),
        )
        note(session, "bring", run)
    return shell.back(url_for("import_preparing.show", run_id=run.id))


def _looked_at(shelf: Shelf, kept: KeptFile) -> Look:
    """How a new file is read. Raises `FileRefused`, also where nothing stands below its titles."""
    seen = imports.look(shelf, kept)
    if not any(row.number > seen.layout.header_row and any(row.cells) for row in seen.sample):
        raise FileRefused(Refused.NO_ROWS)
    return seen


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    return _form("people", {"file": import_words.refusal_of(Refused.TOO_LARGE, None)}, status=413)


def _form(kind: str, errors: dict[str, str], *, status: int = 200) -> Response:
    return shell.show(
        "office/imports/new.html",
        status=status,
        kind=kind,
        kinds=[one for one in KINDS.values() if may_bring(one.code)],
        errors=errors,
        expected=request.values.get("expected", ""),
    )


@guard.page(blueprint, "/<int:run_id>", permission=Permission.IMPORTS_READ)
def show(run_id: int) -> ResponseReturnValue:
    """What the dry run said, or what became of it: counts, rows with their reasons, what to do next."""
    wanted = request.args.get("show", "")
    verdicts = [verdict for verdict in RowVerdict if verdict.value == wanted]
    is_kept = wanted == "kept"
    with shell.assembly().database.reading() as session:
        run = imports.get(session, RunId(run_id))
        if run.state is RunState.READ:
            return redirect(url_for("import_preparing.show", run_id=run.id), 303)
        after = request.args.get("after", type=int)
        page = imports.page(
            session,
            run.id,
            verdicts=verdicts,
            after=-1 if after is None else after,
            size=SIZE,
            kept=is_kept,
        )
        twin = imports.applied_before(session, run) if run.state is RunState.CHECKED else None
        purposes = purpose_names(session)
        ids = {row.person_id for row in page.rows if row.person_id} if guard.may(Permission.SUPPORTERS_READ) else set()
        named = people.called(session, ids)
        is_asked = run.state in {RunState.CHECKED, RunState.APPLIED} and run.purged_at is None
        possible = imports.possible(session, shell.assembly().addresses, page.rows) if is_asked else {}
    rows = [
        {
            "row": row,
            "choices": import_words.choices(row, possible.get(row.number)) if is_asked else [],
            "decided": import_words.decided(row) if run.state is RunState.CHECKED else "",
            "shown": import_words.shown(row, _name(named, row)),
            "sentences": import_words.sentences(run.kind, row.reasons, purposes),
            "kept": shell.say(words.KEPT[row.kept_because]) if row.kept_because else "",
        }
        for row in page.rows
    ]
    return shell.show(
        "office/imports/show.html",
        run=run,
        kind=KINDS[run.kind],
        page=page,
        rows=rows,
        wanted=wanted if verdicts or is_kept else "",
        is_first=after is None,
        tabs=_tabs(run, wanted if verdicts or is_kept else ""),
        states=words.STATES,
        verdicts=words.VERDICTS,
        counted=words.COUNTED,
        twin=twin,
        error=import_words.kept_error(run.error) if run.error else "",
        set_aside=run.counts.get(RowVerdict.ERROR, 0) + run.counts.get(RowVerdict.REVIEW, 0),
    )


def _name(named: Mapping[PersonId, Called], row: Row) -> str:
    """What somebody we know is called; a row may say nothing of them but a number."""
    known = named.get(row.person_id) if row.person_id else None
    return known.full_name if known else ""


def _tabs(run: Run, wanted: str) -> list[dict[str, Any]]:
    here = url_for("imports.show", run_id=run.id)
    tabs: list[dict[str, Any]] = [
        {
            "label": shell.say(N_("Toutes")),
            "href": f"{here}#rows",
            "active": not wanted,
            "count": sum(run.counts.get(verdict, 0) for verdict in RowVerdict),
        }
    ]
    for verdict, word in words.COUNTED.items():
        if run.counts.get(verdict):
            tabs.append(
                {
                    "label": shell.say(word),
                    "href": f"{url_for('imports.show', run_id=run.id, show=verdict.value)}#rows",
                    "active": wanted == verdict.value,
                    "count": run.counts[verdict],
                }
            )
    if run.counts.get("kept"):
        tabs.append(
            {
                "label": shell.say(N_("Pas reprises")),
                "href": f"{url_for('imports.show', run_id=run.id, show='kept')}#rows",
                "active": wanted == "kept",
                "count": run.counts["kept"],
            }
        )
    return tabs


@guard.page(blueprint, "/<int:run_id>/progress", permission=Permission.IMPORTS_READ)
def progress(run_id: int) -> ResponseReturnValue:
    """How far the work has come; once it is over, the page is asked for anew."""
    with shell.assembly().database.reading() as session:
        run = imports.get(session, RunId(run_id))
    if not run.state.is_working or run.error:
        answer = Response("", 204)
        answer.headers["HX-Refresh"] = "true"
        return answer
    return shell.show("office/imports/progress.html", run=run, states=words.STATES, now=shell.now())


@guard.page(blueprint, "/<int:run_id>/apply", permission=Permission.IMPORTS_ACT, methods=("POST",))
def apply(run_id: int) -> ResponseReturnValue:
    """Writes what the dry run showed."""
    with shell.assembly().database.transaction() as session:
        permitted(imports.get(session, RunId(run_id)))
        run = imports.apply(session, RunId(run_id), at=shell.now())
        note(session, "apply", run)
    return work(run, N_("C’est importé."))


@guard.page(blueprint, "/<int:run_id>/undo", permission=Permission.IMPORTS_ACT, methods=("POST",))
def undo(run_id: int) -> ResponseReturnValue:
    """Takes it back, row by row."""
    with shell.assembly().database.transaction() as session:
        permitted(imports.get(session, RunId(run_id)))
        run = imports.undo(session, RunId(run_id), at=shell.now())
        note(session, "undo", run)
    return work(run, N_("L’importation est annulée."))


@guard.page(blueprint, "/<int:run_id>/resume", permission=Permission.IMPORTS_ACT, methods=("POST",))
def resume(run_id: int) -> ResponseReturnValue:
    """Goes on where it stopped: with the row at fault once more, or without it."""
    with shell.assembly().database.transaction() as session:
        permitted(imports.get(session, RunId(run_id)))
        run = imports.resume(session, RunId(run_id), leave_row="leave" in request.form)
        note(session, "resume", run)
    return work(run, N_("L’importation est allée à son terme."))


@guard.page(blueprint, "/<int:run_id>/rows/<int:number>/decide", permission=Permission.IMPORTS_ACT, methods=("POST",))
def decide(run_id: int, number: int) -> ResponseReturnValue:
    """Says who a row in doubt is about, or that it is another gift, and writes it."""
    made = shell.assembly()
    account = request.form.get("account")
    said = Decided(
        person_id=request.form.get("person", type=int),
        is_another_gift="gift" in request.form,
        takes_account=None if account is None else account == "take",
    )
    with made.database.transaction() as session:
        run = imports.get(session, RunId(run_id))
        permitted(run)
        row = imports.decide(
            session,
            made.addresses,
            made.sealer,
            run.id,
            number=number,
            said=said,
            at=shell.now(),
            language=made.settings.office_language,
        )
        note(session, "decide", run)
    here = url_for("imports.show", run_id=run_id, show=RowVerdict.REVIEW.value, _anchor="rows")
    if row.verdict in imports.SET_ASIDE:
        return shell.back(
            here, shell.say(N_("Cette ligne reste de côté : la raison est écrite à côté d’elle.")), kind="note"
        )
    if run.state is RunState.CHECKED:
        return shell.back(here, shell.say(N_("C’est noté : la ligne entrera avec les autres.")))
    return shell.back(here, shell.say(N_("C’est importé.")))


@guard.page(
    blueprint, "/<int:run_id>/rows/<int:number>/ask-again", permission=Permission.IMPORTS_ACT, methods=("POST",)
)
def ask_again(run_id: int, number: int) -> ResponseReturnValue:
    """Takes back what was said of a row before the file went in."""
    with shell.assembly().database.transaction() as session:
        run = imports.get(session, RunId(run_id))
        permitted(run)
        imports.ask_again(session, run.id, number=number)
        note(session, "ask-again", run)
    here = url_for("imports.show", run_id=run_id, show=RowVerdict.REVIEW.value, _anchor="rows")
    return shell.back(here, shell.say(N_("La ligne attend de nouveau une décision.")))


@guard.page(blueprint, "/<int:run_id>/cancel", permission=Permission.IMPORTS_ACT, methods=("POST",))
def cancel(run_id: int) -> ResponseReturnValue:
    """Gives it up before anything was written."""
    with shell.assembly().database.transaction() as session:
        run = imports.cancel(session, RunId(run_id), at=shell.now())
        note(session, "cancel", run)
    return shell.back(url_for("imports.index"), shell.say(N_("L’importation est abandonnée. Rien n’a été écrit.")))


@guard.page(blueprint, "/<int:run_id>/set-aside.csv", permission=Permission.IMPORTS_READ, methods=("POST",))
def set_aside(run_id: int) -> ResponseReturnValue:
    """The rows that did not go in, to mend and bring again; who takes them is noted."""
    made = shell.assembly()
    with made.database.transaction() as session:
        run = imports.get(session, RunId(run_id))
        note(session, "set-aside", run)
        purposes = purpose_names(session)

    def wanted(numbers: Any) -> Any:
        with made.database.reading() as session:
            return imports.set_aside(session, run.id, numbers)

    lines = quarantine.lines(
        import_worker(made).shelf,
        run,
        wanted,
        beside=quarantine.headings(shell.language(), run.id),
        say=lambda reasons: " ".join(import_words.sentences(run.kind, reasons, purposes)),
    )
    answer = Response(stream_with_context(lines), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="import-{run.id}-a-corriger.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def work(run: Run, done: str) -> Response:
    """Works through a small file at once; asks the clock to go through a larger one. Then its page."""
    made, here = shell.assembly(), url_for("imports.show", run_id=run.id)
    if run.size <= AT_ONCE:
        worked = import_worker(made).work(run.id)
        return shell.back(here, "" if worked is not None and worked.error else shell.say(done))
    with made.database.transaction() as session:
        jobs.order(session, turns.find(TIMETABLE, "work_imports"), now=shell.now())
    return shell.back(here, shell.say(N_("C’est en route. Vous pouvez fermer cette page.")), kind="note")


def permitted(run: Run) -> None:
    """Refuses whoever may import, and not what this file brings: money is for who may write money, plans for who signs.

    Columns count as they were tried; what is only proposed writes nothing.
    """
    if not may_bring(run.kind, run.matching.columns if run.matching else ()):
        abort(403)


def may_bring(kind: str, columns: Collection[str] = ()) -> bool:
    """Whether whoever is signed in may bring a file of that kind with those columns."""
    return all(guard.may(one) for one in needed(kind, columns))


def typed_cents(name: str) -> int | None:
    """An amount of the form; None where there is none, or none that can be read."""
    text = request.form.get(name, "").strip()
    try:
        return typed(text) if text else None
    except Invalid:
        return None


def purpose_names(session: Session) -> dict[str, str]:
    """What purposes are called, by their code."""
    return {purpose.code: purpose.name(shell.language()) for purpose in consent.purposes(session)}


def note(session: Session, action: str, run: Run) -> None:
    """Who did what to which import; the trail holds nothing of the file."""
    audit.record(
        session,
        shell.assembly().sealer,
        at=shell.now(),
        account_id=guard.signed_in().account.id,
        action=f"import.{action}",
        subject="import",
        subject_id=run.id,
        facts={"kind": run.kind, "rows": run.rows_total},
    )
