"""Showing again who one is, before something sensitive."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from crm.staff import factors, passkeys, sessions
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.web.office import entrance, guard, shell
from crm.web.office.threshold import WRONG_CODE, WRONG_PASSKEY
from crm.web.words import N_

blueprint = Blueprint("proof", __name__, url_prefix="/office/proof")

WRONG_PASSWORD = N_("Ce n’est pas votre mot de passe.")
GO_ON = N_("Merci, c’est bien vous. Vous pouvez continuer.")


@guard.page(blueprint, "", permission=Permission.SIGNED_IN)
def form() -> ResponseReturnValue:
    """Asks for the strongest thing this account has."""
    return _form()


@guard.page(blueprint, "", permission=Permission.SIGNED_IN, methods=("POST",))
def give() -> ResponseReturnValue:
    """A code where there is an app, else the password."""
    made, here, now = shell.assembly(), guard.signed_in(), shell.now()
    with made.database.reading() as session:
        has = factors.factors_of(session, here.account.id)
    if has.are_any:
        with made.database.transaction() as session:
            how = entrance.code_given(session, here.account)
            if how:
                sessions.prove(session, made.sealer, here, by=how, at=now)
        return _on() if how else _form(error=shell.say(WRONG_CODE), status=422)
    with made.database.transaction() as session:
        attempt = staff.begin(
            session, email=here.account.email, at=now, addresses=made.addresses, origin=guard.visit().origin
        )
    if not staff.is_right(attempt, request.form.get("password", "")[:1000]):
        return _form(error=shell.say(WRONG_PASSWORD), status=422)
    with made.database.transaction() as session:
        staff.succeeded(session, attempt)
        sessions.prove(session, made.sealer, here, by="password", at=now)
    return _on()


@guard.page(blueprint, "/passkey", permission=Permission.SIGNED_IN, methods=("POST",))
def give_passkey() -> ResponseReturnValue:
    """A passkey of this account."""
    made, here, now = shell.assembly(), guard.signed_in(), shell.now()
    with made.database.transaction() as session:
        found = passkeys.recognise(
            session, made.links, entrance.site(), answer=entrance.passkey_answer(_bound()), at=now
        )
        is_theirs = found is not None and found.id == here.account.id
        if is_theirs:
            sessions.prove(session, made.sealer, here, by="passkey", at=now)
    return _on() if is_theirs else _form(error=shell.say(WRONG_PASSKEY), status=422)


def _bound() -> str:
    return f"session {guard.signed_in().id}"


def _on() -> Response:
    return shell.back(entrance.wanted(), shell.say(GO_ON))


def _form(*, error: str = "", status: int = 200) -> Response:
    made, here = shell.assembly(), guard.signed_in()
    with made.database.reading() as session:
        has = factors.factors_of(session, here.account.id)
    question = None
    if has.passkeys and entrance.makes_passkeys():
        question = passkeys.ask_to_show(made.links, entrance.site(), has.passkeys, bound_to=_bound(), at=shell.now())
    return shell.show(
        "office/account/proof.html", status=status, error=error, has=has, question=question, wanted=entrance.wanted()
    )
