"""What the administration answered to a file of attestations, brought in from the office."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from crm.attestations import answering
from crm.attestations.errors import AnswerUnreadable, NothingToFile
from crm.staff.model import Permission
from crm.web.office import guard, shell
from crm.web.office.attestations import desk, known_year
from crm.web.words import N_

blueprint = Blueprint("attestation_answers", __name__, url_prefix="/office/gifts/attestations")

MOST_BYTES = 64 * 1024 * 1024
WRONG = {
    NothingToFile: N_("Aucun fichier de cette année n’a encore été fait : l’administration n’a rien à quoi répondre."),
    AnswerUnreadable: N_("Ce n’est pas une réponse de l’administration (JSON) : rien n’a été lu."),
}


@blueprint.before_request
def _let_an_answer_through() -> None:
    request.max_content_length = MOST_BYTES + 1024 * 1024


@guard.page(blueprint, "/<int:year>/answers", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def bring(year: int) -> ResponseReturnValue:
    """Lays each remark beside its attestation, in place of what was said of that file before."""
    known_year(year)
    made = shell.assembly()
    file = request.files.get("answer")
    text = file.read(MOST_BYTES + 1).decode("utf-8", "replace") if file else ""
    if not text.strip() or len(text) > MOST_BYTES:
        return desk(year, {"answer": shell.say(N_("Choisissez le fichier de la réponse, de 64 Mo au plus."))})
    try:
        with made.database.transaction() as session:
            by = guard.signed_in().account.id
            count = answering.read(session, made.sealer, year, text, at=shell.now(), by=by)
    except tuple(WRONG) as refused:
        return desk(year, {"answer": shell.say(WRONG[type(refused)])})
    read = N_("%(count)s remarques de l’administration sont lues.")
    said = read if count else N_("L’administration ne remarque rien.")
    return shell.back(url_for("attestations.show", year=year), shell.say(said, count=count))
