"""In which notation a column of a file writes its amounts."""

from __future__ import annotations

from collections.abc import Iterable

from crm.values.money import Notation, cents_of

ENOUGH = 0.9


def notations_of(texts: Iterable[str]) -> tuple[Notation, ...]:
    """The notations that read (nearly) all of these cells; the Belgian one where both say the same of each.

    A notation that only reads what the other reads too, and less, is left out.
    """
    cells = [text for text in texts if text]
    if not cells:
        return ()
    read = {how: [cents_of(cell, how) for cell in cells] for how in Notation}
    if read[Notation.COMMA] == read[Notation.POINT]:
        return (Notation.COMMA,) if any(value is not None for value in read[Notation.COMMA]) else ()
    known = {how: {i for i, value in enumerate(values) if value is not None} for how, values in read.items()}
    good = {how: rows for how, rows in known.items() if len(rows) >= ENOUGH * len(cells)}
    return tuple(how for how, rows in good.items() if not any(rows < other for other in good.values()))
