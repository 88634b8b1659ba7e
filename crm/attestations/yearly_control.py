"""The control of a year: ledger, bank and attestations say one thing; what differs is shown to the line.

What the bank's lines booked is compared with the lines themselves: gift by gift, and day by day where one line settled
several collections; each refund that was decided, with the debit that paid it, on whatever day. Movements that no line
of ours stands behind (an imported past, cash) are told apart by who booked them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, func, literal, select, union_all
from sqlalchemy.orm import Session

from crm.attestations import reconciling, service
from crm.attestations.reconciling import Balance
from crm.banking import deposits, refunds, yearly
from crm.banking import selects as banking
from crm.banking.deposits import Carried, Pile
from crm.banking.kept import Gap, Owed, Paid, SetAside
from crm.donations import selects as donations
from crm.donations.model import Method
from crm.donations.refunding import OURS
from crm.payments import service as payments
from crm.payments.model import Payout, Unpaid
from crm.values.identifiers import BatchId, GiftId

BY_BANK = ("bank", "sepa")
"""Who books what a line of the bank says."""
MOST = 200
"""So many differences are shown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """Where the two disagree: on a gift, a day of collections, or the deposit of a pile (the first where there are
    several); the lines of the bank that have to do with it."""

    gift_id: GiftId | None
    on: date | None
    ledger_cents: int
    bank_cents: int
    line_ids: tuple[int, ...]
    batch_id: BatchId | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Control:
    """What a year comes to, three ways. `elsewhere`: by means, then by who booked it, what no line stands
    behind; `paid_out_cents`: what of it providers paid to our bank, less what they kept; `unpaid`: what they have not,
    `payouts`: those of which the bank credited another amount.

    Cheques and cash count on the day on which the bank credited their deposit: `deposited_cents` of that year;
    `piles`: those in hand that year which no credit deposited, the oldest of them. `on_its_way`: what of the ledger was
    in hand that year and credited in another, `from_before`: what was credited that year and is in the ledger of
    another. So ledger = by bank + elsewhere + on its way - from before, and each year says where the other's money is.

    A refund counts on the day of its debit; `owed`: those of the year that nothing has paid, the oldest of them.
    `aside`: the lines somebody set aside that are no charges of the bank; `gaps`: where a statement is missing.
    """

    year: int
    ledger_cents: int
    ledger_by_bank_cents: int
    bank_cents: int
    elsewhere: Mapping[Method, Mapping[str, int]]
    paid_out_cents: int
    unpaid: Unpaid
    payouts: tuple[Payout, ...]
    deposited_cents: int
    pile_count: int
    pile_cents: int
    piles: tuple[Pile, ...]
    on_its_way: tuple[Carried, ...]
    from_before: tuple[Carried, ...]
    waiting: int
    waiting_cents: int
    owed_count: int
    owed_cents: int
    owed: tuple[Owed, ...]
    aside_count: int
    aside_cents: int
    aside: tuple[SetAside, ...]
    gaps: tuple[Gap, ...]
    differences: tuple[Difference, ...]
    attestations: Balance

    @property
    def is_even(self) -> bool:
        """Whether ledger, bank and attestations say one thing, no line waits, none is missing, all that was paid online
        came, and all that was to be given back left."""
        awaited = self.waiting or self.unpaid.count or self.payouts or self.owed_count or self.gaps
        return not self.differences and self.attestations.difference == 0 and not awaited


def control(session: Session, year: int, *, at: datetime) -> Control:
    """Compares a calendar year, by the days on which the bank booked. Trials are left out; nothing is written."""
    span = (date(year, 1, 1), date(year, 12, 31))
    entries = donations.effective_entries().subquery("entries")
    sums = session.execute(
        select(entries.c.method, entries.c.provider, func.sum(entries.c.cents))
        .where(entries.c.booked_on.between(*span), entries.c.entry_id.not_in(banking.deposited_entries()))
        .group_by(entries.c.method, entries.c.provider)
        .order_by(entries.c.method, entries.c.provider)
    ).all()
    elsewhere: dict[Method, dict[str, int]] = {}
    paid = refunds.paid(session, *span)
    for method, provider, cents in sums:
        is_refund = provider == OURS and method != Method.CASH
        if provider not in BY_BANK and not is_refund:
            elsewhere.setdefault(Method(method), {})[provider] = int(cents)
    if paid.online_cents:
        elsewhere.setdefault(Method.ONLINE, {})[OURS] = paid.online_cents
    owed_count, owed_cents, owed = refunds.unpaid(session, *span, size=MOST)
    aside_count, aside_cents, aside = yearly.aside(session, *span, size=MOST)
    of_piles = deposits.told(session, *span)
    pile_count, pile_cents, piles = deposits.awaited(session, *span, size=MOST)
    on_its_way, from_before = deposits.carried(session, *span)
    in_all = session.scalar(
        select(func.coalesce(func.sum(entries.c.cents), 0)).where(entries.c.booked_on.between(*span))
    )
    lines = banking.matched_lines().subquery("lines")
    waiting = banking.waiting_lines().subquery("waiting")
    count, cents = session.execute(
        select(func.count(), func.coalesce(func.sum(waiting.c.cents), 0)).where(waiting.c.booked_on.between(*span))
    ).one()
    bank = session.scalar(select(func.coalesce(func.sum(lines.c.cents), 0)).where(lines.c.booked_on.between(*span)))
    return Control(
        year=year,
        ledger_cents=int(in_all or 0),
        ledger_by_bank_cents=paid.decided_cents
        + sum(ledger for _, _, ledger, _ in of_piles)
        + sum(int(cents) for _, by, cents in sums if by in BY_BANK),
        bank_cents=int(bank or 0) + paid.debit_cents + sum(credited for _, credited, _, _ in of_piles),
        elsewhere=elsewhere,
        paid_out_cents=payments.paid_out(session, *span),
        unpaid=payments.unpaid_out(session, *span, size=MOST),
        payouts=payments.credited_otherwise(session, *span),
        deposited_cents=sum(credited for _, credited, _, _ in of_piles),
        pile_count=pile_count,
        pile_cents=pile_cents,
        piles=piles,
        on_its_way=on_its_way,
        from_before=from_before,
        waiting=count,
        waiting_cents=int(cents),
        owed_count=owed_count,
        owed_cents=owed_cents,
        owed=owed,
        aside_count=aside_count,
        aside_cents=aside_cents,
        aside=aside,
        gaps=yearly.gaps(session, *span),
        differences=(*_by_gift(session, span), *_by_day(session, span), *_undecided(paid), *_otherwise(of_piles))[
            :MOST
        ],
        attestations=reconciling.balance(session, service.look(session, year), at=at),
    )


def _undecided(paid: Paid) -> tuple[Difference, ...]:
    """Debits that stand on a gift of which no such refund was decided."""
    return tuple(
        Difference(gift_id=gift_id, on=None, ledger_cents=0, bank_cents=cents, line_ids=(line_id,))
        for gift_id, line_id, cents in paid.undecided
    )


def _otherwise(of_piles: Sequence[tuple[int, int, int, BatchId]]) -> tuple[Difference, ...]:
    """Deposits whose piles come to something else by now, since one of their gifts was corrected."""
    return tuple(
        Difference(
            gift_id=None, on=None, ledger_cents=ledger, bank_cents=credited, line_ids=(line_id,), batch_id=batch_id
        )
        for line_id, credited, ledger, batch_id in of_piles
        if credited != ledger
    )


def _by_gift(session: Session, span: tuple[date, date]) -> tuple[Difference, ...]:
    """Gifts that a line stands on, or that the bank booked alone, whose movements and lines differ."""
    lines, entries = banking.matched_lines().subquery("lines"), donations.effective_entries().subquery("entries")
    zero = literal(0)
    both = union_all(
        select(lines.c.gift_id, zero.label("ledger"), lines.c.cents.label("bank")).where(
            lines.c.booked_on.between(*span),
            lines.c.gift_id.is_not(None),
            ~_came_with_others(lines.c.gift_id, lines, entries),
        ),
        select(entries.c.gift_id, entries.c.cents, zero).where(
            entries.c.booked_on.between(*span),
            entries.c.provider.in_(BY_BANK),
            ~_came_with_others(entries.c.gift_id, lines, entries),
        ),
    ).subquery("both")
    ledger, bank = func.sum(both.c.ledger), func.sum(both.c.bank)
    found = session.execute(
        select(both.c.gift_id, ledger, bank)
        .group_by(both.c.gift_id)
        .having(ledger != bank)
        .order_by(both.c.gift_id)
        .limit(MOST)
    ).all()
    told: dict[int, list[int]] = {}
    of_these = lines.c.gift_id.in_([one.gift_id for one in found])
    for gift_id, line_id in session.execute(select(lines.c.gift_id, lines.c.line_id).where(of_these)):
        told.setdefault(gift_id, []).append(line_id)
    return tuple(
        Difference(
            gift_id=GiftId(gift_id),
            on=None,
            ledger_cents=int(of_ledger),
            bank_cents=int(of_bank),
            line_ids=tuple(sorted(told.get(gift_id, ()))),
        )
        for gift_id, of_ledger, of_bank in found
    )


def _came_with_others(gift_id: ColumnElement[Any], lines: Subquery, entries: Subquery) -> ColumnElement[bool]:
    """Gifts of collections that one credit settled with others: what went back of them is compared by its day too."""
    credited = select(lines.c.gift_id).where(lines.c.gift_id.is_not(None), lines.c.cents > 0)
    collected = select(entries.c.gift_id).where(entries.c.provider == "sepa")
    return gift_id.in_(collected) & gift_id.not_in(credited)


def _by_day(session: Session, span: tuple[date, date]) -> tuple[Difference, ...]:
    """Days of credits that settled several collections at once."""
    lines, entries = banking.matched_lines().subquery("lines"), donations.effective_entries().subquery("entries")
    zero = literal(0)
    with_others = _came_with_others(lines.c.gift_id, lines, entries)
    several = lines.c.booked_on.between(*span) & (lines.c.gift_id.is_(None) | with_others)
    both = union_all(
        select(lines.c.booked_on, zero.label("ledger"), lines.c.cents.label("bank")).where(several),
        select(entries.c.booked_on, entries.c.cents, zero).where(
            entries.c.booked_on.between(*span),
            entries.c.provider.in_(BY_BANK),
            _came_with_others(entries.c.gift_id, lines, entries),
        ),
    ).subquery("both")
    ledger, bank = func.sum(both.c.ledger), func.sum(both.c.bank)
    found = session.execute(
        select(both.c.booked_on, ledger, bank).group_by(both.c.booked_on).having(ledger != bank).limit(MOST)
    ).all()
    told: dict[Any, list[int]] = {}
    for on, line_id in session.execute(select(lines.c.booked_on, lines.c.line_id).where(several)):
        told.setdefault(on, []).append(line_id)
    return tuple(
        Difference(
            gift_id=None,
            on=on,
            ledger_cents=int(of_ledger),
            bank_cents=int(of_bank),
            line_ids=tuple(sorted(told.get(on, ()))),
        )
        for on, of_ledger, of_bank in sorted(found, key=lambda one: one[0])
    )
