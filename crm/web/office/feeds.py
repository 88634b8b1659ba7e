"""Feeds: which sites we follow, how each does, and reading one now."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.audit import service as audit
from crm.staff.model import Permission
from crm.values.errors import Invalid
from crm.values.identifiers import FeedId
from crm.values.languages import Language
from crm.web.office import feed_words, guard, shell
from crm.web.words import N_
from jobs import fetch_feeds
from mailing.feeds import service as feeds
from mailing.feeds.errors import FeedFollowedAlready
from mailing.feeds.model import Feed, FeedKind, Outcome

blueprint = Blueprint("feeds", __name__, url_prefix="/office/feeds")

INTERVALS = (15, 30, 60, 180, 720, 1440)


@guard.page(blueprint, "", permission=Permission.CONTENT_READ)
def index() -> ResponseReturnValue:
    """Every feed and its health in words."""
    with shell.assembly().database.reading() as session:
        found = feeds.feeds(session)
    return shell.show(
        "office/feeds.html", feeds=found, why=feed_words.why, health=feed_words.HEALTH, kinds=feed_words.KINDS
    )


@guard.page(blueprint, "/new", permission=Permission.CONTENT_EDIT)
def new() -> ResponseReturnValue:
    """The form of a new feed."""
    return _form({"name": "", "url": "", "kind": FeedKind.NEWS.value, "language": Language.FR.value, "interval": "60"})


@guard.page(blueprint, "/new", permission=Permission.CONTENT_EDIT, methods=("POST",))
def follow() -> ResponseReturnValue:
    """Follows a feed; its first visit is due at once."""
    given = {name: request.form.get(name, "").strip() for name in ("name", "url", "kind", "language", "interval")}
    errors: dict[str, str] = {}
    if not given["name"]:
        errors["name"] = shell.say(N_("Donnez un nom à ce flux, par exemple « Actualités du site »."))
    if given["kind"] not in [kind.value for kind in FeedKind] or given["language"] not in [x.value for x in Language]:
        errors["kind"] = shell.say(N_("Choisissez dans la liste."))
    minutes = int(given["interval"]) if given["interval"] in [str(n) for n in INTERVALS] else 60
    if not errors:
        try:
            with shell.assembly().database.transaction() as session:
                added = feeds.follow(
                    session,
                    name=given["name"][:200],
                    url=given["url"],
                    kind=FeedKind(given["kind"]),
                    language=Language(given["language"]),
                    interval_minutes=minutes,
                    at=shell.now(),
                )
                _note(session, "follow", added)
        except FeedFollowedAlready:
            errors["url"] = shell.say(N_("Cette adresse ou ce nom est déjà celui d’un flux suivi."))
        except Invalid:
            errors["url"] = shell.say(
                N_("Cette adresse ne convient pas : elle commence par https:// et mène à un flux RSS ou Atom.")
            )
    if errors:
        return _form(given, errors=errors, status=422)
    return shell.back(
        url_for("feeds.index"),
        shell.say(N_("« %(name)s » est suivi. Sa première lecture est prévue tout de suite."), name=added.name),
    )


@guard.page(blueprint, "/<int:feed_id>/fetch", permission=Permission.CONTENT_EDIT, methods=("POST",))
def fetch(feed_id: int) -> ResponseReturnValue:
    """Reads one feed now, politely: the same visit as the clock's, only earlier."""
    reports = fetch_feeds.run(shell.assembly(), shell.now(), only=str(feed_id))["feeds"]
    here = url_for("feeds.index")
    if not reports:
        return shell.back(here, shell.say(N_("Ce flux est justement en train d’être lu.")))
    [report] = reports
    if report["outcome"] == Outcome.FAILED:
        return shell.back(
            here,
            shell.say(
                N_("« %(name)s » n’a pas pu être lu : %(why)s. Un nouvel essai est prévu."),
                name=report["name"],
                why=feed_words.reason(report["error"]),
            ),
            kind="refused",
        )
    if not report["new"] and not report["changed"]:
        return shell.back(here, shell.say(N_("« %(name)s » est lu : rien de nouveau."), name=report["name"]))
    return shell.back(
        here,
        shell.say(
            N_("« %(name)s » est lu. Nouveautés : %(new)s ; changements : %(changed)s."),
            name=report["name"],
            new=shell.number(report["new"]),
            changed=shell.number(report["changed"]),
        ),
    )


@guard.page(blueprint, "/<int:feed_id>/pause", permission=Permission.CONTENT_EDIT, methods=("POST",))
def pause(feed_id: int) -> ResponseReturnValue:
    """The feed is not visited until somebody wakes it."""
    return _turn(feed_id, is_active=False)


@guard.page(blueprint, "/<int:feed_id>/resume", permission=Permission.CONTENT_EDIT, methods=("POST",))
def resume(feed_id: int) -> ResponseReturnValue:
    """The feed is visited again, at once."""
    return _turn(feed_id, is_active=True)


def _turn(feed_id: int, *, is_active: bool) -> Response:
    with shell.assembly().database.transaction() as session:
        changed = feeds.set_active(session, FeedId(feed_id), is_active=is_active, at=shell.now())
        _note(session, "resume" if is_active else "pause", changed)
    if is_active:
        return shell.back(
            url_for("feeds.index"), shell.say(N_("« %(name)s » sera de nouveau lu."), name=changed.name),
            undo=(url_for("feeds.pause", feed_id=feed_id), ""),
        )  # fmt: skip
    return shell.back(
        url_for("feeds.index"), shell.say(N_("« %(name)s » est en pause. Ses contenus restent."), name=changed.name),
        undo=(url_for("feeds.resume", feed_id=feed_id), ""),
    )  # fmt: skip


def _form(given: dict[str, str], *, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    return shell.show(
        "office/feed_form.html",
        status=status,
        given=given,
        errors=errors or {},
        kinds=[(kind.value, shell.say(word)) for kind, word in feed_words.KINDS.items()],
        intervals=[(str(n), _every(n)) for n in INTERVALS],
    )


def _every(minutes: int) -> str:
    if minutes < 60:
        return shell.say_count(N_("Toutes les minutes"), N_("Toutes les %(n)s minutes"), minutes)
    if minutes == 1440:
        return shell.say(N_("Une fois par jour"))
    return shell.say_count(N_("Toutes les heures"), N_("Toutes les %(n)s heures"), minutes // 60)


def _note(session: Session, action: str, feed: Feed) -> None:
    audit.record(
        session,
        shell.assembly().sealer,
        at=shell.now(),
        account_id=guard.signed_in().account.id,
        action=f"feed.{action}",
        subject="feed",
        subject_id=feed.id,
    )
