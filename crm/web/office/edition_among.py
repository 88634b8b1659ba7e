"""To whom an edition goes: everybody who said yes, a segment, or those whom a frozen appeal asks."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from crm.fundraising import service as fundraising
from crm.segments import service as segments
from crm.staff.model import Permission
from crm.values.errors import Invalid
from crm.values.identifiers import AppealId, CellId, SegmentId
from crm.web.office import guard, segment_uses, segment_view, shell
from crm.web.words import N_
from mailing.composition.model import Among


def chosen(session: Session, text: str) -> Among | None:
    """What was picked of `choices`. Raises `Invalid` for what one may not see, or not ask."""
    kind, _, number = text.partition(":")
    if not kind:
        return None
    if not number.isdecimal() or len(number) > 15:
        raise Invalid("whom it goes to", field="among")
    if kind == "segment" and guard.may(Permission.SEGMENTS_READ):
        if segment_uses.away(session, {SegmentId(int(number))}):
            raise Invalid("a segment that was put away", field="among")
        segment = segment_view.may_see(session, int(number))
        if segment_view.may_ask_all(session, segment.tree):
            return Among(segment_id=segment.id, version=segment.version)
    if kind == "appeal" and guard.may(Permission.CAMPAIGNS_READ):
        appeal = fundraising.appeal(session, AppealId(int(number)))
        if appeal.is_open_to_editions:
            return Among(appeal_id=appeal.appeal.id)
    if kind == "cell" and guard.may(Permission.CAMPAIGNS_READ):
        appeal = fundraising.appeal_of(session, CellId(int(number)))
        if appeal.is_open_to_editions:
            return Among(appeal_id=appeal.id, cell_id=CellId(int(number)))
    raise Invalid("whom it goes to", field="among")


def facts(among: Among | None) -> dict[str, Any]:
    """The same for the trail."""
    if among is None:
        return {}
    if among.cell_id is not None:
        return {"appeal": among.appeal_id, "cell": among.cell_id}
    return (
        {"appeal": among.appeal_id}
        if among.appeal_id is not None
        else {"segment": among.segment_id, "version": among.version}
    )


def value(among: Among | None) -> str:
    """The same as a form says it."""
    if among is None:
        return ""
    if among.cell_id is not None:
        return f"cell:{among.cell_id}"
    return f"appeal:{among.appeal_id}" if among.appeal_id is not None else f"segment:{among.segment_id}"


def choices(session: Session, among: Among | None) -> list[tuple[str, str]]:
    """What whoever is signed in may pick; what stands is always among it."""
    found = [("", shell.say(N_("Toutes les personnes qui ont dit oui")))]
    if guard.may(Permission.SEGMENTS_READ):
        every = segments.segments(session, by=guard.signed_in().account.id)
        may_ask = [one for one in every if segment_view.may_ask_all(session, one.tree)]
        found += [(f"segment:{one.id}", shell.say(N_("Segment : %(name)s"), name=one.name)) for one in may_ask]
    if guard.may(Permission.CAMPAIGNS_READ):
        frozen = [one for one in fundraising.planned(session) if one.is_open_to_editions]
        for one in frozen:
            found.append((f"appeal:{one.id}", shell.say(N_("Appel : %(name)s"), name=one.plan.name)))
            cells = fundraising.cells(session, one.id)
            for cell in cells if len(cells) > 1 else ():
                said = N_("Appel : %(name)s, cellule %(cell)s")
                called = f"{cell.position:02d} · {cell.plan.name}"
                found.append((f"cell:{cell.id}", shell.say(said, name=one.plan.name, cell=called)))
    stands = value(among)
    if stands not in {one for one, _ in found}:
        gone = away(session, among)
        label = shell.say(N_("Segment : %(name)s"), name=gone.label) if gone else ""
        found.append((stands, label or shell.say(N_("Un public que vous ne voyez pas"))))
    return found


def away(session: Session, among: Among | None) -> segment_uses.Away | None:
    """A segment that stands and was put away, by whom and since when."""
    if among is None or among.segment_id is None or not guard.may(Permission.SEGMENTS_READ):
        return None
    return segment_uses.away(session, {among.segment_id}).get(among.segment_id)


def name(session: Session, among: Among | None) -> str:
    """What stands, in words; empty for everybody."""
    if among is None:
        return ""
    return dict(choices(session, among))[value(among)]
