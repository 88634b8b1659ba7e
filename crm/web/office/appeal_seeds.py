"""The control addresses of the house: who gets each letter that a mail house sends, to see that it arrives."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from crm.fundraising import seeds
from crm.people.words import LANGUAGES
from crm.staff.model import Permission
from crm.values.errors import Invalid
from crm.values.languages import Language
from crm.values.postal_address import AddressInvalid
from crm.web import address_form
from crm.web.office import guard, in_place, shell
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("appeal_seeds", __name__, url_prefix="/office/appeals/seeds")

NAMES = ("first_name", "last_name", "language")
WRONG = {
    "last_name": N_("Écrivez le nom qui sera imprimé."),
    "street": N_("Écrivez la rue où le courrier arrive."),
    "locality": N_("Écrivez la localité où le courrier arrive."),
    "seeds": N_("Vingt adresses témoins suffisent : retirez-en une d’abord."),
}


@guard.page(blueprint, "", permission=Permission.CAMPAIGNS_READ)
def index() -> ResponseReturnValue:
    """All of them, and the form of one more."""
    return _page(dict.fromkeys(NAMES, "") | {"language": "fr"} | address_form.parts(None))


@guard.page(blueprint, "", permission=Permission.CAMPAIGNS_EDIT, methods=("POST",))
def add() -> ResponseReturnValue:
    """One more."""
    given = {name: request.form.get(name, "").strip()[:100] for name in NAMES} | address_form.typed(request.form)
    language = Language(given["language"]) if given["language"] in set(Language) else Language.FR
    try:
        address = address_form.read(given)
        with shell.assembly().database.transaction() as session:
            made = seeds.add(
                session,
                first_name=given["first_name"],
                last_name=given["last_name"],
                language=language,
                address=address,
                by=guard.signed_in().account.id,
                at=shell.now(),
            )
            note(session, "appeal.seed-add", made, subject="appeal-seed")
    except AddressInvalid as wrong:
        return _page(given, address_form.problem(wrong, shell.language()))
    except Invalid as wrong:
        field = wrong.field or "last_name"
        return _page(given, {field: shell.say(WRONG.get(field, N_("Relisez cette valeur.")))})
    return shell.back(url_for("appeal_seeds.index"), shell.say(N_("Cette adresse reçoit dès maintenant chaque envoi.")))


@guard.page(blueprint, "/<int:seed_id>/drop", permission=Permission.CAMPAIGNS_EDIT, methods=("POST",))
def drop(seed_id: int) -> ResponseReturnValue:
    """Takes one out of the files to come."""
    with shell.assembly().database.transaction() as session:
        if seeds.drop(session, seed_id):
            note(session, "appeal.seed-drop", seed_id, subject="appeal-seed")
    return shell.back(url_for("appeal_seeds.index"), shell.say(N_("Retirée : les prochains fichiers ne l’ont plus.")))


def _page(given: Mapping[str, str], errors: Mapping[str, str] | None = None) -> Response:
    with shell.assembly().database.reading() as session:
        found = seeds.seeds(session)
    return shell.show(
        "office/appeals/seeds.html",
        status=422 if errors else 200,
        seeds=found,
        typed=given,
        errors=errors or {},
        countries=address_form.countries(shell.language()),
        languages=in_place.options(LANGUAGES),
        spoken=dict(in_place.options(LANGUAGES)),
    )
