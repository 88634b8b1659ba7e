"""What rooms say of some people, for the rules: one query for each source a tree asks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from crm.contracts.segment_fields import Source
from crm.segments.model import Comparison, Condition, Facts, Given, InSegment, Side, Tree
from crm.segments.rules import leaves
from crm.segments.selects import Question, columns_of, person_columns


def facts_of(question: Question, tree: Tree, person_ids: Collection[int]) -> list[Facts]:
    """Facts enough to judge a tree, of each of those people, in the order given."""
    person = question.catalogue.person
    wanted: dict[tuple[str, Given], tuple[Source, frozenset[str]]] = {
        (person.key, frozenset()): (person, person_columns(tree, question))
    }
    for source, given, columns in _asked(question, tree):
        if not source.is_person:
            before = wanted.get((source.key, given), (source, frozenset()))[1]
            wanted[source.key, given] = source, before | columns
    rows = {key: _rows(question, source, key[1], columns, person_ids) for key, (source, columns) in wanted.items()}
    return [Facts(person_id=one, rows={key: found.get(one, []) for key, found in rows.items()}) for one in person_ids]


def _asked(question: Question, tree: Tree) -> list[tuple[Source, Given, frozenset[str]]]:
    found = []
    for leaf in leaves(tree):
        sides: Sequence[Condition | Side] = ()
        if isinstance(leaf, Condition):
            sides = (leaf,)
        elif isinstance(leaf, Comparison):
            sides = (leaf.left, leaf.right)
        elif isinstance(leaf, InSegment):
            found += _asked(question, question.others[leaf.segment_id].tree)
        if isinstance(leaf, Condition | Comparison):
            source = question.catalogue.source(leaf.source)
            found.append((source, question.catalogue.given(source.key, sides[0].where), columns_of(sides, source)))
    return found


def _rows(
    question: Question, source: Source, given: Given, columns: frozenset[str], person_ids: Collection[int]
) -> dict[int, list[dict[str, Any]]]:
    rows = source.rows(question.asking(columns, given)).subquery()
    found: dict[int, list[dict[str, Any]]] = {}
    for row in question.session.execute(rows.select().where(rows.c.person_id.in_(sorted(person_ids)))).mappings():
        found.setdefault(row["person_id"], []).append(dict(row))
    return found
