"""The command palette: every page, action and person one may reach, one Ctrl-K away."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from crm.people import search
from crm.people.search_model import Hit
from crm.staff.model import Permission
from crm.web.office import guard, navigation, shell
from crm.web.office.supporter_list import because

blueprint = Blueprint("palette", __name__, url_prefix="/office/palette")

SHORTEST = 2
MOST = 6


@guard.page(blueprint, "", permission=Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    """The list, which the browser narrows as one types."""
    roles = guard.signed_in().account.roles
    return shell.show(
        "office/palette.html",
        places=navigation.entries(roles),
        actions=navigation.actions(roles),
        finds_people=guard.may(Permission.SUPPORTERS_READ),
    )


@guard.page(blueprint, "/people", permission=Permission.SUPPORTERS_READ, methods=("POST",))
def found_people() -> ResponseReturnValue:
    """The first few supporters who answer to what was typed. By POST: a name never stands in a URL."""
    text = request.form.get("text", "").strip()[:200]
    found: tuple[Hit, ...] = ()
    if len(text) >= SHORTEST:
        made = shell.assembly()
        with made.database.reading() as session:
            found = search.find(session, made.addresses, text, most=MOST).hits
    people = [(hit.person, hit.abode.address.locality if hit.abode else "", because(hit)) for hit in found]
    return shell.show("office/palette_people.html", people=people)
