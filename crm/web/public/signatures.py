"""Whether one's name is handed over with a petition, said by oneself in one's own space."""

from __future__ import annotations

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from crm.actions import delivering, history
from crm.actions.model import Handing
from crm.actions.own_space import OWN, PATH
from crm.audit import service as audit
from crm.people.model import Person
from crm.web.public import page, space_door
from crm.web.words import N_

blueprint = Blueprint("signatures_public", __name__)

SOURCE = "space"
HAND = N_("Transmettez mon nom avec la pétition « %(title)s ».")
WITHDRAWN = frozenset({Handing.WITHDRAWN, Handing.WITHDRAWN_LATE})
STOPS = frozenset({Handing.WAITS, Handing.FROZEN, Handing.IN_LIST, Handing.DELIVERED})


@blueprint.get(PATH)
def look() -> Response:
    """Each petition they signed, and whether their name is handed over."""
    with page.assembly().database.reading() as session:
        person = space_door.visitor(session)
        return space_door.ask_page(is_over=True) if person is None else _show(session, person)


@blueprint.post(PATH)
def say() -> Response:
    """Writes what they say; the page tells what has changed."""
    made, now = page.assembly(), page.now()
    with made.database.transaction() as session:
        visit, person = space_door.visit_here(session), space_door.visitor(session)
        if visit is None or person is None or not space_door.is_our_form(visit):
            return space_door.ask_page(is_over=True)
        wanted, wish = request.form.get("signature", type=int), request.form.get("wish")
        theirs = {one.signature_id: one for one in history.signed(session, person.id)}
        own = next((one for number, one in theirs.items() if number == wanted), None)
        if own is None or own.signature_id is None or wish not in {"stop", "hand"}:
            return _show(session, person, status=422)
        speaks, allowed = page.language(person.language), wish == "hand"
        words = page.say(speaks, HAND, title=own.title) if allowed else ""
        if delivering.say(
            session, own.signature_id, allowed=allowed, source=SOURCE, words=words, language=speaks, at=now
        ):
            audit.record(
                session, made.sealer, at=now, account_id=None,
                action="supporter.signature-handed" if allowed else "supporter.signature-kept",
                subject="person", subject_id=person.id, facts={"signature": own.signature_id},
            )  # fmt: skip
        return _show(session, person, done=wish)


def _show(session: Session, person: Person, *, done: str = "", status: int = 200) -> Response:
    visit, speaks = space_door.visit_here(session), page.language(person.language)
    found = history.signed(session, person.id)
    if visit is None or not found:
        return page.lost_link()
    return page.show(
        "space/signatures.html",
        speaks=speaks,
        status=status,
        is_private=True,
        csrf=visit.csrf,
        signed=[
            {
                "id": one.signature_id,
                "title": one.title,
                "at": one.at,
                "said": page.say(speaks, OWN[one.handing]),
                "stops": one.handing in STOPS,
                "again": page.say(speaks, HAND, title=one.title) if one.handing in WITHDRAWN else "",
            }
            for one in found
        ],
        done=done,
        path=PATH,
    )
