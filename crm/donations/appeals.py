"""The door of campaigns and appeals: their codes, what is printed on slips, and whose a printed communication is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, func, insert, select
from sqlalchemy.orm import Session

from crm.donations.errors import CodeTaken
from crm.donations.model import Appeal, Campaign, Printed, SlipCode
from crm.donations.tables import AppealReferenceRow, AppealRow, CampaignRow, SourceRow
from crm.foundation import bulk
from crm.people import service as people
from crm.values.identifiers import AppealId, CampaignId, PersonId


def campaigns(session: Session) -> tuple[Campaign, ...]:
    """Every campaign, the newest first."""
    return tuple(_campaign(row) for row in session.scalars(select(CampaignRow).order_by(CampaignRow.id.desc())))


def add_campaign(session: Session, *, code: str, name: str) -> Campaign:
    """One more campaign. Raises CodeTaken."""
    if session.scalar(select(CampaignRow.id).where(CampaignRow.code == code)) is not None:
        raise CodeTaken
    row = CampaignRow(code=code, name=name)
    session.add(row)
    session.flush()
    return _campaign(row)


def appeals(session: Session, appeal_ids: Collection[AppealId] | None = None) -> tuple[Appeal, ...]:
    """Every appeal, or those, the newest first."""
    query = select(AppealRow).order_by(AppealRow.starts_on.desc(), AppealRow.id.desc())
    if appeal_ids is not None:
        query = query.where(AppealRow.id.in_(appeal_ids))
    return tuple(_appeal(row) for row in session.scalars(query))


def add_appeal(
    session: Session, campaign_id: CampaignId, *, code: str, name: str, starts_on: date, cost_cents: int
) -> Appeal:
    """One more appeal. Raises CodeTaken."""
    if session.scalar(select(AppealRow.id).where(AppealRow.code == code)) is not None:
        raise CodeTaken
    row = AppealRow(campaign_id=campaign_id, code=code, name=name, starts_on=starts_on, cost_cents=cost_cents)
    session.add(row)
    session.flush()
    return _appeal(row)


def change_appeal(session: Session, appeal_id: AppealId, *, name: str, starts_on: date, cost_cents: int) -> None:
    """Names, dates or prices an appeal anew; its code stays."""
    row = session.get_one(AppealRow, appeal_id)
    row.name, row.starts_on, row.cost_cents = name, starts_on, cost_cents
    session.flush()


def put_sources(session: Session, appeal_id: AppealId, codes: Mapping[str, tuple[str, str]]) -> None:
    """Makes the codes of slips known, each with its package and its cell; one that is known stays as it is."""
    known = set(session.scalars(select(SourceRow.code).where(SourceRow.code.in_(codes))))
    session.add_all(
        SourceRow(code=code, appeal_id=appeal_id, package=package, cell=cell)
        for code, (package, cell) in codes.items()
        if code not in known
    )
    session.flush()


def slip_codes(session: Session) -> tuple[SlipCode, ...]:
    """Every code that gifts may bear."""
    return tuple(
        SlipCode(
            code=row.code,
            appeal_id=AppealId(row.appeal_id),
            package=row.package,
            cell=row.cell,
            cost_cents=row.cost_cents,
        )
        for row in session.scalars(select(SourceRow).order_by(SourceRow.code))
    )


def costs(session: Session) -> dict[AppealId, int]:
    """What each appeal cost in all: as a whole, and its codes beside."""
    found = {one.id: one.cost_cents for one in appeals(session)}
    query = select(SourceRow.appeal_id, func.sum(SourceRow.cost_cents)).group_by(SourceRow.appeal_id)
    for appeal_id, cents in session.execute(query):
        found[AppealId(appeal_id)] += int(cents)
    return found


def price_whole(session: Session, appeal_id: AppealId, cost_cents: int) -> None:
    """Says what an appeal cost as a whole."""
    session.get_one(AppealRow, appeal_id).cost_cents = cost_cents
    session.flush()


def price(session: Session, appeal_id: AppealId, costs: Mapping[str, int]) -> set[str]:
    """Says what codes of an appeal cost alone; those that cost otherwise now. Others than its own are left out."""
    query = select(SourceRow).where(SourceRow.appeal_id == appeal_id, SourceRow.code.in_(costs))
    news = [row for row in session.scalars(query) if row.cost_cents != costs[row.code]]
    for row in news:
        row.cost_cents = costs[row.code]
    session.flush()
    return {row.code for row in news}


def print_communications(session: Session, printed: Select[*tuple[Any, ...]]) -> None:
    """Keeps whose each communication is: a select of appeal, person, code of the slip, its twelve digits."""
    columns = ["appeal_id", "person_id", "source_code", "digits"]
    session.execute(insert(AppealReferenceRow).from_select(columns, printed))


def printed(session: Session, communications: Collection[str]) -> dict[str, Printed]:
    """Of those communications (twelve digits) the ones that an appeal printed: whose they are as people stand now."""
    row, wanted = AppealReferenceRow, bulk.texts(session, communications)
    query = select(row.digits, row.person_id, row.source_code).where(row.digits.in_(select(wanted.c.value)))
    found: Sequence[tuple[str, int, str | None]] = [
        (digits, person_id, code) for digits, person_id, code in session.execute(query) if digits is not None
    ]
    now = people.survivors(session, {PersonId(person_id) for _, person_id, _ in found})
    return {
        digits: Printed(person_id=now[PersonId(person_id)], source_code=code or "")
        for digits, person_id, code in found
        if PersonId(person_id) in now
    }


def _campaign(row: CampaignRow) -> Campaign:
    return Campaign(id=CampaignId(row.id), code=row.code, name=row.name)


def _appeal(row: AppealRow) -> Appeal:
    return Appeal(
        id=AppealId(row.id),
        campaign_id=CampaignId(row.campaign_id),
        code=row.code,
        name=row.name,
        starts_on=row.starts_on,
        cost_cents=row.cost_cents,
    )
