"""Segments in the database."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.segments.catalogue import Catalogue, is_known
from crm.segments.errors import TreeInvalid
from crm.segments.json_form import from_json
from crm.segments.model import Run, Segment, Some, Tree, Version
from crm.segments.tables import SegmentPickRow, SegmentRow, SegmentRunRow, SegmentVersionRow
from crm.values.identifiers import AccountId, SegmentId

NOTHING = Some(parts=(), least=1)


def segments(
    session: Session, segment_ids: Collection[SegmentId] | None = None, *, catalogue: Catalogue | None = None
) -> list[Segment]:
    """Those that were not put away, or those of these numbers, put away or not; by folder and name. Two queries.

    Each has its tree, its last count, and when it was put away. One that cannot be read is marked, and keeps nobody
    from the others; nor does one that asks what is not in the catalogue, where that is given.
    """
    wanted = (
        select(SegmentRow, SegmentVersionRow.tree)
        .join(
            SegmentVersionRow,
            (SegmentVersionRow.segment_id == SegmentRow.id) & (SegmentVersionRow.number == SegmentRow.version),
        )
        .order_by(SegmentRow.folder, SegmentRow.name, SegmentRow.id)
    )
    wanted = (
        wanted.where(SegmentRow.ended_at.is_(None))
        if segment_ids is None
        else wanted.where(SegmentRow.id.in_(segment_ids))
    )
    rows = session.execute(wanted).all()
    last = select(func.max(SegmentRunRow.id)).where(SegmentRunRow.segment_id.in_([row.id for row, _ in rows]))
    runs = session.scalars(select(SegmentRunRow).where(SegmentRunRow.id.in_(last.group_by(SegmentRunRow.segment_id))))
    by_segment = {run.segment_id: run for run in runs}
    return [_segment(row, _tree(tree, catalogue), by_segment.get(row.id)) for row, tree in rows]


def ended(session: Session) -> list[Segment]:
    """Those that were put away."""
    numbers = session.scalars(select(SegmentRow.id).where(SegmentRow.ended_at.is_not(None))).all()
    return segments(session, [SegmentId(number) for number in numbers]) if numbers else []


def row(session: Session, segment_id: SegmentId) -> SegmentRow | None:
    """The row of a segment that was not put away."""
    found = session.get(SegmentRow, segment_id, populate_existing=True)
    return found if found is not None and found.ended_at is None else None


def add_version(session: Session, segment_id: int, number: int, tree: dict[str, Any], **by: Any) -> None:
    """Keeps one more tree."""
    session.add(SegmentVersionRow(segment_id=segment_id, number=number, tree=tree, **by))
    session.flush()


def names(session: Session, things: Collection[tuple[str, str, str]]) -> dict[tuple[str, str, str], str]:
    """The names that versions kept of things, the newest each."""
    found: dict[tuple[str, str, str], str] = {}
    row = SegmentVersionRow
    for several in session.scalars(select(row.named).where(row.named.is_not(None)).order_by(row.id)):
        for source, column, word, name in several or ():
            if (source, column, word) in things:
                found[source, column, word] = name
    return found


def versions(session: Session, segment_id: SegmentId, *, catalogue: Catalogue | None = None) -> list[Version]:
    """Every tree a segment has had that can be read, the newest first."""
    rows = session.scalars(
        select(SegmentVersionRow)
        .where(SegmentVersionRow.segment_id == segment_id)
        .order_by(SegmentVersionRow.number.desc())
    )
    return [
        Version(
            number=one.number,
            tree=tree,
            included=one.included,
            excluded=one.excluded,
            made_at=one.made_at,
            made_by=AccountId(one.made_by) if one.made_by else None,
        )
        for one in rows
        if (tree := _tree(one.tree, catalogue)) is not None
    ]


def picks(session: Session, segment_ids: Collection[SegmentId]) -> dict[int, dict[int, bool]]:
    """Of each segment, who is in (True) or out (False) by hand."""
    found: dict[int, dict[int, bool]] = {segment_id: {} for segment_id in segment_ids}
    row = SegmentPickRow
    wanted = select(row.segment_id, row.person_id, row.is_included)
    for segment_id, person_id, is_in in session.execute(
        wanted.where(row.segment_id.in_(segment_ids), row.is_included.is_not(None))
    ):
        found[segment_id][person_id] = bool(is_in)
    return found


def pick_rows(session: Session, segment_id: SegmentId) -> list[SegmentPickRow]:
    """Every hand there was on a segment, the newest first."""
    row = SegmentPickRow
    found = select(row).where(row.segment_id == segment_id).order_by(row.picked_at.desc(), row.person_id)
    return list(session.scalars(found.execution_options(populate_existing=True)))


def add_run(session: Session, segment_id: SegmentId, run: Run) -> None:
    """Keeps a count."""
    session.add(
        SegmentRunRow(
            segment_id=segment_id,
            number=run.number,
            people=run.people,
            milliseconds=run.milliseconds,
            counted_at=run.counted_at,
        )
    )
    session.flush()


def _tree(kept: Any, catalogue: Catalogue | None) -> Tree | None:
    try:
        tree = from_json(kept)
    except TreeInvalid:
        return None
    return tree if catalogue is None or is_known(tree, catalogue) else None


def _segment(found: SegmentRow, tree: Tree | None, run: SegmentRunRow | None) -> Segment:
    return Segment(
        id=SegmentId(found.id),
        name=found.name,
        description=found.description,
        folder=found.folder,
        reason=found.reason,
        owner_id=AccountId(found.owner_id) if found.owner_id else None,
        is_shared=found.is_shared,
        version=found.version,
        created_at=found.created_at,
        ended_at=found.ended_at,
        ended_by=AccountId(found.ended_by) if found.ended_by else None,
        changed_at=found.changed_at,
        tree=NOTHING if tree is None else tree,
        is_readable=tree is not None,
        run=None
        if run is None
        else Run(people=run.people, milliseconds=run.milliseconds, counted_at=run.counted_at, number=run.number),
    )
