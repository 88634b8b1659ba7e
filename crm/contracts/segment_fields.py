"""What every room lets one ask about people: rows that belong to somebody, and the columns they are told apart by."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Integer, Select, select
from sqlalchemy.orm import Session

from crm.values.languages import Language


class Kind(StrEnum):
    """What the values of a column are, and so how one asks about them."""

    WORD = "word"
    TEXT = "text"
    NUMBER = "number"
    CENTS = "cents"
    DAY = "day"
    INSTANT = "instant"
    BIRTH = "birth"
    """A day of birth: one asks about completed years."""
    ANNIVERSARY = "anniversary"
    """A day of birth as it returns each year (that of 29 February on the 28th): one asks when."""
    PLACE = "place"
    """A Belgian postcode: one asks how far it is from another."""


class Measure(StrEnum):
    """What is asked of somebody's rows, taken together."""

    HAS = "has"
    COUNT = "count"
    SUM = "sum"
    AVERAGE = "average"
    LARGEST = "largest"
    SMALLEST = "smallest"
    FIRST = "first"
    LAST = "last"


class Cost(StrEnum):
    """How much work a question is, said beside it."""

    LIGHT = "light"
    MEDIUM = "medium"
    HEAVY = "heavy"


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One value of a word, under its name."""

    value: str
    label: str


Options = Callable[[Session, Language], Sequence[Option]]
Telling = Callable[[Session], frozenset[str]]
"""Every word of a column that tells an opinion (GDPR art. 9), listed among its options or not."""
Known = Callable[[Session, frozenset[str]], frozenset[str]]
"""Which of some words of a column still stand for something."""


def kept_in(column: Any) -> Known:
    """Those that stand in a column of a table: a code, or a number as it is written."""

    def known(session: Session, words: frozenset[str]) -> frozenset[str]:
        if isinstance(column.type, Integer):
            numbers = {int(word) for word in words if word.isascii() and word.isdecimal() and len(word) < 16}
            return frozenset(str(one) for one in session.scalars(select(column).where(column.in_(sorted(numbers)))))
        return frozenset(session.scalars(select(column).where(column.in_(sorted(words)))))

    return known


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """Something rows are told apart by. `label` is a marked sentence; `is_required`: one always has to say which.

    `every`: all there are to choose, where `options` are the latest only. `known`: whether what a word, or an exact
    number, stands for is there, where it may be deleted: nobody is picked by what is gone, and nobody for not being so.
    `is_kept`: its words are of rows (the countries of addresses), which come and go, and not all of them are listed.
    """

    key: str
    label: str
    kind: Kind
    options: Options | None = None
    every: Options | None = None
    telling: Telling | None = None
    known: Known | None = None
    is_required: bool = False
    is_kept: bool = False

    @property
    def is_closed(self) -> bool:
        """Whether nothing but its options can ever stand in it."""
        return self.kind is Kind.WORD and self.options is not None and self.known is None and not self.is_kept


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """A question put to a source: when, which columns it minds, and the words it names for those required.

    `among`: the people it is about (whatever `in_` takes), or everybody. A source whose rows cost work for each person
    asks about them only; the others may leave it alone, since whoever asks picks them from the rows.
    """

    session: Session
    at: datetime
    on: date
    columns: frozenset[str]
    given: Mapping[str, frozenset[str]] = field(default_factory=dict)
    among: Any = None

    def only(self, person_id: Any) -> tuple[ColumnElement[bool], ...]:
        """What narrows rows to those people, for `where`."""
        return () if self.among is None else (person_id.in_(self.among),)


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What somebody's rows come to, written down beforehand and true at this moment: one row for each who has any.

    `figures` names the columns of `rows`: a measure of all their rows (no day), or of those from a day until today,
    where nothing counts as 0.
    """

    rows: Select[*tuple[Any, ...]]
    figures: Mapping[tuple[Measure, date | None], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Bound:
    """Rows as a statement that serves many questions: `values` are what its parameters are at this one.

    Two with an equal `key` are the same statement, whatever their values and as long as `Asking.among` is.
    """

    key: Hashable
    rows: Callable[[], Select[*tuple[Any, ...]]]
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Rows that belong to people: gifts, tags, letter boxes.

    `rows` gives `person_id` (never NULL) and at least the columns asked for. `day` is the column that windows look at,
    `amount` what is summed. `phrases` say each measure of many people in a marked sentence (`ont donné %(when)s`):
    `%(when)s` is a window, `%(how)s` a number, an amount or a day, each required column stands under its key,
    `%(what)s` are the tests on rows (which follow in brackets where it is absent).
    `denied` is the contrary of HAS. `definition` says what counts. `is_person`: the one row of everybody who can be
    found at all. `kept`: figures that save reading the rows, where there are any. `narrows`: rows of a few people are
    found much faster than those of all (`Asking.among`). `bound`: the same rows, where writing their statement takes
    longer than asking it. `turning`: the `person_id` of everybody (or of
    some more) whose rows come or go by the hour on the day of the question, while nobody writes anything.
    """

    key: str
    label: str
    definition: str
    columns: tuple[Column, ...]
    rows: Callable[[Asking], Select[*tuple[Any, ...]]]
    permission: str
    phrases: Mapping[Measure, str]
    denied: str
    day: str = ""
    amount: str = ""
    cost: Cost = Cost.LIGHT
    is_person: bool = False
    kept: Callable[[Asking], Kept | None] | None = None
    narrows: bool = False
    bound: Callable[[Asking], Bound] | None = None
    turning: Callable[[Asking], Select[*tuple[Any, ...]]] | None = None

    def find_column(self, key: str) -> Column | None:
        """The column of that name, or None."""
        return next((one for one in self.columns if one.key == key), None)


class SegmentFields(Protocol):
    """A room's `segment_fields.py`: what of its rows one may ask about."""

    SOURCES: tuple[Source, ...]
