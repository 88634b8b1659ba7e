"""Editions: the list, the editor, its live preview, and a test to oneself."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, make_response, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.audit import service as audit
from crm.staff.model import Permission
from crm.values.errors import Invalid
from crm.values.identifiers import EditionId, NewsletterId
from crm.web import security_headers
from crm.web.office import edition_view, edition_words, guard, shell
from crm.web.words import N_
from mailing.composition import service as composition
from mailing.composition.model import Edition, EditionState
from mailing.delivery import service as delivery
from mailing.rendering.fill import fill_html, fill_text, sample_values

blueprint = Blueprint("editions", __name__, url_prefix="/office/editions")

SIZE = 30
GROUPS: tuple[tuple[str, str, frozenset[EditionState]], ...] = (
    ("todo", N_("À décider"), frozenset({EditionState.DRAFT, EditionState.HELD})),
    ("ready", N_("Approuvées"), frozenset({EditionState.APPROVED})),
    ("gone", N_("Parties"), frozenset({EditionState.SENDING, EditionState.PAUSED, EditionState.SENT})),
    ("not", N_("Sans suite"), frozenset({EditionState.SKIPPED, EditionState.CANCELLED})),
)
PARTS = ("html", "mobile", "text", "dark")


@guard.page(blueprint, "", permission=Permission.EDITIONS_READ)
def index() -> ResponseReturnValue:
    """All editions, the latest hour first, in groups of states."""
    group = next((g for g in GROUPS if g[0] == request.args.get("group")), None)
    wanted = request.args.get("newsletter", type=int)
    only, states = NewsletterId(wanted) if wanted else None, group[2] if group else None
    with shell.assembly().database.reading() as session:
        series = composition.newsletters(session)
        found = composition.editions(session, newsletter_id=only, states=states, before=_before(), limit=SIZE + 1)
        total = composition.count_editions(session, newsletter_id=only, states=states)
        counts = {code: composition.count_editions(session, newsletter_id=only, states=of) for code, _, of in GROUPS}
    shown = found[:SIZE]
    return shell.show(
        "office/editions/list.html",
        editions=shown,
        series={one.id: one for one in series},
        active=[one for one in series if one.is_active],
        chosen=only or "",
        total=total,
        tabs=_tabs(group[0] if group else "", only, counts),
        states=edition_words.STATES,
        reasons={edition.id: edition_view.reason(edition) for edition in shown},
        is_first="before" not in request.args,
        next=_next(shown[-1]) if len(found) > SIZE else "",
    )


@guard.page(blueprint, "/propose", permission=Permission.EDITIONS_EDIT, methods=("POST",))
def propose() -> ResponseReturnValue:
    """Makes up the next edition of a newsletter now, without waiting for its time."""
    now, organisation = shell.now(), shell.assembly().settings.organisation
    wanted = NewsletterId(request.form.get("newsletter", default=0, type=int))
    with shell.assembly().database.transaction() as session:
        slot = composition.next_slot(session, wanted, now)
        made = composition.propose(session, wanted, slot, now, organisation=organisation)
        _note(session, "propose", made)
    return shell.back(
        url_for("editions.show", edition_id=made.id),
        shell.say(N_("Édition composée avec ce qu’il y a de nouveau. À vous de la relire.")),
    )


@guard.page(blueprint, "/<int:edition_id>", permission=Permission.EDITIONS_READ)
def show(edition_id: int) -> ResponseReturnValue:
    """The editor of a draft; what was approved or sent, to be read."""
    return page(edition_id)


def page(
    edition_id: int, *, status: int = 200, typed: dict[str, str] | None = None, conflict: bool = False
) -> Response:
    """The page of an edition; after a refusal with what was typed, so that nothing is lost."""
    with shell.assembly().database.reading() as session:
        edition, series = edition_view.load(session, edition_id)
        values = edition_view.whole(session, edition, series)
        mailing = delivery.find_mailing(session, edition_id=edition.id)
        library = edition_view.library(session, edition, series, request.args.get("q", ""))
    view = request.args.get("view", PARTS[0])
    return shell.show(
        "office/editions/show.html",
        status=status,
        typed=typed or {},
        conflict=conflict,
        mailing=mailing,
        view=view if view in PARTS else PARTS[0],
        **library,
        **values,
    )


@guard.page(blueprint, "/<int:edition_id>/library", permission=Permission.EDITIONS_EDIT)
def library(edition_id: int) -> ResponseReturnValue:
    """Things of the library one may add, with what speaks against each."""
    with shell.assembly().database.reading() as session:
        edition, series = edition_view.load(session, edition_id)
        values = edition_view.library(session, edition, series, request.args.get("q", ""))
    return shell.show("office/editions/library.html", edition=edition, kinds=edition_words.KINDS, **values)


@guard.page(blueprint, "/<int:edition_id>/preview", permission=Permission.EDITIONS_READ)
def preview(edition_id: int) -> ResponseReturnValue:
    """The mail as a reader who does not exist would see it; runs nothing, and only we may frame it."""
    settings = shell.assembly().settings
    part = request.args.get("part", "html")
    with shell.assembly().database.reading() as session:
        edition, series = edition_view.load(session, edition_id)
    try:
        mail = edition_view.rendered(edition, series)
    except Invalid as error:
        text = f"{edition_view.unwritable(error)}\n"
        return _framed(text, "text/plain", 422)
    if part == "text":
        return _framed(fill_text(mail.text, sample_values(settings.public_url)), "text/plain")
    html = fill_html(mail.html, sample_values(settings.public_url))
    # Mails turn dark as the reader's device prefers; here as one asks to see them, whatever this device prefers.
    html = html.replace("(prefers-color-scheme: dark)", "(min-width: 1px)" if part == "dark" else "not all")
    return _framed(html, "text/html")


@guard.page(blueprint, "/<int:edition_id>/test", permission=Permission.EDITIONS_EDIT, methods=("POST",))
def test(edition_id: int) -> ResponseReturnValue:
    """Sends the edition as it stands to the person at the screen; twice in half a minute sends it once."""
    settings, now, me = shell.assembly().settings, shell.now(), guard.signed_in().account
    with shell.assembly().database.transaction() as session:
        edition, series = edition_view.load(session, edition_id)
        try:
            delivery.enqueue_test(
                session,
                edition=edition,
                newsletter=series,
                organisation=settings.organisation,
                mail=settings.mail,
                public_url=settings.public_url,
                address=me.email,
                occasion=f"{edition.id}-{edition.revision}-{me.id}-{int(now.timestamp()) // 30}",
                now=now,
            )
        except Invalid as error:
            refusal = edition_view.unwritable(error)
            return shell.back(url_for("editions.show", edition_id=edition_id), refusal, kind="refused")
        _note(session, "test", edition)
    return shell.back(
        url_for("editions.show", edition_id=edition_id),
        shell.say(N_("Le test part dans un instant à %(address)s."), address=me.email),
    )


def _framed(body: str, kind: str, status: int = 200) -> Response:
    response = make_response(body, status)
    response.content_type = f"{kind}; charset=utf-8"
    return security_headers.as_mail(response, shell.assembly().settings)


def _before() -> tuple[datetime, EditionId] | None:
    try:
        due_at, edition_id = datetime.fromisoformat(request.args.get("before", "")), int(request.args.get("id", ""))
    except ValueError:
        return None
    return (due_at, EditionId(edition_id)) if due_at.tzinfo else None


def _next(last: Edition) -> str:
    return url_for(
        "editions.index",
        group=request.args.get("group"),
        newsletter=request.args.get("newsletter"),
        before=last.due_at.isoformat(),
        id=last.id,
    )


def _tabs(chosen: str, only: NewsletterId | None, counts: dict[str, int]) -> list[dict[str, object]]:
    def tab(code: str, word: str) -> dict[str, object]:
        address = url_for("editions.index", group=code or None, newsletter=only)
        return {
            "label": shell.say(word),
            "href": address,
            "active": code == chosen,
            "count": counts[code] if code else sum(counts.values()),
        }

    return [tab("", N_("Toutes")), *(tab(code, word) for code, word, _ in GROUPS)]


def _note(session: Session, action: str, edition: Edition) -> None:
    audit.record(
        session,
        shell.assembly().sealer,
        at=shell.now(),
        account_id=guard.signed_in().account.id,
        action=f"edition.{action}",
        subject="edition",
        subject_id=edition.id,
    )
