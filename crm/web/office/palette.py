"""The command palette: every page, action and person one may reach, one Ctrl-K away."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from crm.people import service as people
from crm.people.model import Person
from crm.staff.model import Permission
from crm.web.office import guard, navigation, shell

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
    found: tuple[Person, ...] = ()
    if len(text) >= SHORTEST:
        with shell.assembly().database.reading() as session:
            found = people.page(session, text=text, size=MOST).people
    return shell.show("office/palette_people.html", people=found)
