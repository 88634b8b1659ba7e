"""The one place that writes the headers of a mail: what a newsletter must say, made safe, checked after writing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from crm.foundation.settings import Mail, Organisation
from crm.values.calendar import brussels
from crm.values.languages import Language
from mailing.composition.model import Edition, Newsletter
from mailing.delivery import header_text as write
from mailing.delivery.errors import UnsafeHeader
from mailing.delivery.model import Headers

CONTENT = ("Content-Type",)
"""The headers that a prepared body brings with it."""

_FOLDED = re.compile(rb"\r\n(?![ \t])")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TOKEN = re.compile(r"[A-Za-z0-9._-]*\Z")


@dataclass(frozen=True, slots=True)
class SafeHeaders:
    """Headers as bytes, and the names they were meant to have."""

    block: bytes
    names: tuple[str, ...]

    def __add__(self, other: SafeHeaders) -> SafeHeaders:
        return SafeHeaders(self.block + other.block, self.names + other.names)


def safe_headers(pairs: Iterable[tuple[str, str]]) -> SafeHeaders:
    """The headers `(name, body)` as bytes. Raises `UnsafeHeader` where a body could end its line or hide another."""
    pairs = tuple(pairs)
    made = SafeHeaders(b"".join(write.line(name, body) for name, body in pairs), tuple(name for name, _ in pairs))
    check(made.block + b"\r\n", made.names)
    return made


def check(message: bytes, names: Sequence[str]) -> None:
    """Reads the headers of a finished message again. Raises `UnsafeHeader` unless they are exactly those meant."""
    end = message.find(b"\r\n\r\n")
    head = message[: end if end >= 0 else -2]
    parts = _FOLDED.split(head)
    if (
        [part.partition(b":")[0] for part in parts] != [name.encode() for name in names]
        or head.count(b"\n") != (lines := head.count(b"\r\n"))
        or head.count(b"\r") != lines
        or b"\0" in head
    ):
        raise UnsafeHeader("the headers written are not the headers meant")


def list_headers(edition: Edition, newsletter: Newsletter, organisation: Organisation, mail: Mail, url: str) -> Headers:
    """What an edition's mails say in their headers; the same for all readers."""
    theme = re.sub(r"[^a-z0-9]+", "-", newsletter.purpose.lower()).strip("-") or "news"
    return Headers(
        from_name=newsletter.sender_name or organisation.name,
        from_address=newsletter.sender_address,
        reply_to=newsletter.reply_to,
        list_id=f"{newsletter.code}.{mail.sender_domain}",
        list_name=newsletter.name,
        archive_url=f"{url}/archives",
        subscribe_url=f"{url}/inscription",
        help_url=organisation.website,
        owner=organisation.email,
        feedback_id=f"{newsletter.code}-{edition.number}:{theme}:{newsletter.code}:{mail.feedback_id}",
    )


def letter_headers(organisation: Organisation, mail: Mail) -> Headers:
    """What a letter owed to one person says in its headers: no list, and that a machine wrote it."""
    return Headers(
        from_name=organisation.name,
        from_address=f"noreply@{mail.sender_domain}",
        reply_to=organisation.email,
        auto_submitted=True,
    )


def common_headers(headers: Headers, *, subject: str | None, language: Language) -> SafeHeaders:
    """The headers that all mails of one body share. `subject` is None where each reader has their own."""
    pairs = [
        ("From", write.mailbox(headers.from_name, headers.from_address)),
        ("MIME-Version", "1.0"),
        ("Content-Language", language.value),
    ]
    if subject is not None:
        pairs.append(("Subject", write.text(subject)))
    if headers.reply_to:
        pairs.append(("Reply-To", write.safe_address(headers.reply_to)))
    if headers.auto_submitted:
        pairs.append(("Auto-Submitted", "auto-generated"))
    if headers.is_list:
        pairs += [
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ("List-Id", f"{write.phrase(headers.list_name)} <{_label(headers.list_id, 'List-Id')}>".strip()),
            ("List-Post", "NO"),
            ("Precedence", "bulk"),
        ]
        places = {
            "List-Help": headers.help_url,
            "List-Archive": headers.archive_url,
            "List-Subscribe": headers.subscribe_url,
            "List-Owner": f"mailto:{headers.owner}" if headers.owner else "",
        }
        pairs += [(name, write.url(place)) for name, place in places.items() if place]
        if headers.feedback_id:
            fields = [_label(part, "Feedback-ID") for part in headers.feedback_id.split(":")]
            pairs.append(("Feedback-ID", ":".join(fields)))
    pairs.append(("X-Auto-Response-Suppress", "OOF, AutoReply"))
    return safe_headers(pairs)


def reader_headers(*, to: str, message_id: str, at: datetime, unsubscribe: Sequence[str] = ()) -> SafeHeaders:
    """The headers that only this reader's mail has. `unsubscribe`: the https address first, then the mailto one."""
    pairs = [("To", write.safe_address(to)), ("Date", date(at)), ("Message-ID", message_id)]
    if unsubscribe:
        pairs.append(("List-Unsubscribe", ", ".join(write.url(place) for place in unsubscribe)))
    return SafeHeaders(b"".join(write.line(name, body) for name, body in pairs), tuple(name for name, _ in pairs))


@lru_cache(maxsize=8)
def date(at: datetime) -> str:
    """An instant as RFC 5322 writes it, on a Belgian clock with its offset."""
    local = brussels(at)
    return (
        f"{_DAYS[local.weekday()]}, {local.day:02} {_MONTHS[local.month - 1]} {local.year:04} "
        f"{local:%H:%M:%S} {local:%z}"
    )


def _label(value: str, field: str) -> str:
    if not value or not _TOKEN.match(value):
        raise UnsafeHeader(f"not a name that {field} can hold", field=field)
    return value
