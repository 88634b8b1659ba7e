"""What a line that is somebody's does to the account of gifts: a credit is a gift, a return takes it back.

Each decision books once, under the line's fingerprint and the number of the decision; one that is taken back books the
same amount the other way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from crm.banking import store
from crm.banking.errors import GiftHasMoved
from crm.banking.kept import KeptLine
from crm.banking.meaning import Meant
from crm.donations import appeals, days_kept, pouring, thanks
from crm.donations import service as donations
from crm.donations.model import Basis, EntryKind, GiftKind, LineKind, Method, Movement, NewGift, NewLine, Printed
from crm.donations.rules import LINE_OF
from crm.foundation.signing import Sealer
from crm.plans import standing
from crm.plans.standing import Fitting, Transfer
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId, GiftId, PersonId

PROVIDER = "bank"
GIFT = Meant()
FIRST = 2
"""The version of a line that somebody decided about for the first time."""


def book(
    session: Session,
    sealer: Sealer,
    line: KeptLine,
    person_id: PersonId,
    *,
    undone: GiftId | None = None,
    meant: Meant | None = None,
    at: datetime,
    by: AccountId | None,
) -> GiftId | None:
    """Books a line that was just given to somebody; the gift it stands on, None where it is no gift (money that left).

    Where it was opened again, thanks that were said and a day that two colleagues put right stay with its money.
    `undone` is the gift that a return takes back; `meant` is what a colleague says that a credit is.
    """
    if _is_gift(line):
        codes = _codes(session, [line])
        meant = meant or GIFT
        is_plain = replace(meant, source="") == GIFT
        fits = _fitting(session, [(line, person_id)], codes) if is_plain else {}
        new = _gift(line, person_id, codes, meant, fits.get(line.id))
        if meant.source:
            new = replace(new, source_code=meant.source)
        names = [named(line, version) for version in range(FIRST, line.version)]
        kept = days_kept.before(session, PROVIDER, {line.id: names}, today=brussels_day(at)).get(line.id)
        if kept is not None:
            new = replace(new, given_on=kept.given_on, basis=kept.basis)
        gift_id = donations.record(session, sealer, new, at=at, by=by).id
        _came(session, fits, {line.id: gift_id})
        thanks.carry(session, PROVIDER, {gift_id: names})
        days_kept.carry(session, {gift_id: kept} if kept is not None else {})
    elif undone is not None and line.cents < 0:
        gift_id = undone
        kind = EntryKind.RETURN
        donations.take_back(session, sealer, gift_id, kind, movement(line), cents=-line.cents, at=at, by=by)
    else:
        return None
    store.stand_on(session, line.id, gift_id)
    return gift_id


def book_gifts(
    session: Session, sealer: Sealer, given: Sequence[tuple[KeptLine, PersonId]], *, at: datetime
) -> dict[int, GiftId]:
    """Records those of the lines that are gifts, in a few statements for all; the gift of each, to be noted on it."""
    these = [(line, person_id) for line, person_id in given if _is_gift(line)]
    codes = _codes(session, [line for line, _ in these])
    fits = _fitting(session, these, codes)
    news = [_gift(line, person_id, codes, fits=fits.get(line.id)) for line, person_id in these]
    found = pouring.record_many(session, sealer, news, at=at)
    gifts = {line.id: gift_id for (line, _), gift_id in zip(these, found, strict=True)}
    _came(session, fits, gifts)
    return gifts


def unbook(session: Session, sealer: Sealer, line: KeptLine, *, at: datetime, by: AccountId) -> None:
    """Takes a booking back. Raises `GiftHasMoved` where its gift has been returned, refunded or corrected since."""
    if line.gift_id is None:
        return
    gift = donations.gift(session, line.gift_id)
    if line.cents > 0 and gift.net_cents != line.cents:
        raise GiftHasMoved((line.gift_id,))
    donations.correct(session, sealer, line.gift_id, movement(line), cents=-line.cents, at=at, by=by)
    standing.forget(session, line.gift_id)
    store.stand_on(session, line.id, None)


def _is_gift(line: KeptLine) -> bool:
    return line.return_kind is None and line.cents > 0


def _codes(session: Session, several: Sequence[KeptLine]) -> dict[str, Printed]:
    """What appeals printed of the communications of those lines: a gift takes its code, whoever of the family pays."""
    return appeals.printed(session, {line.structured for line in several if line.structured})


def _fitting(
    session: Session, given: Sequence[tuple[KeptLine, PersonId]], codes: Mapping[str, Printed]
) -> Mapping[int, Fitting]:
    """The instalments that transfers are: by a standing order, where neither a mandate nor an appeal is behind them."""
    transfers = [
        Transfer(key=line.id, person_id=person_id, cents=line.cents, on=line.booked_on)
        for line, person_id in given
        if not line.mandate and (line.structured or "") not in codes
    ]
    return standing.fitting(session, transfers)


def _came(session: Session, fits: Mapping[int, Fitting], gifts: Mapping[int, GiftId]) -> None:
    standing.note(session, [(one.plan.id, one.due.period, gifts[key]) for key, one in fits.items()])


def _instalment(line: KeptLine, person_id: PersonId, fits: Fitting) -> NewGift:
    """An instalment by standing order: split as it was promised, for the fund it was promised to."""
    fee, fund = fits.due.fee_cents, fits.plan.fund
    parts = ((line.cents - fee, LineKind.DONATION), (fee, LineKind.FEE))
    return NewGift(
        person_id=person_id,
        lines=tuple(NewLine(cents=cents, kind=kind, fund=fund) for cents, kind in parts if cents),
        given_on=line.booked_on,
        movement=movement(line),
        kind=GiftKind.INSTALMENT if line.cents > fee else GiftKind.MEMBERSHIP_FEE,
        basis=Basis.SETTLEMENT,
        source_code=fits.plan.source_code,
        split_beforehand=bool(fee),
        is_promised=True,
    )


def _gift(
    line: KeptLine,
    person_id: PersonId,
    codes: Mapping[str, Printed],
    meant: Meant = GIFT,
    fits: Fitting | None = None,
) -> NewGift:
    printed = codes.get(line.structured or "")
    if fits is not None:
        return _instalment(line, person_id, fits)
    return NewGift(
        person_id=person_id,
        lines=(NewLine(cents=line.cents, kind=LINE_OF.get(meant.kind, LineKind.DONATION), fund=meant.fund),),
        given_on=line.booked_on,
        movement=movement(line),
        kind=GiftKind.INSTALMENT if line.mandate and meant.kind is GiftKind.ONE_OFF else meant.kind,
        basis=Basis.SETTLEMENT,
        source_code=printed.source_code if printed is not None and not line.mandate else "",
    )


def named(line: KeptLine, version: int) -> str:
    """How the movement is called that a decision about a line books."""
    return f"{line.fingerprint.partition(':')[2]} {version}"


def movement(line: KeptLine) -> Movement:
    """The money of a line as the decision about it books it."""
    return Movement(
        method=Method.DIRECT_DEBIT if line.mandate else Method.TRANSFER,
        booked_on=line.booked_on,
        value_on=line.value_on,
        executed_on=line.executed_on,
        provider=PROVIDER,
        external_id=named(line, line.version),
        reason_code=line.return_reason or "",
    )
