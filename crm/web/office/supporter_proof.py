"""The certificate of what somebody allowed, as a page to hand over; who took it is noted."""

from __future__ import annotations

from flask import Blueprint, Response, abort
from flask.typing import ResponseReturnValue

from crm.consent import certificate, proofs
from crm.consent import service as consent
from crm.foundation import documents
from crm.staff.model import Permission
from crm.web.office import guard, shell, supporter_page
from crm.web.office.noting import note

blueprint = Blueprint("supporter_proof", __name__, url_prefix="/office/supporters/<int:person_id>")


@guard.page(blueprint, "/proof/<int:event_id>", permission=Permission.SUPPORTERS_READ, methods=("POST",))
def certify(person_id: int, event_id: int) -> ResponseReturnValue:
    """What holds today for the purpose and channel of that act, in the person's language."""
    person, made, now = supporter_page.find(person_id), shell.assembly(), shell.now()
    with made.database.transaction() as session:
        event = consent.find_event(session, event_id)
        if event is None or event.person_id != person.id:
            abort(404)
        proof = proofs.prove(
            session, made.sealer, person_id=person.id, purpose=event.purpose, channel=event.channel, at=now
        )
        note(session, "consent.prove", person.id, {"purpose": event.purpose, "channel": event.channel.value})
    page = certificate.facts(proof, person.language, made.settings.organisation)
    return download(documents.pdf("consent", page, at=now), f"preuve-{person.member_number}.pdf", "application/pdf")


def download(content: bytes, name: str, kind: str) -> Response:
    """A file that is handed over and kept nowhere on its way."""
    answer = Response(content, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
