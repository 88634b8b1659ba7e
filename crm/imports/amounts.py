"""In which notation a column of a file writes its amounts."""

from __future__ import annotations

from collections.abc import Iterable

from crm.values.money import Notation, cents_of, could_be_two

ENOUGH = 0.9


def notations_of(texts: Iterable[str]) -> tuple[Notation, ...]:
    """The notations that read (nearly) all of these cells; the Belgian one where both say the same of each.

    A notation that only reads what the other reads too, and less, is left out; both are told where « 1,250 » stands and
    no other cell says whether that is a thousand.
    """
    cells = [text for text in texts if text]
    if not cells:
        return ()
    read = {how: [cents_of(cell, how) for cell in cells] for how in Notation}
    if read[Notation.COMMA] == read[Notation.POINT]:
        return (Notation.COMMA,) if any(value is not None for value in read[Notation.COMMA]) else ()
    doubtful = {i for i, cell in enumerate(cells) if could_be_two(cell)}
    telling = (i for i in range(len(cells)) if read[Notation.COMMA][i] != read[Notation.POINT][i])
    if doubtful and doubtful.issuperset(telling):
        return tuple(Notation)
    sure = set(range(len(cells))) - doubtful
    known = {how: {i for i in sure if values[i] is not None} for how, values in read.items()}
    good = {how: rows for how, rows in known.items() if len(rows) >= ENOUGH * len(sure)}
    return tuple(how for how, rows in good.items() if not any(rows < other for other in good.values()))
