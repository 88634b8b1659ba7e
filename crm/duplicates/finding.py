"""Who may be one person: people who share a key are compared, each two of them once, and what scores is proposed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import combinations, groupby
from typing import Any

from sqlalchemy.orm import Session

from crm.duplicates import facts, rules
from crm.duplicates.model import PROPOSED_FROM, Facts, Likeness
from crm.people import comparing

LARGEST_BLOCK = 60
"""What more people share tells nobody apart (see docs/duplicates.md for what it costs in recall)."""

Scored = tuple[int, int, Likeness]


def among_everybody(session: Session) -> tuple[int, int, list[Scored]]:
    """(people compared, pairs compared, what scored) of the whole base; memory grows with the people, not the pairs."""
    known = facts.of(session)
    blocks = list(_blocks(session, comparing.shared_keys(LARGEST_BLOCK), known))
    compared, scored = _scored(blocks, known, None)
    return len(known), compared, scored


def around(session: Session, person_ids: Collection[int]) -> tuple[int, int, list[Scored]]:
    """The same of the pairs in which one of those people is."""
    rows = session.execute(comparing.keys_shared_with(person_ids, LARGEST_BLOCK)).all()
    known = facts.of(session, {row.person_id for row in rows})
    blocks = list(_grouped(rows, known))
    compared, scored = _scored(blocks, known, frozenset(person_ids))
    return len(known), compared, scored


def between(session: Session, one: int, other: int) -> Likeness | None:
    """How alike those two are, as things stand."""
    known = facts.of(session, (one, other))
    return rules.likeness(known[one], known[other]) if one in known and other in known else None


def _blocks(session: Session, query: Any, known: Mapping[int, Facts]) -> Iterator[tuple[int, ...]]:
    yield from _grouped(session.execute(query.execution_options(yield_per=facts.AT_ONCE)), known)


def _grouped(rows: Iterable[Any], known: Mapping[int, Facts]) -> Iterator[tuple[int, ...]]:
    """Whom of each block we know, where there are two of them and one of them lives."""
    for _, block in groupby(rows, key=lambda row: (row[0], row[1])):
        members = tuple(row[2] for row in block if row[2] in known)
        if len(members) > 1 and not all(known[one].is_deceased for one in members):
            yield members


def _scored(
    blocks: list[tuple[int, ...]], known: Mapping[int, Facts], wanted: frozenset[int] | None
) -> tuple[int, list[Scored]]:
    """How many pairs were compared, and those that scored. Two who share several blocks are compared in the first."""
    belongs: dict[int, tuple[int, ...]] = {}
    for number, members in enumerate(blocks):
        for member in members:
            belongs[member] = (*belongs.get(member, ()), number)
    compared, scored = 0, []
    likeness = rules.likeness
    for number, members in enumerate(blocks):
        for one, other in combinations(members, 2):
            if wanted is not None and one not in wanted and other not in wanted:
                continue
            if known[one].is_deceased and known[other].is_deceased:
                continue  # nothing is written to either of them: no hurry
            theirs = belongs[other]
            if any(shared < number and shared in theirs for shared in belongs[one]):
                continue
            compared += 1
            alike = likeness(known[one], known[other])
            if alike is not None and alike.score >= PROPOSED_FROM:
                scored.append((one, other, alike))
    return compared, scored
