"""Supporters: find one, see what they allow and in which words they said so, act on their request."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.audit import service as audit
from crm.consent import gate
from crm.consent import service as consent
from crm.consent.model import Act, ConsentEvent, Glance, Notice, Way
from crm.people import service as people
from crm.people.errors import PersonMissing
from crm.people.model import Person
from crm.staff.model import Permission
from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.values.identifiers import NoticeId, PersonId
from crm.values.languages import Language
from crm.web.office import delivery_words, guard, shell, supporter_words
from crm.web.words import N_
from mailing.delivery import service as delivery

blueprint = Blueprint("supporters", __name__, url_prefix="/office/supporters")

SIZE = 50
LATEST_MAILS = 20
LONGEST_SEARCH = 200
LONGEST_TYPED = 400


@guard.page(blueprint, "", permission=Permission.SUPPORTERS_READ)
def index() -> ResponseReturnValue:
    """Everybody, newest first."""
    return _list(text="", after=request.args.get("after", type=int))


@guard.page(blueprint, "/search", permission=Permission.SUPPORTERS_READ, methods=("POST",))
def search() -> ResponseReturnValue:
    """Those whose name or address holds what was typed. By POST: a name or an address never stands in a URL."""
    text = request.form.get("q", "").strip()[:LONGEST_SEARCH]
    return _list(text=text, after=request.form.get("after", type=int))


def _list(*, text: str, after: int | None) -> ResponseReturnValue:
    made = shell.assembly()
    try:
        address_key = made.addresses.key_of(EmailAddress.parse(text).normal) if "@" in text else None
    except Invalid:
        address_key = None
    with made.database.reading() as session:
        page = people.page(
            session, text=text, address_key=address_key, after=PersonId(after) if after else None, size=SIZE
        )
        glances = gate.glances(session, page.people, shell.now())
        names = _purpose_names(session)
    return shell.show(
        "office/supporters/index.html",
        page=page,
        text=text,
        is_first=after is None,
        receives={
            person_id: sorted({names[one.standing.purpose] for one in several if one.verdict.allowed})
            for person_id, several in glances.items()
        },
        summary=shell.say_count(
            N_("%(count)s soutien"), N_("%(count)s soutiens"), page.total, count=shell.number(page.total)
        ),
    )


@guard.page(blueprint, "/<int:person_id>", permission=Permission.SUPPORTERS_READ)
def show(person_id: int) -> ResponseReturnValue:
    """One person: who they are, how to reach them, what they allow, every act with the words shown, their mails."""
    with shell.assembly().database.reading() as session:
        person = people.find_survivor(session, PersonId(person_id))
        if person is None:
            raise PersonMissing
        if person.id != person_id:
            return redirect(url_for("supporters.show", person_id=person.id), 303)
        values = _whole(session, person)
    return shell.show("office/supporters/person.html", **values)


def _whole(session: Session, person: Person) -> dict[str, Any]:
    glances = gate.glances(session, [person], shell.now())[person.id]
    events = consent.history(session, person.id)
    notices = consent.notices(session, [e.notice_id for e in events if e.notice_id is not None])
    names = _purpose_names(session)
    mails = delivery.deliveries_to(session, person.id, limit=LATEST_MAILS)
    trail = audit.latest(session, subject="person", subject_id=person.id)
    return {
        "person": person,
        "points": [(point, consent.suppressions(session, point.address_key)) for point in person.contact_points],
        "glances": [_glance(person, one, names) for one in glances],
        "acts": [_act(person, event, names, notices) for event in reversed(events)],
        "mails": mails,
        "subjects": delivery.subjects(session, {mail.mailing_id for mail in mails}),
        "trail": [
            {"at": entry.at, "title": shell.say(supporter_words.TRAIL[entry.action])}
            for entry in trail
            if entry.action in supporter_words.TRAIL
        ],
        "words": supporter_words,
        "mail_states": delivery_words.STATES,
        "source": _source(person),
    }


def _glance(person: Person, one: Glance, names: dict[str, str]) -> dict[str, Any]:
    word, shape = supporter_words.ACTS[one.standing.act]
    refusal = one.verdict.refusal
    is_stopped_otherwise = one.standing.act is Act.GIVEN and refusal is not None
    return {
        "purpose": names[one.standing.purpose],
        "address": _address(person, one.standing.address_key),
        "word": word,
        "shape": "warn" if is_stopped_otherwise else shape,
        "because": delivery_words.REASONS[refusal] if is_stopped_otherwise and refusal else "",
        "way": supporter_words.WAYS[one.standing.way],
        "since": one.standing.since_at,
        "event_id": one.standing.event_id,
        "can_withdraw": one.standing.act in {Act.GIVEN, Act.REQUESTED, Act.IMPORTED, Act.EXPIRED},
    }


def _act(person: Person, event: ConsentEvent, names: dict[str, str], notices: dict[NoticeId, Notice]) -> dict[str, Any]:
    word, shape = supporter_words.ACTS[event.act]
    asked = event.evidence.get("asked")
    return {
        "at": event.occurred_at,
        "word": word,
        "shape": "note" if shape == "wait" else shape,
        "purpose": names[event.purpose],
        "address": _address(person, event.address_key),
        "way": supporter_words.WAYS[event.way],
        "asked": supporter_words.ASKED.get(str(asked), ""),
        "notice": notices.get(event.notice_id) if event.notice_id is not None else None,
        "delivery_id": event.evidence.get("delivery"),
    }


@guard.page(blueprint, "/<int:person_id>/edit", permission=Permission.SUPPORTERS_EDIT)
def edit(person_id: int) -> ResponseReturnValue:
    """The form that corrects a name or a language."""
    person = _find(person_id)
    typed = {"first_name": person.first_name, "last_name": person.last_name, "language": person.language.value}
    return shell.show("office/supporters/edit.html", person=person, typed=typed, errors={}, languages=_languages())


@guard.page(blueprint, "/<int:person_id>/edit", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def correct(person_id: int) -> ResponseReturnValue:
    """Writes the correction; the trail says which fields, never what stood in them."""
    person, made = _find(person_id), shell.assembly()
    typed = {name: request.form.get(name, "")[:LONGEST_TYPED] for name in ("first_name", "last_name", "language")}
    try:
        with made.database.transaction() as session:
            changed = people.edit(
                session,
                person.id,
                first_name=typed["first_name"],
                last_name=typed["last_name"],
                language=Language.best(typed["language"], person.language),
            )
            if changed:
                _note(session, "supporter.edit", person, {"fields": sorted(changed)})
    except Invalid as wrong:
        said = shell.say(N_("Écrivez un nom seulement, en cent caractères au plus, sans lien ni signe particulier."))
        return shell.show(
            "office/supporters/edit.html",
            status=422,
            person=person,
            typed=typed,
            errors={wrong.field or "first_name": said},
            languages=_languages(),
        )
    message = N_("La fiche est corrigée.") if changed else N_("Rien n’a changé.")
    return shell.back(url_for("supporters.show", person_id=person.id), shell.say(message))


@guard.page(blueprint, "/<int:person_id>/withdraw/<int:event_id>", permission=Permission.SUPPORTERS_EDIT)
def ask_to_withdraw(person_id: int, event_id: int) -> ResponseReturnValue:
    """The form that takes a consent back, because the person asked."""
    return _withdrawal(person_id, event_id, error="")


@guard.page(
    blueprint, "/<int:person_id>/withdraw/<int:event_id>", permission=Permission.SUPPORTERS_EDIT, methods=("POST",)
)
def withdraw(person_id: int, event_id: int) -> ResponseReturnValue:
    """Takes it back. Only the person can give it again, by a confirmation of their own."""
    asked = request.form.get("asked", "")
    if asked not in supporter_words.ASKED:
        return _withdrawal(person_id, event_id, error=shell.say(N_("Dites comment la personne l’a demandé.")))
    person, made = _find(person_id), shell.assembly()
    with made.database.transaction() as session:
        glance = _glance_of(session, person, event_id)
        changed = consent.withdraw(
            session,
            made.sealer,
            person_id=person.id,
            purpose=glance.standing.purpose,
            address_key=glance.standing.address_key,
            way=Way.STAFF,
            at=shell.now(),
            evidence={"asked": asked},
        )
        if changed:
            _note(session, "supporter.withdraw", person, {"purpose": glance.standing.purpose, "asked": asked})
    message = N_("C’est noté : plus rien ne partira pour cela.") if changed else N_("C’était déjà noté.")
    return shell.back(url_for("supporters.show", person_id=person.id), shell.say(message))


def _withdrawal(person_id: int, event_id: int, *, error: str) -> ResponseReturnValue:
    person = _find(person_id)
    with shell.assembly().database.reading() as session:
        glance = _glance(person, _glance_of(session, person, event_id), _purpose_names(session))
    return shell.show(
        "office/supporters/withdraw.html",
        status=422 if error else 200,
        person=person,
        glance=glance,
        asked=[(code, shell.say(word)) for code, word in supporter_words.ASKED.items()],
        errors={"asked": error} if error else {},
    )


def _glance_of(session: Session, person: Person, event_id: int) -> Glance:
    """Where the person stands by the word of that event; raises `PersonMissing` where another word stands by now."""
    for one in gate.glances(session, [person], shell.now())[person.id]:
        if one.standing.event_id == event_id:
            return one
    raise PersonMissing


def _find(person_id: int) -> Person:
    with shell.assembly().database.reading() as session:
        person = people.find_person(session, PersonId(person_id))
    if person is None:
        raise PersonMissing
    return person


def _note(session: Session, action: str, person: Person, facts: dict[str, Any]) -> None:
    audit.record(
        session,
        shell.assembly().sealer,
        at=shell.now(),
        account_id=guard.signed_in().account.id,
        action=action,
        subject="person",
        subject_id=person.id,
        facts=facts,
    )


def _purpose_names(session: Session) -> dict[str, str]:
    return {purpose.code: purpose.name(shell.language()) for purpose in consent.purposes(session)}


def _source(person: Person) -> str:
    known = supporter_words.SOURCES.get(person.source)
    return shell.say(known) if known else person.source


def _address(person: Person, address_key: str) -> str:
    """The address behind a key; empty where it is no longer one of theirs."""
    point = person.at(address_key)
    return point.value if point else ""


def _languages() -> list[tuple[str, str]]:
    return [(code, shell.say(word)) for code, word in supporter_words.LANGUAGES.items()]
