"""National lists of numbers that nobody may call to sell or to ask: kept as keyed hashes, the newest one only."""

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

_BELGIAN = re.compile(r"(?:(?:\+32|0032)0?|0)([1-9]\d{7,8})")
_BARE = re.compile(r"(?:32)?0?([1-9]\d{7,8})")
"""As a spreadsheet leaves a number whose first nought it took away."""
_ABROAD = re.compile(r"(?:\+|00)([1-9]\d{6,14})")
_SIGNS = re.compile(r"[\s./()\u00a0\u202f-]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockList:
    """A list as it was brought: of which day it is, how many numbers, the fingerprint of the file."""

    id: int
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
) -> BlockList:
    """Keeps a list in place of the one before. The same file again changes nothing.

    `numbers` are E.164, each once. Raises BlockListOlder for one that is older than what we hold.
    """
    hold(session, "do-not-call list")
    held = held_list(session)
    if held is not None and held.sha256 == sha256 and held.dated_on == dated_on:
        return held
    if held is not None and dated_on < held.dated_on:
        raise BlockListOlder
    session.execute(delete(BlockedNumberRow).execution_options(synchronize_session=False))
    row = BlockListRow(dated_on=dated_on, numbers=0, sha256=sha256, brought_at=at, brought_by=by)
    session.add(row)
    session.flush()
    row.numbers = pour(session, _table(BlockedNumberRow), ("list_id", "address_key"), _rows(row.id, addresses, numbers))
    session.flush()
    return _noun(row, row.id)


def lists(session: Session, *, size: int = 20) -> tuple[BlockList, ...]:
    """Every list that was brought, the newest first; the first is the one we hold."""
    rows = session.scalars(select(BlockListRow).order_by(BlockListRow.id.desc()).limit(size)).all()
    return tuple(_noun(row, rows[0].id) for row in rows)


def held_list(session: Session) -> BlockList | None:
    """The list that holds."""
    return next(iter(lists(session, size=1)), None)


def require_fresh(session: Session, on: date) -> BlockList:
    """The list that holds. Raises BlockListStale where there is none, or where it is too old on that day."""
    held, days = held_list(session), limits.value(session, limits.BLOCK_LIST, on)
    if held is None or held.is_stale(on, days):
        raise BlockListStale(None if held is None else held.dated_on, days)
    return held


def blocked() -> Select[str]:
    """The keys of the numbers on the list that holds."""
    return select(BlockedNumberRow.address_key)


def listed_on(session: Session, address_keys: Collection[str]) -> list[date]:
    """Of which day the list is that holds one of those numbers; nothing where none does."""
    row = BlockListRow
    listed = select(BlockedNumberRow.list_id).where(BlockedNumberRow.address_key.in_(sorted(address_keys)))
    return list(session.scalars(select(row.dated_on).where(row.id.in_(listed))))


def _rows(list_id: int, addresses: AddressHasher, numbers: Iterable[str]) -> Iterator[tuple[int, str]]:
    for number in numbers:
        yield list_id, contacts.phone_key(addresses, PhoneNumber(number))


def _table(row: Any) -> Any:
    return row.__table__


def _noun(row: BlockListRow, newest: int) -> BlockList:
    return BlockList(
        id=row.id,
        dated_on=row.dated_on,
        numbers=row.numbers,
        sha256=row.sha256,
        brought_at=row.brought_at,
        brought_by=None if row.brought_by is None else AccountId(row.brought_by),
        is_held=row.id == newest,
    )
