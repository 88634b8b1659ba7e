"""The first page: what waits for a decision, what is about to leave, how the last sending went."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.consent import service as consent
from crm.staff.model import Permission
from crm.values.calendar import brussels_day, day_span
from crm.web.office import charts, decisions, delivery_words, edition_view, feed_words, guard, shell
from crm.web.words import N_
from mailing.composition import service as composition
from mailing.composition.model import Edition, EditionState, Newsletter
from mailing.delivery import service as delivery
from mailing.delivery.model import MailingKind, Report
from mailing.feeds import service as feeds

blueprint = Blueprint("dashboard", __name__, url_prefix="/office")

WEEKS = 12
COMING = (EditionState.DRAFT, EditionState.APPROVED, EditionState.HELD)


@guard.page(blueprint, "/", permission=Permission.SIGNED_IN)
def with_slash() -> ResponseReturnValue:
    """The same place, as people type it."""
    return redirect(url_for("dashboard.index"), 303)


@guard.page(blueprint, "", permission=Permission.SIGNED_IN)
def index() -> ResponseReturnValue:
    """Everything at a glance, in a fixed number of queries."""
    now = shell.now()
    with shell.assembly().database.reading() as session:
        newsletters = composition.newsletters(session)
        coming = sorted(composition.editions(session, states=COMING, limit=20), key=lambda edition: edition.due_at)
        values: dict[str, Any] = {
            "newsletters": {newsletter.id: newsletter for newsletter in newsletters},
            "next": coming[0] if coming else None,
            "next_slots": _next_slots(session, newsletters, coming, now),
            "last": next(iter(delivery.mailings(session, kind=MailingKind.EDITION, limit=1)), None),
            "switch": delivery.switch(session),
            "feeds": feeds.feeds(session),
            "has_purposes": bool(consent.letters(session)),
            "to_decide": decisions.waiting(session),
            "audience": _audience(session, _shown(newsletters, coming), now),
        }
    return shell.show(
        "office/dashboard.html",
        mailing_states=delivery_words.MAILING_STATES,
        health=feed_words.HEALTH,
        is_new=not values["feeds"] and not newsletters,
        leaves=edition_view.hour,
        balance=_balance(values["last"].report) if values["last"] else "",
        steps=_first_steps(values),
        **values,
    )


def _next_slots(
    session: Session, newsletters: Sequence[Newsletter], coming: Sequence[Edition], now: datetime
) -> list[tuple[Newsletter, datetime]]:
    """When the newsletters that have no edition on the way will next be due."""
    busy = {edition.newsletter_id for edition in coming}
    free = [newsletter for newsletter in newsletters if newsletter.is_active and newsletter.id not in busy]
    return [(newsletter, composition.next_slot(session, newsletter.id, now)) for newsletter in free[:3]]


def _shown(newsletters: Sequence[Newsletter], coming: Sequence[Edition]) -> Newsletter | None:
    """The newsletter whose readers are shown: the one that leaves next, else the first awake, else the first."""
    by_id = {newsletter.id: newsletter for newsletter in newsletters}
    if coming:
        return by_id[coming[0].newsletter_id]
    return next((newsletter for newsletter in newsletters if newsletter.is_active), next(iter(newsletters), None))


def _balance(report: Report) -> str:
    """« 194 = 193 acceptés + 1 refusé »: what the recipients add up from; what nobody is in stays unsaid."""
    parts = [
        (report.accepted, N_("%(count)s accepté"), N_("%(count)s acceptés")),
        (report.waiting + report.deferred, N_("%(count)s en attente"), N_("%(count)s en attente")),
        (report.refused, N_("%(count)s refusé"), N_("%(count)s refusés")),
        (report.withheld, N_("%(count)s retenu"), N_("%(count)s retenus")),
        (report.uncertain, N_("%(count)s incertain"), N_("%(count)s incertains")),
        (report.cancelled, N_("%(count)s annulé"), N_("%(count)s annulés")),
    ]
    said = [shell.say_count(one, many, count, count=shell.number(count)) for count, one, many in parts if count]
    return f"{shell.number(report.recipients)} = {' + '.join(said) or '0'}"


def _audience(session: Session, newsletter: Newsletter | None, now: datetime) -> dict[str, Any] | None:
    """Who would get a newsletter today, and how that came about over twelve weeks."""
    if newsletter is None:
        return None
    today = brussels_day(now)
    monday = today - timedelta(days=today.weekday())
    bounds = [day_span(monday - timedelta(weeks=back))[0] for back in range(WEEKS - 1, -1, -1)]
    moves = consent.movements(session, newsletter.purpose, [*bounds, now + timedelta(seconds=1)])
    size = consent.audience_size(session, newsletter.purpose, at=now)
    sizes = [size]
    for move in reversed(moves[1:]):
        sizes.append(max(sizes[-1] - move.gained + move.lost, 0))
    sizes.reverse()
    points = [
        charts.Point(label=shell.day(bound, "dd/MM"), value=value) for bound, value in zip(bounds, sizes, strict=True)
    ]
    return {
        "newsletter": newsletter,
        "size": size,
        "gained": moves[-1].gained,
        "lost": moves[-1].lost,
        "chart": charts.line(
            _finding(size - sizes[0]),
            points,
            head=(shell.say(N_("Semaine du")), shell.say(N_("Personnes"))),
            show=shell.number,
            note=shell.say(
                N_("Personnes qui recevraient « %(name)s », d’après leur dernière réponse"), name=newsletter.name
            ),
        )
        if size or any(sizes)
        else None,
    }


def _finding(change: int) -> str:
    if change > 0:
        return shell.say_count(
            N_("Une personne de plus en douze semaines"), N_("%(count)s personnes de plus en douze semaines"),
            change, count=shell.number(change),
        )  # fmt: skip
    if change < 0:
        return shell.say_count(
            N_("Une personne de moins en douze semaines"), N_("%(count)s personnes de moins en douze semaines"),
            -change, count=shell.number(-change),
        )  # fmt: skip
    return shell.say(N_("Autant de personnes qu’il y a douze semaines"))


def _first_steps(values: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """(what to do, where, done) from an empty house to the first edition."""
    may_write = guard.may(Permission.EDITIONS_EDIT)
    return [
        (
            shell.say(N_("Suivre le flux de votre site")),
            url_for("feeds.new") if guard.may(Permission.CONTENT_EDIT) else "",
            bool(values["feeds"]),
        ),
        (
            shell.say(N_("Écrire à quoi l’on peut dire oui")),
            url_for("purposes.index") if guard.may(Permission.PRIVACY_READ) else "",
            values["has_purposes"],
        ),
        (
            shell.say(N_("Créer une lettre et choisir sa cadence")),
            url_for("newsletters.index") if may_write else "",
            bool(values["newsletters"]),
        ),
        (
            shell.say(N_("Approuver la première édition")),
            url_for("editions.index") if may_write else "",
            values["last"] is not None,
        ),
        (
            shell.say(N_("Confier chaque jour l’état des registres à deux personnes")),
            url_for("trail.index") if guard.may(Permission.AUDIT_READ) else "",
            bool(shell.assembly().settings.anchor_keepers),
        ),
    ]
