"""What the pages before and on the threshold share: their forms' tokens, the session cookie, where to go next."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlsplit

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session

from crm.foundation.signing import TokenPurpose
from crm.staff import factors, passkeys
from crm.staff.model import Account, Awaited, SignedIn
from crm.web.office import guard, shell

FORM_COOKIE = "portevoix-form"


def show(template: str, *, status: int = 200, **values: Any) -> Response:
    """A page of somebody we do not know yet. Its form token is bound to a cookie of this browser.

    Templates get `token`, and `nonce` is what passkey questions of this page are bound to.
    """
    nonce = nonce_here() or secrets.token_urlsafe(24)
    built = {name: value(nonce) if callable(value) else value for name, value in values.items()}
    response = shell.show(
        template,
        status=status,
        token=shell.assembly().links.sign(TokenPurpose.FORM, ["entrance", nonce]),
        wanted=wanted(),
        **built,
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


def nonce_here() -> str:
    """What this browser's form token is bound to; empty where it has seen no form yet."""
    return request.cookies.get(FORM_COOKIE, "")


def came_from_our_form() -> bool:
    """False for a form that was not made for this very browser."""
    match shell.assembly().links.read(TokenPurpose.FORM, request.form.get("csrf", "")):
        case ["entrance", str(named)] if nonce_here():
            return guard.comes_from_here() and secrets.compare_digest(named.encode(), nonce_here().encode())
    return False


def let_in(signed_in: SignedIn, address: str) -> Response:
    """Gives the browser its session and sends it on: to `address`, or to the threshold if something is awaited."""
    made = shell.assembly()
    match signed_in.session.awaits:
        case None:
            target = address
        case Awaited.FACTOR:
            target = url_for("threshold.factor", next=address if address != url_for("dashboard.index") else None)
        case Awaited.ENROLMENT:
            target = url_for("threshold.enrol", next=address if address != url_for("dashboard.index") else None)
    response = Response(status=303, headers={"Location": target})
    give_cookie(response, signed_in)
    response.delete_cookie(FORM_COOKIE, path="/office", secure=made.settings.secure_cookies, samesite="Strict")
    return response


def give_cookie(response: Response, signed_in: SignedIn) -> None:
    """The browser keeps the session's token."""
    made = shell.assembly()
    response.set_cookie(
        guard.cookie_name(made),
        signed_in.token,
        path="/",
        httponly=True,
        secure=made.settings.secure_cookies,
        samesite="Lax",
    )


def wanted() -> str:
    """Where to go afterwards: an office address of ours, never anywhere else."""
    asked = request.values.get("next", "")
    parts = urlsplit(asked)
    ours = parts.path == "/office" or parts.path.startswith("/office/")
    clean = not any(c in asked for c in "\\\r\n\t\0") and "//" not in parts.path
    return asked if ours and clean and not parts.scheme and not parts.netloc else url_for("dashboard.index")


def site() -> passkeys.Site:
    """Whom passkeys are made for here."""
    chosen = shell.assembly().settings
    return passkeys.site_of(chosen.public_url, chosen.organisation.name)


def passkey_answer(bound_to: str) -> passkeys.Answer:
    """What the script of a page sent; `bound_to` is the session the page was made for."""
    return passkeys.Answer(
        text=request.form.get("answer", "")[:20_000],
        challenge=request.form.get("challenge", "")[:1000],
        bound_to=bound_to,
    )


def code_given(session: Session, account: Account) -> str | None:
    """How the code in the form proves that account (app or recovery code); None where it does not."""
    made = shell.assembly()
    return factors.answer(
        session,
        made.secrets,
        made.sealer,
        made.addresses,
        account,
        typed=request.form.get("code", "")[:100],
        at=shell.now(),
    )


def makes_passkeys() -> bool:
    """True where this page's address is the one that passkeys are made for: browsers refuse any other."""
    return urlsplit(request.host_url).hostname == site().host


def go(address: str) -> Response:
    """303."""
    response: Any = redirect(address, 303)
    made: Response = response
    return made
