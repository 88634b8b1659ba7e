"""What is compared of people, read in a handful of queries, for a few of them or for everybody."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from sys import intern
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from crm.duplicates.model import Facts
from crm.people import comparing
from crm.people.model import PersonKind
from crm.values.folding import folded

T = TypeVar("T")

AT_ONCE = 10_000


def of(session: Session, person_ids: Collection[int] | None = None) -> dict[int, Facts]:
    """The facts of those people (None: of everybody) who stand for themselves, dead or alive.

    Of everybody it takes about 600 bytes a person: texts that many share are kept once.
    """
    emails = _gathered(session, comparing.emails(person_ids), hash)
    phones = _gathered(session, comparing.phones(person_ids), hash)
    boxes = _gathered(session, comparing.letter_boxes(person_ids), intern)
    accounts = _gathered(session, comparing.remembered(person_ids), hash)
    names: dict[str, str] = {}
    found = {}
    for row in _rows(session, comparing.people(person_ids)):
        person_id, kind, first, last, organisation, title, birth_on, enterprise, is_deceased = row
        is_person = kind is PersonKind.INDIVIDUAL
        found[person_id] = Facts(
            person_id,
            kind,
            _folded(names, first) if is_person else "",
            _folded(names, last if is_person else organisation),
            title,
            birth_on,
            emails.get(person_id, ()),
            phones.get(person_id, ()),
            boxes.get(person_id, ()),
            accounts.get(person_id, ()),
            enterprise,
            bool(is_deceased),
        )
    return found


def _folded(names: dict[str, str], name: str) -> str:
    found = names.get(name)
    if found is None:
        found = names[name] = folded(name)
    return found


def _gathered(session: Session, query: Any, kept: Callable[[str], T]) -> dict[int, tuple[T, ...]]:
    found: dict[int, tuple[T, ...]] = {}
    for person_id, text in _rows(session, query):
        value = kept(text)
        before = found.get(person_id)
        if before is None:
            found[person_id] = (value,)
        elif value not in before:
            found[person_id] = (*before, value)
    return found


def _rows(session: Session, query: Any) -> Iterator[Any]:
    yield from session.execute(query.execution_options(yield_per=AT_ONCE))
