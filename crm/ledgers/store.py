"""SQL of ledgers: rows that wait, blocks, and both read back in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from crm.foundation.columns import Chained
from crm.foundation.signing import Sealer
from crm.ledgers import letting_go
from crm.ledgers.model import Block, Ledger
from crm.ledgers.rules import fingerprint
from crm.ledgers.tables import LedgerBlockRow


def waiting(session: Session, sealer: Sealer, ledger: Ledger, *, most: int) -> list[tuple[int, int, str]]:
    """(number, key id, mark) of the oldest committed rows that no block holds."""
    rows = ledger.rows
    if not issubclass(rows, Chained):
        free = select(rows).where(rows.block.is_(None)).options(*ledger.beside).order_by(rows.id).limit(most)
        return [entry(sealer, ledger, row) for row in session.scalars(free)]
    query = select(rows.id, rows.mark_key_id, rows.mark).where(rows.block.is_(None)).order_by(rows.id).limit(most)
    return [(row.id, row.mark_key_id, row.mark) for row in session.execute(query)]


def entry(sealer: Sealer, ledger: Ledger, row: Any) -> tuple[int, int, str]:
    """(number, key id, mark) of a row; the hash of what it holds, under no key, where it bears no mark."""
    if isinstance(row, Chained):
        return row.id, row.mark_key_id, row.mark
    return row.id, 0, fingerprint(sealer.lasting(ledger.content(row)))


def put_in_block(session: Session, ledger: Ledger, numbers: list[int], block: int) -> int:
    """Marks rows as held by a block; says how many were free."""
    rows = ledger.rows
    query = update(rows).where(rows.id.in_(numbers), rows.block.is_(None)).values(block=block).returning(rows.id)
    return len(session.execute(query, execution_options={"synchronize_session": False}).all())


def add_block(session: Session, block: Block) -> None:
    """One more block."""
    session.add(
        LedgerBlockRow(
            ledger=block.ledger,
            number=block.number,
            previous=block.previous,
            members=[list(pair) for pair in block.members],
            digest=block.digest,
            sealed_at=block.sealed_at,
            mark_key_id=block.mark_key_id,
            mark=block.mark,
        )
    )
    session.flush()


def newest_block(session: Session, ledger: str) -> Block | None:
    """The head of the chain."""
    query = select(LedgerBlockRow).where(LedgerBlockRow.ledger == ledger).order_by(LedgerBlockRow.number.desc())
    row = session.scalar(query.limit(1))
    return _block(row) if row else None


def blocks(session: Session, ledger: str) -> Iterator[Block]:
    """Every block in order, 200 at a time: each may take a while to look at."""
    after = 0
    while True:
        query = select(LedgerBlockRow).where(LedgerBlockRow.ledger == ledger, LedgerBlockRow.number > after)
        page = [_block(row) for row in session.scalars(query.order_by(LedgerBlockRow.number).limit(200))]
        yield from page
        if not page:
            return
        after = page[-1].number


def rows_of(session: Session, ledger: Ledger, block: int | None) -> Iterator[Any]:
    """The whole rows of one block (None: of none) in order."""
    rows = ledger.rows
    held = rows.block.is_(None) if block is None else rows.block == block
    query = select(rows).where(held).options(*ledger.beside).order_by(rows.id)
    yield from session.scalars(query.execution_options(yield_per=500))


def strays(session: Session, ledger: Ledger, *, most: int) -> list[tuple[int, int]]:
    """(block, row) of rows that claim a block which does not exist."""
    rows = ledger.rows
    known = exists().where(LedgerBlockRow.ledger == ledger.name, LedgerBlockRow.number == rows.block)
    query = select(rows.block, rows.id).where(rows.block.is_not(None), ~known).order_by(rows.block, rows.id)
    return [(int(row.block or 0), row.id) for row in session.execute(query.limit(most))]


def counts(session: Session, ledger: Ledger) -> tuple[int, int]:
    """(chained, waiting) rows; those that were let go count as chained."""
    rows = ledger.rows
    chained = session.scalar(select(func.count()).where(rows.block.is_not(None))) or 0
    free = session.scalar(select(func.count()).where(rows.block.is_(None))) or 0
    return chained + letting_go.count(session, ledger.name), free


def _block(row: LedgerBlockRow) -> Block:
    return Block(
        ledger=row.ledger,
        number=row.number,
        previous=row.previous,
        members=tuple((int(first), int(last)) for first, last in row.members),
        digest=row.digest,
        sealed_at=row.sealed_at,
        mark_key_id=row.mark_key_id,
        mark=row.mark,
    )
