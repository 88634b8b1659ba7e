"""The nouns of segments: the tree, its windows of time, the facts about one person, and what is kept of a segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from crm.consent.model import Channel
from crm.contracts.segment_fields import Measure
from crm.values.identifiers import AccountId, PersonId, SegmentId

FORM = 3
"""The version of the JSON form that is written today."""
DEEPEST = 8
MOST_CONDITIONS = 100
DEEPEST_IN_ALL = 24
MOST_IN_ALL = 500
"""The same with the segments that it asks about, each as often as it is asked about."""
MOST_VALUES = 500
"""More would be a slip or an attack, and no reading of it would help anybody."""
LARGEST_NUMBER = 10**13
LONGEST_MONTHS = 1200


class Unit(StrEnum):
    """In what a rolling window is counted."""

    DAYS = "days"
    MONTHS = "months"


@dataclass(frozen=True, kw_only=True, slots=True)
class Between:
    """From one day to another, both included; None is open."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Year:
    """A calendar year counted from the present one (-1: last year), or its part between two days (`MM-DD`).

    `to_date`: only up to the same day of that year as today.
    """

    shift: int = 0
    from_day: str = ""
    to_day: str = ""
    to_date: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Rolling:
    """So many completed months (or days) that ended so long ago; `length` None: everything before that."""

    unit: Unit = Unit.MONTHS
    length: int | None = 12
    ending: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Ahead:
    """So many months (or days) that lie ahead: from today, or from after so long; `length` None: all after that."""

    unit: Unit = Unit.MONTHS
    length: int | None = 1
    starting: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """A calendar month counted from the present one (-1: last month)."""

    shift: int = 0


Window = Between | Year | Month | Rolling | Ahead


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """At least, at most (both included); None is open. Texts compare sign by sign."""

    low: int | str | None = None
    high: int | str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """One of these; or, where `other`, any but these."""

    values: frozenset[str]
    other: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Near:
    """Less than so many kilometres from a Belgian postcode, from centre to centre."""

    postcode: str
    kilometres: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Test:
    """What a row must be like: a column, and what is asked of it. A row that says nothing passes no test."""

    __test__ = False  # no test of pytest's

    column: str
    asks: Words | Span | Near | Window


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """Something about somebody's rows of one source: those that pass every test, within a window, measured.

    `asks` is None for HAS, a window for FIRST and LAST, a span of whole numbers (cents) for all else. Of no rows the
    count and the sum are 0; no other measure has a value then, and asks in vain.
    """

    source: str
    measure: Measure = Measure.HAS
    where: tuple[Test, ...] = ()
    window: Window | None = None
    asks: Span | Window | None = None


class Relation(StrEnum):
    """How two measures are to stand to each other."""

    AT_LEAST = "at-least"
    MORE_THAN = "more-than"
    AT_MOST = "at-most"
    LESS_THAN = "less-than"


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """One of two measures of one source that are compared; never HAS, FIRST, LAST or AVERAGE."""

    measure: Measure
    where: tuple[Test, ...] = ()
    window: Window | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """The left measure stands so to that many percent of the right one; in vain where either has no rows."""

    source: str
    left: Side
    relation: Relation
    percent: int
    right: Side


@dataclass(frozen=True, kw_only=True, slots=True)
class InSegment:
    """Belongs to another segment, as that stands now."""

    segment_id: SegmentId


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """So many in a thousand, drawn by chance, the same ones each time for one seed."""

    per_thousand: int
    seed: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Every:
    """All of these hold; of none, everybody."""

    parts: tuple[Tree, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Some:
    """At least so many of these hold."""

    parts: tuple[Tree, ...]
    least: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Not:
    """This does not hold."""

    part: Tree


Leaf = Condition | Comparison | InSegment | Sample
Tree = Every | Some | Not | Leaf

Given = frozenset[tuple[str, frozenset[str]]]
"""The words a condition names for the required columns of its source."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Definition:
    """A whole segment: the tree, and who is in or out whatever it says."""

    tree: Tree
    included: frozenset[int] = frozenset()
    excluded: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What rooms say of one person: rows by source and given words. Without a row of their own nobody is found."""

    person_id: int
    rows: Mapping[tuple[str, Given], Sequence[Mapping[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class NewSegment:
    """A segment to keep. `reason` says why, where it asks something that tells an opinion."""

    name: str
    tree: Tree
    description: str = ""
    folder: str = ""
    reason: str = ""
    is_shared: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A count: how many people, when, of which version, how long it took."""

    people: int
    milliseconds: int
    counted_at: datetime
    number: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """A segment as it stands, with its last count."""

    id: SegmentId
    name: str
    description: str
    folder: str
    reason: str
    owner_id: AccountId | None
    is_shared: bool
    version: int
    created_at: datetime
    changed_at: datetime
    tree: Tree
    run: Run | None = None
    is_readable: bool = True
    """False where its tree is kept in a form that we do not know; `tree` says nothing then."""
    ended_at: datetime | None = None
    ended_by: AccountId | None = None
    """When it was put away and by whom; whatever asks about it goes on doing so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """One of the trees a segment has had, and how many were in or out by hand then."""

    number: int
    tree: Tree
    included: int
    excluded: int
    made_at: datetime
    made_by: AccountId | None


class Does(StrEnum):
    """What a condition can do by itself, from where it stands in the tree."""

    KEEPS_OUT = "keeps-out"
    BRINGS_IN = "brings-in"


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """What one condition, or a group, does: how many it holds of alone; how many are left (or brought together) after
    it and those before it, None within a group; and how many it alone keeps out of the whole, or brings in."""

    part: Tree
    does: Does
    depth: int
    alone: int
    left: int | None
    only: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """Why the gate refuses those who are out for want of one condition only, by purpose and channel."""

    part: Tree
    purpose: str
    channel: Channel
    reasons: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Breakdown:
    """How a segment comes to its number: out of how many, and what each condition does, in order; groups, then what
    they hold."""

    everybody: int
    people: int
    effects: tuple[Effect, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparing:
    """How many are in both of two segments, or in one only."""

    both: int
    first_only: int
    second_only: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """Why a part of a tree holds of somebody or not: what was found of them. `parts` are those below it."""

    part: Tree
    holds: bool
    found: Any = None
    parts: tuple[Told, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Membership:
    """Whether somebody is in a segment, why, and whether a hand put them in (True) or out (False)."""

    is_in: bool
    told: Told
    by_hand: bool | None
    is_known: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Pick:
    """That a hand put somebody in or out: when, who, why; `number` is the version of the segment that it made."""

    person_id: PersonId
    is_included: bool
    picked_at: datetime
    picked_by: AccountId | None
    reason: str
    number: int


class Fate(StrEnum):
    """What becomes of a line of a list of people."""

    NEW = "new"
    """Will be put in, or out."""
    TURNED = "turned"
    """The same, and the other way by hand until now."""
    THERE = "there"
    """By hand already, as asked."""
    AGAIN = "again"
    """Stands further up in the list."""
    SEVERAL = "several"
    """An address that several people share: their numbers tell them apart."""
    DIFFER = "differ"
    """Its cells name different people: which of them is to be settled."""
    DEAD = "dead"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line of a list that was pasted: which, what it says, whom it names, what becomes of it."""

    number: int
    text: str
    fate: Fate
    people: tuple[PersonId, ...] = ()


class ExportState(StrEnum):
    """How far a file of a segment is."""

    ASKED = "asked"
    """A second colleague has to look at it."""
    APPROVED = "approved"
    REFUSED = "refused"
    MADE = "made"
