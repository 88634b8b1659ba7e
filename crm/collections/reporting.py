"""What a bank reports of a file of ours before any money moves: who was turned away, and what was not taken at all.

A file or a block that a bank turns away says nothing of the people in it: their plans run on, it counts as no try, and
all of it waits for the next file. Only a collection that is named with a reason of its own is somebody's refusal.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from crm.care import service as care
from crm.collections import hand_store, rules, settling, store, words
from crm.collections.model import Batch, Sequence
from crm.collections.pain_002 import Report
from crm.collections.settling import Ledger
from crm.foundation.database import hold
from crm.foundation.translation import say
from crm.plans import collecting
from crm.values.calendar import brussels_day

LONGEST = 40
"""So much of the bank's reasons stands in the title of a task."""


def take_report(session: Session, ledger: Ledger, report: Report, *, at: datetime) -> int:
    """What a pain.002 says; how many collections of ours were not taken.

    Of what was turned away as a whole, one task says why; told twice, it does nothing the second time.
    """
    hold(session, "collections")
    count = settling.reject(session, ledger, report.rejections, at=at)
    whole: dict[int, tuple[Batch, int, dict[str, None]]] = {}
    for text, reason in report.files:
        for name, block in rules.files_named(text):
            for batch in store.batches_called(session, {name}).values():
                taken = _never_taken(session, batch, block, at=at)
                if taken:
                    _, before, codes = whole.get(batch.id, (batch, 0, {}))
                    whole[batch.id] = batch, before + taken, {**codes, reason: None}
                    count += taken
    for batch, turned_away, codes in whole.values():
        title = say(
            ledger.language,
            words.TURNED_AWAY,
            file=batch.header.message_id,
            code=", ".join(code for code in codes if code)[:LONGEST] or say(ledger.language, words.REASONS["MS03"]),
            n=turned_away,
        )
        care.add_task(session, title=title, by=None, at=at, due_on=brussels_day(at))
    for batch_id in {batch.id for batch, *_ in whole.values()}:
        _close(session, batch_id, at=at)
    return count


def _never_taken(session: Session, batch: Batch, block: Sequence | None, *, at: datetime) -> int:
    """What is awaited of a file, or of a block of it, was never asked; how many collections it is."""
    assert batch.sent_at is not None  # it has left
    for mandate_ids in hand_store.mandates_awaited(session, batch.id, block):
        collecting.untold_again(session, mandate_ids, told_at=batch.sent_at)
    return hand_store.wait_again(session, batch.id, block, on=brussels_day(at))


def _close(session: Session, batch_id: int, *, at: datetime) -> None:
    """A file of which nothing is awaited any more was received, as far as the bank took it, or came to nothing."""
    row = store.batch_row(session, batch_id)
    if row is None or store.awaited(session, batch_id):
        return
    last_on = hand_store.last_settled_on(session, batch_id)
    if last_on is not None:
        row.settled_on = last_on
    else:
        row.dropped_at = at
    session.flush()
