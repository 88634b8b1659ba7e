"""A file for the administration made whole: looked at, written, held against its schema, and only then noted as told.

The command and the desk both make theirs here. No transaction stands open while it is written; what changed meanwhile
is seen at the end, and then nothing is noted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Protocol

from sqlalchemy.orm import Session

from crm.attestations import filed_store, filing
from crm.attestations.errors import FileChanged, FileUnsound
from crm.attestations.filing import Prepared, Tell
from crm.attestations.locking import House
from crm.attestations.model import Filing, Format
from crm.foundation.database import Database, hold
from crm.values.identifiers import AccountId


class Vessel(Protocol):
    """Where the text of a file goes."""

    def write(self, text: str) -> None:
        """Takes some more of it."""

    def end(self) -> None:
        """Nothing follows."""

    def whole(self) -> IO[bytes]:
        """What was written, to be read from its beginning."""


def _nothing_else(_session: Session, _prepared: Prepared, _filing: Filing | None) -> None:
    """Nothing else is noted."""


def _quietly(_seen: int) -> None:
    """Tells nobody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which file: of a year in a format, for a test, answering a reference, or the one of a filing `again`."""

    year: int
    format: Format
    is_test: bool = False
    answers: str = ""
    again: int | None = None


def make(
    database: Database,
    house: House,
    wanted: Wanted,
    vessel: Vessel,
    *,
    at: datetime,
    by: AccountId | None,
    tell: Tell = _quietly,
    also: Callable[[Session, Prepared, Filing | None], None] = _nothing_else,
) -> Prepared:
    """Writes the file into `vessel` and notes it as told, but for a test and for one that is made again.

    `also` is done in the very transaction that notes it. Raises what `filing.prepare` does, FileUnsound where the
    schema refuses it, and FileChanged where something else would be told by now, or an old file comes out otherwise.
    """
    with database.reading() as session:
        known = None if wanted.again is None else filed_store.filing(session, wanted.again)
        written_at = at if known is None else known[0].made_at
        prepared = filing.prepare(session, house, wanted.year, wanted.format, again=wanted.again)
        digest = hashlib.sha256()
        for piece in filing.pieces(
            session, house, prepared, at=written_at, is_test=wanted.is_test, answers=wanted.answers, tell=tell
        ):
            digest.update(piece.encode())
            vessel.write(piece)
        vessel.end()
    if wrong := filing.refused(house, prepared, vessel.whole):
        raise FileUnsound(wrong)
    content = digest.hexdigest()
    if known is not None and not house.seal.is_print_of(content, known[1]):
        raise FileChanged
    with database.transaction() as session:
        hold(session, f"attestations {wanted.year}")
        noted = known[0] if known else None
        if wanted.again is None:
            if not filing.unchanged(session, prepared):
                raise FileChanged
            if not wanted.is_test:
                noted = filing.note(session, house, prepared, content_print=content, at=at, by=by)
        also(session, prepared, noted)
    return prepared
