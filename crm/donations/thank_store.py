"""SQL of thanks: whose regular giving has begun, and money that comes again under another name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from crm.donations import rules, store, thank_selects
from crm.donations.model import GiftKind, LineKind, Movement, NewGift, NewLine
from crm.donations.tables import GiftRow, ThankCallRow, ThanksRow
from crm.values.calendar import brussels_day
from crm.values.identifiers import GiftId, PersonId


def begun(session: Session, several: Collection[NewGift], person_ids: Collection[PersonId]) -> set[PersonId]:
    """Those of the people whose first instalment was thanked for, or is older than our thanks; where one is among
    `several`."""
    if not any(new.kind is GiftKind.INSTALMENT for new in several):
        return set()
    return {PersonId(who) for who in session.scalars(thank_selects.begun(person_ids))}


def owes(session: Session, row: GiftRow, lines: Collection[tuple[LineKind, int]], *, on: date) -> bool:
    """Whether thanks would be owed for a gift of such lines, had it been written down as theirs that day."""
    was = NewGift(
        person_id=PersonId(row.person_id),
        lines=tuple(NewLine(kind=kind, cents=cents) for kind, cents in lines),
        given_on=row.given_on,
        movement=Movement(method=row.method, booked_on=row.given_on),
        kind=row.kind,
        is_test=row.is_test,
    )
    return rules.owes_thanks(was, on, has_begun=bool(begun(session, [was], {was.person_id})))


def forget(session: Session, row: GiftRow, *, at: datetime) -> None:
    """Whoever was thanked for a gift was not the one who gave it: the true donor is to be, while it is fresh."""
    day = brussels_day(row.recorded_at if row.thanked_at is None else at)
    for made in (ThanksRow, ThankCallRow):
        session.execute(delete(made).where(made.gift_id == row.id).execution_options(synchronize_session="fetch"))
    row.thanked_at = None
    session.flush()
    row.owes_thanks = owes(session, row, [(line.kind, line.net_cents) for line in store.lines(session, row.id)], on=day)
    session.flush()


def thanked_for_regular(session: Session, gift_ids: Collection[GiftId]) -> None:
    """Whoever was thanked for an instalment of theirs is not to be thanked for another."""
    row = GiftRow
    givers = select(row.person_id).where(row.id.in_(gift_ids), row.kind == GiftKind.INSTALMENT)
    session.execute(
        update(row)
        .where(row.person_id.in_(givers), row.kind == GiftKind.INSTALMENT, row.owes_thanks, row.thanked_at.is_(None))
        .values(owes_thanks=False)
        .execution_options(synchronize_session=False)
    )


def carry(session: Session, provider: str, names: Mapping[GiftId, Collection[str]]) -> None:
    """Money that was booked before, under `names`, and taken back: what was said then is not said twice.

    Whoever was thanked then counts as thanked for the gift it is now, and a call that a colleague is to make is of it.
    """
    told = {name: gift_id for gift_id, several in names.items() for name in several}
    before = {one.gift_id: told[one.external_id] for one in store.find_entries(session, provider, told)}
    rows = {row.id: row for row in session.scalars(select(GiftRow).where(GiftRow.id.in_([*before, *names])))}
    for old_id, new_id in before.items():
        old, new = rows[old_id], rows[new_id]
        if old.person_id != new.person_id or new.thanked_at is not None:
            continue
        thanks, call = session.get(ThanksRow, old_id), session.get(ThankCallRow, old_id)
        if thanks is not None:
            new.thanked_at = old.thanked_at
            session.add(
                ThanksRow(gift_id=new_id, way=thanks.way, thanked_at=thanks.thanked_at, thanked_by=thanks.thanked_by)
            )
        elif call is not None:
            session.merge(ThankCallRow(gift_id=new_id, task_id=call.task_id))
        session.flush()
