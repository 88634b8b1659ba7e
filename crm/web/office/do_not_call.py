"""The national do-not-call list: brought as a file, kept as keyed hashes, too old after so many days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from crm.consent import do_not_call
from crm.consent.errors import BlockListOlder, BlockListStale
from crm.fundraising import incoming
from crm.imports.errors import FileRefused
from crm.privacy import limits
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.web.office import guard, import_words, shell
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("do_not_call", __name__, url_prefix="/office/do-not-call")

SHOWN = 12


@blueprint.before_request
def _let_a_file_through() -> None:
    if request.endpoint == "do_not_call.bring":
        request.max_content_length = incoming.MOST_BYTES + 1024 * 1024


@guard.page(blueprint, "", permission=Permission.CAMPAIGNS_READ)
def index() -> ResponseReturnValue:
    """Which list holds, for how long, and the form for a newer one."""
    return _page({})


@guard.page(blueprint, "", permission=Permission.CAMPAIGNS_EDIT, methods=("POST",))
def bring() -> ResponseReturnValue:
    """Keeps a list in place of the one before."""
    made, by, at = shell.assembly(), guard.signed_in().account.id, shell.now()
    try:
        dated_on, (found, sha256) = _day(), _numbers()
        with made.database.transaction() as session:
            kept = do_not_call.bring(
                session,
                made.addresses,
                found.e164(),
                dated_on=dated_on,
                sha256=sha256,
                by=by,
                at=at,
                source=request.form.get("source", ""),
            )
            told = {"list": kept.id, "numbers": kept.numbers, "sha256": sha256}
            note(session, "do-not-call.bring", None, told, subject="do-not-call")
    except Unusable as wrong:
        return _page({wrong.field: wrong.said})
    except FileRefused as refused:
        return _page({"file": import_words.refusal_of(refused.why, refused.line)})
    except BlockListOlder:
        return _page(
            {"dated_on": shell.say(N_("Nous tenons déjà une liste plus récente : celle-ci n’est pas gardée."))}
        )
    said = N_("%(numbers)s numéros ne seront pas appelés. Lignes sans numéro : %(unread)s.")
    counts = {"numbers": shell.number(kept.numbers), "unread": shell.number(len(found.unread))}
    return shell.back(url_for("do_not_call.index"), shell.say(said, **counts))


@guard.page(blueprint, "/<int:list_id>/drop", permission=Permission.CAMPAIGNS_EDIT, methods=("POST",))
def drop(list_id: int) -> ResponseReturnValue:
    """Holds the list of a source no longer."""
    with shell.assembly().database.transaction() as session:
        if do_not_call.drop(session, list_id):
            note(session, "do-not-call.drop", None, {"list": list_id}, subject="do-not-call")
    return shell.back(url_for("do_not_call.index"), shell.say(N_("Cette liste n’est plus tenue.")))


class Unusable(Exception):
    """A field of a form that cannot be used, and the sentence that says why."""

    def __init__(self, field: str, said: str) -> None:
        super().__init__(field)
        self.field, self.said = field, said


def _day() -> date:
    try:
        dated_on = date.fromisoformat(request.form.get("dated_on", "").strip())
    except ValueError as error:
        raise Unusable("dated_on", shell.say(N_("Écrivez le jour de la liste."))) from error
    if dated_on > brussels_day(shell.now()):
        raise Unusable("dated_on", shell.say(N_("Ce jour n’est pas encore venu.")))
    return dated_on


def _numbers() -> tuple[incoming.Listed, str]:
    """The numbers of the file that was sent, and its SHA-256. Raises FileRefused."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Unusable("file", shell.say(N_("Choisissez un fichier.")))
    with incoming.taken_in(file.stream) as came:
        found = incoming.listed(came)
        sha256 = came.sha256
    if not found.numbers:
        raise Unusable("file", shell.say(N_("Il n’y a aucun numéro de téléphone dans ce fichier.")))
    if len(found.unread) > len(found.numbers):
        said = N_("Trop de lignes sans numéro (%(lines)s…) : est-ce la bonne liste ?")
        raise Unusable("file", shell.say(said, lines=", ".join(str(one) for one in found.unread[:SHOWN])))
    return found, sha256


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    return _page({"file": shell.say(N_("Ce fichier dépasse 64 Mo : enregistrez-le en CSV."))}, status=413)


def _page(errors: Mapping[str, str], *, status: int = 422) -> Response:
    today = brussels_day(shell.now())
    with shell.assembly().database.reading() as session:
        days = limits.value(session, limits.BLOCK_LIST, today)
        several, held = do_not_call.lists(session), do_not_call.held_lists(session)
        names = {account.id: account.name for account in staff.accounts(session)}
    return shell.show(
        "office/appeals/do_not_call.html",
        status=status if errors else 200,
        errors=errors,
        lists=several,
        held=held[0] if held else None,
        blocked=sum(one.numbers for one in held),
        sources=[one.source for one in held] or [do_not_call.NATIONAL],
        stale={one.id for one in held if one.is_stale(today, days)},
        days=days,
        names=names,
        typed=request.form.get("dated_on", "")[:20] or today.isoformat(),
        source=do_not_call.source_of(request.form.get("source", "")),
    )


def stale(refused: BlockListStale) -> str:
    """Why nobody may be called by the list that we hold, and what to do."""
    if refused.dated_on is None:
        return shell.say(N_("Aucune liste « Ne m’appelez plus » n’est importée : sans elle, personne n’est appelé."))
    said = N_(
        "La liste « Ne m’appelez plus » date du %(day)s et vaut %(days)s jours : importez-en une plus récente, "
        "puis recommencez."
    )
    return shell.say(said, day=shell.day(refused.dated_on), days=refused.days)
