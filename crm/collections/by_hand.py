"""What a colleague does with a file that the bank took otherwise.

What it left out, what came with which line, a file that it never took, a decision about a line that is taken back.
Money is booked to the cent, or not at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from crm.collections import hand_store, settling, store
from crm.collections.errors import AmountDiffers, BatchElsewhere, BatchMissing, CollectionMoved
from crm.collections.model import AttemptState, Awaited, BatchState, CollectionState, Out, Outcome, Rejection, Seen
from crm.collections.settling import PROVIDER, Ledger
from crm.collections.tables import SepaBatchRow
from crm.donations import service as donations
from crm.donations import taking_over
from crm.donations.model import Method, Movement
from crm.foundation.database import hold
from crm.plans import collecting
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId, GiftId, PlanId, SepaBatchId

SHOWN = 100
"""So many collections of a file are shown at once; the rest is found by amount or by mandate."""


def awaited(
    session: Session, batch_id: SepaBatchId, *, cents: int | None = None, mandate: str = "", size: int = SHOWN
) -> tuple[Awaited, ...]:
    """What is still awaited of a file, those of an amount or by a mandate where it is said."""
    called = collecting.by_reference(session, {mandate}) if mandate else {}
    if mandate and not called:
        return ()
    rows = hand_store.awaited(session, batch_id, cents=cents, mandate_id=called.get(mandate), size=size)
    return _awaited(session, rows)


def _awaited(session: Session, rows: Sequence[hand_store.Pair]) -> tuple[Awaited, ...]:
    plans = collecting.plans(session, {PlanId(collection.plan_id) for _, collection in rows})
    return tuple(
        Awaited(
            end_to_end_id=attempt.end_to_end_id,
            plan_id=PlanId(collection.plan_id),
            person_id=plans[PlanId(collection.plan_id)].person_id,
            due_on=collection.due_on,
            cents=collection.cents,
        )
        for attempt, collection in rows
    )


def of_mandate(session: Session, reference: str, cents: int) -> tuple[tuple[SepaBatchId, Awaited], ...]:
    """What is awaited of that amount by a mandate, each with its file, the oldest first: a credit may be of one."""
    numbers = collecting.by_reference(session, {reference}).values() if reference else ()
    pairs = store.attempts_of(session, set(numbers), AttemptState.ASKED) if numbers else []
    several = [pair for pair in reversed(pairs) if pair[1].cents == cents]
    shown = _awaited(session, several)
    return tuple((SepaBatchId(attempt.batch_id), one) for (attempt, _), one in zip(several, shown, strict=True))


def leave_out(
    session: Session, ledger: Ledger, batch_id: SepaBatchId, names: Collection[str], reason: str, *, at: datetime
) -> int:
    """The bank left those out of a file: they are awaited no more, and the reason has its rule; how many they were.

    Raises BatchElsewhere for a file that has not left.
    """
    hold(session, "collections")
    _sent(session, batch_id)
    mine = hand_store.mine(session, batch_id, names)
    several = [Rejection(end_to_end_id=name, reason=reason) for name in mine]
    count = settling.reject(session, ledger, several, at=at)
    last_on = hand_store.last_settled_on(session, batch_id)
    if last_on is not None and not store.awaited(session, batch_id):
        store.settled(session, batch_id, last_on)
    return count


def settle(
    session: Session, ledger: Ledger, batch_id: SepaBatchId, names: Collection[str] | None, line: Seen, *, at: datetime
) -> Outcome:
    """A credit is of those collections of a file, or of all that is awaited of it (None).

    Raises AmountDiffers where they do not come to its amount, BatchElsewhere for a file that has not left.
    """
    return settle_several(session, ledger, {batch_id: names}, line, at=at)


def settle_several(
    session: Session,
    ledger: Ledger,
    picks: Mapping[SepaBatchId, Collection[str] | None],
    line: Seen,
    *,
    at: datetime,
) -> Outcome:
    """A credit is of collections of several files: of each those, or all that is awaited of it (None).

    Raises AmountDiffers where they do not come to its amount, BatchElsewhere for a file that has not left.
    """
    hold(session, "collections")
    wanted: dict[SepaBatchId, set[str] | None] = {}
    for batch_id, names in picks.items():
        _sent(session, batch_id)
        wanted[batch_id] = None if names is None else set(hand_store.mine(session, batch_id, names))
    sums = [hand_store.sum_awaited(session, batch_id, names) for batch_id, names in wanted.items()]
    cents, count = sum(one for one, _ in sums), sum(one for _, one in sums)
    if cents != line.cents or not count:
        raise AmountDiffers(cents, line.cents)
    gifts: list[GiftId] = []
    for batch_id, these in wanted.items():
        for some in store.askings(session, batch_id):
            came = [
                (attempt, collection, line)
                for attempt, collection in some
                if attempt.state is AttemptState.ASKED and (these is None or attempt.end_to_end_id in these)
            ]
            gifts += settling.receive(session, ledger, came, at=at).values()
        if not store.awaited(session, batch_id):
            store.settled(session, batch_id, line.booked_on)
    if count > 1:
        return Outcome(gifts=count)
    return Outcome(gifts=1, gift_id=gifts[0], person_id=donations.gift(session, gifts[0]).person_id)


def out(session: Session, *, size: int) -> tuple[Out, ...]:
    """The files that have left and of which something is still awaited, the oldest first."""
    return tuple(
        Out(batch=store.batch(row), count=count, cents=cents)
        for row, count, cents in hand_store.out(session, size=size)
    )


def never_taken(session: Session, batch_id: SepaBatchId, *, at: datetime, by: AccountId) -> None:
    """The bank never took a file: nothing of it was asked, all of it waits for the next, changed mandates are untold.

    Raises BatchElsewhere where the bank has answered to any of it.
    """
    hold(session, "collections")
    row = _sent(session, batch_id)
    batch = store.batch(row)
    if batch.state is not BatchState.SENT or set(store.counts(session, batch_id)) != {AttemptState.ASKED}:
        raise BatchElsewhere
    assert batch.sent_at is not None  # it has left
    for _, mandate_ids in store.parties(session, batch_id):
        collecting.untold_again(session, mandate_ids, told_at=batch.sent_at)
    row.dropped_at, row.dropped_by = at, by
    session.flush()
    hand_store.wait_again(session, batch_id, on=brussels_day(at))


def take_back(session: Session, ledger: Ledger, line: Seen, gift_id: GiftId | None, *, at: datetime) -> int:
    """A line did not settle what it was taken to settle: its gifts come to nought, and all of it is awaited again.

    A return that was none gives its gift back; what its reason led to stays for a colleague to look at. How many
    collections it were. Raises CollectionMoved, which names each to which something happened since.
    """
    hold(session, "collections")
    if line.cents < 0:
        return _stands_again(session, ledger, line, gift_id, at=at)
    moved = [gift_id for pairs in _settled_by(session, line, gift_id) for gift_id in _moved(session, pairs)]
    if moved:
        raise CollectionMoved(tuple(moved))
    count = 0
    for pairs in _settled_by(session, line, gift_id):
        names = {GiftId(c.gift_id or 0): (f"{settling.named(a)} undone", line.booked_on) for a, c in pairs}
        taking_over.empty(session, ledger.sealer, names, provider=PROVIDER, at=at, by=None)
        hand_store.await_again(session, pairs)
        count += len(pairs)
    if not count:
        raise CollectionMoved
    return count


def _settled_by(session: Session, line: Seen, gift_id: GiftId | None) -> Iterator[list[hand_store.Pair]]:
    """What a credit settled, some at a time: all of a file, or the one collection whose gift it stands on."""
    is_whole = False
    for pairs in hand_store.settled_by(session, line.key):
        is_whole = True
        yield pairs
    pair = None if is_whole or gift_id is None else store.settled_as(session, gift_id)
    if pair is not None:
        yield [pair]


def _moved(session: Session, pairs: Collection[hand_store.Pair]) -> list[GiftId]:
    """The gifts of collections that went back, were refunded or corrected since."""
    stands = donations.standing(session, {GiftId(c.gift_id) for _, c in pairs if c.gift_id is not None})
    return [
        GiftId(collection.gift_id or 0)
        for attempt, collection in pairs
        if attempt.state is not AttemptState.SETTLED or stands.get(GiftId(collection.gift_id or 0)) != collection.cents
    ]


def settled_by(session: Session, batch_id: SepaBatchId, *, size: int) -> list[str]:
    """The names of the bank's lines that settled a file, those of the most collections first."""
    return hand_store.keys(session, batch_id, size=size)


def settled_count(session: Session, key: str) -> int:
    """How many collections a line of the bank settled."""
    return hand_store.settled_count(session, key)


def key_of(session: Session, gift_id: GiftId) -> str:
    """The name of the bank's line that settled the collection of a gift; empty where none did."""
    return hand_store.key_of(session, gift_id)


def _stands_again(session: Session, ledger: Ledger, line: Seen, gift_id: GiftId | None, *, at: datetime) -> int:
    pair = hand_store.returned_as(session, gift_id) if gift_id is not None else None
    if pair is None or gift_id is None or pair[1].cents != -line.cents:
        raise CollectionMoved(() if gift_id is None else (gift_id,))
    attempt, collection = pair
    movement = Movement(
        method=Method.DIRECT_DEBIT,
        booked_on=line.booked_on,
        value_on=line.value_on,
        provider=PROVIDER,
        external_id=f"{settling.named(attempt)} back undone",
    )
    donations.correct(session, ledger.sealer, gift_id, movement, cents=collection.cents, at=at, by=None)
    attempt.state, attempt.reason, attempt.undone = AttemptState.SETTLED, "", attempt.undone + 1
    collection.state, collection.reason, collection.retry_on = CollectionState.RECEIVED, "", None
    session.flush()
    return 1


def _sent(session: Session, batch_id: SepaBatchId) -> SepaBatchRow:
    row = store.batch_row(session, batch_id)
    if row is None:
        raise BatchMissing
    if store.batch(row).state not in {BatchState.SENT, BatchState.SETTLED}:
        raise BatchElsewhere
    return row
