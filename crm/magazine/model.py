"""The nouns of the magazine: its issues, who gets it on which ground, what was frozen, what came back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from crm.people.model import FailureReason
from crm.values.identifiers import AccountId, IssueId, IssueRunId, PersonId, PostalAddressId
from crm.values.languages import Language

MOST_COPIES = 200
"""More than this to one address is a parcel, not a copy."""


class Basis(StrEnum):
    """Why somebody gets it. The first two follow from what they give; the others are said by the house."""

    MEMBER = "member"
    REGULAR = "regular"
    PAID = "paid"
    COMPLIMENTARY = "complimentary"
    EXCHANGE = "exchange"
    ARCHIVE = "archive"
    STAFF = "staff"


SAID = (Basis.PAID, Basis.COMPLIMENTARY, Basis.EXCHANGE, Basis.ARCHIVE, Basis.STAFF)
"""The grounds that a colleague writes down."""


class Format(StrEnum):
    """How somebody wants it."""

    PAPER = "paper"
    PDF = "pdf"
    BOTH = "both"
    NONE = "none"


class Tariff(StrEnum):
    """How the post carries it."""

    STANDARD = "standard"
    PLUS = "plus"
    PRO = "pro"


class RunKind(StrEnum):
    """What a set of frozen copies is for."""

    MAIN = "main"
    LATE = "late"
    """Who became entitled between the freeze and the drop."""
    WELCOME = "welcome"
    """Who became entitled since: the issue of the season, to say hello."""
    AGAIN = "again"
    """A copy sent anew to whom it did not reach."""


class Reason(StrEnum):
    """Why somebody who has a right to a copy gets none. One each, the first that is true."""

    MERGED = "merged"
    DECEASED = "deceased"
    UNWANTED = "unwanted"
    SUSPENDED = "suspended"
    PDF_ONLY = "pdf-only"
    OBJECTED = "objected"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    RESTRICTED = "restricted"
    NEVER_ASKED = "never-asked"
    NOT_CONFIRMED = "not-confirmed"
    LEGACY = "legacy"
    EXPIRED = "expired"
    NO_BASIS = "no-basis"
    PAUSED = "paused"
    TOO_OFTEN = "too-often"
    SUPPRESSED = "suppressed"
    NO_ADDRESS = "no-address"
    INCOMPLETE = "incomplete"
    HOUSEHOLD = "household"
    """Somebody of the same household gets the copy."""
    HAS_ONE = "has-one"
    """Only in a run after the main one: they have their copy of this issue already."""


class Removal(StrEnum):
    """Why a frozen copy is not printed after all."""

    ERASED = "erased"
    DECEASED = "deceased"
    OBJECTED = "objected"


class Caution(StrEnum):
    """What a calendar says that should not be missed."""

    GAP = "gap"
    FEW = "few"
    OVERDUE = "overdue"
    SOON = "soon"


class ReturnReason(StrEnum):
    """What the postman wrote on a copy that came back."""

    GONE = "gone"
    UNKNOWN = "unknown"
    BAD_BOX = "bad-box"
    REFUSED = "refused"
    DECEASED = "deceased"
    UNCLAIMED = "unclaimed"
    INCOMPLETE = "incomplete"


FAILURES: Mapping[ReturnReason, FailureReason] = {one: FailureReason(one.value) for one in ReturnReason}


class ReturnEffect(StrEnum):
    """What a returned copy led to."""

    ASK = "ask"
    """The address is flagged; somebody asks for the right one by another way."""
    SUSPENDED = "suspended"
    """It came back twice in a row: nothing more goes there, and somebody asks for the new one."""
    VERIFY = "verify"
    """Said to have died: somebody verifies, nothing is erased."""
    OBJECTED = "objected"
    """Refused at the door: taken as an objection to the magazine by post."""
    NOTED = "noted"
    """The address is no longer theirs, or it was known: only kept."""


class Neighbours(StrEnum):
    """What was decided of people of different surnames at one letter box."""

    TOGETHER = "together"  # one household: one copy
    APART = "apart"  # each keeps theirs, until somebody new comes to the address


class OrderState(StrEnum):
    """Where a freeze that was asked for stands."""

    WAITING = "waiting"
    DONE = "done"
    NOBODY = "nobody"
    FROZEN = "frozen"  # somebody else did so meanwhile
    FAILED = "failed"


class Claim(StrEnum):
    """Where a claim « I have not had mine » stands."""

    OPEN = "open"
    SENT = "sent"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Publication:
    """The magazine itself, as the post and the printer know it."""

    name: str
    approval_number: str = ""
    deposit_office: str = ""
    tariff: Tariff = Tariff.PRO
    customer_number: str = ""
    account_number: str = ""
    printer: str = ""
    keep_days: int = 30
    """So many days may the printer keep a file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewIssue:
    """An issue as it is planned. Days: cover, file at the printer, drop at the post, in people's homes."""

    number: int
    title: str
    cover_on: date
    file_due_on: date
    drop_on: date
    home_on: date
    copy_cents: int = 0
    postage_cents: int = 0
    postage_abroad_cents: int = 0
    pdf_url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Issue:
    """An issue. It is frozen once `frozen_at` is set; what it cost and to whom it went does not change any more."""

    id: IssueId
    plan: NewIssue
    frozen_at: datetime | None = None
    eligibility_id: int | None = None

    @property
    def number(self) -> int:
        return self.plan.number


@dataclass(frozen=True, kw_only=True, slots=True)
class Eligibility:
    """Who has a right to a copy: data, in versions. The last one holds; a frozen issue keeps the one it was made by.

    A regular donor has an active plan of which something came in `plan_months`, or gave `gift_count` times and
    `gift_cents` in all in `gift_months`; a nought leaves that half out.
    """

    members: bool = True
    grace_months: int = 3
    regular_plans: bool = True
    plan_months: int = 3
    gift_count: int = 2
    gift_cents: int = 4000
    gift_months: int = 12
    said: frozenset[Basis] = frozenset(SAID)


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """A version of the rule: which number, who saved it, when (never: the house's own first one) and why."""

    id: int
    rule: Eligibility
    note: str
    saved_at: datetime | None
    saved_by: AccountId | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """What is said of somebody and the magazine: a ground of the house's own, and how they want their copies.

    `basis` None: they get it by the rule alone. Numbers and days are both within; None leaves that side open.
    """

    person_id: PersonId
    basis: Basis | None = None
    copies: int = 1
    format: Format = Format.PAPER
    from_number: int | None = None
    until_number: int | None = None
    paused_from_on: date | None = None
    paused_until_on: date | None = None
    own_copy: bool = False
    address_id: PostalAddressId | None = None
    notes: str = ""
    by_hand: bool = False
    """Handed over by us rather than by the post."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entitled:
    """Somebody with a right to a copy, as the roll of a run finds them. `reason` None: they get one.

    `surname` and `box_key` say with whom they share a household: one letter box, and a household or a surname.
    """

    person_id: PersonId
    basis: Basis
    reason: Reason | None = None
    copies: int = 1
    box_key: str = ""
    surname: str = ""
    household_id: int | None = None
    homes: frozenset[int] = frozenset()
    """Every household of theirs, where there are several."""
    alone: bool = False
    """An organisation, or somebody who asked for a copy of their own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """What was decided of neighbours and stands: who stays apart at which letter box, which households were made."""

    apart: Mapping[str, Sequence[frozenset[int]]] = field(default_factory=dict)
    homes: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Funnel:
    """What a run would do or did: every entitled person is mailed or left out, with one reason."""

    everybody: int
    entitled: int
    mailed: int
    copies: int
    excluded: Mapping[Reason, int] = field(default_factory=dict)
    bases: Mapping[Basis, int] = field(default_factory=dict)
    countries: Mapping[str, int] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)
    cents: int = 0
    mixed: int = 0
    """Letter boxes at which people of different surnames each get their own copy: to be looked at."""
    apart: int = 0
    """The same, of which somebody has said that each keeps theirs."""
    united: int = 0
    """Copies fewer as somebody has said that those of a letter box are one household."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """A run beside the one before: who is new, who is gone and why (no reason: no right any more), who moved."""

    new: int = 0
    gone: Mapping[Reason | None, int] = field(default_factory=dict)
    moved: int = 0
    stayed: int = 0
    lost: Mapping[Basis | None, int] = field(default_factory=dict)
    """Of those with no right any more, the ground on which they had their copy (None: their data were erased)."""

    @property
    def gone_count(self) -> int:
        return sum(self.gone.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlook:
    """A funnel and how it differs from the issue before."""

    funnel: Funnel
    difference: Difference
    before: int | None = None
    """The number of that issue."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueRun:
    """A set of copies frozen together."""

    id: IssueRunId
    issue_id: IssueId
    kind: RunKind
    place: int
    frozen_at: datetime
    frozen_by: AccountId | None
    entitled: int
    mailed: int
    copies: int
    removed: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Copy:
    """One frozen copy, as it is printed. It says nothing of how else somebody is reached."""

    id: int
    seq: int
    person_id: PersonId
    member_number: str
    basis: Basis
    version: str
    copies: int
    by_hand: bool
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
    is_seed: bool = False
    notes: str = ""
    """What is to be known where it is handed over."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """A freeze, a list of those who came since, or the files of a run: how far it has come, and how it ended."""

    id: int
    issue_id: IssueId
    kind: RunKind
    asked_at: datetime
    asked_by: AccountId | None
    state: OrderState
    seen: int = 0
    total: int = 0
    run_id: IssueRunId | None = None
    """The run whose files are made; None where it is a freeze."""
    xlsx: bool = False
    mail_id: bool = False
    recipient: str = ""
    file_id: int | None = None
    token: str = ""
    """Where the files lie, while they are kept."""
    ready_at: datetime | None = None
