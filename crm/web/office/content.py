"""The library: what the feeds brought, and the editor's word over it."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from crm.audit import service as audit
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.identifiers import ContentId, TermId
from crm.web.office import content_words, guard, shell
from crm.web.words import N_
from mailing.content import service as content
from mailing.content.errors import ContentMissing
from mailing.content.model import ContentItem, ContentKind, Standing, Term, TermKind

blueprint = Blueprint("content", __name__, url_prefix="/office/content")

SIZE = 30
LONGEST_TITLE = 300
LONGEST_INTRO = 2000


@guard.page(blueprint, "", permission=Permission.CONTENT_READ)
def index() -> ResponseReturnValue:
    """What can go into a newsletter, by kind, country, theme, state and words."""
    wanted = {name: request.args.get(name, "").strip() for name in ("text", "kind", "country", "theme", "state")}
    after = request.args.get("after", type=int)
    today = brussels_day(shell.now())
    standing = next((state for state in Standing if state.value == wanted["state"]), None)
    with shell.assembly().database.reading() as session:
        terms = content.terms(session)
        chosen = [t for t in terms if t.code in (wanted["country"], wanted["theme"])]
        page = content.page(
            session,
            kind=next((kind for kind in ContentKind if kind.value == wanted["kind"]), None),
            text=wanted["text"],
            wearing=[t.id for t in chosen],
            standing=(standing, today) if standing else None,
            after=ContentId(after) if after else None,
            size=SIZE,
        )
    return shell.show(
        "office/content.html",
        page=page,
        wanted=wanted,
        chips=_chips(wanted, chosen),
        kinds=content_words.KINDS,
        kinds_options=[(kind.value, shell.say(word)) for kind, word in content_words.KINDS.items()],
        state_options=[(state.value, shell.say(word)) for state, word in content_words.STATES.items()],
        countries=[(term.code, term.label) for term in terms if term.kind is TermKind.COUNTRY],
        themes=[(term.code, term.label) for term in terms if term.kind is TermKind.THEME],
        first_address=_address(wanted),
        next_address=_address(wanted, after=page.next_after) if page.next_after else "",
        standings={item.id: content_words.standing(item, today) for item in page.items},
        is_first=after is None,
    )


@guard.page(blueprint, "/<int:content_id>", permission=Permission.CONTENT_READ)
def show(content_id: int) -> ResponseReturnValue:
    """One thing: what the reader will see, and where it comes from."""
    return _item(content_id)


@guard.page(blueprint, "/<int:content_id>", permission=Permission.CONTENT_EDIT, methods=("POST",))
def save(content_id: int) -> ResponseReturnValue:
    """The editor's words. A feed never overwrites them; an emptied field lets the site's words come back."""
    given = {name: request.form.get(name, "").strip() for name in ("title", "intro", "closes_on")}
    errors: dict[str, str] = {}
    closes_on: date | None = None
    try:
        closes_on = date.fromisoformat(given["closes_on"]) if given["closes_on"] else None
    except ValueError:
        errors["closes_on"] = shell.say(N_("Écrivez la date comme 2026-12-31."))
    if len(given["title"]) > LONGEST_TITLE:
        errors["title"] = shell.say(N_("Ce titre est trop long pour une lettre : restez sous 300 signes."))
    if len(given["intro"]) > LONGEST_INTRO:
        errors["intro"] = shell.say(N_("Cette introduction est trop longue : restez sous 2000 signes."))
    if errors:
        return _item(content_id, given=given, errors=errors, status=422)
    with shell.assembly().database.transaction() as session:
        content.edit(
            session,
            ContentId(content_id),
            title=given["title"],
            intro=given["intro"],
            closes_on=closes_on,
            closed="closed" in request.form,
            hidden="hidden" in request.form,
            at=shell.now(),
        )
        audit.record(
            session,
            shell.assembly().sealer,
            at=shell.now(),
            account_id=guard.signed_in().account.id,
            action="content.edit",
            subject="content",
            subject_id=content_id,
        )
    return shell.back(url_for("content.show", content_id=content_id), shell.say(N_("Enregistré.")))


@guard.page(blueprint, "/tags", permission=Permission.CONTENT_EDIT)
def tags() -> ResponseReturnValue:
    """Tags that are on no list, the most frequent first."""
    return _tags()


@guard.page(blueprint, "/tags/name", permission=Permission.CONTENT_EDIT, methods=("POST",))
def name_tag() -> ResponseReturnValue:
    """From now on that spelling means that term, on what we have and on what comes."""
    folded, label = request.form.get("folded", ""), request.form.get("term", "").strip()
    with shell.assembly().database.reading() as session:
        term = _term_named(content.terms(session), label)
    if term is None:
        return _tags(
            errors={
                f"term-{folded}": shell.say(N_("« %(label)s » n’est ni un pays ni un thème de la liste."), label=label)
            },
            typed={folded: label},
            status=422,
        )
    with shell.assembly().database.transaction() as session:
        content.name_tag(session, folded, TermId(term.id))
    return shell.back(
        url_for("content.tags"),
        shell.say(N_("C’est noté : cette étiquette veut dire « %(label)s »."), label=term.label),
    )


@guard.page(blueprint, "/tags/ignore", permission=Permission.CONTENT_EDIT, methods=("POST",))
def ignore_tag() -> ResponseReturnValue:
    """That spelling means nothing to us; it is not asked again."""
    with shell.assembly().database.transaction() as session:
        content.ignore_tag(session, request.form.get("folded", ""))
    return shell.back(url_for("content.tags"), shell.say(N_("Cette étiquette ne sera plus proposée.")))


def _item(
    content_id: int, *, given: dict[str, str] | None = None, errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    today = brussels_day(shell.now())
    with shell.assembly().database.reading() as session:
        item = content.find_item(session, ContentId(content_id))
    if item is None:
        raise ContentMissing("ce contenu n’existe plus")
    return shell.show(
        "office/content_item.html",
        status=status,
        item=item,
        given=given or _words_of(item),
        errors=errors or {},
        kinds=content_words.KINDS,
        term_kinds=content_words.TERMS,
        standing=content_words.standing(item, today),
        item_facts=_facts(item),
    )


def _facts(item: ContentItem) -> list[tuple[str, str]]:
    """What is known of a thing, in pairs; what is unknown is left out."""
    runs = [shell.day(day) for day in (item.starts_on, item.ends_on) if day]
    return [
        (shell.say(term), value)
        for term, value in (
            (N_("Publié"), shell.day(item.published_at, "long") if item.published_at else ""),
            (N_("Arrivé dans la bibliothèque"), shell.day(item.first_seen_at, "long")),
            (N_("Auteur·ice"), item.author),
            (N_("Date"), " – ".join(dict.fromkeys(runs))),
            (N_("Heure"), item.starts_time),
            (N_("Lieu"), item.place),
            (N_("Genre d’événement"), ", ".join(item.event_types)),
        )
        if value
    ]


def _words_of(item: ContentItem) -> dict[str, str]:
    return {
        "title": item.title,
        "intro": item.intro,
        "closes_on": item.closes_on.isoformat() if item.closes_on else "",
    }


def _tags(*, errors: dict[str, str] | None = None, typed: dict[str, str] | None = None, status: int = 200) -> Response:
    with shell.assembly().database.reading() as session:
        unknown, terms = content.unknown_tags(session), content.terms(session)
    return shell.show(
        "office/unknown_tags.html",
        status=status,
        tags=unknown,
        terms=terms,
        term_kinds=content_words.TERMS,
        errors=errors or {},
        typed=typed or {},
    )


def _term_named(terms: tuple[Term, ...], label: str) -> Term | None:
    return next((term for term in terms if label and term.label.casefold() == label.casefold()), None)


def _address(wanted: dict[str, str], **more: Any) -> str:
    kept: dict[str, Any] = {name: value for name, value in wanted.items() if value}
    return url_for("content.index", **kept, **more)


def _chips(wanted: dict[str, str], chosen: list[Term]) -> list[dict[str, str]]:
    """The filters as words, each with the address of the page without it."""
    words: dict[str, str] = {"text": shell.say(N_("« %(words)s »"), words=wanted["text"])}
    words["kind"] = next((shell.say(w) for k, w in content_words.KINDS.items() if k.value == wanted["kind"]), "")
    words["state"] = next((shell.say(w) for s, w in content_words.STATES.items() if s.value == wanted["state"]), "")
    for term in chosen:
        words["country" if term.kind is TermKind.COUNTRY else "theme"] = term.label
    return [
        {"label": words[name], "without": _address({**wanted, name: ""})}
        for name in wanted
        if wanted[name] and words.get(name)
    ]
