"""What leaves for the printer: copies that still stand, in files whose manifest says what is in them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from itertools import starmap
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy import ColumnElement, String, cast, func, or_, select
from sqlalchemy.orm import Session

from crm.consent import gate, no_selects
from crm.consent import selects as consent
from crm.consent.model import MAGAZINE, Channel
from crm.foundation.print_files import SideBySide, lay, slug
from crm.foundation.transliteration import UNKNOWN, is_printable, printable
from crm.magazine import mail_id, print_house, store
from crm.magazine.errors import NoPublication
from crm.magazine.model import Basis, Copy, IssueRun, Publication, Removal
from crm.magazine.print_house import Printed
from crm.magazine.tables import CopyRow, IssueRunRow, PrintFileRow
from crm.people import households
from crm.people import selects as people
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId, IssueRunId

SHOWN = 200
AT_ONCE = 5000
"""Rows that are turned into bytes at once."""
WORDS = ("title", "language", "basis")
FIELDS = tuple(name for name in Copy.__dataclass_fields__ if name != "lines")
SEED = Basis.STAFF.value
SAYING_NO = ("objected", "refused", "withdrawn", "restricted")


SHEET_MOST = 50_000
"""Rows up to which sheets are made unasked: each thousand takes a quarter of a second, and a CSV opens as well."""
SHEET_AT_ONCE, FILES_AT_ONCE = 5_000, 40_000
TOLD_AT = 10_000
"""So often is it told how far a file is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which files are made beside the two CSV, and which firm or team receives them."""

    xlsx: bool = True
    mail_id: bool = False
    recipient: str = ""


def is_long(rows: int, wanted: Wanted) -> bool:
    """Whether files of so many rows take more than two seconds: they are made beside the office."""
    return rows > (SHEET_AT_ONCE if wanted.xlsx else FILES_AT_ONCE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One file: its name, its rows and copies, its fingerprint, its first and last sequence number."""

    name: str
    rows: int
    copies: int
    sha256: str
    first: int
    last: int
    seeds: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What left: each copy stands once in `rows`, in the file of its country and version."""

    rows: int
    copies: int
    countries: Mapping[str, int]
    versions: Mapping[str, int]
    removed: Mapping[str, int]
    seeds: int
    """Copies of our own people, which tell us whether it arrives; no row of a file says which they are."""
    transliterated: int
    purge_on: date
    parts: tuple[Part, ...]


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


def strike(session: Session, run_id: IssueRunId, *, at: datetime) -> int:
    """Takes out whoever has died or objected since the freeze (an erasure takes itself out); how many.

    Who lives with somebody who died or objected gets their copy under their own name alone.
    A copy that was printed long ago and whose person was erased since has no name any more: it leaves no second time.
    """
    run = store.run(session, run_id)
    who = people.everybody().subquery("who")
    dead = select(who.c.person_id).where(or_(who.c.is_deceased, who.c.person_id.in_(people.reported_dead())))
    among = select(CopyRow.person_id).where(CopyRow.run_id == run.id, CopyRow.removal.is_(None))
    moment = gate.moment(session, at)
    refused = consent.refused(MAGAZINE, Channel.POST, moment=moment, among=among).subquery("refused")
    objected = select(refused.c.person_id).where(refused.c.refusal.in_(SAYING_NO))
    here = CopyRow.run_id == run.id
    households.leave_names(session, CopyRow, run.frozen_at, here, CopyRow.removal.is_(None))
    store.remove(session, here & (CopyRow.lines == ""), removal=Removal.ERASED, removed_at=at)
    gone = store.remove(session, here & CopyRow.person_id.in_(dead), removal=Removal.DECEASED, removed_at=at)
    gone += store.remove(session, here & CopyRow.person_id.in_(objected), removal=Removal.OBJECTED, removed_at=at)
    unwilling = no_selects.unwilling_at_home(MAGAZINE, Channel.POST, moment=moment)
    households.leave_unwilling(session, CopyRow, run.frozen_at, unwilling, here, CopyRow.removal.is_(None))
    return gone


def copies(session: Session, run_id: IssueRunId, *where: ColumnElement[bool]) -> Iterator[Copy]:
    """The copies of a run that stand, in their order; a few thousand in memory at once."""
    row = CopyRow
    query = select(*(getattr(row, name) for name in FIELDS), row.lines).where(
        row.run_id == run_id, row.removal.is_(None), *where
    )
    stream = session.execute(query.order_by(row.seq).execution_options(yield_per=AT_ONCE))
    for *values, printed in stream:
        yield Copy(**dict(zip(FIELDS, values, strict=True)), lines=tuple(printed.split("\n")))


def _streamed(session: Session, run_id: IssueRunId) -> Iterator[Printed]:
    """The same as the files want them: plain texts, hundreds of thousands of times."""
    row = CopyRow
    columns = [cast(getattr(row, n), String) if n in WORDS else getattr(row, n) for n in Printed._fields]
    query = select(*columns).where(row.run_id == run_id, row.removal.is_(None)).order_by(row.seq)
    return starmap(Printed, session.connection().execute(query.execution_options(yield_per=AT_ONCE)))


def removed(session: Session, run_id: IssueRunId) -> dict[str, int]:
    """How many copies of a run are not printed after all, and why."""
    row = CopyRow
    query = select(row.removal).where(row.run_id == run_id, row.removal.is_not(None))
    return dict(Counter(one.value for one in session.scalars(query) if one is not None))


def marked(session: Session, run_id: IssueRunId, *kinds: str, size: int = SHOWN) -> list[Copy]:
    """Copies of a run that were marked when it was drawn (`marks`) and still stand, in their order, some of them."""
    kept = store.marks_of(session, run_id) or {"seqs": {}}
    seqs = [seq for kind in kinds for seq in kept["seqs"].get(kind, [])[:size]]
    return list(copies(session, run_id, CopyRow.seq.in_(seqs))) if seqs else []


def count_marked(session: Session, run_id: IssueRunId, kind: str) -> int:
    """How many copies of a run were marked so when it was drawn."""
    kept = store.marks_of(session, run_id) or {"counts": {}}
    return int(kept["counts"].get(kind, 0))


def odd(session: Session, run_id: IssueRunId, *, size: int = SHOWN) -> list[Odd]:
    """The lines that Windows-1252 cannot print as they are, those first that lose a letter."""
    is_marked = store.marks_of(session, run_id) is not None
    several = marked(session, run_id, "lost", "odd", size=size) if is_marked else copies(session, run_id)
    found = [
        Odd(person_id=copy.person_id, written=line, printed=printable(line))
        for copy in several
        for line in copy.lines
        if not is_printable(line)
    ]
    return sorted(found, key=lambda one: not one.is_lost)[:size]


def write(
    session: Session,
    run_id: IssueRunId,
    file: IO[bytes],
    wanted: Wanted,
    *,
    at: datetime,
    tell: Callable[[int, int], None] | None = None,
) -> Manifest:
    """Writes all files of a run into one ZIP, and says what is in them; `tell` hears how many of how many are done.

    Raises RunMissing, NoPublication.
    """
    run = store.run(session, run_id)
    plan, publication = store.issue(session, run.issue_id).plan, store.publication(session)
    if publication is None:
        raise NoPublication
    packs: dict[str, _Pack] = {}
    countries: Counter[str] = Counter()
    versions: Counter[str] = Counter()
    house = slug(publication.name, otherwise="magazine")
    name = f"{house}-{plan.number}{'' if run.place == 0 else f'-{run.kind.value}-{run.place}'}"
    for place, copy in enumerate(_streamed(session, run_id)):
        if tell is not None and place % TOLD_AT == 0:
            tell(place, run.mailed - run.removed)
        key = _pack(copy)
        if key not in packs:
            packs[key] = _Pack(with_sheet=wanted.xlsx)
        packs[key].add(copy.seq, copy.copies, print_house.row(copy, plan.number), is_seed=copy.basis == SEED)
        countries[copy.country] += copy.copies
        versions[copy.version] += copy.copies
    parts: list[Part] = []
    with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as zipped:
        for key, pack in sorted(packs.items()):
            parts += pack.put(zipped, f"{name}-{key}")
        if wanted.mail_id:
            parts.append(_mail_id(session, run, publication, zipped, name))
        manifest = Manifest(
            rows=sum(pack.files.rows for pack in packs.values()),
            copies=sum(pack.copies for pack in packs.values()),
            countries=dict(countries),
            versions=dict(versions),
            removed=removed(session, run_id),
            seeds=sum(pack.seeds for pack in packs.values()),
            transliterated=sum(pack.files.transliterated for pack in packs.values()),
            purge_on=brussels_day(at) + timedelta(days=publication.keep_days),
            parts=tuple(parts),
        )
        said = {"publication": publication.name, "numero": plan.number, "fait": at.isoformat()} | asdict(manifest)
        zipped.writestr(f"{name}-manifeste.json", json.dumps(said, ensure_ascii=False, indent=2, default=str))
    return manifest


def note(
    session: Session, run_id: IssueRunId, manifest: Manifest, *, recipient: str, by: AccountId | None, at: datetime
) -> int:
    """Keeps the manifest of what left, and for whom."""
    row = PrintFileRow(
        run_id=run_id,
        made_at=at,
        made_by=by,
        rows=manifest.rows,
        copies=manifest.copies,
        removed=sum(manifest.removed.values()),
        purge_on=manifest.purge_on,
        parts=[asdict(part) for part in manifest.parts],
        recipient=recipient,
    )
    session.add(row)
    session.flush()
    return row.id


def told(manifest: Manifest) -> dict[str, Any]:
    """What the trail keeps of files that left."""
    return {"rows": manifest.rows, "copies": manifest.copies, "sha256": [one.sha256 for one in manifest.parts]}


def removed_in(session: Session, file_id: int) -> int:
    """How many copies had been taken out of a run when its files were made."""
    return session.scalar(select(PrintFileRow.removed).where(PrintFileRow.id == file_id)) or 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """A file that left, as its manifest was kept."""

    id: int
    run_id: int
    made_at: datetime
    made_by: int | None
    rows: int
    copies: int
    removed: int
    purge_on: date
    purged_on: date | None
    parts: list[Any] = field(default_factory=list)
    recipient: str = ""
    """Who received it; empty for files of before this was asked."""

    @property
    def seeds(self) -> int:
        """How many copies of our own people it held."""
        return sum(part.get("seeds", 0) for part in self.parts if part["name"].endswith("-utf8.csv"))


def left(session: Session, run_ids: list[int]) -> list[Left]:
    """What left of those runs, the newest first."""
    query = select(PrintFileRow).where(PrintFileRow.run_id.in_(run_ids)).order_by(PrintFileRow.id.desc())
    return [Left(**{name: getattr(row, name) for name in Left.__dataclass_fields__}) for row in session.scalars(query)]


def run_of(session: Session, file_id: int) -> int | None:
    """The run of a file that left."""
    return session.scalar(select(PrintFileRow.run_id).where(PrintFileRow.id == file_id))


def overdue(session: Session, *, today: date) -> dict[int, int]:
    """How many files the printer should have deleted and did not say so, by issue."""
    row = PrintFileRow
    late = (row.purged_on.is_(None), row.purge_on < today)
    query = select(IssueRunRow.issue_id, func.count()).join(row, row.run_id == IssueRunRow.id).where(*late)
    return {int(one[0]): int(one[1]) for one in session.execute(query.group_by(IssueRunRow.issue_id))}


def say_purged(session: Session, file_id: int, *, on: date) -> bool:
    """Notes that the printer said the file is deleted. True if that is news."""
    row = session.get(PrintFileRow, file_id)
    if row is None or row.purged_on is not None:
        return False
    row.purged_on = on
    session.flush()
    return True


def say_recipient(session: Session, file_id: int, recipient: str) -> bool:
    """Notes who received a file of which that was never written down; once. True if that is news."""
    row = session.get(PrintFileRow, file_id)
    if row is None or row.recipient or not recipient:
        return False
    row.recipient = recipient
    session.flush()
    return True


def last_recipient(session: Session) -> str:
    """Who received the newest file of which we know it, else the printer of the house."""
    row = PrintFileRow
    found = session.scalar(select(row.recipient).where(row.recipient != "").order_by(row.id.desc()).limit(1))
    publication = store.publication(session)
    return found or (publication.printer if publication else "")


def _pack(copy: Printed) -> str:
    place = "remise" if copy.by_hand else "be" if copy.country == "BE" else "etranger"
    return f"{place}-{copy.version.lower()}"


class _Pack:
    """The files of one country and version, written side by side as copies come by, some hundred at a time."""

    def __init__(self, *, with_sheet: bool) -> None:
        self.copies = self.first = self.last = self.seeds = 0
        self.files = SideBySide(print_house.COLUMNS, with_sheet=with_sheet)

    def add(self, seq: int, copies: int, cells: list[str], *, is_seed: bool) -> None:
        """One more copy."""
        self.seeds += is_seed
        self.copies += copies
        self.first, self.last = self.first or seq, seq
        self.files.add(cells)

    def put(self, zipped: ZipFile, name: str) -> Iterator[Part]:
        """Lays the files into the ZIP."""
        for called, digest in self.files.put(zipped, name):
            yield Part(
                name=called,
                rows=self.files.rows,
                copies=self.copies,
                seeds=self.seeds,
                sha256=digest,
                first=self.first,
                last=self.last,
            )


def _mail_id(session: Session, run: IssueRun, publication: Publication, zipped: ZipFile, name: str) -> Part:
    plan = store.issue(session, run.issue_id).plan
    with TemporaryFile() as file:
        count = mail_id.write(
            file, copies(session, run.id), publication, reference=mail_id.reference(name), drop_on=plan.drop_on
        )
        called = f"{name}-mail-id-a-verifier.xml"
        return Part(name=called, rows=count, copies=count, sha256=lay(zipped, called, file), first=0, last=0)
