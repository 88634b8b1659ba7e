"""What somebody signed or did that tells an opinion (GDPR art. 9): counted on their page, shown when asked, noted."""

from __future__ import annotations

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from crm.actions import delivering, history
from crm.actions.errors import SignatureMissing
from crm.actions.saying import shown
from crm.staff.model import Permission
from crm.values.identifiers import SignatureId
from crm.web.office import guard, in_place, shell
from crm.web.office.noting import note
from crm.web.office.supporter_page import find
from crm.web.words import N_

blueprint = Blueprint("supporter_actions", __name__, url_prefix="/office/supporters/<int:person_id>")


SOURCE = "care"


@guard.page(blueprint, "/signatures/<int:signature_id>/keep", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def keep(person_id: int, signature_id: int) -> ResponseReturnValue:
    """They do not want their signature handed over any more, and said so to us."""
    person, by = find(person_id), guard.signed_in().account.id
    with shell.assembly().database.transaction() as session:
        if delivering.owner(session, SignatureId(signature_id)) != person.id:
            raise SignatureMissing
        changed = delivering.say(
            session, SignatureId(signature_id), allowed=False, source=SOURCE, by=by, at=shell.now()
        )
        if changed:
            note(session, "supporter.signature-kept", person.id, {"signature": signature_id})
    return in_place.done(person.id, N_("C’est noté : cette signature reste chez nous."))


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
