"""Signing in and out. One answer for every refusal: nobody learns from it who has an account."""

from __future__ import annotations

from flask import Blueprint, Response, abort, g, request, url_for
from flask.typing import ResponseReturnValue

from crm.staff import passkeys, sessions
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.web.office import entrance, guard, shell
from crm.web.words import N_

blueprint = Blueprint("sign_in", __name__, url_prefix="/office")

REFUSED = N_(
    "Cette adresse et ce mot de passe ne vont pas ensemble. "
    "Vérifiez-les ; après dix essais manqués, il faut attendre dix minutes."
)
NO_PASSKEY = N_("Cette clé d’accès n’ouvre aucun compte ici. Essayez avec votre mot de passe.")


@guard.open_page(blueprint, "/sign-in")
def form() -> ResponseReturnValue:
    """The form; whoever is signed in already goes on."""
    return entrance.go(entrance.wanted()) if g.staff else _form()


@guard.open_page(blueprint, "/sign-in", methods=("POST",))
def enter() -> ResponseReturnValue:
    """Looks at the password with no transaction open, then opens a session with a new token."""
    if not entrance.came_from_our_form():
        abort(403)
    assembly, now, visit = shell.assembly(), shell.now(), guard.visit()
    email, password = request.form.get("email", ""), request.form.get("password", "")
    with assembly.database.transaction() as session:
        attempt = staff.begin(session, email=email, at=now, addresses=assembly.addresses, origin=visit.origin)
    is_right = staff.is_right(attempt, password[:1000])
    with assembly.database.transaction() as session:
        signed_in = staff.conclude(
            session, assembly.sealer, attempt, is_right=is_right, at=now, required=guard.required(), visit=visit
        )
    if signed_in is None:
        return _form(email=email, error=shell.say(REFUSED), status=422)
    return entrance.let_in(signed_in, entrance.wanted())


@guard.open_page(blueprint, "/sign-in/passkey", methods=("POST",))
def enter_by_passkey() -> ResponseReturnValue:
    """A passkey whose device made sure of its owner opens a session by itself."""
    if not entrance.came_from_our_form():
        abort(403)
    assembly, now = shell.assembly(), shell.now()
    with assembly.database.transaction() as session:
        found = passkeys.recognise(
            session,
            assembly.links,
            entrance.site(),
            answer=entrance.passkey_answer(entrance.nonce_here()),
            at=now,
            asks_owner=True,
        )
        signed_in = (
            staff.enter_by_passkey(session, assembly.sealer, found, at=now, visit=guard.visit()) if found else None
        )
    if signed_in is None:
        return _form(error=shell.say(NO_PASSKEY), status=422)
    return entrance.let_in(signed_in, entrance.wanted())


@guard.page(blueprint, "/sign-out", permission=Permission.SIGNED_IN, methods=("POST",))
def leave() -> ResponseReturnValue:
    """Ends the session on our side: its token opens nothing any more, wherever it was copied to."""
    assembly = shell.assembly()
    with assembly.database.transaction() as session:
        sessions.sign_out(session, guard.signed_in().id, shell.now())
    response = entrance.go(url_for("sign_in.form"))
    response.delete_cookie(
        guard.cookie_name(assembly), path="/", secure=assembly.settings.secure_cookies, httponly=True, samesite="Lax"
    )
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _form(*, email: str = "", error: str = "", status: int = 200) -> Response:
    def question(nonce: str) -> passkeys.Question | None:
        if not entrance.makes_passkeys():
            return None
        made = shell.assembly()
        return passkeys.ask_to_show(made.links, entrance.site(), (), bound_to=nonce, at=shell.now(), asks_owner=True)

    return entrance.show("office/entrance/sign_in.html", status=status, email=email, error=error, question=question)
