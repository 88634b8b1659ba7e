"""The door of imports: take a file in, say how it is read, match its columns, try it, apply it, undo it, forget it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from crm.foundation.signing import AddressHasher, Sealer
from crm.imports import answering, deciding, mended, moving_in, reading, rules, store, totals
from crm.imports.errors import MappingIncomplete, RunMissing, WrongMoment
from crm.imports.files import KeptFile, Shelf
from crm.imports.kinds.every import DAY_ZERO, kind_of
from crm.imports.kinds.model import Field, Kind, Sort
from crm.imports.layout import Layout, Look, RawRow
from crm.imports.model import Matching, Reason, Row, RowPage, RowVerdict, Run, RunId, RunState
from crm.imports.wish import Decided
from crm.people import arriving, links
from crm.people.model import Person
from crm.values import money
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId
from crm.values.languages import Language

SET_ASIDE = (RowVerdict.ERROR, RowVerdict.REVIEW)
"""Rows that do not go in, or not without a person's word."""

asks_who, asks_another_gift, asks_account = deciding.asks_who, deciding.asks_another_gift, deciding.asks_account
is_decided = answering.is_decided

BEFORE_APPLYING = (RunState.READ, RunState.CHECKED)
SYSTEM = "system"
"""The choice that says whose numbers a file bears: one system has one name here, however each file spells it."""


def look(shelf: Shelf, kept: KeptFile | str, wanted: Layout | None = None) -> Look:
    """How a kept file is read. Opens no transaction. Raises `FileRefused`."""
    token = kept if isinstance(kept, str) else kept.token
    return reading.look(shelf.source(token), wanted)


def open_run(
    session: Session,
    *,
    kind: str,
    file_name: str,
    kept: KeptFile,
    seen: Look,
    by: AccountId | None,
    at: datetime,
    expected_rows: int | None = None,
    expected_cents: int | None = None,
) -> Run:
    """A new import of a file that was read; its columns are matched as last time, else as their names say.

    Raises `KindMissing`.
    """
    found = kind_of(kind)
    today = brussels_day(at)
    run = store.add_run(
        session,
        kind=found.code,
        file_name=" ".join(file_name.replace("\\", "/").rpartition("/")[2].split())[-200:] or "fichier",
        file_token=kept.token,
        sha256=kept.sha256,
        size=kept.size,
        state=RunState.READ,
        layout=seen.layout.as_json(),
        sheets=list(seen.sheets),
        headers=list(seen.headers),
        odd_lines=seen.odd_lines,
        matching=None,
        expected_rows=expected_rows,
        expected_cents=expected_cents,
        started_by=by,
        created_at=at,
        stage_at=at,
        applied_at=None,
        undone_at=None,
        purge_on=today + rules.KEPT,
        purged_at=None,
        lease_until=None,
    )
    return replace(run, matching=proposed(session, run, seen, today=today))


def reread(session: Session, run_id: RunId, seen: Look, *, at: datetime) -> Run:
    """Keeps another way of reading the file; what was tried before is forgotten. Raises `RunMissing`, `WrongMoment`."""
    _move(
        session,
        run_id,
        BEFORE_APPLYING,
        RunState.READ,
        at=at,
        layout=seen.layout.as_json(),
        headers=list(seen.headers),
        matching=None,
        counts={},
        progress=0,
        rows_total=0,
    )
    store.forget_rows(session, run_id)
    return get(session, run_id)


def get(session: Session, run_id: RunId) -> Run:
    """One import. Raises `RunMissing`."""
    found = store.find_run(session, run_id)
    if found is None:
        raise RunMissing
    return found


def runs(session: Session, *, limit: int = 50, before: int | None = None) -> tuple[Run, ...]:
    """The newest imports first."""
    return store.runs(session, limit=limit, before=before)


def proposed(session: Session, run: Run, seen: Look, *, today: date) -> Matching:
    """How the columns match: as somebody chose, as this source was matched last time, else as far as can be told.

    A format that fits a column is proposed only where no other does: a day that could be two things is for a person.
    """
    if run.matching is not None:
        return run.matching
    kind = kind_of(run.kind)
    before = _matched_before(session, run) if run.layout.header_row else None
    columns = dict(before.columns) if before else rules.guessed_columns(kind.fields, run.headers)
    body = [row.cells for row in seen.sample if row.number > run.layout.header_row and row.fault is None]
    by_column = [[cells[i] if i < len(cells) else "" for cells in body] for i in range(len(run.headers))]
    if not run.layout.header_row:
        columns = rules.guessed_by_content(kind.fields, by_column, ()) | columns
    formats: dict[str, str] = {}
    for field in kind.fields:
        place = columns.get(field.name)
        if place is None or place >= len(by_column):
            continue
        possible = rules.possible_formats(field.sort, by_column[place], today=today)
        kept = before.formats.get(field.name, "") if before else ""
        if kept and (kept in possible or not possible):
            formats[field.name] = kept
        elif len(possible) == 1:
            formats[field.name] = possible[0]
    return Matching(columns=columns, formats=formats, choices=dict(before.choices) if before else {})


def _matched_before(session: Session, run: Run) -> Matching | None:
    """As the import was whose rows come again, mended; else as this source was matched last time."""
    headers = mended.theirs(run.headers)
    if (run_id := mended.come_from(run.headers)) is not None:
        first = store.find_run(session, run_id)
        if first is not None and first.kind == run.kind and mended.theirs(first.headers) == headers:
            return first.matching
    return store.find_mapping(session, run.kind, rules.signature(headers))


def check(session: Session, run_id: RunId, matching: Matching, *, at: datetime) -> Run:
    """Asks for the dry run with these columns, formats and choices, and remembers them for this source.

    Raises `RunMissing`, `WrongMoment`, `MappingIncomplete`.
    """
    run = get(session, run_id)
    kind = kind_of(run.kind)
    tidy = _tidy(kind, run, matching)
    if system := tidy.choices.get(SYSTEM, ""):
        tidy = replace(tidy, choices={**tidy.choices, SYSTEM: links.system_named(session, system)})
    if lacking := rules.missing(kind, tidy):
        raise MappingIncomplete(lacking)
    _move(
        session,
        run_id,
        BEFORE_APPLYING,
        RunState.CHECKING,
        at=at,
        matching=tidy.as_json(),
        progress=0,
        cursor=0,
        counts={},
    )
    if run.layout.header_row:
        store.keep_mapping(session, run.kind, rules.signature(mended.theirs(run.headers)), tidy, at=at)
    return get(session, run_id)


def apply(session: Session, run_id: RunId, *, at: datetime) -> Run:
    """Asks for the real thing. Raises `RunMissing`, `WrongMoment` where it was not tried first."""
    _move(session, run_id, (RunState.CHECKED,), RunState.APPLYING, at=at, progress=0, cursor=0)
    return get(session, run_id)


def undo(session: Session, run_id: RunId, *, at: datetime) -> Run:
    """Asks to take an applied import back, or what is in of one that stopped on its way.

    Raises `RunMissing`, `WrongMoment` (also once its rows are forgotten).
    """
    run = get(session, run_id)
    if run.purged_at is not None:
        raise WrongMoment
    within = (run.state,) if run.is_stopped and run.state is RunState.APPLYING else (RunState.APPLIED,)
    total = store.change_count(session, run_id)
    _move(session, run_id, within, RunState.UNDOING, at=at, progress=0, cursor=0, rows_total=total)
    return get(session, run_id)


def resume(session: Session, run_id: RunId, *, leave_row: bool = False) -> Run:
    """Lets an import that stopped go on where it was; with `leave_row`, the row at which it stopped is set aside.

    Raises `RunMissing`, `WrongMoment` where it did not stop, or its rows are forgotten.
    """
    run = get(session, run_id)
    if not run.is_stopped or not store.go_on(session, run):
        raise WrongMoment
    if leave_row and run.stopped_at is not None:
        told = ((Reason.FAILED, ""),)
        rows = store.rows_numbered(session, run_id, (run.stopped_at,)).values()
        aside = [replace(row, verdict=RowVerdict.ERROR, reasons=told, person_id=None, fingerprint="") for row in rows]
        store.change_rows(session, run_id, aside)
    return get(session, run_id)


def possible(session: Session, addresses: AddressHasher, rows: Collection[Row]) -> dict[int, tuple[Person, ...]]:
    """Of each row that leaves open who it is about, whom it may mean."""
    return answering.possible(session, addresses, rows)


def decide(
    session: Session,
    addresses: AddressHasher,
    sealer: Sealer,
    run_id: RunId,
    *,
    number: int,
    said: Decided,
    at: datetime,
    language: Language,
) -> Row:
    """Keeps a person's word on a row that waits for it: of an applied import it is written at once, and an undo takes
    it along; of one that was tried, it is kept for when the file goes in.

    Raises `RunMissing`, `WrongMoment` where that row does not wait, or not for this.
    """
    arriving.hold_arrivals(session)
    run = get(session, run_id)
    row = store.rows_numbered(session, run_id, (number,)).get(number)
    if run.purged_at is not None or row is None or row.verdict is not RowVerdict.REVIEW:
        raise WrongMoment
    if not deciding.answers(row, said):
        raise WrongMoment
    if store.hold_run(session, run_id, RunState.APPLIED):
        answering.write(session, addresses, sealer, run, row, said=said, at=at, language=language)
    elif store.hold_run(session, run_id, RunState.CHECKED):
        answering.keep(session, addresses, run, row, said=said, at=at, language=language)
    else:
        raise WrongMoment
    store.change_run(session, run_id, counts=totals.counted(session, run))
    return store.rows_numbered(session, run_id, (number,))[number]


def ask_again(session: Session, run_id: RunId, *, number: int) -> Row:
    """Takes back what a person said of a row of an import that was tried; the row waits as before.

    Raises `RunMissing`, `WrongMoment` where it was not tried, or nothing was said of that row.
    """
    run = get(session, run_id)
    row = store.rows_numbered(session, run_id, (number,)).get(number)
    if not store.hold_run(session, run_id, RunState.CHECKED) or row is None or not answering.is_decided(row):
        raise WrongMoment
    answering.ask_again(session, run, row)
    store.change_run(session, run_id, counts=totals.counted(session, run))
    return store.rows_numbered(session, run_id, (number,))[number]


def cancel(session: Session, run_id: RunId, *, at: datetime) -> Run:
    """Gives an import up before anything was written. Raises `RunMissing`, `WrongMoment`."""
    _move(session, run_id, (*BEFORE_APPLYING, RunState.CHECKING), RunState.CANCELLED, at=at)
    return get(session, run_id)


def page(
    session: Session,
    run_id: RunId,
    *,
    verdicts: Collection[RowVerdict] = (),
    after: int = -1,
    size: int = 50,
    kept: bool = False,
) -> RowPage:
    """A page of rows with their verdicts; `kept`: those of which something stays after an undo."""
    return store.page(session, run_id, verdicts=verdicts, after=after, size=size, kept=kept)


def applied_before(session: Session, run: Run) -> Run | None:
    """Another import of exactly this file that was applied, if there is one."""
    return store.same_file(session, run.kind, run.sha256, but=run.id)


def day_zero(session: Session) -> tuple[tuple[Kind, moving_in.Step | None], ...]:
    """What an organisation that moves in brings, in order, each with what all its files come to."""
    there = moving_in.standing(session, DAY_ZERO)
    return tuple((kind_of(code), moving_in.step(session, there[code]) if code in there else None) for code in DAY_ZERO)


def expect(session: Session, run_id: RunId, rows: int | None, cents: int | None = None) -> None:
    """Notes how many rows the old system says there are in all files of that kind, and what they come to.

    Raises `RunMissing`.
    """
    run = get(session, run_id)
    for other in moving_in.standing(session, {run.kind}).get(run.kind, ()):
        store.change_run(session, other.id, expected_rows=None, expected_cents=None)
    store.change_run(session, run_id, expected_rows=rows, expected_cents=cents)


def forget(session: Session, shelf: Shelf, *, at: datetime, limit: int = 20) -> int:
    """Forgets files and rows on their purge day: what was imported stays, the possibility to undo does not."""
    due = store.due_for_purge(session, brussels_day(at), limit)
    for run in due:
        store.forget_rows(session, run.id)
        store.change_run(session, run.id, purged_at=at, file_token="", file_name="")
        shelf.forget(run.file_token)
    return len(due)


def sample(seen: Look, run: Run, count: int = 5) -> tuple[RawRow, ...]:
    """The first rows below the header."""
    return tuple(row for row in seen.sample if row.number > run.layout.header_row and any(row.cells))[:count]


def _tidy(kind: Kind, run: Run, matching: Matching) -> Matching:
    """Only what this kind knows and this file has."""
    names = {field.name for field in kind.fields}
    columns = {n: p for n, p in matching.columns.items() if n in names and 0 <= p < len(run.headers)}
    choices = {c.name: text for c in kind.choices if (text := matching.choices.get(c.name, "").strip()[:2000])}
    return Matching(
        columns=columns,
        formats={n: how for n, how in matching.formats.items() if n in columns and how},
        choices=choices,
    )


def _move(
    session: Session, run_id: RunId, within: Collection[RunState], to: RunState, *, at: datetime, **values: object
) -> None:
    if not store.move(session, run_id, within=within, to=to, at=at, **values):
        get(session, run_id)
        raise WrongMoment


def set_aside(session: Session, run_id: RunId, numbers: Collection[int]) -> dict[int, Row]:
    """Which of those rows did not go in: bad ones, and those only a person can decide."""
    found = store.rows_numbered(session, run_id, numbers)
    return {number: row for number, row in found.items() if row.verdict in SET_ASIDE}


def formats_of(seen: Look, run: Run, field: Field, place: int, *, today: date) -> tuple[str, ...]:
    """The formats in which a column can be read, as far as its first rows tell."""
    cells = [row.cells[place] for row in sample(seen, run, 400) if place < len(row.cells)]
    return rules.possible_formats(field.sort, cells, today=today)


def examples(seen: Look, run: Run, field: Field, place: int, how: str, *, today: date) -> tuple[tuple[str, str], ...]:
    """Five cells of days or amounts beside what they are taken to mean; an empty text where they cannot be read."""
    cells = [row.cells[place] for row in sample(seen, run, 400) if place < len(row.cells) and row.cells[place]]
    if field.sort is Sort.AMOUNT:  # what could be two things stands first
        cells.sort(key=lambda cell: not money.could_be_two(cell))
    return tuple((cell, rules.meaning(field.sort, cell, how, today=today)) for cell in cells[:5])


def strays(session: Session, shelf: Shelf, *, older_than: datetime) -> list[str]:
    """Files no import speaks of, such as an upload that was cut."""
    return shelf.strays(store.tokens(session), older_than=older_than.timestamp())
