"""What trees name that may be deleted one day: tags, petitions, funds, appeals; under which names, and what is gone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from sqlalchemy.orm import Session

from crm.contracts.segment_fields import Column
from crm.segments import store
from crm.segments.catalogue import Catalogue
from crm.segments.errors import ThingGone
from crm.segments.model import Span, Test, Tree, Words
from crm.values.languages import Language

Thing = tuple[str, str, str]
"""A source, its column, and a word of it (or a number as it is written)."""


def named(tree: Tree, catalogue: Catalogue) -> frozenset[Thing]:
    """What a tree names of that kind."""
    found = set[Thing]()
    for source, where in catalogue.rows(tree):
        for test in where:
            column = source.find_column(test.column)
            if column is not None and column.known is not None:
                found |= {(source.key, column.key, word) for word in _words(test)}
    return frozenset(found)


def gone(session: Session, catalogue: Catalogue, trees: Iterable[Tree]) -> frozenset[Thing]:
    """What those trees name and nobody finds any more; a query for each column they name something of."""
    things = frozenset[Thing]().union(*(named(tree, catalogue) for tree in trees))
    found = set[Thing]()
    for source, column, words in _by_column(things):
        known = _column(catalogue, source, column).known
        assert known is not None
        found |= {(source, column, word) for word in words - known(session, words)}
    return frozenset(found)


def names(session: Session, catalogue: Catalogue, tree: Tree) -> list[list[str]]:
    """What a tree names, each under its name of today, to be kept with it."""
    found = []
    for source, column, words in _by_column(named(tree, catalogue)):
        asked = _column(catalogue, source, column)
        listed = asked.every or asked.options
        labels = {one.value: one.label for one in listed(session, Language.FR)} if listed is not None else {}
        found += [[source, column, word, labels.get(word, word)] for word in sorted(words)]
    return found


def refusal(session: Session, catalogue: Catalogue, things: Collection[Thing]) -> ThingGone:
    """Why nobody is picked: each thing as its column is called, under the name it was kept with last; else as it was
    written, and unknown."""
    kept = store.names(session, things)
    told = {
        one: (_column(catalogue, source, column).label, kept.get(one, word))
        for one in sorted(things)
        for source, column, word in (one,)
    }
    return ThingGone(list(told.values()), [said for one, said in told.items() if one not in kept])


def _words(test: Test) -> frozenset[str]:
    match test.asks:
        case Words(values=values):
            return values
        case Span(low=low, high=high) if low == high and low is not None:
            return frozenset({str(low)})
        case _:
            return frozenset()


def _by_column(things: Collection[Thing]) -> Iterator[tuple[str, str, frozenset[str]]]:
    for source, column in sorted({(source, column) for source, column, _ in things}):
        yield source, column, frozenset(word for one, other, word in things if (one, other) == (source, column))


def _column(catalogue: Catalogue, source: str, column: str) -> Column:
    found = catalogue.source(source).find_column(column)
    assert found is not None
    return found
