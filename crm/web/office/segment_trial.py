"""What is built, on trial: a few of its people, and why somebody would be in or out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from crm.people import service as people
from crm.people.model import Person
from crm.segments import asking, service
from crm.segments.errors import SegmentCycle, SegmentMissing, ThingGone
from crm.segments.model import Definition, Membership
from crm.segments.selects import Question
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId
from crm.web.errors import gone_words
from crm.web.office import person_search, segment_view, segment_why, shell
from crm.web.office.person_search import Answer
from crm.web.office.segment_form import Built
from crm.web.words import N_

SIZE = 8
SEED = "quelques personnes"
NO_REASON = N_(
    "Une condition touche à une opinion : écrivez d’abord pourquoi la demander. Le journal notera qui vous regardez."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """What is shown of it: people (None where they were not asked for), or a person with why; `asks` for one."""

    rows: tuple[Person, ...] | None = None
    asks: bool = False
    who: str = ""
    found: Sequence[Answer] = ()
    person: Person | None = None
    membership: Membership | None = None
    told: dict[str, Any] | None = None
    error: str = ""
    wants_reason: bool = False


def sample(session: Session, built: Built, asked: Definition, reason: str) -> Trial:
    """A few of its people, by lot."""
    question, refused = _question(session, built, reason)
    if question is None:
        return refused
    numbers = asking.by_lot(asked, question, size=SIZE, seed=SEED)
    found = people.people(session, [PersonId(number) for number in numbers])
    return Trial(rows=tuple(found[PersonId(number)] for number in numbers if PersonId(number) in found))


def why(session: Session, built: Built, asked: Definition, deed: str, reason: str) -> Trial:
    """Why the person whom the form chose would be in or out; a field to choose one where it chose none."""
    question, refused = _question(session, built, reason)
    if question is None:
        return refused
    if deed != "ask":
        return Trial(asks=True)
    try:
        person_id = person_search.chosen(session)
    except Invalid:
        typed = request.form.get("who", "")[:200]
        said = shell.say(N_("Choisissez une personne."))
        return Trial(asks=True, who=typed, found=person_search.answers(session, typed), error=said)
    membership = asking.membership(asked, question, person_id)
    told = segment_why.shown(membership.told, segment_view.reader(session))
    return Trial(asks=True, person=people.find_person(session, person_id), membership=membership, told=told)


def _question(session: Session, built: Built, reason: str) -> tuple[Question | None, Trial]:
    """The question; or none, and what is said instead. One that tells an opinion is put to nobody without a reason."""
    catalogue, wrong = shell.assembly().questions, Trial(error=shell.say(N_("Cela ne peut pas être demandé ainsi.")))
    if built.is_too_large:
        return None, wrong
    try:
        if not segment_view.may_ask_all(session, built.tree):
            return None, Trial(error=shell.say(N_("Votre rôle ne voit pas tout ce que ce segment demande.")))
        if not reason and service.sensitive(session, catalogue, built.tree):
            return None, Trial(error=shell.say(NO_REASON), wants_reason=True)
        return service.question(session, catalogue, [built.tree], at=shell.now()), Trial()
    except ThingGone as gone:
        return None, Trial(error=gone_words(gone, shell.language()))
    except (SegmentMissing, SegmentCycle):
        return None, wrong
