"""The day by which a gift is counted, put right by two colleagues: a transfer of 31 December booked in January.

The day is of the gift alone: its money stays in the books on the day on which it moved. Papers of the tax follow, as
they do any correction; a year for which they follow no more is closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.donations import asking, donor_store, rules, store
from crm.donations.errors import CorrectedElsewhere, DayWrong, FiscalYearClosed, GiftHasChanged
from crm.donations.model import Basis, Dated, EntryKind, Gift, GiftKind, RefundState
from crm.donations.tables import GiftCorrectionRow, GiftRow, MoneyEntryRow
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId, GiftId

EARLIER = timedelta(days=92)
"""So long before its money a gift may have been ordered, posted or in hand."""
YEARS = 1
"""Until the end of so many years after it, the papers of a year are corrected (declarations are filled in by them)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Redated:
    """A gift counted by another day than that of its money: `booked_on` that of the money."""

    gift_id: GiftId
    booked_on: date
    given_on: date
    basis: Basis
    cents: int


def is_closed(year: int, today: date) -> bool:
    """Whether no paper of a year is corrected any more."""
    return year < today.year - YEARS


def ask(session: Session, gift_id: GiftId, dated: Dated, *, reason: str, at: datetime, by: AccountId) -> int:
    """Asks that a gift be counted by another day; the number of the correction, on which somebody else decides.

    Raises Invalid without a reason, CorrectionAsked while another waits, CorrectedElsewhere where no money came,
    FiscalYearClosed, DayWrong for a day that cannot be (after its money, or long before) or that it has already.
    """
    standing = asking.begin(session, gift_id, reason)
    _require(session, standing, dated, today=brussels_day(at))
    wanted = {"was_on": standing.given_on, "given_on": dated.given_on, "basis": dated.basis}
    return asking.write(session, standing, reason, at=at, by=by, **wanted).id


def put_right(session: Session, row: GiftRow, dated: Dated, *, today: date) -> None:
    """The gift is counted by that day from here on. Raises GiftHasChanged where it has another by now, or the day
    cannot be any more.
    """
    standing = store.gift(row)
    try:
        _require(session, standing, dated, today=today)
    except (DayWrong, CorrectedElsewhere) as wrong:
        raise GiftHasChanged from wrong
    if standing.given_on != dated.was_on:
        raise GiftHasChanged
    row.given_on, row.basis = dated.given_on, dated.basis
    session.flush()
    donor_store.refresh(session, {row.person_id})


def of_month(session: Session, month_on: date) -> tuple[Redated, ...]:
    """The gifts of which money came in a month of the books and whose day two colleagues put right, by their money's
    day.
    """
    entry, correction = MoneyEntryRow, GiftCorrectionRow
    first, last = rules.first_of_month(month_on), rules.last_of_month(month_on)
    is_right = (
        select(correction.id)
        .where(
            correction.gift_id == GiftRow.id,
            correction.state == RefundState.DONE,
            correction.given_on.is_not(None),
        )
        .exists()
    )
    query = (
        select(GiftRow.id, entry.booked_on, GiftRow.given_on, GiftRow.basis, entry.cents)
        .join(entry, entry.gift_id == GiftRow.id)
        .where(entry.accounted_on.between(first, last), entry.kind == EntryKind.RECEIPT, ~GiftRow.is_test, is_right)
        .where(GiftRow.given_on != entry.booked_on)
        .order_by(entry.booked_on, GiftRow.id)
    )
    return tuple(
        Redated(
            gift_id=GiftId(one.id), booked_on=one.booked_on, given_on=one.given_on, basis=one.basis, cents=one.cents
        )
        for one in session.execute(query)
    )


def _require(session: Session, standing: Gift, dated: Dated, *, today: date) -> None:
    entries = store.entries(session, standing.id)
    came = [one.booked_on for one in entries if one.kind is EntryKind.RECEIPT]
    came = came or [one.booked_on for one in entries if one.kind is EntryKind.CORRECTION and one.cents > 0]
    if standing.kind is GiftKind.IN_KIND or not came:
        raise CorrectedElsewhere
    for day in (standing.given_on, dated.given_on):
        if is_closed(day.year, today):
            raise FiscalYearClosed(day.year)
    is_settled = dated.basis is not Basis.SETTLEMENT or dated.given_on in came
    if not min(came) - EARLIER <= dated.given_on <= min(max(came), today) or not is_settled:
        raise DayWrong
    if (standing.given_on, standing.basis) == (dated.given_on, dated.basis):
        raise DayWrong
