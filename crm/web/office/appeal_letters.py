"""The letters of an appeal that the house prints itself: words by package and language, one of them to look at."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.consent.model import Channel
from crm.foundation import documents
from crm.fundraising import printing, service, versions
from crm.fundraising.errors import AppealMissing, PlanWrong
from crm.fundraising.model import Recipient, WholeAppeal
from crm.people.words import LANGUAGES
from crm.staff.model import Permission
from crm.values.identifiers import AppealId
from crm.values.languages import Language
from crm.web.office import guard, in_place, shell
from crm.web.office.appeal_files import letter_desk
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("appeal_letters", __name__, url_prefix="/office/appeals")

WRONG = {
    "letter": N_("La lettre a 4 000 signes au plus."),
    "package": N_("Choisissez un envoi de cet appel."),
}
MOST_TURNS = 10_000


@guard.page(blueprint, "/<int:appeal_id>/letters", permission=Permission.CAMPAIGNS_READ)
def index(appeal_id: int) -> ResponseReturnValue:
    """Which words each letter gets, and the form of some of them."""
    return _page(AppealId(appeal_id), request.args.get("package", "")[:8], _language(request.args.get("language", "")))


@guard.page(blueprint, "/<int:appeal_id>/letters", permission=Permission.CAMPAIGNS_EDIT, methods=("POST",))
def write(appeal_id: int) -> ResponseReturnValue:
    """Writes the words of a version, or takes them away."""
    package, language = request.form.get("package", "")[:8], _language(request.form.get("language", ""))
    text = request.form.get("letter", "")[:5000]
    try:
        with shell.assembly().database.transaction() as session:
            versions.put(session, AppealId(appeal_id), package, language, text)
            facts = {"package": package, "language": language.value}
            note(session, "appeal.letter", appeal_id, facts, subject="appeal")
    except PlanWrong as wrong:
        said = {wrong.field or "letter": shell.say(WRONG[wrong.field or "letter"])}
        return _page(AppealId(appeal_id), package, language, text=text, errors=said)
    here = url_for("appeal_letters.index", appeal_id=appeal_id)
    return shell.back(
        here, shell.say(N_("Ces mots sont enregistrés.") if text.strip() else N_("Ces mots sont retirés."))
    )


@guard.page(blueprint, "/<int:appeal_id>/letters/look", permission=Permission.SUPPORTERS_EXPORT)
def look(appeal_id: int) -> ResponseReturnValue:
    """One letter of a version, as somebody would get it."""
    package, language, turn = _asked()
    with shell.assembly().database.reading() as session:
        appeal, found = _one(session, appeal_id, package, language, turn)
        several = versions.versions(session, appeal)
    return shell.show(
        "office/appeals/letter.html",
        appeal=appeal,
        one=found,
        turn=turn,
        package=package,
        spoken_in=language.value,
        versions=several,
        languages=dict(in_place.options(LANGUAGES)),
    )


@guard.page(blueprint, "/<int:appeal_id>/letters/image", permission=Permission.SUPPORTERS_EXPORT)
def image(appeal_id: int) -> ResponseReturnValue:
    """The same as a picture."""
    return _made(appeal_id, is_picture=True)


@guard.page(blueprint, "/<int:appeal_id>/letters/paper", permission=Permission.SUPPORTERS_EXPORT)
def on_paper(appeal_id: int) -> ResponseReturnValue:
    """The same as a PDF."""
    return _made(appeal_id, is_picture=False)


def _made(appeal_id: int, *, is_picture: bool) -> Response:
    package, language, turn = _asked()
    with shell.assembly().database.reading() as session:
        appeal, found = _one(session, appeal_id, package, language, turn)
        if found is None:
            abort(404)
        facts = printing.facts(appeal, versions.written(session, appeal), letter_desk(), [found])
    if is_picture:
        answer = Response(documents.image("appeal", facts, dots=80), content_type="image/png")
    else:
        answer = Response(documents.pdf("appeal", facts, at=shell.now()), content_type="application/pdf")
        answer.headers["Content-Disposition"] = 'inline; filename="lettre.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _one(
    session: Session, appeal_id: int, package: str, language: Language, turn: int
) -> tuple[WholeAppeal, Recipient | None]:
    appeal = service.appeal(session, AppealId(appeal_id))
    if appeal.plan.channel is not Channel.POST:
        raise AppealMissing
    questions = shell.assembly().questions
    return appeal, printing.one(session, questions, appeal, package, language, turn=turn, at=shell.now())


def _page(
    appeal_id: AppealId,
    package: str,
    language: Language,
    *,
    text: str | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    with shell.assembly().database.reading() as session:
        appeal = service.appeal(session, appeal_id)
        if appeal.plan.channel is not Channel.POST:
            raise AppealMissing
        known = versions.written(session, appeal)
        several = versions.versions(session, appeal)
        packages = versions.packages(session, appeal)
    every = [("", shell.say(N_("tous les envois")))]
    return shell.show(
        "office/appeals/letters.html",
        status=422 if errors else 200,
        appeal=appeal,
        versions=several,
        known=known,
        packages=[*every, *((one, shell.say(N_("envoi %(package)s"), package=one)) for one in packages)],
        languages=in_place.options(LANGUAGES),
        package=package,
        spoken_in=language.value,
        letter=known.get((package, language), "") if text is None else text,
        errors=errors or {},
        spoken=dict(in_place.options(LANGUAGES)),
    )


def _asked() -> tuple[str, Language, int]:
    turn = request.args.get("turn", 0, type=int)
    return (
        request.args.get("package", "")[:8],
        _language(request.args.get("language", "")),
        min(max(turn, 0), MOST_TURNS),
    )


def _language(text: str) -> Language:
    return Language(text) if text in set(Language) else Language.FR
