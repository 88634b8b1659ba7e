"""SQL of fundraising: appeals with their cells; rows as nouns."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.orm import Session

from crm.donations import appeals
from crm.foundation.database import hold
from crm.fundraising.call_model import FINAL
from crm.fundraising.errors import AppealAbandoned, AppealMissing
from crm.fundraising.model import (
    Arm,
    Cell,
    CellCount,
    FileState,
    Ladder,
    NewAppeal,
    NewCell,
    Reason,
    Recipient,
    Removal,
    Waterfall,
    WholeAppeal,
)
from crm.fundraising.tables import AppealCellRow, AppealFileRow, AppealPlanRow, CallResultRow, RecipientRow
from crm.people import selects as people
from crm.values.identifiers import AccountId, AppealId, CellId, PersonId, SegmentId
from crm.values.languages import Language

KEPT = ("kind", "channel", "purpose", "planned_on", "rest_days", "yearly_most", "gift_months", "spares_regular",
        "one_a_household", "spares_open", "tended_tag", "our_tag", "keep_days", "letter")  # fmt: skip
"""What of a plan stands in its row under its own name."""
PRINTED = (
    "person_id", "cell_id", "seq", "package", "source_code", "digits", "asks", "member_number", "title", "first_name",
    "last_name", "organisation", "complement", "street", "number", "box", "postcode", "locality", "country", "language",
    "lines", "phone", "opening",
)  # fmt: skip


def whole(session: Session, appeal_ids: Collection[AppealId] | None = None) -> tuple[WholeAppeal, ...]:
    """Every appeal that was planned here, or those, the newest first."""
    query = select(AppealPlanRow)
    if appeal_ids is not None:
        query = query.where(AppealPlanRow.appeal_id.in_(appeal_ids))
    plans = {row.appeal_id: row for row in session.scalars(query.execution_options(populate_existing=True))}
    campaigns = {one.id: one for one in appeals.campaigns(session)}
    return tuple(
        WholeAppeal(
            appeal=one,
            campaign=campaigns[one.campaign_id],
            plan=_plan(plans[one.id], one.name, one.cost_cents),
            seed=plans[one.id].seed,
            frozen_at=plans[one.id].frozen_at,
            frozen_by=_by(plans[one.id].frozen_by),
            is_forgotten=plans[one.id].is_forgotten,
            left_on=plans[one.id].left_on,
            abandoned_at=plans[one.id].abandoned_at,
            abandoned_by=_by(plans[one.id].abandoned_by),
            abandoned_why=plans[one.id].abandoned_why,
        )
        for one in appeals.appeals(session, [AppealId(number) for number in plans])
    )


def find(session: Session, appeal_id: AppealId) -> WholeAppeal:
    """One appeal. Raises AppealMissing."""
    for one in whole(session, [appeal_id]):
        return one
    raise AppealMissing


def held(session: Session, appeal_id: AppealId) -> WholeAppeal:
    """One appeal, nobody else writing in it meanwhile. Raises AppealMissing."""
    hold(session, f"appeal {appeal_id}")
    return find(session, appeal_id)


def plan_row(session: Session, appeal_id: AppealId) -> AppealPlanRow:
    """The row of a plan, as it stands now. Raises AppealMissing."""
    row = session.get(AppealPlanRow, appeal_id, populate_existing=True)
    if row is None:
        raise AppealMissing
    return row


def put_plan(session: Session, appeal_id: AppealId, plan: NewAppeal, **facts: Any) -> None:
    """Writes the plan of an appeal, or writes it anew."""
    values = {name: getattr(plan, name) for name in KEPT} | {"fund_code": plan.fund} | facts
    row = session.get(AppealPlanRow, appeal_id)
    if row is None:
        session.add(AppealPlanRow(appeal_id=appeal_id, **values))
    else:
        for name, value in values.items():
            setattr(row, name, value)
    session.flush()


def cells(session: Session, appeal_id: AppealId) -> tuple[Cell, ...]:
    """The cells of an appeal, the highest first."""
    row = AppealCellRow
    rows = session.scalars(select(row).where(row.appeal_id == appeal_id).order_by(row.position, row.id))
    return tuple(_cell(one) for one in rows)


def appeals_of(session: Session, segment_id: SegmentId) -> set[AppealId]:
    """The appeals that have a cell of a segment."""
    row = AppealCellRow
    found = session.scalars(select(row.appeal_id).where(row.segment_id == segment_id))
    return {AppealId(number) for number in found}


def cell_row(session: Session, appeal_id: AppealId, cell_id: CellId) -> AppealCellRow:
    """The row of a cell of that appeal. Raises AppealMissing."""
    row = session.get(AppealCellRow, cell_id)
    if row is None or row.appeal_id != appeal_id:
        raise AppealMissing
    return row


def cell_values(plan: NewCell) -> dict[str, Any]:
    """A cell as its row holds it."""
    return {
        "name": plan.name,
        "segment_id": plan.segment_id,
        "package": plan.package,
        "rival": plan.rival,
        "rival_share": plan.rival_share,
        "ask_basis": plan.ladder.basis,
        "ask_percents": list(plan.ladder.percents),
        "ask_least_cents": plan.ladder.least_cents,
        "ask_most_cents": plan.ladder.most_cents,
        "cap": plan.cap,
        "control_share": plan.control_share,
    }


def order(session: Session, cell_ids: Collection[CellId]) -> None:
    """Gives cells their places, from 1 on."""
    for place, cell_id in enumerate(cell_ids, start=1):
        session.get_one(AppealCellRow, cell_id).position = place
    session.flush()


def recipient(session: Session, appeal_id: AppealId, person_id: PersonId) -> RecipientRow | None:
    """The row of somebody in an appeal."""
    row = RecipientRow
    return session.scalar(select(row).where(row.appeal_id == appeal_id, row.person_id == person_id))


def remove(session: Session, where: Any, **facts: Any) -> int:
    """Notes that people get nothing after all; how many."""
    row = RecipientRow
    changed = session.execute(
        update(row)
        .where(where, row.removal.is_(None))
        .values(**facts)
        .returning(row.id)
        .execution_options(synchronize_session=False)
    )
    return len(changed.all())


def removed(session: Session, appeal_id: AppealId) -> dict[Removal, int]:
    """How many get nothing after all, and why; those of the control group aside."""
    row = RecipientRow
    here = (row.appeal_id == appeal_id, row.arm == Arm.MAILED, row.removal.is_not(None))
    query = select(row.removal, func.count()).where(*here).group_by(row.removal)
    return {word: int(count) for word, count in session.execute(query) if word is not None}


def standing(session: Session, appeal_id: AppealId) -> dict[CellId, int]:
    """How many of each cell are written to, as things stand."""
    row = RecipientRow
    here = (row.appeal_id == appeal_id, row.arm == Arm.MAILED, row.removal.is_(None), uncalled())
    query = select(row.cell_id, func.count()).where(*here).group_by(row.cell_id)
    return {CellId(cell_id): int(count) for cell_id, count in session.execute(query)}


def uncalled() -> ColumnElement[bool]:
    """Whether no call to a recipient has settled it: who refused, promised or wants no call is not called again."""
    settled = select(CallResultRow.recipient_id).where(
        CallResultRow.recipient_id == RecipientRow.id,
        CallResultRow.done_at.is_not(None),
        CallResultRow.outcome.in_(sorted(FINAL)),
    )
    return ~settled.exists()


def carried(row: Any = RecipientRow) -> tuple[ColumnElement[bool], ...]:
    """Whether a file or an edition had a recipient: it left with their cell, while they stood in the appeal.

    By mail it spoke their language.
    """
    file = AppealFileRow
    return (
        *_of_cell(row),
        or_(row.removed_at.is_(None), row.removed_at > file.made_at),
        or_(row.edition_at.is_(None), file.made_at >= row.edition_at),
        or_(row.added_at.is_(None), row.added_at <= file.made_at),
    )


def reached(row: Any = RecipientRow) -> ColumnElement[bool]:
    """Whether a recipient was written to: a file or an edition left with them, whatever became of them since."""
    return and_(~row.is_missed, select(AppealFileRow.id).where(*carried(row)).correlate(row).exists())


def cell_left(row: Any = RecipientRow) -> ColumnElement[bool]:
    """Whether anything left of the cell of a recipient, asked or left alone."""
    return select(AppealFileRow.id).where(*_of_cell(row)).correlate(row).exists()


def _of_cell(row: Any) -> tuple[ColumnElement[bool], ...]:
    file = AppealFileRow
    its = or_(file.cell_id.is_(None), file.cell_id == row.cell_id)
    return file.appeal_id == row.appeal_id, file.state == FileState.MADE, its


def written_to() -> ColumnElement[bool]:
    """Whether a recipient was written to (`reached`), or still is to be.

    Who reads another language than the editions that left had none.
    """
    return and_(~RecipientRow.is_missed, or_(RecipientRow.removal.is_(None), reached()))


def begins_on(plan: Any) -> ColumnElement[date]:
    """The day from which an appeal counts, of a row of plans: see `WholeAppeal.begins_on`."""
    return case((plan.left_on > plan.planned_on, plan.left_on), else_=plan.planned_on)


def leave(session: Session, appeal_id: AppealId, *, on: date) -> None:
    """Keeps the day on which the first file or edition of an appeal leaves. Raises AppealAbandoned."""
    hold(session, f"appeal {appeal_id}")
    row = plan_row(session, appeal_id)
    if row.abandoned_at is not None:
        raise AppealAbandoned
    row.left_on = row.left_on or on
    session.flush()


def missed(session: Session, appeal_id: AppealId) -> dict[Language, int]:
    """How many of those an appeal by mail asks read a language that none of its editions speaks."""
    row, who = RecipientRow, people.everybody().subquery("who")
    here = (row.appeal_id == appeal_id, row.arm == Arm.MAILED, row.removal.is_(None), row.is_missed)
    query = (
        select(who.c.language, func.count()).select_from(row).join(who, who.c.person_id == row.person_id).where(*here)
    )
    found = session.execute(query.group_by(who.c.language).order_by(who.c.language))
    return {Language(language): int(count) for language, count in found}


def noun(values: Mapping[str, Any]) -> Recipient:
    """A row of recipients (the columns of `PRINTED`) as what it is."""
    return Recipient(
        **{name: values[name] for name in PRINTED if name not in ("asks", "lines", "language", "title", "opening")},
        asks=tuple(values["asks"]),
        lines=tuple(values["lines"].split("\n")) if values["lines"] else (),
        language=Language(values["language"]),
        title=str(values["title"]),
        opening=values["opening"] or "",
    )


def as_json(found: Waterfall) -> dict[str, Any]:
    """A waterfall as it is kept with a frozen appeal."""
    return {
        "people": found.people,
        "refusals": dict(found.refusals),
        "cells": [
            {
                "cell": one.cell_id,
                "people": one.people,
                "higher": one.higher,
                "excluded": {reason.value: count for reason, count in one.excluded.items()},
                "control": one.control,
                "mailed": dict(one.mailed),
            }
            for one in found.cells
        ],
    }


def from_json(kept: Mapping[str, Any]) -> Waterfall:
    """The inverse of `as_json`."""
    return Waterfall(
        people=kept["people"],
        refusals=kept["refusals"],
        cells=tuple(
            CellCount(
                cell_id=CellId(one["cell"]),
                people=one["people"],
                higher=one["higher"],
                excluded={Reason(word): count for word, count in one["excluded"].items()},
                control=one["control"],
                mailed=one["mailed"],
            )
            for one in kept["cells"]
        ),
    )


def freeze(session: Session, appeal_id: AppealId, *, at: datetime, by: AccountId | None, **facts: Any) -> None:
    """Marks an appeal as frozen."""
    row = plan_row(session, appeal_id)
    row.frozen_at, row.frozen_by = at, by
    for name, value in facts.items():
        setattr(row, name, value)
    session.flush()


def _plan(row: AppealPlanRow, name: str, cost_cents: int) -> NewAppeal:
    kept = {field: getattr(row, field) for field in KEPT}
    return NewAppeal(name=name, cost_cents=cost_cents, fund=row.fund_code, **kept)


def _cell(row: AppealCellRow) -> Cell:
    ladder = Ladder(
        basis=row.ask_basis,
        percents=tuple(row.ask_percents),
        least_cents=row.ask_least_cents,
        most_cents=row.ask_most_cents,
    )
    plan = NewCell(
        name=row.name,
        segment_id=SegmentId(row.segment_id),
        package=row.package,
        rival=row.rival,
        rival_share=row.rival_share,
        ladder=ladder,
        cap=row.cap,
        control_share=row.control_share,
    )
    return Cell(id=CellId(row.id), position=row.position, plan=plan, segment_version=row.segment_version)


def _by(number: int | None) -> AccountId | None:
    return None if number is None else AccountId(number)
