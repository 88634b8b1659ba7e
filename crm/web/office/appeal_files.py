"""A frozen appeal leaves: files asked for, agreed to by a second colleague, taken away; who is added or taken out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from tempfile import TemporaryFile
from typing import IO

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from crm.consent.errors import BlockListStale
from crm.figures import outcomes
from crm.foundation import documents
from crm.fundraising import abandoning, exporting, late, paper, printing, service
from crm.fundraising.errors import (
    AlreadyThere,
    AppealAbandoned,
    AppealForgotten,
    AppealLeft,
    AppealOpen,
    FileUndecided,
    LeavesByMail,
    NotOurLetters,
    NotReachable,
    OwnFile,
    PlanWrong,
)
from crm.fundraising.model import FileForm
from crm.privacy.errors import AgreementOver
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid, PortevoixError
from crm.values.identifiers import AppealId, CellId, PersonId
from crm.web.office import guard, person_search, shell
from crm.web.office.do_not_call import stale
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("appeal_files", __name__, url_prefix="/office/appeals")

PIECE = 64 * 1024
TO_WHOM = N_("Dites à qui ce fichier sera remis : les personnes peuvent nous le demander.")
REFUSALS: dict[type[PortevoixError], str] = {
    FileUndecided: N_("Ce fichier a déjà été emporté, ou n’est pas encore accordé : demandez-en un autre."),
    NotOurLetters: N_(
        "Des lettres se font d’un appel par la poste, dont la lettre est écrite, à %(most)s personnes au plus."
    ),
    LeavesByMail: N_(
        "Cet appel part comme lettre d’information : choisissez-le comme public, sur la page de la lettre."
    ),
    OwnFile: N_("C’est vous qui avez demandé ce fichier : une autre personne doit l’accorder."),
    AppealForgotten: N_("Les noms et adresses de cet appel sont oubliés, leur délai est passé : rien n’en part plus."),
    AgreementOver: N_(
        "L’accord vaut quatorze jours, et pour le nombre de personnes pour lequel il a été donné. Ce fichier en compte "
        "trop de plus, ou l’accord est trop vieux : demandez-le à nouveau."
    ),
    AppealAbandoned: N_("Cet appel est abandonné : rien n’en part."),
    AppealLeft: N_("Un fichier ou une lettre d’information de cet appel est déjà parti : il ne s’abandonne plus."),
    AppealOpen: N_("Cet appel n’est pas encore figé."),
    AlreadyThere: N_("Cette personne est déjà dans l’appel."),
    NotReachable: N_(
        "Cette personne ne peut pas être sollicitée ainsi : son consentement, son âge ou son adresse l’empêche."
    ),
    BlockListStale: "",
    PlanWrong: N_("Écrivez pourquoi, en 200 signes au plus."),
}


@guard.page(blueprint, "/<int:appeal_id>/files", permission=Permission.SUPPORTERS_EXPORT, methods=("POST",))
def ask(appeal_id: int) -> ResponseReturnValue:
    """Asks for a file; a large one waits for a second colleague. Who has died or said no is taken out first."""
    number, by, now = AppealId(appeal_id), guard.signed_in().account.id, shell.now()
    form = FileForm.LETTERS if request.form.get("form") == FileForm.LETTERS.value else FileForm.LIST
    try:
        with shell.assembly().database.transaction() as session:
            late.strike(session, number, at=now)
            asked = exporting.ask(session, number, form, recipient=request.form.get("recipient", ""), by=by, at=now)
            facts = {"file": asked.id, "form": form.value, "rows": asked.asked_rows}
            note(session, "appeal.ask-file", appeal_id, facts, subject="appeal")
    except PlanWrong:
        return shell.back(_here(appeal_id), shell.say(TO_WHOM), kind="refused")
    except tuple(REFUSALS) as refused:
        return _refused(appeal_id, refused)
    if asked.state.value == "approved":
        return shell.back(_here(appeal_id), shell.say(N_("Le fichier est prêt à emporter.")))
    said = N_("%(rows)s personnes : une autre personne de l’équipe doit accorder ce fichier.")
    return shell.back(_here(appeal_id), shell.say(said, rows=shell.number(asked.asked_rows)), kind="note")


@guard.page(
    blueprint,
    "/<int:appeal_id>/files/<int:file_id>/decide",
    permission=Permission.SUPPORTERS_EXPORT,
    methods=("POST",),
)
def decide(appeal_id: int, file_id: int) -> ResponseReturnValue:
    """A second colleague agrees, or not."""
    approve, by = request.form.get("decision") == "yes", guard.signed_in().account.id
    try:
        with shell.assembly().database.transaction() as session:
            exporting.decide(session, AppealId(appeal_id), file_id, approve=approve, by=by, at=shell.now())
            note(session, "appeal.decide-file", appeal_id, {"file": file_id, "approved": approve}, subject="appeal")
    except tuple(REFUSALS) as refused:
        return _refused(appeal_id, refused)
    said = N_("Accordé : le fichier peut partir.") if approve else N_("Refusé : rien ne part.")
    return shell.back(_here(appeal_id), shell.say(said))


@guard.page(
    blueprint,
    "/<int:appeal_id>/files/<int:file_id>/take",
    permission=Permission.SUPPORTERS_EXPORT,
    methods=("POST",),
)
def take(appeal_id: int, file_id: int) -> ResponseReturnValue:
    """The file, once; its manifest is kept, itself it is not."""
    made, now, number = shell.assembly(), shell.now(), AppealId(appeal_id)
    try:
        with made.database.transaction() as session:
            late.strike(session, number, at=now)
            asked = exporting.ready(session, number, file_id, at=now)
    except tuple(REFUSALS) as refused:
        return _refused(appeal_id, refused)
    kept = TemporaryFile()  # noqa: SIM115 - streamed below
    try:
        with made.database.reading() as session:
            appeal = service.appeal(session, number)
            if asked.form is FileForm.LETTERS:
                if not exporting.are_ours(session, appeal, asked.asked_rows):
                    raise NotOurLetters
                setting = partial(documents.pdf, "appeal", at=now)
                manifest = printing.write(session, appeal, kept, letter_desk(), setting, at=now)
            else:
                manifest = exporting.write(session, appeal, kept, recipient=asked.recipient, at=now)
        with made.database.transaction() as session:
            exporting.note(session, number, file_id, manifest, by=guard.signed_in().account.id, at=now)
            outcomes.ask(session, number, at=now)
            digests = [one["sha256"] for one in manifest.parts]
            facts = {"file": file_id, "rows": manifest.rows, "seeds": manifest.seeds, "sha256": digests}
            note(session, "appeal.export", appeal_id, facts, subject="appeal")
    except tuple(REFUSALS) as refused:
        kept.close()
        return _refused(appeal_id, refused)
    is_pdf = asked.form is FileForm.LETTERS and len(manifest.parts) == 1
    what = "lettres" if asked.form is FileForm.LETTERS else f"{brussels_day(now):%Y-%m-%d}"
    name = f"{appeal.appeal.code.lower()}-{what}.{'pdf' if is_pdf else 'zip'}"
    answer = Response(_pieces(kept), mimetype="application/pdf" if is_pdf else "application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Rows"] = str(manifest.rows + manifest.seeds)
    return answer


def letter_desk() -> printing.Desk:
    """What is the same on each letter of the house."""
    settings = shell.assembly().settings
    return printing.Desk(
        organisation=settings.organisation, account=settings.collecting.account, language=shell.language()
    )


@guard.page(
    blueprint,
    "/<int:appeal_id>/files/<int:file_id>/purged",
    permission=Permission.CAMPAIGNS_EDIT,
    methods=("POST",),
)
def purged(appeal_id: int, file_id: int) -> ResponseReturnValue:
    """Whoever had the file says that it is deleted."""
    by = guard.signed_in().account.id
    with shell.assembly().database.transaction() as session:
        if exporting.say_purged(session, AppealId(appeal_id), file_id, by=by, at=shell.now()):
            note(session, "appeal.purged", appeal_id, {"file": file_id}, subject="appeal")
    return shell.back(_here(appeal_id), shell.say(N_("C’est noté : ce fichier est détruit.")))


@guard.page(blueprint, "/<int:appeal_id>/add", permission=Permission.CAMPAIGNS_EDIT)
def late_form(appeal_id: int) -> ResponseReturnValue:
    """The form by which somebody is added after the freeze."""
    return _add_form(AppealId(appeal_id))


@guard.page(blueprint, "/<int:appeal_id>/add", permission=Permission.CAMPAIGNS_EDIT, methods=("POST",))
def add(appeal_id: int) -> ResponseReturnValue:
    """Adds somebody, with a reason."""
    made, by, number = shell.assembly(), guard.signed_in().account.id, AppealId(appeal_id)
    try:
        with made.database.transaction() as session:
            person_id = person_search.chosen(session)
            cell_id = CellId(request.form.get("cell_id", 0, type=int))
            why = request.form.get("why", "")
            late.add(session, made.questions, number, cell_id, person_id, why=why, by=by, at=shell.now())
            note(session, "appeal.add", appeal_id, subject="appeal")
            note(session, "appeal.add", person_id)
    except tuple(REFUSALS) as refused:
        return _add_form(number, shell.say(REFUSALS[type(refused)]))
    except Invalid:
        return _add_form(number, shell.say(N_("Choisissez une personne.")))
    return shell.back(_here(appeal_id), shell.say(N_("Ajoutée : sa lettre vient après les autres.")))


@guard.page(blueprint, "/<int:appeal_id>/take-out", permission=Permission.CAMPAIGNS_EDIT, methods=("POST",))
def take_out(appeal_id: int) -> ResponseReturnValue:
    """Takes somebody out, with a reason."""
    by, number = guard.signed_in().account.id, AppealId(appeal_id)
    try:
        with shell.assembly().database.transaction() as session:
            person_id: PersonId = person_search.chosen(session)
            is_news = late.take_out(session, number, person_id, why=request.form.get("why", ""), by=by, at=shell.now())
            if is_news:
                note(session, "appeal.take-out", appeal_id, subject="appeal")
                note(session, "appeal.take-out", person_id)
    except tuple(REFUSALS) as refused:
        return _add_form(number, shell.say(REFUSALS[type(refused)]))
    except Invalid:
        return _add_form(number, shell.say(N_("Choisissez une personne.")))
    if not is_news:
        return shell.back(_here(appeal_id), shell.say(N_("Cette personne n’y est pas, ou plus.")), kind="note")
    return shell.back(_here(appeal_id), shell.say(N_("Retirée : elle ne recevra rien.")))


@guard.page(blueprint, "/<int:appeal_id>/abandon", permission=Permission.CAMPAIGNS_EDIT, methods=("POST",))
def abandon(appeal_id: int) -> ResponseReturnValue:
    """Calls a frozen appeal off before anything of it left, with a reason."""
    by, now = guard.signed_in().account.id, shell.now()
    try:
        with shell.assembly().database.transaction() as session:
            abandoning.abandon(session, AppealId(appeal_id), why=request.form.get("why", ""), by=by, at=now)
            note(session, "appeal.abandon", appeal_id, subject="appeal")
    except tuple(REFUSALS) as refused:
        return _refused(appeal_id, refused)
    return shell.back(_here(appeal_id), shell.say(N_("Abandonné : rien n’en part, et il ne retient plus personne.")))


def _add_form(appeal_id: AppealId, error: str = "") -> Response:
    typed = request.form.get("who", "").strip()[:200]
    with shell.assembly().database.reading() as session:
        found = service.appeal(session, appeal_id)
        cells = service.cells(session, appeal_id)
        answers = person_search.answers(session, typed)
    return shell.show(
        "office/appeals/late.html",
        status=422 if error else 200,
        appeal=found,
        cells=[(cell.id, f"{cell.position:02d} · {cell.plan.name}") for cell in cells],
        who=typed,
        found=answers,
        why=request.form.get("why", "")[:200],
        error=error,
    )


def _refused(appeal_id: int, refused: PortevoixError) -> Response:
    words = REFUSALS[type(refused)]
    said = stale(refused) if isinstance(refused, BlockListStale) else shell.say(words, most=paper.MOST)
    return shell.back(_here(appeal_id), said, kind="refused")


def _here(appeal_id: int) -> str:
    return url_for("appeal_cells.show", appeal_id=appeal_id)


def _pieces(kept: IO[bytes]) -> Iterator[bytes]:
    with kept:
        kept.seek(0)
        while piece := kept.read(PIECE):
            yield piece
