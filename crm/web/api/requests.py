"""What became of what a program handed in: under its reference or its own key, never under anybody's address."""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy.orm import Session

from crm.partners import service as partners
from crm.partners.errors import RequestMissing
from crm.partners.model import Request, Scope
from crm.people import service as people
from crm.web.api import gate, problems, wishes
from crm.web.api.answers import ConsentsOut, StatusOut, TakenOut
from crm.web.api.gate import Caller
from crm.web.api.problems import Problem
from crm.web.words import N_

blueprint = Blueprint("api_requests", __name__, url_prefix=gate.PREFIX)


@gate.tells(
    blueprint, "/status", StatusOut, scope=None, also=(),
    summary=N_("Vérifier que le jeton est reconnu, et ce qu’il permet."),
)  # fmt: skip
def status(_session: Session, caller: Caller) -> StatusOut:
    """The token is recognised."""
    return StatusOut(version="v1", scopes=sorted(scope.value for scope in caller.token.opens))


@gate.tells(
    blueprint, "/requests", TakenOut, scope=Scope.STATUS, reads_key=True, also=(problems.MISSING, problems.INVALID),
    summary=N_("Savoir si la demande qui portait cette « Idempotency-Key » a été notée."),
)  # fmt: skip
def request_by_key(session: Session, caller: Caller) -> TakenOut:
    """The request of that key, where it was taken."""
    try:
        return _told(partners.request_of(session, caller.token, gate.key_of_request()))
    except RequestMissing as error:
        raise Problem(problems.MISSING) from error


@gate.tells(
    blueprint, "/requests/<reference>", TakenOut, scope=Scope.STATUS,
    summary=N_("Savoir si une demande a été notée, par sa référence."),
)  # fmt: skip
def request_by_reference(session: Session, caller: Caller, reference: str) -> TakenOut:
    """The request of that reference, where this token handed it in."""
    return _told(_find(session, caller, reference))


@gate.tells(
    blueprint, "/requests/<reference>/consents", ConsentsOut, scope=Scope.STATUS,
    summary=N_("Ce que sont devenus les accords d’une demande : demandés, confirmés, retirés."),
)  # fmt: skip
def consents_of_request(session: Session, caller: Caller, reference: str) -> ConsentsOut:
    """What became of the consents that this very request asked for."""
    found = _find(session, caller, reference)
    person = None if found.person_id is None else people.find_survivor(session, found.person_id)
    kept = found.facts.get("consents", [])
    return ConsentsOut(reference=found.reference, consents=wishes.told(session, person, kept, taken_at=found.taken_at))


def _find(session: Session, caller: Caller, reference: str) -> Request:
    try:
        return partners.request_at(session, caller.token, reference)
    except RequestMissing as error:
        raise Problem(problems.MISSING) from error


def _told(found: Request) -> TakenOut:
    return TakenOut(reference=found.reference, kind=found.kind, taken_at=found.taken_at)
