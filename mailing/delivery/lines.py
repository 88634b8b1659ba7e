"""Lines to the relay: each carries one conversation at a time over a socket that never blocks.

One thread serves them all: a thread for each would spend more time waiting for its turn than writing. Only calling the
relay (connect, TLS, sign in) is left to threads of its own.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from queue import SimpleQueue
from selectors import EVENT_READ, EVENT_WRITE
from threading import Thread

from crm.foundation.settings import Mail
from mailing.delivery.errors import RelayDown
from mailing.delivery.model import Claim
from mailing.delivery.replies import CHUNK, ReplyReader
from mailing.delivery.smtp import Conversation, Envelope, Hear, LineLost, Say, Verdict, conversation
from mailing.delivery.smtp_opening import drop, open_relay, why

_PIECE = 256 * 1024
_LATER = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


@dataclass(kw_only=True, slots=True)
class Task:
    """One mail to hand over, already written ahead as being tried.

    `good_until` is the monotonic instant at which our lease ends; renewing the lease moves it on.
    """

    claim: Claim
    at: datetime
    tries: int
    good_until: float

    def may_go_on(self) -> bool:
        """Is the mail still ours to hand over? The clock goes on while a process is stopped."""
        return time.monotonic() < self.good_until


@dataclass(frozen=True, slots=True)
class Call:
    """How a call ended: an open socket and what the relay can do, or why not."""

    line: Line
    why: str = ""
    wire: socket.socket | None = None
    features: dict[str, str] | None = None


@dataclass(eq=False, slots=True)
class Line:
    """One connection of a sender. `taken` counts the mails the relay settled over it since it was opened."""

    number: int
    relay: Mail
    tls: Callable[[], ssl.SSLContext] = ssl.create_default_context
    is_calling: bool = False
    task: Task | None = None
    taken: int = 0
    idle_since: float = 0.0
    wire: socket.socket | None = None
    _features: dict[str, str] | None = None
    _reader: ReplyReader | None = None
    _reset: bool = False
    _talk: Conversation | None = None
    _step: Say | Hear | None = None
    _left: memoryview | None = None
    _until: float = 0.0

    @property
    def is_open(self) -> bool:
        return self.wire is not None

    @property
    def wants(self) -> int:
        """What to watch the socket for."""
        return EVENT_READ | EVENT_WRITE if self._left is not None else EVENT_READ

    def call(self, answers: SimpleQueue[Call], wake: Callable[[], None]) -> None:
        """Calls the relay in a thread of its own; a `Call` is put among the answers, then `wake` is called."""
        self.is_calling = True

        def calling() -> None:
            reader = ReplyReader()
            try:
                opened, features = open_relay(self.relay, reader, self.tls)
            except RelayDown as error:
                answers.put(Call(self, str(error)))
            except Exception as error:  # noqa: BLE001 - a call that ends without a word would be waited for for ever
                answers.put(Call(self, type(error).__name__))
            else:
                answers.put(Call(self, "", opened, features))
            wake()

        Thread(target=calling, name=f"call-{self.number}", daemon=True).start()

    def attach(self, call: Call) -> None:
        """Takes over what a call opened."""
        self.is_calling = False
        if call.wire is not None:
            call.wire.setblocking(False)
            self.wire, self._features = call.wire, call.features
            self._reader, self._reset, self.taken = ReplyReader(), False, 0
            self.idle_since = time.monotonic()

    def begin(self, task: Task, envelope: Envelope) -> Verdict | None:
        """Begins to hand a mail over; a verdict where it is over already."""
        self.task = task
        self._talk = conversation(envelope, self._features or {}, resetting=self._reset)
        return self._go_on(None)

    def advance(self) -> Verdict | None:
        """Says and hears what is possible now; the verdict once there is one."""
        if self._talk is None:
            # The relay speaks unasked: it says good-bye, or nothing that we could understand.
            self.close()
            return None
        try:
            match self._step:
                case Say():
                    return self._say()
                case Hear():
                    return self._hear()
                case None:
                    return None
        except (OSError, ValueError) as error:
            return self._lose(error)

    def expire(self, now: float) -> Verdict | None:
        """The verdict of a conversation that waited for too long."""
        if self._talk is None or now < self._until:
            return None
        return self._lose(TimeoutError())

    def close(self, *, politely: bool = False) -> None:
        """Hangs up."""
        if self.wire is not None:
            if politely:
                with suppress(OSError):
                    self.wire.send(b"QUIT\r\n")
            drop(self.wire)
        self.wire, self._talk, self._step, self._left = None, None, None, None

    def _go_on(self, answer: object) -> Verdict | None:
        talk = self._talk
        assert talk is not None
        try:
            step = next(talk) if answer is None else talk.send(answer)  # type: ignore[arg-type] # a Reply, by `_hear`
        except StopIteration as end:
            return self._over(end.value)
        return self._take(step)

    def _take(self, step: Say | Hear) -> Verdict | None:
        self._step = step
        match step:
            case Say(data):
                self._left = memoryview(data)
                self._until = time.monotonic() + self.relay.timeout_seconds
            case Hear(patience):
                self._until = time.monotonic() + self.relay.timeout_seconds * patience
        return self.advance()

    def _say(self) -> Verdict | None:
        assert self.wire is not None
        assert self._left is not None
        while self._left:
            try:
                sent = self.wire.send(self._left[:_PIECE])
            except _LATER:
                return None
            self._left = self._left[sent:]
        self._left = None
        return self._go_on(None)

    def _hear(self) -> Verdict | None:
        assert self.wire is not None
        assert self._reader is not None
        while (reply := self._reader.next()) is None:
            try:
                received = self.wire.recv(CHUNK)
            except _LATER:
                return None
            if not received:
                return self._lose(ConnectionResetError(), "the connection was closed")
            self._reader.feed(received)
        return self._go_on(reply)

    def _lose(self, error: Exception, words: str = "") -> Verdict | None:
        talk, left = self._talk, self._left
        assert talk is not None
        # Over TLS the last piece of a failed write may have left after all.
        all_said = left is None or (isinstance(self.wire, ssl.SSLSocket) and len(left) <= _PIECE)
        try:
            talk.throw(LineLost(words or why(error), all_said=all_said))
        except StopIteration as end:
            return self._over(end.value)
        raise AssertionError("a conversation goes on over a lost line")

    def _over(self, verdict: Verdict) -> Verdict:
        self._talk, self._step, self._left = None, None, None
        self._reset = verdict.reset
        self.idle_since = time.monotonic()
        if not verdict.usable:
            self.close()
        return verdict
