"""Between whom a tie is today: its ends follow whoever they were merged into, and come back when that is undone.

A tie keeps of whom it was said (`recorded_person_id`, `recorded_other_id`, where that is not whom it leads to). Where
it lies follows from that and from who is whom alone, so that merges and their undoing may come in any order. Of several
that say the same of the same two, one is shown and the others sleep where they were said; so does a tie of two who are
one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from crm.foundation.database import hold
from crm.people import search_store
from crm.people.model import TieKind
from crm.people.tables import TieRow

Ends = tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Laid:
    """A tie, of whom it was said, and between whom it lies."""

    id: int
    kind: TieKind
    said: Ends
    lies: Ends


def settle(session: Session, people: Collection[int], *, touched: Collection[int]) -> None:
    """Lays the ties of those people, and of whoever was merged into them, between whom they are today.

    `touched`: those of them of whom something else is true now. What is said of none of these stays as it lies, so that
    what sleeps behind a tie that a colleague took away is not woken by somebody else's merge.
    """
    session.flush()
    circle = search_store.clusters(session, people)
    if not _ties(session, circle):
        return
    hold(session, "tie ends")  # merges at both ends of a tie wait for each other, and see each other
    several = _ties(session, circle)
    today = search_store.survivors(session, {end for tie in several for end in tie.said})
    own = search_store.clusters(session, touched)
    pairs: dict[tuple[Ends, TieKind], list[_Laid]] = {}
    for tie in several:
        one, other = (today.get(end, end) for end in tie.said)
        pairs.setdefault(((one, other), tie.kind), []).append(tie)
    wanted: dict[_Laid, Ends] = {}
    for (ends, _), equals in pairs.items():
        if own.keys() & {end for tie in equals for end in tie.said}:
            shown = None if ends[0] == ends[1] else min(equals, key=lambda tie: _rank(tie, ends))
            wanted |= {tie: ends if tie is shown else tie.said for tie in equals}
    _lay(session, several, wanted)


def _rank(tie: _Laid, ends: Ends) -> tuple[bool, bool, int]:
    """Shown is what was said of these two themselves, else what is shown already, else what was said first."""
    return tie.said != ends, tie.lies != ends, tie.id


def _ties(session: Session, circle: Collection[int]) -> list[_Laid]:
    found: dict[int, _Laid] = {}
    for some in search_store.slices(circle):
        for row in session.execute(
            select(
                TieRow.id,
                TieRow.kind,
                TieRow.person_id,
                TieRow.other_person_id,
                TieRow.recorded_person_id,
                TieRow.recorded_other_id,
            ).where(or_(TieRow.person_id.in_(some), TieRow.other_person_id.in_(some)))
        ):
            said = (row.recorded_person_id or row.person_id, row.recorded_other_id or row.other_person_id)
            lies = (row.person_id, row.other_person_id)
            found[row.id] = _Laid(id=row.id, kind=row.kind, said=said, lies=lies)
    return [found[number] for number in sorted(found)]


def _lay(session: Session, several: Collection[_Laid], wanted: Mapping[_Laid, Ends]) -> None:
    """Moves each to where it belongs, after the one that lies there has left."""
    taken = {(tie.kind, tie.lies) for tie in several}
    waiting = {tie: ends for tie, ends in wanted.items() if tie.lies != ends}
    while ready := {tie: ends for tie, ends in waiting.items() if (tie.kind, ends) not in taken}:
        session.execute(update(TieRow), [_values(tie, ends) for tie, ends in ready.items()])
        taken -= {(tie.kind, tie.lies) for tie in ready}
        taken |= {(tie.kind, ends) for tie, ends in ready.items()}
        waiting = {tie: ends for tie, ends in waiting.items() if tie not in ready}
    session.expire_all()


def _values(tie: _Laid, ends: Ends) -> dict[str, Any]:
    return {
        "id": tie.id,
        "person_id": ends[0],
        "other_person_id": ends[1],
        "recorded_person_id": None if tie.said[0] == ends[0] else tie.said[0],
        "recorded_other_id": None if tie.said[1] == ends[1] else tie.said[1],
    }
