"""SQL of the blocks of editions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from crm.values.identifiers import BlockId, ContentId, EditionId
from crm.values.languages import Language
from mailing.composition import words
from mailing.composition.model import Block, ProposedBlock, Section, Why
from mailing.composition.tables import BlockRow
from mailing.content.model import ContentItem

STEP = 10
"""Positions are written in steps, so that one block can be put between two."""


def of_editions(session: Session, edition_ids: Sequence[int], *, removed: bool = False) -> dict[int, list[BlockRow]]:
    """The blocks of each edition, in order: one query."""
    found: dict[int, list[BlockRow]] = {edition_id: [] for edition_id in edition_ids}
    rows = session.scalars(
        select(BlockRow)
        .where(BlockRow.edition_id.in_(edition_ids), BlockRow.removed == removed)
        .order_by(BlockRow.position, BlockRow.id)
        .execution_options(populate_existing=True)
    )
    for row in rows:
        found[row.edition_id].append(row)
    return found


def noun(row: BlockRow, library: Mapping[ContentId, ContentItem], language: Language) -> Block:
    """A block as its readers see it."""
    item = library.get(ContentId(row.content_id)) if row.content_id is not None else None
    theirs = {
        "title": item.title if item else "",
        "intro": item.intro if item else "",
        "button": words.button(item.kind if item else None, language),
        "url": item.url if item else "",
    }
    own = {"title": row.own_title, "intro": row.own_intro, "button": row.own_button, "url": row.own_url}
    shown = {name: theirs[name] if value is None else value for name, value in own.items()}
    return Block(
        id=BlockId(row.id),
        section=row.section,
        position=row.position,
        content=item,
        edited=item is not None and shown != theirs,
        why=row.why,
        **shown,
    )


def add(session: Session, edition_id: EditionId, proposed: Iterable[ProposedBlock], *, start: int = 0) -> None:
    """Writes blocks behind that position, in order."""
    session.add_all(
        BlockRow(
            edition_id=edition_id,
            section=block.section,
            position=start + STEP * place,
            content_id=block.content.id if block.content else None,
            why=block.why,
            own_title=None if block.content else block.title,
            own_intro=None if block.content else block.intro,
            own_button=block.button or None,
            own_url=None if block.content else block.url,
        )
        for place, block in enumerate(proposed, start=1)
    )
    session.flush()


def last_position(session: Session, edition_id: EditionId) -> int:
    """Where the last block stands; 0 in an empty edition."""
    found = session.scalar(select(func.max(BlockRow.position)).where(BlockRow.edition_id == edition_id))
    return found or 0


def change(session: Session, edition_id: EditionId, block_id: BlockId, values: Mapping[str, Any]) -> bool:
    """Writes columns of one block of that edition; False where it has no such block."""
    changed = session.execute(
        update(BlockRow)
        .where(BlockRow.id == block_id, BlockRow.edition_id == edition_id)
        .values(**values)
        .returning(BlockRow.id)
        .execution_options(synchronize_session=False)
    )
    return changed.first() is not None


def arrange(session: Session, edition_id: EditionId, places: Sequence[tuple[Section, BlockId]]) -> None:
    """Puts the blocks in that order, each into its section: one statement."""
    if not places:
        return
    session.execute(
        update(BlockRow)
        .where(BlockRow.edition_id == edition_id, BlockRow.id.in_([block_id for _, block_id in places]))
        .values(
            position=case({block_id: STEP * n for n, (_, block_id) in enumerate(places, 1)}, value=BlockRow.id),
            section=case({block_id: section.value for section, block_id in places}, value=BlockRow.id),
        )
        .execution_options(synchronize_session=False)
    )


def pin(session: Session, shown: Sequence[Block]) -> None:
    """Keeps the words as they are shown now, whatever the library says later: one statement."""
    if not shown:
        return
    session.execute(
        update(BlockRow)
        .where(BlockRow.id.in_([block.id for block in shown]))
        .values(
            own_title=case({block.id: block.title for block in shown}, value=BlockRow.id),
            own_intro=case({block.id: block.intro for block in shown}, value=BlockRow.id),
            own_button=case({block.id: block.button for block in shown}, value=BlockRow.id),
            own_url=case({block.id: block.url for block in shown}, value=BlockRow.id),
        )
        .execution_options(synchronize_session=False)
    )


def by_hand(session: Session, edition_id: EditionId) -> bool:
    """True where somebody put a block into that edition."""
    found = session.scalar(
        select(BlockRow.id).where(BlockRow.edition_id == edition_id, BlockRow.why == Why.BY_HAND).limit(1)
    )
    return found is not None
