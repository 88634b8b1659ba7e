"""Petitions, events and urgent actions: their figures, and for those who may see it, who took part."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.actions import rules, words
from crm.actions import service as actions
from crm.actions.errors import CodeTaken, RegistrationCancelled
from crm.actions.model import Call, CallKind, NewCall, Tally
from crm.audit import service as audit
from crm.people import service as people
from crm.people import words as people_words
from crm.people.model import Sensitivity
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import CallId, RegistrationId
from crm.values.languages import Language
from crm.web.office import action_words, guard, shell
from crm.web.words import N_

blueprint = Blueprint("actions", __name__, url_prefix="/office/actions")

SIZE = 50
TYPED = ("title", "code", "url", "language", "sensitivity", "closes_on", "starts_on", "ends_on", "place")
LONGEST_TYPED = 1200
CANCELLED = N_("Cette personne a annulé son inscription entre-temps : rien n’est changé.")


@guard.page(blueprint, "", permission=Permission.CONTENT_READ)
def index() -> ResponseReturnValue:
    """The list of one kind, newest first, with figures."""
    kind = _kind()
    after = request.args.get("after", type=int)
    with shell.assembly().database.reading() as session:
        page = actions.page(session, kind, after=CallId(after) if after else None, size=SIZE)
    today = brussels_day(shell.now())
    return shell.show(
        "office/actions/index.html",
        kind=kind,
        kinds=[(one, shell.say(word)) for one, word in action_words.KINDS.items()],
        rows=[
            {"call": call, "tally": page.tallies[call.id], "is_open": rules.is_open(call, today)} for call in page.calls
        ],
        page=page,
        is_first=after is None,
        add=shell.say(action_words.ADD[kind]),
        none_yet=shell.say(action_words.NONE_YET[kind]),
    )


@guard.page(blueprint, "/<int:call_id>", permission=Permission.CONTENT_READ)
def show(call_id: int) -> ResponseReturnValue:
    """One call and its figures; nobody's name."""
    with shell.assembly().database.reading() as session:
        call = actions.get_call(session, CallId(call_id))
        tally = actions.tally(session, call)
    return shell.show("office/actions/show.html", **_told(call, tally))


@guard.page(blueprint, "/<int:call_id>/people", permission=Permission.SUPPORTERS_READ)
def participants(call_id: int) -> ResponseReturnValue:
    """Who took part, page by page. Where that tells an opinion, the trail notes who looked."""
    made, after = shell.assembly(), request.args.get("after", type=int)
    with made.database.reading() as session:
        call = actions.get_call(session, CallId(call_id))
        page = actions.participations(session, call, after=after, size=SIZE)
        tally = actions.tally(session, call)
        known = people.people(session, {one.person_id for one in page.participations})
    if call.sensitivity is Sensitivity.SENSITIVE and page.participations:
        with made.database.transaction() as session:
            _note(session, "call.read", call, {"shown": len(page.participations)})
    return shell.show(
        "office/actions/people.html",
        **_told(call, tally),
        rows=[{"deed": one, "person": known[one.person_id]} for one in page.participations],
        is_first=after is None,
        next_after=page.next_after,
        states=words.STATES,
        deeds=words.DEEDS,
        signed=words.SIGNED,
        size=SIZE,
    )


@guard.page(blueprint, "/registrations/<int:registration_id>", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def attendance(registration_id: int) -> ResponseReturnValue:
    """Notes that somebody came to an event, or takes that back."""
    came = request.form.get("came") == "yes"
    try:
        with shell.assembly().database.transaction() as session:
            found, changed = actions.set_attendance(session, RegistrationId(registration_id), came=came, at=shell.now())
            if changed:
                _note(session, "registration.attendance", actions.get_call(session, found.event_id), {"came": came})
    except RegistrationCancelled as error:
        here = url_for("actions.participants", call_id=error.registration.event_id)
        return shell.back(here, shell.say(CANCELLED), kind="refused")
    message = (
        N_("C’est noté : cette personne est venue.") if came else N_("C’est noté : cette personne n’est pas venue.")
    )
    return shell.back(url_for("actions.participants", call_id=found.event_id), shell.say(message))


@guard.page(blueprint, "/new", permission=Permission.CONTENT_EDIT)
def new() -> ResponseReturnValue:
    """The form of a new call."""
    kind = _kind()
    typed = dict.fromkeys(TYPED, "") | {"language": "fr", "sensitivity": _usual(kind).value}
    return _form(kind, typed, {}, action=url_for("actions.create", kind=kind.value))


@guard.page(blueprint, "/new", permission=Permission.CONTENT_EDIT, methods=("POST",))
def create() -> ResponseReturnValue:
    """Puts it on the list."""
    kind, typed = _kind(), _typed()
    try:
        with shell.assembly().database.transaction() as session:
            call = actions.put_call(session, _call(kind, typed), at=shell.now())
            _note(session, "call.add", call, {"kind": kind.value})
    except (Invalid, CodeTaken) as wrong:
        return _form(kind, typed, _error(wrong), action=url_for("actions.create", kind=kind.value), status=422)
    return shell.back(
        url_for("actions.show", call_id=call.id), shell.say(N_("« %(title)s » est prêt."), title=call.title)
    )


@guard.page(blueprint, "/<int:call_id>/edit", permission=Permission.CONTENT_EDIT)
def edit(call_id: int) -> ResponseReturnValue:
    """The form of a call that is on the list."""
    with shell.assembly().database.reading() as session:
        call = actions.get_call(session, CallId(call_id))
    typed = {name: str(getattr(call, name) or "") for name in TYPED}
    return _form(call.kind, typed, {}, action=url_for("actions.change", call_id=call.id), call=call)


@guard.page(blueprint, "/<int:call_id>/edit", permission=Permission.CONTENT_EDIT, methods=("POST",))
def change(call_id: int) -> ResponseReturnValue:
    """Writes it anew."""
    typed = _typed()
    with shell.assembly().database.reading() as session:
        call = actions.get_call(session, CallId(call_id))
    try:
        with shell.assembly().database.transaction() as session:
            call = actions.get_call(session, CallId(call_id))
            wanted = _call(call.kind, typed, content_id=call.content_id)
            call = actions.change_call(session, call.id, wanted)
            _note(session, "call.change", call, {})
    except (Invalid, CodeTaken) as wrong:
        action = url_for("actions.change", call_id=call_id)
        return _form(call.kind, typed, _error(wrong), action=action, call=call, status=422)
    return shell.back(url_for("actions.show", call_id=call.id), shell.say(N_("C’est enregistré.")))


def _told(call: Call, tally: Tally) -> dict[str, Any]:
    return {
        "call": call,
        "tally": tally,
        "kind_word": shell.say(words.ONE[call.kind]),
        "list_word": shell.say(action_words.KINDS[call.kind]),
        "is_open": rules.is_open(call, brussels_day(shell.now())),
        "language_word": shell.say(people_words.LANGUAGES[call.language.value]),
        "sensitivity_word": shell.say(action_words.SENSITIVITIES[call.sensitivity]),
    }


def _form(
    kind: CallKind,
    typed: dict[str, str],
    errors: dict[str, str],
    *,
    action: str,
    call: Call | None = None,
    status: int = 200,
) -> Response:
    return shell.show(
        "office/actions/form.html",
        status=status,
        kind=kind,
        call=call,
        typed=typed,
        errors=errors,
        action=action,
        title=call.title if call else shell.say(action_words.ADD[kind]),
        list_word=shell.say(action_words.KINDS[kind]),
        languages=[(code, shell.say(word)) for code, word in people_words.LANGUAGES.items()],
        sensitivities=[(one.value, shell.say(word)) for one, word in action_words.SENSITIVITIES.items()],
    )


def _call(kind: CallKind, typed: dict[str, str], *, content_id: Any = None) -> NewCall:
    days = {name: _day(typed[name], name) for name in ("closes_on", "starts_on", "ends_on")}
    sensitive = typed["sensitivity"]
    return NewCall(
        kind=kind,
        code=typed["code"],
        title=typed["title"],
        url=typed["url"],
        language=Language.best(typed["language"]),
        sensitivity=Sensitivity(sensitive) if sensitive in set(Sensitivity) else _usual(kind),
        content_id=content_id,
        place=typed["place"],
        **days,
    )


def _day(text: str, name: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError as error:
        raise Invalid("not a day", field=name) from error


def _error(wrong: Invalid | CodeTaken) -> dict[str, str]:
    if isinstance(wrong, CodeTaken):
        return {"code": shell.say(action_words.ERRORS["taken"])}
    name = wrong.field or "title"
    return {name: shell.say(action_words.ERRORS[name])}


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "")[:LONGEST_TYPED] for name in TYPED}


def _kind() -> CallKind:
    wanted = request.args.get("kind", "")
    return CallKind(wanted) if wanted in set(CallKind) else CallKind.PETITION


def _usual(kind: CallKind) -> Sensitivity:
    return Sensitivity.ORDINARY if kind is CallKind.EVENT else Sensitivity.SENSITIVE


def _note(session: Session, action: str, call: Call, facts: dict[str, Any]) -> None:
    audit.record(
        session, shell.assembly().sealer, at=shell.now(), account_id=guard.signed_in().account.id, action=action,
        subject="call", subject_id=call.id, facts=facts,
    )  # fmt: skip
