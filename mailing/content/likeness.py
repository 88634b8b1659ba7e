"""Finding, among things known, those an item may be speaking of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

from crm.values.languages import Language
from mailing.content import rules
from mailing.content.rules import Sighting

Thing = TypeVar("Thing")


class Likeness(Generic[Thing]):
    """Things by the marks of their titles, so that each item is compared with a few of them only."""

    def __init__(self) -> None:
        self._things: list[tuple[Thing, Sighting]] = []
        self._by_mark: dict[tuple[Language, str], list[int]] = {}

    def add(self, thing: Thing, language: Language, seen: Sighting) -> None:
        """One more thing to find."""
        for mark in rules.title_marks(seen.folded_title):
            self._by_mark.setdefault((language, mark), []).append(len(self._things))
        self._things.append((thing, seen))

    def find(self, language: Language, seen: Sighting) -> Iterator[Thing]:
        """The things for which `rules.is_same` holds, in the order they were added."""
        marks = rules.title_marks(seen.folded_title)
        for number in sorted({n for mark in marks for n in self._by_mark.get((language, mark), ())}):
            thing, known = self._things[number]
            if rules.is_same(seen, known):
                yield thing
