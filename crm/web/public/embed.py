"""The sign-up form on other sites: plain HTML that posts to our own page, a style for it, and a script that helps.

Without script one reads and presses once more on our page, where nothing of what was typed is lost. With it, the form
fetches the token that our own form carries, as long as it still shows the words of today.
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, make_response, request, send_file

from crm.foundation.templating import TEMPLATES, render
from crm.values.languages import Language
from crm.web.public import notices, page, sign_up_form

blueprint = Blueprint("embed", __name__)


def snippet(speaks: Language, codes: frozenset[str], *, with_script: bool = True) -> str:
    """The form as HTML to copy, with those letters (all of them where none is named), in one language."""
    made = page.assembly()
    with made.database.reading() as session:
        offers = notices.offers(session, speaks, made.settings.organisation)
    public = made.settings.public_url
    digest = sign_up_form.words_digest(offers)
    return render(
        "public/embed/snippet.html",
        speaks,
        action=f"{public}/inscription?lang={speaks.value}",
        style=f"{public}/inscription/formulaire.css",
        script=f"{public}/inscription/formulaire.js" if with_script else "",
        token_url=f"{public}/inscription/jeton?lang={speaks.value}&mots={digest}",
        offers=[one for one in offers if not codes or one.code in codes],
        information=notices.information(speaks, made.settings.organisation),
        ages=[(code, page.say(speaks, text)) for code, text in sign_up_form.AGES.items()],
        trap=sign_up_form.TRAP,
        origin=sign_up_form.FROM_A_SITE,
    )


@blueprint.get("/inscription/jeton")
def token() -> Response:
    """A form's token, for a page that shows the words of today; 409 for one that shows others. Nothing personal."""
    made = page.assembly()
    speaks = Language.best(request.args.get("lang"))
    with made.database.reading() as session:
        offers = notices.offers(session, speaks, made.settings.organisation)
    if request.args.get("mots", "") == sign_up_form.words_digest(offers):
        response = jsonify(token=sign_up_form.token(made.links, offers, page.now()))
    else:
        response = make_response(jsonify(token=""), 409)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@blueprint.get("/inscription/formulaire.js")
def script() -> Response:
    """The script that helps; any site may load it."""
    return _for_all("embed.js")


@blueprint.get("/inscription/formulaire.css")
def style() -> Response:
    """The style of the form; any site may load it, or write its own."""
    return _for_all("embed.css")


def _for_all(name: str) -> Response:
    response = send_file(TEMPLATES / "static" / name, max_age=3600)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
