"""What people, files and partners said otherwise than we hold: side by side, taken or kept, and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.people import changes, differences, taking, words
from crm.people import service as people
from crm.people.errors import DifferenceMissing, NoPlace
from crm.people.model import ALIVE, Difference, DifferenceState, Person
from crm.people.saying import said_lines, said_text
from crm.plans import mourning
from crm.staff.model import Permission
from crm.values.errors import Invalid
from crm.values.identifiers import DifferenceId, PersonId
from crm.web.office import guard, in_place, shell
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("supporter_differences", __name__, url_prefix="/office/differences")

SIZE = 20
WRITTEN_AND_GIVES = N_("C’est écrit sur la fiche, et les dons réguliers mis en pause pour ce décès reprennent.")
WAITS_AND_GIVES = N_(
    "La décision est annulée : elle attend de nouveau, et les dons réguliers mis en pause pour ce décès reprennent."
)
UNFIT = N_("Ce qui a été dit ne peut pas être écrit tel quel : ouvrez la fiche, corrigez à la main, puis gardez.")


@guard.page(blueprint, "", permission=Permission.SUPPORTERS_READ)
def index() -> ResponseReturnValue:
    """What waits, the oldest first."""
    after = request.args.get("after", type=int)
    with shell.assembly().database.reading() as session:
        waiting = differences.waiting(session, after=DifferenceId(after) if after else None, size=SIZE + 1)
        total = differences.waiting_count(session)
        about = people.people(session, {one.person_id for one in waiting})
        held = taking.held_now(session, waiting[:SIZE])
    shown = waiting[:SIZE]
    return shell.show(
        "office/differences.html",
        waiting=[_shown(one, about.get(one.person_id), held) for one in shown],
        total=total,
        is_first=after is None,
        next_after=shown[-1].id if len(waiting) > SIZE else None,
    )


@guard.page(blueprint, "/<int:difference_id>/take", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def take(difference_id: int) -> ResponseReturnValue:
    """Writes what was said, and closes it."""
    made, now, by = shell.assembly(), shell.now(), guard.signed_in().account.id
    try:
        with made.database.transaction() as session:
            found = differences.decide(session, DifferenceId(difference_id), DifferenceState.TAKEN, by=by, at=now)
            with changes.recorded(session, found.person_id, by=by, at=now) as change:
                taking.take(session, made.addresses, found, at=now)
            differences.wrote(session, found.id, change.id)
            woken = _follow(session, found)
            facts = {"field": found.field, "source": found.source}
            note(session, "supporter.difference-taken", found.person_id, facts)
    except DifferenceMissing:
        return _back(N_("Quelqu’un a déjà décidé."), kind="note")
    except NoPlace as wrong:
        return _back(words.HURDLES[wrong.why], kind="refused")
    except Invalid:
        return _back(UNFIT, kind="refused")
    return _back(WRITTEN_AND_GIVES if woken else N_("C’est écrit sur la fiche."), undo=_undo(found))


@guard.page(blueprint, "/<int:difference_id>/keep", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def keep(difference_id: int) -> ResponseReturnValue:
    """Leaves the file as it is, and closes it."""
    by, now = guard.signed_in().account.id, shell.now()
    try:
        with shell.assembly().database.transaction() as session:
            found = differences.decide(session, DifferenceId(difference_id), DifferenceState.KEPT, by=by, at=now)
            facts = {"field": found.field, "source": found.source}
            note(session, "supporter.difference-kept", found.person_id, facts)
    except DifferenceMissing:
        return _back(N_("Quelqu’un a déjà décidé."), kind="note")
    return _back(N_("La fiche reste telle quelle."), undo=_undo(found))


@guard.page(blueprint, "/<int:difference_id>/reopen", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def reopen(difference_id: int) -> ResponseReturnValue:
    """Takes the decision back, with what it wrote."""
    with shell.assembly().database.transaction() as session:
        found = differences.reopen(session, DifferenceId(difference_id), at=shell.now())
        note(session, "supporter.difference-reopened", found.person_id, {"field": found.field})
        woken = _follow(session, found)
    return _back(WAITS_AND_GIVES if woken else N_("La décision est annulée : elle attend de nouveau."))


def _follow(session: Session, one: Difference) -> int:
    """The plans of whoever was said to have died, or to live, follow what their record says now."""
    if one.field != "deceased_on":
        return 0
    made, by = shell.assembly(), guard.signed_in().account.id
    language = made.settings.office_language
    return mourning.follow(session, language, at=shell.now(), person_id=one.person_id, by=by)


def _undo(one: Difference) -> tuple[str, str]:
    return url_for("supporter_differences.reopen", difference_id=one.id), ""


def _back(message: str, *, kind: str = "done", undo: tuple[str, str] | None = None) -> ResponseReturnValue:
    where = PersonId(request.form.get("person", 0, type=int))
    if where:
        return in_place.done(where, message, kind=kind, undo=undo)
    return in_place.refreshed(url_for("supporter_differences.index"), message, kind=kind, undo=undo)


def _shown(one: Difference, person: Person | None, held: Mapping[DifferenceId, Mapping[str, Any]]) -> dict[str, Any]:
    speaking = shell.language()
    hurdle = taking.hurdle(one, person)
    stated = [value for value in one.statement.values() if isinstance(value, str) and value.strip()]
    return {
        "id": one.id,
        "person_id": one.person_id,
        "name": (person.full_name if person else "") or shell.say(N_("Sans nom")),
        "field": shell.say(words.FIELDS[one.field]) if one.field in words.FIELDS else one.field,
        "held": said_lines(one.field, held.get(one.id, one.held), speaking),
        "said": said_lines(one.field, one.said, speaking),
        "holds_back": one.field == "deceased_on" and said_text(one.field, one.said) != ALIVE,
        "hurdle": shell.say(words.HURDLES[hurdle]) if hurdle else "",
        "source": words.source(one.source, speaking),
        "said_at": one.said_at,
        "statement": [line for line in stated if line not in one.said.values()],
    }
