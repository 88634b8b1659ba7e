"""Households: founded with another person, what stands on the envelope, who is what in it, who leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.people import households, words
from crm.people import service as people
from crm.people.errors import HouseholdMissing
from crm.people.model import Household, HouseholdMember, Person, Position
from crm.staff.model import Permission
from crm.values.errors import Invalid
from crm.values.identifiers import HouseholdId, PersonId
from crm.web.office import guard, in_place, person_search, shell
from crm.web.office.supporter_page import find
from crm.web.words import N_

blueprint = Blueprint("supporter_households", __name__, url_prefix="/office/supporters/<int:person_id>/household")

WHO = N_("Choisissez une personne de la liste.")
JOINED = N_("Cette personne a rejoint le foyer. Ce qui était écrit à la main ne la nommait pas et ne vaut plus.")
PARTED = N_("Cette personne a quitté le foyer. Ce qui était écrit à la main la nommait et ne vaut plus.")
LINE = N_("Une seule ligne de mots, en deux cents caractères au plus.")


@guard.page(blueprint, "/new", permission=Permission.SUPPORTERS_EDIT)
def new(person_id: int) -> ResponseReturnValue:
    """The form that asks with whom."""
    return _new(find(person_id))


@guard.page(blueprint, "/new", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def found(person_id: int) -> ResponseReturnValue:
    """A household of two; where the other has one already, this person joins it."""
    person, now = find(person_id), shell.now()
    try:
        with shell.assembly().database.reading() as session:
            other = person_search.chosen(session, without=person.id)
            theirs = households.of(session, other)
    except Invalid:
        return _new(person, wrong=True)
    home = next(iter(theirs), None)
    if home is not None and any(member.person_id == person.id for member in home.members):
        return in_place.done(person.id, in_place.NOTHING, kind="note")

    is_named = home is not None and len(home.members) < 2

    def act(session: Session) -> None:
        if home is None:
            households.found(session, [person.id, other], at=now)
        else:
            position = Position.PARTNER if len(home.members) == 1 else Position.OTHER
            households.put(session, home.id, person.id, position=position, is_on_envelope=is_named, at=now)

    said = N_("Un foyer les réunit.") if home is None else N_("Cette personne a rejoint le foyer.")
    if home is not None and households.names_others(home, person.id, is_on_envelope=is_named):
        said = JOINED
    return in_place.edited(person.id, "supporter.household", said, act, households=[home.id] if home else ())


@guard.page(blueprint, "/<int:household_id>/edit", permission=Permission.SUPPORTERS_EDIT)
def edit(person_id: int, household_id: int) -> ResponseReturnValue:
    """The form: who is what, who is on the envelope, what is written by hand."""
    person = find(person_id)
    home, members = _home(person, household_id)
    return _form(person, home, members)


@guard.page(blueprint, "/<int:household_id>/edit", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def change(person_id: int, household_id: int) -> ResponseReturnValue:
    """Writes it all at once."""
    person, now = find(person_id), shell.now()
    home, members = _home(person, household_id)
    wanted = _wanted(home)

    def act(session: Session) -> None:
        for member, before in zip(wanted.members, home.members, strict=True):
            if member != before:
                facts = {"position": member.position, "is_on_envelope": member.is_on_envelope}
                households.put(session, home.id, member.person_id, at=now, **facts)  # type: ignore[arg-type] # two facts of two kinds
        households.name(session, home.id, on_envelope=wanted.envelope_name, greeting=wanted.greeting)

    try:
        return in_place.edited(person.id, "supporter.household", N_("Le foyer est à jour."), act)
    except Invalid as wrong:
        return _form(person, wanted, members, errors={wrong.field or "envelope_name": shell.say(LINE)})


@guard.page(blueprint, "/<int:household_id>/preview", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def preview(person_id: int, household_id: int) -> ResponseReturnValue:
    """What would stand on the envelope, as the form is filled in now; nothing is written."""
    home, members = _home(find(person_id), household_id)
    envelope, greeting = households.written(_wanted(home), members)
    return shell.show("office/supporters/envelope.html", envelope=envelope, greeting=greeting)


@guard.page(blueprint, "/<int:household_id>/leave", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def leave(person_id: int, household_id: int) -> ResponseReturnValue:
    """Takes this person out."""
    person = find(person_id)
    home, _members = _home(person, household_id)
    said = N_("Cette personne a quitté le foyer.")
    return in_place.edited(
        person.id,
        "supporter.household",
        PARTED if households.names_others(home, person.id, is_on_envelope=False) else said,
        lambda session: households.take(session, home.id, person.id, at=shell.now()),
    )


def _home(person: Person, household_id: int) -> tuple[Household, Mapping[PersonId, Person]]:
    """That household, if they belong to it, and its members. Raises `HouseholdMissing`."""
    with shell.assembly().database.reading() as session:
        home = households.get(session, HouseholdId(household_id))
        found = {m.person_id: people.find_person(session, m.person_id) for m in home.members}
    if person.id not in found:
        raise HouseholdMissing
    return home, {number: one for number, one in found.items() if one is not None}


def _wanted(home: Household) -> Household:
    """The household as the form says it."""
    given = in_place.typed("envelope_name", "greeting")
    members = tuple(
        HouseholdMember(
            person_id=member.person_id,
            position=_position(request.form.get(f"position-{member.person_id}", ""), member.position),
            is_on_envelope=f"envelope-{member.person_id}" in request.form,
        )
        for member in home.members
    )
    return replace(home, envelope_name=given["envelope_name"], greeting=given["greeting"], members=members)


def _position(text: str, otherwise: Position) -> Position:
    return Position(text) if text in set(Position) else otherwise


def _new(person: Person, *, wrong: bool = False) -> ResponseReturnValue:
    return in_place.form(
        "household_new",
        shell.say(N_("Réunir en un foyer")),
        person,
        status=422 if wrong else 200,
        **_picking(person, wrong=wrong),
    )


def _picking(person: Person, *, wrong: bool) -> dict[str, object]:
    who = in_place.typed("who")["who"]
    with shell.assembly().database.reading() as session:
        found = person_search.answers(session, who, without=person.id)
    return {"who": who, "found": found, "errors": {"who": shell.say(WHO)} if wrong else {}}


def _form(
    person: Person, home: Household, members: Mapping[PersonId, Person], *, errors: dict[str, str] | None = None
) -> ResponseReturnValue:
    envelope, greeting = households.written(home, members)
    plain = households.written(replace(home, envelope_name="", greeting=""), members)
    return in_place.form(
        "household",
        shell.say(N_("Le foyer")),
        person,
        status=422 if errors else 200,
        home=home,
        members=members,
        positions=in_place.options(words.POSITIONS),
        envelope=envelope,
        greeting=greeting,
        computed=plain,
        dead=[one.full_name for one in households.dead_on_envelope(home, members)],
        errors=errors or {},
    )
