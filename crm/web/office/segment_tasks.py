"""A segment as a list of tasks: the same thing to do for each of its people."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from crm.care import service as care
from crm.segments import asking, service
from crm.segments.selects import members
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values.errors import Invalid
from crm.web.office import guard, in_place, segment_view, shell
from crm.web.office.care_desk import colleague
from crm.web.office.days import read_day
from crm.web.office.noting import note
from crm.web.office.tasks import problem
from crm.web.words import N_

blueprint = Blueprint("segment_tasks", __name__, url_prefix="/office/segments/<int:segment_id>/tasks")

FIELDS = ("title", "due_on", "assignee")


@guard.page(blueprint, "", permission=Permission.SUPPORTERS_READ)
def form(segment_id: int) -> ResponseReturnValue:
    """What is to be done, by whom, until when; and for how many people."""
    return _form(segment_id, dict.fromkeys(FIELDS, ""), {})


@guard.page(blueprint, "", permission=Permission.SUPPORTERS_READ, methods=("POST",))
def add(segment_id: int) -> ResponseReturnValue:
    """One task for each who has none of that title open."""
    given, made = in_place.typed(*FIELDS), shell.assembly()
    try:
        with made.database.transaction() as session:
            segment = segment_view.may_open(session, segment_id)
            question = service.question(session, made.questions, [segment.tree], at=shell.now())
            added = care.add_tasks(
                session,
                members(segment_view.definition_of(session, segment), question),
                title=given["title"],
                due_on=read_day(given["due_on"], field="due_on"),
                assignee=colleague(session, given["assignee"]),
                by=guard.signed_in().account.id,
                at=shell.now(),
            )
            note(session, "segment.tasks", segment.id, {"rows": added}, subject="segment")
    except Invalid as wrong:
        return _form(segment_id, given, problem(wrong), status=422)
    message = shell.say_count(
        N_("%(people)s tâche est notée ; qui l’avait déjà n’en a pas de seconde."),
        N_("%(people)s tâches sont notées ; qui l’avait déjà n’en a pas de seconde."),
        added,
        people=shell.number(added),
    )
    return shell.back(url_for("segments.show", segment_id=segment_id), message)


def _form(segment_id: int, typed: dict[str, str], errors: dict[str, str], *, status: int = 200) -> Response:
    made = shell.assembly()
    with made.database.reading() as session:
        segment = segment_view.may_open(session, segment_id)
        question = service.question(session, made.questions, [segment.tree], at=shell.now())
        definition = segment_view.definition_of(session, segment)
        spared = asking.frozen(definition, question)
        people = asking.count(definition, question) - spared
        team = [(str(one.id), one.name) for one in staff.accounts(session) if one.is_active]
    return shell.show(
        "office/segments/tasks.html",
        status=status,
        segment=segment,
        people=people,
        spared=spared,
        most=care.MOST_AT_ONCE,
        team=[("", shell.say(N_("qui passera en premier"))), *team],
        typed=typed,
        errors=errors,
    )
