"""The door of ledgers: seal, verify.

Writers mark their own rows (where a ledger has marks) and never touch the head of the chain: eight of them would wait
for one another at every row. A single sealer comes after them and chains what is committed. A row whose number is low
but which was committed late simply goes into a later block.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from crm.foundation.columns import Chained
from crm.foundation.database import hold
from crm.foundation.signing import Sealer
from crm.ledgers import letting_go, rules, store
from crm.ledgers.model import MOST_FAULTS, Block, Fault, FaultKind, Ledger, State, Verification

AT_ONCE = 2000
"""Rows of a block: sealing one stays a short transaction."""


def seal(session: Session, sealer: Sealer, ledger: Ledger, *, at: datetime, most: int = AT_ONCE) -> Block | None:
    """Chains up to `most` rows into the next block; None where no row waits. Two sealers at once take turns."""
    hold(session, f"seal {ledger.name}")
    rows = store.waiting(session, sealer, ledger, most=most)
    if not rows:
        return None
    last = store.newest_block(session, ledger.name)
    number = last.number + 1 if last else 1
    numbers = [row[0] for row in rows]
    members, digest = rules.ranges(numbers), rules.digest(rows)
    previous = last.mark if last else rules.BEGINNING
    content = rules.sealed(
        ledger=ledger.name, number=number, previous=previous, members=members, digest=digest, sealed_at=at
    )
    key_id, mark = sealer.mark(content)
    block = Block(
        ledger=ledger.name,
        number=number,
        previous=previous,
        members=members,
        digest=digest,
        sealed_at=at,
        mark_key_id=key_id,
        mark=mark,
    )
    assert store.put_in_block(session, ledger, numbers, number) == len(numbers)
    store.add_block(session, block)
    return block


def state(session: Session, ledger: Ledger) -> State:
    """How far the chain reaches."""
    chained, waiting = store.counts(session, ledger)
    return State(head=store.newest_block(session, ledger.name), chained=chained, waiting=waiting)


def verify(session: Session, sealer: Sealer, ledger: Ledger, *, head: tuple[int, str] | None = None) -> Verification:
    """Looks at every row and block, oldest first.

    `head` is a (number, mark) that somebody wrote down elsewhere: without one, a chain that was cut off at its end
    looks like a chain that is younger.
    """
    faults = list(islice(_faults(session, sealer, ledger, head), MOST_FAULTS))
    return Verification(state=state(session, ledger), faults=tuple(faults))


def _faults(session: Session, sealer: Sealer, ledger: Ledger, head: tuple[int, str] | None) -> Iterator[Fault]:
    expected, previous, is_head_seen = 1, rules.BEGINNING, head is None
    for block in store.blocks(session, ledger.name):
        yield from rules.link(block, expected=expected, previous=previous)
        expected, previous = block.number + 1, block.mark
        is_head_seen = is_head_seen or (block.number, block.mark) == head
        yield from _in_block(session, sealer, ledger, block)
    for number, row in store.strays(session, ledger, most=MOST_FAULTS):
        yield Fault(kind=FaultKind.ROW_INSERTED, block=number, row=row)
    for row in store.rows_of(session, ledger, None):
        if not _holds(sealer, ledger, row):
            yield Fault(kind=FaultKind.ROW_CHANGED, row=row.id)
        session.expunge(row)
    if not is_head_seen and head is not None:
        yield Fault(kind=FaultKind.HEAD_LOST, block=head[0])


def _holds(sealer: Sealer, ledger: Ledger, row: Any) -> bool:
    """A row without a mark is held by the digest of its block alone."""
    return not isinstance(row, Chained) or sealer.holds(ledger.content(row), row.mark_key_id, row.mark)


def _in_block(session: Session, sealer: Sealer, ledger: Ledger, block: Block) -> Iterator[Fault]:
    content = rules.sealed(
        ledger=block.ledger,
        number=block.number,
        previous=block.previous,
        members=block.members,
        digest=block.digest,
        sealed_at=block.sealed_at,
    )
    if not sealer.holds(content, block.mark_key_id, block.mark):
        yield Fault(kind=FaultKind.BLOCK_CHANGED, block=block.number)
    found, changed = list[tuple[int, int, str]](), list[Fault]()
    for row in store.rows_of(session, ledger, block.number):
        found.append(store.entry(sealer, ledger, row))
        if not _holds(sealer, ledger, row):
            changed.append(Fault(kind=FaultKind.ROW_CHANGED, block=block.number, row=row.id))
        session.expunge(row)
    found = sorted(found + letting_go.gone_from(session, sealer, ledger.name, block.number))
    strangers = rules.membership(block, (number for number, _, _ in found))
    yield from sorted(changed + strangers, key=lambda fault: fault.row or 0)
    if not changed and not strangers and rules.digest(found) != block.digest:
        yield Fault(kind=FaultKind.BLOCK_CHANGED, block=block.number)
