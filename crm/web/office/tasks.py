"""What is to be done: mine, nobody's, late; done with one key, and taken back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from crm.care import rules
from crm.care import service as care
from crm.care.model import Task, TaskView
from crm.people import service as people
from crm.people.model import Person
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId, TaskId
from crm.web.office import guard, in_place, shell, supporter_page
from crm.web.office.care_desk import colleague
from crm.web.office.days import read_day
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("tasks", __name__, url_prefix="/office/tasks")

SIZE = 50
FIELDS = ("title", "due_on", "assignee", "person_id")
VIEWS = {
    TaskView.MINE: N_("Les miennes"),
    TaskView.UNASSIGNED: N_("À prendre"),
    TaskView.LATE: N_("En retard"),
    TaskView.EVERYBODY: N_("Toute l’équipe"),
    TaskView.DONE: N_("Faites par moi"),
}
WRONG = {
    "title": N_("Dites en une ligne ce qu’il y a à faire."),
    "due_on": N_("Écrivez un jour du calendrier, par exemple 01/12/2026."),
}


@guard.page(blueprint, "", permission=Permission.SUPPORTERS_READ)
def index() -> ResponseReturnValue:
    """One view of the tasks (`?view=`), the most pressing first."""
    view = request.args.get("view", "")
    wanted = TaskView(view) if view in set(TaskView) else TaskView.MINE
    after = request.args.get("after", type=int)
    account_id, today = guard.signed_in().account.id, brussels_day(shell.now())
    with shell.assembly().database.reading() as session:
        found = care.tasks(
            session,
            wanted,
            account_id=account_id,
            today=today,
            after=TaskId(after) if after else None,
            size=SIZE + 1,
        )
        counts = care.task_counts(session, account_id=account_id, today=today)
        about = people.people(session, {task.person_id for task in found if task.person_id})
        names = supporter_page.colleagues(session)
    shown = found[:SIZE]
    counted = {"mine": counts.mine, "unassigned": counts.unassigned, "late": counts.late, "everybody": counts.everybody}
    return shell.show(
        "office/tasks/index.html",
        tasks=[(task, about.get(task.person_id) if task.person_id else None) for task in shown],
        late={task.id for task in shown if rules.is_late(task, today)},
        names=names,
        view=wanted.value,
        is_first=after is None,
        next_after=shown[-1].id if len(found) > SIZE else None,
        tabs=[
            {
                "label": shell.say(label),
                "href": url_for("tasks.index", view=one.value),
                "active": one is wanted,
                "count": counted.get(one.value),
            }
            for one, label in VIEWS.items()
        ],
    )


@guard.page(blueprint, "/new", permission=Permission.SUPPORTERS_READ)
def new() -> ResponseReturnValue:
    """The form; `?person=` is whom it is about."""
    person = _about(request.args.get("person", type=int))
    mine = {"title": "", "due_on": "", "assignee": str(guard.signed_in().account.id)}
    return _form(person, mine)


@guard.page(blueprint, "/new", permission=Permission.SUPPORTERS_READ, methods=("POST",))
def add() -> ResponseReturnValue:
    """Writes it down."""
    given = in_place.typed(*FIELDS)
    person = _about(int(given["person_id"]) if given["person_id"].isdigit() else None)
    try:
        due_on = read_day(given["due_on"], field="due_on")
        with shell.assembly().database.transaction() as session:
            task = care.add_task(
                session,
                title=given["title"],
                due_on=due_on,
                assignee=colleague(session, given["assignee"]),
                person_id=person.id if person else None,
                by=guard.signed_in().account.id,
                at=shell.now(),
            )
            note(session, "task.add", task.id, subject="task")
    except Invalid as wrong:
        return _form(person, given, errors=problem(wrong))
    return _done(task, N_("La tâche est notée."), undo=("tasks.remove", task.id))


@guard.page(blueprint, "/<int:task_id>/edit", permission=Permission.SUPPORTERS_READ)
def edit(task_id: int) -> ResponseReturnValue:
    """The form that says it anew, or gives it to somebody else."""
    task = _task(task_id)
    held = {
        "title": task.title,
        "due_on": task.due_on.isoformat() if task.due_on else "",
        "assignee": str(task.assignee or ""),
    }
    return _form(_about(task.person_id), held, task=task)


@guard.page(blueprint, "/<int:task_id>/edit", permission=Permission.SUPPORTERS_READ, methods=("POST",))
def change(task_id: int) -> ResponseReturnValue:
    """Writes it anew."""
    task, given = _task(task_id), in_place.typed(*FIELDS)
    try:
        due_on = read_day(given["due_on"], field="due_on")
        with shell.assembly().database.transaction() as session:
            to = colleague(session, given["assignee"])
            if care.change_task(session, task.id, title=given["title"], due_on=due_on, assignee=to):
                note(session, "task.change", task.id, subject="task")
    except Invalid as wrong:
        return _form(_about(task.person_id), given, task=task, errors=problem(wrong))
    return _done(task, N_("La tâche est à jour."))


@guard.page(blueprint, "/<int:task_id>/take", permission=Permission.SUPPORTERS_READ, methods=("POST",))
def take(task_id: int) -> ResponseReturnValue:
    """I will do it."""
    task = _task(task_id)
    with shell.assembly().database.transaction() as session:
        mine = guard.signed_in().account.id
        if care.change_task(session, task.id, title=task.title, due_on=task.due_on, assignee=mine):
            note(session, "task.change", task.id, subject="task")
    return _done(task, N_("C’est pour vous."))


@guard.page(blueprint, "/<int:task_id>/done", permission=Permission.SUPPORTERS_READ, methods=("POST",))
def finish(task_id: int) -> ResponseReturnValue:
    """Done. Two colleagues at once do it once."""
    task = _task(task_id)
    with shell.assembly().database.transaction() as session:
        done = care.finish_task(session, task.id, by=guard.signed_in().account.id, at=shell.now())
        if done is not None:
            note(session, "task.done", task.id, subject="task")
    if done is None:
        return _done(task, N_("C’était déjà fait."))
    return _done(task, N_("C’est fait."), undo=("tasks.reopen", task.id))


@guard.page(blueprint, "/<int:task_id>/reopen", permission=Permission.SUPPORTERS_READ, methods=("POST",))
def reopen(task_id: int) -> ResponseReturnValue:
    """Not done after all."""
    with shell.assembly().database.transaction() as session:
        task = care.reopen_task(session, TaskId(task_id))
        note(session, "task.reopen", task.id, subject="task")
    return _done(task, N_("La tâche reste à faire."))


@guard.page(blueprint, "/<int:task_id>/remove", permission=Permission.SUPPORTERS_READ, methods=("POST",))
def remove(task_id: int) -> ResponseReturnValue:
    """Not to be done any more."""
    with shell.assembly().database.transaction() as session:
        task = care.remove_task(session, TaskId(task_id), at=shell.now())
        note(session, "task.remove", task.id, subject="task")
    return _done(task, N_("La tâche est retirée."), undo=("tasks.restore", task.id))


@guard.page(blueprint, "/<int:task_id>/restore", permission=Permission.SUPPORTERS_READ, methods=("POST",))
def restore(task_id: int) -> ResponseReturnValue:
    """It comes back."""
    with shell.assembly().database.transaction() as session:
        task = care.restore_task(session, TaskId(task_id))
        note(session, "task.restore", task.id, subject="task")
    return _done(task, N_("La tâche est de retour."))


def _task(task_id: int) -> Task:
    with shell.assembly().database.reading() as session:
        return care.task(session, TaskId(task_id))


def _about(person_id: int | None) -> Person | None:
    if person_id is None:
        return None
    with shell.assembly().database.reading() as session:
        return people.find_survivor(session, PersonId(person_id))


def _done(task: Task, message: str, *, undo: tuple[str, int] | None = None) -> ResponseReturnValue:
    """Back to the list, or to the person's page or desk where the button was pressed."""
    where = "person" if request.form.get("from") == "person" and task.person_id else "list"
    back = (url_for(undo[0], task_id=undo[1]), f"from={where}") if undo else None
    if where == "person" and task.person_id:
        return in_place.done(task.person_id, message, undo=back)
    return in_place.refreshed(url_for("tasks.index"), message, undo=back)


def problem(wrong: Invalid) -> dict[str, str]:
    """What to say at which field."""
    field = wrong.field or "title"
    return {field: shell.say(WRONG.get(field, WRONG["title"]))}


def _form(
    person: Person | None, given: dict[str, str], *, task: Task | None = None, errors: dict[str, str] | None = None
) -> ResponseReturnValue:
    with shell.assembly().database.reading() as session:
        team = [(account.id, account.name) for account in staff.accounts(session) if account.is_active]
    values: dict[str, Any] = {"typed": given, "task": task, "errors": errors or {}}
    return in_place.form(
        "task",
        shell.say(N_("Changer la tâche") if task else N_("Une nouvelle tâche")),
        person,
        status=422 if errors else 200,
        team=[("", shell.say(N_("Qui passera en premier"))), *team],
        **values,
    )
