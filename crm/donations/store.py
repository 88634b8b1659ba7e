"""SQL of gifts and their money."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, case, cast, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from crm.donations import donor_store, refunding
from crm.donations.model import (
    GENERAL,
    DeductionRule,
    Entry,
    EntryKind,
    Gift,
    Line,
    LineKind,
    Move,
    NewGift,
    Refund,
    RefundState,
)
from crm.donations.rules import LINE_OF
from crm.donations.tables import (
    ClosedMonthRow,
    DeductionRuleRow,
    FundRow,
    GiftLineRow,
    GiftMoveRow,
    GiftRow,
    MoneyEntryRow,
    MoneyPartRow,
    RefundRow,
    SourceRow,
)
from crm.foundation import bulk
from crm.foundation.database import hold
from crm.foundation.numbered import one_of
from crm.values.identifiers import AccountId, GiftId, PersonId, RefundId


def find(session: Session, gift_id: int) -> Gift | None:
    """A gift, as it stands."""
    row = session.get(GiftRow, gift_id, populate_existing=True)
    return None if row is None else gift(row)


def add(session: Session, row: GiftRow, lines: Sequence[GiftLineRow]) -> int:
    """A new gift with its lines, which have no gift yet."""
    session.add(row)
    session.flush()
    for line in lines:
        line.gift_id = row.id
    session.add_all(lines)
    session.flush()
    return row.id


def lines(session: Session, gift_id: int) -> tuple[Line, ...]:
    """The lines of a gift, in order."""
    query = select(GiftLineRow).where(GiftLineRow.gift_id == gift_id).order_by(GiftLineRow.position)
    return tuple(line_of(row) for row in session.scalars(query.execution_options(populate_existing=True)))


def add_entry(session: Session, row: MoneyEntryRow, parts: Iterable[tuple[int, int]]) -> int:
    """A movement, how it falls on the lines (number, cents), and with it what the gift and its lines come to."""
    session.add(row)
    session.flush()
    for line_id, cents in parts:
        session.add(MoneyPartRow(entry_id=row.id, line_id=line_id, cents=cents))
        session.execute(
            update(GiftLineRow)
            .where(GiftLineRow.id == line_id)
            .values(net_cents=GiftLineRow.net_cents + cents)
            .execution_options(synchronize_session=False)
        )
    session.flush()
    total = select(func.coalesce(func.sum(GiftLineRow.net_cents), 0)).where(GiftLineRow.gift_id == row.gift_id)
    session.execute(
        update(GiftRow)
        .where(GiftRow.id == row.gift_id)
        .values(net_cents=total.scalar_subquery(), given_cents=given())
        .execution_options(synchronize_session=False)
    )
    if row.kind is not EntryKind.FEE:
        donor = select(GiftRow.person_id).where(GiftRow.id == row.gift_id)
        donor_store.refresh(session, session.scalars(donor), at=row.recorded_at)
    return row.id


def given() -> ColumnElement[int]:
    """What of a gift makes a donor; twin of `rules.given`."""
    line, is_given = GiftLineRow, GiftLineRow.kind == LineKind.DONATION
    of_gift = line.gift_id == GiftRow.id
    cents = select(func.coalesce(func.sum(line.net_cents), 0)).where(of_gift, is_given)
    beside = select(line.id).where(of_gift, ~is_given).correlate(GiftRow).exists()
    alone = and_(GiftRow.kind.in_(sorted(LINE_OF)), ~beside)
    return case((alone, 0), else_=cast(cents.correlate(GiftRow).scalar_subquery(), GiftRow.given_cents.type))


def give_to(session: Session, row: GiftRow, person_id: int) -> None:
    """Makes it somebody else's; the figures of both follow."""
    both = (row.person_id, person_id)
    row.person_id = person_id
    donor_store.refresh(session, both)


def called(session: Session, name: str) -> GiftId | None:
    """The gift in kind of that name, while nobody else writes it down."""
    hold(session, f"in kind {name}")
    found = session.scalar(select(GiftRow.id).where(GiftRow.in_kind_name == name))
    return None if found is None else GiftId(found)


def find_entry(session: Session, provider: str, external_id: str) -> Entry | None:
    """The movement that a provider calls so, if it is booked."""
    query = select(MoneyEntryRow).where(MoneyEntryRow.provider == provider, MoneyEntryRow.external_id == external_id)
    row = session.scalar(query)
    return None if row is None else entry(row)


def find_entries(session: Session, provider: str, external_ids: Collection[str]) -> tuple[Entry, ...]:
    """The movements that a provider calls so, those that are booked."""
    listed = bulk.texts(session, external_ids)
    of_these = MoneyEntryRow.external_id.in_(select(listed.c.value))
    query = select(MoneyEntryRow).where(MoneyEntryRow.provider == provider, of_these)
    return tuple(entry(row) for row in session.scalars(query))


def sources(session: Session, codes: Collection[str]) -> set[str]:
    """Those of the codes that are sources."""
    return set(session.scalars(select(SourceRow.code).where(SourceRow.code.in_(codes))))


def entries(session: Session, gift_id: int) -> tuple[Entry, ...]:
    """The money of a gift, the oldest first."""
    query = select(MoneyEntryRow).where(MoneyEntryRow.gift_id == gift_id).order_by(MoneyEntryRow.id)
    return tuple(entry(row) for row in session.scalars(query))


def moves(session: Session, gift_id: int) -> tuple[Move, ...]:
    """How a gift went from donor to donor, the oldest first."""
    query = select(GiftMoveRow).where(GiftMoveRow.gift_id == gift_id).order_by(GiftMoveRow.id)
    return tuple(
        Move(
            from_person_id=PersonId(row.from_person_id),
            to_person_id=PersonId(row.to_person_id),
            reason=row.reason,
            moved_at=row.moved_at,
            moved_by=_account(row.moved_by),
        )
        for row in session.scalars(query)
    )


def refunds(session: Session, *, gift_id: int | None = None, state: RefundState | None = None) -> tuple[Refund, ...]:
    """Refunds that were asked for, the oldest first."""
    query = select(RefundRow).order_by(RefundRow.id)
    if gift_id is not None:
        query = query.where(RefundRow.gift_id == gift_id)
    if state is not None:
        query = query.where(RefundRow.state == state)
    return tuple(refund(row) for row in session.scalars(query))


def told_already(session: Session, gift_id: int, cents: int, *, since: datetime | None = None) -> int:
    """How many refunds of that amount a provider told of which no decision of ours knows yet."""
    several = refunds(session, gift_id=gift_id)
    return refunding.told_already(entries(session, gift_id), several, cents, since=since)


def rules(session: Session) -> tuple[DeductionRule, ...]:
    """Every rule about what is deductible."""
    return tuple(
        DeductionRule(
            gift_kind=row.gift_kind,
            line_kind=row.line_kind,
            is_deductible=row.is_deductible,
            why=row.why,
            valid_from_on=row.valid_from_on,
            valid_until_on=row.valid_until_on,
        )
        for row in session.scalars(select(DeductionRuleRow).order_by(DeductionRuleRow.id))
    )


def closed_until(session: Session) -> date | None:
    """The first day of the last month that finance has closed."""
    return session.scalar(select(func.max(ClosedMonthRow.month_on)))


def open_funds(session: Session, codes: Collection[str]) -> set[str]:
    """Those of the codes that are open funds; the general one is always there."""
    if GENERAL in codes and session.get(FundRow, GENERAL) is None:
        hold(session, "general fund")
        session.merge(FundRow(code=GENERAL, name="", is_open=True))
        session.flush()
    return set(session.scalars(select(FundRow.code).where(FundRow.code.in_(codes), FundRow.is_open)))


def funds_take(session: Session, several: Collection[NewGift]) -> bool:
    """Whether the funds of those gifts are open, but for what was promised while its fund still was."""
    chosen = {line.fund for new in several if not new.is_promised for line in new.lines}
    return not several or chosen <= open_funds(session, {line.fund for new in several for line in new.lines})


def funds(session: Session) -> dict[str, str]:
    """Every fund by its code, as it is called."""
    return {row.code: row.name for row in session.scalars(select(FundRow).order_by(FundRow.name))}


def standing(session: Session, gift_ids: Collection[int]) -> dict[GiftId, int]:
    """What each of those gifts comes to, net of all that went back."""
    found = session.execute(select(GiftRow.id, GiftRow.net_cents).where(one_of(GiftRow.id, gift_ids)))
    return {GiftId(gift_id): cents for gift_id, cents in found}


def of_person(session: Session, person_id: int, *, below: tuple[date, int] | None, size: int) -> tuple[Gift, ...]:
    """Somebody's gifts, the newest by their day first, those below a day and number where given."""
    query = select(GiftRow).where(GiftRow.person_id == person_id)
    if below is not None:
        query = query.where(tuple_(GiftRow.given_on, GiftRow.id) < tuple_(*below))
    query = query.order_by(GiftRow.given_on.desc(), GiftRow.id.desc()).limit(size)
    return tuple(gift(row) for row in session.scalars(query))


def drift(session: Session) -> int:
    """How many gifts and lines come to something else than their movements say."""
    parts = (
        select(MoneyPartRow.line_id, func.sum(MoneyPartRow.cents).label("cents"))
        .group_by(MoneyPartRow.line_id)
        .subquery()
    )
    wrong_lines = (
        select(func.count())
        .select_from(GiftLineRow)
        .outerjoin(parts, parts.c.line_id == GiftLineRow.id)
        .where(GiftLineRow.net_cents != func.coalesce(parts.c.cents, 0))
    )
    line, is_given = GiftLineRow, GiftLineRow.kind == LineKind.DONATION
    sums = (
        func.sum(line.net_cents).label("cents"),
        func.sum(case((is_given, line.net_cents), else_=0)).label("given"),
        func.max(case((is_given, 0), else_=1)).label("beside"),
    )
    by_gift = select(line.gift_id, *sums).group_by(line.gift_id).subquery()
    alone = and_(GiftRow.kind.in_(sorted(LINE_OF)), by_gift.c.beside == 0)
    meant = case((alone, 0), else_=func.coalesce(by_gift.c.given, 0))
    wrong_gifts = (
        select(func.count())
        .select_from(GiftRow)
        .outerjoin(by_gift, by_gift.c.gift_id == GiftRow.id)
        .where(or_(GiftRow.net_cents != func.coalesce(by_gift.c.cents, 0), GiftRow.given_cents != meant))
    )
    return (session.scalar(wrong_lines) or 0) + (session.scalar(wrong_gifts) or 0)


def gift(row: GiftRow) -> Gift:
    """A row as a noun."""
    return Gift(
        id=GiftId(row.id),
        person_id=PersonId(row.person_id),
        kind=row.kind,
        given_on=row.given_on,
        basis=row.basis,
        method=row.method,
        cents=row.cents,
        net_cents=row.net_cents,
        source_code=row.source_code or "",
        tribute=row.tribute,
        address=row.address,
        is_test=row.is_test,
        thanked_at=row.thanked_at,
        recorded_at=row.recorded_at,
        recorded_by=_account(row.recorded_by),
        what=row.in_kind_what or "",
    )


def line_of(row: GiftLineRow) -> Line:
    """A row as a noun."""
    return Line(
        id=row.id,
        kind=row.kind,
        fund=row.fund_code,
        cents=row.cents,
        net_cents=row.net_cents,
        is_deductible=row.is_deductible,
        why=row.why,
    )


def entry(row: MoneyEntryRow) -> Entry:
    """A row as a noun."""
    return Entry(
        id=row.id,
        gift_id=GiftId(row.gift_id),
        kind=row.kind,
        cents=row.cents,
        method=row.method,
        booked_on=row.booked_on,
        accounted_on=row.accounted_on,
        provider=row.provider,
        external_id=row.external_id or "",
        reason_code=row.reason_code,
        recorded_at=row.recorded_at,
        recorded_by=_account(row.recorded_by),
        executed_on=row.executed_on,
    )


def refund(row: RefundRow) -> Refund:
    """A row as a noun."""
    return Refund(
        id=RefundId(row.id),
        gift_id=GiftId(row.gift_id),
        cents=row.cents,
        reason=row.reason,
        state=row.state,
        asked_by=AccountId(row.asked_by),
        asked_at=row.asked_at,
        decided_by=_account(row.decided_by),
        decided_at=row.decided_at,
    )


def _account(number: int | None) -> AccountId | None:
    return None if number is None else AccountId(number)
