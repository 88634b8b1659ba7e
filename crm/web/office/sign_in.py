"""Signing in and out. One answer for every refusal: nobody learns from it who has an account."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from crm.foundation.signing import TokenPurpose
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.web.office import guard, shell
from crm.web.words import N_

blueprint = Blueprint("sign_in", __name__, url_prefix="/office")

FORM_COOKIE = "portevoix-form"
REFUSED = N_(
    "Cette adresse et ce mot de passe ne vont pas ensemble. "
    "Vérifiez-les ; après dix essais manqués, il faut attendre dix minutes."
)


@guard.open_page(blueprint, "/sign-in")
def form() -> ResponseReturnValue:
    """The form; whoever is signed in already goes on."""
    if g.staff:
        return redirect(_wanted(), 303)
    return _form()


@guard.open_page(blueprint, "/sign-in", methods=("POST",))
def enter() -> ResponseReturnValue:
    """Looks at the password with no transaction open, then opens a session with a new token."""
    if not _came_from_our_form():
        abort(403)
    assembly, now = shell.assembly(), shell.now()
    email, password = request.form.get("email", ""), request.form.get("password", "")
    with assembly.database.transaction() as session:
        attempt = staff.begin(session, email=email, at=now, addresses=assembly.addresses)
    is_right = staff.is_right(attempt, password[:1000])
    with assembly.database.transaction() as session:
        signed_in = staff.conclude(session, assembly.sealer, attempt, is_right=is_right, at=now)
    if signed_in is None:
        return _form(email=email, error=shell.say(REFUSED), status=422)
    response = redirect(_wanted(), 303)
    response.set_cookie(
        guard.cookie_name(assembly),
        signed_in.token,
        path="/",
        httponly=True,
        secure=assembly.settings.secure_cookies,
        samesite="Lax",
    )
    response.delete_cookie(FORM_COOKIE, path="/office")
    return response


@guard.page(blueprint, "/sign-out", permission=Permission.SIGNED_IN, methods=("POST",))
def leave() -> ResponseReturnValue:
    """Ends the session on our side: its token opens nothing any more, wherever it was copied to."""
    assembly = shell.assembly()
    with assembly.database.transaction() as session:
        staff.sign_out(session, guard.signed_in().id, shell.now())
    response = redirect(url_for("sign_in.form"), 303)
    response.delete_cookie(
        guard.cookie_name(assembly), path="/", secure=assembly.settings.secure_cookies, httponly=True, samesite="Lax"
    )
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _form(*, email: str = "", error: str = "", status: int = 200) -> Response:
    nonce = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)
    response = shell.show(
        "office/sign_in.html",
        status=status,
        email=email,
        error=error,
        wanted=_wanted(),
        token=shell.assembly().links.sign(TokenPurpose.FORM, ["sign-in", nonce]),
    )
    response.set_cookie(
        FORM_COOKIE,
        nonce,
        path="/office",
        httponly=True,
        secure=shell.assembly().settings.secure_cookies,
        samesite="Strict",
    )
    return response


def _came_from_our_form() -> bool:
    nonce = request.cookies.get(FORM_COOKIE, "")
    given = shell.assembly().links.read(TokenPurpose.FORM, request.form.get("csrf", ""))
    match given:
        case ["sign-in", str(named)] if nonce:
            return guard.comes_from_here() and secrets.compare_digest(named.encode(), nonce.encode())
    return False


def _wanted() -> str:
    """Where to go afterwards: an office address of ours, never anywhere else."""
    wanted = request.values.get("next", "")
    parts = urlsplit(wanted)
    ours = parts.path == "/office" or parts.path.startswith("/office/")
    clean = not any(c in wanted for c in "\\\r\n\t\0") and "//" not in parts.path
    return wanted if ours and clean and not parts.scheme and not parts.netloc else url_for("dashboard.index")
