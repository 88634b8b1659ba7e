"""The desk of data protection: what people ask, by when, and the answer; the pack; forgetting, looked at twice."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.people import service as people
from crm.people.model import Person
from crm.people.rules import typed_number
from crm.plans import papers
from crm.privacy import erasing, packs
from crm.privacy import service as privacy
from crm.privacy.errors import NobodyToForget, RequestClosed
from crm.privacy.model import RequestKind, RequestState, RequestWay, RightsRequest
from crm.privacy.words import KINDS, STATES, WAYS
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId
from crm.web.office import guard, shell, supporter_page
from crm.web.office.noting import note
from crm.web.office.supporter_proof import download
from crm.web.words import N_
from mailing.origins import service as origins

blueprint = Blueprint("privacy_desk", __name__, url_prefix="/office/privacy")

ANSWERS = (RequestState.ANSWERED, RequestState.DECLINED, RequestState.TAKEN_BACK)
CLOSED = N_("Quelqu’un a déjà répondu à cette demande.")
NUMBER = N_("Recopiez le numéro de membre : il évite d’oublier quelqu’un d’autre.")
WHY = N_("Dites ce que vous avez répondu : la personne a droit à une raison.")


@guard.page(blueprint, "", permission=Permission.PRIVACY_READ)
def index() -> ResponseReturnValue:
    """What waits, the most urgent first; below, what was answered lately."""
    today = brussels_day(shell.now())
    with shell.assembly().database.reading() as session:
        waiting, closed = privacy.waiting(session), privacy.closed(session, limit=20)
        names = _names(session, (*waiting, *closed))
        counts = privacy.counts(session, today)
        to_tell = origins.waiting(session, at=shell.now())
    return shell.show(
        "office/privacy/index.html",
        waiting=[_line(one, names) for one in waiting],
        closed=[_line(one, names) for one in closed],
        counts=counts,
        to_tell={
            "people": sum(one.people for one in to_tell),
            "due_on": to_tell[0].due_on,
            "is_late": to_tell[0].due_on < today,
        }
        if to_tell
        else None,
    )


@guard.page(blueprint, "/<int:request_id>", permission=Permission.PRIVACY_READ)
def show(request_id: int) -> ResponseReturnValue:
    """One request: their words, what it asks of us, and the answer."""
    return _page(_get(request_id))


@guard.page(blueprint, "/<int:request_id>/answer", permission=Permission.PRIVACY_ACT, methods=("POST",))
def answer(request_id: int) -> ResponseReturnValue:
    """Writes what we told them, or that it takes longer."""
    found, outcome, state = _get(request_id), request.form.get("outcome", ""), request.form.get("state", "")
    try:
        with shell.assembly().database.transaction() as session:
            if state == "extend":
                privacy.extend(session, found.id, outcome=outcome)
            else:
                by = guard.signed_in().account.id
                closing = RequestState(state) if state in [one.value for one in ANSWERS] else RequestState.OPEN
                privacy.close(session, found.id, state=closing, outcome=outcome, by=by, at=shell.now())
            note(session, "privacy.answer", found.person_id, {"kind": found.kind.value, "answer": state[:20]})
    except Invalid:
        return _page(found, error=shell.say(WHY), typed=outcome, status=422)
    except RequestClosed:
        return shell.back(url_for("privacy_desk.index"), shell.say(CLOSED), kind="refused")
    return shell.back(url_for("privacy_desk.index"), shell.say(N_("C’est noté dans le registre des demandes.")))


@guard.page(blueprint, "/of/<int:person_id>/new", permission=Permission.PRIVACY_ACT)
def new(person_id: int) -> ResponseReturnValue:
    """The form for what somebody asked by letter, by telephone, or at the door."""
    return _form(supporter_page.find(person_id))


@guard.page(blueprint, "/of/<int:person_id>/new", permission=Permission.PRIVACY_ACT, methods=("POST",))
def take_in(person_id: int) -> ResponseReturnValue:
    """Takes it in: the month begins today."""
    person = supporter_page.find(person_id)
    kind, way = request.form.get("kind", ""), request.form.get("way", "")
    if kind not in [one.value for one in RequestKind] or way not in [one.value for one in RequestWay]:
        return _form(person, error=shell.say(N_("Choisissez ce que la personne demande, et comment.")), status=422)
    with shell.assembly().database.transaction() as session:
        taken = privacy.request(
            session,
            person_id=person.id,
            kind=RequestKind(kind),
            way=RequestWay(way),
            at=shell.now(),
            words=request.form.get("words", ""),
        )
        note(session, "privacy.request", person.id, {"kind": kind, "way": way})
    return shell.back(url_for("privacy_desk.show", request_id=taken.id), shell.say(N_("La demande est notée.")))


@guard.page(blueprint, "/of/<int:person_id>/pack", permission=Permission.PRIVACY_ACT, methods=("POST",))
def pack(person_id: int) -> ResponseReturnValue:
    """All that the house holds of somebody, as a PDF and a file for programs; who took it is noted."""
    person, made, now = supporter_page.find(person_id), shell.assembly(), shell.now()
    with made.database.transaction() as session:
        shown = erasing.shown(session, made.holdings, person.id)
        enclosed = papers.copies_of(session, made.drawer, shown.subject.person_ids)
        note(session, "privacy.export", person.id, {"files": len(enclosed)} if enclosed else {})
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in packs.pack(shown, organisation=made.settings.organisation, at=now).items():
            archive.writestr(name, content)
        for name, content in enclosed.items():
            archive.writestr(name, content)
    return download(whole.getvalue(), f"donnees-{person.member_number}.zip", "application/zip")


@guard.page(blueprint, "/of/<int:person_id>/erase", permission=Permission.PRIVACY_ACT)
def look(person_id: int) -> ResponseReturnValue:
    """What forgetting them would do, tried and taken back: nothing is written by looking."""
    return _look(supporter_page.find(person_id))


@guard.page(blueprint, "/of/<int:person_id>/erase", permission=Permission.PRIVACY_ACT, methods=("POST",), fresh=True)
def erase(person_id: int) -> ResponseReturnValue:
    """Forgets them, where the member number was typed again by hand."""
    person, made, now = supporter_page.find(person_id), shell.assembly(), shell.now()
    if typed_number(request.form.get("number", "")) != person.member_number:
        return _look(person, error=shell.say(NUMBER))
    try:
        with made.database.transaction() as session:
            done = erasing.erase(session, made.holdings, person.id, at=now)
            for one in privacy.requests_of(session, [person.id]):
                if one.is_open and one.kind is RequestKind.ERASURE:
                    by = guard.signed_in().account.id
                    privacy.close(session, one.id, state=RequestState.ANSWERED, outcome="", by=by, at=now)
            note(session, "privacy.erase", person.id, {"rows": sum(done.erased.values())})
    except NobodyToForget:
        abort(404)
    made.database.settle_deletions()
    message = N_("C’est fait : cette personne est oubliée. Un fichier importé ne la ramènera pas.")
    return shell.back(url_for("privacy_desk.index"), shell.say(message))


def _look(person: Person, *, error: str = "") -> ResponseReturnValue:
    made = shell.assembly()
    with made.database.rehearsing() as session:
        done = erasing.erase(session, made.holdings, person.id, at=shell.now(), is_rehearsal=True)
    return shell.show(
        "office/privacy/erase.html",
        status=422 if error else 200,
        person=person,
        gone=sum(done.erased.values()),
        files=done.files,
        kept=_kept(done),
        errors={"number": error} if error else {},
    )


def _kept(done: erasing.Erasure) -> list[dict[str, Any]]:
    grounds = dict.fromkeys((one.ground, one.until_on) for one in done.kept)
    return [
        {"ground": shell.say(ground), "until": until, "count": sum(k.count for k in done.kept if k.ground == ground)}
        for ground, until in grounds
    ]


def _page(found: RightsRequest, *, error: str = "", typed: str = "", status: int = 200) -> ResponseReturnValue:
    with shell.assembly().database.reading() as session:
        names = _names(session, [found])
    return shell.show(
        "office/privacy/show.html",
        status=status,
        line=_line(found, names),
        one=found,
        is_erasure=found.kind is RequestKind.ERASURE,
        is_restriction=found.kind is RequestKind.RESTRICTION,
        wants_pack=found.kind in (RequestKind.ACCESS, RequestKind.PORTABILITY),
        answers=[
            *((state.value, shell.say(STATES[state])) for state in ANSWERS),
            *([] if found.is_extended else [("extend", shell.say(N_("Il faut deux mois de plus")))]),
        ],
        typed=typed,
        errors={"outcome": error} if error else {},
    )


def _form(person: Person, *, error: str = "", status: int = 200) -> ResponseReturnValue:
    return shell.show(
        "office/privacy/new.html",
        status=status,
        person=person,
        kinds=[(kind.value, shell.say(word)) for kind, word in KINDS.items()],
        ways=[(way.value, shell.say(word)) for way, word in WAYS.items()],
        errors={"kind": error} if error else {},
    )


def _line(one: RightsRequest, names: Mapping[PersonId, str]) -> dict[str, Any]:
    left = (one.due_on - brussels_day(shell.now())).days
    return {
        "id": one.id,
        "person_id": one.person_id,
        "who": names.get(one.person_id) or shell.say(N_("personne oubliée")),
        "kind": shell.say(KINDS[one.kind]),
        "way": shell.say(WAYS[one.way]),
        "received_at": one.received_at,
        "due_on": one.due_on,
        "left": left,
        "is_late": one.is_open and left < 0,
        "is_soon": one.is_open and 0 <= left <= 7,
        "state": shell.say(STATES[one.state]),
        "closed_at": one.closed_at,
    }


def _names(session: Session, requests: Sequence[RightsRequest]) -> dict[PersonId, str]:
    found = people.people(session, [one.person_id for one in requests])
    return {number: one.full_name or one.member_number for number, one in found.items() if one.merged_into_id != one.id}


def _get(request_id: int) -> RightsRequest:
    with shell.assembly().database.reading() as session:
        found = privacy.find_request(session, request_id)
    if found is None:
        abort(404)
    return found
