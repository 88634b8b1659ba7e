"""Lines of the bank as SQL for upper rooms: what stands on gifts, and what waits."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CompoundSelect, Select, case, func, select, union_all
from sqlalchemy.orm import aliased

from crm.banking.kept import Aside, LineState, Rule
from crm.banking.tables import BankDepositRow, BankLineRow, BankRefundRow
from crm.donations.selects import pile_entries

ELSEWHERE = (Rule.PAYOUT, Rule.REFUND, Rule.DEPOSIT)
"""Of what books nothing on a gift."""


def matched_lines() -> Select[*tuple[Any, ...]]:
    """(line_id, booked_on, cents, gift_id) of each line that is somebody's; not those that settle a payout, a
    refund or a deposit.

    What undoes another stands on the gift of that one; without a gift a line settles several at once.
    """
    row, undone = BankLineRow, aliased(BankLineRow)
    gift = func.coalesce(row.gift_id, undone.gift_id)
    return (
        select(row.id.label("line_id"), row.booked_on, row.cents, gift.label("gift_id"))
        .outerjoin(undone, undone.id == row.undoes)
        .where(row.state == LineState.MATCHED, func.coalesce(row.rule, Rule.COLLEAGUE).not_in(ELSEWHERE))
    )


def refund_lines() -> CompoundSelect[*tuple[Any, ...]]:
    """(line_id, booked_on, cents, gift_id) of each debit that paid a refund, and of each refund that one paid with
    others; above nought those of each credit by which one came back.
    """
    row, part = BankLineRow, BankRefundRow
    is_paid = (row.state == LineState.MATCHED, row.rule == Rule.REFUND)
    alone = select(row.id.label("line_id"), row.booked_on, row.cents, row.gift_id).where(
        *is_paid, row.gift_id.is_not(None)
    )
    together = select(row.id.label("line_id"), row.booked_on, part.cents, part.gift_id).join(
        part, part.line_id == row.id
    )
    return union_all(alone, together.where(*is_paid))


def refund_moves() -> Select[*tuple[Any, ...]]:
    """`refund_lines` with whether each `stands`: of as many payments as came back, neither side does.

    Of equal ones of one gift the first payment came back first.
    """
    lines = refund_lines().subquery("refund_lines")
    alike = (lines.c.gift_id, func.abs(lines.c.cents))
    place = func.row_number().over(
        partition_by=(lines.c.gift_id, lines.c.cents), order_by=(lines.c.booked_on, lines.c.line_id)
    )
    gone = func.sum(case((lines.c.cents < 0, 1), else_=0)).over(partition_by=alike)
    back = func.sum(case((lines.c.cents > 0, 1), else_=0)).over(partition_by=alike)
    placed = select(lines, place.label("place"), gone.label("gone"), back.label("back")).subquery("refunds_placed")
    others = case((placed.c.cents < 0, placed.c.back), else_=placed.c.gone)
    return select(
        placed.c.line_id,
        placed.c.booked_on,
        placed.c.cents,
        placed.c.gift_id,
        (placed.c.place > others).label("stands"),
    )


def deposits() -> Select[*tuple[Any, ...]]:
    """(line_id, booked_on, cents, ledger_cents, batch_id) of each credit by which piles came to the bank: what the
    gifts of these come to, and the first of them.
    """
    row, deposit, moves = BankLineRow, BankDepositRow, deposited_moves().subquery("deposited_moves")
    return (
        select(
            row.id.label("line_id"),
            row.booked_on,
            row.cents,
            func.coalesce(func.sum(moves.c.cents), 0).label("ledger_cents"),
            func.min(deposit.batch_id).label("batch_id"),
        )
        .join(deposit, deposit.line_id == row.id)
        .outerjoin(moves, moves.c.batch_id == deposit.batch_id)
        .where(row.state == LineState.MATCHED)
        .group_by(row.id, row.booked_on, row.cents)
    )


def deposited_moves() -> Select[*tuple[Any, ...]]:
    """(entry_id, batch_id, gift_id, cents, booked_on, line_id, credited_on) of each movement of a pile that a credit
    brought to the bank; cash that was given back after it was not of the pile.
    """
    found, deposit, row = pile_entries().subquery("pile_entries"), BankDepositRow, BankLineRow
    return (
        select(
            found.c.entry_id,
            found.c.batch_id,
            found.c.gift_id,
            found.c.cents,
            found.c.booked_on,
            row.id.label("line_id"),
            row.booked_on.label("credited_on"),
        )
        .join(deposit, deposit.batch_id == found.c.batch_id)
        .join(row, row.id == deposit.line_id)
        .where(~found.c.is_given_back | (found.c.booked_on <= row.booked_on))
    )


def deposited_entries() -> Select[int]:
    """The movements of the piles that a credit brought to the bank."""
    return select(deposited_moves().subquery("deposited_moves").c.entry_id)


def lines_aside() -> Select[*tuple[Any, ...]]:
    """(line_id, booked_on, cents, why) of each line that a colleague set aside, but for what the bank charged."""
    row = BankLineRow
    return select(row.id.label("line_id"), row.booked_on, row.cents, row.aside.label("why")).where(
        row.state == LineState.ASIDE, ~row.fee, func.coalesce(row.aside, Aside.OTHER) != Aside.CHARGE
    )


def waiting_lines() -> Select[*tuple[Any, ...]]:
    """(line_id, booked_on, cents) of each line that nobody has decided about."""
    row = BankLineRow
    return select(row.id.label("line_id"), row.booked_on, row.cents).where(row.state == LineState.OPEN)
