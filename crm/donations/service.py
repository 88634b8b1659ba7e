"""The door of gifts: record, give back, correct, move, close a month; look them up.

Money that moves is written beside a gift in a ledger that only grows; what it comes to is the fold of its movements,
kept with it. Every door may be called twice with the same `external_id`: the second time it says what the first did.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from crm.donations import abodes, centres, entering, listing, rules, sealing, store, thank_store
from crm.donations.entering import enter
from crm.donations.errors import (
    AmountWrong,
    CodeUnknown,
    DonorMissing,
    FourEyes,
    GiftMissing,
    MonthOpen,
    MoreThanReceived,
    RefundedAlready,
    RefundMissing,
    SaidOtherwise,
)
from crm.donations.model import (
    LARGEST,
    EntryKind,
    Gift,
    GiftKind,
    Line,
    Movement,
    NewGift,
    Refund,
    RefundState,
    Totals,
    Wanted,
    WholeGift,
)
from crm.donations.tables import (
    ClosedMonthRow,
    GiftLineRow,
    GiftMoveRow,
    GiftRow,
    RefundRow,
    SourceRow,
)
from crm.foundation.database import hold
from crm.foundation.signing import Sealer
from crm.people import service as people
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, GiftId, PersonId, RefundId

REASON, TRIBUTE = 500, 200
"""So many characters has a reason at most, and a tribute."""


def record(session: Session, sealer: Sealer, new: NewGift, *, at: datetime, by: AccountId | None = None) -> Gift:
    """Writes a gift down with the money it came with (none where it is in kind).

    A movement that is booked already gives back the gift it stands on. Raises DonorMissing, AmountWrong, CodeUnknown,
    SaidOtherwise where that movement had another amount, and Invalid for a day to come.
    """
    if any(line.cents <= 0 for line in new.lines) or not 0 < new.cents < LARGEST:
        raise AmountWrong
    if max(new.given_on, new.movement.booked_on) > (today := brussels_day(at)):
        raise Invalid("a gift cannot be of a day to come", field="given_on")
    name = rules.in_kind_name(new)
    booked = store.called(session, name) if name else _booked(session, new.movement, EntryKind.RECEIPT, new.cents)
    if booked is not None:
        return gift(session, booked)
    person = people.find_survivor(session, new.person_id)
    if person is None:
        raise DonorMissing
    if not store.funds_take(session, (new,)):
        raise CodeUnknown("fund")
    if new.source_code and session.get(SourceRow, new.source_code) is None:
        raise CodeUnknown("source_code")
    judged = rules.judged(
        new.kind,
        [line.kind for line in new.lines],
        given_on=new.given_on,
        split_beforehand=new.split_beforehand,
        rules=store.rules(session),
    )
    row = GiftRow(
        person_id=person.id,
        recorded_person_id=new.person_id,
        kind=new.kind,
        given_on=new.given_on,
        basis=new.basis,
        method=new.movement.method,
        source_code=new.source_code or None,
        split_beforehand=new.split_beforehand,
        cents=new.cents,
        net_cents=0,
        given_cents=0,
        in_kind_name=name or None,
        in_kind_what=new.what or None,
        owes_thanks=rules.owes_thanks(new, today, has_begun=bool(thank_store.begun(session, [new], {person.id}))),
        tribute=new.tribute.strip(),
        address=new.address or abodes.homes(session, [replace(new, person_id=person.id)], today).get(person.id, ""),
        is_test=new.is_test,
        recorded_at=at,
        recorded_by=by,
    )
    lines = [
        GiftLineRow(
            position=position,
            kind=line.kind,
            fund_code=line.fund,
            cents=line.cents,
            net_cents=0,
            is_deductible=is_deductible,
            why=why,
        )
        for position, (line, (is_deductible, why)) in enumerate(zip(new.lines, judged, strict=True))
    ]
    gift_id = GiftId(store.add(session, row, lines))
    if new.kind is not GiftKind.IN_KIND:
        enter(session, sealer, gift_id, EntryKind.RECEIPT, new.movement, cents=new.cents, at=at, by=by)
    return gift(session, gift_id)


def receive(
    session: Session,
    sealer: Sealer,
    gift_id: GiftId,
    movement: Movement,
    *,
    cents: int,
    at: datetime,
    by: AccountId | None = None,
) -> Gift:
    """More money for a gift that is there: a second instalment of a promise, the second half of a payment."""
    return _once(session, sealer, gift_id, EntryKind.RECEIPT, movement, cents=cents, at=at, by=by)


def take_back(
    session: Session,
    sealer: Sealer,
    gift_id: GiftId,
    kind: EntryKind,
    movement: Movement,
    *,
    cents: int,
    at: datetime,
    by: AccountId | None = None,
) -> Gift:
    """Books `cents` (more than nought) as going back: a return of the bank, a chargeback of a provider, a refund.

    Raises MoreThanReceived; a refund that a colleague wishes goes by `ask_refund`.
    """
    assert kind in rules.OUTGOING
    return _once(session, sealer, gift_id, kind, movement, cents=-cents, at=at, by=by)


def correct(
    session: Session,
    sealer: Sealer,
    gift_id: GiftId,
    movement: Movement,
    *,
    cents: int,
    at: datetime,
    by: AccountId | None,
) -> Gift:
    """Books a difference, up or down, because an amount was wrongly typed or read. Raises MoreThanReceived."""
    return _once(session, sealer, gift_id, EntryKind.CORRECTION, movement, cents=cents, at=at, by=by)


def charge(
    session: Session,
    sealer: Sealer,
    gift_id: GiftId,
    movement: Movement,
    *,
    cents: int,
    at: datetime,
    by: AccountId | None = None,
) -> Gift:
    """Books what a provider kept of a gift: our cost; the gift is as large as before."""
    return _once(session, sealer, gift_id, EntryKind.FEE, movement, cents=-cents, at=at, by=by)


def move(session: Session, gift_id: GiftId, to: PersonId, *, reason: str, at: datetime, by: AccountId) -> Gift:
    """Makes it somebody else's gift (a joint account, paid for another), with the reason; twice is once.

    Thanks that went to the wrong person are none: who truly gave is to be thanked.
    """
    if not reason.strip() or len(reason) > REASON:
        raise Invalid("a gift moves for a reason, in a few words", field="reason")
    person = people.find_survivor(session, to)
    if person is None:
        raise DonorMissing
    hold(session, f"gift {gift_id}")
    row = session.get(GiftRow, gift_id, populate_existing=True)
    if row is None:
        raise GiftMissing
    if row.person_id != person.id:
        session.add(
            GiftMoveRow(
                gift_id=gift_id,
                from_person_id=row.person_id,
                to_person_id=person.id,
                reason=reason.strip(),
                moved_at=at,
                moved_by=by,
            )
        )
        store.give_to(session, row, person.id)
        thank_store.forget(session, row, at=at)
    return store.gift(row)


def ask_refund(
    session: Session, gift_id: GiftId, cents: int, *, reason: str, at: datetime, by: AccountId, again: bool = False
) -> Refund:
    """Asks that money be given back; somebody else decides. Raises MoreThanReceived, and Invalid without a reason;
    RefundedAlready where a provider told of a refund of that very amount, unless this is one more (`again`)."""
    if not reason.strip() or len(reason) > REASON:
        raise Invalid("a refund has a reason, in a few words", field="reason")
    if cents <= 0:
        raise AmountWrong
    hold(session, f"gift {gift_id}")
    asked = sum(one.cents for one in store.refunds(session, gift_id=gift_id, state=RefundState.ASKED))
    if asked + cents > gift(session, gift_id).net_cents:
        raise MoreThanReceived
    if not again and store.told_already(session, gift_id, cents):
        raise RefundedAlready
    row = RefundRow(
        gift_id=gift_id, cents=cents, reason=reason.strip(), state=RefundState.ASKED, asked_by=by, asked_at=at
    )
    session.add(row)
    session.flush()
    return store.refund(row)


def decide_refund(
    session: Session, sealer: Sealer, refund_id: RefundId, movement: Movement | None, *, at: datetime, by: AccountId
) -> Refund:
    """Gives the money back by `movement`, or refuses where there is none. Raises FourEyes for whoever asked.

    Where a provider gave that very amount back since it was asked for, the refund is done and nothing is booked twice.
    """
    hold(session, f"refund {refund_id}")
    row = session.get(RefundRow, refund_id, populate_existing=True)
    if row is None or row.state is not RefundState.ASKED:
        raise RefundMissing
    if row.asked_by == by:
        raise FourEyes
    hold(session, f"gift {row.gift_id}")
    if movement is not None and not store.told_already(session, row.gift_id, row.cents, since=row.asked_at):
        take_back(session, sealer, GiftId(row.gift_id), EntryKind.REFUND, movement, cents=row.cents, at=at, by=by)
    row.state = RefundState.REFUSED if movement is None else RefundState.DONE
    row.decided_by, row.decided_at = by, at
    session.flush()
    return store.refund(row)


def close_month(session: Session, month_on: date, *, at: datetime, by: AccountId) -> None:
    """Closes a month that is over: what comes later of it counts in the open month. Raises MonthOpen; twice is once.

    The first month that is closed may be any, and closes all before it; then each after the one before.
    """
    hold(session, "months")
    month, until = rules.first_of_month(month_on), entering.closed_until(session)
    if until is not None and month <= until:
        return
    is_next = until is None or month == until + timedelta(days=1)
    if not is_next or rules.last_of_month(month) >= brussels_day(at):
        raise MonthOpen
    centres.keep(session, after=until, until=rules.last_of_month(month))
    session.add(ClosedMonthRow(month_on=month, closed_at=at, closed_by=by))
    session.flush()


def gift(session: Session, gift_id: GiftId) -> Gift:
    """A gift as it stands. Raises GiftMissing."""
    if (found := store.find(session, gift_id)) is None:
        raise GiftMissing
    return found


def standing(session: Session, gift_ids: Collection[GiftId]) -> dict[GiftId, int]:
    """What each of those gifts comes to, net of all that went back."""
    return store.standing(session, gift_ids)


def whole(session: Session, gift_id: GiftId) -> WholeGift:
    """A gift with all that belongs to it. Raises GiftMissing."""
    return WholeGift(
        gift=gift(session, gift_id),
        lines=store.lines(session, gift_id),
        entries=store.entries(session, gift_id),
        moves=store.moves(session, gift_id),
        refunds=store.refunds(session, gift_id=gift_id),
    )


def page(session: Session, wanted: Wanted, *, after: GiftId | None = None, size: int = 50) -> tuple[Gift, ...]:
    """The newest gifts by their day that answer `wanted`, a page at a time."""
    return listing.page(session, wanted, after=after, size=size)


def totals(session: Session, wanted: Wanted) -> Totals:
    """What the gifts that answer come to, by fund and by method; tests are left out."""
    return listing.totals(session, wanted)


def lines_of(session: Session, gift_ids: Collection[GiftId]) -> dict[GiftId, list[Line]]:
    """The lines of each of those gifts, in order."""
    return listing.lines_of(session, gift_ids)


def latest_of(session: Session, person_id: PersonId, *, size: int) -> tuple[Gift, ...]:
    """Somebody's newest gifts, tests among them."""
    return page(session, Wanted(person_id=person_id), size=size)


def refunds_to_decide(session: Session) -> tuple[Refund, ...]:
    """Every refund that waits for a second person."""
    return store.refunds(session, state=RefundState.ASKED)


def _once(
    session: Session,
    sealer: Sealer,
    gift_id: GiftId,
    kind: EntryKind,
    movement: Movement,
    *,
    cents: int,
    at: datetime,
    by: AccountId | None,
) -> Gift:
    if not 0 < abs(cents) < LARGEST or not rules.has_right_sign(kind, cents):
        raise AmountWrong
    booked = _booked(session, movement, kind, cents)
    if booked is None:
        hold(session, f"gift {gift_id}")
        enter(session, sealer, gift_id, kind, movement, cents=cents, at=at, by=by)
    return gift(session, booked or gift_id)


def _booked(session: Session, movement: Movement, kind: EntryKind, cents: int) -> GiftId | None:
    """The gift on which this very movement stands already."""
    if not movement.external_id:
        return None
    hold(session, f"money {movement.provider}", shared=True)
    hold(session, f"money {movement.provider} {movement.external_id}")
    found = store.find_entry(session, movement.provider, movement.external_id)
    if found is None:
        return None
    if (found.kind, found.cents) != (kind, cents):
        raise SaidOtherwise
    return found.gift_id


drift = store.drift
closed_until = entering.closed_until
LEDGER = sealing.LEDGER
"""Movements of money as `crm.ledgers` seals and verifies them."""
