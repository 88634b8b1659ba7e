"""What staff set for themselves: their language and their password."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from crm.staff import service as staff
from crm.staff.errors import WeakPassword
from crm.staff.model import Permission
from crm.values.languages import Language
from crm.web.office import guard, shell
from crm.web.words import N_

blueprint = Blueprint("account", __name__, url_prefix="/office/account")

SPOKEN = (Language.FR, Language.NL, Language.EN)
"""The languages the office is written in."""


@guard.page(blueprint, "/language", permission=Permission.SIGNED_IN, methods=("POST",))
def language() -> ResponseReturnValue:
    """From the next page on, the office speaks it."""
    wanted = Language.best(request.form.get("language"))
    with shell.assembly().database.transaction() as session:
        staff.change_language(session, guard.signed_in().account.id, wanted if wanted in SPOKEN else Language.FR)
    return shell.back(url_for("dashboard.index"))


@guard.page(blueprint, "/password", permission=Permission.SIGNED_IN)
def password() -> ResponseReturnValue:
    """The form."""
    return shell.show("office/password.html", errors={})


@guard.page(blueprint, "/password", permission=Permission.SIGNED_IN, methods=("POST",))
def change_password() -> ResponseReturnValue:
    """Asks for the present password again, ends every session, then asks to sign in anew."""
    assembly, now, account = shell.assembly(), shell.now(), guard.signed_in().account
    typed = {name: request.form.get(name, "")[:1000] for name in ("present", "password", "again")}
    with assembly.database.transaction() as session:
        attempt = staff.begin(session, email=account.email, at=now, addresses=assembly.addresses)
    errors: dict[str, str] = {}
    if not staff.is_right(attempt, typed["present"]):
        errors["present"] = shell.say(N_("Ce n’est pas votre mot de passe actuel."))
    if typed["password"] != typed["again"]:
        errors["again"] = shell.say(N_("Les deux nouveaux mots de passe diffèrent."))
    new_hash = ""
    try:
        new_hash = staff.password_hash(typed["password"], email=account.email)
    except WeakPassword:
        errors["password"] = shell.say(
            N_("Choisissez au moins douze caractères, assez variés : une phrase convient très bien.")
        )
    if errors:
        return shell.show("office/password.html", status=422, errors=errors)
    with assembly.database.transaction() as session:
        staff.change_password(session, assembly.sealer, account.id, new_hash=new_hash, by=account.id, at=now)
        staff.succeeded(session, attempt)
    return shell.back(url_for("sign_in.form"), shell.say(N_("Mot de passe changé. Connectez-vous avec le nouveau.")))
