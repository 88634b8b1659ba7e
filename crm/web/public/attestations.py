"""Attestations for supporters: fetch one's own, and what the paper in somebody's hands is worth."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, request

from crm.assembly import press
from crm.attestations import service as attestations
from crm.attestations.model import Status
from crm.people import service as people
from crm.web.public import page, space_door
from crm.web.public.space_door import HERE

blueprint = Blueprint("attestations_public", __name__)


@blueprint.get(f"{HERE}/attestation/<int:year>/<int:number>")
def fetch(year: int, number: int) -> Response:
    """The paper, to whom it is about and nobody else; a name that tells nothing."""
    made = page.assembly()
    with made.database.reading() as session:
        visit = space_door.visit_here(session)
        person = people.find_survivor(session, visit.person_id) if visit else None
        if person is None or person.is_deceased:
            return space_door.ask_page(is_over=True)
        theirs = attestations.of_person(session, person.id)
    valid = [one for one in theirs if (one.year, one.number, one.status) == (year, number, Status.VALID)]
    if not valid or valid[0].issued_at is None:
        return page.lost_link()
    response = make_response(press(made).paper(valid[0].id))
    response.content_type = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="attestation-{year}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@blueprint.get("/attestation")
def ask() -> Response:
    """Where one types the code of a paper."""
    return page.show("attestation.html", speaks=page.language(), typed="", status_of=None, was_asked=False)


@blueprint.post("/attestation")
def verify() -> Response:
    """Valid, replaced, cancelled or unknown: nothing else is told, of nobody."""
    typed = request.form.get("code", "").strip()[:40]
    with page.assembly().database.reading() as session:
        found = attestations.verify(session, typed)
    value = found.value if found else ""
    return page.show("attestation.html", speaks=page.language(), typed=typed, status_of=value, was_asked=True)
