"""What rooms say of some people, for the rules: one query for each source a tree asks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Select, bindparam

from crm.contracts.segment_fields import Asking, Source
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


_PEOPLE = "of_whom"
_OF_WHOM: Any = bindparam(_PEOPLE, expanding=True)
_MOST_BUILT = 1000
_built: dict[tuple[Any, ...], Select[*tuple[Any, ...]]] = {}
"""Statements that are the same at every question, or at every one of a day: writing one takes longer than asking it."""


class _Watched:
    """A question put to a source that notes what the source looks at to write its statement."""

    def __init__(self, asking: Asking) -> None:
        self.asking, self.seen = asking, set[str]()

    def __getattr__(self, name: str) -> Any:
        self.seen.add(name)
        return getattr(self.asking, name)


def _statement(
    question: Question, source: Source, given: Given, columns: frozenset[str]
) -> tuple[Select[*tuple[Any, ...]], Mapping[str, Any]]:
    """Of those people, with the values it is asked with (none of them `_PEOPLE`)."""
    if source.bound is None:
        return _written(question, source, given, columns), {}
    bound = source.bound(question.asking(columns, given, among=_OF_WHOM))
    found = _built.get((source.bound, bound.key))
    if found is None:
        found = _keep((source.bound, bound.key), _narrowed(bound.rows()))
    return found, bound.values


def _written(question: Question, source: Source, given: Given, columns: frozenset[str]) -> Select[*tuple[Any, ...]]:
    asked = (source.rows, given, columns)
    found = _built.get(asked)
    found = _built.get((*asked, question.today)) if found is None else found
    if found is not None:
        return found
    watched = _Watched(question.asking(columns, given, among=_OF_WHOM))
    found = _narrowed(source.rows(cast("Asking", watched)))
    if not watched.seen & {"session", "at"}:
        _keep((*asked, question.today) if "on" in watched.seen else asked, found)
    return found


def _narrowed(rows: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    all_of_them = rows.subquery()
    return all_of_them.select().where(all_of_them.c.person_id.in_(_OF_WHOM))


def _keep(key: tuple[Any, ...], built: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    if len(_built) >= _MOST_BUILT:
        _built.clear()
    _built[key] = built
    return built


def _rows(
    question: Question, source: Source, given: Given, columns: frozenset[str], person_ids: Collection[int]
) -> dict[int, list[dict[str, Any]]]:
    statement, values = _statement(question, source, given, columns)
    found: dict[int, list[dict[str, Any]]] = {}
    for row in question.session.execute(statement, {**values, _PEOPLE: sorted(person_ids)}).mappings():
        found.setdefault(row["person_id"], []).append(dict(row))
    return found
