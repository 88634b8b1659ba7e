"""The team: who has an account, with which roles, since when, and where they are signed in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from crm.partners import service as partners
from crm.staff import account_links, factors, sessions
from crm.staff import service as staff
from crm.staff.errors import AccountExists, AlreadyJoined, LastAdministrator
from crm.staff.model import Account, AccountLink, Permission, Role
from crm.staff.rules import may
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId
from crm.values.languages import Language
from crm.web.office import guard, shell, staff_words
from crm.web.office.account import SPOKEN
from crm.web.office.invited import address_of
from crm.web.words import N_
from mailing.correspondence import colleagues

blueprint = Blueprint("team", __name__, url_prefix="/office/team")

LAST = N_("Il faut que quelqu’un puisse encore administrer : donnez d’abord ce rôle à une autre personne.")
LEFT = N_("Ses jetons d’API valent toujours : %(names)s. Remplacez-les, puis révoquez-les.")
NO_ROLE = N_("Choisissez au moins un rôle.")


@guard.page(blueprint, "", permission=Permission.STAFF_MANAGE)
def index() -> ResponseReturnValue:
    """Everybody, the closed accounts last."""
    now = shell.now()
    with shell.assembly().database.reading() as session:
        everybody = staff.accounts(session)
        seen, protected = staff.last_seen(session), factors.protected(session)
        invitations = account_links.invitations(session)
    rows = [
        {
            "account": account,
            "roles": staff_words.names(account.roles),
            "state": staff_words.state(account, invitations.get(account.id), now),
            "seen_at": seen.get(account.id),
            "is_protected": account.id in protected,
            "needs_factor": bool(account.roles & guard.required()),
        }
        for account in sorted(everybody, key=lambda account: (not account.is_active, account.name.casefold()))
    ]
    return shell.show("office/team/index.html", rows=rows)


@guard.page(blueprint, "/invite", permission=Permission.STAFF_MANAGE, fresh=True)
def new() -> ResponseReturnValue:
    """The form of an invitation."""
    return _form({"language": Language.FR.value}, (), {})


@guard.page(blueprint, "/invite", permission=Permission.STAFF_MANAGE, methods=("POST",), fresh=True)
def invite() -> ResponseReturnValue:
    """A new account, and a letter with a link to choose a password."""
    given = {name: request.form.get(name, "").strip()[:320] for name in ("email", "name", "language")}
    roles, made = _roles(), shell.assembly()
    errors: dict[str, str] = {}
    if not given["name"]:
        errors["name"] = shell.say(N_("Dites comment cette personne s’appelle."))
    if not roles:
        errors["roles"] = shell.say(NO_ROLE)
    if not errors:
        try:
            with made.database.transaction() as session:
                link = account_links.invite(
                    session,
                    made.sealer,
                    email=given["email"],
                    name=given["name"],
                    roles=roles,
                    language=_language(given["language"]),
                    by=guard.signed_in().account.id,
                    at=shell.now(),
                )
                colleagues.send_link(session, shell.assembly().desk, link, address=address_of(link), at=shell.now())
        except AccountExists:
            errors["email"] = shell.say(N_("Cette adresse a déjà un compte."))
        except Invalid:
            errors["email"] = shell.say(N_("Cette adresse e-mail n’est pas complète."))
    if errors:
        return _form(given, roles, errors, status=422)
    return shell.back(url_for("team.index"), shell.say(N_("Invitation envoyée à %(name)s."), name=link.account.name))


@guard.page(blueprint, "/<int:account_id>", permission=Permission.STAFF_MANAGE)
def show(account_id: int) -> ResponseReturnValue:
    """One account: its roles, its factors, its sessions."""
    return _page(AccountId(account_id))


@guard.page(blueprint, "/<int:account_id>/roles", permission=Permission.STAFF_MANAGE, methods=("POST",), fresh=True)
def change_roles(account_id: int) -> ResponseReturnValue:
    """Exactly the ticked ones, from the person's next page on."""
    made, roles = shell.assembly(), _roles()
    if not roles:
        return _page(AccountId(account_id), errors={"roles": shell.say(NO_ROLE)}, status=422)
    try:
        with made.database.transaction() as session:
            account = staff.change_roles(
                session, made.sealer, AccountId(account_id), roles=roles, by=_me(), at=shell.now()
            )
    except LastAdministrator:
        return _page(AccountId(account_id), errors={"roles": shell.say(LAST)}, status=422)
    if account.id == _me() and Role.ADMINISTRATOR not in account.roles:
        return shell.back(url_for("dashboard.index"), shell.say(N_("Vos rôles sont changés.")))
    return _back(account_id, N_("Rôles enregistrés."), _left_behind(account))


@guard.page(blueprint, "/<int:account_id>/disable", permission=Permission.STAFF_MANAGE, methods=("POST",), fresh=True)
def disable(account_id: int) -> ResponseReturnValue:
    """Closes the account and all its sessions at once."""
    made = shell.assembly()
    try:
        with made.database.transaction() as session:
            staff.disable(session, made.sealer, AccountId(account_id), by=_me(), at=shell.now())
    except LastAdministrator:
        return shell.back(url_for("team.show", account_id=account_id), shell.say(LAST), kind="refused")
    with made.database.reading() as session:
        closed = staff.account(session, AccountId(account_id))
    undo = (url_for("team.reopen", account_id=account_id), "")
    return _back(account_id, N_("Compte fermé, et toutes ses sessions avec lui."), _left_behind(closed), undo=undo)


@guard.page(blueprint, "/<int:account_id>/reopen", permission=Permission.STAFF_MANAGE, methods=("POST",), fresh=True)
def reopen(account_id: int) -> ResponseReturnValue:
    """With the password and the factors it had."""
    made = shell.assembly()
    with made.database.transaction() as session:
        staff.reopen(session, made.sealer, AccountId(account_id), by=_me(), at=shell.now())
    return _back(account_id, N_("Compte rouvert."))


@guard.page(
    blueprint, "/<int:account_id>/end-sessions", permission=Permission.STAFF_MANAGE, methods=("POST",), fresh=True
)
def end_sessions(account_id: int) -> ResponseReturnValue:
    """Signs the person out everywhere."""
    made = shell.assembly()
    with made.database.transaction() as session:
        account = staff.account(session, AccountId(account_id))
        sessions.end_all(session, made.sealer, account.id, by=_me(), at=shell.now())
    return _back(account_id, N_("Toutes ses sessions sont fermées."))


@guard.page(
    blueprint, "/<int:account_id>/reset-factors", permission=Permission.STAFF_MANAGE, methods=("POST",), fresh=True
)
def reset_factors(account_id: int) -> ResponseReturnValue:
    """For somebody who lost their telephone and their recovery codes."""
    made = shell.assembly()
    with made.database.transaction() as session:
        account = staff.account(session, AccountId(account_id))
        factors.reset(session, made.sealer, account.id, by=_me(), at=shell.now())
    return _back(account_id, N_("Ses seconds facteurs sont effacés ; toutes ses sessions sont fermées."))


@guard.page(
    blueprint, "/<int:account_id>/invite-again", permission=Permission.STAFF_MANAGE, methods=("POST",), fresh=True
)
def invite_again(account_id: int) -> ResponseReturnValue:
    """A new link; the old one is worthless from now on."""
    made = shell.assembly()
    try:
        with made.database.transaction() as session:
            link = account_links.invite_again(session, made.sealer, AccountId(account_id), by=_me(), at=shell.now())
            colleagues.send_link(session, shell.assembly().desk, link, address=address_of(link), at=shell.now())
    except AlreadyJoined:
        return _back(account_id, N_("Cette personne est déjà entrée : elle n’a plus besoin d’invitation."))
    return _back(account_id, N_("Nouvelle invitation envoyée ; l’ancien lien ne sert plus."))


@guard.page(blueprint, "/<int:account_id>/withdraw", permission=Permission.STAFF_MANAGE, methods=("POST",), fresh=True)
def withdraw(account_id: int) -> ResponseReturnValue:
    """The link is worthless and the account gone: nobody ever used it."""
    made = shell.assembly()
    try:
        with made.database.transaction() as session:
            account_links.withdraw_invitation(session, made.sealer, AccountId(account_id), by=_me(), at=shell.now())
    except AlreadyJoined:
        return _back(account_id, N_("Cette personne est déjà entrée : fermez plutôt son compte."))
    return shell.back(url_for("team.index"), shell.say(N_("Invitation retirée ; le compte n’existe plus.")))


def _me() -> AccountId:
    return guard.signed_in().account.id


def _roles() -> frozenset[Role]:
    return frozenset(Role(name) for name in request.form.getlist("roles") if name in set(Role))


def _language(text: str) -> Language:
    return Language(text) if text in SPOKEN else Language.FR


def _left_behind(account: Account) -> str:
    """What still opens a door after somebody left or no longer administers: the tokens whose text they have seen."""
    if account.is_active and may(account.roles, Permission.API_MANAGE):
        return ""
    with shell.assembly().database.reading() as session:
        living = partners.living_of(session, account.id, at=shell.now())
    return shell.say(LEFT, names=", ".join(f"« {one.name} »" for one in living)) if living else ""


def _back(account_id: int, message: str, more: str = "", **options: Any) -> Response:
    said = " ".join(filter(None, (shell.say(message), more)))
    return shell.back(url_for("team.show", account_id=account_id), said, **options)


def _form(
    given: dict[str, str], roles: frozenset[Role] | tuple[()], errors: dict[str, str], *, status: int = 200
) -> Response:
    return shell.show(
        "office/team/invite.html",
        status=status,
        given=given,
        chosen={role.value for role in roles},
        errors=errors,
        roles=staff_words.ROLES,
        spoken=[language.value for language in SPOKEN],
    )


def _page(account_id: AccountId, *, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    now = shell.now()
    with shell.assembly().database.reading() as session:
        account: Account = staff.account(session, account_id)
        has = factors.factors_of(session, account_id)
        open_sessions = sessions.sessions_of(session, account_id, now, limits=guard.limits())
        tokens = partners.living_of(session, account_id, at=now)
        invitation: AccountLink | None = account_links.invitations(session).get(account_id)
    return shell.show(
        "office/team/show.html",
        status=status,
        person=account,
        has=has,
        sessions=open_sessions,
        invitation=invitation,
        tokens=tokens,
        state=staff_words.state(account, invitation, now),
        errors=errors or {},
        roles=staff_words.ROLES,
        is_me=account.id == _me(),
        needs_factor=bool(account.roles & guard.required()),
    )
