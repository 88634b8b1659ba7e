"""Lists of numbers that nobody may call to sell or to ask: kept as keyed hashes, the newest one of each source."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from crm.consent.errors import BlockListOlder, BlockListStale
from crm.consent.tables import BlockedNumberRow, BlockListRow
from crm.foundation.bulk import pour
from crm.foundation.database import hold
from crm.foundation.signing import AddressHasher
from crm.people import contacts
from crm.privacy import limits
from crm.values.identifiers import AccountId
from crm.values.phone_number import PhoneNumber

NATIONAL = "Ne m’appelez plus"
LONGEST_SOURCE = 60
_BELGIAN = re.compile(r"(?:(?:\+32|0032)0?|0)([1-9]\d{7,8})")
_BARE = re.compile(r"(?:32)?0?([1-9]\d{7,8})")
"""As a spreadsheet leaves a number whose first nought it took away."""
_ABROAD = re.compile(r"(?:\+|00)([1-9]\d{6,14})")
_SIGNS = re.compile(r"[\s./()\u00a0\u202f-]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockList:
    """A list as it was brought: from where, of which day it is, how many numbers, the fingerprint of the file."""

    id: int
    source: str
    dated_on: date
    numbers: int
    sha256: str
    brought_at: datetime
    brought_by: AccountId | None
    is_held: bool

    def is_stale(self, on: date, days: int) -> bool:
        """Whether it is too old on a day to be relied on."""
        return on > self.dated_on + timedelta(days=days)


def numbers_in(cells: Sequence[str]) -> list[str]:
    """The numbers that stand in a line, as `PhoneNumber.e164` writes them; those without any prefix if no other does.

    It takes more for a number than can be called: on such a list that does no harm.
    """
    plain = [_SIGNS.sub("", cell) for cell in cells]
    found = [f"+32{one[1]}" for cell in plain if (one := _BELGIAN.fullmatch(cell))]
    found += [f"+{one[1]}" for cell in plain if not _BELGIAN.fullmatch(cell) and (one := _ABROAD.fullmatch(cell))]
    return found or [f"+32{one[1]}" for cell in plain if (one := _BARE.fullmatch(cell))]


def bring(
    session: Session,
    addresses: AddressHasher,
    numbers: Iterable[str],
    *,
    dated_on: date,
    sha256: str,
    by: AccountId | None,
    at: datetime,
    source: str = NATIONAL,
) -> BlockList:
    """Keeps a list in place of the one before of that source; those of others stay. The same again changes nothing.

    `numbers` are E.164, each once. Raises BlockListOlder for one that is older than what we hold.
    """
    hold(session, "do-not-call list")
    named = source_of(source)
    held = next((one for one in held_lists(session) if one.source.casefold() == named.casefold()), None)
    if held is not None and held.sha256 == sha256 and held.dated_on == dated_on:
        return held
    if held is not None and dated_on < held.dated_on:
        raise BlockListOlder
    if held is not None:
        drop(session, held.id)
        named = held.source
    row = BlockListRow(
        source=named, is_held=True, dated_on=dated_on, numbers=0, sha256=sha256, brought_at=at, brought_by=by
    )
    session.add(row)
    session.flush()
    row.numbers = pour(session, _table(BlockedNumberRow), ("list_id", "address_key"), _rows(row.id, addresses, numbers))
    session.flush()
    return _noun(row)


def source_of(text: str) -> str:
    """The name of a source in single spaces; without one it is the national list."""
    return " ".join(text.split())[:LONGEST_SOURCE] or NATIONAL


def drop(session: Session, list_id: int) -> bool:
    """Holds a list no longer: its numbers go. True if that is news."""
    hold(session, "do-not-call list")
    row = session.get(BlockListRow, list_id, populate_existing=True)
    if row is None or not row.is_held:
        return False
    gone = delete(BlockedNumberRow).where(BlockedNumberRow.list_id == list_id)
    session.execute(gone.execution_options(synchronize_session=False))
    row.is_held = False
    session.flush()
    return True


def lists(session: Session, *, size: int = 20) -> tuple[BlockList, ...]:
    """Every list that was brought, those we hold first, then the newest."""
    row = BlockListRow
    return tuple(
        _noun(one) for one in session.scalars(select(row).order_by(row.is_held.desc(), row.id.desc()).limit(size))
    )


def held_lists(session: Session) -> tuple[BlockList, ...]:
    """The list that holds of each source, the oldest first."""
    row = BlockListRow
    query = select(row).where(row.is_held).order_by(row.dated_on, row.id)
    return tuple(_noun(one) for one in session.scalars(query))


def require_fresh(session: Session, on: date) -> tuple[BlockList, ...]:
    """The lists that hold. Raises BlockListStale where there is none, or where one is too old on that day."""
    held, days = held_lists(session), limits.value(session, limits.BLOCK_LIST, on)
    if not held or held[0].is_stale(on, days):
        raise BlockListStale(held[0].dated_on if held else None, days)
    return held


def blocked() -> Select[str]:
    """The keys of the numbers on the lists that hold."""
    return select(BlockedNumberRow.address_key)


def listed_on(session: Session, address_keys: Collection[str]) -> list[date]:
    """Of which day the lists are that hold one of those numbers; nothing where none does."""
    row = BlockListRow
    listed = select(BlockedNumberRow.list_id).where(BlockedNumberRow.address_key.in_(sorted(address_keys)))
    return list(session.scalars(select(row.dated_on).where(row.id.in_(listed)).order_by(row.id)))


def _rows(list_id: int, addresses: AddressHasher, numbers: Iterable[str]) -> Iterator[tuple[int, str]]:
    for number in numbers:
        yield list_id, contacts.phone_key(addresses, PhoneNumber(number))


def _table(row: Any) -> Any:
    return row.__table__


def _noun(row: BlockListRow) -> BlockList:
    return BlockList(
        id=row.id,
        source=row.source,
        dated_on=row.dated_on,
        numbers=row.numbers,
        sha256=row.sha256,
        brought_at=row.brought_at,
        brought_by=None if row.brought_by is None else AccountId(row.brought_by),
        is_held=row.is_held,
    )
