"""The one who works through an import, block by block. A rim of its own: each block is a short transaction.

Whatever ends the process between two blocks, the next worker goes on where the last committed one ended: the place is
written in the transaction that holds the block. No row is written twice, none is lost.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy.orm import Session

from crm.consent import service as consent
from crm.foundation import bulk
from crm.foundation.database import Database
from crm.foundation.signing import AddressHasher, Sealer
from crm.imports import applying, aside, checking, promising, reading, store, totals, undoing
from crm.imports.errors import FileRefused
from crm.imports.files import Shelf
from crm.imports.kinds.every import OF_CONSENT, kind_of
from crm.imports.layout import RawRow
from crm.imports.model import STOPPED, RowVerdict, Run, RunId, RunState
from crm.imports.wish import cents_of
from crm.people import arriving
from crm.plans.mandates import Safe
from crm.values.calendar import brussels_day
from crm.values.folding import folded
from crm.values.languages import Language

log = logging.getLogger("portevoix.imports")

BLOCK = 500
SETTLED_FROM = 1000
"""After an import of so many rows the database looks again at what it holds: it plans by that, and a launch to people
it has never counted would take minutes."""
LEASE = timedelta(seconds=60)
LAST = 2**62
DIGESTS = -1
"""In the cursor of an applying run: all rows are written, known addresses meet the hashed list next."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Worker:
    """What it needs to work. `language` is for newcomers who say none."""

    database: Database
    addresses: AddressHasher
    sealer: Sealer
    safe: Safe
    shelf: Shelf
    clock: Callable[[], datetime]
    language: Language

    def work(self, run_id: RunId | None = None) -> Run | None:
        """Takes a run that waits (that one, if it is named) and works until its stage is over; the run as it is then.

        None where nothing waits or another worker has it. Raises nothing for a bad file, nor where something unforeseen
        goes wrong: the run says what, and a person says what next. Only a database that is away is for the caller.
        """
        now = self.clock()
        with self.database.transaction() as session:
            run = store.claim(session, now=now, lease_until=now + LEASE, run_id=run_id)
        if run is None:
            return None
        stage = {RunState.CHECKING: self._check, RunState.APPLYING: self._apply}.get(run.state, self._undo)
        try:
            stage(run)
        except Exception as error:  # noqa: BLE001 - a run that nobody stops is taken up again for ever
            self._stop(run, error)
        with self.database.reading() as session:
            return store.find_run(session, run.id)

    def _stop(self, run: Run, error: Exception) -> None:
        """Notes that something unforeseen went wrong, and at which row; what it was is for the log, without its words.

        Left alone, the run would be taken up again each minute, with the half of it that is in, and nobody told.
        """
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{place.filename}:{place.lineno}"
        told = {"run": run.id, "state": run.state.value, "error": type(error).__name__, "where": where}
        log.error("an import stopped", extra=told)  # the words of an error may hold what was to be written
        with self.database.transaction() as session:
            row = ""
            if run.state is RunState.APPLYING and (cursor := store.cursor_of(session, run.id)) >= 0:
                row = "".join(str(one.number) for one in store.rows_after(session, run.id, cursor, 1))
            store.renew(session, run, lease_until=self.clock(), error=f"{STOPPED}:{row}")

    def _check(self, run: Run) -> None:
        kind, matching = kind_of(run.kind), run.matching
        assert matching is not None
        with self.database.transaction() as session:
            store.forget_rows(session, run.id)  # a dry run that was cut begins again: it has written nothing else
            purposes = _purposes(session, run.kind)
        today, ahead = brussels_day(self.clock()), checking.Ahead(run, self.language, self.clock())
        raw = reading.body(self.shelf.source(run.file_token), run.layout, len(run.headers))
        done, counts, amounts = 0, dict.fromkeys(RowVerdict, 0), totals.nought(run)
        while True:
            try:
                block = list(islice(raw, BLOCK))
            except FileRefused as refused:
                with self.database.transaction() as session:
                    store.renew(session, run, lease_until=self.clock(), error=_told(refused))
                return
            good, bad = checking.read(kind, block, matching, today=today, purposes=purposes)
            good = [(number, promising.enclosed(self.safe, wish)) for number, wish in good]
            with self.database.reading() as session:
                rows = checking.check(
                    session, self.addresses, good, at=self.clock(), language=self.language, ahead=ahead
                )
            done += len(block)
            for row in (*rows, *bad):
                counts[row.verdict] += 1
            for row in rows if amounts else ():
                if row.verdict is not RowVerdict.ERROR:
                    amounts[totals.pile(row.verdict)] += cents_of(row.given)
            with self.database.transaction() as session:
                bulk.settle_outgrown(session)
                if not self._goes_on(session, run, progress=done):
                    return
                store.add_rows(session, run.id, [*rows, *bad])
                if len(block) < BLOCK:
                    store.move(
                        session,
                        run.id,
                        within=(RunState.CHECKING,),
                        to=RunState.CHECKED,
                        at=self.clock(),
                        rows_total=done,
                        counts={verdict.value: n for verdict, n in counts.items() if n} | amounts,
                    )
                    return

    def _apply(self, run: Run) -> None:
        is_over, singly = False, 0
        while not is_over:
            try:
                with self.database.transaction() as session:
                    bulk.settle_outgrown(session)
                    is_over = self._apply_block(session, run, 1 if singly else 0)
            except Exception:
                if singly:
                    raise
                singly = BLOCK  # nothing of the block is in: row by row, the one at fault is found, the others go in
            else:
                singly = max(0, singly - 1)
        if run.rows_total >= SETTLED_FROM:
            with self.database.transaction() as session:
                bulk.settle(session)

    def _apply_block(self, session: Session, run: Run, size: int = 0) -> bool:
        """One block; True when the stage is over."""
        arriving.hold_arrivals(session)
        cursor = store.cursor_of(session, run.id)
        at = self.clock()
        if cursor >= 0:
            rows = store.rows_after(session, run.id, cursor, size or BLOCK)
            progress = run.progress if not rows else _progress(session, run) + len(rows)
            further = rows[-1].number if rows else DIGESTS
            if not self._goes_on(session, run, cursor=further, **({"progress": progress} if rows else {})):
                return True
            if rows:
                applying.apply(session, self.addresses, self.sealer, run, rows, at=at, language=self.language)
            return False
        after = -cursor - 1
        reached = applying.meet_everybody(session, run, after, at=at) if run.kind == "suppressions" else None
        if reached is not None:
            return not self._goes_on(session, run, cursor=-reached - 1)
        counts = totals.counted(session, run)
        store.move(
            session,
            run.id,
            within=(RunState.APPLYING,),
            to=RunState.APPLIED,
            at=at,
            applied_at=at,
            counts=counts,
        )
        aside.hand_over(session, run, counts, at=at, language=self.language)
        return True

    def _undo(self, run: Run) -> None:
        while True:
            with self.database.transaction() as session:
                bulk.settle_outgrown(session)
                arriving.hold_arrivals(session)  # nobody is merged between the look and the deed
                cursor = store.cursor_of(session, run.id)
                changes = store.changes_before(session, run.id, cursor or LAST, BLOCK)
                at = self.clock()
                if not changes:
                    kept = store.page(session, run.id, verdicts=(), after=-1, size=1, kept=True).total
                    store.move(
                        session,
                        run.id,
                        within=(RunState.UNDOING,),
                        to=RunState.UNDONE,
                        at=at,
                        undone_at=at,
                        counts={**run.counts, "kept": kept},
                    )
                    return
                progress = _progress(session, run) + len(changes)
                if not self._goes_on(session, run, cursor=changes[-1].id, progress=progress):
                    return
                kept_rows = undoing.undo(session, self.sealer, run, changes, at=at)
                store.keep_rows(session, run.id, {number: why.value for number, why in kept_rows.items()})

    def _goes_on(self, session: Session, run: Run, **values: int) -> bool:
        return store.renew(session, run, lease_until=self.clock() + LEASE, **values)


def _progress(session: Session, run: Run) -> int:
    found = store.find_run(session, run.id)
    return found.progress if found else 0


def _purposes(session: Session, kind: str) -> dict[str, str]:
    """Folded codes and names of the purposes such a file may speak of, to their codes."""
    found: dict[str, str] = {}
    for purpose in consent.addressed(session) if kind in OF_CONSENT else consent.letters(session):
        found |= {folded(name): purpose.code for name in purpose.names.values()}
        found[folded(purpose.code)] = purpose.code
    return found


def _told(refused: FileRefused) -> str:
    return f"{refused.why.value}:{refused.line or ''}"


def rows_of(shelf: Shelf, run: Run) -> Iterator[RawRow]:
    """The rows of a run's file below its header."""
    return reading.body(shelf.source(run.file_token), run.layout, len(run.headers))
