"""Who has a right to a copy and why somebody gets none, as SQL over everybody at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union,
    union_all,
)

from crm.consent import selects as consent
from crm.consent.model import MAGAZINE, Channel
from crm.consent.selects import Moment
from crm.donations import selects as donations
from crm.donations.model import GiftKind
from crm.donations.portraits import months_before
from crm.magazine.model import Basis, Claim, Eligibility, Format, Reason
from crm.magazine.tables import ClaimRow, CopyRow, SubscriptionRow
from crm.members import selects as members
from crm.people import selects as people
from crm.plans import selects as plans
from crm.plans.model import PlanState

SAID, MEMBER, REGULAR = 0, 1, 2
"""The grounds in the order in which they count."""
PARTS = ("organisation", "department", "complement", "street", "number", "box", "postcode", "locality", "country")
Plain = String(300).with_variant(String(300, collation="C"), "postgresql")
"""Keys in the order of their signs on both databases."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What is asked: by which rule, for which issue, as of which day, and as the gate stands on the day of the drop.

    `before_id`: the issue before, to compare with.
    """

    rule: Eligibility
    issue_id: int | None
    number: int
    on: date
    drop_on: date
    moment: Moment
    before_id: int | None = None
    claimed_id: int | None = None
    """Only those who say that their copy of that issue did not come."""


def regular(rule: Eligibility, on: date) -> list[Select[*tuple[Any, ...]]]:
    """(person_id) of each regular donor on a day, by a plan that is paid or by gifts that add up."""
    gifts = donations.effective_gifts().subquery("given")
    found: list[Select[*tuple[Any, ...]]] = []
    if rule.regular_plans:
        running = plans.plans_on(on).subquery("running")
        paid = select(gifts.c.person_id).where(
            gifts.c.kind == GiftKind.INSTALMENT,
            gifts.c.given_on > months_before(on, rule.plan_months),
            gifts.c.given_on <= on,
        )
        found.append(
            select(running.c.person_id).where(
                running.c.state == PlanState.ACTIVE, running.c.started_on <= on, running.c.person_id.in_(paid)
            )
        )
    if rule.gift_count or rule.gift_cents:
        found.append(
            select(gifts.c.person_id)
            .where(
                gifts.c.kind == GiftKind.ONE_OFF,
                gifts.c.given_on > months_before(on, rule.gift_months),
                gifts.c.given_on <= on,
            )
            .group_by(gifts.c.person_id)
            .having(func.count() >= rule.gift_count, func.sum(gifts.c.net_cents) >= rule.gift_cents)
        )
    return found


def in_force(number: int) -> ColumnElement[bool]:
    """Whether a ground of the house's own holds for an issue; twin of `rules.is_in_force`."""
    row = SubscriptionRow
    return and_(
        row.basis.is_not(None),
        or_(row.from_number.is_(None), row.from_number <= number),
        or_(row.until_number.is_(None), row.until_number >= number),
    )


def paused(on: date) -> ColumnElement[bool]:
    """Whether somebody asked for a pause that holds on a day; twin of `rules.is_paused`."""
    row = SubscriptionRow
    begun = and_(row.paused_from_on.is_not(None), row.paused_from_on <= on)
    return and_(begun, or_(row.paused_until_on.is_(None), row.paused_until_on >= on))


def rights(rule: Eligibility, number: int, on: date) -> Select[*tuple[Any, ...]]:
    """(person_id, ground) of everybody with a right to a copy, by their strongest ground."""
    said = select(SubscriptionRow.person_id, literal(SAID).label("ground")).where(
        in_force(number), SubscriptionRow.basis.in_(sorted(rule.said))
    )
    several: list[Select[*tuple[Any, ...]]] = [said]
    if rule.members:
        carried = members.in_force(on, grace_months=rule.grace_months).subquery("in_force")
        several.append(select(carried.c.person_id, literal(MEMBER)))
    if them := regular(rule, on):
        donors = union(*them).subquery("regular") if len(them) > 1 else them[0].distinct().subquery("regular")
        several.append(select(donors.c.person_id, literal(REGULAR)))
    every = union_all(*several).subquery("every")
    return select(every.c.person_id, func.min(every.c.ground).label("ground")).group_by(every.c.person_id)


def pdf_readers(rule: Eligibility, number: int, on: date) -> Select[*tuple[Any, ...]]:
    """(person_id) of each with a right to an issue who reads it as PDF, alone or besides paper, and is not paused."""
    every, said = rights(rule, number, on).subquery("every"), SubscriptionRow
    return (
        select(said.person_id)
        .join(every, every.c.person_id == said.person_id)
        .where(said.format.in_((Format.PDF, Format.BOTH)), ~paused(on))
    )


def roll(asked: Question, *, whole: bool) -> Select[*tuple[Any, ...]]:
    """Everybody with a right: why they get no copy, or where it goes, in the order of letter boxes.

    `whole` adds what is printed.
    """
    several = rights(asked.rule, asked.number, asked.on)
    if asked.claimed_id is not None:
        every = several.subquery("several")
        claims = select(ClaimRow.person_id).where(ClaimRow.issue_id == asked.claimed_id, ClaimRow.state == Claim.OPEN)
        several = select(every.c.person_id, every.c.ground).where(every.c.person_id.in_(claims))
    entitled = several.cte("entitled")
    here = _places(asked, entitled).cte("here")
    nowhere = (
        select(entitled.c.person_id)
        .outerjoin(here, here.c.person_id == entitled.c.person_id)
        .where(here.c.person_id.is_(None))
    )
    refused = consent.refused(MAGAZINE, Channel.POST, moment=asked.moment, among=nowhere).subquery("refused")
    who = people.everybody().subquery("who")
    home = people.living_together().subquery("home")
    said = SubscriptionRow
    one, before = _copies_of(asked.issue_id, "one"), _copies_of(asked.before_id, "before")
    reasons: list[tuple[ColumnElement[bool], Any]] = [
        (who.c.is_merged, Reason.MERGED.value),
        (who.c.is_deceased, Reason.DECEASED.value),
        (said.format == Format.NONE, Reason.UNWANTED.value),
        (paused(asked.drop_on), Reason.SUSPENDED.value),
        (said.format == Format.PDF, Reason.PDF_ONLY.value),
        (refused.c.refusal.is_not(None), refused.c.refusal),
        (here.c.person_id.is_(None), Reason.NO_ADDRESS.value),
        (one.c.person_id.is_not(None), Reason.HAS_ONE.value),
        (_incomplete(here), Reason.INCOMPLETE.value),
    ]
    member, regular_ = Basis.MEMBER.value, Basis.REGULAR.value
    basis = case((entitled.c.ground == SAID, said.basis), (entitled.c.ground == MEMBER, member), else_=regular_)
    columns: list[Any] = [
        entitled.c.person_id,
        cast(basis, String).label("basis"),
        case(*reasons, else_=null()).label("reason"),
        func.coalesce(said.copies, 1).label("copies"),
        func.coalesce(said.own_copy, False).label("own_copy"),
        who.c.kind,
        who.c.last_name,
        who.c.language,
        home.c.household_id,
        here.c.box_key,
        here.c.number,
        here.c.box,
        here.c.country,
        before.c.box_key.label("before_key"),
    ]
    if whole:
        columns += [
            who.c.title,
            who.c.first_name,
            who.c.organisation_name,
            who.c.member_number,
            home.c.envelope_name,
            func.coalesce(said.by_hand, False).label("by_hand"),
            here.c.postal_address_id,
            here.c.address_language,
            *(here.c[name].label(f"at_{name}") for name in PARTS),
        ]
    found = (
        select(*columns)
        .select_from(entitled)
        .join(who, who.c.person_id == entitled.c.person_id)
        .outerjoin(said, said.person_id == entitled.c.person_id)
        .outerjoin(here, here.c.person_id == entitled.c.person_id)
        .outerjoin(refused, refused.c.person_id == entitled.c.person_id)
        .outerjoin(home, home.c.person_id == entitled.c.person_id)
        .outerjoin(one, one.c.person_id == entitled.c.person_id)
        .outerjoin(before, before.c.person_id == entitled.c.person_id)
    )
    return found.order_by(cast(here.c.box_key, Plain), entitled.c.person_id)


def _places(asked: Question, entitled: Any) -> Select[*tuple[Any, ...]]:
    """The letter box of each whom the gate lets us reach: the one they named, a season's own, else the main one."""
    places = consent.allowed_places(MAGAZINE, Channel.POST, moment=asked.moment).subquery("places")
    parts = people.letter_parts().subquery("parts")
    said = SubscriptionRow
    named = case((said.address_id == places.c.contact_point_id, 0), else_=1)
    season = case((parts.c.season_from != "", 0), else_=1)
    choice = func.row_number().over(
        partition_by=places.c.person_id,
        order_by=(named, season, places.c.is_primary.desc(), places.c.contact_point_id),
    )
    each = (
        select(
            places.c.person_id,
            places.c.address.label("box_key"),
            parts.c.language.label("address_language"),
            parts.c.postal_address_id,
            *(parts.c[name] for name in PARTS),
            choice.label("choice"),
        )
        .select_from(places)
        .join(entitled, entitled.c.person_id == places.c.person_id)
        .join(parts, parts.c.postal_address_id == places.c.contact_point_id)
        .outerjoin(said, said.person_id == places.c.person_id)
        .subquery("each")
    )
    return select(each).where(each.c.choice == 1)


def _copies_of(issue_id: int | None, name: str) -> Any:
    """(person_id, box_key) of each who has a copy of an issue."""
    row = CopyRow
    found = select(row.person_id, row.box_key).where(row.issue_id == (issue_id or 0), row.again == 0)
    return found.where(row.removal.is_(None)).subquery(name)


def _incomplete(here: Any) -> ColumnElement[bool]:
    """Whether the post could not find the door: no street nor number nor line before it, or no locality."""
    nowhere = and_(here.c.street == "", here.c.number == "", here.c.complement == "")
    return or_(nowhere, here.c.locality == "")
