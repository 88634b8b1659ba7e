"""SQL of the search: what the index holds, what it should hold, and who answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

from sqlalchemy import (
    bindparam,
    delete,
    exists,
    func,
    select,
)
from sqlalchemy.orm import Session

from crm.foundation.bulk import pour
from crm.people import contact_store, search_entries
from crm.people.search_model import Entry, Facet
from crm.people.tables import (
    ContactPointRow,
    ExternalIdRow,
    PersonRow,
    PostalAddressRow,
    SearchTextRow,
    SearchWordRow,
)

SLICE = 2_000
"""People looked at in one query."""
PROBED = 5_000
"""How far a word's people are counted before it is taken to be frequent."""
_BEYOND = "\U0010ffff"
_MEANT_IN = (Facet.NAME, Facet.FIRST_NAME, Facet.MAIL, Facet.STREET, Facet.PLACE)
Held = Mapping[int, set[tuple[Facet, str]]]
T = TypeVar("T")


def slices(things: Iterable[T], size: int = SLICE) -> Iterator[list[T]]:
    """The same things, so many at a time."""
    waiting = iter(things)
    while some := list(islice(waiting, size)):
        yield some


def survivors(session: Session, person_ids: Collection[int]) -> dict[int, int]:
    """Who each of them is today; whom nobody ever knew, or who runs in a ring, is left out."""
    step = dict.fromkeys(person_ids, 0)
    at = {person_id: person_id for person_id in person_ids}
    ends: dict[int, int] = {}
    while at:
        into: dict[int, int | None] = {}
        for some in slices(set(at.values())):
            found = session.execute(select(PersonRow.id, PersonRow.merged_into_id).where(PersonRow.id.in_(some)))
            into |= {row.id: row.merged_into_id for row in found}
        further = {}
        for start, here in at.items():
            if here not in into:
                continue
            target = into[here]
            if target is None:
                ends[start] = here
            elif step[start] < 100:
                step[start] += 1
                further[start] = target
        at = further
    return ends


def clusters(session: Session, roots: Collection[int]) -> dict[int, int]:
    """Those people and everybody who was merged into them, each with whom they are today."""
    found = {root: root for root in roots}
    last: Mapping[int, int] = found
    while last:
        children: dict[int, int] = {}
        for some in slices(last):
            rows = session.execute(
                select(PersonRow.id, PersonRow.merged_into_id).where(PersonRow.merged_into_id.in_(some))
            )
            children |= {row.id: found[row.merged_into_id] for row in rows if row.merged_into_id is not None}
        last = {child: root for child, root in children.items() if child not in found}
        found |= last
    return found


def entries(session: Session, roots: Collection[int]) -> dict[int, list[Entry]]:
    """What each of those people can be found by, with what those had who were merged into them."""
    found: dict[int, list[Entry]] = {root: [] for root in roots}
    whole = clusters(session, roots)
    for some in slices(whole):
        for person_id, entry in _entries(session, some):
            root = whole[person_id]
            found[root].append(entry if root == person_id else search_entries.past(entry))
    return found


def _entries(session: Session, ids: Sequence[int]) -> Iterator[tuple[int, Entry]]:
    person, point, place = PersonRow, ContactPointRow, PostalAddressRow
    names = (person.first_name, person.last_name, person.organisation_name)
    numbers = (person.member_number, person.enterprise_number)
    for person_id, *held in session.execute(select(person.id, *names, *numbers).where(person.id.in_(ids))):
        for entry in search_entries.of_names(*(one or "" for one in held)):
            yield person_id, entry
    points = select(point.person_id, point.kind, point.value, point.ended_at).where(point.person_id.in_(ids))
    for row in session.execute(points):
        yield row.person_id, search_entries.of_point(row.kind, row.value, is_past=row.ended_at is not None)
    parts = [getattr(place, part) for part in contact_store.PARTS]
    lived = select(place.person_id, place.ended_at, *parts).where(place.person_id.in_(ids))
    for person_id, ended_at, *held in session.execute(lived):
        address = contact_store.address_of(dict(zip(contact_store.PARTS, held, strict=True)))
        for entry in search_entries.of_postal(address, is_past=ended_at is not None):
            yield person_id, entry
    external = select(ExternalIdRow.person_id, ExternalIdRow.value).where(ExternalIdRow.person_id.in_(ids))
    for person_id, value in session.execute(external):
        yield person_id, search_entries.of_external(value)
    texts = select(SearchTextRow.person_id, SearchTextRow.kind, SearchTextRow.text)
    for person_id, kind, text in session.execute(texts.where(SearchTextRow.person_id.in_(ids))):
        yield person_id, search_entries.of_text(kind, text)


def wanted(session: Session, roots: Collection[int]) -> Held:
    """The words under which each of those people should stand."""
    return {
        root: {(entry.facet, word) for entry in several for word in entry.words}
        for root, several in entries(session, roots).items()
    }


def held(session: Session, person_ids: Collection[int]) -> dict[int, set[tuple[Facet, str]]]:
    """The words under which each of those people stands."""
    row, found = SearchWordRow, defaultdict[int, set[tuple[Facet, str]]](set)
    for some in slices(person_ids):
        query = select(row.person_id, row.facet, row.word).where(row.person_id.in_(some))
        for person_id, facet, word in session.execute(query):
            found[person_id].add((facet, word))
    return found


def write(session: Session, should: Held, stands: Held) -> None:
    """Takes away what stands and should not, adds what should and does not."""
    surplus, lacking = _minus(stands, should), _minus(should, stands)
    table = SearchWordRow.__table__
    if surplus:
        these = (table.c[name] == bindparam(f"_{name}") for name in ("facet", "word", "person_id"))
        rows = [{"_facet": facet, "_word": word, "_person_id": person_id} for facet, word, person_id in surplus]
        session.connection().execute(delete(SearchWordRow).where(*these), rows)
    add(session, lacking)


def add(session: Session, rows: Collection[tuple[Facet, str, int]]) -> None:
    """More words; in the order of the index, which spares the disk."""
    if rows:
        pour(session, SearchWordRow.__table__, ("facet", "word", "person_id"), sorted(rows))  # type: ignore[arg-type]


def _minus(one: Held, other: Held) -> list[tuple[Facet, str, int]]:
    return [
        (facet, word, person_id)
        for person_id, pairs in one.items()
        for facet, word in pairs - other.get(person_id, set())
    ]


def empty(session: Session) -> None:
    """Throws the whole index away."""
    session.execute(delete(SearchWordRow))


def has_begun(session: Session) -> bool:
    """True where anybody stands in the index."""
    return session.scalar(select(SearchWordRow.person_id).limit(1)) is not None


def living(session: Session) -> Iterator[list[int]]:
    """Everybody who was not merged into another, in slices."""
    after = 0
    while True:
        query = select(PersonRow.id).where(PersonRow.id > after, PersonRow.merged_into_id.is_(None))
        ids = list(session.scalars(query.order_by(PersonRow.id).limit(SLICE)))
        if not ids:
            return
        yield ids
        after = ids[-1]


def strays(session: Session) -> int:
    """How many stand in the index who are nobody, or somebody else by now."""
    living_one = exists().where(PersonRow.id == SearchWordRow.person_id, PersonRow.merged_into_id.is_(None))
    query = select(func.count(func.distinct(SearchWordRow.person_id))).where(~living_one)
    return session.scalar(query) or 0
