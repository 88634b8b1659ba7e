"""SQL of legacies."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from crm.donations import selects as donations
from crm.legacies import rules
from crm.legacies.model import Facts, Legacy, Notary, Received, Stage, Step, Totals
from crm.legacies.tables import LegacyGiftRow, LegacyRow, StepRow
from crm.values.identifiers import AccountId, GiftId, LegacyId, PersonId

_LATEST = select(StepRow.legacy_id, func.max(StepRow.id).label("id")).group_by(StepRow.legacy_id).cte("latest_step")
_LEGACIES = donations.legacies().cte("legacy_gifts")
_CAME = (
    select(LegacyGiftRow.legacy_id, func.sum(_LEGACIES.c.net_cents).label("cents"))
    .join(_LEGACIES, _LEGACIES.c.id == LegacyGiftRow.gift_id)
    .group_by(LegacyGiftRow.legacy_id)
    .cte("came")
)
_FILES = (
    select(LegacyRow, StepRow.stage, StepRow.reached_on, func.coalesce(_CAME.c.cents, 0).label("received"))
    .join(_LATEST, _LATEST.c.legacy_id == LegacyRow.id)
    .join(StepRow, StepRow.id == _LATEST.c.id)
    .outerjoin(_CAME, _CAME.c.legacy_id == LegacyRow.id)
    .execution_options(populate_existing=True)
)


def find(session: Session, legacy_id: int) -> Legacy | None:
    """A file, as it stands."""
    row = session.execute(_FILES.where(LegacyRow.id == legacy_id)).one_or_none()
    return None if row is None else _legacy(row)


def page(
    session: Session,
    *,
    stage: Stage | None = None,
    person_id: int | None = None,
    after: int | None = None,
    size: int = 50,
) -> tuple[Legacy, ...]:
    """The newest files, of a stage or a person where given; where neither is, those that are not over."""
    query = _FILES.order_by(LegacyRow.id.desc()).limit(size)
    if person_id is not None:
        query = query.where(LegacyRow.person_id == person_id)
    elif stage is None:
        query = query.where(StepRow.stage.not_in(sorted(rules.OVER)))
    if stage is not None:
        query = query.where(StepRow.stage == stage)
    if after is not None:
        query = query.where(LegacyRow.id < after)
    return tuple(_legacy(row) for row in session.execute(query))


def totals(session: Session) -> Totals:
    """What all files come to."""
    files: Select[*tuple[Any, ...]] = _FILES.with_only_columns(
        StepRow.stage,
        func.count(),
        func.coalesce(func.sum(LegacyRow.expected_cents), 0),
        func.coalesce(func.sum(_CAME.c.cents), 0),
        maintain_column_froms=True,
    ).group_by(StepRow.stage)
    rows = session.execute(files).all()
    return Totals(
        by_stage={stage: count for stage in Stage for of, count, _, _ in rows if of is stage},
        expected_cents=sum(int(expected) for of, _, expected, _ in rows if of not in {*rules.OVER, Stage.RECEIVED}),
        received_cents=sum(int(came) for *_, came in rows),
    )


def steps(session: Session, legacy_id: int) -> tuple[Step, ...]:
    """The stages of a file as they were noted, the oldest first."""
    query = select(StepRow).where(StepRow.legacy_id == legacy_id).order_by(StepRow.id)
    return tuple(
        Step(
            stage=row.stage,
            reached_on=row.reached_on,
            note=row.note,
            noted_at=row.noted_at,
            noted_by=None if row.noted_by is None else AccountId(row.noted_by),
        )
        for row in session.scalars(query)
    )


def received(session: Session, legacy_id: int) -> tuple[Received, ...]:
    """The gifts that came from the estate, the oldest first."""
    query = (
        select(_LEGACIES)
        .join(LegacyGiftRow, LegacyGiftRow.gift_id == _LEGACIES.c.id)
        .where(LegacyGiftRow.legacy_id == legacy_id)
    )
    return _received(session, query)


def candidates(session: Session, *, person_id: int | None = None, gift_id: int | None = None) -> tuple[Received, ...]:
    """Gifts of the kind legacy that are of no file yet: of somebody, or the one numbered so."""
    taken = select(LegacyGiftRow.gift_id).where(LegacyGiftRow.gift_id == _LEGACIES.c.id)
    query = select(_LEGACIES).where(~taken.exists())
    if person_id is not None:
        query = query.where(_LEGACIES.c.person_id == person_id)
    if gift_id is not None:
        query = query.where(_LEGACIES.c.id == gift_id)
    return _received(session, query.limit(50))


def _received(session: Session, query: Any) -> tuple[Received, ...]:
    rows = session.execute(query.order_by(_LEGACIES.c.given_on, _LEGACIES.c.id))
    return tuple(Received(gift_id=GiftId(row.id), given_on=row.given_on, net_cents=int(row.net_cents)) for row in rows)


def _legacy(row: Any) -> Legacy:
    file: LegacyRow = row.LegacyRow
    return Legacy(
        id=LegacyId(file.id),
        person_id=PersonId(file.person_id),
        facts=Facts(
            kind=file.kind,
            notary=Notary(name=file.notary_name, address=file.notary_address, phone=file.notary_phone),
            expected_cents=file.expected_cents,
            note=file.note,
        ),
        stage=row.stage,
        reached_on=row.reached_on,
        received_cents=int(row.received),
        opened_at=file.opened_at,
    )
