"""Notes about somebody: written, corrected, pinned, taken away and back."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from crm.care import service as care
from crm.care.errors import NoteMissing
from crm.care.model import Note
from crm.people.model import Person
from crm.staff.model import Permission
from crm.values.errors import Invalid
from crm.values.identifiers import NoteId
from crm.web.office import guard, in_place, shell
from crm.web.office.noting import note
from crm.web.office.supporter_page import find
from crm.web.words import N_

blueprint = Blueprint("care_notes", __name__, url_prefix="/office/supporters/<int:person_id>/notes")

LONGEST = 6000
WRONG = N_("Écrivez quelques mots, en cinq mille caractères au plus.")


@guard.page(blueprint, "/new", permission=Permission.SUPPORTERS_EDIT)
def new(person_id: int) -> ResponseReturnValue:
    """The form for one more note."""
    return _form(find(person_id), "", is_pinned=False)


@guard.page(blueprint, "/new", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def write(person_id: int) -> ResponseReturnValue:
    """Keeps it."""
    person, text, is_pinned = find(person_id), request.form.get("text", "")[:LONGEST], "pinned" in request.form
    try:
        with shell.assembly().database.transaction() as session:
            by = guard.signed_in().account.id
            written = care.write_note(session, person.id, text, by=by, at=shell.now(), is_pinned=is_pinned)
            note(session, "care.note", written.person_id, {"note": written.id})
    except Invalid:
        return _form(person, text, is_pinned=is_pinned, wrong=True)
    undo = (url_for("care_notes.remove", person_id=person.id, note_id=written.id), "")
    return in_place.done(person.id, N_("La note est gardée."), undo=undo)


@guard.page(blueprint, "/<int:note_id>/edit", permission=Permission.SUPPORTERS_EDIT)
def edit(person_id: int, note_id: int) -> ResponseReturnValue:
    """The form that corrects one."""
    person = find(person_id)
    held = _of(person, note_id)
    return _form(person, held.text, is_pinned=held.is_pinned, held=held)


@guard.page(blueprint, "/<int:note_id>/edit", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def change(person_id: int, note_id: int) -> ResponseReturnValue:
    """Writes it anew."""
    person, text, is_pinned = find(person_id), request.form.get("text", "")[:LONGEST], "pinned" in request.form
    held = _of(person, note_id)
    try:
        with shell.assembly().database.transaction() as session:
            if care.change_note(session, held.id, text, is_pinned=is_pinned, at=shell.now()):
                note(session, "care.note", person.id, {"note": held.id})
    except Invalid:
        return _form(person, text, is_pinned=is_pinned, held=held, wrong=True)
    return in_place.done(person.id, N_("La note est corrigée."))


@guard.page(blueprint, "/<int:note_id>/remove", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def remove(person_id: int, note_id: int) -> ResponseReturnValue:
    """Takes it away."""
    person = find(person_id)
    held = _of(person, note_id)
    with shell.assembly().database.transaction() as session:
        care.remove_note(session, held.id, at=shell.now())
        note(session, "care.note-removed", person.id, {"note": held.id})
    undo = (url_for("care_notes.restore", person_id=person.id, note_id=held.id), "")
    return in_place.done(person.id, N_("La note est retirée."), undo=undo)


@guard.page(blueprint, "/<int:note_id>/restore", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def restore(person_id: int, note_id: int) -> ResponseReturnValue:
    """It comes back."""
    person = find(person_id)
    with shell.assembly().database.transaction() as session:
        if care.restore_note(session, NoteId(note_id)).person_id != person.id:
            raise NoteMissing
        note(session, "care.note", person.id, {"note": note_id})
    return in_place.done(person.id, N_("La note est de retour."))


def _of(person: Person, note_id: int) -> Note:
    with shell.assembly().database.reading() as session:
        found = care.note(session, NoteId(note_id))
    if found.person_id != person.id:
        raise NoteMissing
    return found


def _form(
    person: Person, text: str, *, is_pinned: bool, held: Note | None = None, wrong: bool = False
) -> ResponseReturnValue:
    return in_place.form(
        "note",
        shell.say(N_("Corriger une note") if held else N_("Écrire une note")),
        person,
        status=422 if wrong else 200,
        text=text,
        is_pinned=is_pinned,
        held=held,
        errors={"text": shell.say(WRONG)} if wrong else {},
    )
