"""From the four kinds of error to HTTP: a status and a page (what happened, what is safe, what to do)."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass

from flask import Flask, Response, current_app, g, make_response, request, url_for
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException

from crm.assembly import Assembly
from crm.foundation.templating import render
from crm.segments.errors import ThingGone
from crm.staff.model import StaffSession
from crm.values.errors import Conflict, Invalid, Missing, PortevoixError, Unavailable
from crm.values.languages import Language
from crm.web import words
from crm.web.api import problems
from crm.web.assets import asset
from crm.web.words import N_

log = logging.getLogger("portevoix.web")


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """What a person reads when something went wrong."""

    title: str
    happened: str
    safe: str
    todo: str


PAGES = {
    400: Page(
        title=N_("Cette demande est incomplète"),
        happened=N_("Ce que nous avons reçu ne peut pas être utilisé tel quel."),
        safe=N_("Rien n’a été modifié."),
        todo=N_("Revenez à la page précédente, vérifiez ce que vous avez saisi et recommencez."),
    ),
    401: Page(
        title=N_("Votre session a pris fin"),
        happened=N_("Vous êtes resté·e longtemps sans ouvrir de page, ou vous vous êtes déconnecté·e ailleurs."),
        safe=N_("Rien n’a été modifié."),
        todo=N_("Connectez-vous de nouveau, puis recommencez."),
    ),
    403: Page(
        title=N_("Cette page ne vous est pas ouverte"),
        happened=N_("Votre rôle ne permet pas cette action, ou le formulaire venait d’une session terminée."),
        safe=N_("Rien n’a été modifié."),
        todo=N_("Rechargez la page et recommencez. Si cela persiste, demandez à une personne qui administre."),
    ),
    404: Page(
        title=N_("Cette page n’existe pas"),
        happened=N_("L’adresse est incomplète, ou ce qu’elle montrait a été retiré."),
        safe=N_("Rien n’a été modifié."),
        todo=N_("Vérifiez l’adresse ou repartez de l’accueil."),
    ),
    405: Page(
        title=N_("Cette adresse ne s’utilise pas ainsi"),
        happened=N_("Cette action demande un bouton de nos pages, pas un simple lien."),
        safe=N_("Rien n’a été modifié."),
        todo=N_("Repartez de la page précédente."),
    ),
    409: Page(
        title=N_("Cela a changé entre-temps"),
        happened=N_("Quelqu’un d’autre, ou l’horloge, a agi juste avant vous : l’action n’est plus possible."),
        safe=N_("Votre action n’a pas été faite, rien d’autre n’a été modifié."),
        todo=N_("Rouvrez la page pour voir où en sont les choses, puis décidez."),
    ),
    413: Page(
        title=N_("C’est trop volumineux"),
        happened=N_("Ce que vous envoyez dépasse la taille permise."),
        safe=N_("Rien n’a été modifié."),
        todo=N_("Raccourcissez, puis recommencez."),
    ),
    422: Page(
        title=N_("Quelque chose est à corriger"),
        happened=N_("Une des valeurs saisies ne convient pas."),
        safe=N_("Rien n’a été modifié."),
        todo=N_("Revenez au formulaire et corrigez le champ en cause."),
    ),
    429: Page(
        title=N_("Trop d’essais à la suite"),
        happened=N_("Beaucoup de demandes sont arrivées en peu de temps."),
        safe=N_("Rien n’a été modifié."),
        todo=N_("Attendez quelques minutes, puis recommencez."),
    ),
    500: Page(
        title=N_("Une erreur est survenue chez nous"),
        happened=N_("Le programme a rencontré un cas qu’il ne connaît pas."),
        safe=N_("L’action en cours a été annulée en entier : rien n’est enregistré à moitié."),
        todo=N_("Recommencez dans un instant. Si cela se répète, transmettez le numéro d’incident."),
    ),
    503: Page(
        title=N_("Un service ne répond pas"),
        happened=N_("La base de données ou un serveur dont nous dépendons ne répond pas pour le moment."),
        safe=N_("Rien n’a été perdu, et rien n’a été fait deux fois."),
        todo=N_("Attendez une minute, puis recommencez."),
    ),
}


def add_to(app: Flask) -> None:
    """Every exception of every route ends here."""
    app.register_error_handler(problems.Problem, problems.answer)
    app.register_error_handler(PortevoixError, _known)
    app.register_error_handler(ThingGone, _gone)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(OverflowError, _beyond)
    app.register_error_handler(DataError, _beyond)
    app.register_error_handler(Exception, _unknown)


def status_of(error: PortevoixError) -> int:
    """The HTTP status of a kind of error; 422 where a field is named, since a form can be mended."""
    match error:
        case Invalid():
            return 422 if error.field else 400
        case Missing():
            return 404
        case Conflict():
            return 409
        case Unavailable():
            return 503
    return 500


def _known(error: PortevoixError) -> Response:
    status = status_of(error)
    if status >= 500:
        log.warning("unavailable", extra={"kind": type(error).__name__, "endpoint": request.endpoint})
    return page(status)


def _gone(error: ThingGone) -> Response:
    """A question that names what was deleted, wherever it is put: said with its name, as is the way to mend it."""
    return page(409, happened=gone_words(error, _language()))


def gone_words(gone: ThingGone, speaking: Language) -> str:
    """What a question names and nobody finds any more, and how to mend it."""
    one, several = (
        N_(
            "%(named)s n’existe plus : personne ne peut être compté ainsi. Choisissez autre chose dans le segment, "
            "ou retirez cette condition."
        ),
        N_(
            "%(named)s n’existent plus : personne ne peut être compté ainsi. Choisissez autre chose dans le segment, "
            "ou retirez ces conditions."
        ),
    )
    never, both = (
        N_(
            "Rien ici ne s’appelle %(named)s : personne ne peut être compté ainsi. Choisissez autre chose dans le "
            "segment, ou retirez cette condition."
        ),
        N_("Rien ici ne s’appelle %(named)s."),
    )

    def named(things: list[tuple[str, str]]) -> str:
        return ", ".join(f"« {name} » ({words.say(speaking, label)})" for label, name in things)

    lost = [thing for thing in gone.things if thing not in gone.unknown]
    unknown = [thing for thing in gone.things if thing in gone.unknown]
    if not lost:
        return words.say(speaking, never, named=named(unknown))
    said = words.say(speaking, one if len(lost) == 1 else several, named=named(lost))
    return f"{said} {words.say(speaking, both, named=named(unknown))}" if unknown else said


def _of_http(error: HTTPException) -> Response:
    if error.response is not None:
        return make_response(error.response)
    status = error.code or 500
    response = page(status if status in PAGES else (400 if status < 500 else 500))
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _database(error: OperationalError) -> Response:
    log.error("database", extra={"kind": type(error.orig).__name__, "endpoint": request.endpoint})
    return page(503)


def _beyond(error: Exception) -> Response:
    """A number that no row can have, or a sign that no text can hold: nobody is there, and nothing was written."""
    log.warning("beyond", extra={"kind": type(error).__name__, "endpoint": request.endpoint})
    return page(404 if request.method in {"GET", "HEAD"} else 400)


def _unknown(error: Exception) -> Response:
    incident = secrets.token_hex(4).upper()
    log.error(
        "incident", exc_info=error, extra={"incident": incident, "endpoint": request.endpoint, "method": request.method}
    )
    return page(500, incident=incident)


def page(status: int, *, incident: str = "", happened: str = "") -> Response:
    """The page of a status: the office's or the supporters' way, a toast for htmx, one line for machines."""
    if request.path.startswith("/api/"):
        return problems.of_status(status, incident=incident)
    said = PAGES[status]
    speaking = _language()
    values = {
        "title": words.say(speaking, said.title),
        "happened": happened or words.say(speaking, said.happened),
        "safe": words.say(speaking, said.safe),
        "todo": "" if happened else words.say(speaking, said.todo),
        "incident": incident,
        "status": status,
    }
    if request.path.startswith("/hooks/"):
        response = make_response(f"{values['title']}\n", status)
        response.content_type = "text/plain; charset=utf-8"
        return response
    office = request.path == "/office" or request.path.startswith("/office/")
    if office and "HX-Request" in request.headers:
        template = "office/components/error_toast.html"
    else:
        template = "office/error.html" if office else "public/error.html"
    response = make_response(_rendered(template, speaking, values), status)
    response.content_type = "text/html; charset=utf-8"
    if template.endswith("error_toast.html"):
        response.headers["HX-Retarget"] = "#toasts"
        response.headers["HX-Reswap"] = "beforeend"
    return response


def _rendered(template: str, speaking: Language, values: dict[str, object]) -> str:
    home = url_for("dashboard.index") if template.startswith("office") else "/"
    return render(
        template,
        speaking,
        organisation=_assembly().settings.organisation,
        asset=asset,
        url_for=url_for,
        home=home,
        **values,
    )


def _language() -> Language:
    found: StaffSession | None = g.get("staff")
    if found:
        return found.account.language
    if request.path.startswith("/office"):
        return _assembly().settings.office_language
    spoken: Language | None = g.get("language")
    return spoken or Language.best(request.accept_languages.best or None)


def _assembly() -> Assembly:
    made: Assembly = current_app.extensions["portevoix"]
    return made
