"""« Annuler »: what was just changed of a file stands as before, unless somebody has gone on since."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from crm.people import changes
from crm.people.errors import ChangedSince, ChangeMissing
from crm.plans import mourning
from crm.staff.model import Permission
from crm.values.identifiers import PersonId
from crm.web.office import guard, in_place, shell
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("supporter_undo", __name__, url_prefix="/office/supporters/<int:person_id>")

RUNS_AGAIN = N_("C’est annulé : la fiche est comme avant, et les dons réguliers mis en pause pour ce décès reprennent.")


@guard.page(blueprint, "/undo", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def undo(person_id: int) -> ResponseReturnValue:
    """Takes one change back."""
    change_id, made = request.form.get("change", 0, type=int), shell.assembly()
    try:
        with made.database.transaction() as session:
            changes.undo(session, PersonId(person_id), change_id, at=shell.now())
            note(session, "supporter.undo", person_id)
            woken = mourning.follow(
                session,
                made.settings.office_language,
                at=shell.now(),
                person_id=PersonId(person_id),
                by=guard.signed_in().account.id,
            )
    except ChangeMissing:
        return in_place.done(PersonId(person_id), N_("C’était déjà annulé."), kind="note")
    except ChangedSince:
        said = N_("La fiche a encore changé depuis : rien n’a été annulé. Corrigez à la main.")
        return in_place.done(PersonId(person_id), said, kind="refused")
    said = RUNS_AGAIN if woken else N_("C’est annulé : la fiche est comme avant.")
    return in_place.done(PersonId(person_id), said)
