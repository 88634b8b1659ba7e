"""The saved segments that somebody is in now, shown on their page when it is asked for."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from crm.segments import asking, service
from crm.segments.errors import SegmentMissing
from crm.staff.model import Permission
from crm.web.office import guard, in_place, segment_view, shell
from crm.web.office.noting import note
from crm.web.office.supporter_page import find
from crm.web.words import N_

blueprint = Blueprint("supporter_segments", __name__, url_prefix="/office/supporters/<int:person_id>")


@guard.page(blueprint, "/segments", permission=Permission.SUPPORTERS_READ)
def show(person_id: int) -> ResponseReturnValue:
    """Those that the colleague may see and may ask all of; how many more there are that they may not ask."""
    if not guard.may(Permission.SEGMENTS_READ):
        raise SegmentMissing
    person, made = find(person_id), shell.assembly()
    with made.database.reading() as session:
        every = service.segments(session, by=guard.signed_in().account.id)
        askable = {one.id for one in service.askable(session, made.questions)}
        asked = [one for one in every if one.id in askable and segment_view.may_ask_all(session, one.tree)]
        found = asking.now_in(session, made.questions, asked, person.id, at=shell.now())
    if found:
        with made.database.transaction() as session:
            note(session, "supporter.segments", person.id, {"shown": len(found)})
    return in_place.form(
        "segments_now",
        shell.say(N_("Ses segments en ce moment")),
        person,
        segments=[one for one in asked if one.id in found],
        closed=len(every) - len(asked),
    )
