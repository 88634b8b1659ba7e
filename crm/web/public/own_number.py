"""The number that is missing for one's attestation, given in one's own space: one field, straight into the vault.

What is typed never comes back onto a page. A number that is held is neither shown nor changed here.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from crm.attestations import asking
from crm.attestations.asking import Answered
from crm.attestations.model import FiscalKind, Identity
from crm.attestations.own_space import NUMBER_PATH
from crm.people.model import Person
from crm.visits.model import Visit
from crm.web.public import page, space_door
from crm.web.public.attestation_number import WRONG, WRONG_ENTERPRISE, tell_a_colleague

blueprint = Blueprint("own_number", __name__)


@blueprint.get(NUMBER_PATH)
def look() -> Response:
    """The form, where a number is missing. Changes nothing."""
    with page.assembly().database.reading() as session:
        visit, person = space_door.visit_here(session), space_door.visitor(session)
        if visit is None or person is None:
            return space_door.ask_page(is_over=True)
        return _page(visit, person, asking.lacking(session, person.id, at=page.now()))


@blueprint.post(NUMBER_PATH)
def give() -> Response:
    """Keeps it. One that another record has is told to a colleague, not to the visitor."""
    made, now = page.assembly(), page.now()
    with made.database.transaction() as session:
        visit, person = space_door.visit_here(session), space_door.visitor(session)
        if visit is None or person is None or not space_door.is_our_form(visit):
            return space_door.ask_page(is_over=True)
        who = asking.lacking(session, person.id, at=now)
        if who is None:
            return _page(visit, person, None)
        typed = request.form.get("number", "")[:40]
        worth = asking.give_own(session, made.vault.lock(), made.sealer, who, typed, at=now)
        if worth is Answered.ELSEWHERE:
            tell_a_colleague(session, made, person.id)
        return _page(visit, person, who, worth=worth)


def _page(visit: Visit, person: Person, who: Identity | None, *, worth: Answered | None = None) -> Response:
    speaks = page.language(person.language)
    is_enterprise = who is not None and who.kind is FiscalKind.ENTERPRISE
    is_wrong = worth is Answered.WRONG
    said = page.say(speaks, WRONG_ENTERPRISE if is_enterprise else WRONG)
    response = page.show(
        "space/number.html",
        speaks=speaks,
        status=422 if is_wrong else 200,
        is_private=True,
        csrf=visit.csrf,
        path=NUMBER_PATH,
        is_wanted=who is not None and worth in {None, Answered.WRONG},
        is_kept=worth in {Answered.KEPT, Answered.ELSEWHERE},
        is_enterprise=is_enterprise,
        errors={"number": said} if is_wrong else {},
    )
    response.headers["Cache-Control"] = "no-store"
    return response
