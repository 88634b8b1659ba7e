"""Mailings: what has left, what waits, and the account that balances."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.audit import service as audit
from crm.staff.model import Permission
from crm.values.identifiers import DeliveryId, MailingId
from crm.web.office import delivery_words, guard, shell
from crm.web.words import N_
from mailing.delivery import service as delivery
from mailing.delivery.model import DeliveryState, Mailing, MailingKind, MailingState, MailingSummary, Report
from mailing.rendering.model import LetterKind

blueprint = Blueprint("deliveries", __name__, url_prefix="/office/deliveries")

PARTS = (
    ("accepted", DeliveryState.ACCEPTED),
    ("waiting", DeliveryState.PLANNED),
    ("deferred", DeliveryState.DEFERRED),
    ("refused", DeliveryState.REFUSED),
    ("withheld", DeliveryState.WITHHELD),
    ("uncertain", DeliveryState.UNCERTAIN),
    ("cancelled", DeliveryState.CANCELLED),
)
"""The parts of a report, and the state whose list stands behind each."""

SIZE = 50
STALLED_AFTER = timedelta(minutes=1)


@guard.page(blueprint, "", permission=Permission.DELIVERIES_READ)
def index() -> ResponseReturnValue:
    """Editions, or (with `?kind=letter`) the letters owed to single persons."""
    kind = MailingKind.LETTER if request.args.get("kind") == MailingKind.LETTER.value else MailingKind.EDITION
    with shell.assembly().database.reading() as session:
        found = delivery.mailings(session, kind=kind, limit=SIZE)
        values: dict[str, Any] = {
            "mailings": [(summary, _name(summary)) for summary in found],
            "kind": kind.value,
            "switch": delivery.switch(session),
            "uncertain": len(delivery.uncertain(session, limit=100)),
        }
    return shell.show("office/deliveries.html", states=delivery_words.MAILING_STATES, **values)


@guard.page(blueprint, "/<int:mailing_id>", permission=Permission.DELIVERIES_READ)
def show(mailing_id: int) -> ResponseReturnValue:
    """One mailing: how far it is, where every mail stands, why some were not sent."""
    state = _state(request.args.get("state"))
    after = request.args.get("after", type=int)
    with shell.assembly().database.reading() as session:
        values = _whole(session, MailingId(mailing_id))
        page = delivery.deliveries(
            session, MailingId(mailing_id), state=state, after=DeliveryId(after) if after else None, size=SIZE
        )
    return shell.show(
        "office/mailing.html",
        page=page,
        state=state.value if state else "",
        is_first=after is None,
        shows_addresses=guard.may(Permission.SUPPORTERS_READ),
        tabs=_tabs(mailing_id, values["report"], state),
        **values,
    )


@guard.page(blueprint, "/<int:mailing_id>/progress", permission=Permission.DELIVERIES_READ)
def progress(mailing_id: int) -> ResponseReturnValue:
    """The moving part of a mailing's page."""
    with shell.assembly().database.reading() as session:
        values = _whole(session, MailingId(mailing_id))
    return shell.show("office/mailing_progress.html", **values)


@guard.page(blueprint, "/<int:mailing_id>/pause", permission=Permission.DELIVERIES_ACT, methods=("POST",))
def pause(mailing_id: int) -> ResponseReturnValue:
    """Nothing more leaves until somebody lets it go on."""
    with shell.assembly().database.transaction() as session:
        delivery.pause(session, MailingId(mailing_id))
        _note(session, "pause", mailing_id)
    return shell.back(
        url_for("deliveries.show", mailing_id=mailing_id),
        shell.say(N_("L’envoi est en pause. Les mails qui restent attendent.")),
        undo=(url_for("deliveries.resume", mailing_id=mailing_id), ""),
    )


@guard.page(blueprint, "/<int:mailing_id>/resume", permission=Permission.DELIVERIES_ACT, methods=("POST",))
def resume(mailing_id: int) -> ResponseReturnValue:
    """A paused mailing goes on where it stopped."""
    with shell.assembly().database.transaction() as session:
        delivery.resume(session, MailingId(mailing_id))
        _note(session, "resume", mailing_id)
    return shell.back(
        url_for("deliveries.show", mailing_id=mailing_id),
        shell.say(N_("L’envoi a repris là où il s’était arrêté.")),
        undo=(url_for("deliveries.pause", mailing_id=mailing_id), ""),
    )


@guard.page(blueprint, "/<int:mailing_id>/cancel", permission=Permission.DELIVERIES_ACT, methods=("POST",))
def cancel(mailing_id: int) -> ResponseReturnValue:
    """What has not left never will."""
    with shell.assembly().database.transaction() as session:
        delivery.cancel(session, MailingId(mailing_id))
        _note(session, "cancel", mailing_id)
    return shell.back(
        url_for("deliveries.show", mailing_id=mailing_id),
        shell.say(N_("L’envoi est annulé. Ce qui était déjà parti l’est resté ; le reste ne partira pas.")),
    )


def _whole(session: Session, mailing_id: MailingId) -> dict[str, Any]:
    summary = delivery.summary(session, mailing_id)
    mailing, report = summary.mailing, summary.report
    switch = delivery.switch(session)
    is_moving = mailing.state is MailingState.RUNNING and not report.finished and switch.is_open
    return {
        "mailing": mailing,
        "report": report,
        "switch": switch,
        "name": _name(summary),
        "settled": report.recipients - report.waiting - report.deferred,
        "left": _left(mailing, report, shell.now()) if is_moving else "",
        "is_moving": is_moving,
        "is_stalled": is_moving and _is_stalled(session, mailing, report, shell.now()),
        "parts": [(name, getattr(report, name), *_part(name, state)) for name, state in PARTS],
        "states": delivery_words.STATES,
        "mailing_states": delivery_words.MAILING_STATES,
        "reasons": delivery_words.REASONS,
        "withheld": _counted(report.withheld_by_reason),
        "excluded": _counted(report.excluded),
        "edition_address": _edition(mailing),
    }


def _part(name: str, state: DeliveryState) -> tuple[str, str, str]:
    """The word, the meaning and the list's name of a part of the account."""
    return delivery_words.STATES[state][0], delivery_words.MEANINGS[state], "" if name == "waiting" else state.value


def _counted(reasons: Mapping[str, int]) -> list[tuple[str, str]]:
    """(reason, number of people), the most frequent first."""
    ordered = sorted(reasons.items(), key=lambda item: -item[1])
    return [(shell.say(delivery_words.REASONS.get(reason, reason)), shell.number(count)) for reason, count in ordered]


def _edition(mailing: Mailing) -> str:
    return url_for("editions.show", edition_id=mailing.edition_id) if mailing.edition_id is not None else ""


def _tabs(mailing_id: int, report: Report, chosen: DeliveryState | None) -> list[dict[str, object]]:
    address = url_for("deliveries.show", mailing_id=mailing_id)
    tabs: list[dict[str, object]] = [
        {
            "label": shell.say(N_("Tous")),
            "href": f"{address}#mails",
            "active": chosen is None,
            "count": report.recipients,
        }
    ]
    for name, state in PARTS:
        if count := getattr(report, name):
            tabs.append(
                {
                    "label": shell.say(delivery_words.STATES[state][0]),
                    "href": f"{address}?state={state.value}#mails",
                    "active": chosen is state,
                    "count": count,
                }
            )
    return tabs


def _left(mailing: Mailing, report: Report, now: datetime) -> str:
    """About how long it will still take, at the pace so far; empty while nobody can tell."""
    done = report.accepted + report.refused + report.withheld + report.uncertain
    spent = (now - mailing.created_at).total_seconds()
    if done < 20 or spent < 5:
        return ""
    minutes = round(spent / done * report.waiting / 60)
    if minutes < 1:
        return shell.say(N_("Encore moins d’une minute. Vous pouvez fermer cette page, l’envoi continue."))
    return shell.say_count(
        N_("Encore une minute environ. Vous pouvez fermer cette page, l’envoi continue."),
        N_("Encore %(n)s minutes environ. Vous pouvez fermer cette page, l’envoi continue."),
        minutes,
    )


def _is_stalled(session: Session, mailing: Mailing, report: Report, now: datetime) -> bool:
    """Mails of an edition wait and nothing has moved for a while: no sender runs, or the relay takes nothing."""
    if mailing.kind is not MailingKind.EDITION or not report.waiting:
        return False
    moved = max(mailing.created_at, delivery.last_event_at(session) or mailing.created_at)
    return now - moved > STALLED_AFTER


def _name(summary: MailingSummary) -> str:
    if summary.mailing.kind is MailingKind.LETTER:
        kind, _, number = summary.mailing.code.partition("-")
        if kind == LetterKind.ISSUE and number:
            return shell.say(delivery_words.ISSUE, number=number)
        return shell.say(delivery_words.LETTERS.get(kind, summary.mailing.code))
    return summary.subject or summary.mailing.code


def _state(text: str | None) -> DeliveryState | None:
    return next((state for state in DeliveryState if state.value == text), None)


def _note(session: Session, action: str, mailing_id: int) -> None:
    audit.record(
        session,
        shell.assembly().sealer,
        at=shell.now(),
        account_id=guard.signed_in().account.id,
        action=f"mailing.{action}",
        subject="mailing",
        subject_id=mailing_id,
    )
