"""Segments: the list, the library, one segment with its people, why somebody is in it, two side by side."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.people import service as people
from crm.segments import asking, picking, service
from crm.segments.errors import SegmentUsed
from crm.segments.library import READY
from crm.segments.model import Segment
from crm.segments.phrases import Ready
from crm.segments.questions import ASKED
from crm.segments.reading import Reader
from crm.segments.rules import asked_segments
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, PersonId, SegmentId
from crm.web.office import guard, person_search, segment_uses, segment_view, segment_why, shell
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("segments", __name__, url_prefix="/office/segments")

SIZE = 50
SLOW = 1000
"""Milliseconds from which a segment is said to be slow."""


@guard.page(blueprint, "", permission=Permission.SEGMENTS_READ)
def index() -> ResponseReturnValue:
    """By folder, each with its last count and that count's age; nothing is counted here."""
    catalogue = shell.assembly().questions
    with shell.assembly().database.reading() as session:
        found = service.segments(session, by=guard.signed_in().account.id, whole=True, catalogue=catalogue)
        reads = segment_view.reader(session)
        folders: dict[str, list[dict[str, Any]]] = {}
        for one in found:
            row = {"segment": one, "sentence": reads.sentence(one.tree) if one.is_readable else ""}
            folders.setdefault(one.folder, []).append(row)
        names = {account.id: account.name for account in staff.accounts(session)}
        stale = service.stale(session, found)
        ended = [segment_uses.put_away(session, one) for one in service.ended(session, by=guard.signed_in().account.id)]
        orphans = service.orphans(session, owners=_colleagues(session)) if guard.may(Permission.STAFF_MANAGE) else ()
    counted = [(one.run.milliseconds, one) for one in found if one.run is not None and one.is_readable]
    took = [each for each in counted if each[0] >= SLOW]
    slowest = sorted(took, key=lambda each: (-each[0], each[1].name))
    return shell.show(
        "office/segments/index.html", folders=folders, names=names, slow=SLOW, slowest=slowest, stale=stale,
        ended=ended, orphans=orphans,
    )  # fmt: skip


def _colleagues(session: Session) -> frozenset[AccountId]:
    return frozenset(account.id for account in staff.accounts(session) if account.is_active)


@guard.page(blueprint, "/<int:segment_id>/take-over", permission=Permission.STAFF_MANAGE, methods=("POST",))
def take_over(segment_id: int) -> ResponseReturnValue:
    """Makes a private one, of a colleague whose account is closed, the administrator's own."""
    with shell.assembly().database.transaction() as session:
        by = guard.signed_in().account.id
        before = service.take_over(session, SegmentId(segment_id), owners=_colleagues(session), by=by)
        facts = {"was": before.owner_id} if before.owner_id else {}
        note(session, "segment.take-over", segment_id, facts, subject="segment")
    said = N_("Ce segment est à vous, et à vous seul·e tant que vous ne le partagez pas.")
    return shell.back(url_for("segments.show", segment_id=segment_id), shell.say(said))


@guard.page(blueprint, "/library", permission=Permission.SEGMENTS_READ)
def library() -> ResponseReturnValue:
    """Those that are there from the first day, each with its definition and its reading."""
    with shell.assembly().database.reading() as session:
        reads = segment_view.reader(session)
        shelves = [
            (shell.say(title), [_on_shelf(one, reads) for one in several])
            for title, several in ((N_("Questions toutes prêtes"), ASKED), (N_("Statuts du métier"), READY))
        ]
    return shell.show("office/segments/library.html", shelves=shelves)


def _on_shelf(one: Ready, reads: Reader) -> dict[str, str]:
    return {
        "key": one.key,
        "name": shell.say(one.name),
        "definition": shell.say(one.definition),
        "sentence": reads.sentence(one.tree) if one.tree is not None else "",
    }


@guard.page(blueprint, "/<int:segment_id>", permission=Permission.SEGMENTS_READ)
def show(segment_id: int) -> ResponseReturnValue:
    """One segment: its sentence, its last count, what one can do with it."""
    return _show(segment_id, {})


def _show(segment_id: int, more: dict[str, Any], *, status: int = 200) -> ResponseReturnValue:
    with shell.assembly().database.reading() as session:
        found = service.find(session, SegmentId(segment_id), by=guard.signed_in().account.id)
        if found is not None and found.ended_at is not None:
            away = segment_uses.put_away(session, found)
            uses = segment_uses.uses(session, found.id)
            return shell.show("office/segments/away.html", segment=found, away=away, uses=uses)
        segment = segment_view.may_see(session, segment_id)
        reads = segment_view.reader(session)
        others = [one for one in service.segments(session, by=guard.signed_in().account.id) if one.id != segment.id]
        picks = service.picks(session, segment.id)
        versions = service.versions(session, segment.id, catalogue=shell.assembly().questions)
        values = {
            "segment": segment,
            "sentence": reads.sentence(segment.tree),
            "versions": [(one, reads.sentence(one.tree)) for one in versions],
            "names": {account.id: account.name for account in staff.accounts(session)},
            "others": others,
            "by_hand": (sum(picks.values()), len(picks) - sum(picks.values())),
            "is_stale": bool(service.stale(session, [segment])),
            "uses": segment_uses.uses(session, segment.id),
            "away": segment_uses.away(session, asked_segments(segment.tree)),
            "is_slow": segment.run is not None and segment.run.milliseconds >= SLOW,
        }
    nothing_asked: dict[str, Any] = {"membership": None, "who": "", "errors": {}}
    return shell.show("office/segments/show.html", status=status, **nothing_asked | values | more)


@guard.page(blueprint, "/<int:segment_id>/count", permission=Permission.SEGMENTS_READ, methods=("POST",))
def count(segment_id: int) -> ResponseReturnValue:
    """Counts it now, and keeps the count with its hour."""
    made = shell.assembly()
    with made.database.reading() as session:
        segment = segment_view.may_see(session, segment_id)
        panel = segment_view.panel(session, segment_view.definition_of(session, segment), number=segment.version)
    with made.database.transaction() as session:
        service.note_run(session, segment.id, panel.run)
    if shell.is_partial():
        return shell.show("office/segments/panel.html", panel=panel, built=None)
    return shell.back(url_for("segments.show", segment_id=segment_id))


@guard.page(blueprint, "/<int:segment_id>/people", permission=Permission.SUPPORTERS_READ)
def members(segment_id: int) -> ResponseReturnValue:
    """Who is in it, page by page. The trail notes who looked."""
    made, after = shell.assembly(), request.args.get("after", 0, type=int)
    with made.database.reading() as session:
        segment = segment_view.may_open(session, segment_id)
        question = service.question(session, made.questions, [segment.tree], at=shell.now())
        definition = segment_view.definition_of(session, segment)
        numbers = asking.sample(definition, question, size=SIZE + 1, after=after)
        found = people.people(session, [PersonId(number) for number in numbers[:SIZE]])
    with made.database.transaction() as session:
        note(session, "segment.read", segment.id, {"shown": len(found)}, subject="segment")
    return shell.show(
        "office/segments/people.html",
        segment=segment,
        rows=[found[PersonId(number)] for number in numbers[:SIZE] if number in found],
        is_first=not after,
        next_after=numbers[SIZE - 1] if len(numbers) > SIZE else None,
    )


@guard.page(blueprint, "/<int:segment_id>/why", permission=Permission.SUPPORTERS_READ, methods=("POST",))
def why(segment_id: int) -> ResponseReturnValue:
    """Why somebody is in or out, condition by condition. Their trail notes who looked."""
    made, typed = shell.assembly(), request.form.get("who", "")[:200]
    with made.database.reading() as session:
        segment = segment_view.may_see(session, segment_id)
        if not segment_view.may_ask_all(session, segment.tree):
            return _show(
                segment_id,
                {"errors": {"who": shell.say(N_("Votre rôle ne voit pas tout ce que ce segment demande."))}},
                status=403,
            )
        try:
            person_id = person_search.chosen(session)
        except Invalid:
            found = person_search.answers(session, typed)
            values = {"errors": {"who": shell.say(N_("Choisissez une personne."))}, "who": typed, "found": found}
            return _show(segment_id, values, status=422)
        question = service.question(session, made.questions, [segment.tree], at=shell.now())
        membership = asking.membership(segment_view.definition_of(session, segment), question, person_id)
        person = people.find_person(session, person_id)
        told = segment_why.shown(membership.told, segment_view.reader(session))
        by_hand = next((one for one in picking.picked(session, segment.id) if one.person_id == person_id), None)
        is_sensitive = service.sensitive(session, made.questions, segment.tree)
    with made.database.transaction() as session:
        note(session, "segment.why", person_id, {"segment": segment.id, "sensitive": is_sensitive})
    return _show(segment_id, {"membership": membership, "person": person, "told": told, "who": "", "hand": by_hand})


@guard.page(blueprint, "/<int:segment_id>/compare", permission=Permission.SEGMENTS_READ)
def compare(segment_id: int) -> ResponseReturnValue:
    """Two segments side by side: how many are in both, or in one only."""
    made = shell.assembly()
    with made.database.reading() as session:
        first = segment_view.may_see(session, segment_id)
        second = segment_view.may_see(session, request.args.get("with", 0, type=int))
        question = service.question(session, made.questions, [first.tree, second.tree], at=shell.now())
        sides: tuple[Segment, Segment] = (first, second)
        definitions = [segment_view.definition_of(session, one) for one in sides]
        found = asking.compare(definitions[0], definitions[1], question)
    return shell.show("office/segments/compare.html", first=first, second=second, found=found)


@guard.page(blueprint, "/<int:segment_id>/put-away", permission=Permission.SEGMENTS_EDIT, methods=("POST",))
def put_away(segment_id: int) -> ResponseReturnValue:
    """Ends a segment, once one has seen where it serves; it can be taken back."""
    with shell.assembly().database.reading() as session:
        segment = segment_view.may_see(session, segment_id)
        uses = segment_uses.uses(session, segment.id)
        is_asked = bool(service.asking_about(session, segment.id))
    if uses and (is_asked or not request.form.get("sure")):
        values = {"segment": segment, "uses": uses, "is_asked": is_asked}
        return shell.show("office/segments/put_away.html", status=409, **values)
    try:
        with shell.assembly().database.transaction() as session:
            service.put_away(session, segment.id, by=guard.signed_in().account.id, at=shell.now())
            note(session, "segment.put-away", segment.id, subject="segment")
    except SegmentUsed:
        message = N_("Un autre segment demande celui-ci : changez-le d’abord.")
        return shell.back(url_for("segments.show", segment_id=segment_id), shell.say(message), kind="refused")
    undo = (url_for("segments.bring_back", segment_id=segment_id), "")
    return shell.back(url_for("segments.index"), shell.say(N_("Le segment est rangé.")), undo=undo)


@guard.page(blueprint, "/<int:segment_id>/bring-back", permission=Permission.SEGMENTS_EDIT, methods=("POST",))
def bring_back(segment_id: int) -> ResponseReturnValue:
    """Takes that back."""
    with shell.assembly().database.transaction() as session:
        service.bring_back(session, SegmentId(segment_id), by=guard.signed_in().account.id)
        note(session, "segment.bring-back", segment_id, subject="segment")
    return shell.back(url_for("segments.show", segment_id=segment_id), shell.say(N_("Le segment est revenu.")))
