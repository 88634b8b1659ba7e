"""The door of corrections: what a gift typed in or imported should have come to. One asks, saying why, another decides.

The amount that the bank told is corrected at its line, which is opened again; what a file of collections brought, by
its return. What such a gift is, for which fund, by which day it counts and which
appeal it answers is a colleague's word: corrected here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.donations import asking, fiscal_days, recoding, rules, service, store, thank_store, turning
from crm.donations.entering import enter
from crm.donations.errors import (
    AmountWrong,
    CodeUnknown,
    CorrectedElsewhere,
    CorrectionMissing,
    FourEyes,
    GiftHasChanged,
)
from crm.donations.model import (
    LARGEST,
    AsMoney,
    Coded,
    Correction,
    Dated,
    EntryKind,
    Gift,
    GiftKind,
    InKind,
    Line,
    LineKind,
    Movement,
    Otherwise,
    RefundState,
)
from crm.donations.refunding import DROPPED, OURS
from crm.donations.tables import GiftCorrectionRow, GiftLineRow, GiftRow
from crm.foundation.database import hold
from crm.foundation.signing import Sealer
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId, CorrectionId, GiftId

PROVIDER = "correction"
"""Under this name a correction that two colleagues made is booked, with its number."""
BANK, COLLECTIONS = asking.BANK, asking.COLLECTIONS
told_by = asking.told_by


def of_gift(session: Session, gift_id: GiftId) -> tuple[Correction, ...]:
    """What was asked to be corrected of a gift, the oldest first."""
    query = select(GiftCorrectionRow).where(GiftCorrectionRow.gift_id == gift_id).order_by(GiftCorrectionRow.id)
    return tuple(_correction(row) for row in session.scalars(query))


def waiting(session: Session) -> tuple[Correction, ...]:
    """Every correction that waits for a second person, the oldest first."""
    row = GiftCorrectionRow
    query = select(row).where(row.state == RefundState.ASKED).order_by(row.id)
    return tuple(_correction(found) for found in session.scalars(query))


def ask(
    session: Session,
    gift_id: GiftId,
    cents: int,
    *,
    reason: str,
    at: datetime,
    by: AccountId,
    is_drop: bool = False,
) -> Correction:
    """Asks that a gift come to `cents`, nought where it never came; somebody else decides.

    `is_drop`: since a refund of it is not to be paid, whoever told the gift.

    Raises AmountWrong for what it comes to already, Invalid without a reason, CorrectionAsked while another waits,
    CorrectedElsewhere where the bank or a collection told it, or no money came.
    """
    standing = asking.begin(session, gift_id, reason)
    if (told_by(session, gift_id) and not is_drop) or standing.kind is GiftKind.IN_KIND:
        raise CorrectedElsewhere
    if not 0 <= cents < LARGEST or cents == standing.net_cents:
        raise AmountWrong
    return _correction(asking.write(session, standing, reason, at=at, by=by, cents=cents))


def ask_otherwise(
    session: Session, gift_id: GiftId, otherwise: Otherwise, *, reason: str, at: datetime, by: AccountId
) -> Correction:
    """Asks that a gift be of another kind, and a line of it for another fund or something else; somebody else decides.

    Whoever told it, since its amount stays. Raises Invalid and CorrectionAsked as `ask`; CodeUnknown for a fund that is
    closed, AmountWrong for what it is already or more than stands on the line, CorrectedElsewhere where none is meant.
    """
    standing = asking.begin(session, gift_id, reason)
    line = _line(session, gift_id, otherwise.line_id)
    if GiftKind.IN_KIND in {standing.kind, otherwise.kind} or line is None:
        raise CorrectedElsewhere
    if (standing.kind, line.kind, line.fund) == (otherwise.kind, otherwise.line, otherwise.fund):
        raise AmountWrong
    part = line.net_cents if otherwise.cents is None else otherwise.cents
    if not 0 < part <= line.net_cents:
        raise AmountWrong
    if not store.open_funds(session, {otherwise.fund}):
        raise CodeUnknown("fund")
    wanted: dict[str, Any] = {
        "cents": part if part < line.net_cents else standing.net_cents,
        "kind": otherwise.kind,
        "line_id": line.id,
        "line_kind": otherwise.line,
        "fund_code": otherwise.fund,
    }
    return _correction(asking.write(session, standing, reason, at=at, by=by, **wanted))


def decide(
    session: Session,
    sealer: Sealer,
    correction_id: CorrectionId,
    *,
    agreed: bool,
    at: datetime,
    by: AccountId,
    drops: str | None = None,
) -> Correction:
    """Books the difference as a movement of today, or refuses. `drops` names the refund, not paid, that it drops.

    Raises FourEyes for whoever asked, GiftHasChanged where the gift comes to something else by now, or the bank told of
    it since: then it can only be refused.
    """
    hold(session, f"correction {correction_id}")
    row = session.get(GiftCorrectionRow, correction_id, populate_existing=True)
    if row is None or row.state is not RefundState.ASKED:
        raise CorrectionMissing
    if row.asked_by == by:
        raise FourEyes
    if agreed:
        _book(session, sealer, row, drops, at=at, by=by)
    row.state = RefundState.DONE if agreed else RefundState.REFUSED
    row.decided_by, row.decided_at = by, at
    session.flush()
    return _correction(row)


def _book(
    session: Session, sealer: Sealer, row: GiftCorrectionRow, drops: str | None, *, at: datetime, by: AccountId
) -> Gift:
    gift_id = GiftId(row.gift_id)
    hold(session, f"gift {gift_id}")
    standing = service.gift(session, gift_id)
    otherwise, dated, coded, turned = _otherwise(row), _dated(row), _coded(row), _turned(row)
    if turned is not None:
        return _turn_kind(session, sealer, row, turned, at=at, by=by)
    if coded is not None:
        return _recode(session, gift_id, coded)
    if dated is not None:
        return _redate(session, sealer, gift_id, dated, external_id=str(row.id), at=at, by=by)
    dropped = store.find_entry(session, OURS, drops) if drops is not None and otherwise is None else None
    is_elsewhere = otherwise is None and dropped is None and told_by(session, gift_id)
    if standing.net_cents != row.was_cents or is_elsewhere:
        raise GiftHasChanged
    if dropped is not None:
        named = f"{dropped.external_id}{DROPPED}"
        again = Movement(method=dropped.method, booked_on=brussels_day(at), provider=OURS, external_id=named)
        return service.correct(session, sealer, gift_id, again, cents=-dropped.cents, at=at, by=by)
    movement = Movement(method=standing.method, booked_on=brussels_day(at), provider=PROVIDER, external_id=str(row.id))
    if otherwise is not None:
        return _become(session, sealer, gift_id, otherwise, movement, at=at, by=by)
    return service.correct(session, sealer, gift_id, movement, cents=row.cents - row.was_cents, at=at, by=by)


def _recode(session: Session, gift_id: GiftId, coded: Coded) -> Gift:
    row = session.get(GiftRow, gift_id, populate_existing=True)
    if row is None:
        raise GiftHasChanged
    recoding.put_right(session, row, coded)
    return service.gift(session, gift_id)


def _turn_kind(
    session: Session, sealer: Sealer, asked: GiftCorrectionRow, turned: InKind | AsMoney, *, at: datetime, by: AccountId
) -> Gift:
    row = session.get(GiftRow, asked.gift_id, populate_existing=True)
    if row is None:
        raise GiftHasChanged
    method = turned.method if isinstance(turned, AsMoney) else row.method
    movement = Movement(method=method, booked_on=brussels_day(at), provider=PROVIDER, external_id=str(asked.id))
    turning.put_right(session, sealer, row, turned, was_cents=asked.was_cents, movement=movement, at=at, by=by)
    return service.gift(session, GiftId(asked.gift_id))


def _redate(
    session: Session, sealer: Sealer, gift_id: GiftId, dated: Dated, *, external_id: str, at: datetime, by: AccountId
) -> Gift:
    """The gift counts by another day; lines that the rules of that day judge otherwise become new ones."""
    row = session.get(GiftRow, gift_id, populate_existing=True)
    if row is None:
        raise GiftHasChanged
    fiscal_days.put_right(session, row, dated, today=brussels_day(at))
    wanted = [(line, line.kind, line.fund, line.net_cents) for line in store.lines(session, gift_id) if line.net_cents]
    movement = Movement(method=row.method, booked_on=brussels_day(at), provider=PROVIDER, external_id=external_id)
    return _turn(session, sealer, row, movement, gift_kind=row.kind, wanted=wanted, chosen=None, at=at, by=by)


def _become(
    session: Session,
    sealer: Sealer,
    gift_id: GiftId,
    otherwise: Otherwise,
    movement: Movement,
    *,
    at: datetime,
    by: AccountId,
) -> Gift:
    """The money, or so much of it, goes off its line and onto a new one, as two movements of today: no closed month
    changes.

    So does that of any other line that is judged otherwise beside it, deductible or not.
    """
    row = session.get(GiftRow, gift_id, populate_existing=True)
    chosen = _line(session, gift_id, otherwise.line_id)
    if row is None or chosen is None or (otherwise.cents or 0) > chosen.net_cents:
        raise GiftHasChanged
    part = otherwise.cents or chosen.net_cents
    standing = [line for line in store.lines(session, gift_id) if line.net_cents]
    stays = {line.id: line.net_cents - (part if line.id == chosen.id else 0) for line in standing}
    wanted = [(line, line.kind, line.fund, stays[line.id]) for line in standing if stays[line.id]]
    wanted.insert(standing.index(chosen), (chosen, otherwise.line, otherwise.fund, part))
    place = standing.index(chosen)
    return _turn(session, sealer, row, movement, gift_kind=otherwise.kind, wanted=wanted, chosen=place, at=at, by=by)


def _turn(
    session: Session,
    sealer: Sealer,
    row: GiftRow,
    movement: Movement,
    *,
    gift_kind: GiftKind,
    wanted: Sequence[tuple[Line, LineKind, str, int]],
    chosen: int | None,
    at: datetime,
    by: AccountId,
) -> Gift:
    """The gift is of a kind, and its money stands as wanted: on each line, or a part of it, as what and for which fund.

    Only what stands at the place that was chosen moves, and what is judged otherwise.
    """
    gift_id = GiftId(row.id)
    standing = [line for line in store.lines(session, gift_id) if line.net_cents]
    judged = rules.judged(
        gift_kind,
        [kind for _, kind, *_ in wanted],
        given_on=row.given_on,
        split_beforehand=row.split_beforehand,
        rules=store.rules(session),
    )
    moves = [
        (*one, verdict)
        for place, (one, verdict) in enumerate(zip(wanted, judged, strict=True))
        if place == chosen or (one[0].is_deductible, one[0].why) != verdict
    ]
    moved = sum(cents for *_, cents, _ in moves)
    if not moves:
        return service.gift(session, gift_id)
    place = len(store.lines(session, gift_id))
    facts: dict[str, Any] = {"at": at, "by": by}
    away = replace(movement, external_id=f"{movement.external_id} away")
    correction = EntryKind.CORRECTION
    taken = Counter[int]()
    for line, _, _, cents, _ in moves:
        taken[line.id] += cents
    parts = [(line_id, -cents) for line_id, cents in taken.items()]
    enter(session, sealer, gift_id, correction, away, cents=-moved, parts=parts, **facts)
    remain = {line.id: line.net_cents - taken[line.id] if line.id in taken else line.cents for line in standing}
    for old in session.scalars(select(GiftLineRow).where(GiftLineRow.gift_id == gift_id)):
        old.cents = remain.get(old.id, 0)
    new = [
        GiftLineRow(
            gift_id=gift_id, position=place + number, kind=kind, fund_code=fund, cents=cents, net_cents=0,
            is_deductible=is_deductible, why=why,
        )
        for number, (_, kind, fund, cents, (is_deductible, why)) in enumerate(moves)
    ]  # fmt: skip
    session.add_all(new)
    row.kind = gift_kind
    row.cents = sum(remain.values()) + moved
    session.flush()
    brought = [(line.id, line.cents) for line in new]
    enter(session, sealer, gift_id, correction, movement, cents=moved, parts=brought, **facts)
    lines = [(kind, cents) for _, kind, _, cents in wanted]
    row.owes_thanks = thank_store.owes(session, row, lines, on=brussels_day(row.recorded_at))
    session.flush()
    return service.gift(session, gift_id)


def _line(session: Session, gift_id: GiftId, line_id: int | None) -> Line | None:
    """The line of a gift that is meant, where money stands on it: the only one where none is numbered."""
    standing = [line for line in store.lines(session, gift_id) if line.net_cents]
    if line_id is None:
        return standing[0] if len(standing) == 1 else None
    return next((line for line in standing if line.id == line_id), None)


def _otherwise(row: GiftCorrectionRow) -> Otherwise | None:
    if row.kind is None or row.line_kind is None or row.fund_code is None or row.method is not None:
        return None
    part = row.cents if row.cents < row.was_cents else None
    return Otherwise(kind=row.kind, line=row.line_kind, fund=row.fund_code, line_id=row.line_id, cents=part)


def _dated(row: GiftCorrectionRow) -> Dated | None:
    if row.given_on is None or row.basis is None:
        return None
    return Dated(given_on=row.given_on, basis=row.basis, was_on=row.was_on)


def _coded(row: GiftCorrectionRow) -> Coded | None:
    return None if row.source_code is None else Coded(code=row.source_code, was=row.was_source or "")


def _turned(row: GiftCorrectionRow) -> InKind | AsMoney | None:
    return turning.in_kind_of(row) or turning.money_of(row)


def _correction(row: GiftCorrectionRow) -> Correction:
    return Correction(
        id=CorrectionId(row.id),
        gift_id=GiftId(row.gift_id),
        was_cents=row.was_cents,
        cents=row.cents,
        reason=row.reason,
        state=row.state,
        asked_by=AccountId(row.asked_by),
        asked_at=row.asked_at,
        decided_by=None if row.decided_by is None else AccountId(row.decided_by),
        decided_at=row.decided_at,
        otherwise=_otherwise(row),
        dated=_dated(row),
        coded=_coded(row),
        turned=_turned(row),
    )
