"""An SMTP server for tests: takes every mail, remembers it (on disk if asked), and misbehaves on request."""

from __future__ import annotations

import os
import re
import selectors
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

CLOSE = "close"
"""A fault: say nothing and close the connection."""
TAKE_AND_CLOSE = "take-and-close"
"""A fault of the final dot: keep the mail, then close the connection without a word."""
SILENT = "silent"
"""A fault: never answer."""

_MESSAGE_ID = re.compile(rb"^Message-ID: *(<[^>\r\n]+>)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """A mail the sink answered for."""

    message_id: str
    sender: str
    recipient: str
    at: float
    content: bytes = b""

    @property
    def head(self) -> bytes:
        return self.content.partition(b"\r\n\r\n")[0]


@dataclass(kw_only=True)
class Sink:
    """Use as a context manager; `port` is chosen by the system.

    `faults` maps a stage (greeting, ehlo, mail, rcpt, data, dot) to a function of the recipient and of how often the
    stage was reached; it returns a reply to give instead, CLOSE, TAKE_AND_CLOSE, SILENT, or None for no fault.
    `log`: every taken Message-ID is on disk before the dot is answered.
    """

    faults: dict[str, Callable[[str, int], str | None]] = field(default_factory=dict)
    features: tuple[str, ...] = ("PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 10000000")
    dot_seconds: float = 0.0
    most_connections: int = 1000
    log: Path | None = None
    keep_content: bool = True
    tls: ssl.SSLContext | None = None
    taken: list[Taken] = field(default_factory=list)
    calls: list[float] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    reached: Counter[str] = field(default_factory=Counter)
    open_now: int = 0
    port: int = 0

    def __enter__(self) -> Sink:
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=128)
        self.port = self._listener.getsockname()[1]
        self._connections: set[socket.socket] = set()
        self._ending = threading.Event()
        self._log: BinaryIO | None = self.log.open("ab", buffering=0) if self.log else None
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._listener.close()
        with self._lock:
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        if self._log:
            self._log.close()

    @property
    def message_ids(self) -> list[str]:
        return [t.message_id for t in self.taken]

    @property
    def recipients(self) -> list[str]:
        return sorted(t.recipient for t in self.taken)

    def _accept(self) -> None:
        with selectors.DefaultSelector() as waiting, suppress(OSError, ValueError):
            waiting.register(self._listener, selectors.EVENT_READ)
            while not self._ending.is_set():
                if waiting.select(0.1):
                    connection, _ = self._listener.accept()
                    self.calls.append(time.monotonic())
                    threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with self._lock:
            self._connections.add(connection)
            self.open_now += 1
            full = self.open_now > self.most_connections
        conversation = _Conversation(self, connection)
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if full:
                connection.sendall(b"421 too many connections\r\n")
            else:
                conversation.run()
        except OSError:
            pass
        finally:
            conversation.connection.close()
            connection.close()
            with self._lock:
                self._connections.discard(connection)
                self.open_now -= 1

    def fault(self, stage: str, recipient: str) -> str | None:
        """What goes wrong this time, if anything."""
        with self._lock:
            self.reached[stage] += 1
            number = self.reached[stage]
        plan = self.faults.get(stage)
        return plan(recipient, number) if plan else None

    def take(self, sender: str, recipient: str, content: bytes) -> None:
        """Keeps a mail, durably where there is a log."""
        found = _MESSAGE_ID.search(content)
        message_id = found[1].decode() if found else ""
        kept = content if self.keep_content else b""
        with self._lock:
            if self._log:
                self._log.write(f"{message_id}\n".encode())
                os.fsync(self._log.fileno())
            self.taken.append(
                Taken(message_id=message_id, sender=sender, recipient=recipient, at=time.time(), content=kept)
            )


class _Conversation:
    def __init__(self, sink: Sink, connection: socket.socket) -> None:
        self.sink, self.connection = sink, connection
        self.ahead = b""
        self.sender = self.recipient = ""

    def run(self) -> None:
        if not self._answer("greeting", "220 sink ESMTP"):
            return
        while (line := self._line()) is not None:
            word = line[:4].upper()
            self.sink.commands.append(line.decode(errors="replace"))
            if not self._obey(word, line):
                return

    def _obey(self, word: bytes, line: bytes) -> bool:
        match word:
            case b"EHLO":
                lines = ["sink", *self.sink.features]
                said = "\r\n".join(f"250{'-' if n < len(lines) - 1 else ' '}{text}" for n, text in enumerate(lines))
                return self._answer("ehlo", said)
            case b"STAR":
                return self._secure()
            case b"MAIL":
                self.sender, self.recipient = _address(line), ""
                return self._answer("mail", "250 2.1.0 Ok")
            case b"RCPT":
                self.recipient = _address(line)
                return self._answer("rcpt", "250 2.1.5 Ok", failed=self._forget)
            case b"DATA":
                if not self.recipient and "data" not in self.sink.faults:
                    return self._say("554 5.5.1 no valid recipients")
                return self._answer("data", "354 go ahead", then=self._text)
            case b"QUIT":
                self._say("221 bye")
                return False
            case b"AUTH" | b"RSET" | b"HELO" | b"NOOP":
                return self._say("235 2.7.0 Ok" if word == b"AUTH" else "250 Ok")
            case _:
                return self._say("502 5.5.2 not understood")

    def _answer(
        self,
        stage: str,
        usual: str,
        *,
        then: Callable[[], bool] | None = None,
        failed: Callable[[], None] | None = None,
    ) -> bool:
        fault = self.sink.fault(stage, self.recipient)
        if fault is None:
            return self._say(usual) and (then is None or then())
        if failed:
            failed()
        if fault == SILENT:
            self.sink._ending.wait(60)
            return False
        if fault == CLOSE:
            return False
        self._say(fault)
        if then and fault.startswith("354"):
            return then()
        return not fault.startswith("421")

    def _text(self) -> bool:
        while b"\r\n.\r\n" not in b"\r\n" + self.ahead:
            more = self.connection.recv(65536)
            if not more:
                return False
            self.ahead += more
        content, _, self.ahead = (b"\r\n" + self.ahead).partition(b"\r\n.\r\n")
        content = content[2:].replace(b"\r\n..", b"\r\n.") + b"\r\n"
        fault = self.sink.fault("dot", self.recipient)
        if fault == SILENT:
            self.sink._ending.wait(60)
            return False
        if fault == CLOSE:
            return False
        if fault is None or fault == TAKE_AND_CLOSE or fault.startswith("2"):
            if not self.recipient:
                return self._say("554 5.5.1 no valid recipients")
            self.sink.take(self.sender, self.recipient, content)
        if fault == TAKE_AND_CLOSE:
            return False
        if self.sink.dot_seconds:
            self.sink._ending.wait(self.sink.dot_seconds)
        self._say(fault or f"250 2.0.0 Ok: queued as Q{len(self.sink.taken):07d}")
        return not (fault or "").startswith("421")

    def _secure(self) -> bool:
        if self.sink.tls is None:
            return self._say("454 4.7.0 no TLS")
        self._say("220 go ahead")
        self.connection = self.sink.tls.wrap_socket(self.connection, server_side=True)
        return True

    def _forget(self) -> None:
        self.recipient = ""

    def _say(self, text: str) -> bool:
        self.connection.sendall(text.encode() + b"\r\n")
        return True

    def _line(self) -> bytes | None:
        while b"\r\n" not in self.ahead:
            more = self.connection.recv(65536)
            if not more:
                return None
            self.ahead += more
        line, _, self.ahead = self.ahead.partition(b"\r\n")
        return line


def _address(line: bytes) -> str:
    found = re.search(rb"<([^>]*)>", line)
    return found[1].decode() if found else ""


def sometimes(reply: str, *numbers: int) -> Callable[[str, int], str | None]:
    """A fault at the given times a stage is reached (from 1), or always."""
    return lambda _recipient, number: reply if not numbers or number in numbers else None


def for_recipient(reply: str, part: str) -> Callable[[str, int], str | None]:
    """A fault for recipients whose address holds `part`."""
    return lambda recipient, _number: reply if part in recipient else None


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
