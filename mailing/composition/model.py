"""The nouns of composition: a newsletter, its cadence and layout, an edition and its blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from crm.values.identifiers import AccountId, AppealId, BlockId, CellId, ContentId, EditionId, NewsletterId, SegmentId
from crm.values.languages import Language
from mailing.content.model import ContentItem


class Section(StrEnum):
    """The parts a newsletter can be made of, in the reader's order."""

    TOP = "top"
    NEWS = "news"
    PETITIONS = "petitions"
    EVENTS = "events"
    BLOG = "blog"
    MAGAZINE = "magazine"
    DONATE = "donate"


class Frequency(StrEnum):
    """How often an edition is due."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cadence:
    """When editions leave, on a Belgian clock.

    `weekday` is 0 (Monday) to 6; for a month it means the first such day. `lead_hours` is how long before the hour an
    edition is proposed. A fortnightly one takes every second week, counted from Monday 1 January 2024.
    """

    frequency: Frequency
    weekday: int
    at: time
    lead_hours: int = 24


@dataclass(frozen=True, kw_only=True, slots=True)
class SectionPlan:
    """A section of the layout and how many items it may take at the most."""

    section: Section
    at_most: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Newsletter:
    """A series of editions. `late_hours`: an edition that much behind its hour asks a person before it leaves."""

    id: NewsletterId
    code: str
    name: str
    tagline: str
    purpose: str
    language: Language
    cadence: Cadence
    layout: tuple[SectionPlan, ...]
    sender_name: str
    sender_address: str
    reply_to: str
    late_hours: int
    minimum_items: int
    is_active: bool


class EditionState(StrEnum):
    """An edition's way: proposed, approved, sending, sent; or skipped, held, cancelled."""

    DRAFT = "draft"
    APPROVED = "approved"
    HELD = "held"
    SENDING = "sending"
    PAUSED = "paused"
    SENT = "sent"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class Why(StrEnum):
    """Why a block was proposed."""

    TOP_STORY = "top-story"
    NEW = "new"
    NOT_SENT_YET = "not-sent-yet"
    CLOSES_SOON = "closes-soon"
    STILL_OPEN = "still-open"
    SENT_LONG_AGO = "sent-long-ago"
    COMING = "coming"
    GOING_ON = "going-on"
    HOUSE = "house"
    BY_HAND = "by-hand"


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One block of an edition: a thing from the library, or words of its own (magazine, donate).

    `title`, `intro`, `button` and `url` are what the reader sees: the editor's words if any, else the library's.
    `edited` is true where they differ from the library's.
    """

    id: BlockId
    section: Section
    position: int
    title: str
    intro: str
    button: str
    url: str
    content: ContentItem | None = None
    edited: bool = False
    why: Why = Why.BY_HAND

    @property
    def intro_is_cut(self) -> bool:
        """True where the site cut the introduction and nobody has mended it yet."""
        return self.content is not None and self.content.intro_truncated and self.intro == self.content.intro


@dataclass(frozen=True, kw_only=True, slots=True)
class Among:
    """Among whom an edition looks for its readers: a version of a segment, or those whom a frozen appeal asks.

    With `cell_id`, those of one of its cells.
    """

    segment_id: SegmentId | None = None
    version: int = 0
    appeal_id: AppealId | None = None
    cell_id: CellId | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Edition:
    """One issue of a newsletter. `due_at` is its slot; `digest` fixes what was approved.

    `number` is 0 for one that never leaves (skipped, cancelled before it left); the others of a newsletter count from 1
    without a gap. `reason` is a word of `Because`, with an instant behind it where it needs one (see `Reason`).
    """

    id: EditionId
    newsletter_id: NewsletterId
    number: int
    due_at: datetime
    state: EditionState
    subject: str
    preheader: str
    greeting: str
    opening: str
    blocks: tuple[Block, ...]
    proposed_at: datetime
    reason: str = ""
    approved_by: AccountId | None = None
    approved_at: datetime | None = None
    digest: str = ""
    revision: int = 0
    among: Among | None = None
    """None: among everybody."""

    @property
    def is_editable(self) -> bool:
        return self.state is EditionState.DRAFT

    def in_section(self, section: Section) -> tuple[Block, ...]:
        """The blocks of one section, in order."""
        return tuple(b for b in self.blocks if b.section is section)

    @property
    def content_ids(self) -> frozenset[ContentId]:
        return frozenset(b.content.id for b in self.blocks if b.content)


class Because(StrEnum):
    """Why an edition stands where it stands."""

    NOTHING_NEW = "nothing-new"
    MISSED = "missed"
    SUPERSEDED = "superseded"
    LATE = "late"
    CHANGED = "changed"
    NOT_READY = "not-ready"
    BY_A_PERSON = "by-a-person"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """An edition's reason, as a word and an instant."""

    because: Because
    since: datetime | None = None

    def __str__(self) -> str:
        return f"{self.because} {self.since.isoformat()}" if self.since else self.because.value

    @classmethod
    def read(cls, text: str) -> Reason | None:
        """The reason written in a row; None where there is none (or an older word we no longer know)."""
        word, _, since = text.partition(" ")
        if word not in Because._value2member_map_:
            return None
        return cls(because=Because(word), since=datetime.fromisoformat(since) if since else None)


class LeftOut(StrEnum):
    """Why a thing of the library was not proposed."""

    HIDDEN = "hidden"
    ALREADY_SENT = "already-sent"
    CLOSED = "closed"
    OVER = "over"
    TOO_FAR = "too-far"
    TOO_OLD = "too-old"
    SAME_COUNTRY = "same-country"
    SAME_STORY = "same-story"
    NO_ROOM = "no-room"


@dataclass(frozen=True, kw_only=True, slots=True)
class ProposedBlock:
    """A block about to be written. A thing from the library keeps the library's words."""

    section: Section
    why: Why
    content: ContentItem | None = None
    title: str = ""
    intro: str = ""
    button: str = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """What an edition would hold. `unsent` counts the things its readers never had."""

    blocks: tuple[ProposedBlock, ...]
    left_out: Mapping[ContentId, LeftOut]
    unsent: int


class Severity(StrEnum):
    """An error keeps an edition from being approved; a warning is for the editor to weigh."""

    ERROR = "error"
    WARNING = "warning"


class Flaw(StrEnum):
    """What a look over an edition can find."""

    NO_SUBJECT = "no-subject"
    LONG_SUBJECT = "long-subject"
    NO_PREHEADER = "no-preheader"
    NO_BLOCKS = "no-blocks"
    NO_TITLE = "no-title"
    BAD_LINK = "bad-link"
    PETITION_CLOSED = "petition-closed"
    EVENT_OVER = "event-over"
    CUT_INTRO = "cut-intro"
    SENT_BEFORE = "sent-before"
    TWICE = "twice"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing found in an edition, and the block it is about (None: the edition as a whole)."""

    flaw: Flaw
    severity: Severity
    block_id: BlockId | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Audience:
    """How many would receive an edition, and how many not, by the code of the reason."""

    readers: int
    left_out: Mapping[str, int]
