"""Lines that a colleague says settle a file of collections or a provider's payout, and such a decision taken back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from crm.banking import collected, deciding, store
from crm.banking.bringing import Counter
from crm.banking.errors import DayToCome, LineSettles
from crm.banking.kept import KeptLine, LineState, Rule
from crm.collections import by_hand
from crm.collections.errors import CollectionMoved
from crm.collections.model import Awaited
from crm.collections.settling import Ledger
from crm.payments import paying_out
from crm.payments.errors import PayoutMissing
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId, GiftId, SepaBatchId
from crm.vault import service as vault

SHOWN = 30


def open_credits(session: Session, cents: int) -> tuple[KeptLine, ...]:
    """Credits that wait and may settle so much: those of that very amount first, then the newest."""
    return tuple(store.open_credits(session, cents, size=SHOWN))


def credits_of(session: Session, batch_id: SepaBatchId) -> tuple[KeptLine, ...]:
    """The bank's lines that settled a file of collections, those of the most collections first."""
    keys = by_hand.settled_by(session, batch_id, size=SHOWN)
    called = store.lines_called(session, keys)
    return tuple(called[key] for key in keys if key in called)


def count_of(session: Session, line: KeptLine) -> int:
    """How many collections a line settled."""
    return by_hand.settled_count(session, line.fingerprint)


def credit_of(session: Session, gift_id: GiftId) -> KeptLine | None:
    """The bank's line that settled the collection of a gift, alone or with all of its file."""
    key = by_hand.key_of(session, gift_id)
    return store.lines_called(session, {key}).get(key) if key else None


def settle_collections(
    session: Session,
    counter: Counter,
    line_id: int,
    batch_id: SepaBatchId,
    names: Collection[str] | None,
    *,
    seen: int,
    by: AccountId,
    at: datetime,
) -> KeptLine:
    """A line is the credit of those collections of a file, or of all that is awaited of it, to the cent; a single one
    is its gift.

    Raises LineDecided, and what `crm.collections.by_hand.settle_several` raises.
    """
    return settle_files(session, counter, line_id, {batch_id: names}, seen=seen, by=by, at=at)


def settle_files(
    session: Session,
    counter: Counter,
    line_id: int,
    picks: Mapping[SepaBatchId, Collection[str] | None],
    *,
    seen: int,
    by: AccountId,
    at: datetime,
) -> KeptLine:
    """The same of several files: of each those collections, or all that is awaited of it (None)."""
    line = _credit(session, counter, line_id, Rule.COLLECTION, seen=seen, by=by, at=at)
    outcome = by_hand.settle_several(session, _ledger(counter), picks, collected.seen(line), at=at)
    if outcome.gift_id is not None and outcome.person_id is not None:
        store.belong(session, line_id, outcome.person_id, outcome.gift_id)
        lock, whose = counter.vault.lock(), outcome.person_id
        vault.hand_over(session, lock, counter.sealer, line.fingerprint, whose, at=at, by=by)
    return deciding.line(session, line_id)


def is_credit(line: KeptLine) -> bool:
    """Whether a line that waits may settle collections of ours."""
    return line.state is LineState.OPEN and line.cents > 0 and line.return_kind is None and not line.fee


def awaited_of(session: Session, line: KeptLine) -> tuple[tuple[SepaBatchId, Awaited], ...]:
    """The collections of its mandate and amount that a credit may be of, the oldest first."""
    return by_hand.of_mandate(session, line.mandate, line.cents) if is_credit(line) and line.mandate else ()


def settle_payout(
    session: Session,
    counter: Counter,
    line_id: int,
    payout_id: int,
    *,
    why: str,
    seen: int,
    by: AccountId,
    at: datetime,
) -> KeptLine:
    """A line is the credit of a provider's payout.

    Raises LineDecided, PayoutMissing, and PayoutDiffers for another amount without a reason.
    """
    line = _credit(session, counter, line_id, Rule.PAYOUT, seen=seen, by=by, at=at)
    paying_out.settle_by_hand(session, payout_id, collected.credit(line), why)
    return line


def take_back(session: Session, counter: Counter, line: KeptLine, *, at: datetime) -> None:
    """What a line settled, or sent back, is as it was before. Raises LineSettles where something has happened since."""
    try:
        if line.rule is Rule.PAYOUT:
            paying_out.take_back(session, collected.credit(line))
        else:
            by_hand.take_back(session, _ledger(counter), collected.seen(line), line.gift_id, at=at)
            store.stand_on(session, line.id, None)
    except CollectionMoved as moved:
        raise LineSettles(moved.gifts) from moved
    except PayoutMissing as moved:
        raise LineSettles from moved


def _credit(
    session: Session, counter: Counter, line_id: int, rule: Rule, *, seen: int, by: AccountId, at: datetime
) -> KeptLine:
    decided = deciding.decide(
        session, counter, line_id, LineState.MATCHED, person_id=None, rule=rule, seen=seen, by=by, at=at
    )
    if decided.booked_on > brussels_day(at):
        raise DayToCome
    if decided.cents <= 0 or decided.return_kind is not None or decided.fee:
        raise LineSettles
    return decided


def _ledger(counter: Counter) -> Ledger:
    return Ledger(sealer=counter.sealer, language=counter.language)
