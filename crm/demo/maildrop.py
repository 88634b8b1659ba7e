"""The caught mails: a Maildir below the home folder, newest first, and how one is taken apart for reading."""

from __future__ import annotations

import itertools
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from email.utils import parseaddr
from pathlib import Path

_HEADERS_FIT_IN = 32 * 1024
_COUNTER = itertools.count()


@dataclass(frozen=True, kw_only=True, slots=True)
class CaughtLine:
    """One line of the list."""

    id: str
    sender: str
    recipient: str
    subject: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class CaughtMail:
    """One mail taken apart. `headers` keep their order and their spelling; `raw` is what came over the wire."""

    line: CaughtLine
    html: str
    text: str
    headers: tuple[tuple[str, str], ...]
    raw: bytes


@dataclass(frozen=True, slots=True)
class Maildrop:
    """A Maildir that only grows. Files are named after the microsecond of their arrival."""

    folder: Path

    def keep(self, raw: bytes, *, sender: str, recipient: str) -> str:
        """Stores a mail with its envelope on top, as a last relay would; returns its id."""
        for part in ("tmp", "new", "cur"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        mail_id = f"{time.time_ns() // 1000}.{os.getpid()}_{next(_COUNTER)}.portevoix"
        envelope = f"Return-Path: <{sender}>\r\nDelivered-To: {recipient}\r\n".encode()
        draft = self.folder / "tmp" / mail_id
        draft.write_bytes(envelope + raw)
        draft.rename(self.folder / "new" / mail_id)
        return mail_id

    def ids(self) -> list[str]:
        """Every mail, newest first."""
        new = self.folder / "new"
        return sorted((file.name for file in new.iterdir()), reverse=True) if new.is_dir() else []

    def lines(self, *, looking_for: str = "", after: str = "", size: int = 100) -> tuple[list[CaughtLine], str]:
        """A page of the list and the `after` of the next one (empty on the last)."""
        found: list[CaughtLine] = []
        wanted = looking_for.casefold().strip()
        for mail_id in self.ids():
            if after and mail_id >= after:
                continue
            if len(found) == size:
                return found, found[-1].id
            with (self.folder / "new" / mail_id).open("rb") as file:
                line = _line(mail_id, BytesHeaderParser(policy=policy.default).parsebytes(file.read(_HEADERS_FIT_IN)))
            if wanted in f"{line.sender} {line.recipient} {line.subject}".casefold():
                found.append(line)
        return found, ""

    def mail(self, mail_id: str) -> CaughtMail | None:
        """A mail taken apart, or None where there is none of that id."""
        if mail_id not in self.ids():
            return None
        raw = (self.folder / "new" / mail_id).read_bytes()
        parsed = BytesParser(policy=policy.default).parsebytes(raw)
        assert isinstance(parsed, EmailMessage)
        return CaughtMail(
            line=_line(mail_id, parsed),
            html=_part(parsed, "html"),
            text=_part(parsed, "plain"),
            headers=tuple((name, str(value)) for name, value in parsed.items()),
            raw=raw,
        )


def _line(mail_id: str, parsed: EmailMessage) -> CaughtLine:
    name, address = parseaddr(str(parsed.get("From", "")))
    return CaughtLine(
        id=mail_id,
        sender=name or address,
        recipient=str(parsed.get("Delivered-To", "")),
        subject=str(parsed.get("Subject", "")),
        at=datetime.fromtimestamp(int(mail_id.partition(".")[0]) / 1_000_000, UTC),
    )


def _part(parsed: EmailMessage, kind: str) -> str:
    body = parsed.get_body((kind,))
    if body is None:
        return ""
    content = body.get_content()
    return content if isinstance(content, str) else ""
