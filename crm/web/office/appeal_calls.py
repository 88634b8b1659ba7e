"""What an agency reports of the calls of an appeal: its file is looked at first, then noted."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from crm.fundraising import calls, exporting, incoming, service, words
from crm.fundraising.call_model import CallOutcome, Finding, ReportState
from crm.fundraising.errors import AppealOpen, NotByPhone, PlanWrong, ReportMoved, ResultsUnreadable
from crm.imports.errors import FileRefused
from crm.people import service as people
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values.identifiers import AppealId
from crm.web.office import call_words, guard, import_words, shell
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("appeal_calls", __name__, url_prefix="/office/appeals/<int:appeal_id>/calls")

SHOWN = 200
AT_ONCE = 5
"""So many steps of two hundred lines are done while one waits; the clock does the rest."""
COLUMNS = N_(
    "Il y faut les colonnes « communication » et « resultat » ; de 1 à 20 000 lignes. Renvoyez la liste que "
    "l’agence a reçue, complétée."
)
MOVED = N_("Quelqu’un en a déjà décidé.")


@blueprint.before_request
def _let_a_file_through() -> None:
    if request.endpoint == "appeal_calls.read":
        request.max_content_length = incoming.MOST_BYTES + 1024 * 1024


@guard.page(blueprint, "", permission=Permission.CAMPAIGNS_READ)
def index(appeal_id: int) -> ResponseReturnValue:
    """What was noted of the calls, the files that were read, and the form for one more."""
    return _page(AppealId(appeal_id), {})


@guard.page(blueprint, "", permission=Permission.CAMPAIGNS_EDIT, methods=("POST",))
def read(appeal_id: int) -> ResponseReturnValue:
    """Looks at a file of results; nothing of it holds yet."""
    number, file, made = AppealId(appeal_id), request.files.get("file"), shell.assembly()
    if file is None or not file.filename:
        return _page(number, {"file": shell.say(N_("Choisissez un fichier."))})
    by, at = guard.signed_in().account.id, shell.now()
    agency, language = request.form.get("agency", ""), made.settings.office_language
    try:
        with incoming.taken_in(file.stream) as came, made.database.transaction() as session:
            report, is_new = calls.read(session, number, came, agency=agency, by=by, at=at, language=language)
            if is_new:
                counts = calls.tally(session, report.id)
                facts = {"report": report.id, "new": counts.new, "faults": counts.faults, "sha256": report.sha256}
                note(session, "appeal.calls-read", appeal_id, facts, subject="appeal")
    except (FileRefused, ResultsUnreadable, PlanWrong) as wrong:
        return _page(number, _said(wrong))
    except (AppealOpen, NotByPhone):
        said = N_("Cet appel ne se fait pas par téléphone, ou n’est pas encore figé.")
        return shell.back(url_for("appeal_cells.show", appeal_id=appeal_id), shell.say(said), kind="refused")
    here = url_for("appeal_calls.show", appeal_id=appeal_id, report_id=report.id)
    if is_new:
        return shell.back(here)
    return shell.back(here, shell.say(N_("Ce fichier a déjà été lu : rien ne change.")), kind="note")


def _said(wrong: FileRefused | ResultsUnreadable | PlanWrong) -> dict[str, str]:
    if isinstance(wrong, FileRefused):
        return {"file": import_words.refusal_of(wrong.why, wrong.line)}
    if isinstance(wrong, PlanWrong):
        return {"agency": shell.say(N_("Dites quelle agence a fait ces appels."))}
    return {"file": shell.say(COLUMNS)}


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    said = shell.say(N_("Ce fichier dépasse 64 Mo : enregistrez-le en CSV."))
    return _page(AppealId(int((request.view_args or {})["appeal_id"])), {"file": said}, status=413)


@guard.page(blueprint, "/<int:report_id>", permission=Permission.CAMPAIGNS_READ)
def show(appeal_id: int, report_id: int) -> ResponseReturnValue:
    """What a file would change, or has changed, line by line; what cannot be used stands first."""
    number = AppealId(appeal_id)
    with shell.assembly().database.reading() as session:
        found = service.appeal(session, number)
        report = calls.report(session, number, report_id)
        counts = calls.tally(session, report_id)
        faults = calls.lines(session, report_id, only_faults=True, size=SHOWN)
        lines = calls.lines(session, report_id, only_faults=False, size=SHOWN)
        known = people.people(session, {one.person_id for one in (*faults, *lines) if one.person_id is not None})
        names = {account.id: account.name for account in staff.accounts(session)}
    return shell.show(
        "office/appeals/call_report.html",
        appeal=found,
        report=report,
        tally=counts,
        faults=faults,
        lines=lines,
        people=known,
        names=names,
        words=words,
        call_words=call_words,
        shown=SHOWN,
        Finding=Finding,
        is_open=report.state is ReportState.READ,
        is_running=report.state is ReportState.APPLYING,
    )


@guard.page(blueprint, "/<int:report_id>/apply", permission=Permission.CAMPAIGNS_EDIT, methods=("POST",))
def apply(appeal_id: int, report_id: int) -> ResponseReturnValue:
    """Lets it hold: the first lines at once, the rest by the clock."""
    made, number = shell.assembly(), AppealId(appeal_id)
    here, by = url_for("appeal_calls.show", appeal_id=appeal_id, report_id=report_id), guard.signed_in().account.id
    try:
        with made.database.transaction() as session:
            calls.start(session, number, report_id, by=by, at=shell.now())
            facts = {"report": report_id, "new": calls.tally(session, report_id).new}
            note(session, "appeal.calls-apply", appeal_id, facts, subject="appeal")
    except ReportMoved:
        return shell.back(here, shell.say(MOVED), kind="refused")
    for _ in range(AT_ONCE):
        with made.database.transaction() as session:
            if not calls.step(session, made.sealer, number, report_id, at=shell.now()):
                return shell.back(here, shell.say(N_("C’est noté dans les fiches.")))
    return shell.back(here, shell.say(N_("C’est en cours : les lignes qui restent se notent d’elles-mêmes.")))


@guard.page(blueprint, "/<int:report_id>/drop", permission=Permission.CAMPAIGNS_EDIT, methods=("POST",))
def drop(appeal_id: int, report_id: int) -> ResponseReturnValue:
    """Throws away what was read."""
    try:
        with shell.assembly().database.transaction() as session:
            calls.drop(session, AppealId(appeal_id), report_id)
            note(session, "appeal.calls-drop", appeal_id, {"report": report_id}, subject="appeal")
    except ReportMoved:
        here = url_for("appeal_calls.show", appeal_id=appeal_id, report_id=report_id)
        return shell.back(here, shell.say(MOVED), kind="refused")
    return shell.back(url_for("appeal_calls.index", appeal_id=appeal_id), shell.say(N_("Jeté : rien n’a été noté.")))


def _page(appeal_id: AppealId, errors: Mapping[str, str], *, status: int = 422) -> Response:
    with shell.assembly().database.reading() as session:
        found = service.appeal(session, appeal_id)
        reports = [(one, calls.tally(session, one.id)) for one in calls.reports(session, appeal_id)]
        noted = calls.outcomes(session, appeal_id)
        handed = [one.recipient for one in exporting.files(session, appeal_id) if one.recipient]
    return shell.show(
        "office/appeals/calls.html",
        status=status if errors else 200,
        appeal=found,
        reports=reports,
        noted=noted,
        agency=request.form.get("agency", "")[:200] or next(iter(handed), ""),
        errors=errors,
        words=words,
        call_words=call_words,
        examples=[(one, shell.say(call_words.LEADS_TO[one])) for one in CallOutcome],
    )
