"""The field by which a form picks a person: a few answers as one types, by POST, so that no name stands in a URL."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.people import rules, search, words
from crm.people import service as people
from crm.people.errors import PersonMissing
from crm.people.model import Person, PersonKind
from crm.staff.model import Permission
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId
from crm.web.office import guard, shell
from crm.web.words import N_

blueprint = Blueprint("person_search", __name__, url_prefix="/office/find-person")

SHORTEST = 2
LONGEST = 200
MOST = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Somebody who answers to what was typed, and enough to know them from a namesake."""

    id: PersonId
    name: str
    detail: str


@guard.page(blueprint, "", permission=Permission.SUPPORTERS_READ, methods=("POST",))
def field() -> ResponseReturnValue:
    """The answers as choices of the field `who`."""
    text = request.form.get("who", "").strip()[:LONGEST]
    without = request.form.get("without", 0, type=int)
    with shell.assembly().database.reading() as session:
        found = answers(session, text, without=without)
    return shell.show("office/components/person_choices.html", found=found, text=text, chosen=0)


def answers(session: Session, text: str, *, without: int = 0, size: int = MOST) -> tuple[Answer, ...]:
    """The first few people who answer to `text` (a piece of a name, an address, a member number), `without` one."""
    if len(text) < SHORTEST:
        return ()
    found = search.find(session, shell.assembly().addresses, text, most=size + 1).hits
    return tuple(_answer(hit.person) for hit in found if hit.person.id != without)[:size]


def chosen(session: Session, *, without: int = 0) -> PersonId:
    """Whom the form chose: the ticked answer, or the only one there is. Raises `Invalid` (field `who`)."""
    picked = request.form.get("other_id", 0, type=int)
    if not picked:
        found = answers(session, request.form.get("who", "").strip()[:LONGEST], without=without)
        if len(found) != 1:
            raise Invalid("choose one person", field="who")
        picked = found[0].id
    person = people.find_survivor(session, PersonId(picked))
    if person is None or person.id == without:
        raise PersonMissing if person is None else Invalid("somebody else", field="who")
    return person.id


def _answer(person: Person) -> Answer:
    primary = person.primary
    facts = [rules.shown_number(person.member_number), primary.value if primary else ""]
    if person.kind is PersonKind.ORGANISATION and person.organisation_kind:
        facts.insert(0, shell.say(words.ORGANISATIONS[person.organisation_kind]))
    if person.is_deceased:
        facts.append(shell.say(N_("décédé·e")))
    return Answer(
        id=person.id,
        name=person.full_name or shell.say(N_("Sans nom")),
        detail=" · ".join(fact for fact in facts if fact),
    )
