"""The dry run: every row read, weighed against what is known, and kept with its verdict; nothing else is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from crm.foundation.signing import AddressHasher
from crm.imports import store
from crm.imports.kinds.cells import Cells
from crm.imports.kinds.model import Kind
from crm.imports.layout import Fault, RawRow
from crm.imports.model import Matching, Reason, Row, RowVerdict, Run
from crm.imports.planning import Plan, keys_of, plans, silence_key
from crm.imports.wish import Said, Wish
from crm.people import settling as people
from crm.people.arrivals import Arrival, Known, imagined
from crm.values.languages import Language

_FAULTS = {fault: Reason(fault.value) for fault in Fault}


def read(
    kind: Kind, rows: Sequence[RawRow], matching: Matching, *, today: date, purposes: Mapping[str, str]
) -> tuple[list[tuple[int, Wish]], list[Row]]:
    """The wishes of the good rows by number, and the bad rows with bare cells. `purposes`: folded names to codes."""
    good: list[tuple[int, Wish]] = []
    bad: list[Row] = []
    for row in rows:
        if row.fault is not None:
            bad.append(_bad(row, [(_FAULTS[row.fault], "")]))
            continue
        cells = Cells(row.cells, matching, today=today, purposes=purposes)
        wish = kind.read(cells)
        if wish is None:
            bad.append(_bad(row, cells.reasons or [(Reason.NOBODY, "")]))
        else:
            good.append((row.number, wish))
    return good, bad


def _bad(row: RawRow, reasons: Sequence[tuple[Reason, str]]) -> Row:
    # A cell of a megabyte helps nobody who mends the file; a text column cannot hold a nought.
    cells = [cell[:2000].replace("\0", "\ufffd") for cell in row.cells]
    return Row(number=row.number, verdict=RowVerdict.ERROR, reasons=tuple(dict.fromkeys(reasons)), given=cells)


class Ahead:
    """Newcomers of earlier rows, whom a dry run does not write: a number per key, their rows are read when met."""

    def __init__(self, run: Run, language: Language, at: datetime) -> None:
        self._run = run
        self._language = language
        self._at = at
        self._rows: dict[int, int] = {}
        self._silenced: set[int] = set()

    def met(self, session: Session, arrivals: Sequence[Arrival]) -> Mapping[int, tuple[Known, tuple[Said, ...]]]:
        """Those whom a key of these arrivals leads to, by the number of their row."""
        numbers = {self._rows[h] for arrival in arrivals for h in map(hash, keys_of(arrival)) if h in self._rows}
        found: dict[int, tuple[Known, tuple[Said, ...]]] = {}
        for number, row in store.rows_numbered(session, self._run.id, numbers).items():
            wish = Wish.of_json(row.given)
            if wish.arrival is not None:
                person = people.imagined(wish.arrival, number, self._language, self._at)
                found[number] = (imagined(wish.arrival, person), wish.said)
        return found

    def was_silenced(self, key: str) -> bool:
        """True where an earlier row silenced that address or digest."""
        return hash(key) in self._silenced

    def remember(self, made: Sequence[Plan], addresses: AddressHasher) -> None:
        """Keeps the keys of a block's newcomers for the blocks after it."""
        for plan in made:
            if plan.is_silenced:
                self._silenced.add(hash(silence_key(addresses, plan.wish)))
            elif plan.verdict is RowVerdict.CREATE and plan.wish.arrival is not None:
                for key in keys_of(plan.wish.arrival):
                    self._rows.setdefault(hash(key), plan.number)


def check(
    session: Session,
    addresses: AddressHasher,
    good: Sequence[tuple[int, Wish]],
    *,
    at: datetime,
    language: Language,
    ahead: Ahead,
) -> list[Row]:
    """What those rows come to; nothing is written."""
    made = plans(session, addresses, good, at=at, language=language, before=ahead)
    ahead.remember(made, addresses)
    return [row_of_plan(plan) for plan in made]


def row_of_plan(plan: Plan) -> Row:
    """The row as it is kept."""
    return Row(
        number=plan.number,
        verdict=plan.verdict,
        reasons=plan.reasons,
        given=plan.wish.as_json(),
        person_id=plan.person_id,
    )
