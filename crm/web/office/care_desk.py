"""The care desk: one screen for a call, a letter, a visit or a complaint. Find the person, see, log, act."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from flask import Blueprint, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.care import service as care
from crm.care import words
from crm.care.model import Complaint, Direction, Draft, InteractionKind, Promise
from crm.people import rules
from crm.people import service as people
from crm.people.errors import PersonMissing
from crm.people.model import Person
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values.calendar import brussels_day, instant_of
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, InteractionId, PersonId
from crm.web.office import guard, in_place, person_search, shell, supporter_page
from crm.web.office.days import read_day
from crm.web.office.noting import note
from crm.web.office.supporter_page import find
from crm.web.words import N_

blueprint = Blueprint("care_desk", __name__, url_prefix="/office/care")

FIELDS = ("kind", "direction", "summary", "outcome", "complaint", "promise", "due_on", "assignee", "happened_on")
LONGEST = 6000
PANELS = ("promises", "reach", "consent", "notes", "differences")
LATEST = 6
COMPLAINTS = 10
WRONG = {
    "summary": N_("Dites en quelques mots de quoi il s’agissait."),
    "outcome": N_("C’est trop long : gardez l’essentiel."),
    "promise": N_("Dites la promesse en une ligne."),
    "due_on": N_("Écrivez un jour du calendrier, par exemple 01/12/2026."),
    "happened_at": N_("Écrivez un jour passé, par exemple 23/11/2026."),
}


@guard.page(blueprint, "", permission=Permission.SUPPORTERS_READ)
def index() -> ResponseReturnValue:
    """Who is it? Typed, chosen with Enter; below, what one was doing."""
    account = guard.signed_in().account
    now = shell.now()
    with shell.assembly().database.reading() as session:
        wanted = [*care.drafts_of(session, account.id), *care.latest_people(session, account.id)]
        after = request.args.get("after", type=int)
        waiting = care.open_complaints(session, after=InteractionId(after) if after else None, size=COMPLAINTS + 1)
        complaints, waits = waiting[:COMPLAINTS], care.open_complaint_count(session)
        several = people.people(session, {*wanted, *(one.person_id for one in complaints)})
        counts = care.task_counts(session, account_id=account.id, today=brussels_day(now))
        drafts = set(care.drafts_of(session, account.id))
    return shell.show(
        "office/care/index.html",
        recent=[(several[number], number in drafts) for number in dict.fromkeys(wanted) if number in several],
        complaints=[(one, several.get(one.person_id)) for one in complaints],
        complaint_count=waits,
        is_first=after is None,
        next_after=complaints[-1].id if len(waiting) > COMPLAINTS else None,
        counts=counts,
    )


@guard.page(blueprint, "/find", permission=Permission.SUPPORTERS_READ, methods=("POST",))
def find_person() -> ResponseReturnValue:
    """The answers as one types; without script, the page with them. By POST: a name never stands in a URL."""
    text = request.form.get("q", "").strip()[: person_search.LONGEST]
    with shell.assembly().database.reading() as session:
        found = person_search.answers(session, text, size=8)
    if shell.is_partial():
        return shell.show("office/care/found.html", found=found, text=text)
    if len(found) == 1:
        return redirect(url_for("care_desk.show", person_id=found[0].id), 303)
    return shell.show("office/care/answers.html", found=found, text=text)


@guard.page(blueprint, "/<int:person_id>", permission=Permission.SUPPORTERS_READ)
def show(person_id: int) -> ResponseReturnValue:
    """Everything one needs while somebody speaks, and the form that keeps what they say."""
    with shell.assembly().database.reading() as session:
        person = people.find_survivor(session, PersonId(person_id))
        if person is None:
            raise PersonMissing
        if person.id != person_id:
            return redirect(url_for("care_desk.show", person_id=person.id), 303)
        draft = care.draft(session, account_id=guard.signed_in().account.id, person_id=person.id)
        values = _whole(session, person)
    return _desk(person, values, typed=_typed(draft), draft=draft)


@guard.page(blueprint, "/<int:person_id>/draft", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def keep(person_id: int) -> ResponseReturnValue:
    """Keeps what is being typed, a second after the last key: a lost session loses nothing."""
    person = find(person_id)
    fields = {name: request.form.get(name, "") for name in FIELDS}
    meant = {name: text for name, text in fields.items() if name in ("summary", "outcome", "promise") and text.strip()}
    with shell.assembly().database.transaction() as session:
        care.keep_draft(
            session,
            account_id=guard.signed_in().account.id,
            person_id=person.id,
            fields=fields if meant else {},
            at=shell.now(),
        )
    return jsonify({})


@guard.page(blueprint, "/<int:person_id>/draft/drop", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def drop(person_id: int) -> ResponseReturnValue:
    """Throws away what was being typed."""
    with shell.assembly().database.transaction() as session:
        care.drop_draft(session, account_id=guard.signed_in().account.id, person_id=PersonId(person_id))
    return shell.back(url_for("care_desk.show", person_id=person_id), shell.say(N_("Le brouillon est jeté.")))


@guard.page(blueprint, "/<int:person_id>/log", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def log(person_id: int) -> ResponseReturnValue:
    """Writes the contact down, with what was promised in it."""
    person, made, now = find(person_id), shell.assembly(), shell.now()
    given = {name: request.form.get(name, "")[:LONGEST] for name in FIELDS}
    account_id = guard.signed_in().account.id
    try:
        with made.database.transaction() as session:
            promise = _promise(session, given)
            logged, _task = care.log(
                session,
                person.id,
                kind=_word(InteractionKind, given["kind"], InteractionKind.CALL),
                direction=_word(Direction, given["direction"], Direction.IN),
                summary=given["summary"],
                outcome=given["outcome"],
                is_complaint=bool(given["complaint"]),
                happened_at=_moment(given["happened_on"], now),
                promise=promise,
                by=account_id,
                at=now,
            )
            facts = {"kind": logged.kind.value, "complaint": logged.complaint.value, "promise": promise is not None}
            note(session, "care.log", logged.person_id, facts)
    except Invalid as wrong:
        field = wrong.field or "summary"
        with made.database.reading() as session:
            values = _whole(session, person)
        errors = {field: shell.say(WRONG.get(field, WRONG["summary"]))}
        return _desk(person, values, typed=given, errors=errors)
    said = N_("L’échange est noté, la promesse aussi.") if promise else N_("L’échange est noté.")
    undo = (url_for("care_contacts.remove", interaction_id=logged.id), "desk=yes")
    return shell.back(url_for("care_desk.show", person_id=person.id), shell.say(said), undo=undo)


def _whole(session: Session, person: Person) -> dict[str, Any]:
    """What stands beside the form: panels by key, the last contacts, colleagues."""
    panels = supporter_page.panels_of(session, person, PANELS)
    latest = care.interactions_of(session, person.id, size=LATEST)
    return {
        "panels": {panel.key: panel.values for place in panels.values() for panel in place},
        "latest": latest,
        "names": supporter_page.colleagues(session),
        "team": [(account.id, account.name) for account in staff.accounts(session) if account.is_active],
    }


def _desk(
    person: Person,
    values: dict[str, Any],
    *,
    typed: dict[str, str],
    draft: Draft | None = None,
    errors: dict[str, str] | None = None,
) -> ResponseReturnValue:
    return shell.show(
        "office/care/desk.html",
        status=422 if errors else 200,
        person=person,
        member_number=rules.shown_number(person.member_number),
        greeting=rules.greeting(person),
        typed=typed,
        draft=draft,
        errors=errors or {},
        kinds=in_place.options(words.KINDS),
        directions=in_place.options(words.DIRECTIONS),
        words=words,
        Complaint=Complaint,
        **values,
    )


def _typed(draft: Draft | None) -> dict[str, str]:
    blank = dict.fromkeys(FIELDS, "") | {"kind": InteractionKind.CALL.value, "direction": Direction.IN.value}
    return blank | {name: str(text) for name, text in (draft.fields.items() if draft else ()) if name in FIELDS}


def _promise(session: Session, given: dict[str, str]) -> Promise | None:
    """What was promised, if anything was. Raises `Invalid` with the field."""
    due_on = read_day(given["due_on"], field="due_on")
    if not given["promise"].strip():
        return None
    return Promise(title=given["promise"], due_on=due_on, assignee=colleague(session, given["assignee"]))


def colleague(session: Session, text: str) -> AccountId | None:
    """Whom a form names among the team; None for nobody in particular."""
    team = {str(account.id): account.id for account in staff.accounts(session) if account.is_active}
    return team.get(text)


def _moment(text: str, now: datetime) -> datetime | None:
    """Noon of a past day; None for today, or where no day is given."""
    day = read_day(text, field="happened_at")
    return None if day is None or day == brussels_day(now) else instant_of(day, time(12))


def _word(words_of: Any, text: str, otherwise: Any) -> Any:
    return words_of(text) if text in set(words_of) else otherwise
