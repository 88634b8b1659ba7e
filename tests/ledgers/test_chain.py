"""The chain tells of every row and block that was changed, taken out or slipped in, and names the first of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.audit.tables import AuditRow
from crm.ledgers import rules
from crm.ledgers import service as ledgers
from crm.ledgers.model import Block, Fault, FaultKind, Verification
from crm.ledgers.tables import LedgerBlockRow
from crm.values.identifiers import AccountId
from tests.conftest import NOW

TRIGGERS = (
    "audit_entry_keeps_update",
    "audit_entry_keeps_delete",
    "audit_entry_keeps_block",
    "ledger_block_keeps_update",
    "ledger_block_keeps_delete",
)


def _record(assembly: Assembly, *numbers: int) -> None:
    with assembly.database.transaction() as session:
        for number in numbers:
            audit.record(
                session,
                assembly.sealer,
                at=NOW + timedelta(seconds=number),
                account_id=AccountId(7),
                action="edition.approve",
                subject="edition",
                subject_id=number,
                facts={"langue": "fr"},
            )


def _seal(assembly: Assembly, *, most: int = ledgers.AT_ONCE) -> Block | None:
    with assembly.database.transaction() as session:
        return ledgers.seal(session, assembly.sealer, audit.LEDGER, at=NOW, most=most)


def _verify(assembly: Assembly, *, head: tuple[int, str] | None = None) -> Verification:
    with assembly.database.reading() as session:
        return ledgers.verify(session, assembly.sealer, audit.LEDGER, head=head)


def _tamper(assembly: Assembly, act: Callable[[Session], Any]) -> None:
    """What somebody with every right on the database can do, but without our keys."""
    unguarded = [f"DROP TRIGGER IF EXISTS {trigger}" for trigger in TRIGGERS]
    if not assembly.database.is_sqlite:
        unguarded = ["SET LOCAL session_replication_role = replica"]
    with assembly.database.transaction() as session:
        for statement in unguarded:
            session.connection().exec_driver_sql(statement)
        act(session)


@pytest.fixture
def three_blocks(assembly: Assembly) -> list[Block]:
    """Rows 1 to 3, 4 to 6 and 7 to 9 in a block each, and row 10 that waits."""
    _record(assembly, *range(1, 10))
    blocks = [block for _ in range(3) if (block := _seal(assembly, most=3))]
    _record(assembly, 10)
    return blocks


def test_rows_are_chained_in_order_and_what_waits_is_told(assembly: Assembly, three_blocks: list[Block]) -> None:
    assert [(b.number, b.members, b.count) for b in three_blocks] == [
        (1, ((1, 3),), 3),
        (2, ((4, 6),), 3),
        (3, ((7, 9),), 3),
    ]
    assert [b.previous for b in three_blocks] == [rules.BEGINNING, three_blocks[0].mark, three_blocks[1].mark]
    found = _verify(assembly)
    assert found.is_whole
    assert (found.state.head, found.state.chained, found.state.waiting) == (three_blocks[2], 9, 1)
    assert _seal(assembly) is not None
    assert _seal(assembly) is None
    assert _verify(assembly).is_whole


def _content(**changes: Any) -> Callable[[Session], Any]:
    return lambda session: session.execute(update(AuditRow).where(AuditRow.id == 5).values(**changes))


def _second_block(**changes: Any) -> Callable[[Session], Any]:
    return lambda session: session.execute(update(LedgerBlockRow).where(LedgerBlockRow.number == 2).values(**changes))


def _insert(session: Session, **changes: Any) -> None:
    """A row as an honest one, but for `changes`."""
    row = session.execute(select(AuditRow.__table__).where(AuditRow.id == 5)).mappings().one()
    session.execute(insert(AuditRow).values(**dict(row) | changes))


@pytest.mark.parametrize(
    ("act", "first"),
    [
        (_content(action="edition.cancel"), Fault(kind=FaultKind.ROW_CHANGED, block=2, row=5)),
        (_content(account_id=8), Fault(kind=FaultKind.ROW_CHANGED, block=2, row=5)),
        (_content(subject_id=1), Fault(kind=FaultKind.ROW_CHANGED, block=2, row=5)),
        (_content(facts={"langue": "nl"}), Fault(kind=FaultKind.ROW_CHANGED, block=2, row=5)),
        (_content(at=NOW), Fault(kind=FaultKind.ROW_CHANGED, block=2, row=5)),
        (_content(mark="0" * 64), Fault(kind=FaultKind.ROW_CHANGED, block=2, row=5)),
        (_content(mark_key_id=2), Fault(kind=FaultKind.ROW_CHANGED, block=2, row=5)),
        (_content(block=3), Fault(kind=FaultKind.ROW_REMOVED, block=2, row=5)),
        (_content(block=None), Fault(kind=FaultKind.ROW_REMOVED, block=2, row=5)),
        (_content(id=99), Fault(kind=FaultKind.ROW_REMOVED, block=2, row=5)),
        (
            lambda s: s.execute(delete(AuditRow).where(AuditRow.id == 5)),
            Fault(kind=FaultKind.ROW_REMOVED, block=2, row=5),
        ),
        (lambda s: _insert(s, id=98), Fault(kind=FaultKind.ROW_INSERTED, block=2, row=98)),
        (lambda s: _insert(s, id=98, block=44), Fault(kind=FaultKind.ROW_INSERTED, block=44, row=98)),
        (lambda s: _insert(s, id=98, block=None, action="x"), Fault(kind=FaultKind.ROW_CHANGED, row=98)),
        (
            lambda s: s.execute(update(AuditRow).where(AuditRow.id == 10).values(action="x")),
            Fault(kind=FaultKind.ROW_CHANGED, row=10),
        ),
        (
            _second_block(sealed_at=NOW - timedelta(1)),
            Fault(kind=FaultKind.BLOCK_CHANGED, block=2),
        ),
        (
            _second_block(members=[[4, 7]]),
            Fault(kind=FaultKind.BLOCK_CHANGED, block=2),
        ),
        (
            lambda s: s.execute(delete(LedgerBlockRow).where(LedgerBlockRow.number == 2)),
            Fault(kind=FaultKind.BLOCK_REMOVED, block=2),
        ),
        (
            lambda s: s.execute(delete(LedgerBlockRow).where(LedgerBlockRow.number == 1)),
            Fault(kind=FaultKind.BLOCK_REMOVED, block=1),
        ),
    ],
)  # fmt: skip
def test_the_first_thing_that_was_touched_is_named(
    assembly: Assembly, three_blocks: list[Block], act: Callable[[Session], Any], first: Fault
) -> None:
    _tamper(assembly, act)
    assert _verify(assembly).faults[0] == first


def test_rows_that_changed_places_are_found_out(assembly: Assembly, three_blocks: list[Block]) -> None:
    def swap(session: Session) -> None:
        for before, after in ((4, 100), (6, 4), (100, 6)):
            session.execute(update(AuditRow).where(AuditRow.id == before).values(id=after))

    _tamper(assembly, swap)
    assert _verify(assembly).faults == (Fault(kind=FaultKind.BLOCK_CHANGED, block=2),)


def test_a_chain_that_was_cut_off_is_found_out_by_a_head_noted_elsewhere(
    assembly: Assembly, three_blocks: list[Block]
) -> None:
    head = (3, three_blocks[2].mark)
    assert _verify(assembly, head=head).is_whole

    def cut(session: Session) -> None:
        session.execute(delete(AuditRow).where(AuditRow.id >= 7))
        session.execute(delete(LedgerBlockRow).where(LedgerBlockRow.number == 3))

    _tamper(assembly, cut)
    assert _verify(assembly).is_whole
    assert _verify(assembly, head=head).faults == (Fault(kind=FaultKind.HEAD_LOST, block=3),)


@pytest.mark.parametrize(
    "act",
    [
        update(AuditRow).values(action="x"),
        delete(AuditRow),
        update(AuditRow).where(AuditRow.id == 5).values(block=None),
        update(LedgerBlockRow).values(digest="x"),
        delete(LedgerBlockRow),
    ],
)
def test_the_database_itself_refuses_to_change_what_was_written(
    assembly: Assembly, three_blocks: list[Block], act: Any
) -> None:
    with pytest.raises(DatabaseError), assembly.database.transaction() as session:
        session.execute(act, execution_options={"synchronize_session": False})
    assert _verify(assembly).is_whole


def test_a_row_committed_late_goes_into_a_later_block(assembly: Assembly) -> None:
    """Numbers are drawn before they are committed: on PostgreSQL a low one may appear after a high one was sealed."""
    if assembly.database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    with assembly.database.transaction() as slow:
        audit.record(slow, assembly.sealer, at=NOW, account_id=None, action="edition.send", subject="edition")
        _record(assembly, 2)
        first = _seal(assembly)
    second = _seal(assembly)
    assert first is not None
    assert second is not None
    assert (first.members, second.members) == (((2, 2),), ((1, 1),))
    assert _verify(assembly).is_whole


def test_two_sealers_at_once_take_turns(assembly: Assembly) -> None:
    _record(assembly, *range(1, 41))
    together, sealed = Barrier(4), list[Block | None]()

    def work() -> None:
        together.wait()
        sealed.extend(_seal(assembly, most=5) for _ in range(3))

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(block.number for block in sealed if block) == list(range(1, 9))
    assert _verify(assembly).is_whole


@given(numbers=st.sets(st.integers(1, 300)))
def test_ranges_hold_exactly_the_numbers(numbers: set[int]) -> None:
    found = rules.ranges(sorted(numbers))
    assert {n for first, last in found for n in range(first, last + 1)} == numbers
    assert all(found[i][1] + 1 < found[i + 1][0] for i in range(len(found) - 1))


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.lists(st.integers(1, 7), min_size=1, max_size=6))
def test_however_it_is_cut_into_blocks_a_ledger_is_whole(assembly: Assembly, sizes: list[int]) -> None:
    for size in sizes:
        _record(assembly, *range(size))
        _seal(assembly, most=size)
    assert _verify(assembly).is_whole
