"""Among whom an edition looks for its readers, as a select: a version of a segment, or whom an appeal asks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from crm.fundraising import selects as fundraising
from crm.segments import service as segments
from crm.segments.catalogue import Catalogue
from crm.segments.selects import members
from mailing.composition.model import Among
from mailing.delivery.errors import EditionNotReady


def people(
    session: Session, among: Among | None, catalogue: Catalogue | None, *, at: datetime
) -> Select[*tuple[Any, ...]] | None:
    """The `person_id` of those people; None for everybody.

    Raises `EditionNotReady` where nobody can say who is in that segment: nothing goes to more people than was meant.
    """
    if among is None:
        return None
    if among.appeal_id is not None:
        return fundraising.asked(among.appeal_id, among.cell_id)
    if catalogue is None or among.segment_id is None:
        raise EditionNotReady("nobody said how segments are asked")
    every = {one.number: one.tree for one in segments.versions(session, among.segment_id)}
    if among.version not in every:
        raise EditionNotReady("the segment has no such version")
    tree = every[among.version]
    definition = segments.definition(tree, segments.picks(session, among.segment_id))
    return members(definition, segments.question(session, catalogue, [tree], at=at))
