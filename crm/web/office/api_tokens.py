"""The tokens of the API: made here, shown once, shut at once."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from crm.partners import service as partners
from crm.partners.errors import TokenMissing
from crm.partners.model import LONGEST_NAME, NewToken, Scope, TokenState
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.staff.rules import may
from crm.values.calendar import brussels_day, instant_of
from crm.values.errors import Invalid
from crm.values.identifiers import ApiTokenId
from crm.web.api.scope_words import SCOPES
from crm.web.office import guard, shell
from crm.web.words import N_

blueprint = Blueprint("api_tokens", __name__, url_prefix="/office/api")

STATES = {
    TokenState.LIVE: (N_("Ouvert"), "done"),
    TokenState.EXPIRED: (N_("Expiré"), "stop"),
    TokenState.REVOKED: (N_("Révoqué"), "stop"),
}
ERRORS = {
    "name": N_("Donnez un nom à ce jeton, en cent caractères au plus : celui du programme qui s’en servira."),
    "scopes": N_("Cochez au moins une portée."),
    "origins": N_("Écrivez chaque site en entier, un par ligne, comme https://www.exemple.be : dix au plus."),
    "together": N_(
        "Un jeton dans une page se lit : il ne peut ni transmettre des dons, ni lire des segments, ni apporter des "
        "accords déjà confirmés. Faites deux jetons : un pour les pages, un autre pour votre serveur."
    ),
    "expires_on": N_("Choisissez un jour à venir."),
}


@guard.page(blueprint, "", permission=Permission.API_MANAGE)
def index() -> ResponseReturnValue:
    """Every token, living ones first."""
    made = shell.assembly()
    with made.database.reading() as session:
        found = partners.tokens(session)
        makers = {account.id: account for account in staff.accounts(session)}
    still = {one.id for one in makers.values() if one.is_active and may(one.roles, Permission.API_MANAGE)}
    rows = [
        {
            "token": token,
            "state": STATES[token.state(shell.now())],
            "is_live": token.state(shell.now()) is TokenState.LIVE,
            "maker": makers.get(token.created_by) if token.created_by is not None else None,
        }
        for token in found
    ]
    rows.sort(key=lambda row: not row["is_live"])
    return shell.show(
        "office/api_tokens/index.html",
        rows=rows,
        still=still,
        scope_words=SCOPES,
        address=f"{made.settings.public_url}/api/v1",
    )


@guard.page(blueprint, "/new", permission=Permission.API_MANAGE, fresh=True)
def new() -> ResponseReturnValue:
    """The form of a new token; nothing is ticked beforehand."""
    return _form({"name": "", "origins": "", "expires_on": ""}, frozenset(), {})


@guard.page(blueprint, "/new", permission=Permission.API_MANAGE, methods=("POST",), fresh=True)
def create() -> ResponseReturnValue:
    """Makes it and shows its text, this once: the page after a reload no longer has it."""
    typed = {name: request.form.get(name, "")[:2000] for name in ("name", "origins", "expires_on")}
    scopes = frozenset(scope for scope in Scope if scope.value in request.form.getlist("scope"))
    made = shell.assembly()
    try:
        asked = NewToken(
            name=typed["name"],
            scopes=scopes,
            origins=tuple(line for line in typed["origins"].split() if line),
            expires_at=_end_of(typed["expires_on"]),
        )
        with made.database.transaction() as session:
            issued = partners.create(session, made.sealer, asked, by=guard.signed_in().account.id, at=shell.now())
    except Invalid as wrong:
        name = wrong.field or "name"
        place = "origins" if name == "together" else name
        return _form(typed, scopes, {place: shell.say(ERRORS[name])}, status=422)
    response = shell.show(
        "office/api_tokens/issued.html",
        issued=issued,
        scope_words=SCOPES,
        address=f"{made.settings.public_url}/api/v1",
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@guard.page(blueprint, "/<int:token_id>/revoke", permission=Permission.API_MANAGE, methods=("POST",))
def revoke(token_id: int) -> ResponseReturnValue:
    """Shuts it at once, for good."""
    made = shell.assembly()
    with made.database.transaction() as session:
        if partners.find_token(session, ApiTokenId(token_id)) is None:
            raise TokenMissing
        token = partners.revoke(
            session, made.sealer, ApiTokenId(token_id), by=guard.signed_in().account.id, at=shell.now()
        )
    return shell.back(
        url_for("api_tokens.index"), shell.say(N_("« %(name)s » est révoqué : il n’ouvre plus rien."), name=token.name)
    )


def _end_of(text: str) -> datetime | None:
    """The end of that Belgian day; None for an empty text. Raises `Invalid`."""
    if not text.strip():
        return None
    try:
        return instant_of(date.fromisoformat(text.strip()) + timedelta(days=1), time(0))
    except (ValueError, OverflowError) as error:
        raise Invalid("not a day", field="expires_on") from error


def _form(typed: dict[str, str], scopes: frozenset[Scope], errors: dict[str, str], *, status: int = 200) -> Response:
    return shell.show(
        "office/api_tokens/new.html",
        status=status,
        typed=typed,
        chosen=scopes,
        scopes=[(scope, shell.say(word)) for scope, word in SCOPES.items()],
        errors=errors,
        longest=LONGEST_NAME,
        soonest=brussels_day(shell.now()).isoformat(),
    )
