"""After the freeze: who is added or taken out, by whom and why; who takes themselves out by dying or saying no."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import literal, or_, select
from sqlalchemy.orm import Session

from crm.consent import do_not_call, gate, no_selects
from crm.consent import selects as consent
from crm.consent.model import Channel, Refusal
from crm.consent.restriction_selects import restricted_people
from crm.donations import appeals
from crm.foundation.bulk import pour
from crm.foundation.database import hold
from crm.fundraising import freezing, letters, opening, rules, selects, store
from crm.fundraising.errors import (
    AlreadyThere,
    AppealAbandoned,
    AppealForgotten,
    AppealMissing,
    AppealOpen,
    NotReachable,
)
from crm.fundraising.model import Arm, LateChange, Reason, Removal, WholeAppeal
from crm.fundraising.tables import RecipientRow
from crm.people import households
from crm.people import selects as people
from crm.people import service as persons
from crm.segments.catalogue import Catalogue
from crm.values.identifiers import AccountId, AppealId, CellId, PersonId


def add(
    session: Session,
    catalogue: Catalogue,
    appeal_id: AppealId,
    cell_id: CellId,
    person_id: PersonId,
    *,
    why: str,
    by: AccountId,
    at: datetime,
) -> None:
    """Adds somebody to a frozen appeal, below the last letter, by the word of a colleague who says why.

    What the team decides (rest, household, caps) does not hold them back; the gate does. Raises AppealOpen,
    AppealForgotten, AlreadyThere, NotReachable, PlanWrong (`why`).
    """
    appeal, reason = _frozen(session, appeal_id), rules.tidy_reason(why)
    row = store.plan_row(session, appeal_id)
    cell = next((one for one in store.cells(session, appeal_id) if one.id == cell_id), None)
    person = persons.find_survivor(session, person_id)
    if cell is None or person is None:
        raise AppealMissing
    if store.recipient(session, appeal_id, person.id) is not None:
        raise AlreadyThere
    verdict = gate.verdict_of(session, person.id, appeal.plan.purpose, appeal.plan.channel, at)
    if verdict.refusal is not None:
        raise NotReachable(verdict.refusal.value)
    if session.scalar(select(consent.minor(person.id, gate.moment(session, at)))):
        raise NotReachable(Reason.MINOR.value)
    closed = selects.no_appeals(appeal.plan)
    if closed is not None and session.scalar(select(literal(person.id).in_(closed))):
        raise NotReachable(Refusal.OBJECTED.value)
    asked = freezing.asking(session, catalogue, appeal, at=at)
    found = session.execute(selects.one_letter(asked, cell, person.id)).mappings().one_or_none()
    if found is None:
        raise NotReachable("no-address")
    needed = letters.Row(**{name: found[name] for name in letters.Row._fields if name in found})
    values = letters.Writer(appeal, [cell], silent=freezing.silent(session, appeal, asked.moment)).values(
        needed, seq=row.next_seq, why=reason
    )
    pour(session, _table(RecipientRow), letters.COLUMNS, [values])
    appeals.print_communications(session, selects.communications(appeal_id, RecipientRow.person_id == person.id))
    added = store.recipient(session, appeal_id, person.id)
    assert added is not None
    added.added_at, added.added_by = at, by
    row.next_seq += 1
    session.flush()
    alone = select(RecipientRow.person_id).where(RecipientRow.id == added.id)
    freezing.note_letters(session, appeal, alone, at=at)


def take_out(
    session: Session, appeal_id: AppealId, person_id: PersonId, *, why: str, by: AccountId, at: datetime
) -> bool:
    """Takes somebody out by the word of a colleague who says why. True if that is news."""
    _frozen(session, appeal_id)
    here = (RecipientRow.appeal_id == appeal_id) & (RecipientRow.person_id == person_id)
    reason = rules.tidy_reason(why)
    return store.remove(session, here, removal=Removal.BY_HAND, removed_at=at, removed_by=by, removed_why=reason) == 1


def strike(session: Session, appeal_id: AppealId, *, at: datetime) -> int:
    """Takes out whoever has died, was merged or may not be asked any more since the freeze; how many.

    So too, where an appeal is by phone, whose number came to be on the do-not-call list.

    How a letter opens is kept with it, and changes for them alone. An erasure takes itself out. Nobody is taken out for
    want of patience: a rest or a pause holds back what is not promised yet, and these letters are. Who lives with
    somebody who died or said no is written to under their own name alone, or with whom the letter still is for.
    """
    appeal = _frozen(session, appeal_id)
    who = people.everybody().subquery("who")
    plan, row = appeal.plan, RecipientRow
    here = (row.appeal_id == appeal_id) & (row.arm == Arm.MAILED)
    moment = gate.moment(session, at)
    opening.keep(session, appeal, silent=freezing.silent(session, appeal, moment))
    if appeal.frozen_at is not None:
        households.leave_names(session, row, appeal.frozen_at, here, row.removal.is_(None))
    among = select(row.person_id).where(here, row.removal.is_(None))
    refused = consent.refused(plan.purpose, plan.channel, moment=moment, is_owed=True, among=among).subquery("refused")
    said_no = select(refused.c.person_id).where(
        refused.c.refusal.in_(sorted(one.value for one in no_selects.BY_THEIR_WORD))
    )
    closed = selects.no_appeals(plan)
    reasons = [
        (Removal.DECEASED, row.person_id.in_(select(who.c.person_id).where(who.c.is_deceased))),
        (Removal.DECEASED, row.person_id.in_(people.reported_dead())),
        (Removal.MERGED, row.person_id.in_(select(who.c.person_id).where(who.c.is_merged))),
        (Removal.RESTRICTED, row.person_id.in_(restricted_people())),
        (Removal.OBJECTED, or_(row.person_id.in_(said_no), *(() if closed is None else (row.person_id.in_(closed),)))),
        (Removal.MINOR, consent.minor(row.person_id, moment)),
    ]
    if plan.channel is Channel.PHONE:
        held = people.phones().subquery("held")
        listed = select(held.c.address).where(held.c.address_key.in_(do_not_call.blocked()))
        reasons.append((Removal.DO_NOT_CALL, row.phone.in_(listed)))
    gone = sum(store.remove(session, here & why, removal=removal, removed_at=at) for removal, why in reasons)
    if appeal.frozen_at is not None and plan.one_a_household:
        unwilling = selects.unwilling(plan, moment)
        still = (here, row.removal.is_(None))
        households.leave_unwilling(session, row, appeal.frozen_at, unwilling, *still)
        opening.leave(session, appeal.frozen_at, unwilling, freezing.silent(session, appeal, moment), *still)
    return gone


def changes(session: Session, appeal_id: AppealId) -> tuple[LateChange, ...]:
    """Whoever was added or taken out by hand since the freeze, in the order of the letters."""
    row = RecipientRow
    by_hand = row.added_at.is_not(None) | (row.removal == Removal.BY_HAND)
    found = []
    for one in session.scalars(select(row).where(row.appeal_id == appeal_id, by_hand).order_by(row.seq, row.id)):
        told = [(True, one.added_why, one.added_by, one.added_at)]
        if one.removal is Removal.BY_HAND:
            told.append((False, one.removed_why, one.removed_by, one.removed_at))
        found += [
            LateChange(
                person_id=PersonId(one.person_id),
                seq=one.seq,
                is_addition=is_addition,
                why=why,
                by=None if by is None else AccountId(by),
                at=at,
            )
            for is_addition, why, by, at in told
            if at is not None
        ]
    return tuple(found)


def _frozen(session: Session, appeal_id: AppealId) -> WholeAppeal:
    hold(session, f"appeal {appeal_id}")
    appeal = store.find(session, appeal_id)
    if appeal.frozen_at is None:
        raise AppealOpen
    if appeal.abandoned_at is not None:
        raise AppealAbandoned
    if appeal.is_forgotten:
        raise AppealForgotten
    return appeal


def _table(row: Any) -> Any:
    return row.__table__
