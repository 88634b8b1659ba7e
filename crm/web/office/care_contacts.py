"""Contacts and complaints after they were logged: taken away and back, answered and waiting again."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from crm.care import service as care
from crm.staff.model import Permission
from crm.values.identifiers import InteractionId, PersonId
from crm.web.office import guard, in_place, shell
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("care_contacts", __name__, url_prefix="/office/care/contacts/<int:interaction_id>")


@guard.page(blueprint, "/remove", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def remove(interaction_id: int) -> ResponseReturnValue:
    """It was logged by mistake."""
    with shell.assembly().database.transaction() as session:
        found = care.remove_interaction(session, InteractionId(interaction_id), at=shell.now())
        note(session, "care.remove", found.person_id, {"interaction": interaction_id})
    undo = (url_for("care_contacts.restore", interaction_id=interaction_id), "desk=" + request.form.get("desk", ""))
    return _back(found.person_id, N_("L’échange est retiré."), undo=undo)


@guard.page(blueprint, "/restore", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def restore(interaction_id: int) -> ResponseReturnValue:
    """It comes back."""
    with shell.assembly().database.transaction() as session:
        found = care.restore_interaction(session, InteractionId(interaction_id))
        note(session, "care.restore", found.person_id, {"interaction": interaction_id})
    return _back(found.person_id, N_("L’échange est de retour."))


@guard.page(blueprint, "/close", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def close(interaction_id: int) -> ResponseReturnValue:
    """The complaint has been answered."""
    number = InteractionId(interaction_id)
    with shell.assembly().database.transaction() as session:
        changed = care.close_complaint(session, number, by=guard.signed_in().account.id, at=shell.now())
        found = care.interaction(session, number)
        if changed:
            note(session, "care.complaint-closed", found.person_id, {"interaction": interaction_id})
    if not changed:
        return _back(found.person_id, in_place.NOTHING)
    undo = (url_for("care_contacts.reopen", interaction_id=interaction_id), "desk=" + request.form.get("desk", ""))
    return _back(found.person_id, N_("La plainte est réglée."), undo=undo)


@guard.page(blueprint, "/reopen", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def reopen(interaction_id: int) -> ResponseReturnValue:
    """It waits for an answer again."""
    number = InteractionId(interaction_id)
    with shell.assembly().database.transaction() as session:
        changed = care.reopen_complaint(session, number)
        found = care.interaction(session, number)
        if changed:
            note(session, "care.complaint-reopened", found.person_id, {"interaction": interaction_id})
    return _back(found.person_id, N_("La plainte attend de nouveau une réponse."))


def _back(person_id: PersonId, message: str, *, undo: tuple[str, str] | None = None) -> ResponseReturnValue:
    if request.form.get("desk"):
        return shell.back(url_for("care_desk.show", person_id=person_id), shell.say(message), undo=undo)
    return in_place.done(person_id, message, undo=undo)
