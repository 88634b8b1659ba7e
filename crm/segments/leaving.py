"""Files of segments that leave: agreed to by a second colleague where they are large, destroyed by a day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.care import service as care
from crm.care.errors import TaskMissing
from crm.consent.model import Channel
from crm.foundation.bulk import pour
from crm.foundation.database import hold
from crm.foundation.translation import N_, say
from crm.privacy import limits
from crm.segments.errors import ExportUndecided, OwnExport, SegmentChanged, SegmentUnshared, TooLarge
from crm.segments.model import ExportState, Segment
from crm.segments.more_columns import More
from crm.segments.tables import SegmentExportPersonRow, SegmentExportRow, SegmentRow
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId, SegmentId, TaskId
from crm.values.languages import Language

LONGEST_NAME = 70
DESTROY = N_("Faire confirmer la destruction : fichier du segment « %(name)s », remis à %(recipient)s")


@dataclass(frozen=True, kw_only=True, slots=True)
class SegmentFile:
    """A file as it is kept: itself it is not."""

    id: int
    purpose: str
    channel: Channel
    recipient: str
    more: tuple[More, ...]
    people: int
    state: ExportState
    version: int
    asked_by: AccountId | None
    decided_by: AccountId | None
    sha256: str
    at: datetime
    """When it left; until then, when it was asked for."""
    made_by: AccountId | None
    purge_on: date | None
    purged_on: date | None


def is_large(session: Session, people: int, *, on: date) -> bool:
    """Whether a file of so many people asks for a second colleague."""
    return people >= limits.value(session, limits.LARGE_FILE, on)


def ask(
    session: Session,
    segment: Segment,
    *,
    people: int,
    purpose: str,
    channel: Channel,
    recipient: str,
    definition: str,
    more: Collection[More] = (),
    at: datetime,
    by: AccountId,
) -> SegmentFile:
    """Asks a second colleague for a large file, of the segment as it stands (`definition` is its fingerprint).

    Raises SegmentUnshared.
    """
    if not segment.is_shared:
        raise SegmentUnshared
    row = SegmentExportRow(
        segment_id=segment.id,
        purpose=purpose,
        channel=channel.value,
        recipient=recipient,
        more=_kept(more),
        people=people,
        state=ExportState.ASKED,
        version=segment.version,
        definition=definition,
        asked_by=by,
        made_at=at,
        sha256="",
    )
    session.add(row)
    session.flush()
    return _noun(row)


def decide(
    session: Session, segment_id: SegmentId, export_id: int, *, approve: bool, by: AccountId, at: datetime
) -> SegmentFile:
    """A second colleague agrees or not. Raises ExportUndecided (once decided, too), OwnExport."""
    row = _row(session, segment_id, export_id)
    if row.state is not ExportState.ASKED:
        raise ExportUndecided
    if row.asked_by == by:
        raise OwnExport
    row.state = ExportState.APPROVED if approve else ExportState.REFUSED
    row.decided_at, row.decided_by = at, by
    session.flush()
    return _noun(row)


def ready(
    session: Session, segment: Segment, export_id: int, *, definition: str, people: int | None = None, at: datetime
) -> SegmentFile:
    """A file that may leave now, with so many people (None: nobody counted them yet).

    Raises ExportUndecided; SegmentChanged where it is no longer what was agreed to; AgreementOver where that was for
    fewer people, or too long ago.
    """
    row = _row(session, segment.id, export_id)
    if row.state is not ExportState.APPROVED:
        raise ExportUndecided
    if row.definition != definition:
        raise SegmentChanged
    since = row.decided_at or row.made_at
    limits.require_agreed(session, agreed=row.people, rows=people, since=since, is_seen=True, at=at)
    return _noun(row)


def left(
    session: Session,
    segment: Segment,
    person_ids: Sequence[int],
    *,
    purpose: str,
    channel: Channel,
    recipient: str,
    definition: str,
    sha256: str,
    more: Collection[More] = (),
    at: datetime,
    by: AccountId,
    export_id: int | None = None,
) -> SegmentFile:
    """Writes down that those people leave as a file, for what, and who receives it: once.

    Raises TooLarge where so many ask for a second colleague and none agreed (`export_id`), and as `ready` does.
    """
    on = brussels_day(at)
    if export_id is not None:
        ready(session, segment, export_id, definition=definition, people=len(person_ids), at=at)
        row = _row(session, segment.id, export_id)
    elif is_large(session, len(person_ids), on=on):
        raise TooLarge
    else:
        row = SegmentExportRow(
            segment_id=segment.id,
            purpose=purpose,
            channel=channel.value,
            recipient=recipient,
            more=_kept(more),
            version=segment.version,
            definition=definition,
            asked_by=by,
        )
        session.add(row)
    row.state, row.people, row.sha256, row.made_at, row.made_by = ExportState.MADE, len(person_ids), sha256, at, by
    row.purge_on = on + timedelta(days=limits.value(session, limits.SEGMENT_FILE, on))
    session.flush()
    table: Any = SegmentExportPersonRow.__table__
    pour(session, table, ("export_id", "person_id"), ((row.id, one) for one in person_ids))
    return _noun(row)


def files(session: Session, segment_id: SegmentId, *, size: int = 30) -> tuple[SegmentFile, ...]:
    """The files of a segment, the newest first."""
    row = SegmentExportRow
    rows = session.scalars(select(row).where(row.segment_id == segment_id).order_by(row.id.desc()).limit(size))
    return tuple(_noun(one) for one in rows)


def say_purged(session: Session, segment_id: SegmentId, export_id: int, *, by: AccountId, at: datetime) -> bool:
    """Notes that whoever had the file says it is destroyed; the reminder is done. True if that is news."""
    row = _row(session, segment_id, export_id)
    if row.state is not ExportState.MADE or row.purged_on is not None:
        return False
    row.purged_on = brussels_day(at)
    session.flush()
    settle(session, row.task_id, by=by, at=at)
    return True


def settle(session: Session, task_id: int | None, *, by: AccountId, at: datetime) -> None:
    """The reminder of a file is done, where there is one and somebody has not taken it away."""
    if task_id is None:
        return
    try:
        care.finish_task(session, TaskId(task_id), by=by, at=at)
    except TaskMissing:
        return


def remind(session: Session, *, language: Language, active: Collection[AccountId], at: datetime) -> int:
    """Asks whoever handed a file out to have its destruction confirmed, once its day has come; how many."""
    row, on = SegmentExportRow, brussels_day(at)
    query = (
        select(row, SegmentRow.name)
        .join(SegmentRow, SegmentRow.id == row.segment_id)
        .where(row.purge_on <= on, row.purged_on.is_(None), row.task_id.is_(None), row.state == ExportState.MADE)
        .order_by(row.id)
    )
    found = session.execute(query).all()
    for file, name in found:
        title = say(language, DESTROY, name=name[:LONGEST_NAME], recipient=file.recipient[:LONGEST_NAME])
        file.task_id = reminder(session, title, handed_by=file.made_by, active=active, at=at)
    session.flush()
    return len(found)


def reminder(
    session: Session, title: str, *, handed_by: int | None, active: Collection[AccountId], at: datetime
) -> int:
    """The task of whoever handed a file out; of whoever comes first where they have left the team."""
    assignee = AccountId(handed_by) if handed_by is not None and AccountId(handed_by) in active else None
    return care.add_task(session, title=title, by=None, at=at, due_on=brussels_day(at), assignee=assignee).id


def _kept(more: Collection[More]) -> str:
    return " ".join(one.value for one in More if one in more)


def _row(session: Session, segment_id: SegmentId, export_id: int) -> SegmentExportRow:
    hold(session, f"segment export {export_id}")
    row = session.get(SegmentExportRow, export_id, populate_existing=True)
    if row is None or row.segment_id != segment_id:
        raise ExportUndecided
    return row


def _noun(row: SegmentExportRow) -> SegmentFile:
    plain = ("id", "purpose", "recipient", "people", "state", "version", "sha256", "purge_on")
    return SegmentFile(
        **{name: getattr(row, name) for name in plain},
        asked_by=_by(row.asked_by),
        decided_by=_by(row.decided_by),
        made_by=_by(row.made_by),
        channel=Channel(row.channel),
        more=tuple(More(word) for word in row.more.split()),
        at=row.made_at,
        purged_on=row.purged_on,
    )


def _by(number: int | None) -> AccountId | None:
    return None if number is None else AccountId(number)
