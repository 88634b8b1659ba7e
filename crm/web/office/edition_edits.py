"""The edits of a draft: each is one POST that names the revision it was read at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.staff.model import Permission
from crm.values.errors import Invalid
from crm.values.identifiers import BlockId, ContentId, EditionId
from crm.web.office import edition_among, edition_view, edition_words, editions, guard, shell
from crm.web.office.noting import note
from crm.web.words import N_
from mailing.composition import service as composition
from mailing.composition.errors import BlockMisplaced, BlockMissing, EditionChanged, EditionElsewhere
from mailing.composition.model import Edition, Section

blueprint = Blueprint("edition_edits", __name__, url_prefix="/office/editions/<int:edition_id>")

WORDS = ("subject", "preheader", "greeting", "opening")
BLOCK_WORDS = ("title", "intro", "button", "url")
BLOCKS, REMARKS = "office/editions/after_blocks.html", "office/editions/after_words.html"
TOO_LONG = N_("C’est trop long.")
PROBLEMS = {
    "url": N_("Écrivez une adresse web complète, par exemple https://www.exemple.be/."),
    "title": N_("Un bloc a besoin d’un titre."),
    "section": N_("Ce bloc n’a pas sa place dans cette section."),
}

Change = Callable[[Session, EditionId, int], Edition]


@guard.page(blueprint, "/words", permission=Permission.EDITIONS_EDIT, methods=("POST",))
def words(edition_id: int) -> ResponseReturnValue:
    """Subject, preheader, greeting, opening."""
    given = {name: request.form[name] for name in WORDS if name in request.form}
    return _edit(
        edition_id,
        lambda session, number, revision: composition.set_words(session, number, revision=revision, **given),
        template=REMARKS,
    )


@guard.page(blueprint, "/among", permission=Permission.EDITIONS_EDIT, methods=("POST",))
def among(edition_id: int) -> ResponseReturnValue:
    """To everybody who said yes, to those of them in a segment, or to those whom an appeal asks."""
    revision = request.form.get("revision", default=-1, type=int)
    back = url_for("edition_approval.review", edition_id=edition_id)
    try:
        with shell.assembly().database.transaction() as session:
            wanted = edition_among.chosen(session, request.form.get("among", ""))
            composition.set_among(session, EditionId(edition_id), wanted, revision=revision)
            note(session, "edition.among", edition_id, edition_among.facts(wanted), subject="edition")
    except (EditionChanged, EditionElsewhere):
        return shell.back(back, shell.say(N_("L’édition a changé entre-temps : rien n’a été fait.")), kind="refused")
    return shell.back(back, shell.say(N_("Le public de cette édition est choisi.")))


@guard.page(blueprint, "/arrange", permission=Permission.EDITIONS_EDIT, methods=("POST",))
def arrange(edition_id: int) -> ResponseReturnValue:
    """All blocks in a new order: `place` fields of the form `section:block`."""
    places: dict[Section, list[BlockId]] = {}
    for place in request.form.getlist("place"):
        section, _, block_id = place.partition(":")
        places.setdefault(_section(section), []).append(BlockId(int(block_id) if block_id.isdigit() else 0))
    return _edit(
        edition_id,
        lambda session, number, revision: composition.arrange(session, number, places, revision=revision),
    )


@guard.page(blueprint, "/add", permission=Permission.EDITIONS_EDIT, methods=("POST",))
def add(edition_id: int) -> ResponseReturnValue:
    """A thing of the library, or a block of one's own words."""
    content_id = request.form.get("content", type=int)
    given = {} if content_id else {name: request.form[name] for name in BLOCK_WORDS if request.form.get(name)}
    section = _section(request.form.get("section", ""))
    return _edit(
        edition_id,
        lambda session, number, revision: composition.add_block(
            session,
            number,
            section,
            revision=revision,
            content_id=ContentId(content_id) if content_id else None,
            **given,
        ),
        problem="new-block-problem",
        opened="" if content_id else "new-block",
    )


@guard.page(blueprint, "/blocks/<int:block_id>/words", permission=Permission.EDITIONS_EDIT, methods=("POST",))
def block_words(edition_id: int, block_id: int) -> ResponseReturnValue:
    """The words of one block; `done` closes it, else one goes on writing."""
    given = {name: request.form[name] for name in BLOCK_WORDS if name in request.form}
    return _edit(
        edition_id,
        lambda session, number, revision: composition.edit_block(
            session, number, BlockId(block_id), revision=revision, **given
        ),
        template=BLOCKS if "done" in request.form else REMARKS,
        problem=f"block-{block_id}-problem",
        opened=f"edit-{block_id}",
    )


@guard.page(blueprint, "/blocks/<int:block_id>/library", permission=Permission.EDITIONS_EDIT, methods=("POST",))
def block_library(edition_id: int, block_id: int) -> ResponseReturnValue:
    """Back to the words of the library."""
    return _edit(
        edition_id,
        lambda session, number, revision: composition.use_library_words(
            session, number, BlockId(block_id), revision=revision
        ),
    )


@guard.page(blueprint, "/blocks/<int:block_id>/shift", permission=Permission.EDITIONS_EDIT, methods=("POST",))
def shift(edition_id: int, block_id: int) -> ResponseReturnValue:
    """One place up (`by` -1) or down (1)."""
    by = -1 if request.form.get("by") == "-1" else 1
    return _edit(
        edition_id,
        lambda session, number, revision: composition.shift_block(
            session, number, BlockId(block_id), by, revision=revision
        ),
    )


@guard.page(blueprint, "/blocks/<int:block_id>/move", permission=Permission.EDITIONS_EDIT, methods=("POST",))
def move(edition_id: int, block_id: int) -> ResponseReturnValue:
    """To the end of another section."""
    section = _section(request.form.get("section", ""))
    return _edit(
        edition_id,
        lambda session, number, revision: composition.move_block(
            session, number, BlockId(block_id), section, revision=revision
        ),
        problem=f"block-{block_id}-problem",
    )


@guard.page(blueprint, "/blocks/<int:block_id>/remove", permission=Permission.EDITIONS_EDIT, methods=("POST",))
def remove(edition_id: int, block_id: int) -> ResponseReturnValue:
    """Out of the edition; it can be put back."""
    return _edit(
        edition_id,
        lambda session, number, revision: composition.remove_block(
            session, number, BlockId(block_id), revision=revision
        ),
        notice=shell.say(N_("Bloc retiré.")),
        undo=url_for("edition_edits.restore", edition_id=edition_id, block_id=block_id),
    )


@guard.page(blueprint, "/blocks/<int:block_id>/restore", permission=Permission.EDITIONS_EDIT, methods=("POST",))
def restore(edition_id: int, block_id: int) -> ResponseReturnValue:
    """Back to its place."""
    return _edit(
        edition_id,
        lambda session, number, revision: composition.restore_block(
            session, number, BlockId(block_id), revision=revision
        ),
    )


def _edit(
    edition_id: int,
    change: Change,
    *,
    template: str = BLOCKS,
    problem: str = "",
    opened: str = "",
    notice: str = "",
    undo: str = "",
) -> ResponseReturnValue:
    """Does one change and answers with what it touched: pieces for htmx, the whole page otherwise."""
    revision = request.form.get("revision", default=-1, type=int)
    address = url_for("editions.show", edition_id=edition_id)
    try:
        with shell.assembly().database.transaction() as session:
            edition = change(session, EditionId(edition_id), revision)
    except (EditionChanged, BlockMissing):
        return _changed(edition_id)
    except EditionElsewhere:
        said = shell.say(N_("Cette édition n’est plus un brouillon : rien n’a été modifié."))
        return shell.back(address, said, kind="refused")
    except Invalid as error:
        return _refused(edition_id, error, problem=problem, opened=opened)
    if not shell.is_partial():
        return shell.back(f"{address}#blocks", notice, undo=(undo, f"revision={edition.revision}") if undo else None)
    return _pieces(edition_id, template, problem=problem, notice=notice, undo=undo)


def _pieces(edition_id: int, template: str, *, status: int = 200, **values: Any) -> Response:
    with shell.assembly().database.reading() as session:
        edition, series = edition_view.load(session, edition_id)
        shown = edition_view.whole(session, edition, series)
    response = shell.show(template, status=status, error="", typed={}, **{**shown, **values})
    response.headers["X-Revision"] = str(edition.revision)
    return response


def _changed(edition_id: int) -> Response:
    """Somebody was faster: theirs is kept, and what was typed here stays on the screen."""
    typed = {name: value for name, value in request.form.items() if name in (*WORDS, *BLOCK_WORDS)}
    if not shell.is_partial():
        return editions.page(edition_id, status=409, typed=typed, conflict=True)
    with shell.assembly().database.reading() as session:
        edition, _ = edition_view.load(session, edition_id)
    response = shell.show("office/editions/conflict.html", status=409, edition=edition, conflict=True, is_piece=True)
    response.headers["HX-Reswap"] = "none"
    return response


def _refused(edition_id: int, error: Invalid, *, problem: str, opened: str) -> Response:
    """Something cannot be kept as it is: said where it was typed, and what was typed stays."""
    field = "section" if isinstance(error, BlockMisplaced) else (error.field or "")
    said = shell.say(TOO_LONG if str(error).startswith("longer") else PROBLEMS.get(field, edition_words.UNWRITABLE))
    if not shell.is_partial():
        typed = {name: value for name, value in request.form.items() if name in (*WORDS, *BLOCK_WORDS, "section")}
        return editions.page(edition_id, status=422, typed={**typed, "opened": opened, "problem": said})
    response = shell.show("office/editions/refusal.html", status=422, problem=problem or "words-problem", error=said)
    response.headers["HX-Reswap"] = "none"
    return response


def _section(word: str) -> Section:
    if word not in Section._value2member_map_:
        raise Invalid("no such section", field="section")
    return Section(word)
