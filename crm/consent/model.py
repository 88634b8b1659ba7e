"""The nouns of consent: acts, the words shown, where someone stands, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self

from crm.values.identifiers import AccountId, NoticeId, PersonId
from crm.values.languages import Language


class Channel(StrEnum):
    """How we would reach someone."""

    EMAIL = "email"
    SMS = "sms"
    PHONE = "phone"
    POST = "post"


class Act(StrEnum):
    """What someone did about a purpose, from the least to the most careful (see `rules.carefulness`)."""

    ANNULLED = "annulled"
    """A word was recorded by mistake and never counted: nobody said anything. Only an undo writes it."""
    IMPORTED = "imported"
    """An older system said yes and could not prove it. Any word of the person's own outranks it, whatever its date."""
    REQUESTED = "requested"
    GIVEN = "given"
    EXPIRED = "expired"
    """We asked whether they still wanted it, or the term was over, and heard nothing."""
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    OBJECTED = "objected"
    """They objected to being written to for this at all (GDPR art. 21)."""


class Way(StrEnum):
    """How it reached us."""

    WEB = "web"
    CONFIRMATION = "confirmation"
    ONE_CLICK = "one-click"
    UNSUBSCRIBE_PAGE = "unsubscribe-page"
    PREFERENCES = "preferences"
    STAFF = "staff"
    PAPER = "paper"
    PHONE = "phone"
    FACE_TO_FACE = "face-to-face"
    API = "api"
    IMPORT = "import"
    RETENTION = "retention"
    BOUNCE = "bounce"
    COMPLAINT = "complaint"


class LegalBasis(StrEnum):
    """The ground of GDPR art. 6 we stand on."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGITIMATE_INTEREST = "legitimate-interest"


SERVICE = "service"
"""The purpose of mails a person is owed (a confirmation, a receipt). Never an ask; passes every opt-out."""


INTERESTS = "interests"
"""The purpose of declared preferences (GDPR art. 9): the order of somebody's letters, never a letter of its own."""
MAGAZINE = "magazine"
"""The purpose of the printed magazine, by post: it comes with a membership or a gift, nobody signs up to it."""
APPEALS = "appeals"
"""Being asked for a gift, by post or by phone."""
NEWSLETTER = "newsletter"
"""The purpose of the newsletter that everybody may ask for."""
STANDING = {
    MAGAZINE: {"fr": "Notre magazine", "nl": "Ons tijdschrift", "de": "Unsere Zeitschrift", "en": "Our magazine"},
    APPEALS: {"fr": "Nos appels aux dons", "nl": "Onze oproepen", "de": "Unsere Spendenaufrufe", "en": "Our appeals"},
}
"""What one may object to although nothing was sent yet; what the rooms above say of them later takes its place."""
NO_LETTER = frozenset({SERVICE, INTERESTS, MAGAZINE, APPEALS})
"""Purposes that nobody signs up to or leaves as one does a letter."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Purpose:
    """Why we would write. `names` and `promises` are by language; a promise is the sentence beside the box."""

    code: str
    names: Mapping[str, str]
    promises: Mapping[str, str]
    position: int

    def name(self, language: Language) -> str:
        return self.names.get(language.value) or self.names.get("fr") or self.code

    def promise(self, language: Language) -> str:
        return self.promises.get(language.value) or self.promises.get("fr") or ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """The exact words someone was shown, in one language; a changed word makes a new version."""

    id: NoticeId
    purpose: str
    language: Language
    version: int
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentEvent:
    """One act, as recorded; never changed afterwards."""

    id: int
    person_id: PersonId
    purpose: str
    channel: Channel
    address_key: str
    act: Act
    way: Way
    legal_basis: LegalBasis
    notice_id: NoticeId | None
    occurred_at: datetime
    recorded_at: datetime
    evidence: Mapping[str, Any] = field(default_factory=dict)
    annuls_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NewAct:
    """An act about to be recorded. `evidence` holds no name, address or token (the ledger is kept for years)."""

    person_id: PersonId
    purpose: str
    address_key: str
    act: Act
    way: Way
    occurred_at: datetime
    channel: Channel = Channel.EMAIL
    legal_basis: LegalBasis = LegalBasis.CONSENT
    notice_id: NoticeId | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Where a person stands on one purpose, channel and address: the act that has the last word, and since when.

    `asked_id` is the event of a wish that waits for its confirmation: beside a no it changes nothing, or whoever types
    an address could take the no back.
    """

    person_id: PersonId
    purpose: str
    channel: Channel
    address_key: str
    act: Act
    way: Way
    since_at: datetime
    event_id: int
    asked_id: int | None = None

    @classmethod
    def of(cls, event: ConsentEvent, asked: ConsentEvent | None = None) -> Self:
        """By the event with the last word, and the wish that waits."""
        return cls(
            person_id=event.person_id,
            purpose=event.purpose,
            channel=event.channel,
            address_key=event.address_key,
            act=event.act,
            way=event.way,
            since_at=event.occurred_at,
            event_id=event.id,
            asked_id=asked.id if asked else None,
        )

    @property
    def is_confirmed(self) -> bool:
        """True where they said yes by a link that only the holder of the mailbox could open."""
        return self.act is Act.GIVEN and self.way is Way.CONFIRMATION


class Confirmation(StrEnum):
    """What a confirmation link is worth on the day it is used."""

    COUNTS = "counts"
    ALREADY = "already"
    OVERTAKEN = "overtaken"


class SuppressionCause(StrEnum):
    """Why an address is not written to, whatever its owner once allowed."""

    DEAD_ADDRESS = "dead-address"
    COMPLAINT = "complaint"
    STAFF = "staff"
    LISTED = "listed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Suppression:
    """An address not written to, why and since when. Several causes may stand at once; each is lifted by itself."""

    address_key: str
    cause: SuppressionCause
    since_at: datetime


class Refusal(StrEnum):
    """Why we may not write. Each is counted and shown wherever people are left out."""

    NEVER_ASKED = "never-asked"
    NOT_CONFIRMED = "not-confirmed"
    LEGACY = "legacy"
    EXPIRED = "expired"
    OBJECTED = "objected"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    NO_BASIS = "no-basis"
    SUPPRESSED = "suppressed"
    NO_ADDRESS = "no-address"
    MERGED = "merged"
    DECEASED = "deceased"
    RESTRICTED = "restricted"
    """What we hold of them is kept and not used (GDPR art. 18)."""
    PAUSED = "paused"
    """They asked for silence until a day; all the rest would be a yes."""
    TOO_OFTEN = "too-often"
    """They asked for letters less often, and had one lately; all the rest would be a yes."""


FOR_NOW = frozenset({Refusal.PAUSED, Refusal.TOO_OFTEN})
"""Refusals that go by themselves: the person still wants these letters."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Restriction:
    """That what we hold of somebody is kept and not used, from a day on (GDPR art. 18), until it is lifted.

    `told_on` is the day on which they were told that it would be lifted (art. 18(3)).
    """

    id: int
    person_id: PersonId
    since_on: date
    reason: str
    set_by: AccountId | None
    set_at: datetime
    told_on: date | None
    lifted_at: datetime | None
    lifted_by: AccountId | None
    lifted_why: str

    @property
    def stands(self) -> bool:
        return self.lifted_at is None


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """May we? `refusal` says why not, and is None exactly when `allowed`."""

    refusal: Refusal | None = None

    @property
    def allowed(self) -> bool:
        return self.refusal is None

    @property
    def is_wanted(self) -> bool:
        """True where they want it, though perhaps not today."""
        return self.refusal is None or self.refusal in FOR_NOW


@dataclass(frozen=True, kw_only=True, slots=True)
class Movement:
    """What one span of time brought to a purpose: people whose latest word in it is a yes, and who left in it."""

    since: datetime
    until: datetime
    gained: int
    lost: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Glance:
    """Where somebody stands on one purpose and address, and what follows from it today."""

    standing: Standing
    verdict: Verdict
