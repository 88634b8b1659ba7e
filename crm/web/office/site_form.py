"""The sign-up form for the organisation's own site: chosen, seen as it will look, and copied as HTML."""

from __future__ import annotations

from html import escape

from flask import Blueprint, make_response, request, url_for
from flask.typing import ResponseReturnValue

from crm.consent import service as consent
from crm.staff.model import Permission
from crm.values.languages import Language
from crm.web import security_headers
from crm.web.office import guard, shell
from crm.web.public import embed
from crm.web.public.page import OWN_NAMES
from crm.web.words import N_

blueprint = Blueprint("site_form", __name__, url_prefix="/office/site-form")


@guard.page(blueprint, "", permission=Permission.EDITIONS_READ)
def index() -> ResponseReturnValue:
    """The choices, the HTML, and the form as visitors will meet it."""
    speaks, codes = _asked()
    with shell.assembly().database.reading() as session:
        letters = [
            (one.code, one.name(shell.language()), one.code in codes or not codes) for one in consent.letters(session)
        ]
    return shell.show(
        "office/embed/index.html",
        letters=letters,
        languages=[(one.value, name) for one, name in OWN_NAMES.items()],
        speaks=speaks.value,
        snippet=embed.snippet(speaks, codes),
        preview=url_for("site_form.preview", language=speaks.value, purpose=sorted(codes)),
    )


@guard.page(blueprint, "/preview", permission=Permission.EDITIONS_READ)
def preview() -> ResponseReturnValue:
    """The very HTML, in a page that our own may frame and that sends nothing anywhere."""
    speaks, codes = _asked()
    form = embed.snippet(speaks, codes, with_script=False)
    title = shell.say(N_("Aperçu du formulaire"))
    head = f'<!doctype html><html lang="{speaks.value}"><meta charset="utf-8"><title>{escape(title)}</title>'
    response = make_response(f"{head}<body>{form}</body></html>")
    return security_headers.as_specimen(response)


def _asked() -> tuple[Language, frozenset[str]]:
    return Language.best(request.args.get("language"), shell.language()), frozenset(request.args.getlist("purpose"))
