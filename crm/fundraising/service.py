"""The door of fundraising: campaigns, appeals and their cells, as they are planned."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crm.consent import service as consent
from crm.consent.model import APPEALS, STANDING, Channel, Purpose
from crm.donations import appeals, codes
from crm.donations.model import Campaign
from crm.foundation.database import hold
from crm.fundraising import rules, store
from crm.fundraising.errors import AppealFrozen, AppealMissing, PlanWrong
from crm.fundraising.model import MOST_CELLS, Cell, NewAppeal, NewCell, Removal, Waterfall, WholeAppeal
from crm.fundraising.tables import AppealCellRow
from crm.people import links
from crm.people.model import Sensitivity, Tag
from crm.segments import service as segments
from crm.values.identifiers import AccountId, AppealId, CampaignId, CellId, SegmentId
from crm.values.languages import Language

NAMES = STANDING[APPEALS]


def purposes(session: Session) -> tuple[Purpose, ...]:
    """For what an appeal may be: being asked first, then every letter one can choose."""
    own = tuple(one for one in consent.purposes(session) if one.code == APPEALS)
    return (*own, *consent.letters(session))


def tags(session: Session) -> tuple[Tag, ...]:
    """The tags by which an appeal may leave people alone: none that tells an opinion."""
    return tuple(one for one in links.tags(session) if one.sensitivity is Sensitivity.ORDINARY)


def usual(session: Session, new: NewAppeal) -> NewAppeal:
    """An appeal that leaves the same people alone as the newest one does."""
    newest = next(iter(store.whole(session)), None)
    if newest is None:
        return new
    kept: dict[str, Any] = {"yearly_most": newest.plan.yearly_most, "spares_open": newest.plan.spares_open}
    known = {one.id for one in tags(session)}
    for field in ("tended_tag", "our_tag"):
        if getattr(newest.plan, field) in known:
            kept[field] = getattr(newest.plan, field)
    return replace(new, **kept)


def open_purpose(session: Session) -> None:
    """Lets people object to being asked, and policies be decided about it; once is enough."""
    if all(one.code != APPEALS for one in consent.purposes(session)):
        consent.put_purpose(session, Purpose(code=APPEALS, position=91, names=NAMES, promises={}))


def campaigns(session: Session) -> tuple[Campaign, ...]:
    """Every campaign, the newest first."""
    return appeals.campaigns(session)


def add_campaign(session: Session, *, code: str, name: str) -> Campaign:
    """One more campaign. From the first one on, one can object to being asked. Raises PlanWrong, CodeTaken."""
    open_purpose(session)
    return appeals.add_campaign(session, code=rules.campaign_code(code), name=rules.tidy_name(name, "campaign_name"))


def planned(session: Session) -> tuple[WholeAppeal, ...]:
    """Every appeal, the newest first."""
    return store.whole(session)


def appeal(session: Session, appeal_id: AppealId) -> WholeAppeal:
    """One appeal. Raises AppealMissing."""
    return store.find(session, appeal_id)


def cells(session: Session, appeal_id: AppealId) -> tuple[Cell, ...]:
    """Its cells, the highest first: whoever is in several is in the first of them."""
    return store.cells(session, appeal_id)


def drafts_asking(session: Session, segment_id: SegmentId) -> tuple[WholeAppeal, ...]:
    """The appeals, not frozen yet, that have a cell of a segment."""
    drafts = [one for one in store.whole(session, store.appeals_of(session, segment_id)) if one.frozen_at is None]
    return tuple(drafts)


def appeal_of(session: Session, cell_id: CellId) -> WholeAppeal:
    """The appeal that has a cell. Raises AppealMissing."""
    row = session.get(AppealCellRow, cell_id)
    if row is None:
        raise AppealMissing
    return store.find(session, AppealId(row.appeal_id))


def plan(
    session: Session, campaign_id: CampaignId, code: str, new: NewAppeal, *, seed: str, by: AccountId | None,
    at: datetime,
) -> WholeAppeal:  # fmt: skip
    """Plans an appeal. `seed` is chance: by it, lots are drawn. Raises PlanWrong, CodeTaken, CodeUnknown (a fund)."""
    found = {one.id: one for one in appeals.campaigns(session)}.get(campaign_id)
    if found is None:
        raise PlanWrong("campaign")
    tidied = _tidied(session, new)
    made = appeals.add_appeal(
        session,
        campaign_id,
        code=rules.appeal_code(found.code, code),
        name=tidied.name,
        starts_on=tidied.planned_on,
        cost_cents=tidied.cost_cents,
    )
    store.put_plan(session, made.id, tidied, seed=seed, next_seq=1, created_at=at, created_by=by)
    return store.find(session, made.id)


def change(session: Session, appeal_id: AppealId, new: NewAppeal) -> WholeAppeal:
    """Plans it otherwise; of a frozen one only name, words and cost. Raises PlanWrong, AppealFrozen."""
    before = _held(session, appeal_id)
    tidied = _tidied(session, new)
    kept = replace(tidied, name=before.plan.name, cost_cents=before.plan.cost_cents, letter=before.plan.letter)
    if before.frozen_at is not None and kept != before.plan:
        raise AppealFrozen
    appeals.change_appeal(
        session, appeal_id, name=tidied.name, starts_on=tidied.planned_on, cost_cents=tidied.cost_cents
    )
    store.put_plan(session, appeal_id, tidied)
    return store.find(session, appeal_id)


def add_cell(session: Session, appeal_id: AppealId, new: NewCell, *, by: AccountId) -> CellId:
    """One more cell, below the others. Raises PlanWrong, AppealFrozen, SegmentMissing for one that `by` may not see."""
    _open(session, appeal_id)
    tidied, several = _cell(session, new, by), store.cells(session, appeal_id)
    if len(several) >= MOST_CELLS:
        raise PlanWrong("cells")
    row = AppealCellRow(appeal_id=appeal_id, position=len(several) + 1, **store.cell_values(tidied))
    session.add(row)
    session.flush()
    return CellId(row.id)


def change_cell(session: Session, appeal_id: AppealId, cell_id: CellId, new: NewCell, *, by: AccountId) -> None:
    """Writes a cell anew. Raises as `add_cell` does."""
    _open(session, appeal_id)
    row, tidied = store.cell_row(session, appeal_id, cell_id), _cell(session, new, by)
    for name, value in store.cell_values(tidied).items():
        setattr(row, name, value)
    session.flush()


def drop_cell(session: Session, appeal_id: AppealId, cell_id: CellId) -> None:
    """Takes a cell out; those below move up. Raises AppealFrozen."""
    _open(session, appeal_id)
    session.delete(store.cell_row(session, appeal_id, cell_id))
    session.flush()
    store.order(session, [one.id for one in store.cells(session, appeal_id)])


def move_cell(session: Session, appeal_id: AppealId, cell_id: CellId, *, by_places: int) -> None:
    """Moves a cell so many places down, or up where negative. Raises AppealFrozen."""
    _open(session, appeal_id)
    store.cell_row(session, appeal_id, cell_id)
    now = [one.id for one in store.cells(session, appeal_id)]
    store.order(session, [CellId(number) for number in rules.moved(now, cell_id, by_places)])


def waterfall(session: Session, appeal_id: AppealId) -> Waterfall | None:
    """What was counted when it was frozen."""
    kept = store.plan_row(session, appeal_id).waterfall
    return None if kept is None else store.from_json(kept)


def standing(session: Session, appeal_id: AppealId) -> dict[CellId, int]:
    """How many of each cell are written to, as things stand."""
    return store.standing(session, appeal_id)


def missed(session: Session, appeal_id: AppealId) -> dict[Language, int]:
    """How many of an appeal by mail read a language that none of its editions speaks."""
    return store.missed(session, appeal_id)


def removed(session: Session, appeal_id: AppealId) -> dict[Removal, int]:
    """How many who were frozen get nothing after all, and why."""
    return store.removed(session, appeal_id)


def _held(session: Session, appeal_id: AppealId) -> WholeAppeal:
    hold(session, f"appeal {appeal_id}")
    return store.find(session, appeal_id)


def _open(session: Session, appeal_id: AppealId) -> None:
    if _held(session, appeal_id).frozen_at is not None:
        raise AppealFrozen


def _tidied(session: Session, new: NewAppeal) -> NewAppeal:
    tidied = rules.tidy_appeal(new)
    if tidied.purpose not in {one.code for one in purposes(session)}:
        raise PlanWrong("purpose")
    if tidied.channel is Channel.EMAIL and tidied.purpose not in {one.code for one in consent.letters(session)}:
        raise PlanWrong("mail_purpose")
    codes.require(session, funds={tidied.fund})
    for field in ("tended_tag", "our_tag"):
        if getattr(tidied, field) not in {None, *(one.id for one in tags(session))}:
            raise PlanWrong(field)
    return tidied


def _cell(session: Session, new: NewCell, by: AccountId) -> NewCell:
    segments.get(session, new.segment_id, by=by)
    return rules.tidy_cell(new)
