"""What an SMTP server says: read with bounds on length, lines and time, kept without anything harmful in it."""

from __future__ import annotations

import re
import socket
import time
from dataclasses import dataclass

LONGEST_LINE = 2048
MOST_LINES = 128
KEPT = 1000
CHUNK = 4096
_REPLY = re.compile(rb"([2-5][0-9][0-9])([ -])?(.*)\Z", re.DOTALL)
_STATUS = re.compile(r"^[245]\.\d{1,3}\.\d{1,3}(?= |\Z)")
_QUEUED = re.compile(r"\b(?:queued as|queue id|id=|with id)\s*:?\s*([A-Za-z0-9.-]{5,60})", re.IGNORECASE)
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Silence(OSError):
    """No whole reply came in time, or the connection ended."""


class Garbled(OSError):
    """What came is not an SMTP reply, or has no end."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One whole reply; what cannot be seen in its lines is escaped."""

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lines joined, at most 1000 characters."""
        return " ".join(" ".join(self.lines).split(" "))[:KEPT]

    @property
    def said(self) -> str:
        """Code and words, as kept in the ledger."""
        return f"{self.code} {self.text}"[:KEPT]

    @property
    def status(self) -> str:
        """The enhanced status code (RFC 3463) the words begin with, or nothing."""
        found = _STATUS.match(self.text)
        return found[0] if found else ""

    @property
    def queue_id(self) -> str:
        """The name under which the server keeps the mail, where it says one."""
        found = _QUEUED.search(self.text)
        return found[1] if found else ""


class ReplyReader:
    """Makes replies out of what a server sends; what it sends ahead is kept for the next one."""

    def __init__(self) -> None:
        self._ahead = b""
        self._lines: list[str] = []

    @property
    def is_empty(self) -> bool:
        """True where the server has said nothing that was not yet read."""
        return not self._ahead and not self._lines

    def feed(self, received: bytes) -> None:
        """Takes what came over the wire."""
        self._ahead += received

    def next(self) -> Reply | None:
        """The next reply, or None where it is not yet whole. Raises `Garbled` for what will never be one."""
        while (end := self._ahead.find(b"\n")) >= 0:
            line, self._ahead = self._ahead[:end].rstrip(b"\r"), self._ahead[end + 1 :]
            found = _REPLY.match(line)
            if found is None or len(line) > LONGEST_LINE:
                raise Garbled("not an SMTP reply")
            self._lines.append(_UNSEEN.sub(_escaped, found[3].decode("utf-8", "replace")))
            if found[2] != b"-":
                reply = Reply(int(found[1]), tuple(self._lines))
                self._lines.clear()
                return reply
            if len(self._lines) >= MOST_LINES:
                raise Garbled("a reply without an end")
        if len(self._ahead) > LONGEST_LINE:
            raise Garbled("a line without an end")
        return None

    def wait(self, connection: socket.socket, until: float) -> Reply:
        """The next reply from a blocking socket, before the monotonic instant `until`. Raises `Silence`, `Garbled`."""
        while (reply := self.next()) is None:
            left = until - time.monotonic()
            if left <= 0:
                raise Silence("no answer in time")
            connection.settimeout(left)
            try:
                received = connection.recv(CHUNK)
            except TimeoutError as error:
                raise Silence("no answer in time") from error
            if not received:
                raise Silence("the connection was closed")
            self.feed(received)
        return reply


def _escaped(unseen: re.Match[str]) -> str:
    return f"\\x{ord(unseen[0]):02x}"
