"""One's own space: details, choices and their history, what other rooms hold, a file of it all, and being forgotten."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import Blueprint, Response, make_response, redirect, request
from sqlalchemy.orm import Session

from crm.audit import service as audit
from crm.consent import interests, paces
from crm.contracts.own_space import OwnLook, OwnWish
from crm.people import correcting, differences
from crm.people import service as people
from crm.people.model import Person
from crm.people.rules import shown_number
from crm.people.saying import said_lines, said_text
from crm.values.calendar import brussels_day
from crm.values.languages import Language
from crm.values.postal_address import AddressInvalid
from crm.visits import service as visits
from crm.visits.model import Visit
from crm.web import address_form
from crm.web.public import interests as interest_pages
from crm.web.public import own_addresses, own_details, own_history, page, space_door
from crm.web.public.own_file import own_file
from crm.web.public.paces import RHYTHMS
from crm.web.public.space_door import HERE
from mailing.content import service as content
from mailing.correspondence import service as correspondence
from mailing.correspondence.model import Reader

blueprint = Blueprint("space", __name__)

SOURCE = own_addresses.SOURCE


@dataclass(frozen=True, kw_only=True, slots=True)
class Own:
    """Whose space it is in this request."""

    visit: Visit
    person: Person
    look: OwnLook

    @property
    def today(self) -> date:
        """The day it is where they look."""
        return brussels_day(self.look.now)


def _own(session: Session) -> Own | None:
    visit = space_door.visit_here(session)
    person = people.find_survivor(session, visit.person_id) if visit else None
    if visit is None or person is None or person.is_deceased:
        return None
    look = OwnLook(person_id=person.id, language=page.language(person.language), now=page.now())
    return Own(visit=visit, person=person, look=look)


@blueprint.get(HERE)
def show() -> Response:
    """The space; without a visit, the form that asks for a link."""
    made = page.assembly()
    with made.database.reading() as session:
        own = _own(session)
        if own is None:
            return space_door.ask_page(is_over=bool(request.cookies.get(space_door.cookie_name(made))))
        return _space(session, own)


@blueprint.get(f"{HERE}/adresse")
@blueprint.get(f"{HERE}/coordonnees")
@blueprint.get(f"{HERE}/oubli")
@blueprint.get(f"{HERE}/sortir")
def back() -> Response:
    """Where a form was sent to, asked for again (in another language, say): the space itself."""
    return redirect(f"{HERE}?lang={page.language().value}", 303)  # type: ignore[return-value] # it is Flask's own


@blueprint.post(f"{HERE}/coordonnees")
def correct() -> Response:
    """A name, a phone, a mailbox: written where we had none, else a colleague looks at it first."""
    made = page.assembly()
    with made.database.transaction() as session:
        own = _own(session)
        if own is None or not space_door.is_our_form(own.visit):
            return space_door.ask_page(is_over=True)
        typed = own_details.typed(request.form, own.person)
        said, errors = own_details.read(typed, own.person, _waiting(session, own), own.look.language)
        if said is None:
            return _space(session, own, typed=typed, errors=errors)
        found = correcting.correct(
            session, made.addresses, own.person, said, typed=typed, source=SOURCE, at=own.look.now
        )
        if found.written:
            facts = {"fields": sorted(found.written)}
            audit.record(
                session, made.sealer, at=own.look.now, account_id=None, action="supporter.own-words",
                subject="person", subject_id=own.person.id, facts=facts,
            )  # fmt: skip
        done = "laid" if found.waiting else "written" if found.written else "unchanged"
        return _space(session, _again(session, own), done=done)


@blueprint.post(f"{HERE}/adresse")
def move() -> Response:
    """What one says of an address: a colleague looks at it before it takes the place of what we hold."""
    made = page.assembly()
    with made.database.transaction() as session:
        own = _own(session)
        if own is None or not space_door.is_our_form(own.visit):
            return space_door.ask_page(is_over=True)
        given = address_form.typed(request.form)
        try:
            address = address_form.read(given, language=own.person.language)
        except AddressInvalid as error:
            problem = address_form.problem(error, own.look.language)
            return _space(session, own, given=given, errors=problem)
        held = own_addresses.spoken_of(session, own.person, request.form.get("abode", ""), own.today)
        differs = own_addresses.say(session, own.person, held, address, typed=given, at=own.look.now)
        return _space(session, own, done="moved" if differs else "same")


@blueprint.get(f"{HERE}/sujets")
def care_about() -> Response:
    """What one chose, shown as it is: here nobody else looks."""
    with page.assembly().database.reading() as session:
        own = _own(session)
        if own is None:
            return space_door.ask_page(is_over=True)
        return _interests(session, own, ticked=frozenset(interests.interests_of(session, own.person.id)))


@blueprint.post(f"{HERE}/sujets")
def declare() -> Response:
    """Declares what is ticked, or with `action=forget` takes it all back."""
    made = page.assembly()
    with made.database.transaction() as session:
        own = _own(session)
        if own is None or not space_door.is_our_form(own.visit):
            return space_door.ask_page(is_over=True)
        reader = _reader(own)
        if reader is None:
            return space_door.ask_page(is_over=True)
        if request.form.get("action") == "forget":
            gone = interest_pages.forget(made.desk, session, reader)
            return _interests(session, own, gone=gone)
        offered = interest_pages.named(content.worn_terms(session), own.look.language)
        wanted = interest_pages.chosen(request.form, offered)
        errors = interest_pages.wrong(wanted)
        if errors:
            return _interests(session, own, ticked=wanted, errors=errors)
        interest_pages.declare(made.desk, session, reader, wanted, own.look.language)
        return _interests(session, own, ticked=wanted, declared=True)


@blueprint.get(f"{HERE}/mes-donnees.json")
def download() -> Response:
    """Everything as a file."""
    made = page.assembly()
    with made.database.reading() as session:
        own = _own(session)
        if own is None:
            return space_door.ask_page(is_over=True)
        found = own_file(session, own.person, own.look, made.own_sources)
    response = make_response(json.dumps(found, ensure_ascii=False, indent=2))
    response.content_type = "application/json; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="mes-donnees.json"'
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@blueprint.post(f"{HERE}/oubli")
def forget_me() -> Response:
    """Writes down that they want to be forgotten; a colleague answers within a month."""
    made = page.assembly()
    with made.database.transaction() as session:
        own = _own(session)
        if own is None or not space_door.is_our_form(own.visit):
            return space_door.ask_page(is_over=True)
        made.wishes.ask(session, own.look, OwnWish.ERASURE)
        return _space(session, own, done="forget")


@blueprint.post(f"{HERE}/sortir")
def leave() -> Response:
    """Ends the visit."""
    made = page.assembly()
    with made.database.transaction() as session:
        visit = space_door.visit_here(session)
        if visit is not None and space_door.is_our_form(visit):
            visits.leave(session, visit)
    response = redirect(f"{HERE}?lang={page.language().value}", 303)
    assert isinstance(response, Response)
    response.delete_cookie(space_door.cookie_name(made), path="/", secure=made.settings.secure_cookies, samesite="Lax")
    return response


def _again(session: Session, own: Own) -> Own:
    person = people.find_person(session, own.person.id)
    assert person is not None
    return replace(own, person=person)


def _waiting(session: Session, own: Own) -> dict[str, str]:
    """What they said here of their name, phone and mailbox that nobody decided yet."""
    said = differences.open_of(session, own.person.id)
    return {one.field: said_text(one.field, one.said) for one in said if one.source == SOURCE}


def _reader(own: Own) -> Reader | None:
    """Whom a choice made here is of; None where no way to reach them is left since they came in."""
    point = own.person.at(own.visit.address_key) or next(iter(own.person.contact_points), None)
    return None if point is None else Reader(person=own.person, point=point)


def _space(
    session: Session,
    own: Own,
    *,
    given: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    done: str = "",
) -> Response:
    made, person, speaks = page.assembly(), own.person, own.look.language
    edited = own_addresses.spoken_of(session, person, request.values.get("abode", ""), own.today)
    homes = own_addresses.shown(session, person, edited, speaks)
    boxes = []
    for point in person.emails:
        if point.is_living:
            reader = Reader(person=person, point=point)
            choices = correspondence.choices(session, reader, at=own.look.now)
            names = [one.purpose.name(speaks) for one in choices if one.is_on]
            boxes.append((point.value, names, correspondence.preferences_url(made.desk, reader)))
    pace = paces.pace_of(session, person.id)
    parts = [found for one in made.own_sources if (found := one.part(session, own.look)) is not None]
    return page.show(
        "space/show.html",
        speaks=speaks,
        status=422 if errors else 200,
        is_private=True,
        member_number=shown_number(person.member_number),
        csrf=own.visit.csrf,
        person=person,
        spoken=page.OWN_NAMES[person.language],
        phones=[said_lines("phone", {"text": point.value}, speaks)[0] for point in person.phones if point.is_living],
        waits={
            one.field: said_lines(one.field, one.said, speaks)
            for one in differences.open_of(session, person.id)
            if one.source == SOURCE and one.field != "address"
        },
        **homes,
        is_one_address="abode" in request.args,
        boxes=boxes,
        paused_until=pace.rests_until(own.today),
        rhythm=page.say(speaks, RHYTHMS[pace.rhythm]),
        interest_count=len(interests.interests_of(session, person.id)),
        history=own_history.history(session, person.id, speaks),
        own_parts=parts,
        wish=made.wishes.open_wish(session, own.look, OwnWish.ERASURE),
        details=typed or own_details.fields(person, _waiting(session, own)),
        is_typed=typed is not None,
        given=given or homes["address_fields_held"],
        countries=address_form.countries(speaks),
        errors=errors or {},
        done=done,
    )


def _interests(session: Session, own: Own, **said: Any) -> Response:
    speaks: Language = own.look.language
    errors = said.get("errors", {})
    return page.show(
        "space/interests.html",
        speaks=speaks,
        status=422 if errors else 200,
        is_private=True,
        csrf=own.visit.csrf,
        has_choices=bool(interests.interests_of(session, own.person.id)),
        declared=said.get("declared", False),
        gone=said.get("gone"),
        **interest_pages.shown(
            content.worn_terms(session), speaks, ticked=said.get("ticked", frozenset()), errors=errors
        ),
    )
