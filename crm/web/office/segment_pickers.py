"""What the pickers of the builder find as one types: among all there is to choose, not the latest only."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue

from crm.segments import service
from crm.staff.model import Permission
from crm.values.folding import folded
from crm.web.office import guard, segment_view, shell

blueprint = Blueprint("segment_pickers", __name__, url_prefix="/office/segments/pickers")

MOST = 50


@guard.page(blueprint, "/<source>/<column>", permission=Permission.SEGMENTS_EDIT)
def column(source: str, column: str) -> ResponseReturnValue:
    """The values of a column whose names hold what is typed, as JSON."""
    found = shell.assembly().questions.find(source)
    asked = found.find_column(column) if found is not None and segment_view.may_ask(found) else None
    listed = (asked.every or asked.options) if asked is not None else None
    if listed is None:
        abort(404)
    with shell.assembly().database.reading() as session:
        return _answer((one.value, one.label) for one in listed(session, shell.language()))


@guard.page(blueprint, "/segments", permission=Permission.SEGMENTS_EDIT)
def segments() -> ResponseReturnValue:
    """The segments one may see whose names, or folders, hold what is typed."""
    with shell.assembly().database.reading() as session:
        several = service.segments(session, by=guard.signed_in().account.id)
        return _answer((str(one.id), f"{one.folder} · {one.name}" if one.folder else one.name) for one in several)


def _answer(options: Iterable[tuple[str, str]]) -> ResponseReturnValue:
    words = folded(request.args.get("q", "")[:200]).split()
    found = [(value, label) for value, label in options if all(word in folded(label) for word in words)]
    shown = [{"value": value, "label": label} for value, label in found[:MOST]]
    return jsonify(options=shown, more=max(0, len(found) - MOST))
