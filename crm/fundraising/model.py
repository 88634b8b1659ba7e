"""The nouns of fundraising: an appeal, its cells, why people are left out, what is frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from crm.consent.model import Channel
from crm.donations.model import Appeal, Campaign
from crm.values.identifiers import AccountId, AppealId, CampaignId, CellId, PersonId, SegmentId, TagId
from crm.values.languages import Language

MOST_CELLS = 12
MOST_LADDER = 5
THOUSAND = 1000
MOST_APPEALS = 9_999
MOST_PRINTED = 999_999
"""So many appeals, and so many letters of each, fit in the ten figures of a structured communication."""
CHANNELS = (Channel.POST, Channel.PHONE, Channel.EMAIL)
"""By what an appeal asks; by mail it leaves as an edition of a newsletter, whose readers are those it asks."""


class Kind(StrEnum):
    """What an appeal is for."""

    GENERAL = "general"
    URGENT = "urgent"
    REACTIVATION = "reactivation"
    UPGRADE = "upgrade"


class Basis(StrEnum):
    """From what the amounts of a letter are reckoned."""

    LAST = "last"
    LARGEST = "largest"
    FIXED = "fixed"


class Reason(StrEnum):
    """Why somebody of a segment is not written to: one each, the first that is true, in this order."""

    DECEASED = "deceased"
    MINOR = "minor"
    GATE = "gate"
    """The gate refuses; its own word stands beside."""
    NO_ADDRESS = "no-address"
    DO_NOT_CALL = "do-not-call"
    """Their number is on the national list."""
    GAVE_RECENTLY = "gave-recently"
    NOT_THANKED = "not-thanked"
    REGULAR = "regular"
    ENOUGH = "enough"
    """So many appeals asked them within a year already."""
    OPEN_CARE = "open-care"
    """A complaint or a task waits for the team."""
    TENDED = "tended"
    """Somebody of the team speaks to them in person."""
    ASKED_RECENTLY = "asked-recently"
    OURS = "ours"
    """Staff and board."""
    HOUSEHOLD = "household"
    CAP = "cap"


class Arm(StrEnum):
    """What becomes of somebody who is selected."""

    MAILED = "mailed"
    CONTROL = "control"
    """Left alone on purpose, to see what the appeal brings."""


class Removal(StrEnum):
    """Why somebody who was frozen gets nothing after all."""

    ERASED = "erased"
    DECEASED = "deceased"
    MERGED = "merged"
    OBJECTED = "objected"
    MINOR = "minor"
    """They said since how old they are, or we learned their birthday."""
    RESTRICTED = "restricted"
    DO_NOT_CALL = "do-not-call"
    BY_HAND = "by-hand"


class FileForm(StrEnum):
    """What leaves."""

    LIST = "list"
    """A ZIP of tables, for a mail house or an agency."""
    LETTERS = "letters"
    """A PDF of letters."""
    EDITION = "edition"
    """An edition of a newsletter: nothing is handed to anybody."""


class FileState(StrEnum):
    """How far a file is."""

    ASKED = "asked"
    """A second colleague has to look at it."""
    APPROVED = "approved"
    REFUSED = "refused"
    MADE = "made"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ladder:
    """The amounts a letter proposes: percents of a basis, rounded up to 5 €, between a floor and a ceiling.

    `percents` are whole euros where the basis is FIXED.
    """

    basis: Basis = Basis.LAST
    percents: tuple[int, ...] = (100, 150, 200)
    least_cents: int = 2000
    most_cents: int = 50000


@dataclass(frozen=True, kw_only=True, slots=True)
class NewCell:
    """A part of an appeal's audience: a kept segment and what its people get.

    `rival` is another package that `rival_share` in a thousand get instead; `cap` the most people that are asked;
    `control_share` how many in a thousand are left alone. Who is in several cells is in the first of them.
    """

    name: str
    segment_id: SegmentId
    package: str = "A"
    rival: str = ""
    rival_share: int = 0
    ladder: Ladder = field(default_factory=Ladder)
    cap: int | None = None
    control_share: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A cell in its place; of a frozen appeal with the version of its segment that was asked."""

    id: CellId
    position: int
    plan: NewCell
    segment_version: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NewAppeal:
    """An appeal as it is planned. Nobody is asked who was asked within `rest_days`, or gave within `gift_months`."""

    name: str
    kind: Kind
    channel: Channel
    purpose: str
    planned_on: date
    fund: str
    cost_cents: int = 0
    rest_days: int = 60
    yearly_most: int = 6
    """So many appeals at most in the year that ends on the day of this one; 0: as many as there are."""
    gift_months: int = 3
    spares_regular: bool = True
    one_a_household: bool = True
    spares_open: bool = True
    tended_tag: TagId | None = None
    our_tag: TagId | None = None
    keep_days: int = 30
    """So many days may whoever gets its file keep it."""
    letter: str = ""
    """The words of a letter that the house prints itself: paragraphs, a blank line between them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WholeAppeal:
    """An appeal with its campaign and its plan. It is frozen once `frozen_at` is set."""

    appeal: Appeal
    campaign: Campaign
    plan: NewAppeal
    seed: str
    frozen_at: datetime | None
    frozen_by: AccountId | None
    is_forgotten: bool = False
    left_on: date | None = None
    """The day its first file or edition left."""
    abandoned_at: datetime | None = None
    abandoned_by: AccountId | None = None
    abandoned_why: str = ""

    @property
    def begins_on(self) -> date:
        """The day from which it counts: the one planned, or that on which it left, where it left later."""
        return max(self.plan.planned_on, self.left_on or self.plan.planned_on)

    @property
    def id(self) -> AppealId:
        return self.appeal.id

    @property
    def is_open_to_editions(self) -> bool:
        """Whether an edition may go to whom it asks: it is frozen, and was not called off."""
        return self.frozen_at is not None and self.abandoned_at is None

    @property
    def campaign_id(self) -> CampaignId:
        return self.campaign.id


@dataclass(frozen=True, kw_only=True, slots=True)
class CellCount:
    """How a cell comes to its number.

    `people` are in its segment; `higher` of them belong to a cell above; the others are `excluded`, in `control`, or
    written to (`mailed`, by package).
    """

    cell_id: CellId
    people: int
    higher: int
    excluded: Mapping[Reason, int]
    control: int
    mailed: Mapping[str, int]

    @property
    def mailed_total(self) -> int:
        return sum(self.mailed.values())

    @property
    def selected(self) -> int:
        return self.mailed_total + self.control


@dataclass(frozen=True, kw_only=True, slots=True)
class Waterfall:
    """Everybody in any of the segments, and what becomes of them; `refusals` are the gate's own words."""

    people: int
    cells: tuple[CellCount, ...]
    refusals: Mapping[str, int]

    @property
    def mailed(self) -> int:
        return sum(one.mailed_total for one in self.cells)

    @property
    def control(self) -> int:
        return sum(one.control for one in self.cells)

    @property
    def excluded(self) -> Mapping[Reason, int]:
        """How many for each reason, in the order in which reasons are looked at."""
        found = {reason: sum(one.excluded.get(reason, 0) for one in self.cells) for reason in Reason}
        return {reason: count for reason, count in found.items() if count}


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """Somebody who was frozen: what they get, where, and what they are asked for."""

    person_id: PersonId
    cell_id: CellId
    seq: int
    package: str
    source_code: str
    digits: str
    asks: tuple[int, ...]
    member_number: str
    title: str
    first_name: str
    last_name: str
    organisation: str
    complement: str
    street: str
    number: str
    box: str
    postcode: str
    locality: str
    country: str
    language: Language
    lines: tuple[str, ...]
    phone: str
    opening: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LateChange:
    """Somebody was added to a frozen appeal, or taken out of it, by hand."""

    person_id: PersonId
    seq: int
    is_addition: bool
    why: str
    by: AccountId | None
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What a file holds: people in all and by cell, who was taken out since the freeze, the fingerprint of each part.

    Each part of a list has a row for each of the people (`rows`), after them one for each control address (`seeds`).
    """

    rows: int
    seeds: int
    by_cell: Mapping[str, int]
    removed: Mapping[str, int]
    transliterated: int
    purge_on: date
    parts: tuple[Mapping[str, object], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AppealFile:
    """A file that was asked for, as it is kept."""

    id: int
    form: FileForm
    state: FileState
    asked_at: datetime
    asked_by: AccountId
    asked_rows: int
    recipient: str
    """Who is handed it: whoever is on it may ask us."""
    decided_by: AccountId | None
    made_at: datetime | None
    made_by: AccountId | None
    rows: int | None
    seeds: int | None
    removed: int | None
    by_cell: Mapping[str, int] | None
    parts: tuple[Mapping[str, object], ...]
    purge_on: date | None
    purged_on: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Arms:
    """People of one arm and what they gave in the window: how many, cents in all, the sum of the squares of each."""

    people: int
    cents: int
    squares: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Lift:
    """Cents a person that an appeal brought beside doing nothing, and between which two the truth lies."""

    cents: int
    low_cents: int
    high_cents: int

    @property
    def is_clear(self) -> bool:
        """Whether chance alone would hardly do it."""
        return self.low_cents > 0 or self.high_cents < 0
