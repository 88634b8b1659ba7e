"""Choosing a password by a link from a mail: joining, or having forgotten it. The same answer for every address."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from crm.staff import account_links
from crm.staff import service as staff
from crm.staff.errors import WeakPassword
from crm.staff.model import AccountLink, LinkKind
from crm.web.even_pace import even_pace
from crm.web.office import entrance, guard, shell
from crm.web.words import N_
from mailing.correspondence import colleagues

blueprint = Blueprint("invited", __name__, url_prefix="/office")

WEAK = N_("Choisissez au moins douze caractères, assez variés : une phrase convient très bien.")
DIFFER = N_("Les deux mots de passe diffèrent.")


@guard.open_page(blueprint, "/forgotten")
def forgotten() -> ResponseReturnValue:
    """Asks for the address."""
    return entrance.show("office/entrance/forgotten.html", is_sent=False)


@guard.open_page(blueprint, "/forgotten", methods=("POST",))
def ask() -> ResponseReturnValue:
    """Owes a letter where there is somebody to write to; says the same at the same pace where there is not."""
    if not entrance.came_from_our_form():
        abort(403)
    made, now = shell.assembly(), shell.now()
    with even_pace(), made.database.transaction() as session:
        link = account_links.ask_reset(
            session, made.addresses, email=request.form.get("email", ""), origin=guard.visit().origin, at=now
        )
        if link is not None:
            colleagues.send_link(session, shell.assembly().desk, link, address=address_of(link), at=now)
    return entrance.show("office/entrance/forgotten.html", is_sent=True)


@guard.open_page(blueprint, "/key/<token>")
def key(token: str) -> ResponseReturnValue:
    """Looks at the link: nothing changes by opening it, whatever a mail program does with links."""
    return _page(token, {})


@guard.open_page(blueprint, "/key/<token>", methods=("POST",))
def choose(token: str) -> ResponseReturnValue:
    """The password is set, the link is spent, and whoever set it goes in (by their second factor, if they have one)."""
    if not entrance.came_from_our_form():
        abort(403)
    made, now = shell.assembly(), shell.now()
    link = _open(token)
    if link is None:
        return _page(token, {})
    typed, again = request.form.get("password", "")[:1000], request.form.get("again", "")[:1000]
    errors, new_hash = {}, ""
    if typed != again:
        errors["again"] = shell.say(DIFFER)
    try:
        new_hash = staff.password_hash(typed, email=link.account.email)
    except WeakPassword:
        errors["password"] = shell.say(WEAK)
    if errors:
        return _page(token, errors)
    with made.database.transaction() as session:
        account = account_links.choose_password(session, made.links, made.sealer, token, new_hash=new_hash, at=now)
        if account is None:
            return _page(token, {})
        signed_in = staff.enter(
            session, made.sealer, account, by="link", at=now, required=guard.required(), visit=guard.visit()
        )
    return entrance.let_in(signed_in, url_for("dashboard.index"))


def address_of(link: AccountLink) -> str:
    """Where a link leads."""
    made = shell.assembly()
    return made.settings.public_url + url_for("invited.key", token=account_links.token_of(made.links, link))


def _open(token: str) -> AccountLink | None:
    made = shell.assembly()
    with made.database.reading() as session:
        return account_links.open_link(session, made.links, token, shell.now())


def _page(token: str, errors: dict[str, str]) -> Response:
    link = _open(token)
    status = 410 if link is None else 422 if errors else 200
    return entrance.show(
        "office/entrance/key.html",
        status=status,
        link=link,
        is_invitation=link is not None and link.kind is LinkKind.INVITATION,
        link_token=token,
        errors=errors,
    )
