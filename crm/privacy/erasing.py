"""Showing somebody all we hold of them, and forgetting them: both walk every room by its `personal_data.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from crm.contracts.personal_data import Erasing, Kept, PersonHolder, Section, Subject
from crm.foundation.database import hold
from crm.foundation.signing import AddressHasher, Sealer
from crm.privacy import identities
from crm.privacy.errors import NobodyToForget
from crm.privacy.journal import Journal, Line
from crm.values.identifiers import PersonId
from crm.values.languages import Language


@dataclass(frozen=True, kw_only=True, slots=True)
class Holdings:
    """All the house holds of people: who finds them, which rooms answer (upper ones first), and where files lie.

    `reckoned` shows what is kept nowhere and follows from the rest: the segments somebody is in today.
    """

    find: Callable[[Session, PersonId], Subject | None]
    holders: tuple[PersonHolder, ...]
    addresses: AddressHasher
    sealer: Sealer
    home: Path
    reckoned: tuple[Callable[[Session, Subject, Language], Section], ...] = ()

    @property
    def journal(self) -> Journal:
        return Journal(self.home / "erasures.jsonl")


@dataclass(frozen=True, kw_only=True, slots=True)
class Erasure:
    """What an erasure did, or would do: rows by table, what stays and why, how many files went."""

    person_id: PersonId
    erased: dict[str, int]
    kept: tuple[Kept, ...]
    files: int
    identities: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """What somebody is shown: who they are, in which language, section by section; empty sections too."""

    subject: Subject
    language: Language
    sections: Sequence[Section]


def shown(session: Session, holdings: Holdings, person_id: PersonId, language: Language | None = None) -> Shown:
    """Everything the house holds of somebody, in their language. Raises `NobodyToForget`."""
    subject = _subject(session, holdings, person_id)
    speaks = language or subject.language
    sections = [section for room in reversed(holdings.holders) for section in room.show(session, subject, speaks)]
    sections += [one(session, subject, speaks) for one in holdings.reckoned]
    return Shown(subject=subject, language=speaks, sections=tuple(sections))


def erase(
    session: Session, holdings: Holdings, person_id: PersonId, *, at: datetime, is_rehearsal: bool = False
) -> Erasure:
    """Forgets somebody in every room, within the session's transaction. Raises `NobodyToForget`.

    A rehearsal does the same to the rows (its caller rolls back) and leaves files and journal alone. The journal is
    written before the transaction ends: an erasure that a crash cut short is done again by `forget_again`.
    """
    hold(session, f"erase {person_id}")
    subject = _held(session, holdings, person_id)
    keys = identities.keys_of(holdings.addresses, subject)
    erased: dict[str, int] = {}
    kept: list[Kept] = []
    files: list[Path] = []
    for room in holdings.holders:
        gone = room.erase(session, subject, Erasing(at=at, sealer=holdings.sealer, home=holdings.home))
        erased |= {table: erased.get(table, 0) + count for table, count in gone.erased.items()}
        kept += gone.kept
        files += gone.files
    identities.put(session, keys, at=at)
    if not is_rehearsal:
        mark = _mark(holdings, subject.person_id, subject.created_at)
        holdings.journal.write(Line(person_id=subject.person_id, mark=mark, keys=keys, at=at))
        for file in files:
            file.unlink(missing_ok=True)
    return Erasure(person_id=subject.person_id, erased=erased, kept=tuple(kept), files=len(files), identities=len(keys))


class _FileStays(Exception):
    """A file may speak of somebody whom age alone would forget."""


def forget(
    session: Session, holdings: Holdings, person_id: PersonId, *, still: Callable[[], bool], at: datetime
) -> bool:
    """Forgets somebody by age, whom nobody asked to forget: in every room, and without a word in the journal.

    `still` is asked once nobody else can write about them any more: what one waits for may be a word of theirs. False
    where it said no, and where a file that came in may speak of them: it goes by its own term, and they after it.
    Raises `NobodyToForget`.
    """
    hold(session, f"erase {person_id}")
    subject = _held(session, holdings, person_id)
    if not still():
        return False
    try:
        with session.begin_nested():
            _erase_rows(session, holdings, subject, at=at)
    except _FileStays:
        return False
    return True


def _erase_rows(session: Session, holdings: Holdings, subject: Subject, *, at: datetime) -> None:
    for room in holdings.holders:
        gone = room.erase(session, subject, Erasing(at=at, sealer=holdings.sealer, home=holdings.home))
        if gone.files:
            raise _FileStays


def forget_again(session: Session, holdings: Holdings, *, at: datetime) -> tuple[Erasure, ...]:
    """Erases once more whom the journal speaks of and a restored backup brought back; empty in a healthy house."""
    done = []
    for line in list(holdings.journal.lines()):
        identities.put(session, {holdings.addresses.current(key) for key in line.keys}, at=line.at)
        subject = holdings.find(session, line.person_id)
        if subject is None or subject.person_id != line.person_id:
            continue
        if holdings.addresses.current(line.mark) == _mark(holdings, line.person_id, subject.created_at):
            done.append(erase(session, holdings, line.person_id, at=at))
    return tuple(done)


def _held(session: Session, holdings: Holdings, person_id: PersonId) -> Subject:
    """The subject as they are once nobody arrives at an address of theirs, and nobody writes down a word of theirs.

    Whoever arrives waits for an address, then for the words of the person found there: so does an erasure.
    """
    held: set[str] = set()
    while True:
        subject = _subject(session, holdings, person_id)
        keys = subject.address_keys | {holdings.addresses.key_of(email) for email in subject.emails}
        names = [f"address {key}" for key in sorted(keys)]
        names += [f"consent {number}" for number in sorted(subject.person_ids)]
        if held.issuperset(names):
            return subject
        for name in names:
            hold(session, name)
        held.update(names)


def _subject(session: Session, holdings: Holdings, person_id: PersonId) -> Subject:
    subject = holdings.find(session, person_id)
    if subject is None:
        raise NobodyToForget
    return subject


def _mark(holdings: Holdings, person_id: PersonId, created_at: datetime) -> str:
    return holdings.addresses.key_of(f"person {person_id}\n{created_at.isoformat(timespec='microseconds')}")
