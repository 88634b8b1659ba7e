"""What staff set for themselves: language, password, second factors, and where they are signed in."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from crm.foundation.encryption import Undecipherable
from crm.staff import factors, passkeys, sessions
from crm.staff import service as staff
from crm.staff.errors import FactorNeeded, WeakPassword
from crm.staff.model import Permission
from crm.values.languages import Language
from crm.web.office import entrance, guard, shell
from crm.web.office.invited import WEAK
from crm.web.office.threshold import WRONG_FIRST_CODE, WRONG_PASSKEY
from crm.web.words import N_

blueprint = Blueprint("account", __name__, url_prefix="/office/account")

SPOKEN = (Language.FR, Language.NL, Language.EN)
"""The languages the office is written in."""

NEEDED = N_("Votre rôle demande un second facteur : ajoutez-en un autre avant de retirer celui-ci.")


@guard.page(blueprint, "", permission=Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    """Everything one may set about oneself."""
    return _page()


@guard.page(blueprint, "/language", permission=Permission.SIGNED_IN, methods=("POST",))
def language() -> ResponseReturnValue:
    """From the next page on, the office speaks it."""
    wanted = Language.best(request.form.get("language"))
    with shell.assembly().database.transaction() as session:
        staff.change_language(session, guard.signed_in().account.id, wanted if wanted in SPOKEN else Language.FR)
    return shell.back(url_for("account.index") if request.form.get("from") == "account" else url_for("dashboard.index"))


@guard.page(blueprint, "/password", permission=Permission.SIGNED_IN)
def password() -> ResponseReturnValue:
    """The form."""
    return shell.show("office/account/password.html", errors={})


@guard.page(blueprint, "/password", permission=Permission.SIGNED_IN, methods=("POST",))
def change_password() -> ResponseReturnValue:
    """Asks for the present password again, ends every session, then asks to sign in anew."""
    assembly, now, account = shell.assembly(), shell.now(), guard.signed_in().account
    typed = {name: request.form.get(name, "")[:1000] for name in ("present", "password", "again")}
    with assembly.database.transaction() as session:
        attempt = staff.begin(
            session, email=account.email, at=now, addresses=assembly.addresses, origin=guard.visit().origin
        )
    errors: dict[str, str] = {}
    if not staff.is_right(attempt, typed["present"]):
        errors["present"] = shell.say(N_("Ce n’est pas votre mot de passe actuel."))
    if typed["password"] != typed["again"]:
        errors["again"] = shell.say(N_("Les deux nouveaux mots de passe diffèrent."))
    new_hash = ""
    try:
        new_hash = staff.password_hash(typed["password"], email=account.email)
    except WeakPassword:
        errors["password"] = shell.say(WEAK)
    if errors:
        return shell.show("office/account/password.html", status=422, errors=errors)
    with assembly.database.transaction() as session:
        staff.change_password(session, assembly.sealer, account.id, new_hash=new_hash, by=account.id, at=now)
        staff.succeeded(session, attempt)
    return shell.back(url_for("sign_in.form"), shell.say(N_("Mot de passe changé. Connectez-vous avec le nouveau.")))


@guard.page(blueprint, "/app", permission=Permission.SIGNED_IN, fresh=True)
def app() -> ResponseReturnValue:
    """A secret for an authenticator app; nothing is kept before a code proves it."""
    return _app()


@guard.page(blueprint, "/app", permission=Permission.SIGNED_IN, methods=("POST",), fresh=True)
def set_app() -> ResponseReturnValue:
    """The app takes the place of any other; recovery codes are shown once."""
    made, account = shell.assembly(), guard.signed_in().account
    proposed = request.form.get("proposed", "")
    try:
        with made.database.transaction() as session:
            codes = factors.set_app(
                session,
                made.secrets,
                made.sealer,
                account,
                proposed=proposed,
                code=request.form.get("code", ""),
                at=shell.now(),
            )
    except Undecipherable:
        return _app(status=422)
    if codes is None:
        return _app(proposed=proposed, errors={"code": shell.say(WRONG_FIRST_CODE)}, status=422)
    return shell.show("office/account/recovery_codes.html", codes=codes)


@guard.page(blueprint, "/app/remove", permission=Permission.SIGNED_IN, methods=("POST",), fresh=True)
def remove_app() -> ResponseReturnValue:
    """The app opens nothing any more."""
    made, account = shell.assembly(), guard.signed_in().account
    try:
        with made.database.transaction() as session:
            factors.remove_app(session, made.sealer, account, required=guard.required(), at=shell.now())
    except FactorNeeded:
        return shell.back(url_for("account.index"), shell.say(NEEDED), kind="refused")
    return shell.back(url_for("account.index"), shell.say(N_("L’application ne sert plus à vous connecter.")))


@guard.page(blueprint, "/recovery-codes", permission=Permission.SIGNED_IN, methods=("POST",), fresh=True)
def recovery_codes() -> ResponseReturnValue:
    """Ten new codes in place of the old ones."""
    made, account = shell.assembly(), guard.signed_in().account
    with made.database.transaction() as session:
        if not factors.factors_of(session, account.id).are_any:
            return shell.back(url_for("account.index"))
        codes = factors.new_codes(session, made.sealer, account, at=shell.now())
    return shell.show("office/account/recovery_codes.html", codes=codes)


@guard.page(blueprint, "/passkeys", permission=Permission.SIGNED_IN, fresh=True)
def new_passkey() -> ResponseReturnValue:
    """Asks the browser to make one."""
    return _new_passkey()


@guard.page(blueprint, "/passkeys", permission=Permission.SIGNED_IN, methods=("POST",), fresh=True)
def add_passkey() -> ResponseReturnValue:
    """Keeps it; the first factor of an account comes with recovery codes, shown once."""
    made, account = shell.assembly(), guard.signed_in().account
    with made.database.transaction() as session:
        is_first = not factors.factors_of(session, account.id).are_any
        kept = passkeys.make(
            session,
            made.links,
            made.sealer,
            entrance.site(),
            account,
            answer=entrance.passkey_answer(_bound()),
            name=request.form.get("name", "") or guard.visit().device,
            at=shell.now(),
        )
        codes = factors.new_codes(session, made.sealer, account, at=shell.now()) if kept and is_first else None
    if kept is None:
        return _new_passkey(error=shell.say(WRONG_PASSKEY), status=422)
    if codes:
        return shell.show("office/account/recovery_codes.html", codes=codes)
    return shell.back(url_for("account.index"), shell.say(N_("La clé d’accès est prête.")))


@guard.page(
    blueprint, "/passkeys/<int:passkey_id>/remove", permission=Permission.SIGNED_IN, methods=("POST",), fresh=True
)
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    """That passkey opens nothing any more."""
    made, account = shell.assembly(), guard.signed_in().account
    try:
        with made.database.transaction() as session:
            passkeys.remove(session, made.sealer, account, passkey_id, required=guard.required(), at=shell.now())
    except FactorNeeded:
        return shell.back(url_for("account.index"), shell.say(NEEDED), kind="refused")
    return shell.back(url_for("account.index"), shell.say(N_("La clé d’accès est retirée.")))


@guard.page(blueprint, "/sessions/<int:session_id>/end", permission=Permission.SIGNED_IN, methods=("POST",))
def end_session(session_id: int) -> ResponseReturnValue:
    """Signs that browser out, wherever it is."""
    made, account = shell.assembly(), guard.signed_in().account
    with made.database.transaction() as session:
        sessions.end_one(session, made.sealer, account.id, session_id, by=account.id, at=shell.now())
    return shell.back(url_for("account.index"), shell.say(N_("Cette session est fermée.")))


@guard.page(blueprint, "/sessions/end-others", permission=Permission.SIGNED_IN, methods=("POST",))
def end_other_sessions() -> ResponseReturnValue:
    """Signs every other browser out."""
    made, here = shell.assembly(), guard.signed_in()
    with made.database.transaction() as session:
        account_id = here.account.id
        ended = sessions.end_all(session, made.sealer, account_id, by=account_id, at=shell.now(), but=here.id)
    said = shell.say_count(N_("Une autre session est fermée."), N_("%(n)s autres sessions sont fermées."), ended)
    return shell.back(url_for("account.index"), said if ended else shell.say(N_("Vous n’étiez connecté·e qu’ici.")))


def _bound() -> str:
    return f"session {guard.signed_in().id}"


def _page() -> Response:
    here, now = guard.signed_in(), shell.now()
    with shell.assembly().database.reading() as session:
        has = factors.factors_of(session, here.account.id)
        open_sessions = sessions.sessions_of(session, here.account.id, now, limits=guard.limits())
    return shell.show(
        "office/account/index.html",
        has=has,
        sessions=open_sessions,
        present=here.id,
        is_needed=bool(here.account.roles & guard.required()),
        spoken=[language.value for language in SPOKEN],
    )


def _app(*, proposed: str = "", errors: dict[str, str] | None = None, status: int = 200) -> Response:
    made, account = shell.assembly(), guard.signed_in().account
    proposed = proposed or factors.propose_app(made.secrets, account)
    picture, secret = factors.show_app(made.secrets, account, proposed, issuer=made.settings.organisation.name)
    return shell.show(
        "office/account/app.html",
        status=status,
        picture=picture,
        secret=secret,
        proposed=proposed,
        errors=errors or {},
    )


def _new_passkey(*, error: str = "", status: int = 200) -> Response:
    made, account = shell.assembly(), guard.signed_in().account
    with made.database.reading() as session:
        known = factors.factors_of(session, account.id).passkeys
    question = None
    if entrance.makes_passkeys():
        question = passkeys.ask_to_make(made.links, entrance.site(), account, known, bound_to=_bound(), at=shell.now())
    return shell.show(
        "office/account/passkey.html",
        status=status,
        error=error,
        question=question,
        device=guard.visit().device,
        host=entrance.site().origin,
    )
