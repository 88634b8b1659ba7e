"""Postfix's own log: which mails it really took, and of which time it tells.

A Message-ID in a `cleanup` line proves nothing yet: it is written while the header is read, before the mail is safely
on disk. The proof is the queue manager's `queue active` line for the same queue id.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo

from mailing.delivery.errors import LogUnreadable
from mailing.delivery.model import RelayLog

_LINE = re.compile(r"^(\S+ +\d{1,2} \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S+) \S+ (?:\S*postfix\S*)/(\S+?)\[\d+\]: (.*)$")
_ANY_TIME = re.compile(r"^(\S+ +\d{1,2} \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S+) ")
_MESSAGE_ID = re.compile(r"^([0-9A-Za-z]+): message-id=(<[^>]+>)")
_ACTIVE = re.compile(r"^([0-9A-Za-z]+): from=<[^>]*>, size=\d+, nrcpt=\d+ \(queue active\)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_AHEAD = timedelta(days=1)


def read(lines: Iterable[str], *, now: datetime, zone: tzinfo) -> RelayLog:
    """What the log proves. `zone` and `now` complete times that syslog writes without zone and year.

    Raises `LogUnreadable` where no line has a time we know.
    """
    named: dict[str, str] = {}
    active: set[str] = set()
    first: datetime | None = None
    last: datetime | None = None
    for line in lines:
        timed = _ANY_TIME.match(line)
        at = _instant(timed[1], now=now, zone=zone) if timed else None
        if at is None:
            continue
        first = at if first is None else min(first, at)
        last = at if last is None else max(last, at)
        found = _LINE.match(line.rstrip("\r\n"))
        if found is None:
            continue
        if found[2] == "cleanup" and (about := _MESSAGE_ID.match(found[3])):
            named[about[1]] = about[2]
        elif found[2] == "qmgr" and (about := _ACTIVE.match(found[3])):
            active.add(about[1])
    if first is None:
        raise LogUnreadable("no line of the log begins with a time")
    accepted = {message_id: queue_id for queue_id, message_id in named.items() if queue_id in active}
    return RelayLog(accepted=accepted, first_at=first, last_at=last)


def _instant(text: str, *, now: datetime, zone: tzinfo) -> datetime | None:
    """A time as rsyslog writes it, old (`Nov 23 10:00:00`) or new (ISO 8601)."""
    if text[:4].isdigit():
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return None
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    month, day, clock = text.split()
    if month[:3].lower() not in _MONTHS:
        return None
    hour, minute, second = (int(part) for part in clock.split(":"))
    for year in (now.year, now.year - 1):
        try:
            at = datetime(
                year, _MONTHS.index(month[:3].lower()) + 1, int(day), hour, minute, min(second, 59), tzinfo=zone
            )
        except ValueError:
            continue
        if at <= now + _AHEAD:
            return at.astimezone(UTC)
    return None
