"""The nouns of calls: what an agency says of each call, what we make of a line of its file, a file that was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from crm.values.identifiers import AccountId, AppealId, PersonId


class CallOutcome(StrEnum):
    """What became of a call."""

    REACHED = "reached"
    UNREACHED = "unreached"
    REFUSED = "refused"
    """They give nothing to this appeal."""
    PLEDGED = "pledged"
    WRONG_NUMBER = "wrong-number"
    DO_NOT_CALL = "do-not-call"
    """They want no call any more, for anything."""


FINAL = frozenset({CallOutcome.REFUSED, CallOutcome.PLEDGED, CallOutcome.WRONG_NUMBER, CallOutcome.DO_NOT_CALL})
"""After which nobody calls them again for this appeal."""


class Finding(StrEnum):
    """What we make of a line."""

    NEW = "new"
    KNOWN = "known"
    """An earlier line, of this file or another, said the same."""
    UNCALLED = "uncalled"
    """The agency says nothing of it."""
    UNKNOWN = "unknown"
    """No line of this appeal has that reference."""
    MISMATCH = "mismatch"
    """Its number and its communication, its code or its name are those of two people."""
    BARE = "bare"
    """A number and nothing else: the same number stands on the list of every appeal."""
    GONE = "gone"
    """Whoever it was had their data erased."""
    BAD_RESULT = "bad-result"
    BAD_DAY = "bad-day"
    BAD_AMOUNT = "bad-amount"
    BAD_RHYTHM = "bad-rhythm"
    DAMAGED = "damaged"


FAULTS = frozenset(Finding) - {Finding.NEW, Finding.KNOWN, Finding.UNCALLED}


class ReportState(StrEnum):
    """How far a file of results is."""

    READ = "read"
    """Looked at; nothing of it holds."""
    APPLYING = "applying"
    APPLIED = "applied"
    DROPPED = "dropped"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line of such a file. `called_on` is None where it does not say when; `finding` is a fault, UNCALLED, or NEW."""

    number: int
    reference: str
    seq: int | None = None
    code: str = ""
    names: tuple[str, ...] = ()
    """What stands beside a number that has no communication, folded: of a person the last name, then the first."""
    is_by_number: bool = False
    outcome: CallOutcome | None = None
    called_on: date | None = None
    cents: int | None = None
    is_monthly: bool = False
    remark: str = ""
    finding: Finding = Finding.NEW


@dataclass(frozen=True, kw_only=True, slots=True)
class CallReport:
    """A file of results as it was read; itself it is not kept, and its lines until `purge_on` only."""

    id: int
    appeal_id: AppealId
    agency: str
    sha256: str
    state: ReportState
    read_at: datetime
    read_by: AccountId | None
    applied_at: datetime | None
    purge_on: date
    purged_on: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptLine:
    """A line as it is kept, and whose call it was."""

    number: int
    reference: str
    person_id: PersonId | None
    outcome: CallOutcome | None
    called_on: date | None
    cents: int | None
    is_monthly: bool
    finding: Finding
    is_done: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """What a file comes to: lines by finding, new ones by outcome, and how many of these are done."""

    findings: Mapping[Finding, int]
    outcomes: Mapping[CallOutcome, int]
    done: int

    @property
    def new(self) -> int:
        return self.findings.get(Finding.NEW, 0)

    @property
    def faults(self) -> int:
        return sum(count for finding, count in self.findings.items() if finding in FAULTS)
