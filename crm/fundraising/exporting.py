"""Files that leave: asked for, agreed to by a second colleague where they are large, made, kept track of."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.consent import do_not_call
from crm.consent.model import Channel
from crm.foundation.database import hold
from crm.foundation.print_files import SideBySide, slug
from crm.foundation.translation import N_, say
from crm.foundation.transliteration import UNKNOWN, is_printable, printable
from crm.fundraising import mail_house, paper, seeds, store, versions
from crm.fundraising.errors import (
    AppealAbandoned,
    AppealForgotten,
    AppealOpen,
    FileUndecided,
    LeavesByMail,
    NotOurLetters,
    OwnFile,
    PlanWrong,
)
from crm.fundraising.model import AppealFile, Arm, FileForm, FileState, Manifest, Recipient, WholeAppeal
from crm.fundraising.tables import AppealFileRow, RecipientRow
from crm.privacy import limits
from crm.segments import leaving
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId, AppealId, CellId
from crm.values.languages import Language

AT_ONCE = 2000
LONGEST_RECIPIENT = 200
DESTROY = N_("Faire confirmer la destruction : fichier de l’appel %(code)s, remis à %(recipient)s")
OURSELVES = N_("nous-mêmes")


@dataclass(frozen=True, kw_only=True, slots=True)
class Odd:
    """A line that Windows-1252 cannot print as it is, and what it prints instead."""

    person_id: int
    written: str
    printed: str

    @property
    def is_lost(self) -> bool:
        """True where a letter has nothing near it."""
        return UNKNOWN in self.printed and UNKNOWN not in self.written


def recipients(session: Session, appeal_id: AppealId, *, cell_id: CellId | None = None) -> Iterator[Recipient]:
    """Those who are written to as things stand, in the order of their letters; a few thousand in memory at once."""
    row = RecipientRow
    query = select(*(getattr(row, name) for name in store.PRINTED)).where(
        row.appeal_id == appeal_id, row.arm == Arm.MAILED, row.removal.is_(None), store.uncalled()
    )
    if cell_id is not None:
        query = query.where(row.cell_id == cell_id)
    stream = session.execute(query.order_by(row.seq).execution_options(yield_per=AT_ONCE)).mappings()
    for one in stream:
        yield store.noun(dict(one))


def odd(session: Session, appeal_id: AppealId, *, size: int = 100) -> list[Odd]:
    """The lines of addresses that Windows-1252 cannot print as they are, those first that lose a letter.

    Reads those alone that were found odd when they were frozen: few of many.
    """
    row = RecipientRow
    some = select(row.person_id, row.lines).where(
        row.appeal_id == appeal_id, row.is_odd, row.arm == Arm.MAILED, row.removal.is_(None), store.uncalled()
    )
    found = [
        Odd(person_id=person_id, written=line, printed=printable(line))
        for person_id, lines in session.execute(some.order_by(row.seq))
        for line in lines.split("\n")
        if not is_printable(line)
    ]
    return sorted(found, key=lambda one: not one.is_lost)[:size]


def ask(
    session: Session, appeal_id: AppealId, form: FileForm, *, recipient: str = "", by: AccountId, at: datetime
) -> AppealFile:
    """Asks for a file of whoever is written to. A large one (`privacy.limits`) waits for a second colleague.

    `recipient` is who will be handed it; letters we print ourselves have none. Raises AppealOpen, AppealAbandoned,
    AppealForgotten, PlanWrong, NotOurLetters, LeavesByMail, and BlockListStale where people are called and no
    do-not-call list holds.
    """
    appeal, named = store.find(session, appeal_id), " ".join(recipient.split())[:LONGEST_RECIPIENT]
    if appeal.frozen_at is None:
        raise AppealOpen
    _may_leave(appeal)
    if appeal.plan.channel is Channel.EMAIL:
        raise LeavesByMail
    if form is FileForm.LIST and not named:
        raise PlanWrong("recipient")
    _screened(session, appeal, at=at)
    rows = sum(store.standing(session, appeal_id).values())
    if form is FileForm.LETTERS and not are_ours(session, appeal, rows):
        raise NotOurLetters
    large = limits.value(session, limits.LARGE_FILE, brussels_day(at))
    row = AppealFileRow(
        appeal_id=appeal_id,
        form=form,
        state=FileState.ASKED if rows >= large else FileState.APPROVED,
        asked_at=at,
        asked_by=by,
        asked_rows=rows,
        recipient=named,
        parts=[],
    )
    session.add(row)
    session.flush()
    return _file(row)


def are_ours(session: Session, appeal: WholeAppeal, rows: int) -> bool:
    """Whether so many letters of an appeal are printed by the house itself."""
    return appeal.plan.channel is Channel.POST and 0 < rows <= paper.MOST and versions.are_written(session, appeal)


def decide(
    session: Session, appeal_id: AppealId, file_id: int, *, approve: bool, by: AccountId, at: datetime
) -> AppealFile:
    """A second colleague agrees or not. Raises FileUndecided (once decided, too), OwnFile."""
    hold(session, f"appeal file {file_id}")
    row = _row(session, appeal_id, file_id)
    if row.state is not FileState.ASKED:
        raise FileUndecided
    if row.asked_by == by:
        raise OwnFile
    row.state = FileState.APPROVED if approve else FileState.REFUSED
    row.decided_at, row.decided_by = at, by
    session.flush()
    return _file(row)


def ready(session: Session, appeal_id: AppealId, file_id: int, *, at: datetime) -> AppealFile:
    """A file that may leave now.

    Raises FileUndecided where it was not agreed to, or has left; AgreementOver where that was for fewer people or too
    long ago; BlockListStale.
    """
    appeal = store.find(session, appeal_id)
    _may_leave(appeal)
    _screened(session, appeal, at=at)
    row = _row(session, appeal_id, file_id)
    if row.state is not FileState.APPROVED:
        raise FileUndecided
    rows, since = sum(store.standing(session, appeal_id).values()), row.decided_at or row.asked_at
    is_seen = row.decided_by is not None
    limits.require_agreed(session, agreed=row.asked_rows, rows=rows, since=since, is_seen=is_seen, at=at)
    return _file(row)


def files(session: Session, appeal_id: AppealId) -> tuple[AppealFile, ...]:
    """Every file of an appeal, the newest first."""
    row = AppealFileRow
    rows = session.scalars(select(row).where(row.appeal_id == appeal_id).order_by(row.id.desc()))
    return tuple(_file(one) for one in rows)


def write(session: Session, appeal: WholeAppeal, file: IO[bytes], *, recipient: str = "", at: datetime) -> Manifest:
    """Writes the list into a ZIP with its manifest; what the manifest says is what the files hold."""
    channel = appeal.plan.channel
    places = {cell.id: cell.position for cell in store.cells(session, appeal.id)}
    tables = SideBySide(mail_house.COLUMNS[channel], with_sheet=True)
    by_cell: Counter[str] = Counter()
    for one in recipients(session, appeal.id):
        cell = places[one.cell_id]
        tables.add(mail_house.row(one, channel, cell=cell))
        by_cell[f"{cell:02d}"] += 1
    controls = list(seeds.rows(session, appeal)) if channel is Channel.POST else []
    for one, its_cell in controls:
        tables.add(mail_house.row(one, channel, cell=its_cell.position))
    name = slug(appeal.appeal.code, otherwise="appel")
    with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as zipped:
        laid = [{"name": called, "rows": tables.rows, "sha256": digest} for called, digest in tables.put(zipped, name)]
        changed = tables.transliterated
        found = manifest(session, appeal, by_cell, tuple(laid), transliterated=changed, seeds=len(controls), at=at)
        said = {"appel": appeal.appeal.code, "remis_a": recipient, "fait": at.isoformat()} | asdict(found)
        zipped.writestr(f"{name}-manifeste.json", json.dumps(said, ensure_ascii=False, indent=2, default=str))
    return found


def note(
    session: Session, appeal_id: AppealId, file_id: int, made: Manifest, *, by: AccountId | None, at: datetime
) -> None:
    """Keeps the manifest of a file that leaves now: once. Raises FileUndecided."""
    hold(session, f"appeal file {file_id}")
    ready(session, appeal_id, file_id, at=at)
    store.leave(session, appeal_id, on=brussels_day(at))
    row = _row(session, appeal_id, file_id)
    row.state, row.made_at, row.made_by = FileState.MADE, at, by
    row.rows, row.seeds, row.removed = made.rows, made.seeds, sum(made.removed.values())
    row.by_cell, row.parts = dict(made.by_cell), [dict(one) for one in made.parts]
    row.purge_on = made.purge_on
    session.flush()


def say_purged(session: Session, appeal_id: AppealId, file_id: int, *, by: AccountId, at: datetime) -> bool:
    """Notes that whoever had the file says it is deleted; the reminder is done. True if that is news."""
    row = _row(session, appeal_id, file_id)
    if row.state is not FileState.MADE or row.purged_on is not None:
        return False
    row.purged_on = brussels_day(at)
    session.flush()
    leaving.settle(session, row.task_id, by=by, at=at)
    return True


def remind(session: Session, *, language: Language, active: Collection[AccountId], at: datetime) -> int:
    """Asks whoever handed a file out to have its destruction confirmed, once its day has come; how many."""
    row = AppealFileRow
    over = (row.purge_on <= brussels_day(at), row.purged_on.is_(None), row.task_id.is_(None))
    files = session.scalars(select(row).where(*over, row.state == FileState.MADE).order_by(row.id)).all()
    codes = {one.id: one.appeal.code for one in store.whole(session, {AppealId(file.appeal_id) for file in files})}
    for file in files:
        recipient = file.recipient[: leaving.LONGEST_NAME] or say(language, OURSELVES)
        title = say(language, DESTROY, code=codes[AppealId(file.appeal_id)], recipient=recipient)
        file.task_id = leaving.reminder(session, title, handed_by=file.made_by, active=active, at=at)
    session.flush()
    return len(files)


def manifest(
    session: Session,
    appeal: WholeAppeal,
    by_cell: Counter[str],
    parts: tuple[dict[str, object], ...],
    *,
    transliterated: int = 0,
    seeds: int = 0,
    at: datetime,
) -> Manifest:
    """What a file of an appeal holds."""
    return Manifest(
        rows=sum(by_cell.values()),
        seeds=seeds,
        by_cell=dict(sorted(by_cell.items())),
        removed={word.value: count for word, count in store.removed(session, appeal.id).items()},
        transliterated=transliterated,
        purge_on=brussels_day(at) + timedelta(days=appeal.plan.keep_days),
        parts=parts,
    )


def _may_leave(appeal: WholeAppeal) -> None:
    if appeal.abandoned_at is not None:
        raise AppealAbandoned
    if appeal.is_forgotten:
        raise AppealForgotten


def _screened(session: Session, appeal: WholeAppeal, *, at: datetime) -> None:
    if appeal.plan.channel is Channel.PHONE:
        do_not_call.require_fresh(session, brussels_day(at))


def _row(session: Session, appeal_id: AppealId, file_id: int) -> AppealFileRow:
    row = session.get(AppealFileRow, file_id, populate_existing=True)
    if row is None or row.appeal_id != appeal_id:
        raise FileUndecided
    return row


def _file(row: AppealFileRow) -> AppealFile:
    plain = (
        "id",
        "form",
        "state",
        "asked_at",
        "asked_rows",
        "recipient",
        "made_at",
        "rows",
        "seeds",
        "removed",
        "by_cell",
        "purge_on",
    )
    return AppealFile(
        **{name: getattr(row, name) for name in plain},
        asked_by=AccountId(row.asked_by),
        decided_by=None if row.decided_by is None else AccountId(row.decided_by),
        made_by=None if row.made_by is None else AccountId(row.made_by),
        parts=tuple(row.parts),
        purged_on=row.purged_on,
    )
