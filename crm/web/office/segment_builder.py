"""The builder of segments: conditions that grow as one edits, and the count that follows them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.figures import behind
from crm.segments import service
from crm.segments.errors import (
    SegmentChanged,
    SegmentCycle,
    SegmentMissing,
    SegmentPutAway,
    SegmentTooDeep,
    ThingGone,
)
from crm.segments.grid import BY_KEY
from crm.segments.model import Definition, Every, InSegment, NewSegment, Not, Segment, Tree
from crm.staff.model import Permission
from crm.values.errors import Conflict, Invalid
from crm.web.errors import gone_words
from crm.web.office import figure_words, guard, segment_trial, segment_view, shell
from crm.web.office import segment_form as forms
from crm.web.office.noting import note
from crm.web.office.segment_draft import drafted
from crm.web.office.segment_words import ERRORS
from crm.web.words import N_

blueprint = Blueprint("segment_builder", __name__, url_prefix="/office/segments")

TYPED = ("name", "folder", "description", "reason", "is_shared", "seen")
LONGEST_TYPED = 2500
MOST_NAMED = 4
"""With so many segments at most a builder begins."""


@guard.page(blueprint, "/new", permission=Permission.SEGMENTS_EDIT)
def new() -> ResponseReturnValue:
    """An empty builder, or one that begins as a segment of the library does, or the one behind a figure.

    With `in` and `out` it begins with who is, or is not, in those segments.
    """
    key = request.args.get("from", "")
    ready, figure = BY_KEY.get(key), behind.find(key)
    typed = dict.fromkeys(TYPED, "") | {"is_shared": "on"}
    if ready:
        typed |= {"name": shell.say(ready.name), "description": shell.say(ready.definition)}
    elif figure:
        typed |= {"name": figure_words.name(figure)}
    others = _others()
    draft = drafted(figure.tree if figure else Every(parts=others), shell.assembly().questions)
    if figure is None and not others:
        draft = forms.changed(draft, f"add:{forms.ROOT}")
    return _page(draft, typed, {})


def _others() -> tuple[Tree, ...]:
    named = {word: request.args.getlist(word, type=int)[:MOST_NAMED] for word in ("in", "out")}
    with shell.assembly().database.reading() as session:
        found = {word: [segment_view.may_see(session, one).id for one in several] for word, several in named.items()}
    inside: list[Tree] = [InSegment(segment_id=one) for one in found["in"]]
    return (*inside, *(Not(part=InSegment(segment_id=one)) for one in found["out"]))


@guard.page(blueprint, "/<int:segment_id>/edit", permission=Permission.SEGMENTS_EDIT)
def edit(segment_id: int) -> ResponseReturnValue:
    """The builder of a segment that is kept, or of one of its earlier versions."""
    number, catalogue = request.args.get("version", 0, type=int), shell.assembly().questions
    with shell.assembly().database.reading() as session:
        segment = segment_view.may_see(session, segment_id)
        tree = service.version(session, segment.id, number, catalogue=catalogue).tree if number else segment.tree
    typed = {name: str(getattr(segment, name, "")) for name in TYPED}
    typed |= {"is_shared": "on" if segment.is_shared else "", "seen": str(segment.version)}
    return _page(drafted(tree, catalogue), typed, {}, segment=segment)


@guard.page(blueprint, "/build", permission=Permission.SEGMENTS_EDIT, methods=("POST",))
def build() -> ResponseReturnValue:
    """The builder after a change or a button; nothing is kept."""
    draft = forms.changed(_draft(), request.form.get("do", ""))
    return _page(draft, _typed(), {}, segment=_kept())


@guard.page(blueprint, "/figures", permission=Permission.SEGMENTS_EDIT, methods=("POST",))
def figures() -> ResponseReturnValue:
    """The panel beside it: how many, and what each condition does."""
    built, kept = _built(_draft()), _kept()
    with shell.assembly().database.reading() as session:
        panel, refused = _panel(session, built, kept)
    return shell.show("office/segments/panel.html", panel=panel, refused=refused, built=built)


@guard.page(blueprint, "/trial", permission=Permission.SEGMENTS_EDIT, methods=("POST",))
def trial() -> ResponseReturnValue:
    """A few people of what is built, or why somebody would be in or out. The trail notes who looked, and at whom.

    Where it tells an opinion, a reason is asked first.
    """
    if not guard.may(Permission.SUPPORTERS_READ):
        abort(403)
    draft, made, deed = _draft(), shell.assembly(), request.form.get("do", "")
    built, kept, reason = _built(draft), _kept(), " ".join(_typed()["reason"].split())
    with made.database.reading() as session:
        asked, is_sensitive = _definition(session, built, kept), _is_sensitive(session, built)
        found = (
            segment_trial.sample(session, built, asked, reason)
            if deed == "sample"
            else segment_trial.why(session, built, asked, deed, reason)
        )
    facts: dict[str, Any] = {"sensitive": True} if is_sensitive else {}
    with made.database.transaction() as session:
        if found.rows:
            told = facts | {"shown": len(found.rows)}
            note(session, "segment.read", kept.id if kept else None, told, subject="segment")
        if found.person:
            note(session, "segment.why", found.person.id, facts | ({"segment": kept.id} if kept else {}))
        for person in (found.rows or ()) if is_sensitive else ():
            note(session, "segment.read", person.id, facts)
    if shell.is_partial():
        return shell.show("office/segments/trial.html", trial=found)
    return _page(draft, _typed(), {}, segment=kept, trial=found)


@guard.page(blueprint, "", permission=Permission.SEGMENTS_EDIT, methods=("POST",))
def create() -> ResponseReturnValue:
    """Keeps a new segment."""
    return _save(None)


@guard.page(blueprint, "/<int:segment_id>", permission=Permission.SEGMENTS_EDIT, methods=("POST",))
def change(segment_id: int) -> ResponseReturnValue:
    """Writes one anew; another tree is another version."""
    with shell.assembly().database.reading() as session:
        return _save(segment_view.may_see(session, segment_id))


def _save(segment: Segment | None) -> ResponseReturnValue:
    draft, typed, made = _draft(), _typed(), shell.assembly()
    built = _built(draft)
    if built.is_too_large:
        return _page(draft, typed, {"tree": shell.say(ERRORS["size"])}, segment=segment, status=422)
    if built.incomplete:
        return _page(draft, typed, {"tree": shell.say(ERRORS["tree"])}, segment=segment, status=422)
    new_one = NewSegment(
        name=typed["name"],
        tree=built.tree,
        description=typed["description"],
        folder=typed["folder"],
        reason=typed["reason"],
        is_shared=bool(typed["is_shared"]),
    )
    account = guard.signed_in().account
    try:
        with made.database.transaction() as session:
            facts: dict[str, Any] = {"sensitive": service.sensitive(session, made.questions, built.tree)}
            if segment is None:
                kept = service.create(session, made.questions, new_one, by=account.id, at=shell.now())
                note(session, "segment.create", kept, facts, subject="segment")
            else:
                seen = int(typed["seen"]) if typed["seen"].isdecimal() else 0
                changed = service.change(
                    session, made.questions, segment.id, new_one, seen=seen, by=account.id, at=shell.now()
                )
                kept = changed.id
                note(session, "segment.change", kept, facts | {"version": changed.version}, subject="segment")
    except SegmentChanged:
        with made.database.reading() as session:
            assert segment is not None
            typed["seen"] = str(segment_view.may_see(session, segment.id).version)
        return _page(draft, typed, {"name": shell.say(ERRORS["changed"])}, segment=segment, status=409)
    except (Invalid, SegmentMissing, Conflict) as wrong:
        return _page(draft, typed, _said(wrong), segment=segment, status=422)
    return shell.back(url_for("segments.show", segment_id=kept), shell.say(N_("Le segment est enregistré.")))


def _said(wrong: Exception) -> dict[str, str]:
    if isinstance(wrong, ThingGone):
        return {"tree": gone_words(wrong, shell.language())}
    key = _wrong(wrong)
    return {"tree" if key in {"away", "circle", "deep"} else key: shell.say(ERRORS[key])}


def _wrong(wrong: Exception) -> str:
    match wrong:
        case SegmentPutAway():
            return "away"
        case SegmentTooDeep():
            return "deep"
        case SegmentCycle():
            return "circle"
        case _:
            name = getattr(wrong, "field", None)
            return name if name in ERRORS else "tree"


def _page(
    draft: forms.Draft,
    typed: dict[str, str],
    errors: dict[str, str],
    *,
    segment: Segment | None = None,
    trial: segment_trial.Trial | None = None,
    status: int = 200,
) -> Response:
    built = _built(draft)
    with shell.assembly().database.reading() as session:
        values = segment_view.nodes(session, draft, built)
        folders = sorted({one.folder for one in service.segments(session, by=guard.signed_in().account.id)} - {""})
        is_sensitive = _is_sensitive(session, built)
        # A piece of the page is wanted quickly: its figures follow by themselves.
        panel, refused = (None, "") if shell.is_partial() else _panel(session, built, segment)
    template = "office/segments/builder.html" if shell.is_partial() else "office/segments/edit.html"
    return shell.show(
        template, status=status, typed=typed, errors=errors, segment=segment, folders=folders, panel=panel,
        built=built, is_sensitive=is_sensitive, trial=trial, refused=refused, **values,
    )  # fmt: skip


def _is_sensitive(session: Session, built: forms.Built) -> bool:
    try:
        return service.sensitive(session, shell.assembly().questions, built.tree)
    except (SegmentMissing, SegmentCycle):
        return False


def _definition(session: Session, built: forms.Built, segment: Segment | None) -> Definition:
    """What is built, with who is in or out by hand of the segment it would change."""
    return service.definition(built.tree, service.picks(session, segment.id) if segment else {})


def _panel(session: Session, built: forms.Built, segment: Segment | None) -> tuple[segment_view.Panel | None, str]:
    """The figures; or none, and why where it can be said."""
    if built.is_too_large:
        return None, ""
    try:
        return segment_view.panel(session, _definition(session, built, segment)), ""
    except ThingGone as gone:
        return None, gone_words(gone, shell.language())
    except (SegmentMissing, SegmentCycle):
        return None, ""


def _built(draft: forms.Draft) -> forms.Built:
    catalogue = shell.assembly().questions
    with shell.assembly().database.reading() as session:
        return forms.built(draft, catalogue, segment_view.may_ask, lambda leaf: catalogue.unlisted(session, leaf))


def _draft() -> forms.Draft:
    return forms.read(dict(request.form.lists()), forms.keys_of(shell.assembly().questions))


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "")[:LONGEST_TYPED] for name in TYPED}


def _kept() -> Segment | None:
    number = request.form.get("segment", 0, type=int)
    if not number:
        return None
    with shell.assembly().database.reading() as session:
        return segment_view.may_see(session, number)
