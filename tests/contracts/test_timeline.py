"""One timeline out of many sources: page after page, nothing twice, nothing left out, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from crm.contracts.person_page import Look, TimelineEntry, TimelineSource
from crm.contracts.timeline import Cursor, page
from crm.foundation.newest import Before
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from tests.conftest import NOW

LOOK = Look(person_id=PersonId(1), language=Language.FR, now=NOW)
NOBODY = Session()
LONG_AGO = 60 * 24 * 365 * 70
"""Minutes that lead to before 1970, where instants are counted below zero."""


@dataclass(frozen=True)
class Shelf:
    """A source that holds its entries in a list, and answers as a store does."""

    source: str
    held: tuple[TimelineEntry, ...]
    kind: str = "kind"
    label: str = "Label"
    permission: str = "supporters.read"

    def entries(self, session: Session, look: Look, *, before: Before | None, size: int) -> Sequence[TimelineEntry]:
        found = sorted(self.held, key=lambda entry: (entry.at, entry.number), reverse=True)
        if before is not None:
            found = [entry for entry in found if (entry.at, entry.number) < (before.at, before.number)]
        return found[:size]


@st.composite
def shelves(draw: st.DrawFn) -> list[TimelineSource]:
    """A few sources whose entries often share an instant."""
    made: list[TimelineSource] = []
    for name in draw(st.lists(st.sampled_from(["a.b", "consent", "file", "mails"]), unique=True, max_size=4)):
        minutes = draw(st.lists(st.sampled_from([0, 1, 2, 3, LONG_AGO, LONG_AGO + 1]), max_size=12))
        entries = (
            TimelineEntry(source=name, number=number, at=NOW - timedelta(minutes=minute), title=f"{name} {number}")
            for number, minute in enumerate(minutes)
        )
        made.append(Shelf(name, tuple(entries)))
    return made


@given(shelves(), st.integers(1, 7))
def test_pages_put_together_are_the_whole_timeline(sources: list[TimelineSource], size: int) -> None:
    read: list[TimelineEntry] = []
    after: Cursor | None = None
    while True:
        found = page(NOBODY, LOOK, sources, after=after, size=size)
        read += found.entries
        if found.next is None:
            break
        after = Cursor.read(str(found.next))
        assert after == found.next
    whole = [entry for source in sources for entry in source.entries(NOBODY, LOOK, before=None, size=1000)]
    assert read == sorted(whole, key=lambda entry: (entry.at, entry.source, entry.number), reverse=True)


@given(st.text(max_size=60))
def test_an_address_that_is_no_cursor_is_none(text: str) -> None:
    found = Cursor.read(text)
    assert found is None or Cursor.read(str(found)) == found
