"""Editing in place: a form opens where it belongs, what is done can be taken back at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.people import changes
from crm.people import service as people
from crm.people.model import Person
from crm.values.identifiers import HouseholdId, PersonId
from crm.web.office import guard, shell
from crm.web.office.noting import note
from crm.web.words import N_

Act = Callable[[Session], object]

LONGEST_TYPED = 400
NOTHING = N_("Rien n’a changé.")
MERGED = N_("Cette fiche vient d’être réunie avec une autre, que voici : rien n’est écrit, recommencez ici.")
_PLACE = re.compile(r"place-[a-z-]{1,40}")


def typed(*names: str) -> dict[str, str]:
    """What stands in those fields of the form, cut to what a field may hold."""
    return {name: request.form.get(name, "")[:LONGEST_TYPED] for name in names}


def form(
    template: str, title: str, person: Person | None = None, *, status: int = 200, **values: Any
) -> ResponseReturnValue:
    """The form `supporters/forms/<template>.html`: alone where htmx opens it in a page, else on a page of its own."""
    target = request.headers.get("HX-Target", "")
    is_here = shell.is_partial() and _PLACE.fullmatch(target)
    name = f"office/supporters/forms/{template}.html"
    return shell.show(
        name if is_here else "office/supporters/form_page.html",
        status=status,
        form=name,
        title=title,
        person=person,
        place=target if is_here else "",
        **({"errors": {}} | values),
    )


def options(choices: Mapping[Any, str]) -> list[tuple[str, str]]:
    """(value, word) of each choice, as a list of a form shows them."""
    return [(getattr(value, "value", value), shell.say(word)) for value, word in choices.items()]


def edited(
    person_id: PersonId,
    action: str,
    message: str,
    act: Act,
    *,
    households: Collection[HouseholdId] = (),
) -> ResponseReturnValue:
    """Does something to a file in one transaction, notes it, and goes back with « Annuler ». `act` may raise.

    Where somebody merges the file that very moment, nothing is done and the colleague is told.
    """
    made = shell.assembly()
    with made.database.transaction() as session:
        if (living := people.held(session, person_id)) != person_id:
            return done(living, MERGED, kind="refused")
        by = guard.signed_in().account.id
        with changes.recorded(session, person_id, by=by, at=shell.now(), households=households) as change:
            act(session)
        if change.id is not None:
            note(session, action, person_id, {"fields": sorted(change.fields)})
    if change.id is None:
        return done(person_id, NOTHING, kind="note")
    undo = (
        url_for("supporter_undo.undo", person_id=person_id, at="desk" if is_at_desk() else None),
        f"change={change.id}",
    )
    return done(person_id, message, undo=undo)


def done(
    person_id: PersonId,
    message: str,
    *,
    kind: str = "done",
    undo: tuple[str, str] | None = None,
) -> ResponseReturnValue:
    """Back to where the form was opened, with a notice (a marked sentence). htmx loads that page again."""
    return refreshed(here(person_id), message, kind=kind, undo=undo)


def refreshed(
    address: str, message: str, *, kind: str = "done", undo: tuple[str, str] | None = None
) -> ResponseReturnValue:
    """Goes to `address` with a notice; where htmx asked, the page one is on is loaded again, at its place."""
    response: Response = shell.back(address, shell.say(message), kind=kind, undo=undo)
    if response.headers.pop("HX-Redirect", None):
        response.headers["HX-Refresh"] = "true"
    return response


def here(person_id: PersonId) -> str:
    """The page the colleague is on: the care desk of that person (`?at=desk`), else the person's own page."""
    endpoint = "care_desk.show" if is_at_desk() else "supporters.show"
    return url_for(endpoint, person_id=person_id)


def is_at_desk() -> bool:
    """True where the form was opened at the care desk."""
    page = urlsplit(request.headers.get("HX-Current-URL", "")).path
    return page.startswith(url_for("care_desk.index") + "/") or request.args.get("at") == "desk"
