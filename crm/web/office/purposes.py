"""Why we write: what people may say yes to, and the words beside its box, in each language."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue

from crm.consent import purposes
from crm.consent import service as consent
from crm.consent.model import Purpose
from crm.staff.model import Permission
from crm.values.errors import Invalid
from crm.values.languages import Language
from crm.web.office import guard, shell
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("purposes", __name__, url_prefix="/office/policies/purposes")

LANGUAGES = (("fr", "Français"), ("nl", "Nederlands"), ("de", "Deutsch"), ("en", "English"))
WRONG = {
    "code": N_("Un mot court en minuscules, sans espace ni accent, par exemple « nouvelles »."),
    "taken": N_("Une autre finalité porte déjà ce nom court."),
    "name": N_("Un nom de 80 signes au plus, en français d’abord."),
    "promise": N_("Une phrase de 400 signes au plus, en français d’abord."),
}


@guard.page(blueprint, "", permission=Permission.PRIVACY_READ)
def index() -> ResponseReturnValue:
    """Each purpose with its words, in the order in which people meet them."""
    with shell.assembly().database.reading() as session:
        found = consent.letters(session)
    return shell.show("office/policies/purposes.html", purposes=found, languages=LANGUAGES)


@guard.page(blueprint, "/new", permission=Permission.PRIVACY_ACT)
def new() -> ResponseReturnValue:
    """The form of a new one."""
    return _form(None, {}, {})


@guard.page(blueprint, "/new", permission=Permission.PRIVACY_ACT, methods=("POST",))
def add() -> ResponseReturnValue:
    """One more thing that people may say yes to."""
    code = request.form.get("code", "").strip()[:80]
    with shell.assembly().database.reading() as session:
        is_taken = any(one.code == code for one in consent.purposes(session))
    if is_taken:
        return _form(None, request.form, {"code": shell.say(WRONG["taken"])})
    return _write(None, code)


@guard.page(blueprint, "/<code>", permission=Permission.PRIVACY_READ)
def show(code: str) -> ResponseReturnValue:
    """One purpose and its words."""
    found = _find(code)
    return _form(found, _held(found), {})


@guard.page(blueprint, "/<code>", permission=Permission.PRIVACY_ACT, methods=("POST",))
def change(code: str) -> ResponseReturnValue:
    """Writes its words anew; what people were shown stays in the ledger."""
    return _write(_find(code), code)


def _write(held: Purpose | None, code: str) -> ResponseReturnValue:
    names, promises = (
        {language: request.form.get(f"{part}-{language}", "")[:2000] for language, _ in LANGUAGES}
        for part in ("name", "promise")
    )
    try:
        with shell.assembly().database.transaction() as session:
            made = purposes.write(session, code, names=names, promises=promises)
            note(session, "purpose.put", None, {"code": made.code}, subject="purpose")
    except Invalid as wrong:
        field = wrong.field or "code"
        return _form(held, request.form, {field: shell.say(WRONG[field.partition("-")[0]])})
    said = N_("« %(name)s » est enregistrée.") if held else N_("« %(name)s » est prête : on peut désormais y dire oui.")
    return shell.back(url_for("purposes.index"), shell.say(said, name=made.name(shell.language())))


def _find(code: str) -> Purpose:
    with shell.assembly().database.reading() as session:
        found = purposes.find(session, code)
    return found if found is not None else abort(404)


def _held(purpose: Purpose) -> dict[str, str]:
    return {f"name-{language}": text for language, text in purpose.names.items()} | {
        f"promise-{language}": text for language, text in purpose.promises.items()
    }


def _form(held: Purpose | None, typed: Mapping[str, str], errors: Mapping[str, str]) -> ResponseReturnValue:
    fields = ["code", *(f"{part}-{language.value}" for part in ("name", "promise") for language in Language)]
    return shell.show(
        "office/policies/purpose.html",
        status=422 if errors else 200,
        held=held,
        typed={name: typed.get(name, "") for name in fields},
        languages=LANGUAGES,
        errors=dict(errors),
    )
