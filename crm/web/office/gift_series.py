"""The welcome series after a first gift: its letters, when each leaves, under which yes, in which words."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from crm.consent import service as consent
from crm.staff.model import Permission
from crm.values.errors import Invalid
from crm.values.languages import Language
from crm.web.office import guard, shell
from crm.web.office.gift_thanks import LANGUAGES
from crm.web.office.noting import note
from crm.web.words import N_
from mailing.delivery import service as delivery
from mailing.rendering.errors import TwoFallbacks, UnknownPlaceholder
from mailing.rendering.fill import fill_text, sample_values
from mailing.series import service as series
from mailing.series.model import REQUIRED, Step, Words

blueprint = Blueprint("gift_series", __name__, url_prefix="/office/gifts/thanks/series")

WRONG = {
    "days": N_("Un nombre de jours, de 0 à 365."),
    "purpose": N_("Choisissez une lettre dans la liste."),
    "open": N_("Écrivez-la d’abord en français et en néerlandais."),
    "subject": N_("Un objet, de 90 signes au plus."),
    "text": N_("Un texte, de 8 000 signes au plus."),
}
PLACEHOLDER = N_("Seul ((prénom)) ou ((prénom|ami·e)) peut être remplacé.")


@guard.page(blueprint, "", permission=Permission.DONATIONS_READ)
def index() -> ResponseReturnValue:
    """Each letter with its day, and to how many it left."""
    return _index({})


@guard.page(blueprint, "", permission=Permission.CAMPAIGNS_EDIT, methods=("POST",))
def add() -> ResponseReturnValue:
    """One more letter."""
    try:
        with shell.assembly().database.transaction() as session:
            made = series.add(session, days=_days(), purpose=request.form.get("purpose", "")[:40])
            note(session, "welcome.add", made.id, {"days": made.days}, subject="welcome")
    except Invalid as wrong:
        return _index(_errors(wrong))
    return shell.back(url_for("gift_series.show", step_id=made.id), shell.say(N_("Écrivez maintenant la lettre.")))


@guard.page(blueprint, "/<int:step_id>", permission=Permission.DONATIONS_READ)
def show(step_id: int) -> ResponseReturnValue:
    """A letter in its languages, as it will leave."""
    return _show(step_id, {})


@guard.page(blueprint, "/<int:step_id>", permission=Permission.CAMPAIGNS_EDIT, methods=("POST",))
def change(step_id: int) -> ResponseReturnValue:
    """Writes it anew, opens or stops it."""
    made, is_open = shell.assembly(), request.form.get("open") == "on"
    words = {
        language: Words(
            subject=request.form.get(f"subject-{language}", "")[:500],
            text=request.form.get(f"text-{language}", "")[:20_000],
        )
        for language in Language
    }
    try:
        with made.database.transaction() as session:
            series.change(
                session,
                made.settings.organisation,
                step_id,
                days=_days(),
                purpose=request.form.get("purpose", "")[:40],
                is_open=is_open,
                words=words,
                at=shell.now(),
                by=guard.signed_in().account.id,
            )
            note(session, "welcome.change", step_id, {"open": is_open}, subject="welcome")
    except TwoFallbacks:
        return _show(step_id, {"text-fr": shell.say(PLACEHOLDER)})
    except Invalid as wrong:
        return _show(step_id, _errors(wrong))
    said = N_("La lettre part désormais d’elle-même.") if is_open else N_("C’est noté. La lettre ne part pas encore.")
    return shell.back(url_for("gift_series.show", step_id=step_id), shell.say(said))


def _index(errors: dict[str, str]) -> ResponseReturnValue:
    with shell.assembly().database.reading() as session:
        steps = series.steps(session)
        purposes = {one.code: one.name(shell.language()) for one in consent.letters(session)}
        sent = {one.id: series.owed_count(session, one) for one in steps}
    return shell.show(
        "office/gifts/series.html",
        status=422 if errors else 200,
        steps=steps,
        purposes=purposes,
        sent=sent,
        typed=request.form,
        errors=errors,
        late=series.LATE_DAYS,
    )


def _show(step_id: int, errors: dict[str, str]) -> ResponseReturnValue:
    made = shell.assembly()
    with made.database.reading() as session:
        one = series.step(session, step_id)
        purposes = [(purpose.code, purpose.name(shell.language())) for purpose in consent.letters(session)]
        mailing = delivery.find_mailing(session, code=series.code_of(one))
        sent = series.owed_count(session, one)
        waiting = series.due_count(session, one, at=shell.now()) if one.is_ready else 0
    return shell.show(
        "office/gifts/series_letter.html",
        status=422 if errors else 200,
        one=one,
        purposes=purposes,
        mailing=mailing,
        sent=sent,
        waiting=waiting,
        languages=[(Language(code), shell.say(word), Language(code) in REQUIRED) for code, word in LANGUAGES.items()],
        previews=_previews(one),
        typed=request.form if errors else {},
        errors=errors,
    )


def _previews(one: Step) -> list[tuple[str, str, str]]:
    """Language, subject and text of each, as Camille would read them."""
    made, values = shell.assembly(), sample_values(shell.assembly().settings.public_url)
    shown = []
    for language in one.words:
        mail = series.rendered(one, language, made.settings.organisation, public_url=made.settings.public_url)
        word = shell.say(LANGUAGES[language.value])
        shown.append((word, fill_text(mail.subject, values), fill_text(mail.text, values)))
    return shown


def _days() -> int:
    text = request.form.get("days", "").strip()
    if not (text.isdecimal() and len(text) < 4):
        raise Invalid("a number of days", field="days")
    return int(text)


def _errors(wrong: Invalid) -> dict[str, str]:
    field = wrong.field or "days"
    if isinstance(wrong, UnknownPlaceholder):
        return {field: shell.say(PLACEHOLDER)}
    return {field: shell.say(WRONG[field.partition("-")[0]])}
