"""Attestations for supporters: fetch one's own, and what the paper in somebody's hands is worth."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, request

from crm.assembly import press
from crm.attestations import handing
from crm.attestations import service as attestations
from crm.attestations.model import Attestation, HandWay, Status
from crm.foundation.signing import TokenPurpose
from crm.people import service as people
from crm.values.identifiers import AttestationId
from crm.web.even_pace import even_pace
from crm.web.public import page, space_door
from crm.web.public.space_door import HERE
from crm.web.words import N_

blueprint = Blueprint("attestations_public", __name__)

UNKNOWN = N_("Ce n’est pas le code postal de l’attestation. Relisez, puis réessayez.")


@blueprint.post(f"{HERE}/attestation/<int:year>/<int:number>")
def fetch(year: int, number: int) -> Response:
    """The paper, to whom it is about and nobody else, under a name that tells nothing; a copy once they have it."""
    made = page.assembly()
    with made.database.reading() as session:
        visit = space_door.visit_here(session)
        person = people.find_survivor(session, visit.person_id) if visit else None
        if visit is None or person is None or person.is_deceased or not space_door.is_our_form(visit):
            return space_door.ask_page(is_over=True)
        theirs = attestations.of_person(session, person.id)
        valid = [one for one in theirs if (one.year, one.number, one.status) == (year, number, Status.VALID)]
        if not valid or valid[0].issued_at is None or not valid[0].is_kept:
            return page.lost_link()
        is_copy = handing.is_copy_due(handing.proofs(session, [valid[0].id]), at=page.now())
    return _hand_over(valid[0], HandWay.SPACE, is_copy=is_copy)


@blueprint.get("/attestation/papier/<token>")
def door(token: str) -> Response:
    """Asks for the postcode on the paper: a forwarded mail hands nothing over. Changes nothing."""
    with page.assembly().database.reading() as session:
        found = handing.open_paper(session, _value(token))
    return _door(found[0]) if found else page.lost_link()


@blueprint.post("/attestation/papier/<token>")
def open_door(token: str) -> Response:
    """Hands the paper over to who knows the postcode; five wrong ones, and the link opens nothing any more."""
    made, now = page.assembly(), page.now()
    with even_pace():
        with made.database.reading() as session:
            found = handing.open_paper(session, _value(token))
        if found is None:
            return page.lost_link()
        paper, known = found
        zones = press(made).said(paper.id).zones
        if _plain(request.form.get("postcode", "")[:20]) != _plain(zones["2016"] or zones["2112"]):
            with made.database.transaction() as session:
                handing.note(session, [paper.id], HandWay.MISSED, at=now)
            return _door(paper, is_wrong=True)
    return _hand_over(paper, HandWay.LINK, is_copy=handing.is_copy_due(known, at=now))


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


def _hand_over(paper: Attestation, way: HandWay, *, is_copy: bool) -> Response:
    made = page.assembly()
    at_work = press(made)
    content = at_work.copy(paper.id, at=page.now()) if is_copy else at_work.paper(paper.id)
    with made.database.transaction() as session:
        handing.note(session, [AttestationId(paper.id)], way, at=page.now(), is_copy=is_copy)
    response = make_response(content)
    response.content_type = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="attestation-{paper.year}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _door(paper: Attestation, *, is_wrong: bool = False) -> Response:
    speaks = page.language()
    response = page.show(
        "attestation_door.html",
        speaks=speaks,
        status=422 if is_wrong else 200,
        is_private=True,
        year=paper.year,
        errors={"postcode": page.say(speaks, UNKNOWN)} if is_wrong else {},
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _value(token: str) -> object:
    return page.assembly().links.read(TokenPurpose.ATTESTATION, token)


def _plain(postcode: str) -> str:
    return "".join(sign for sign in postcode.upper() if sign.isalnum())
