"""Where a segment serves, and that one was put away while it still does: by whom, since when, and how to mend it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from crm.fundraising import service as fundraising
from crm.segments import service
from crm.segments.model import Segment
from crm.staff import service as staff
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.identifiers import SegmentId
from crm.web.office import guard, shell
from crm.web.words import N_
from mailing.composition import service as composition
from mailing.composition.model import EditionState

WAITING = frozenset({EditionState.DRAFT, EditionState.APPROVED, EditionState.HELD})
MOST_LOOKED_AT = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """A place that asks a segment; `address` is empty for whoever may not open it."""

    said: str
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Away:
    """A segment that was put away, in words."""

    id: SegmentId
    label: str
    said: str


def uses(session: Session, segment_id: SegmentId) -> tuple[Use, ...]:
    """The segments, the drafts of appeals and the editions yet to leave that ask it."""
    found = []
    mine = {one.id for one in service.segments(session, by=guard.signed_in().account.id)}
    for one in service.asking_about(session, segment_id):
        said = shell.say(N_("le segment « %(name)s »"), name=one.name)
        hidden = shell.say(N_("un segment d’une autre personne, qu’elle garde pour elle"))
        address = url_for("segments.show", segment_id=one.id)
        found.append(Use(said=said, address=address) if one.id in mine else Use(said=hidden, address=""))
    may_open = guard.may(Permission.CAMPAIGNS_READ)
    for appeal in fundraising.drafts_asking(session, segment_id):
        said = shell.say(N_("l’appel « %(name)s », pas encore figé"), name=appeal.plan.name)
        address = url_for("appeal_cells.show", appeal_id=appeal.id) if may_open else ""
        found.append(Use(said=said, address=address))
    may_open = guard.may(Permission.EDITIONS_READ)
    for edition in composition.editions(session, states=WAITING, limit=MOST_LOOKED_AT):
        if edition.among is not None and edition.among.segment_id == segment_id:
            said = shell.say(N_("une édition qui n’est pas partie : « %(subject)s »"), subject=edition.subject)
            address = url_for("editions.show", edition_id=edition.id) if may_open else ""
            found.append(Use(said=said, address=address))
    return tuple(found)


def away(session: Session, segment_ids: Collection[SegmentId]) -> dict[int, Away]:
    """Those of them that were put away, and that one may see."""
    several = service.away(session, segment_ids, by=guard.signed_in().account.id)
    return {int(one.id): put_away(session, one) for one in several}


def put_away(session: Session, segment: Segment) -> Away:
    """By whom and since when; what asks it goes on asking it as it stood."""
    assert segment.ended_at is not None
    names = {account.id: account.name for account in staff.accounts(session)}
    who = names.get(segment.ended_by) if segment.ended_by is not None else None
    facts = {"name": segment.name, "day": shell.day(brussels_day(segment.ended_at)), "who": who or ""}
    by_whom = who is not None
    label = N_("%(name)s (rangé le %(day)s par %(who)s)") if by_whom else N_("%(name)s (rangé le %(day)s)")
    said = (
        N_("« %(name)s » a été rangé le %(day)s par %(who)s. Il compte encore ici, tel qu’il était : reprenez-le, ou "
           "choisissez-en un autre.")
        if by_whom
        else N_("« %(name)s » a été rangé le %(day)s. Il compte encore ici, tel qu’il était : reprenez-le, ou "
                "choisissez-en un autre.")
    )  # fmt: skip
    return Away(id=segment.id, label=shell.say(label, **facts), said=shell.say(said, **facts))
