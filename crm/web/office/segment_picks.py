"""Who is in a segment, or out of it, by hand: the page of them, one by one, a pasted list, and taking it back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.people import service as people
from crm.people.model import Person
from crm.people.rules import shown_number, typed_number
from crm.segments import picking
from crm.segments.model import Fate, Line, Pick, Segment
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values.errors import Invalid
from crm.values.folding import folded
from crm.values.identifiers import PersonId
from crm.web.office import guard, segment_view, shell
from crm.web.office.noting import note
from crm.web.office.segment_words import FATES
from crm.web.words import N_

blueprint = Blueprint("segment_picks", __name__, url_prefix="/office/segments")

SIZE = 50
WAYS = {"in": True, "out": False}
ONE = {
    True: N_("Cette personne y est désormais, quoi que disent les conditions."),
    False: N_("Cette personne n’y est plus, quoi que disent les conditions."),
    None: N_("Les conditions décident de nouveau pour cette personne."),
}
DONE = {
    True: (N_("%(n)s personne est ajoutée à la main."), N_("%(n)s personnes sont ajoutées à la main.")),
    False: (N_("%(n)s personne est retirée à la main."), N_("%(n)s personnes sont retirées à la main.")),
}
NOTHING = {"lines": "", "how": "in", "reason": ""}
TAKEN = frozenset({Fate.NEW, Fate.TURNED})


@guard.page(blueprint, "/<int:segment_id>/picks", permission=Permission.SUPPORTERS_READ)
def index(segment_id: int) -> ResponseReturnValue:
    """Everybody whom a hand put in or out, the latest first. The trail notes who looked."""
    return _page(segment_id, how=request.args.get("how", ""), skip=max(0, request.args.get("skip", 0, type=int)))


@guard.page(blueprint, "/<int:segment_id>/picks/search", permission=Permission.SUPPORTERS_READ, methods=("POST",))
def search(segment_id: int) -> ResponseReturnValue:
    """Those among them who answer to a name, a number or a reason; by POST, so that no name stands in a URL."""
    return _page(segment_id, how=request.form.get("how", ""), text=request.form.get("text", "").strip()[:200])


@guard.page(blueprint, "/<int:segment_id>/pick", permission=Permission.SEGMENTS_EDIT, methods=("POST",))
def pick(segment_id: int) -> ResponseReturnValue:
    """Puts somebody in or out by hand, or lets the conditions decide again."""
    how, reason = WAYS.get(request.form.get("how", "")), request.form.get("reason", "")[: picking.LONGEST_REASON]
    here = url_for("segment_picks.index", segment_id=segment_id)
    there = here if request.form.get("from") == "picks" else url_for("segments.show", segment_id=segment_id)
    whom = [PersonId(request.form.get("person_id", 0, type=int))]
    try:
        with shell.assembly().database.transaction() as session:
            segment, by = segment_view.may_see(session, segment_id), guard.signed_in().account.id
            number = picking.pick(session, segment.id, whom, included=how, by=by, at=shell.now(), reason=reason)
            note(session, "segment.pick", segment.id, {"included": how}, subject="segment")
    except Invalid:
        full = N_("Cette personne ne peut pas être ajoutée : %(most)s à la main au plus, fiches connues seulement.")
        return shell.back(there, shell.say(full, most=picking.MOST_PICKS), kind="refused")
    return shell.back(there, shell.say(ONE[how]), undo=_undo(segment_id, number))


@guard.page(blueprint, "/<int:segment_id>/picks/read", permission=Permission.SEGMENTS_EDIT, methods=("POST",))
def read(segment_id: int) -> ResponseReturnValue:
    """What a pasted list would do, line by line; nothing is kept yet."""
    typed = {name: request.form.get(name, "") for name in ("lines", "how", "reason")}
    errors = _wrong(typed)
    if errors:
        return _page(segment_id, typed=typed, errors=errors, status=422)
    made = shell.assembly()
    with made.database.reading() as session:
        segment = _opened(session, segment_id)
        try:
            lines = picking.read(session, made.addresses, segment.id, typed["lines"], included=WAYS[typed["how"]])
        except Invalid:
            lines = ()
        known = people.people(session, {one for line in lines for one in line.people})
    if not lines:
        said = shell.say(N_("De 1 à %(most)s lignes à la fois."), most=picking.MOST_PICKS)
        return _page(segment_id, typed=typed, errors={"lines": said}, status=422)
    taken = [one.people[0] for one in lines if one.fate in TAKEN]
    return shell.show(
        "office/segments/picks_read.html", segment=segment, typed=typed, is_in=WAYS[typed["how"]], taken=taken,
        groups=_groups(lines, known), read=len(lines),
    )  # fmt: skip


@guard.page(blueprint, "/<int:segment_id>/picks/again", permission=Permission.SEGMENTS_EDIT, methods=("POST",))
def again(segment_id: int) -> ResponseReturnValue:
    """The list as it was pasted, to be mended."""
    return _page(segment_id, typed={name: request.form.get(name, "") for name in ("lines", "how", "reason")})


@guard.page(blueprint, "/<int:segment_id>/picks", permission=Permission.SEGMENTS_EDIT, methods=("POST",))
def put(segment_id: int) -> ResponseReturnValue:
    """Puts the people of a list that was looked over in or out, all at once."""
    typed = {name: request.form.get(name, "") for name in ("people", "lines", "how", "reason")}
    how, numbers = WAYS.get(typed["how"]), typed["people"].split()
    if how is None or not numbers or not all(one.isascii() and one.isdecimal() and len(one) < 16 for one in numbers):
        abort(400)
    try:
        with shell.assembly().database.transaction() as session:
            segment, by = _opened(session, segment_id), guard.signed_in().account.id
            whom = [PersonId(int(one)) for one in numbers]
            number = picking.pick(
                session, segment.id, whom, included=how, by=by, at=shell.now(), reason=typed["reason"]
            )
            note(session, "segment.pick-list", segment.id, {"included": how, "people": len(whom)}, subject="segment")
    except Invalid:
        said = shell.say(N_("Un segment a %(most)s personnes à la main au plus."), most=picking.MOST_PICKS)
        return _page(segment_id, typed=typed, errors={"lines": said}, status=422)
    there = url_for("segment_picks.index", segment_id=segment_id)
    return shell.back(there, shell.say_count(*DONE[how], len(whom)), undo=_undo(segment_id, number))


@guard.page(blueprint, "/<int:segment_id>/picks/undo", permission=Permission.SEGMENTS_EDIT, methods=("POST",))
def undo(segment_id: int) -> ResponseReturnValue:
    """Takes back what a hand did, one person or a whole list."""
    number = request.form.get("number", 0, type=int)
    with shell.assembly().database.transaction() as session:
        segment, by = segment_view.may_see(session, segment_id), guard.signed_in().account.id
        count = picking.undo(session, segment.id, number, by=by, at=shell.now())
        note(session, "segment.undo-pick", segment.id, {"people": count}, subject="segment")
    there = url_for("segment_picks.index", segment_id=segment_id)
    if not count:
        return shell.back(there, shell.say(N_("Changé depuis : il n’y a plus rien à annuler.")), kind="refused")
    return shell.back(there, shell.say(N_("C’est annulé : tout est comme avant.")))


def _page(
    segment_id: int,
    *,
    how: str = "",
    text: str = "",
    skip: int = 0,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    made = shell.assembly()
    with made.database.reading() as session:
        segment = _opened(session, segment_id)
        picks = picking.picked(session, segment.id)
        known = people.people(session, [one.person_id for one in picks])
        names = {account.id: account.name for account in staff.accounts(session)}
    several = [one for one in picks if how not in WAYS or one.is_included is WAYS[how]]
    found = [one for one in several if _answers(one, known.get(one.person_id), text)]
    shown = found[:200] if text else found[skip : skip + SIZE]
    if shown:
        with made.database.transaction() as session:
            note(session, "segment.read", segment.id, {"shown": len(shown)}, subject="segment")
    return shell.show(
        "office/segments/picks.html", status=status, segment=segment, names=names,
        rows=[(one, known[one.person_id]) for one in shown],
        how=how if how in WAYS else "", text=text, skip=skip, found=len(found), size=SIZE,
        total=len(picks), ins=sum(one.is_included for one in picks), typed=NOTHING | (typed or {}), errors=errors or {},
        most=picking.MOST_PICKS,
    )  # fmt: skip


def _answers(one: Pick, person: Person | None, text: str) -> bool:
    if person is None:
        return False
    if not text:
        return True
    number = typed_number(text)
    if number and any(sign.isdecimal() for sign in number) and number in person.member_number:
        return True
    said = folded(" ".join((person.full_name, *(point.value for point in person.contact_points), one.reason)))
    return all(word in said for word in folded(text).split())


def _groups(lines: tuple[Line, ...], known: dict[PersonId, Person]) -> list[dict[str, Any]]:
    """The lines by what becomes of them, what wants looking at first."""
    found = []
    for fate in FATES:
        several = [line for line in lines if line.fate is fate]
        if several:
            rows = [
                (line, [(person.full_name or shell.say(N_("Sans nom")), shown_number(person.member_number))
                        for one in line.people if (person := known.get(one)) is not None])
                for line in several
            ]  # fmt: skip
            found.append(
                {
                    "fate": fate,
                    "title": shell.say(FATES[fate][1]),
                    "short": shell.say(FATES[fate][0]),
                    "rows": rows,
                    "is_taken": fate in TAKEN,
                }
            )
    return found


def _wrong(typed: dict[str, str]) -> dict[str, str]:
    errors = {}
    if not typed["lines"].strip():
        errors["lines"] = shell.say(N_("Collez au moins un numéro de membre ou une adresse e-mail."))
    if not 1 <= len(" ".join(typed["reason"].split())) <= picking.LONGEST_REASON:
        errors["reason"] = shell.say(N_("Écrivez d’où vient cette liste, en 200 signes au plus."))
    if typed["how"] not in WAYS:
        errors["how"] = shell.say(N_("Ajouter ou retirer ?"))
    return errors


def _opened(session: Session, segment_id: int) -> Segment:
    if not guard.may(Permission.SUPPORTERS_READ):
        abort(403)
    return segment_view.may_open(session, segment_id)


def _undo(segment_id: int, number: int) -> tuple[str, str] | None:
    return (url_for("segment_picks.undo", segment_id=segment_id), f"number={number}") if number else None
