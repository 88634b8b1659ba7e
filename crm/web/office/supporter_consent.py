"""What a person asked a colleague: consent taken back for one purpose or for all, a pause, letters less often."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.consent import gate, paces, stopping
from crm.consent import service as consent
from crm.consent.model import Channel, Glance, Way
from crm.consent.pace import Rhythm, ends_of_pause
from crm.consent.words import ASKED, RHYTHMS
from crm.people.errors import PersonMissing
from crm.people.model import Person
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.web.office import guard, in_place, shell, supporter_page
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("supporter_consent", __name__, url_prefix="/office/supporters/<int:person_id>")

HOW = N_("Dites comment la personne l’a demandé.")
WHICH = N_("Choisissez au moins une lettre.")
UNTIL = N_("Choisissez un jour de la liste.")


@guard.page(blueprint, "/withdraw/<int:event_id>", permission=Permission.SUPPORTERS_EDIT)
def ask_to_withdraw(person_id: int, event_id: int) -> ResponseReturnValue:
    """The form that takes a consent back, because the person asked."""
    return _withdrawal(person_id, event_id, error="")


@guard.page(blueprint, "/withdraw/<int:event_id>", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def withdraw(person_id: int, event_id: int) -> ResponseReturnValue:
    """Takes it back. Only the person can give it again, by a confirmation of their own."""
    asked = request.form.get("asked", "")
    if asked not in ASKED:
        return _withdrawal(person_id, event_id, error=shell.say(HOW))
    person, made = supporter_page.find(person_id), shell.assembly()
    with made.database.transaction() as session:
        glance = _glance_of(session, person, event_id)
        changed = consent.withdraw(
            session,
            made.sealer,
            person_id=person.id,
            purpose=glance.standing.purpose,
            channel=glance.standing.channel,
            address_key=glance.standing.address_key,
            way=Way.STAFF,
            at=shell.now(),
            evidence={"asked": asked},
        )
        if changed:
            facts = {"purpose": glance.standing.purpose, "asked": asked}
            note(session, "supporter.withdraw", person.id, facts)
    message = N_("C’est noté : plus rien ne partira pour cela.") if changed else N_("C’était déjà noté.")
    return shell.back(url_for("supporters.show", person_id=person.id), shell.say(message))


def _withdrawal(person_id: int, event_id: int, *, error: str) -> ResponseReturnValue:
    person = supporter_page.find(person_id)
    with shell.assembly().database.reading() as session:
        glance = _glance_of(session, person, event_id)
        names = supporter_page.purpose_names(session)
    point = person.at(glance.standing.address_key)
    return shell.show(
        "office/supporters/withdraw.html",
        status=422 if error else 200,
        person=person,
        purpose=names[glance.standing.purpose],
        address=point.value if point else "",
        event_id=event_id,
        asked=[(code, shell.say(word)) for code, word in ASKED.items()],
        errors={"asked": error} if error else {},
    )


def _glance_of(session: Session, person: Person, event_id: int) -> Glance:
    """Where the person stands by the word of that event; raises `PersonMissing` where another word stands by now."""
    for one in gate.glances(session, [person], shell.now())[person.id]:
        if one.standing.event_id == event_id:
            return one
    raise PersonMissing


@guard.page(blueprint, "/stop", permission=Permission.SUPPORTERS_EDIT)
def ask_to_stop(person_id: int) -> ResponseReturnValue:
    """The form that stops several letters at once, or all of them."""
    return _stop(supporter_page.find(person_id))


@guard.page(blueprint, "/stop", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def stop(person_id: int) -> ResponseReturnValue:
    """Takes back what was chosen, at every address, because the person asked."""
    person, made = supporter_page.find(person_id), shell.assembly()
    asked, chosen = request.form.get("asked", ""), set(request.form.getlist("purpose"))
    if asked not in ASKED or not chosen:
        errors = {} if asked in ASKED else {"asked": shell.say(HOW)}
        return _stop(person, errors=errors if chosen else {"purpose": shell.say(WHICH)} | errors)
    with made.database.transaction() as session:
        stopped = [
            one
            for one in sorted(chosen & stopping.open_purposes(session, person.id, at=shell.now()))
            if stopping.stop(
                session,
                made.sealer,
                person_id=person.id,
                purpose=one,
                way=Way.STAFF,
                at=shell.now(),
                evidence={"asked": asked},
            )
        ]
        if stopped:
            note(session, "supporter.withdraw", person.id, {"purposes": stopped, "asked": asked})
    message = N_("C’est noté : plus rien ne partira pour cela.") if stopped else N_("C’était déjà noté.")
    return in_place.done(person.id, message)


def _stop(person: Person, *, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    with shell.assembly().database.reading() as session:
        names = supporter_page.purpose_names(session)
        stands = stopping.open_purposes(session, person.id, at=shell.now())
    return in_place.form(
        "stop",
        shell.say(N_("Ne plus rien recevoir")),
        person,
        status=422 if errors else 200,
        purposes=[(code, name) for code, name in names.items() if code in stands],
        chosen=request.form.getlist("purpose"),
        asked=in_place.options(ASKED),
        typed=in_place.typed("asked"),
        errors=errors or {},
    )


@guard.page(blueprint, "/pace", permission=Permission.SUPPORTERS_EDIT)
def ask_pace(person_id: int) -> ResponseReturnValue:
    """The form for a pause, or for letters less often; `channel` says which letters."""
    return _pace(supporter_page.find(person_id), _channel(request.args.get("channel", "")))


@guard.page(blueprint, "/pace", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def set_pace(person_id: int) -> ResponseReturnValue:
    """Writes down what the person asked for all letters by e-mail, or for all on paper."""
    person, made, now = supporter_page.find(person_id), shell.assembly(), shell.now()
    typed = in_place.typed("asked", "rhythm", "until", "channel")
    channel = _channel(typed["channel"])
    with made.database.reading() as session:
        offered = {day.isoformat(): day for day in _ends(session, person, channel)}
    errors = {} if typed["asked"] in ASKED else {"asked": shell.say(HOW)}
    if typed["until"] and typed["until"] not in offered:
        errors["until"] = shell.say(UNTIL)
    if errors or typed["rhythm"] not in set(Rhythm):
        return _pace(person, channel, errors=errors or {"rhythm": shell.say(UNTIL)})
    with made.database.transaction() as session:
        changed = paces.declare(
            session,
            made.sealer,
            person_id=person.id,
            pause_until_on=offered.get(typed["until"]),
            rhythm=Rhythm(typed["rhythm"]),
            way=Way.STAFF,
            at=now,
            channel=channel,
            evidence={"asked": typed["asked"]},
        )
        if changed:
            facts = {"rhythm": typed["rhythm"], "asked": typed["asked"], "channel": channel.value}
            note(session, "supporter.pace", person.id, facts)
    return in_place.done(person.id, N_("C’est noté : ses lettres suivront ce rythme.") if changed else in_place.NOTHING)


def _channel(word: str) -> Channel:
    return Channel.POST if word == Channel.POST else Channel.EMAIL


def _ends(session: Session, person: Person, channel: Channel) -> list[date]:
    today, pace = brussels_day(shell.now()), paces.pace_of(session, person.id, channel)
    resting = pace.rests_until(today)
    standing = {resting} if resting else set()
    return sorted({*ends_of_pause(today), *standing})


def _pace(person: Person, channel: Channel, *, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    with shell.assembly().database.reading() as session:
        pace, ends = paces.pace_of(session, person.id, channel), _ends(session, person, channel)
    until = pace.rests_until(brussels_day(shell.now()))
    standing = {"asked": "", "rhythm": pace.rhythm.value, "until": until.isoformat() if until else ""}
    return in_place.form(
        "pace",
        shell.say(N_("Moins souvent, ou une pause")),
        person,
        status=422 if errors else 200,
        channel=channel.value,
        rhythms=in_place.options(RHYTHMS),
        ends=ends,
        asked=in_place.options(ASKED),
        typed=in_place.typed(*standing) if errors else standing,
        errors=errors or {},
    )
