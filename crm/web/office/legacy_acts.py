"""What a colleague does with a legacy: open its file, write what is known, note a stage, link a gift, plan a task."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from crm.legacies import service as legacies
from crm.legacies import words
from crm.legacies.errors import GiftUnfit, StepRefused
from crm.legacies.model import Facts, LegacyKind, Notary, Stage
from crm.people import service as people
from crm.people.errors import PersonMissing
from crm.staff.model import Permission
from crm.values import money
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import GiftId, LegacyId, PersonId
from crm.web.office import guard, shell
from crm.web.office.days import read_day
from crm.web.office.legacies import page_of
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("legacy_acts", __name__, url_prefix="/office/legacies")

WRONG = {
    "reached_on": words.WHY["day"],
    "due_on": N_("Un jour, comme 23/11/2026."),
    "stage": N_("Choisissez une étape."),
    "expected": N_("Un montant, comme 5000, ou rien."),
    "title": N_("Quelques mots."),
}
LONG = N_("C’est trop long.")


@guard.page(blueprint, "/of/<int:person_id>", permission=Permission.LEGACIES_EDIT)
def new(person_id: int) -> ResponseReturnValue:
    """The form that opens a file."""
    return _form(PersonId(person_id), {})


@guard.page(blueprint, "/of/<int:person_id>", permission=Permission.LEGACIES_EDIT, methods=("POST",))
def open_file(person_id: int) -> ResponseReturnValue:
    """Opens a file for a promise of somebody."""
    now, by = shell.now(), guard.signed_in().account.id
    try:
        facts, stage, reached_on = _facts(), _stage(), _day("reached_on")
        with shell.assembly().database.transaction() as session:
            made = legacies.open_file(
                session, PersonId(person_id), facts, stage=stage, reached_on=reached_on, at=now, by=by
            )
            note(session, "legacy.open", made, subject="legacy")
    except Invalid as wrong:
        return _form(PersonId(person_id), _errors(wrong))
    return _back(made, N_("Le dossier est commencé."))


@guard.page(blueprint, "/<int:legacy_id>", permission=Permission.LEGACIES_EDIT, methods=("POST",))
def change(legacy_id: int) -> ResponseReturnValue:
    """Writes anew what is known of the promise."""
    try:
        with shell.assembly().database.transaction() as session:
            if legacies.change(session, LegacyId(legacy_id), _facts()):
                note(session, "legacy.change", legacy_id, subject="legacy")
    except Invalid as wrong:
        return page_of(LegacyId(legacy_id), errors=_errors(wrong))
    return _back(legacy_id, N_("C’est noté."))


@guard.page(blueprint, "/<int:legacy_id>/step", permission=Permission.LEGACIES_EDIT, methods=("POST",))
def step(legacy_id: int) -> ResponseReturnValue:
    """Notes a stage; those before it stay."""
    now, by = shell.now(), guard.signed_in().account.id
    try:
        stage, reached_on, why = _stage(), _day("reached_on"), request.form.get("why", "")[:1000]
        with shell.assembly().database.transaction() as session:
            legacies.reach(session, LegacyId(legacy_id), stage, reached_on=reached_on, note=why, at=now, by=by)
            note(session, "legacy.step", legacy_id, {"stage": stage.value}, subject="legacy")
    except Invalid as wrong:
        return page_of(LegacyId(legacy_id), errors=_errors(wrong))
    return _back(legacy_id, N_("L’étape est notée."))


@guard.page(blueprint, "/<int:legacy_id>/gifts", permission=Permission.LEGACIES_EDIT, methods=("POST",))
def link(legacy_id: int) -> ResponseReturnValue:
    """A gift of the kind legacy came from this estate."""
    gift_id = request.form.get("number", 0, type=int) or request.form.get("gift_id", 0, type=int)
    try:
        with shell.assembly().database.transaction() as session:
            by = guard.signed_in().account.id
            legacies.link(session, LegacyId(legacy_id), GiftId(gift_id), at=shell.now(), by=by)
            note(session, "legacy.link", legacy_id, {"gift": gift_id}, subject="legacy")
    except GiftUnfit:
        said = N_("Aucun don de genre « legs » ne porte ce numéro, ou il est déjà d’un dossier.")
        return page_of(LegacyId(legacy_id), errors={"number": shell.say(said)})
    return _back(legacy_id, N_("Le don est relié au dossier."))


@guard.page(blueprint, "/<int:legacy_id>/gifts/drop", permission=Permission.LEGACIES_EDIT, methods=("POST",))
def unlink(legacy_id: int) -> ResponseReturnValue:
    """That gift is not of this file after all."""
    gift_id = request.form.get("gift_id", 0, type=int)
    with shell.assembly().database.transaction() as session:
        legacies.unlink(session, LegacyId(legacy_id), GiftId(gift_id))
        note(session, "legacy.unlink", legacy_id, {"gift": gift_id}, subject="legacy")
    return _back(legacy_id, N_("Le don n’est plus de ce dossier."))


@guard.page(blueprint, "/<int:legacy_id>/task", permission=Permission.LEGACIES_EDIT, methods=("POST",))
def task(legacy_id: int) -> ResponseReturnValue:
    """Plans what is to be done, in words that give nothing away."""
    me = guard.signed_in().account.id
    try:
        due_on = read_day(request.form.get("due_on", ""), field="due_on")
        with shell.assembly().database.transaction() as session:
            legacies.follow_up(
                session,
                LegacyId(legacy_id),
                title=request.form.get("title", "")[:400],
                due_on=due_on,
                assignee=me if request.form.get("assignee") == str(me) else None,
                at=shell.now(),
                by=me,
            )
            note(session, "legacy.task", legacy_id, subject="legacy")
    except Invalid as wrong:
        return page_of(LegacyId(legacy_id), errors=_errors(wrong))
    return _back(legacy_id, N_("La tâche est créée."))


def _form(person_id: PersonId, errors: dict[str, str]) -> ResponseReturnValue:
    with shell.assembly().database.reading() as session:
        person = people.find_survivor(session, person_id)
    if person is None:
        raise PersonMissing
    return shell.show(
        "office/legacies/new.html",
        status=422 if errors else 200,
        person=person,
        today=brussels_day(shell.now()),
        stages=[(stage.value, shell.say(word)) for stage, (word, _) in words.STAGES.items()],
        kinds=[(kind.value, shell.say(word)) for kind, word in words.KINDS.items()],
        typed=request.form,
        errors=errors,
    )


def _facts() -> Facts:
    kind, expected = request.form.get("kind", ""), request.form.get("expected", "").strip()
    return Facts(
        kind=LegacyKind(kind) if kind in set(LegacyKind) else LegacyKind.UNKNOWN,
        notary=Notary(
            name=request.form.get("notary", "")[:1000],
            address=request.form.get("address", "")[:1000],
            phone=request.form.get("phone", "")[:1000],
        ),
        expected_cents=money.typed(expected[:40], field="expected") if expected else None,
        note=request.form.get("note", "")[:10_000],
    )


def _stage() -> Stage:
    asked = request.form.get("stage", "")
    if asked not in set(Stage):
        raise Invalid("a stage", field="stage")
    return Stage(asked)


def _day(field: str) -> date:
    return read_day(request.form.get(field, ""), field=field) or brussels_day(shell.now())


def _errors(wrong: Invalid) -> dict[str, str]:
    if isinstance(wrong, StepRefused):
        return {wrong.field or "stage": shell.say(words.WHY[wrong.why])}
    return {wrong.field or "stage": shell.say(WRONG.get(wrong.field or "", LONG))}


def _back(legacy_id: int, said: str) -> ResponseReturnValue:
    return shell.back(url_for("legacies.show", legacy_id=legacy_id), shell.say(said))
