"""How eagerly a sender calls its relay: one call first, then the rest; ever longer pauses while nobody answers."""

from __future__ import annotations

from dataclasses import dataclass

CALLS_PER_SECOND = 4.0
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 60.0
SEVERAL = 3


@dataclass(kw_only=True, slots=True)
class Reach:
    """Counts calls and failures. All instants are monotonic seconds, given by the caller.

    The first line calls alone; once the relay took a mail over it the others follow at once. In the long run there are
    at most `CALLS_PER_SECOND`, and after a failure one at a time, after ever longer pauses.
    """

    lines: int
    failures: int = 0
    _next_at: float = 0.0
    _saved: float = 1.0
    _counted_at: float = 0.0
    _proven: bool = False

    @property
    def is_down(self) -> bool:
        """True where several calls in a row came to nothing."""
        return self.failures >= SEVERAL

    def may_call(self, now: float, *, calling: int) -> int:
        """How many lines may call now, where so many are calling already."""
        self._saved = min(max(1.0, self._saved), self._saved + (now - self._counted_at) * CALLS_PER_SECOND)
        self._counted_at = now
        if now < self._next_at:
            return 0
        if self.failures or not self._proven:
            return 1 if calling == 0 and self._saved >= 1 else 0
        return int(self._saved)

    def called(self, number: int) -> None:
        """So many lines are calling."""
        self._saved -= number

    def succeeded(self) -> None:
        """The relay took the first mail over a new line."""
        if self.failures or not self._proven:
            self._saved = float(self.lines)
        self.failures, self._proven = 0, True

    def failed(self, now: float) -> float:
        """A call failed, or a line was lost before it took any mail; the pause before the next call."""
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**self.failures)
        self.failures += 1
        self._next_at = now + pause
        return pause


@dataclass(slots=True)
class Pace:
    """At most `per_second` mails, evenly; 0 means no limit."""

    per_second: float
    _saved: float = 1.0
    _counted_at: float = 0.0

    def room(self, now: float, wanted: int) -> int:
        """How many of `wanted` mails may leave now."""
        if self.per_second <= 0:
            return wanted
        most = max(1.0, self.per_second / 4)
        self._saved = min(most, self._saved + (now - self._counted_at) * self.per_second)
        self._counted_at = now
        return min(wanted, int(self._saved))

    def spend(self, number: int) -> None:
        """So many mails are leaving."""
        self._saved -= number

    def wait(self) -> float:
        """How long until the next one may leave."""
        return 0.0 if self.per_second <= 0 or self._saved >= 1 else (1 - self._saved) / self.per_second
