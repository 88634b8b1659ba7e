"""SQL of newsletters and editions; turns rows into nouns."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from crm.values.identifiers import AccountId, AppealId, CellId, ContentId, EditionId, NewsletterId, SegmentId
from mailing.composition import blocks
from mailing.composition.model import (
    Among,
    Block,
    Cadence,
    Edition,
    EditionState,
    Newsletter,
    Section,
    SectionPlan,
)
from mailing.composition.rules import LAUNCHED, WAITING
from mailing.composition.tables import BlockRow, EditionRow, NewsletterRow
from mailing.content import service as content


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """A newsletter and from where its next slots are looked for."""

    newsletter: Newsletter
    after: datetime


def newsletters(session: Session) -> tuple[Newsletter, ...]:
    """All of them, by name."""
    return tuple(_newsletter(row) for row in session.scalars(select(NewsletterRow).order_by(NewsletterRow.name)))


def find_newsletter(session: Session, newsletter_id: NewsletterId) -> Newsletter | None:
    """The newsletter of that number, or None."""
    row = session.get(NewsletterRow, newsletter_id)
    return _newsletter(row) if row else None


def find_newsletter_by_code(session: Session, code: str) -> Newsletter | None:
    """The newsletter of that short name, or None."""
    row = session.scalar(select(NewsletterRow).where(NewsletterRow.code == code))
    return _newsletter(row) if row else None


def add_newsletter(session: Session, values: Mapping[str, Any], *, at: datetime) -> Newsletter:
    """Writes a new newsletter; its schedule counts from `at`."""
    row = NewsletterRow(**values, created_at=at, scheduled_from=at)
    session.add(row)
    session.flush()
    return _newsletter(row)


def change_newsletter(session: Session, newsletter_id: NewsletterId, values: Mapping[str, Any]) -> None:
    """Writes columns of one newsletter."""
    row = session.get_one(NewsletterRow, newsletter_id)
    for column, value in values.items():
        setattr(row, column, value)
    session.flush()


def schedules(session: Session) -> tuple[Schedule, ...]:
    """The active newsletters, each with the later of its schedule's start and its last slot."""
    last = select(EditionRow.newsletter_id, func.max(EditionRow.due_at).label("due_at")).group_by(
        EditionRow.newsletter_id
    )
    slot = last.subquery("slot")
    rows = session.execute(
        select(NewsletterRow, slot.c.due_at)
        .outerjoin(slot, slot.c.newsletter_id == NewsletterRow.id)
        .where(NewsletterRow.is_active)
        .order_by(NewsletterRow.id)
    )
    return tuple(
        Schedule(newsletter=_newsletter(row), after=max(row.scheduled_from, due_at or row.scheduled_from))
        for row, due_at in rows
    )


def last_slot(session: Session, newsletter_id: NewsletterId, *, else_at: datetime) -> datetime:
    """The latest slot that has an edition."""
    found = session.scalar(select(func.max(EditionRow.due_at)).where(EditionRow.newsletter_id == newsletter_id))
    return found or else_at


def edition_at(session: Session, newsletter_id: NewsletterId, due_at: datetime) -> EditionId | None:
    """The edition of that slot, if there is one."""
    found = session.scalar(
        select(EditionRow.id).where(EditionRow.newsletter_id == newsletter_id, EditionRow.due_at == due_at)
    )
    return None if found is None else EditionId(found)


def add_edition(session: Session, **values: Any) -> EditionId:
    """Writes a new edition (columns by name)."""
    row = EditionRow(**values)
    session.add(row)
    session.flush()
    return EditionId(row.id)


def find_edition(session: Session, edition_id: EditionId) -> Edition | None:
    """One edition with its blocks: three queries, however many blocks."""
    row = session.get(EditionRow, edition_id, populate_existing=True)
    return _with_blocks(session, [row])[0] if row else None


def editions(
    session: Session,
    *,
    newsletter_id: NewsletterId | None,
    states: Collection[EditionState] | None,
    before: tuple[datetime, EditionId] | None,
    limit: int,
) -> tuple[Edition, ...]:
    """The latest slots first; `before` is where the page before ended."""
    query = select(EditionRow).order_by(EditionRow.due_at.desc(), EditionRow.id.desc()).limit(limit)
    if newsletter_id is not None:
        query = query.where(EditionRow.newsletter_id == newsletter_id)
    if states is not None:
        query = query.where(EditionRow.state.in_(states))
    if before is not None:
        query = query.where(
            or_(
                EditionRow.due_at < before[0],
                and_(EditionRow.due_at == before[0], EditionRow.id < before[1]),
            )
        )
    return _with_blocks(session, session.scalars(query.execution_options(populate_existing=True)).all())


def count_editions(
    session: Session, *, newsletter_id: NewsletterId | None, states: Collection[EditionState] | None
) -> int:
    """How many there are, for the head of a list."""
    query = select(func.count()).select_from(EditionRow)
    if newsletter_id is not None:
        query = query.where(EditionRow.newsletter_id == newsletter_id)
    if states is not None:
        query = query.where(EditionRow.state.in_(states))
    return session.scalar(query) or 0


def due(session: Session, now: datetime) -> tuple[Edition, ...]:
    """The approved editions whose hour has come, the earliest first."""
    rows = session.scalars(
        select(EditionRow)
        .where(EditionRow.state == EditionState.APPROVED, EditionRow.due_at <= now)
        .order_by(EditionRow.due_at, EditionRow.id)
        .execution_options(populate_existing=True)
    ).all()
    return _with_blocks(session, rows)


def change(
    session: Session,
    edition_id: EditionId,
    values: Mapping[str, Any],
    *,
    states: Collection[EditionState],
    revision: int | None = None,
) -> bool:
    """Writes columns and counts the revision up, in one statement; False where state or revision is another."""
    condition = [EditionRow.id == edition_id, EditionRow.state.in_(states)]
    if revision is not None:
        condition.append(EditionRow.revision == revision)
    changed = session.execute(
        update(EditionRow)
        .where(*condition)
        .values(**values, revision=EditionRow.revision + 1)
        .returning(EditionRow.id)
        .execution_options(synchronize_session=False)
    )
    return changed.first() is not None


def state_of(session: Session, edition_id: EditionId) -> tuple[EditionState, int] | None:
    """State and revision as they are now."""
    row = session.execute(select(EditionRow.state, EditionRow.revision).where(EditionRow.id == edition_id)).first()
    return (row.state, row.revision) if row else None


def slept_through(session: Session, newsletter_id: NewsletterId, *, before: datetime) -> tuple[EditionId, ...]:
    """The drafts whose hour went by before that instant."""
    found = session.scalars(
        select(EditionRow.id)
        .where(
            EditionRow.newsletter_id == newsletter_id,
            EditionRow.state == EditionState.DRAFT,
            EditionRow.due_at < before,
        )
        .order_by(EditionRow.due_at)
    )
    return tuple(EditionId(edition_id) for edition_id in found)


def made_up_before(session: Session, newsletter_id: NewsletterId, slot: datetime) -> datetime | None:
    """When the last edition before that slot was made up, of those that left or still may."""
    return session.scalar(
        select(func.max(EditionRow.proposed_at)).where(
            EditionRow.newsletter_id == newsletter_id,
            EditionRow.due_at < slot,
            EditionRow.state.in_(LAUNCHED | {EditionState.APPROVED, EditionState.HELD}),
        )
    )


def sent(
    session: Session, newsletter_id: NewsletterId, *, apart_from: EditionId | None = None
) -> dict[ContentId, datetime]:
    """What readers of this newsletter had, or are about to have, and the hour of the last edition that carried it."""
    carried = or_(
        EditionRow.state.in_(LAUNCHED | {EditionState.APPROVED, EditionState.HELD}),
        and_(EditionRow.state == EditionState.CANCELLED, EditionRow.number > 0),
    )
    query = (
        select(BlockRow.content_id, func.max(EditionRow.due_at))
        .join(EditionRow, EditionRow.id == BlockRow.edition_id)
        .where(EditionRow.newsletter_id == newsletter_id, carried, ~BlockRow.removed, BlockRow.content_id.is_not(None))
        .group_by(BlockRow.content_id)
    )
    if apart_from is not None:
        query = query.where(EditionRow.id != apart_from)
    return {ContentId(content_id): at for content_id, at in session.execute(query) if content_id is not None}


def renumber(session: Session, newsletter_id: NewsletterId) -> None:
    """Gives the waiting editions the numbers after the last one that left, in the order of their hours."""
    left = session.scalar(
        select(func.max(EditionRow.number)).where(
            EditionRow.newsletter_id == newsletter_id, EditionRow.state.not_in(WAITING)
        )
    )
    waiting = session.execute(
        select(EditionRow.id, EditionRow.number)
        .where(EditionRow.newsletter_id == newsletter_id, EditionRow.state.in_(WAITING))
        .order_by(EditionRow.due_at, EditionRow.id)
    ).all()
    for number, row in enumerate(waiting, start=(left or 0) + 1):
        if row.number != number:
            _number(session, row.id, number)


def take_number(session: Session, newsletter_id: NewsletterId, edition_id: EditionId) -> None:
    """Gives the edition that leaves now the number after the last one that left."""
    left = session.scalar(
        select(func.max(EditionRow.number)).where(
            EditionRow.newsletter_id == newsletter_id,
            EditionRow.state.not_in(WAITING),
            EditionRow.id != edition_id,
        )
    )
    _number(session, edition_id, (left or 0) + 1)


def _number(session: Session, edition_id: int, number: int) -> None:
    session.execute(
        update(EditionRow)
        .where(EditionRow.id == edition_id)
        .values(number=number)
        .execution_options(synchronize_session=False)
    )


def _with_blocks(session: Session, rows: Sequence[EditionRow]) -> tuple[Edition, ...]:
    found = blocks.of_editions(session, [row.id for row in rows])
    wanted = {block.content_id for row in rows for block in found[row.id] if block.content_id is not None}
    library = {item.id: item for item in content.items(session, ids=[ContentId(i) for i in sorted(wanted)])}
    languages = dict(
        session.execute(
            select(NewsletterRow.id, NewsletterRow.language).where(
                NewsletterRow.id.in_({row.newsletter_id for row in rows})
            )
        ).all()
    )
    return tuple(
        _edition(row, tuple(blocks.noun(block, library, languages[row.newsletter_id]) for block in found[row.id]))
        for row in rows
    )


def _edition(row: EditionRow, shown: tuple[Block, ...]) -> Edition:
    return Edition(
        id=EditionId(row.id),
        newsletter_id=NewsletterId(row.newsletter_id),
        number=row.number,
        due_at=row.due_at,
        state=row.state,
        subject=row.subject,
        preheader=row.preheader,
        greeting=row.greeting,
        opening=row.opening,
        blocks=shown,
        proposed_at=row.proposed_at,
        reason=row.reason,
        approved_by=None if row.approved_by is None else AccountId(row.approved_by),
        approved_at=row.approved_at,
        digest=row.digest,
        among=_among(row),
        revision=row.revision,
    )


def _newsletter(row: NewsletterRow) -> Newsletter:
    return Newsletter(
        id=NewsletterId(row.id),
        code=row.code,
        name=row.name,
        tagline=row.tagline,
        purpose=row.purpose,
        language=row.language,
        cadence=Cadence(frequency=row.frequency, weekday=row.weekday, at=row.at, lead_hours=row.lead_hours),
        layout=tuple(SectionPlan(section=Section(word), at_most=int(at_most)) for word, at_most in row.layout),
        sender_name=row.sender_name,
        sender_address=row.sender_address,
        reply_to=row.reply_to,
        late_hours=row.late_hours,
        minimum_items=row.minimum_items,
        is_active=row.is_active,
    )


def _among(row: EditionRow) -> Among | None:
    if row.segment_id is not None:
        return Among(segment_id=SegmentId(row.segment_id), version=row.segment_version or 1)
    if row.appeal_id is None:
        return None
    cell = None if row.appeal_cell is None else CellId(row.appeal_cell)
    return Among(appeal_id=AppealId(row.appeal_id), cell_id=cell)
