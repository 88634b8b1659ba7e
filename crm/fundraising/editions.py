"""An appeal that leaves as an edition of a newsletter: by which code each reader answers, and that it left."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, true, update
from sqlalchemy.orm import Session

from crm.consent.model import Channel
from crm.fundraising import late, selects, store
from crm.fundraising.model import FileForm, FileState
from crm.fundraising.tables import AppealCellRow, AppealFileRow, RecipientRow
from crm.people import selects as people
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId, AppealId, CellId
from crm.values.languages import Language

LONGEST = 200


def source_codes(
    session: Session, appeal_id: AppealId, cell_id: CellId | None
) -> tuple[tuple[str, ...], Select[*tuple[Any, ...]]]:
    """Every code of those whom a frozen appeal (or a cell of it) asks, and whose each is: person_id, source_code."""
    row = RecipientRow
    readers = selects.readers(appeal_id, cell_id)
    codes = session.scalars(readers.with_only_columns(row.source_code).distinct().order_by(row.source_code))
    return tuple(codes), readers.with_only_columns(row.person_id, row.source_code)


def leave(session: Session, appeal_id: AppealId, *, at: datetime) -> None:
    """Before an edition fixes its readers: whoever has died or said no since is taken out of an appeal by mail."""
    appeal = store.held(session, appeal_id)
    if appeal.plan.channel is Channel.EMAIL and appeal.abandoned_at is None:
        late.strike(session, appeal_id, at=at)


def left(
    session: Session,
    appeal_id: AppealId,
    cell_id: CellId | None,
    *,
    edition: str,
    readers: int,
    languages: Collection[Language] | None,
    by: AccountId | None,
    at: datetime,
) -> None:
    """Notes that an edition left for so many of an appeal by mail; one by post or phone leaves by its files.

    `languages`: those of its readers; None for any. Who reads another is not asked until an edition in theirs leaves.
    """
    appeal = store.find(session, appeal_id)
    if appeal.plan.channel is not Channel.EMAIL or appeal.abandoned_at is not None:
        return
    store.leave(session, appeal_id, on=brussels_day(at))
    place = None if cell_id is None else session.get_one(AppealCellRow, cell_id).position
    session.add(
        AppealFileRow(
            appeal_id=appeal_id,
            form=FileForm.EDITION,
            state=FileState.MADE,
            asked_at=at,
            asked_by=by or 0,
            asked_rows=readers,
            recipient=edition[:LONGEST],
            cell_id=cell_id,
            made_at=at,
            made_by=by,
            rows=readers,
            seeds=0,
            removed=sum(store.removed(session, appeal_id).values()),
            by_cell=None if place is None else {f"{place:02d}": readers},
            parts=[],
        )
    )
    session.flush()
    _reach(session, appeal_id, cell_id, languages, at=at)


def _reach(
    session: Session, appeal_id: AppealId, cell_id: CellId | None, languages: Collection[Language] | None, *,
    at: datetime,
) -> None:  # fmt: skip
    """Notes of both arms alike whose language the edition speaks, and whom none has spoken to so far."""
    row, who = RecipientRow, people.everybody().subquery("who")
    here = [row.appeal_id == appeal_id, row.edition_at.is_(None)]
    if cell_id is not None:
        here.append(row.cell_id == cell_id)
    changed = update(row).execution_options(synchronize_session=False)
    speak = true() if languages is None else row.person_id.in_(
        select(who.c.person_id).where(who.c.language.in_(sorted(languages)))
    )  # fmt: skip
    session.execute(changed.where(*here, speak).values(edition_at=at, is_missed=False))
    session.execute(changed.where(*here).values(is_missed=True))
