"""The form behind the link of a request: a name, one field, and the number goes straight into the vault.

What is typed never comes back onto a page, and stands in no address.
"""

from __future__ import annotations

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.attestations import asking
from crm.attestations.asking import Answered
from crm.attestations.model import FiscalKind, Identity
from crm.care import service as care
from crm.foundation.signing import TokenPurpose
from crm.values.identifiers import PersonId
from crm.vault.model import Request
from crm.web.public import page
from crm.web.words import N_

blueprint = Blueprint("attestation_number", __name__)

WRONG = N_("Onze chiffres sont attendus, comme 85.07.30-033.28 ; ils sont au dos de la carte d’identité. Relisez-les.")
WRONG_ENTERPRISE = N_("Dix chiffres sont attendus, comme 0418.308.144. Relisez-les.")
TASK = N_("Numéro national donné par lien, déjà gardé sur une autre fiche : chercher un doublon")


@blueprint.get("/attestation/numero/<token>")
def look(token: str) -> Response:
    """The form; it shows a name and nothing else. Changes nothing."""
    with page.assembly().database.reading() as session:
        found = _opened(session, token)
    if found is None:
        return page.lost_link()
    return _page(found[1])


@blueprint.post("/attestation/numero/<token>")
def give(token: str) -> Response:
    """Keeps the number. A link serves once; one that another record has is told to a colleague, not to the visitor."""
    made, now = page.assembly(), page.now()
    with made.database.transaction() as session:
        found = _opened(session, token)
        if found is None:
            return page.lost_link()
        asked, who = found
        if who is None:
            return _page(None)
        typed = request.form.get("number", "")[:40]
        worth = asking.answer(session, made.vault.lock(), made.sealer, asked, typed, at=now)
        if worth is Answered.ELSEWHERE:
            tell_a_colleague(session, made, asked.person_id)
    if worth is Answered.SPENT:
        return _page(None)
    return _page(who, is_kept=worth is not Answered.WRONG, is_wrong=worth is Answered.WRONG)


def tell_a_colleague(session: Session, made: Assembly, person_id: PersonId) -> None:
    """A task, one at a time: another record has the number that this person gave."""
    title = page.say(made.settings.office_language, TASK)
    if all(one.title != title for one in care.open_tasks_of(session, person_id)):
        care.add_task(session, title=title, by=None, at=page.now(), person_id=person_id)


def _opened(session: Session, token: str) -> tuple[Request, Identity | None] | None:
    value = page.assembly().links.read(TokenPurpose.NATIONAL_NUMBER, token)
    return asking.opened(session, value, at=page.now())


def _page(who: Identity | None, *, is_kept: bool = False, is_wrong: bool = False) -> Response:
    speaks = page.language(who.language if who else None)
    is_enterprise = who is not None and who.kind is FiscalKind.ENTERPRISE
    said = page.say(speaks, WRONG_ENTERPRISE if is_enterprise else WRONG)
    response = page.show(
        "attestation_number.html",
        speaks=speaks,
        status=422 if is_wrong else 404 if who is None else 200,
        is_private=True,
        name=f"{who.first_name} {who.name}".strip() if who else "",
        is_spent=who is None,
        is_kept=is_kept,
        is_enterprise=is_enterprise,
        errors={"number": said} if is_wrong else {},
    )
    response.headers["Cache-Control"] = "no-store"
    return response
