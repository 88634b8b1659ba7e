"""Newsletters: what each is called, when it leaves, what it is made of."""

from __future__ import annotations

from datetime import time

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.audit import service as audit
from crm.consent import service as consent
from crm.staff.model import Permission
from crm.values.errors import Invalid
from crm.values.identifiers import NewsletterId
from crm.values.languages import Language
from crm.web.office import edition_view, edition_words, guard, shell
from crm.web.words import N_
from mailing.composition import service as composition
from mailing.composition.errors import NewsletterExists
from mailing.composition.model import Cadence, Frequency, Newsletter, Section, SectionPlan
from mailing.composition.service import NewsletterWords
from mailing.delivery import service as delivery

blueprint = Blueprint("newsletters", __name__, url_prefix="/office/newsletters")

LANGUAGES = (("fr", "Français"), ("nl", "Nederlands"), ("de", "Deutsch"), ("en", "English"))
PROBLEMS = {
    "code": N_("Écrivez un mot court en minuscules, sans espace ni accent, par exemple « hebdo »."),
    "name": N_("Donnez un nom à cette lettre."),
    "tagline": N_("Cette devise est trop longue."),
    "purpose": N_("Choisissez à quoi les lecteur·ices ont dit oui."),
    "language": N_("Choisissez une langue."),
    "frequency": N_("Choisissez un rythme."),
    "weekday": N_("Choisissez un jour."),
    "at": N_("Donnez une heure, par exemple 10:00."),
    "lead_hours": N_("Un nombre d’heures entre 0 et 336 (quatorze jours)."),
    "late_hours": N_("Un nombre d’heures entre 1 et 168 (sept jours)."),
    "minimum_items": N_("Un nombre entre 0 et 20."),
    "sender_name": N_("Donnez le nom que les lecteur·ices verront."),
    "sender_address": N_("Écrivez une adresse complète, par exemple lettre@exemple.be."),
    "reply_to": N_("Écrivez une adresse complète, par exemple lettre@exemple.be."),
    "layout": N_("Gardez au moins une section, avec un nombre entre 1 et 20 (0 pour ne pas la garder)."),
}
TAKEN = N_("Une autre lettre porte déjà ce nom court.")


@guard.page(blueprint, "", permission=Permission.EDITIONS_READ)
def index() -> ResponseReturnValue:
    """Each newsletter: its rhythm, its next hour, how many would receive it."""
    with shell.assembly().database.reading() as session:
        found = composition.newsletters(session)
        cards = [
            {
                "series": series,
                "rhythm": rhythm(series),
                "next": edition_view.hour(composition.next_slot(session, series.id, shell.now())),
                "readers": delivery.foreseen(session, series, now=shell.now()).readers,
            }
            for series in found
        ]
    return shell.show("office/newsletters/list.html", cards=cards)


@guard.page(blueprint, "/new", permission=Permission.EDITIONS_EDIT)
def new() -> ResponseReturnValue:
    """The form of a new newsletter."""
    return _form(None, _beginning())


@guard.page(blueprint, "/new", permission=Permission.EDITIONS_EDIT, methods=("POST",))
def add() -> ResponseReturnValue:
    """Starts a newsletter; nothing leaves before somebody approves its first edition."""
    given = _given()
    errors: dict[str, str] = {}
    words = _words(given, given["code"], errors)
    if words and not errors:
        try:
            with shell.assembly().database.transaction() as session:
                made = composition.add_newsletter(session, words, at=shell.now())
                _note(session, "add", made)
        except NewsletterExists:
            errors["code"] = shell.say(TAKEN)
        except Invalid as error:
            errors.update(_problem(error))
    if errors:
        return _form(None, given, errors=errors, status=422)
    return shell.back(
        url_for("newsletters.index"),
        shell.say(N_("« %(name)s » est prête. Sa première édition sera proposée à temps."), name=made.name),
    )


@guard.page(blueprint, "/<int:newsletter_id>", permission=Permission.EDITIONS_READ)
def show(newsletter_id: int) -> ResponseReturnValue:
    """The settings of one newsletter."""
    with shell.assembly().database.reading() as session:
        series = composition.newsletter(session, NewsletterId(newsletter_id))
    return _form(series, _shown(series))


@guard.page(blueprint, "/<int:newsletter_id>", permission=Permission.EDITIONS_EDIT, methods=("POST",))
def save(newsletter_id: int) -> ResponseReturnValue:
    """Changes a newsletter. What was approved meanwhile is looked at again before it leaves."""
    given = _given()
    errors: dict[str, str] = {}
    with shell.assembly().database.reading() as session:
        series = composition.newsletter(session, NewsletterId(newsletter_id))
    words = _words(given, series.code, errors)
    if words and not errors:
        try:
            with shell.assembly().database.transaction() as session:
                made = composition.edit_newsletter(session, series.id, words, at=shell.now())
                _note(session, "edit", made)
        except Invalid as error:
            errors.update(_problem(error))
    if errors:
        return _form(series, given, errors=errors, status=422)
    return shell.back(url_for("newsletters.index"), shell.say(N_("« %(name)s » est enregistrée."), name=made.name))


def rhythm(series: Newsletter) -> str:
    """A cadence in one sentence."""
    return shell.say(
        edition_words.CADENCES[series.cadence.frequency],
        weekday=shell.say(edition_words.WEEKDAYS[series.cadence.weekday]),
        hour=edition_view.clock(series.cadence.at),
    )


def _form(
    series: Newsletter | None, given: dict[str, str], *, errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    with shell.assembly().database.reading() as session:
        purposes = [(p.code, p.name(shell.language())) for p in consent.letters(session)]
    return shell.show(
        "office/newsletters/form.html",
        status=status,
        series=series,
        given=given,
        errors=errors or {},
        purposes=purposes,
        languages=LANGUAGES,
        frequencies=[(f.value, shell.say(word)) for f, word in edition_words.FREQUENCIES.items()],
        weekdays=[(str(n), shell.say(word)) for n, word in enumerate(edition_words.WEEKDAYS)],
        sections=[(s.value, shell.say(word)) for s, word in edition_words.SECTIONS.items()],
        may_edit=guard.may(Permission.EDITIONS_EDIT),
    )


def _beginning() -> dict[str, str]:
    settings = shell.assembly().settings
    plain = {
        "code": "",
        "name": "",
        "tagline": "",
        "purpose": "",
        "language": settings.office_language.value,
        "frequency": Frequency.WEEKLY.value,
        "weekday": "1",
        "at": "10:00",
        "lead_hours": "24",
        "late_hours": "6",
        "minimum_items": "3",
        "sender_name": settings.organisation.name,
        "sender_address": "",
        "reply_to": "",
        "is_active": "on",
    }
    counts = dict(zip(Section, (1, 3, 2, 4, 1, 1, 1), strict=True))
    return plain | _sections([(section, counts[section]) for section in Section])


def _shown(series: Newsletter) -> dict[str, str]:
    return {
        "code": series.code,
        "name": series.name,
        "tagline": series.tagline,
        "purpose": series.purpose,
        "language": series.language.value,
        "frequency": series.cadence.frequency.value,
        "weekday": str(series.cadence.weekday),
        "at": f"{series.cadence.at:%H:%M}",
        "lead_hours": str(series.cadence.lead_hours),
        "late_hours": str(series.late_hours),
        "minimum_items": str(series.minimum_items),
        "sender_name": series.sender_name,
        "sender_address": series.sender_address,
        "reply_to": series.reply_to if series.reply_to != series.sender_address else "",
        "is_active": "on" if series.is_active else "",
    } | _sections([(plan.section, plan.at_most) for plan in series.layout])


def _sections(layout: list[tuple[Section, int]]) -> dict[str, str]:
    """Two fields for each section: its place and how many at the most; 0 where it is left out."""
    counts = dict(layout)
    order = [*counts, *(section for section in Section if section not in counts)]
    return {
        f"{name}-{section.value}": str(value)
        for place, section in enumerate(order, start=1)
        for name, value in (("place", place), ("most", counts.get(section, 0)))
    }


def _given() -> dict[str, str]:
    return {name: request.form.get(name, "").strip() for name in _beginning()}


def _words(given: dict[str, str], code: str, errors: dict[str, str]) -> NewsletterWords | None:
    """What the form says; `errors` gathers what cannot even be read."""
    numbers = {name: given[name] for name in ("weekday", "lead_hours", "late_hours", "minimum_items")}
    wrong = [name for name, text in numbers.items() if not (text.isascii() and text.isdigit() and len(text) < 6)]
    try:
        at = time.fromisoformat(given["at"]).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        wrong.append("at")
    if given["frequency"] not in Frequency._value2member_map_:
        wrong.append("frequency")
    if given["language"] not in Language._value2member_map_:
        wrong.append("language")
    layout = _layout(given)
    if layout is None:
        wrong.append("layout")
    for name in wrong:
        errors[name] = shell.say(PROBLEMS[name])
    if wrong or layout is None:
        return None
    return NewsletterWords(
        code=code,
        name=given["name"],
        tagline=given["tagline"],
        purpose=given["purpose"],
        language=Language(given["language"]),
        cadence=Cadence(
            frequency=Frequency(given["frequency"]),
            weekday=int(given["weekday"]),
            at=at,
            lead_hours=int(given["lead_hours"]),
        ),
        layout=layout,
        sender_name=given["sender_name"],
        sender_address=given["sender_address"],
        reply_to=given["reply_to"],
        late_hours=int(given["late_hours"]),
        minimum_items=int(given["minimum_items"]),
        is_active=given["is_active"] == "on",
    )


def _layout(given: dict[str, str]) -> tuple[SectionPlan, ...] | None:
    """The sections in the order of their places; None where a number cannot be read."""
    found: list[tuple[int, SectionPlan]] = []
    for section in Section:
        place, most = given[f"place-{section.value}"], given[f"most-{section.value}"]
        if not all(text.isascii() and text.isdigit() and len(text) < 4 for text in (place, most)):
            return None
        if int(most):
            found.append((int(place), SectionPlan(section=section, at_most=int(most))))
    return tuple(plan for _, plan in sorted(found, key=lambda pair: pair[0]))


def _problem(error: Invalid) -> dict[str, str]:
    field = error.field or "name"
    return {field: shell.say(PROBLEMS.get(field, PROBLEMS["name"]))}


def _note(session: Session, action: str, series: Newsletter) -> None:
    audit.record(
        session,
        shell.assembly().sealer,
        at=shell.now(),
        account_id=guard.signed_in().account.id,
        action=f"newsletter.{action}",
        subject="newsletter",
        subject_id=series.id,
    )
