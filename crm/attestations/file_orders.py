"""Files for the administration asked for at the desk: looked at, then made beside the office, and taken once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from crm.attestations import belcotax, file_making, filed_store, filing
from crm.attestations.errors import (
    FileChanged,
    FileGone,
    FileUnsound,
    FormatUnknown,
    InstitutionIncomplete,
    NothingToFile,
)
from crm.attestations.file_making import Wanted
from crm.attestations.file_model import UNDER_WAY, AskedFile, FileState
from crm.attestations.filing import Prepared
from crm.attestations.locking import House
from crm.attestations.model import Filing
from crm.attestations.sealed_text import SealedText, opened
from crm.attestations.tables import FileRow
from crm.audit import service as audit
from crm.foundation.database import Database, hold
from crm.foundation.shelf import Shelf
from crm.foundation.signing import Sealer
from crm.values.identifiers import AccountId

LEASE = timedelta(minutes=2)
"""So long an order is one worker's; it is renewed at each sign of life."""
KEPT = timedelta(hours=24)
"""So long a file that was made lies there to be taken."""
MOST = 200
"""Flaws and cut zones that are kept to be shown."""
REFUSALS: dict[type[Exception], str] = {
    NothingToFile: "nothing to file",
    FormatUnknown: "format unknown",
    InstitutionIncomplete: "institution incomplete",
}


def ask(session: Session, sealer: Sealer, wanted: Wanted, *, at: datetime, by: AccountId) -> AskedFile:
    """Asks that a file be looked at; twice while another of that year is under way is once."""
    hold(session, f"attestation file {wanted.year}")
    before = _latest(session, wanted.year)
    if before is not None and before.state in UNDER_WAY:
        return _asked(before)
    row = _add(session, wanted, FileState.CHECKING, at=at, by=by)
    _record(session, sealer, row, "attestations.file-checked", at=at, by=by)
    return _asked(row)


def go_on(session: Session, year: int, order_id: int, *, by: AccountId) -> AskedFile | None:
    """Lets a file that passed our checks be made, in the name of whoever says so; None where it waits for no word."""
    last = _latest(session, year)
    values = {"state": FileState.MAKING, "asked_by": by, "seen": 0, "lease_until": None}
    if last is None or last.id != order_id or not _note(session, order_id, FileState.CHECKED, **values):
        return None
    return _asked(session.get_one(FileRow, order_id))


def ask_again(session: Session, year: int, filing_id: int, *, at: datetime, by: AccountId) -> AskedFile:
    """Asks for a file that was made to be made once more, letter by letter the same. Raises FileGone."""
    found = filed_store.filing(session, filing_id)
    if found is None or found[0].year != year:
        raise FileGone
    made = found[0]
    hold(session, f"attestation file {year}")
    before = _latest(session, year)
    if before is not None and before.state in UNDER_WAY:
        return _asked(before)
    first = session.scalar(
        select(FileRow.reference).where(FileRow.filing_id == filing_id).order_by(FileRow.id).limit(1)
    )
    wanted = Wanted(year=year, format=made.format, answers=first or "", again=filing_id)
    row = _add(session, wanted, FileState.MAKING, at=at, by=by)
    row.total = made.count
    session.flush()
    return _asked(row)


def latest(session: Session, year: int) -> AskedFile | None:
    """The last file that was asked for of a year."""
    row = _latest(session, year)
    return None if row is None else _asked(row)


@dataclass(frozen=True, kw_only=True, slots=True)
class Filer:
    """Where such files are looked at and made, by any number of workers, cut anywhere."""

    database: Database
    house: House
    clock: Callable[[], datetime]
    shelf: Shelf

    def work(self, order_id: int | None = None) -> FileState | None:
        """Carries out what waits (that one, if it is named); how it ended. None where nothing does."""
        with self.database.transaction() as session:
            order = _claim(session, order_id, at=self.clock())
        if order is None:
            return None
        try:
            return self._check(order) if order.state is FileState.CHECKING else self._make(order)
        except FileUnsound as refused:
            told = {"flaws": len(refused.flaws)}
            return self._end(order, FileState.REFUSED, flaws=list(refused.flaws[:MOST]), figures=told)
        except (NothingToFile, FormatUnknown, InstitutionIncomplete) as refused:
            return self._end(order, FileState.REFUSED, flaws=[REFUSALS[type(refused)]], figures={"flaws": 1})
        except FileChanged:
            return self._end(order, FileState.CHANGED)

    def take(self, year: int, order_id: int, *, by: AccountId) -> tuple[AskedFile, IO[bytes]]:
        """The file, in clear, for whoever takes it now and for nobody afterwards. Raises FileGone."""
        now = self.clock()
        with self.database.transaction() as session:
            row = session.get(FileRow, order_id, populate_existing=True)
            token = row.token if row is not None and row.year == year else ""
            file = self.shelf.open(token) if token else None
            taken: dict[str, Any] = {"state": FileState.TAKEN, "token": "", "taken_at": now, "taken_by": by}
            if row is None or file is None:
                raise FileGone
            if not _note(session, order_id, FileState.MADE, **taken):
                file.close()
                raise FileGone
            order = _asked(session.get_one(FileRow, order_id, populate_existing=True))
            _record(session, self.house.sealer, row, "attestations.file-taken", at=now, by=by)
        self.shelf.forget(token)
        return order, opened(file, self.house.seal, str(order.id), closes=True)

    def tidy(self) -> int:
        """Forgets files that nobody took in time; how many."""
        now = self.clock()
        with self.database.transaction() as session:
            kept = session.scalars(select(FileRow).where(FileRow.token != "")).all()
            tokens = [one.token for one in kept]
            gone = [one for one in kept if (one.ready_at or now) + KEPT <= now]
            forgotten = [one.token for one in gone]
            for one in gone:
                one.token, one.state = "", FileState.GONE
        for token in (*forgotten, *self.shelf.strays(set(tokens), older_than=(now - KEPT).timestamp())):
            self.shelf.forget(token)
        return len(forgotten)

    def _check(self, order: AskedFile) -> FileState:
        with self.database.reading() as session:
            total = filing.waiting(session, order.year)
            tell = self._telling(order, total)
            prepared = filing.prepare(session, self.house, order.year, order.format, tell=tell)
        return self._end(order, FileState.CHECKED, figures=figures(self.house, prepared), seen=total, total=total)

    def _make(self, order: AskedFile) -> FileState:
        wanted = Wanted(
            year=order.year,
            format=order.format,
            is_test=order.is_test,
            answers=order.reference,
            again=order.filing_id,
        )
        at = self.clock()
        total = order.figures.get("count", order.total)
        with self.shelf.laying() as (token, file):
            vessel = SealedText(file, self.house.seal, str(order.id))

            def also(session: Session, prepared: Prepared, filed: Filing | None) -> None:
                made = figures(self.house, prepared)
                if order.filing_id is None and made != order.figures:
                    raise FileChanged
                values: dict[str, Any] = {"state": FileState.MADE, "token": token, "ready_at": self.clock()}
                values |= {"figures": made, "filing_id": filed.id if filed else None}
                if not _note(session, order.id, FileState.MAKING, **values):
                    raise FileChanged  # another worker was quicker: this one had lost its lease
                if order.filing_id is not None or order.is_test:
                    row = session.get_one(FileRow, order.id)
                    _record(session, self.house.sealer, row, "attestations.file-made", at=at, by=order.asked_by)

            tell = self._telling(order, total)
            file_making.make(self.database, self.house, wanted, vessel, at=at, by=order.asked_by, tell=tell, also=also)
        return FileState.MADE

    def _telling(self, order: AskedFile, total: int) -> Callable[[int], None]:
        def tell(seen: int) -> None:
            with self.database.transaction() as session:
                _note(session, order.id, order.state, seen=seen, total=total, lease_until=self.clock() + LEASE)

        return tell

    def _end(self, order: AskedFile, state: FileState, **values: object) -> FileState:
        with self.database.transaction() as session:
            _note(session, order.id, order.state, state=state, **values)
        return state


def figures(house: House, prepared: Prepared) -> dict[str, Any]:
    """Control totals of a file, and what had to be cut in it; of nobody by name."""
    cut = [[number, list(zones)] for number, zones in list(prepared.cut.items())[:MOST]]
    is_xml = prepared.format in filing.XML
    return {
        "count": prepared.count,
        "cents": prepared.cents,
        "numbers": prepared.numbers,
        "first": prepared.whole[0].number,
        "last": prepared.whole[-1].number,
        "correction": prepared.is_correction,
        "operations": {one.value: count for one, count in prepared.operations.items()},
        "records": [prepared.count + more for more in belcotax.BESIDE] if is_xml else [],
        "schema": filing.has_schema(house, prepared.year, prepared.format),
        "cut": cut,
        "cut_count": len(prepared.cut),
    }


def _add(session: Session, wanted: Wanted, state: FileState, *, at: datetime, by: AccountId) -> FileRow:
    row = FileRow(
        year=wanted.year, format=wanted.format, is_test=wanted.is_test, reference=wanted.answers, state=state,
        asked_at=at, asked_by=by, seen=0, total=0, figures={}, flaws=[], filing_id=wanted.again, token="",
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def _record(session: Session, sealer: Sealer, row: FileRow, action: str, *, at: datetime, by: AccountId | None) -> None:
    facts = {"format": row.format.value, "test": row.is_test}
    audit.record(
        session, sealer, at=at, account_id=by, action=action, subject="attestations", subject_id=row.year, facts=facts
    )


def _claim(session: Session, order_id: int | None, *, at: datetime) -> AskedFile | None:
    row = FileRow
    free = (row.state.in_(UNDER_WAY), or_(row.lease_until.is_(None), row.lease_until < at))
    query = select(row).where(*free).order_by(row.id).limit(1).with_for_update(skip_locked=True)
    found = session.scalar(query if order_id is None else query.where(row.id == order_id))
    if found is None:
        return None
    found.lease_until, found.seen = at + LEASE, 0
    session.flush()
    return _asked(found)


def _note(session: Session, order_id: int, state: FileState, /, **values: object) -> bool:
    """Writes values on an order that is still where it was."""
    here = update(FileRow).where(FileRow.id == order_id, FileRow.state == state).values(**values)
    noted = session.execute(here.returning(FileRow.id).execution_options(synchronize_session=False)).first()
    session.expire_all()
    return noted is not None


def _latest(session: Session, year: int) -> FileRow | None:
    query = select(FileRow).where(FileRow.year == year).order_by(FileRow.id.desc()).limit(1)
    return session.scalar(query.execution_options(populate_existing=True))


_PLAIN = ("id", "year", "format", "is_test", "reference", "state", "asked_at", "seen", "total", "filing_id")
_LATER = ("token", "ready_at", "taken_at")


def _asked(row: FileRow) -> AskedFile:
    return AskedFile(
        **{name: getattr(row, name) for name in (*_PLAIN, *_LATER)},
        asked_by=None if row.asked_by is None else AccountId(row.asked_by),
        taken_by=None if row.taken_by is None else AccountId(row.taken_by),
        figures=dict(row.figures),
        flaws=tuple(row.flaws),
    )
