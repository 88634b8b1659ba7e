"""A reader's own order of an edition: the same blocks, what they declared they care about first. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from crm.consent.interest import Interest, InterestKind
from crm.values.belgium.localities import provinces_in
from crm.values.identifiers import BlockId
from mailing.composition.model import Block, Edition, Section
from mailing.content.model import ContentKind, TermKind

MOST_GROUPS = 30
"""Blocks that may change places in one edition: each is one bit of a number that every database counts with."""
_KINDS = {TermKind.THEME: InterestKind.THEME, TermKind.COUNTRY: InterestKind.COUNTRY}


def interests_of(block: Block) -> frozenset[Interest]:
    """What a block speaks of, by its declared tags (none that we guessed), and for an event where it takes place."""
    item = block.content
    if item is None:
        return frozenset()
    found = {Interest(kind=_KINDS[term.kind], code=term.code) for term in item.terms if not term.derived}
    if item.kind is ContentKind.EVENT:
        found |= {Interest(kind=InterestKind.REGION, code=one.value) for one in provinces_in(item.place)}
    return frozenset(found)


def groups(edition: Edition) -> dict[int, tuple[BlockId, frozenset[Interest]]]:
    """The blocks that a reader's choices can move, each under a power of two.

    Not the top story, which the editors chose for everybody, nor a block that is alone in its section.
    """
    movable = [
        block
        for block in edition.blocks
        if block.section is not Section.TOP and len(edition.in_section(block.section)) > 1 and interests_of(block)
    ]
    return {1 << n: (block.id, interests_of(block)) for n, block in enumerate(movable[:MOST_GROUPS])}


def ordered(edition: Edition, liked: Collection[BlockId]) -> Edition:
    """The same edition with the liked blocks first in their sections; among themselves all stay as the editors put."""
    return replace(edition, blocks=tuple(sorted(edition.blocks, key=lambda block: block.id not in liked)))


def nearest(likes: int, made: Iterable[int]) -> int:
    """Of the selections that were made, the one with most of what a reader likes and nothing else; 0 for none."""
    return max((one for one in made if one & ~likes == 0), key=lambda one: (one.bit_count(), -one), default=0)


def kept(counted: Mapping[int, int], *, most: int) -> tuple[int, ...]:
    """Which selections are worth making: those of most readers, the smaller number first where as many."""
    return tuple(sorted(sorted(counted), key=lambda one: -counted[one])[:most])
