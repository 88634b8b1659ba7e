"""The decisions of feedback: what a status code means for the person, and whether we go on writing to them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailing.feedback.model import BounceReport, Finding, Kind, Returned

_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_WEIGHT = (
    Finding.DEAD_ADDRESS,
    Finding.MAILBOX_FULL,
    Finding.POLICY,
    Finding.CONTENT,
    Finding.TEMPORARY,
)
_NO_COMPLAINT = {"not-spam", "auth-failure", "dmarc"}


def status_of(status: str, diagnostic: str) -> tuple[int, int, int] | None:
    """The RFC 3463 code of a failure; a general one (x.0.0) or none gives way to the one in the server's own words."""
    found = _code(status)
    if found is None or found[1:] == (0, 0):
        return _code(diagnostic) or found
    return found


def finding(report: BounceReport) -> Finding | None:
    """What one recipient's report means; None where nothing has failed (delayed, delivered, relayed, expanded).

    Dead (5.1.1, 5.1.2, 5.1.3, 5.1.10, 5.2.1) is the only one that ends our writing. 5.7.x is about us, not about the
    person; 5.2.3, 5.3.4 and 5.6.x about that one mail; whatever is unclear is taken for temporary.
    """
    if report.action.lower() != "failed":
        return None
    match status_of(report.status, report.diagnostic):
        case (_, 2, 2):
            return Finding.MAILBOX_FULL
        case (5, 1, 1 | 2 | 3 | 10) | (5, 2, 1):
            return Finding.DEAD_ADDRESS
        case (5, 7, _):
            return Finding.POLICY
        case (5, 6, _) | (5, 2, 3) | (5, 3, 4):
            return Finding.CONTENT
        case _:
            return Finding.TEMPORARY


def gravest(reports: Iterable[BounceReport]) -> tuple[Finding, BounceReport] | None:
    """The finding of a report about several recipients; None where none of them failed."""
    found = [(meaning, report) for report in reports if (meaning := finding(report)) is not None]
    return min(found, key=lambda pair: _WEIGHT.index(pair[0]), default=None)


def complains(returned: Returned) -> bool:
    """Is it a complaint of the reader (RFC 5965: abuse, fraud, opt-out, ...), and not the contrary of one?"""
    return returned.kind is Kind.COMPLAINT and returned.feedback_type.lower() not in _NO_COMPLAINT


def _code(text: str) -> tuple[int, int, int] | None:
    found = _STATUS.search(text)
    return None if found is None else (int(found[1]), int(found[2]), int(found[3]))
