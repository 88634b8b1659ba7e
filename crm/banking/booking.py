"""What a line that is somebody's does to the account of gifts: a credit is a gift, a return takes it back.

Each decision books once, under the line's fingerprint and the number of the decision; one that is taken back books the
same amount the other way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from crm.banking import store
from crm.banking.errors import GiftHasMoved
from crm.banking.kept import KeptLine
from crm.banking.meaning import Meant
from crm.donations import appeals, pouring
from crm.donations import service as donations
from crm.donations.model import Basis, EntryKind, GiftKind, LineKind, Method, Movement, NewGift, NewLine, Printed
from crm.donations.rules import LINE_OF
from crm.foundation.signing import Sealer
from crm.values.identifiers import AccountId, GiftId, PersonId

PROVIDER = "bank"
GIFT = Meant()


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

    `undone` is the gift that a return takes back; `meant` is what a colleague says that a credit is.
    """
    if _is_gift(line):
        new = _gift(line, person_id, _codes(session, [line]), meant or GIFT)
        gift_id = donations.record(session, sealer, new, at=at, by=by).id
    elif undone is not None and line.cents < 0:
        gift_id = undone
        kind = EntryKind.RETURN
        donations.take_back(session, sealer, gift_id, kind, _movement(line), cents=-line.cents, at=at, by=by)
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
    found = pouring.record_many(session, sealer, [_gift(line, person_id, codes) for line, person_id in these], at=at)
    return {line.id: gift_id for (line, _), gift_id in zip(these, found, strict=True)}


def unbook(session: Session, sealer: Sealer, line: KeptLine, *, at: datetime, by: AccountId) -> None:
    """Takes a booking back. Raises `GiftHasMoved` where its gift has been returned, refunded or corrected since."""
    if line.gift_id is None:
        return
    gift = donations.gift(session, line.gift_id)
    if line.cents > 0 and gift.net_cents != line.cents:
        raise GiftHasMoved
    donations.correct(session, sealer, line.gift_id, _movement(line), cents=-line.cents, at=at, by=by)
    store.stand_on(session, line.id, None)


def _is_gift(line: KeptLine) -> bool:
    return line.return_kind is None and line.cents > 0


def _codes(session: Session, several: Sequence[KeptLine]) -> dict[str, Printed]:
    """What appeals printed of the communications of those lines: a gift takes its code, whoever of the family pays."""
    return appeals.printed(session, {line.structured for line in several if line.structured})


def _gift(line: KeptLine, person_id: PersonId, codes: Mapping[str, Printed], meant: Meant = GIFT) -> NewGift:
    printed = codes.get(line.structured or "")
    return NewGift(
        person_id=person_id,
        lines=(NewLine(cents=line.cents, kind=LINE_OF.get(meant.kind, LineKind.DONATION), fund=meant.fund),),
        given_on=line.booked_on,
        movement=_movement(line),
        kind=GiftKind.INSTALMENT if line.mandate and meant.kind is GiftKind.ONE_OFF else meant.kind,
        basis=Basis.SETTLEMENT,
        source_code=printed.source_code if printed is not None and not line.mandate else "",
    )


def _movement(line: KeptLine) -> Movement:
    return Movement(
        method=Method.DIRECT_DEBIT if line.mandate else Method.TRANSFER,
        booked_on=line.booked_on,
        value_on=line.value_on,
        provider=PROVIDER,
        external_id=f"{line.fingerprint.partition(':')[2]} {line.version}",
        reason_code=line.return_reason or "",
    )
