"""A few programs run as one: started together, watched, started again when they fall, stopped together."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from crm.values.errors import Unavailable

PATIENCE_SECONDS = 8.0
"""How long a program may take to end by itself before it is ended."""

FALLS = 4
FALLS_WITHIN_SECONDS = 60.0
"""A program that falls that often in that time will not stay up: everything stops, and says so."""

_LOG_KEPT_BYTES = 10 * 1024 * 1024
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """One program: its name for people, its command, and the loopback port that answers once it is up."""

    name: str
    command: Sequence[str]
    port: int | None = None


@dataclass(slots=True)
class _Running:
    program: Program
    process: subprocess.Popen[bytes]
    falls: deque[float] = field(default_factory=lambda: deque(maxlen=FALLS))


@dataclass(slots=True)
class Together:
    """Runs programs side by side in one process group. `say` gets one sentence of news at a time.

    `logs` is the folder their output goes to, one file each; without it they write where we write.
    """

    programs: Sequence[Program]
    environment: Mapping[str, str]
    say: Callable[[str], None]
    logs: Path | None = None
    _running: list[_Running] = field(init=False, default_factory=list)
    _stopping: bool = field(init=False, default=False)

    def run(self, *, when_up: Callable[[], None], up_within: float = 60.0) -> None:
        """Starts everything, calls `when_up` once every port answers, and returns after a signal has ended it all.

        Raises Unavailable where a program does not come up or will not stay up; everything is stopped by then.
        """
        with self._listening_for_the_end():
            try:
                for program in self.programs:
                    self._running.append(_Running(program, self._start(program)))
                if self._until_up(up_within):
                    when_up()
                while not self._stopping:
                    self._watch()
                    time.sleep(0.2)
            finally:
                self._stop_all()

    def _until_up(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        for running in self._running:
            while running.program.port and not answers(running.program.port):
                if self._stopping:
                    return False
                self._watch()
                if time.monotonic() > until:
                    raise Unavailable(
                        f"{running.program.name} n’a pas démarré en {seconds:.0f} s{self._last_words(running)}"
                    )
                time.sleep(0.1)
        return not self._stopping

    def _watch(self) -> None:
        """Starts again whatever has fallen."""
        for running in self._running:
            code = running.process.poll()
            if code is None or self._stopping:
                continue
            now = time.monotonic()
            running.falls.append(now)
            if len(running.falls) == FALLS and now - running.falls[0] < FALLS_WITHIN_SECONDS:
                end = self._last_words(running)
                raise Unavailable(f"{running.program.name} ne tient pas debout (code {code}) : tout s’arrête{end}")
            time.sleep(min(0.5 * len(running.falls), 2.0))
            if not self._stopping:
                self.say(f"{running.program.name} est tombé (code {code}) ; il redémarre.")
                running.process = self._start(running.program)

    def _start(self, program: Program) -> subprocess.Popen[bytes]:
        with self._log(program) as log:
            return subprocess.Popen(  # noqa: S603 - our own programs, named in code
                list(program.command),
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - we start no threads
            )

    @contextmanager
    def _log(self, program: Program) -> Iterator[IO[bytes] | None]:
        if self.logs is None:
            yield None
            return
        self.logs.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._log_path(program)
        too_long = path.exists() and path.stat().st_size > _LOG_KEPT_BYTES
        with path.open("wb" if too_long else "ab") as file:
            yield file

    def _log_path(self, program: Program) -> Path:
        assert self.logs is not None
        return self.logs / f"{program.name.replace(' ', '-').replace('’', '-')}.log"

    def _last_words(self, running: _Running) -> str:
        """What the program wrote last, for the message that says it did not work."""
        if self.logs is None:
            return "."
        path = self._log_path(running.program)
        lines = path.read_text(errors="replace").splitlines()[-6:] if path.exists() else []
        return "\n".join([f".\nFin de {path} :", *(f"  {line[:300]}" for line in lines)])

    def _stop_all(self) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        for running in self._running:
            if running.process.poll() is None:
                running.process.terminate()
        for running in self._running:
            try:
                running.process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                running.process.kill()
                running.process.wait()

    @contextmanager
    def _listening_for_the_end(self) -> Iterator[None]:
        def end(_signal: int, _frame: object) -> None:
            self._stopping = True

        signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, end) for number in signals}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def answers(port: int) -> bool:
    """True where something on this machine takes connections on that port."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """True where we could listen on that port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _die_with_parent() -> None:
    """Runs in the child: it gets SIGTERM should we be killed outright."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == 1:
        os.kill(os.getpid(), signal.SIGTERM)
