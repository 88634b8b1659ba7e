"""Copies to look at, marked while a run is drawn: what Windows-1252 lacks, seeds, what is handed over.

They are kept with the run as sequence numbers, so that its page need not walk hundreds of thousands of copies.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from crm.foundation.transliteration import UNKNOWN, is_printable, printable
from crm.magazine.envelopes import COLUMNS

MOST = 1000
"""More of a kind are not kept by number."""
SEQ, LINES, IS_SEED, BY_HAND = (COLUMNS.index(name) for name in ("seq", "lines", "is_seed", "by_hand"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Marks:
    """The sequence numbers of each kind, and how many there are of it; those of `lost` have a letter that is lost."""

    counts: dict[str, int] = field(default_factory=dict)
    seqs: dict[str, list[int]] = field(default_factory=dict)

    def seen(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """Looks at the values of a copy, in the order of `envelopes.COLUMNS`; gives them back."""
        lines, seq = values[LINES], values[SEQ]
        if not is_printable(lines):
            self._mark("lost" if UNKNOWN in printable(lines) and UNKNOWN not in lines else "odd", seq)
        if values[IS_SEED]:
            self._mark("seed", seq)
        if values[BY_HAND]:
            self._mark("hand", seq)
        return values

    def _mark(self, kind: str, seq: int) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        kept = self.seqs.setdefault(kind, [])
        if len(kept) < MOST:
            kept.append(seq)

    def as_json(self) -> dict[str, Any]:
        """As it is kept with its run."""
        return {"counts": self.counts, "seqs": self.seqs}
