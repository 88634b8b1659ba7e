"""The versions of a segment: opened, set beside the one that stands, asked again."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from crm.segments import asking, service
from crm.segments.errors import SegmentMissing, ThingGone
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values.errors import Conflict, Invalid
from crm.web.office import guard, segment_view, shell
from crm.web.office.noting import note
from crm.web.office.segment_words import ERRORS
from crm.web.words import N_

blueprint = Blueprint("segment_versions", __name__, url_prefix="/office/segments")


@guard.page(blueprint, "/<int:segment_id>/versions/<int:number>", permission=Permission.SEGMENTS_READ)
def show(segment_id: int, number: int) -> ResponseReturnValue:
    """What an earlier version asked, and whom it would pick today beside the one that stands."""
    made = shell.assembly()
    with made.database.reading() as session:
        segment = segment_view.may_see(session, segment_id)
        version = service.version(session, segment.id, number, catalogue=made.questions)
        reads, found = segment_view.reader(session), None
        try:
            question = service.question(session, made.questions, [version.tree, segment.tree], at=shell.now())
            picks = service.picks(session, segment.id)
            before, now = (service.definition(tree, picks) for tree in (version.tree, segment.tree))
            found = asking.compare(before, now, question)
        except (Invalid, SegmentMissing, ThingGone):
            found = None  # it asks what cannot be asked any more
        return shell.show(
            "office/segments/version.html",
            segment=segment,
            version=version,
            before=reads.sentence(version.tree),
            now=reads.sentence(segment.tree),
            found=found,
            names={account.id: account.name for account in staff.accounts(session)},
        )


@guard.page(
    blueprint, "/<int:segment_id>/versions/<int:number>/restore", permission=Permission.SEGMENTS_EDIT, methods=("POST",)
)
def restore(segment_id: int, number: int) -> ResponseReturnValue:
    """Asks again what that version asked: one more version."""
    made, by = shell.assembly(), guard.signed_in().account.id
    try:
        with made.database.transaction() as session:
            segment = segment_view.may_see(session, segment_id)
            changed = service.restore(session, made.questions, segment.id, number, by=by, at=shell.now())
            note(session, "segment.restore", segment.id, {"version": changed.version, "of": number}, subject="segment")
    except (Invalid, Conflict) as wrong:
        key = getattr(wrong, "field", None)
        said = ERRORS["reason"] if key == "reason" else N_("Cette version ne peut plus être demandée.")
        here = url_for("segment_versions.show", segment_id=segment_id, number=number)
        return shell.back(here, shell.say(said), kind="refused")
    said = N_("Le segment demande de nouveau ce que demandait cette version.")
    return shell.back(url_for("segments.show", segment_id=segment_id), shell.say(said))
