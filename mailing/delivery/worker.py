"""The sender: one thread that owns the database and serves the lines to the relay.

Each turn is one short transaction (`turns`); what it wrote ahead is then handed over, one mail a line. Whatever happens
to this process, no more mails are in doubt than it had lines.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from selectors import EVENT_READ, DefaultSelector

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from crm.foundation.database import Database
from crm.foundation.settings import Mail
from mailing.delivery import doubts, lease_store, queue_store, store, turns
from mailing.delivery.errors import UnsafeHeader
from mailing.delivery.lines import Call, Line, Task
from mailing.delivery.mails import Post, PreparedMail, PreparedMails, envelope, prepare_mail
from mailing.delivery.model import Claim, Outcome, OutcomeKind, Reason
from mailing.delivery.reach import Pace, Reach
from mailing.delivery.smtp import Verdict
from mailing.delivery.turns import Ending, Plan

log = logging.getLogger("portevoix.delivery")

POLL_SECONDS = 0.5
"""How long a mail that becomes due can go unnoticed by an idle sender."""
URGENT_SECONDS = 0.25
"""How long a letter can wait behind the claims of a newsletter."""
IDLE_SECONDS = 10.0
"""After so long without a mail a line hangs up."""
GATHER_SECONDS = 0.004
"""How long a turn waits for more lines to be done: fewer, fuller transactions, and room for other writers between."""
GRACEFUL_SECONDS = 60.0
LONGEST_BREAK = 5.0
WAKE_AT_ONCE = 500


@dataclass(kw_only=True, slots=True)
class Tally:
    """What a sender did since it started. `relay` says what is wrong with the relay, or nothing."""

    counts: Counter[str] = field(default_factory=Counter)
    relay: str = ""


class Worker:
    """A sender. Its `name` is its own: what it holds is held under it."""

    def __init__(
        self,
        database: Database,
        *,
        relay: Mail,
        post: Post,
        clock: Callable[[], datetime],
        tls: Callable[[], ssl.SSLContext] = ssl.create_default_context,
    ) -> None:
        self.name = f"{os.getpid()}-{secrets.token_hex(6)}"
        self.tally = Tally()
        self._database, self._relay, self._post, self._clock = database, relay, post, clock
        self._lease = timedelta(seconds=relay.lease_seconds)
        self._lines = [Line(number=number, relay=relay, tls=tls) for number in range(relay.connections)]
        self._answers: SimpleQueue[Call] = SimpleQueue()
        self._waiting = DefaultSelector()
        self._watched: dict[int, tuple[socket.socket, int]] = {}
        self._bell, self._button = socket.socketpair()
        self._reach, self._pace = Reach(lines=relay.connections), Pace(relay.per_second)
        self._prepared = PreparedMails()
        self._connection: Connection | None = None
        self._held: tuple[Claim, ...] = ()
        self._endings: list[Ending] = []
        self._unsure: list[queue_store.Held] = []
        self._good_until = 0.0
        self._look_at = self._urgent_at = self._renew_at = self._tidy_at = 0.0
        self._more_due = False
        self._nothing_due = False
        self._break = 0.0
        self._stopping = False

    def stop(self) -> None:
        """Lets `run` finish what is on the wire, give its claims back and return. May be called from a signal."""
        self._stopping = True
        self._wake()

    def run(self, *, once: bool = False) -> Tally:
        """Sends what is due until told to stop; with `once` until nothing is due or the relay is down."""
        self._bell.setblocking(False)
        self._waiting.register(self._bell, EVENT_READ)
        try:
            while not self._stopping:
                if self._safely(self._step) and once and self._is_through():
                    break
                self._listen(self._patience())
            self._wind_up()
        finally:
            for line in self._lines:
                line.close(politely=True)
            if self._connection is not None:
                self._connection.close()
            self._waiting.close()
            self._bell.close()
            self._button.close()
        return self.tally

    def _step(self) -> None:
        now = time.monotonic()
        if now >= self._tidy_at:
            self._tidy()
            self._tidy_at = now + min(1.0, self._relay.lease_seconds / 3)
        if now >= self._renew_at and (self._held or self._busy):
            self._renew(now)
        ready = self._ready
        claims = 0
        if ready and len(self._held) < len(ready) and (self._more_due or now >= self._look_at):
            claims = max(32, 4 * len(self._lines)) - len(self._held)
        idle = self._pace.room(now, len(ready))
        if self._endings or self._unsure or claims or (self._held and idle):
            self._turn(now, ready[:idle], claims)
        elif not ready and not self._more_due and now >= self._look_at:
            self._look(now)
        self._call(now)

    def _turn(self, now: float, ready: list[Line], claims: int) -> None:
        at = self._clock()
        urgent = bool(self._held) and now >= self._urgent_at
        plan = Plan(
            by=self.name,
            now=at,
            until=at + self._lease,
            endings=tuple(self._endings),
            unsure=tuple(self._unsure),
            held=self._held,
            idle=len(ready),
            claim=claims,
            urgent=urgent,
        )
        try:
            with self._writing() as connection:
                turn = turns.take(connection, plan)
        except BaseException:
            # Perhaps the commit arrived, perhaps not. Either way nothing of it was handed over: give it all back.
            self._unsure += [(c.id, c.fence) for c in self._held]
            self._held = ()
            raise
        self._endings.clear()
        self._unsure.clear()
        self._held = turn.held
        self.tally.counts.update(turn.counts)
        self._pace.spend(len(turn.started))
        if claims:
            self._more_due = turn.claimed > 0
            self._nothing_due = turn.claimed == 0
            self._look_at = now + POLL_SECONDS
        if urgent:
            self._urgent_at = now + URGENT_SECONDS
        good_until = now + self._relay.lease_seconds * 0.9
        for line, (claim, tries) in zip(ready, turn.started, strict=False):
            self._hand_over(line, claim, tries, at, good_until)
            self._go_on()

    def _hand_over(self, line: Line, claim: Claim, tries: int, at: datetime, good_until: float) -> None:
        try:
            mail = self._mail_of(claim)
            task = Task(claim=claim, at=at, tries=tries, good_until=good_until)
            ready = envelope(self._post, mail, claim, at=at, may_go_on=task.may_go_on)
        except SQLAlchemyError as error:
            log.warning("a body could not be read", extra={"error": type(error).__name__})
            self._endings.append(turns.untried(claim, tries, Reason.SENDER_STOPPED))
        except Exception:
            # Nothing has left yet: whatever is wrong with this mail, it must not be sent, and somebody must know.
            log.exception("a mail was not sent because it cannot be written", extra={"delivery": claim.id})
            refused = Outcome(kind=OutcomeKind.REFUSED, reason=Reason.UNSAFE_MESSAGE)
            self._endings.append(Ending(claim=claim, tries=tries, outcome=refused))
        else:
            self._heard(line, line.begin(task, ready))

    def _mail_of(self, claim: Claim) -> PreparedMail:
        found = self._prepared.find(claim.body_id)
        if found is None:
            with self._database.reading() as session:
                stored = store.find_body(session, claim.body_id)
            if stored is None:
                raise UnsafeHeader("there is no such body")
            found = prepare_mail(*stored)
            self._prepared.keep(claim.body_id, found)
        return found

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """One transaction on the connection that this sender keeps: a turn is too short for fetching one each time."""
        if self._connection is None:
            connection = self._database.engine.connect()
            self._connection = connection.execution_options(portevoix_begin="IMMEDIATE")
        try:
            with self._connection.begin():
                yield self._connection
        except BaseException:
            self._connection.close()
            self._connection = None
            raise

    # Leases, and what other senders left.

    def _tidy(self) -> None:
        at = self._clock()
        with self._database.reading() as session:
            work = lease_store.has_chores(session, at)
        if not work:
            return
        with self._database.transaction() as session:
            store.ensure_switch(session, at)
            recovered = doubts.recover(session, at)
            woken = lease_store.wake(session, at, most=WAKE_AT_ONCE)
        if recovered.uncertain or recovered.given_back:
            log.warning(
                "took over from a sender that stopped",
                extra={"given_back": recovered.given_back, "uncertain": recovered.uncertain},
            )
        self._more_due = self._more_due or bool(woken or recovered.given_back)

    def _renew(self, now: float) -> None:
        tasks = [line.task for line in self._busy if line.task is not None]
        pairs = [(c.id, c.fence) for c in (*self._held, *(task.claim for task in tasks))]
        with self._writing() as connection:
            kept = lease_store.renew(connection, pairs, by=self.name, until=self._clock() + self._lease)
        for task in tasks:
            if task.claim.id in kept:
                task.good_until = now + self._relay.lease_seconds * 0.9
        self._held = tuple(c for c in self._held if c.id in kept)
        self._renew_at = now + self._relay.lease_seconds / 3

    def _look(self, now: float) -> None:
        with self._database.reading() as session:
            self._more_due = queue_store.has_due(session.connection(), self._clock())
        self._nothing_due = not self._more_due
        self._look_at = now + POLL_SECONDS

    # The relay.

    def _call(self, now: float) -> None:
        opened = sum(line.is_open for line in self._lines)
        calling = sum(line.is_calling for line in self._lines)
        free = [line for line in self._lines if not line.is_open and not line.is_calling]
        if (self._more_due or self._held) and opened + calling < len(self._lines):
            number = min(len(free), self._reach.may_call(now, calling=calling))
            for line in free[:number]:
                line.call(self._answers, self._wake)
            self._reach.called(number)
        if not self._held:
            for line in self._ready:
                if now - line.idle_since > IDLE_SECONDS:
                    line.close(politely=True)
                    self._watch(line)

    def _listen(self, patience: float) -> None:
        """Waits for the lines, then a moment for more of them to be done."""
        until = time.monotonic() + patience
        while True:
            for key, _ in self._waiting.select(max(0.0, until - time.monotonic())):
                if key.data is None:
                    self._answer_bell()
                else:
                    self._heard(key.data, key.data.advance())
            now = time.monotonic()
            for line in self._busy:
                self._heard(line, line.expire(now))
            if not self._busy or now >= until:
                return
            if self._endings:
                until = min(until, now + GATHER_SECONDS)

    def _go_on(self) -> None:
        """What is on the wire goes on while a turn writes the rest out. An idle line may be closed: not now."""
        for key, _ in self._waiting.select(0):
            if key.data is not None and key.data.task is not None:
                self._heard(key.data, key.data.advance())

    def _heard(self, line: Line, verdict: Verdict | None) -> None:
        """Notes how a conversation ended, if it did, and watches the line for what it waits for."""
        if verdict is not None and line.task is not None:
            task, outcome, line.task = line.task, verdict.outcome, None
            self._endings.append(Ending(claim=task.claim, tries=task.tries, outcome=outcome))
            line.taken += line.is_open
            if not line.is_open and not line.taken:
                self._fail(time.monotonic(), outcome.reply or outcome.reason)
            elif line.taken == 1:
                if self._reach.is_down:
                    log.info("the relay takes mails again")
                self._reach.succeeded()
                self.tally.relay = ""
        self._watch(line)

    def _watch(self, line: Line) -> None:
        known = self._watched.get(line.number)
        wanted = None if line.wire is None else (line.wire, line.wants)
        if known == wanted:
            return
        if known is not None and wanted is not None and known[0] is wanted[0]:
            self._waiting.modify(known[0], wanted[1], line)
        else:
            if known is not None:
                self._waiting.unregister(known[0])
            if wanted is not None:
                self._waiting.register(*wanted, line)
        if wanted is None:
            self._watched.pop(line.number, None)
        else:
            self._watched[line.number] = wanted

    def _wake(self) -> None:
        with suppress(OSError):
            self._button.send(b"!")

    def _answer_bell(self) -> None:
        with suppress(BlockingIOError):
            self._bell.recv(4096)
        while True:
            try:
                call = self._answers.get_nowait()
            except Empty:
                return
            call.line.attach(call)
            if call.wire is None:
                self._fail(time.monotonic(), call.why)
            self._watch(call.line)

    def _fail(self, now: float, why: str) -> None:
        pause = self._reach.failed(now)
        log.warning("a call to the relay came to nothing", extra={"why": why, "again_in_seconds": pause})
        if not any(line.is_open for line in self._lines):
            self.tally.relay = why
            self._unsure += [(c.id, c.fence) for c in self._held]
            self._held = ()

    # Waiting, failing, ending.

    @property
    def _ready(self) -> list[Line]:
        return [line for line in self._lines if line.is_open and line.task is None]

    @property
    def _busy(self) -> list[Line]:
        return [line for line in self._lines if line.task is not None]

    def _patience(self) -> float:
        if self._break:
            return self._break
        if self._endings or self._unsure or (self._more_due and self._ready and not self._held):
            return 0.0
        if self._held and self._ready:
            return self._pace.wait()
        return POLL_SECONDS

    def _is_through(self) -> bool:
        if self._endings or self._unsure or self._held or self._busy or any(line.is_calling for line in self._lines):
            return False
        return self._nothing_due or (self._reach.is_down and not self._ready)

    def _safely(self, act: Callable[[], None]) -> bool:
        """Runs `act`; a database that fails is waited for, and nothing leaves meanwhile."""
        try:
            act()
        except SQLAlchemyError as error:
            self._break = min(LONGEST_BREAK, self._break * 2 or 0.25)
            log.warning(
                "the database does not answer as it should",
                extra={"error": type(getattr(error, "orig", None) or error).__name__, "again_in_seconds": self._break},
            )
            return False
        self._break = 0.0
        return True

    def _wind_up(self) -> None:
        """Finishes what is on the wire, writes it down and gives the claims back."""
        until = time.monotonic() + min(self._relay.timeout_seconds, GRACEFUL_SECONDS)
        self._unsure += [(c.id, c.fence) for c in self._held]
        self._held = ()
        while time.monotonic() < until and (self._busy or self._endings or self._unsure):
            if self._busy:
                self._listen(min(0.2, self._relay.lease_seconds / 4))
            now = time.monotonic()
            if self._busy and now >= self._renew_at:
                self._safely(lambda: self._renew(time.monotonic()))
            if (self._endings or self._unsure) and not self._safely(lambda: self._turn(time.monotonic(), [], 0)):
                time.sleep(self._break)
