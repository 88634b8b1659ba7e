"""How every room answers for the personal data it holds: it shows it to whom it is about, and it forgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy.orm import Session

from crm.foundation.signing import Sealer
from crm.values.identifiers import PersonId
from crm.values.languages import Language


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """One person, and what they can be recognised by in rows that name nobody.

    `person_ids`: the number they have today and those of every record merged into it. `emails` and `phones` are in
    their normal form (phones in E.164), `names` as they are written out, `address_keys` the keyed hashes of the
    first two. `shared` are those e-mails and phones that somebody else has too: a mailbox of two.
    """

    person_id: PersonId
    person_ids: tuple[PersonId, ...]
    language: Language
    created_at: datetime
    names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    address_keys: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()

    @property
    def own_emails(self) -> tuple[str, ...]:
        """Those that are theirs alone: a row that quotes one is about them."""
        return tuple(one for one in self.emails if one not in self.shared)

    @property
    def own_phones(self) -> tuple[str, ...]:
        return tuple(one for one in self.phones if one not in self.shared)


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column of a section: what programs call it, and what people read, in their language."""

    key: str
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """What one room holds of somebody: `key` for programs, a title in their language, rows by column key.

    Values are texts, numbers, days, instants or None; words of closed lists are said in the person's language. `note`
    is a sentence about where it comes from or why it is kept.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Mapping[str, Any]]
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """Rows that stay after an erasure: on which ground (a marked sentence), until which day (None: for good)."""

    table: str
    count: int
    ground: str
    until_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Forgotten:
    """What an erasure did in one room: rows deleted or emptied by table, what stays, and files that must go."""

    erased: Mapping[str, int] = field(default_factory=dict)
    kept: tuple[Kept, ...] = ()
    files: tuple[Path, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Erasing:
    """An erasure at work: when, who seals the words it adds to ledgers, and the home folder, where files may lie."""

    at: datetime
    sealer: Sealer
    home: Path


class PersonHolder(Protocol):
    """A room's `personal_data.py`. Upper rooms are asked first, so that nobody below is pointed at any more.

    A row that the law keeps stays, cut down to what the law asks for, and is said in `kept` with its ground and last
    day. All else goes, also where a row names nobody but quotes an e-mail, a number or a name of `subject`.
    """

    ROOM: str
    """The room's name, `crm.people`."""

    TABLES: frozenset[str]
    """Every table of the room that leads to a supporter; a test finds the one that is forgotten."""

    def show(self, session: Session, subject: Subject, language: Language) -> Sequence[Section]:
        """What the room holds of that person, for them to read; a fixed number of queries."""
        ...

    def erase(self, session: Session, subject: Subject, erasing: Erasing) -> Forgotten:
        """Forgets that person, in the session's transaction. Twice is once; files are left to the caller."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """How long something is kept: a code, what it is (a marked sentence), the months unless decided otherwise.

    `forgets` is False for a span that a room counts by and that makes nothing go.
    """

    code: str
    what: str
    months: int
    forgets: bool = True


class TermKeeper(Protocol):
    """A room's `terms.py`: what of its rows is forgotten by age alone, in statements over all of them."""

    TERMS: tuple[Term, ...]

    def forget_older(self, session: Session, code: str, before: datetime) -> int:
        """Forgets what that term is about and is older than an instant; how many rows. Twice is once."""
        ...
