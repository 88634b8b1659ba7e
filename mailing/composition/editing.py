"""Edits of a draft, each guarded by the revision it was read at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from crm.values.errors import Invalid
from crm.values.identifiers import BlockId, ContentId, EditionId
from crm.values.web_address import web_address
from mailing.composition import blocks, rules, store
from mailing.composition.errors import (
    BlockMisplaced,
    BlockMissing,
    EditionChanged,
    EditionElsewhere,
    EditionMissing,
)
from mailing.composition.model import Among, Block, Edition, EditionState, ProposedBlock, Section, Why
from mailing.composition.rules import Step
from mailing.composition.words import one_line
from mailing.content import service as content

WORDS = ("subject", "preheader", "greeting", "opening")
BLOCK_WORDS = ("title", "intro", "button", "url")
LONGEST = {"subject": 300, "preheader": 300, "greeting": 300, "title": 300, "button": 60, "url": 1000}
LONGEST_TEXT = 5000


def check(found: Edition, step: Step, *, revision: int) -> None:
    """Raises `EditionElsewhere` or `EditionChanged` where the step cannot be taken on what was read."""
    if not rules.may(step, found.state, number=found.number):
        raise EditionElsewhere(found.state)
    if found.revision != revision:
        raise EditionChanged(read=revision, now=found.revision)


def changed(session: Session, edition_id: EditionId, *, read: int) -> EditionChanged | EditionElsewhere:
    """The news that somebody else was faster."""
    now = store.state_of(session, edition_id)
    if now is None:
        raise EditionMissing
    return EditionChanged(read=read, now=now[1])


def step(
    session: Session,
    edition_id: EditionId,
    taken: Step,
    state: EditionState,
    values: Mapping[str, Any],
    *,
    revision: int | None = None,
) -> None:
    """Takes a step in one statement; raises what stood in its way."""
    if store.change(session, edition_id, {**values, "state": state}, states=rules.states_for(taken), revision=revision):
        return
    _refuse(session, edition_id, taken, revision)


def set_words(session: Session, edition_id: EditionId, *, revision: int, words: Mapping[str, str]) -> None:
    """Writes some of the edition's own words."""
    _draft(session, edition_id, revision, _clean(words, WORDS))


def set_among(session: Session, edition_id: EditionId, among: Among | None, *, revision: int) -> None:
    """Writes among whom it looks for its readers."""
    one = among or Among()
    values = {
        "segment_id": one.segment_id,
        "segment_version": one.version if one.segment_id is not None else None,
        "appeal_id": one.appeal_id,
        "appeal_cell": one.cell_id,
    }
    _draft(session, edition_id, revision, values)


def edit_block(
    session: Session, edition_id: EditionId, block_id: BlockId, *, revision: int, words: Mapping[str, str]
) -> None:
    """Writes some of a block's words."""
    values = {f"own_{name}": text for name, text in _block_words(words).items()}
    _draft(session, edition_id, revision)
    _change(session, edition_id, block_id, values)


def use_library_words(session: Session, found: Edition, block_id: BlockId, *, revision: int) -> None:
    """Only a block that comes from the library has other words to go back to."""
    if _block(found, block_id).content is None:
        raise BlockMisplaced
    _draft(session, found.id, revision)
    _change(session, found.id, block_id, dict.fromkeys([f"own_{name}" for name in BLOCK_WORDS]))


def reorder(session: Session, found: Edition, block_ids: Sequence[BlockId], *, revision: int) -> None:
    """The given order, each block in its own section."""
    section_of = {block.id: block.section for block in found.blocks}
    if sorted(block_ids) != sorted(section_of):
        raise EditionChanged(read=revision, now=found.revision)
    _draft(session, found.id, revision)
    blocks.arrange(session, found.id, [(section_of[block_id], block_id) for block_id in block_ids])


def arrange(session: Session, found: Edition, places: Mapping[Section, Sequence[BlockId]], *, revision: int) -> None:
    """The given order and sections; they must name every block once."""
    known = {block.id: block for block in found.blocks}
    wanted = [(section, block_id) for section, block_ids in places.items() for block_id in block_ids]
    if sorted(block_id for _, block_id in wanted) != sorted(known):
        raise EditionChanged(read=revision, now=found.revision)
    for section, block_id in wanted:
        _must_fit(section, known[block_id])
    _draft(session, found.id, revision)
    blocks.arrange(session, found.id, wanted)


def shift(session: Session, found: Edition, block_id: BlockId, by: int, *, revision: int) -> None:
    """One place up or down among the blocks of its section."""
    block = _block(found, block_id)
    order = [b.id for b in found.in_section(block.section)]
    place = order.index(block_id)
    order.insert(max(0, min(len(order) - 1, place + by)), order.pop(place))
    places = {s: order if s is block.section else [b.id for b in found.in_section(s)] for s in _sections(found)}
    arrange(session, found, places, revision=revision)


def move(session: Session, found: Edition, block_id: BlockId, section: Section, *, revision: int) -> None:
    """To the end of another section."""
    _block(found, block_id)
    places = {s: [b.id for b in found.in_section(s) if b.id != block_id] for s in _sections(found)}
    places.setdefault(section, []).append(block_id)
    arrange(session, found, places, revision=revision)


def set_removed(session: Session, edition_id: EditionId, block_id: BlockId, *, removed: bool, revision: int) -> None:
    """Takes a block out, or puts it back."""
    _draft(session, edition_id, revision)
    _change(session, edition_id, block_id, {"removed": removed})


def removed(session: Session, found: Edition) -> tuple[Block, ...]:
    """The blocks taken out of an edition."""
    rows = blocks.of_editions(session, [found.id], removed=True)[found.id]
    library = content.items(session, ids=sorted({ContentId(r.content_id) for r in rows if r.content_id is not None}))
    series = store.find_newsletter(session, found.newsletter_id)
    assert series is not None
    return tuple(blocks.noun(row, {item.id: item for item in library}, series.language) for row in rows)


def add(
    session: Session,
    edition_id: EditionId,
    section: Section,
    *,
    revision: int,
    content_id: ContentId | None,
    words: Mapping[str, str],
) -> None:
    """A new block at the end; sections keep their own order, so it lands at the end of its section."""
    item = content.find_item(session, content_id) if content_id is not None else None
    if content_id is not None and item is None:
        raise BlockMissing
    if not rules.fits(section, item.kind if item else None):
        raise BlockMisplaced
    if item is None and not words.get("title", "").strip():
        raise Invalid("a block needs a title", field="title")
    texts = _block_words(words if item is None else {}, complete=item is None)
    _draft(session, edition_id, revision)
    start = blocks.last_position(session, edition_id)
    new = ProposedBlock(section=section, why=Why.BY_HAND, content=item, **texts)
    blocks.add(session, edition_id, [new], start=start)


def _draft(session: Session, edition_id: EditionId, revision: int, values: Mapping[str, Any] | None = None) -> None:
    if not store.change(session, edition_id, values or {}, states=rules.states_for(Step.EDIT), revision=revision):
        _refuse(session, edition_id, Step.EDIT, revision)


def _refuse(session: Session, edition_id: EditionId, taken: Step, revision: int | None) -> None:
    now = store.state_of(session, edition_id)
    if now is None:
        raise EditionMissing
    if now[0] not in rules.states_for(taken):
        raise EditionElsewhere(now[0])
    raise EditionChanged(read=revision or 0, now=now[1])


def _change(session: Session, edition_id: EditionId, block_id: BlockId, values: Mapping[str, Any]) -> None:
    if values and not blocks.change(session, edition_id, block_id, values):
        raise BlockMissing


def _block(found: Edition, block_id: BlockId) -> Block:
    for block in found.blocks:
        if block.id == block_id:
            return block
    raise BlockMissing


def _sections(found: Edition) -> list[Section]:
    return list(dict.fromkeys(block.section for block in found.blocks))


def _must_fit(section: Section, block: Block) -> None:
    if section is not block.section and not rules.fits(section, block.content.kind if block.content else None):
        raise BlockMisplaced


def _block_words(words: Mapping[str, str], *, complete: bool = False) -> dict[str, str]:
    clean = _clean(words, BLOCK_WORDS)
    if complete or "url" in clean:
        clean["url"] = web_address(clean.get("url", ""), field="url")
    return clean


def _clean(words: Mapping[str, str], allowed: Sequence[str]) -> dict[str, str]:
    unknown = set(words) - set(allowed)
    if unknown:
        raise Invalid(f"no such words: {', '.join(sorted(unknown))}")
    clean = {}
    for name, text in words.items():
        longest = LONGEST.get(name, LONGEST_TEXT)
        if len(text) > longest:
            raise Invalid(f"longer than {longest} characters", field=name)
        clean[name] = text.strip() if name in ("opening", "intro", "url") else one_line(text)
    return clean
