"""The nouns of feedback: what a returned report says, and what it means."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Finding(StrEnum):
    """What a report means for the person (RFC 3463 status codes decide; see `rules.finding`)."""

    DEAD_ADDRESS = "dead-address"
    MAILBOX_FULL = "mailbox-full"
    POLICY = "policy"
    CONTENT = "content"
    TEMPORARY = "temporary"
    COMPLAINT = "complaint"
    UNSUBSCRIBED = "unsubscribed"
    NOT_A_REPORT = "not-a-report"
    UNKNOWN_MAIL = "unknown-mail"


BOUNCED = (Finding.DEAD_ADDRESS, Finding.MAILBOX_FULL, Finding.POLICY, Finding.CONTENT, Finding.TEMPORARY)
"""The findings by which a mail reached nobody; what is only delayed has none."""


class Kind(StrEnum):
    """What a mail that came back is."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    MAIL = "mail"


@dataclass(frozen=True, kw_only=True, slots=True)
class BounceReport:
    """One recipient of an RFC 3464 report: `action` failed/delayed/..., `status` x.y.z, and the server's own words."""

    action: str
    status: str
    diagnostic: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Returned:
    """A mail that came back, as far as it can be read.

    `sent_to`: the addresses it was sent to; one of ours among them carries the mark that only we can make, and without
    a verified mark a report suppresses nobody. `mentioned`: addresses of ours inside a complaint.
    `is_automatic`: a machine answered (an absence notice, another list).
    """

    kind: Kind
    sent_to: tuple[str, ...] = ()
    mentioned: tuple[str, ...] = ()
    recipients: tuple[BounceReport, ...] = ()
    feedback_type: str = ""
    is_automatic: bool = False
