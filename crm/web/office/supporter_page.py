"""One person's page: what every room shows of them, and one timeline over all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.consent import service as consent
from crm.contracts import timeline
from crm.contracts.person_page import Look, Panel, Place, TimelineEntry, TimelineSource
from crm.people import service as people
from crm.people.errors import PersonMissing
from crm.people.model import Person
from crm.rooms import PERSON_PANELS, TIMELINE
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values.identifiers import AccountId, PersonId
from crm.web.office import guard, shell
from crm.web.office.supporter_trail import TrailTimeline

blueprint = Blueprint("supporter_page", __name__, url_prefix="/office/supporters")

SOURCES: tuple[TimelineSource, ...] = (*TIMELINE, TrailTimeline())
ENTRIES = 20


@guard.page(blueprint, "/<int:person_id>/timeline", permission=Permission.SUPPORTERS_READ)
def past(person_id: int) -> ResponseReturnValue:
    """The timeline by itself: of one `kind`, after the cursor `before`; htmx gets the piece alone."""
    person = find(person_id)
    kind, after = request.args.get("kind", ""), timeline.Cursor.read(request.args.get("before", ""))
    with shell.assembly().database.reading() as session:
        values = timeline_of(session, person, kind=kind, after=after)
    if not shell.is_partial():
        return shell.show("office/supporters/timeline_page.html", person=person, **values)
    template = "timeline_entries" if after else "timeline"
    return shell.show(f"office/supporters/{template}.html", person=person, **values)


def find(person_id: int) -> Person:
    """Somebody as they stand, whom they were merged into where they were. Raises `PersonMissing`."""
    with shell.assembly().database.reading() as session:
        person = people.find_survivor(session, PersonId(person_id))
    if person is None:
        raise PersonMissing
    return person


def panels_of(session: Session, person: Person, keys: Sequence[str] = ()) -> dict[Place, list[Panel]]:
    """The panels that this colleague may see, from the top, by place; only those of `keys` where they are given."""
    look = _look(person)
    found: dict[Place, list[Panel]] = {place: [] for place in Place}
    for one in sorted(PERSON_PANELS, key=lambda one: one.order):
        if (keys and one.key not in keys) or not guard.may(Permission(one.permission)):
            continue
        panel = one.panel(session, look)
        if panel is not None:
            found[one.place].append(panel)
    return found


def timeline_of(
    session: Session, person: Person, *, kind: str, after: timeline.Cursor | None, size: int = ENTRIES
) -> dict[str, Any]:
    """What the timeline's template shows: a page of entries, what one may filter by, where the rest begins."""
    seen = [source for source in SOURCES if guard.may(Permission(source.permission))]
    kinds = {source.kind: shell.say(source.label) for source in seen}
    wanted = [source for source in seen if kind not in kinds or source.kind == kind]
    page = timeline.page(session, _look(person), wanted, after=after, size=size)
    names = colleagues(session) if any(entry.by for entry in page.entries) else {}
    return {
        "entries": [_shown(entry, names) for entry in page.entries],
        "kinds": kinds,
        "kind": kind if kind in kinds else "",
        "next": str(page.next) if page.next else "",
    }


def colleagues(session: Session) -> dict[AccountId, str]:
    """The name of everybody of the team, those who have left too."""
    return {account.id: account.name for account in staff.accounts(session)}


def purpose_names(session: Session) -> dict[str, str]:
    """What each purpose is called, in the language of the person at the screen."""
    return {purpose.code: purpose.name(shell.language()) for purpose in consent.purposes(session)}


def _shown(entry: TimelineEntry, names: Mapping[AccountId, str]) -> dict[str, Any]:
    link = entry.link
    return {
        "at": entry.at,
        "title": entry.title,
        "text": entry.text,
        "shape": entry.shape,
        "by": names.get(entry.by, "") if entry.by else "",
        "href": url_for(link.endpoint, **dict[str, Any](link.numbers)) if link else "",
        "quote": entry.quote,
    }


def _look(person: Person) -> Look:
    known = {people.LOOKED_AT: person}
    return Look(person_id=person.id, language=shell.language(), now=shell.now(), known=known)
