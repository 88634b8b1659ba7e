"""The door of files of collections: what is due, make a file, a second pair of eyes, let it leave or throw it away.

Nothing of a plan is asked twice: an instalment is one row of its period, made with the file, in one transaction.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from crm.collections import creditors, file_store, pain_008, rules, store
from crm.collections.errors import (
    BatchElsewhere,
    BatchMissing,
    CreditorUnknown,
    DayWrong,
    FileDiffers,
    FileOvertaken,
    FourEyes,
    NothingDue,
    OwnChange,
)
from crm.collections.model import (
    Asking,
    AttemptState,
    Batch,
    BatchState,
    Collected,
    CollectionState,
    Creditor,
    LeftOut,
    Prospect,
    Schema,
    Sequence,
)
from crm.collections.tables import CollectionRow, SepaBatchRow
from crm.foundation.database import hold
from crm.foundation.tidying import put_off
from crm.plans import collecting
from crm.plans.collecting import Asked
from crm.plans.mandates import Safe
from crm.plans.model import Amended, Due
from crm.plans.rules import period_of
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId, MandateId, PlanId, SepaBatchId

BLOCK = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """By what the house collects: who it is to the bank, where accounts are sealed, how files are written."""

    creditor: Creditor
    safe: Safe
    schema: Schema
    notice_days: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Chosen:
    """An instalment that will be asked: a new one, or the row of one that is asked again."""

    asked: Asked
    due: Due
    again: CollectionRow | None
    sequence: Sequence
    was_reference: str
    is_new_account: bool
    was_creditor: tuple[str, str]


def prospect(session: Session, office: Office, collect_on: date) -> Prospect:
    """What a file of that day would hold, and what it would leave out and why. Writes nothing."""
    count = cents = 0
    left: Counter[LeftOut] = Counter()
    for some in _chosen(session, office, collect_on, left):
        count += len(some)
        cents += sum(one.due.cents for one in some)
    return Prospect(count=count, cents=cents, left_out=dict(left))


def make(session: Session, office: Office, collect_on: date, *, at: datetime, by: AccountId | None) -> Batch:
    """Writes down everything that is due by a day as one file, which waits for a second pair of eyes.

    Raises DayWrong, CreditorUnknown, NothingDue, and FileUnsound where its schema refuses it: then nothing is written.
    """
    if not rules.is_collecting_day(collect_on, today=brussels_day(at)):
        raise DayWrong
    who = creditors.at_day(session, office.creditor, collect_on)
    if not (who.account and who.creditor_id) or (office.schema is Schema.V02 and not who.bic):
        raise CreditorUnknown
    hold(session, "collections")
    with put_off():  # fifty thousand of them are a million small things that stay until the file is made
        return _made(session, office, collect_on, at=at, by=by)


def _made(session: Session, office: Office, collect_on: date, *, at: datetime, by: AccountId | None) -> Batch:
    store.give_up(session, before=brussels_day(at) - timedelta(days=rules.LATE_DAYS))
    row = SepaBatchRow(
        message_id=f"draft {at:%Y%m%d%H%M%S%f}",
        schema=office.schema,
        collect_on=collect_on,
        count=0,
        cents=0,
        digest="",
        made_at=at,
        made_by=by,
    )
    session.add(row)
    session.flush()
    row.message_id = f"PV-{collect_on:%Y%m%d}-{row.id:06d}"
    batch_id, message_id, count, cents = row.id, row.message_id, 0, 0
    for some in _chosen(session, office, collect_on, Counter()):
        _write(session, some, batch_id, message_id)
        count += len(some)
        cents += sum(one.due.cents for one in some)
    if not count:
        raise NothingDue
    made = _row(session, batch_id)
    made.count, made.cents = count, cents
    session.flush()
    digest = hashlib.sha256(file(session, office, SepaBatchId(batch_id))).hexdigest()
    made = _row(session, batch_id)
    made.digest = digest
    session.flush()
    return store.batch(made)


def approve(session: Session, office: Office, batch_id: SepaBatchId, *, at: datetime, by: AccountId) -> Batch:
    """A second person has looked. Raises FourEyes for whoever made it, OwnChange for whoever changed to which account
    or name it asks, where no file by these was approved before; BatchElsewhere, FileDiffers, FileOvertaken.
    """
    hold(session, "collections")
    row = _row(session, batch_id)
    if store.batch(row).state is not BatchState.MADE:
        raise BatchElsewhere
    if row.made_by == by:
        raise FourEyes
    if (new := creditor_changed(session, office, batch_id)) is not None and new.noted_by == by:
        raise OwnChange
    _timely(session, row)
    _same(session, office, batch_id, row.digest)
    row = _row(session, batch_id)
    row.approved_at, row.approved_by = at, by
    session.flush()
    return store.batch(row)


def creditor_changed(session: Session, office: Office, batch_id: SepaBatchId) -> creditors.Since | None:
    """The change of who we are that nobody approved a file by yet, where this one asks by it."""
    return creditors.unseen(session, creditors.known(session, office.creditor), _row(session, batch_id))


def leave(session: Session, office: Office, batch_id: SepaBatchId, *, at: datetime, by: AccountId) -> bytes:
    """The file for the bank, the very one that two people saw; from the first time on it has left.

    Raises BatchElsewhere before it is approved and after it was thrown away, FileDiffers, and FileOvertaken where
    somebody in it left before it did.
    """
    hold(session, "collections")
    row = _row(session, batch_id)
    if store.batch(row).state not in {BatchState.APPROVED, BatchState.SENT, BatchState.SETTLED}:
        raise BatchElsewhere
    if row.sent_at is None:
        _timely(session, row)
    content = _same(session, office, batch_id, row.digest)
    row = _row(session, batch_id)
    if row.sent_at is None:
        row.sent_at, row.sent_by = at, by
        session.flush()
        _tell(session, batch_id, at)
    return content


def drop(session: Session, batch_id: SepaBatchId, *, at: datetime, by: AccountId) -> Batch:
    """Throws a file away that has not left; its instalments wait for the next one. Raises BatchElsewhere."""
    hold(session, "collections")
    row = _row(session, batch_id)
    if store.batch(row).state not in {BatchState.MADE, BatchState.APPROVED}:
        raise BatchElsewhere
    row.dropped_at, row.dropped_by = at, by
    session.flush()
    store.drop_attempts(session, batch_id, on=brussels_day(at))
    return batch(session, batch_id)


def file(session: Session, office: Office, batch_id: SepaBatchId) -> bytes:
    """The file of a batch as it would be now. Raises BatchMissing, FileUnsound."""
    header = batch(session, batch_id).header
    who = creditors.at_day(session, office.creditor, header.collect_on)
    with put_off():
        return pain_008.written(who, header, _askings(session, office.safe, batch_id))


def batch(session: Session, batch_id: SepaBatchId) -> Batch:
    """A file as it stands. Raises BatchMissing."""
    return store.batch(_row(session, batch_id))


def batches(session: Session, *, size: int = 24) -> tuple[Batch, ...]:
    """The newest files first."""
    return store.batches(session, size=size)


def counts(session: Session, batch_id: SepaBatchId) -> dict[AttemptState, tuple[int, int]]:
    """How many collections of a file stand where, and what they come to."""
    return store.counts(session, batch_id)


def of_plan(session: Session, plan_id: PlanId, *, size: int = 24) -> tuple[Collected, ...]:
    """The newest instalments of a plan, each with its askings."""
    return store.of_plan(session, plan_id, size=size)


def came_back(session: Session, *, size: int = 50) -> tuple[Collected, ...]:
    """The newest instalments that did not come, or went back."""
    return store.came_back(session, size=size)


def _chosen(session: Session, office: Office, collect_on: date, left: Counter[LeftOut]) -> Iterator[list[_Chosen]]:
    """What is asked on a day, block by block: of each plan the oldest instalment that is due and was not asked."""
    first_on = collect_on - timedelta(days=rules.LATE_DAYS)
    again_of = store.open_plans(session, since=first_on, on=collect_on)
    who = creditors.known(session, office.creditor)
    after: PlanId | None = None
    while True:
        asked, after = collecting.block(
            session, after=after, size=BLOCK, first_on=first_on, last_on=collect_on, also=again_of
        )
        if after is None:
            return
        ids = [one.plan.id for one in asked]
        known = store.periods(session, ids, since=period_of(first_on))
        waiting = store.open_of(session, ids, since=first_on, on=collect_on)
        has_served = store.served(session, [one.mandate.id for one in asked])
        found = []
        for one in asked:
            fresh = [due for due in one.due if (one.plan.id, due.period) not in known]
            again = waiting.get(one.plan.id)
            if again is not None:
                fresh = [_due(again), *fresh]
            if not fresh:
                continue
            why = rules.verdict(
                fresh[0],
                one.mandate,
                has_account=one.has_account,
                is_deceased=one.is_deceased,
                collect_on=collect_on,
                notice_days=office.notice_days,
            )
            if why is not None:
                left[why] += 1
                continue
            if len(fresh) > 1:
                left[LeftOut.WAITS] += len(fresh) - 1
            has = one.mandate.last_collected_on is not None or one.mandate.id in has_served
            untold = one.untold if has else ()  # a bank that was never asked knows nothing that could have changed
            was_reference = next((a.before for a in untold if a.kind is Amended.REFERENCE), "")
            is_new = any(a.kind is Amended.ACCOUNT for a in untold)
            found.append(
                _Chosen(
                    asked=one,
                    due=fresh[0],
                    again=again,
                    sequence=rules.sequence(office.schema, has_served=has, is_new_account=is_new),
                    was_reference=was_reference,
                    is_new_account=is_new,
                    was_creditor=creditors.was(
                        who, has_served.get(one.mandate.id) or one.mandate.last_collected_on, collect_on
                    ),
                )
            )
        if found:
            yield found


def _due(row: CollectionRow) -> Due:
    return Due(
        period=row.period,
        due_on=row.due_on,
        cents=row.cents,
        fee_cents=row.fee_cents,
        announced_on=row.announced_on,
    )


def _write(session: Session, some: list[_Chosen], batch_id: int, message_id: str) -> None:
    collection_ids, attempt_ids = store.reserve(session, len(some))
    tried = store.tries(session, [one.again.id for one in some if one.again is not None])
    collections, attempts, again = [], [], []
    for one, collection_id, attempt_id in zip(some, collection_ids, attempt_ids, strict=True):
        number, mine = 1, collection_id
        if one.again is not None:
            mine, number = one.again.id, tried.get(one.again.id, 0) + 1
            one.again.mandate_id = one.asked.mandate.id
            again.append(mine)
        else:
            asked, due = one.asked, one.due
            collections.append(
                (
                    collection_id,
                    asked.plan.id,
                    asked.mandate.id,
                    due.period,
                    due.due_on,
                    due.cents,
                    due.fee_cents,
                    due.announced_on,
                    CollectionState.ASKED,
                    "",
                )
            )
        attempts.append(
            (
                attempt_id,
                mine,
                batch_id,
                number,
                f"{message_id}-{attempt_id}",
                one.sequence,
                one.was_reference,
                one.is_new_account,
                *one.was_creditor,
                AttemptState.ASKED,
                "",
            )
        )
    session.flush()
    store.set_state(session, again, CollectionState.ASKED)
    store.pour(session, collections, attempts)


def _askings(session: Session, safe: Safe, batch_id: int) -> Iterator[Asking]:
    for some in file_store.asked(session, batch_id):
        known = collecting.on_file(session, safe, {MandateId(one.mandate_id) for one in some})
        for one in some:
            mandate = known.get(one.mandate_id)
            if mandate is None:
                raise FileDiffers
            yield Asking(
                end_to_end_id=one.end_to_end_id,
                sequence=one.sequence,
                cents=one.cents,
                reference=mandate.reference,
                signed_on=mandate.signed_on,
                holder=mandate.holder,
                account=mandate.account,
                bic=mandate.bic,
                period=one.period,
                was_reference=one.was_reference,
                is_new_account=one.is_new_account,
                was_creditor_id=one.was_creditor_id,
                was_creditor=one.was_creditor,
            )


def _same(session: Session, office: Office, batch_id: SepaBatchId, digest: str) -> bytes:
    content = file(session, office, batch_id)
    if hashlib.sha256(content).hexdigest() != digest:
        raise FileDiffers
    return content


def _timely(session: Session, row: SepaBatchRow) -> None:
    """Nobody is debited who left since the file was made. Raises FileOvertaken."""
    batch_id, collect_on, gone = row.id, row.collect_on, set[PlanId]()
    for plan_ids, mandate_ids in store.parties(session, batch_id):
        gone |= collecting.gone(session, plan_ids, mandate_ids, collect_on)
    if gone:
        raise FileOvertaken(tuple(sorted(gone)))


def _tell(session: Session, batch_id: int, at: datetime) -> None:
    """What the file says of mandates, changed or not, is known to the bank from now on."""
    for _, mandate_ids in store.parties(session, batch_id):
        collecting.told_of(session, mandate_ids, at=at)


def _row(session: Session, batch_id: int) -> SepaBatchRow:
    row = store.batch_row(session, batch_id)
    if row is None:
        raise BatchMissing
    return row
