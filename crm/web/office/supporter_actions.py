"""What somebody signed or did that tells an opinion (GDPR art. 9): counted on their page, shown when asked, noted."""

from __future__ import annotations

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from crm.actions import history
from crm.actions.saying import shown
from crm.staff.model import Permission
from crm.web.office import guard, in_place, shell
from crm.web.office.noting import note
from crm.web.office.supporter_page import find
from crm.web.words import N_

blueprint = Blueprint("supporter_actions", __name__, url_prefix="/office/supporters/<int:person_id>")


@guard.page(blueprint, "/actions/reveal", permission=Permission.SUPPORTERS_READ, methods=("POST",))
def reveal(person_id: int) -> ResponseReturnValue:
    """The latest of them; the trail keeps who looked, never what was seen."""
    person = find(person_id)
    with shell.assembly().database.transaction() as session:
        found = history.sensitive(session, person.id)
        if not found:
            abort(404)
        note(session, "supporter.actions-revealed", person.id, {"count": len(found)})
    return in_place.form(
        "sensitive_actions",
        shell.say(N_("Actions sensibles")),
        person,
        acts=[shown(one, shell.language()) for one in found],
        is_cut=len(found) == history.MOST_TOLD,
    )
