"""After the password: the second factor, or setting one up where a role asks for it."""

from __future__ import annotations

from flask import Blueprint, Response, abort, g, request, url_for
from flask.typing import ResponseReturnValue

from crm.foundation.encryption import Undecipherable
from crm.staff import factors, passkeys, sessions
from crm.staff.model import Awaited, SignedIn, StaffSession
from crm.web.office import entrance, guard, shell
from crm.web.words import N_

blueprint = Blueprint("threshold", __name__, url_prefix="/office/sign-in")

WRONG_CODE = N_(
    "Ce code n’est pas le bon, ou il a déjà servi. Attendez le suivant ; après cinq essais manqués, il faut attendre."
)
WRONG_FIRST_CODE = N_("Ce code n’est pas celui de l’application. Vérifiez l’heure de votre téléphone et réessayez.")
WRONG_PASSKEY = N_("Cette clé d’accès n’a pas été reconnue. Réessayez, ou prenez un autre moyen.")


@guard.threshold_page(blueprint, "/factor")
def factor() -> ResponseReturnValue:
    """Asks for a code or a passkey."""
    return _factor() if guard.half().awaits is Awaited.FACTOR else entrance.go(url_for("threshold.enrol"))


@guard.threshold_page(blueprint, "/factor", methods=("POST",))
def give_code() -> ResponseReturnValue:
    """A code of the app, or a recovery code, opens the session."""
    made, half, now = shell.assembly(), _expecting(Awaited.FACTOR), shell.now()
    with made.database.transaction() as session:
        how = entrance.code_given(session, half.account)
        signed_in = sessions.complete(session, made.sealer, half, by=f"password+{how}", at=now) if how else None
    return _in(signed_in) if signed_in else _factor(error=shell.say(WRONG_CODE), status=422)


@guard.threshold_page(blueprint, "/factor/passkey", methods=("POST",))
def give_passkey() -> ResponseReturnValue:
    """A passkey of this account opens the session."""
    made, half, now = shell.assembly(), _expecting(Awaited.FACTOR), shell.now()
    with made.database.transaction() as session:
        found = passkeys.recognise(
            session, made.links, entrance.site(), answer=entrance.passkey_answer(_bound()), at=now
        )
        is_theirs = found is not None and found.id == half.account.id
        signed_in = sessions.complete(session, made.sealer, half, by="password+passkey", at=now) if is_theirs else None
    return _in(signed_in) if signed_in else _factor(error=shell.say(WRONG_PASSKEY), status=422)


@guard.threshold_page(blueprint, "/enrol")
def enrol() -> ResponseReturnValue:
    """Asks to set up an app or a passkey."""
    return _enrol() if guard.half().awaits is Awaited.ENROLMENT else entrance.go(url_for("threshold.factor"))


@guard.threshold_page(blueprint, "/enrol/app", methods=("POST",))
def enrol_app() -> ResponseReturnValue:
    """The app's first code proves that it was set up; the recovery codes are shown once."""
    made, half, now = shell.assembly(), _expecting(Awaited.ENROLMENT), shell.now()
    proposed, code = request.form.get("proposed", ""), request.form.get("code", "")
    try:
        with made.database.transaction() as session:
            codes = factors.set_app(
                session, made.secrets, made.sealer, half.account, proposed=proposed, code=code, at=now
            )
            signed_in = sessions.complete(session, made.sealer, half, by="password+app", at=now) if codes else None
    except Undecipherable:
        return _enrol(status=422)
    if signed_in is None or codes is None:
        return _enrol(proposed=proposed, error=shell.say(WRONG_FIRST_CODE), status=422)
    return _welcome(signed_in, codes)


@guard.threshold_page(blueprint, "/enrol/passkey", methods=("POST",))
def enrol_passkey() -> ResponseReturnValue:
    """A passkey was made; the recovery codes are shown once."""
    made, half, now = shell.assembly(), _expecting(Awaited.ENROLMENT), shell.now()
    with made.database.transaction() as session:
        kept = passkeys.make(
            session,
            made.links,
            made.sealer,
            entrance.site(),
            half.account,
            answer=entrance.passkey_answer(_bound()),
            name=guard.visit().device,
            at=now,
        )
        if kept is None:
            return _enrol(error=shell.say(WRONG_PASSKEY), status=422)
        codes = factors.new_codes(session, made.sealer, half.account, at=now)
        signed_in = sessions.complete(session, made.sealer, half, by="password+passkey", at=now)
    return _welcome(signed_in, codes)


@guard.threshold_page(blueprint, "/abandon", methods=("POST",))
def abandon() -> ResponseReturnValue:
    """Not me after all, or not now."""
    made = shell.assembly()
    with made.database.transaction() as session:
        sessions.sign_out(session, guard.half().id, shell.now())
    return entrance.go(url_for("sign_in.form"))


def _expecting(awaited: Awaited) -> StaffSession:
    half = guard.half()
    if half.awaits is not awaited:
        abort(403)
    return half


def _bound() -> str:
    return f"session {guard.half().id}"


def _in(signed_in: SignedIn) -> Response:
    return entrance.let_in(signed_in, entrance.wanted())


def _welcome(signed_in: SignedIn, codes: tuple[str, ...]) -> Response:
    g.half = signed_in.session
    response = shell.show("office/entrance/recovery_codes.html", codes=codes, wanted=entrance.wanted())
    entrance.give_cookie(response, signed_in)
    return response


def _factor(*, error: str = "", status: int = 200) -> Response:
    made, half = shell.assembly(), guard.half()
    with made.database.reading() as session:
        has = factors.factors_of(session, half.account.id)
    question = None
    if has.passkeys and entrance.makes_passkeys():
        question = passkeys.ask_to_show(made.links, entrance.site(), has.passkeys, bound_to=_bound(), at=shell.now())
    return shell.show(
        "office/entrance/factor.html",
        status=status,
        error=error,
        has=has,
        question=question,
        token=half.csrf,
        wanted=entrance.wanted(),
    )


def _enrol(*, proposed: str = "", error: str = "", status: int = 200) -> Response:
    made, half = shell.assembly(), guard.half()
    proposed = proposed or factors.propose_app(made.secrets, half.account)
    picture, secret = factors.show_app(made.secrets, half.account, proposed, issuer=made.settings.organisation.name)
    question = None
    if entrance.makes_passkeys():
        question = passkeys.ask_to_make(
            made.links, entrance.site(), half.account, (), bound_to=_bound(), at=shell.now()
        )
    return shell.show(
        "office/entrance/enrol.html",
        status=status,
        error=error,
        picture=picture,
        secret=secret,
        proposed=proposed,
        question=question,
        token=half.csrf,
        wanted=entrance.wanted(),
    )
