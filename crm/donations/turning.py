"""A gift that was typed as money and came in kind, or the other way round, put right by two colleagues.

What came in kind is money no more: all that stood goes off it today, and its stated value stays beside the books. What
was money after all comes onto it today, in hand, by cash or cheque: what the bank told is given to somebody there.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.donations import asking, in_kind, rules, store, thank_store
from crm.donations.entering import enter
from crm.donations.errors import AmountWrong, CodeUnknown, CorrectedElsewhere, GiftHasChanged
from crm.donations.model import LARGEST, AsMoney, EntryKind, GiftKind, InKind, LineKind, Method, Movement
from crm.donations.tables import GiftCorrectionRow, GiftLineRow, GiftRow
from crm.foundation.signing import Sealer
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, CorrectionId, GiftId

IN_HAND = (Method.CASH, Method.CHEQUE)


def ask_in_kind(
    session: Session, gift_id: GiftId, what: str, cents: int, *, reason: str, at: datetime, by: AccountId
) -> CorrectionId:
    """Asks that a gift be one in kind of that value, or, where it is one, be something else or worth another amount,
    nought where it never came; on the number somebody else decides.

    Raises what `asking` does, Invalid (field `what`) where nothing says what it was, AmountWrong for no value or what
    it is already, CorrectedElsewhere where the bank or a collection told its money.
    """
    standing = asking.begin(session, gift_id, reason)
    said = in_kind.said(what)
    is_one = standing.kind is GiftKind.IN_KIND
    if not is_one and (asking.told_by(session, gift_id) or not standing.net_cents):
        raise CorrectedElsewhere
    if not (0 if is_one else 1) <= cents < LARGEST or (is_one and (said, cents) == (standing.what, standing.cents)):
        raise AmountWrong
    was = standing.cents if is_one else standing.net_cents
    wanted = {"was_cents": was, "cents": cents, "kind": GiftKind.IN_KIND, "what": said}
    return CorrectionId(asking.write(session, standing, reason, at=at, by=by, **wanted).id)


def ask_money(
    session: Session, gift_id: GiftId, wanted: AsMoney, *, reason: str, at: datetime, by: AccountId
) -> CorrectionId:
    """Asks that a gift in kind be money that came in hand; on the number somebody else decides.

    Raises what `asking` does, CodeUnknown for a fund that is closed, AmountWrong, CorrectedElsewhere where it is none
    in kind, Invalid for another means.
    """
    standing = asking.begin(session, gift_id, reason)
    if standing.kind is not GiftKind.IN_KIND or wanted.kind is GiftKind.IN_KIND:
        raise CorrectedElsewhere
    if wanted.method not in IN_HAND:
        raise Invalid("what came in hand is cash or a cheque", field="method")
    if not 0 < wanted.cents < LARGEST:
        raise AmountWrong
    if not store.open_funds(session, {wanted.fund}):
        raise CodeUnknown("fund")
    facts = {
        "was_cents": standing.cents,
        "cents": wanted.cents,
        "kind": wanted.kind,
        "line_kind": rules.LINE_OF.get(wanted.kind, LineKind.DONATION),
        "fund_code": wanted.fund,
        "method": wanted.method,
    }
    return CorrectionId(asking.write(session, standing, reason, at=at, by=by, **facts).id)


def in_kind_of(row: GiftCorrectionRow) -> InKind | None:
    """What a correction says came in kind; None where it is about something else."""
    return InKind(what=row.what, cents=row.cents) if row.kind is GiftKind.IN_KIND and row.what is not None else None


def money_of(row: GiftCorrectionRow) -> AsMoney | None:
    """What a correction says was money; None where it is about something else."""
    if row.kind is None or row.fund_code is None or row.method is None:
        return None
    return AsMoney(kind=row.kind, fund=row.fund_code, cents=row.cents, method=row.method)


def put_right(
    session: Session,
    sealer: Sealer,
    row: GiftRow,
    wanted: InKind | AsMoney,
    *,
    was_cents: int,
    movement: Movement,
    at: datetime,
    by: AccountId,
) -> None:
    """The gift is that from here on. Raises GiftHasChanged where it is worth something else by now, or was turned."""
    is_one = row.kind is GiftKind.IN_KIND
    stands = row.cents if is_one else row.net_cents
    is_turned = isinstance(wanted, AsMoney) and not is_one
    if stands != was_cents or is_turned or (not is_one and asking.told_by(session, GiftId(row.id))):
        raise GiftHasChanged
    lines = store.lines(session, row.id)
    meant = next((line for line in lines if line.net_cents or line.cents), lines[0])
    facts: dict[str, Any] = {"at": at, "by": by}
    if not is_one and row.net_cents:
        enter(session, sealer, GiftId(row.id), EntryKind.CORRECTION, movement, cents=-row.net_cents, **facts)
        session.refresh(row)
    for old in session.scalars(select(GiftLineRow).where(GiftLineRow.gift_id == row.id)):
        old.cents = 0
    row.cents, row.split_beforehand = wanted.cents, False
    if isinstance(wanted, InKind):
        row.kind, row.method, row.in_kind_what = GiftKind.IN_KIND, Method.NONE, wanted.what
        _line(session, row, LineKind.DONATION, meant.fund, cents=wanted.cents, position=len(lines))
    else:
        row.kind, row.method, row.in_kind_what = wanted.kind, wanted.method, None
        kind = rules.LINE_OF.get(wanted.kind, LineKind.DONATION)
        line_id = _line(session, row, kind, wanted.fund, cents=wanted.cents, position=len(lines))
        parts = [(line_id, wanted.cents)]
        enter(session, sealer, GiftId(row.id), EntryKind.CORRECTION, movement, cents=wanted.cents, parts=parts, **facts)
        session.refresh(row)
    told = [(line.kind, line.cents) for line in store.lines(session, row.id) if line.cents]
    row.owes_thanks = bool(told) and thank_store.owes(session, row, told, on=brussels_day(row.recorded_at))
    session.flush()


def _line(session: Session, row: GiftRow, kind: LineKind, fund: str, *, cents: int, position: int) -> int:
    [(is_deductible, why)] = rules.judged(
        row.kind, [kind], given_on=row.given_on, split_beforehand=False, rules=store.rules(session)
    )
    line = GiftLineRow(
        gift_id=row.id, position=position, kind=kind, fund_code=fund, cents=cents, net_cents=0,
        is_deductible=is_deductible, why=why,
    )  # fmt: skip
    session.add(line)
    session.flush()
    return line.id
