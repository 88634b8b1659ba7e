"""The roll of an appeal as one SELECT: everybody in its segments, their cell, and what becomes of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Select,
    String,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
)

from crm.consent import do_not_call, no_selects
from crm.consent import selects as consent
from crm.consent.model import APPEALS, Channel, Refusal
from crm.donations import donor_selects
from crm.fundraising import peace, store
from crm.fundraising.model import Arm, Cell, NewAppeal, Reason
from crm.fundraising.question import Asked, once
from crm.fundraising.tables import AppealPlanRow, RecipientRow
from crm.people import selects as people
from crm.people.model import PersonKind
from crm.segments.selects import belongs, lot, person_columns
from crm.values.identifiers import AppealId, CellId, PersonId

PARTS = (
    "organisation", "department", "complement", "street", "number", "box", "postcode", "locality", "country",
)  # fmt: skip
NAMES = ("envelope_name", "greeting", "language", "named")
"""How a household is written to."""
_GONE = {Refusal.DECEASED.value, Refusal.MERGED.value}


def roll(asked: Asked, *, whole: bool = False) -> Select[*tuple[Any, ...]]:
    """One row for each person of any segment.

    Columns: person_id, place (of their cell, from 0), `in_0`… (1 where they are in the segment of that cell), reason
    (None for those selected), refusal (the gate's word, or ''), arm and package (None for those left out). `whole`
    adds what a letter needs (`letters.Row`), of those selected.
    """
    judged = once(_judged(asked, named=whole and asked.appeal.plan.one_a_household), "judged")
    single = once(_single(judged, asked), "single")
    capped = once(_capped(single, asked), "capped")
    seed, cells = asked.appeal.seed, asked.cells
    shares = {place: cell.plan.control_share for place, (cell, _) in enumerate(cells)}
    control = lot(capped.c.person_id, f"{seed} control") % 1000 < _by_place(capped, shares)
    arm = case((capped.c.reason.is_not(None), null()), (control, Arm.CONTROL.value), else_=Arm.MAILED.value)
    rivals = {place: cell.plan.rival_share for place, (cell, _) in enumerate(cells)}
    is_rival = lot(capped.c.person_id, f"{seed} rival") % 1000 < _by_place(capped, rivals)
    package = case(
        (is_rival, _by_place(capped, {place: cell.plan.rival for place, (cell, _) in enumerate(cells)})),
        else_=_by_place(capped, {place: cell.plan.package for place, (cell, _) in enumerate(cells)}),
    )
    flags = [capped.c[f"in_{place}"] for place in range(len(cells))]
    found = select(
        capped.c.person_id,
        capped.c.place,
        *flags,
        capped.c.reason,
        capped.c.refusal,
        cast(arm, String).label("arm"),
        case((arm == Arm.MAILED.value, package), else_=null()).label("package"),
    )
    return _written(found, capped, asked) if whole else found


def tallied(each: FromClause, cells: int) -> Select[*tuple[Any, ...]]:
    """Such rows, counted: place, reason, refusal, arm, package, people, and the sums of `in_0`…"""
    keys = (each.c.place, each.c.reason, each.c.refusal, each.c.arm, each.c.package)
    sums = [func.sum(each.c[f"in_{place}"]).label(f"in_{place}") for place in range(cells)]
    return select(*keys, func.count().label("people"), *sums).group_by(*keys)


def one_letter(asked: Asked, cell: Cell, person_id: PersonId) -> Select[*tuple[Any, ...]]:
    """What a letter to one person needs, whatever the waterfall says of them; nothing where the gate refuses."""
    plan, homes, donor = asked.appeal.plan, people.living_together().subquery("homes"), donor_selects.donors()
    may = once(_may(plan, asked.moment), "may")
    unlisted = may.c.address_key.not_in(do_not_call.blocked()) if plan.channel is Channel.PHONE else true()
    names = people.household_names(select(homes.c.household_id).where(homes.c.person_id == person_id)).subquery("names")
    known = (names.c[name].label(f"home_{name}") for name in NAMES) if plan.one_a_household else ()
    whole: ColumnElement[bool] = true()
    if plan.channel is Channel.POST:
        parts = people.letter_parts().subquery("whole_parts")
        known_whole = select(parts.c.postal_address_id).where(parts.c.street != "", parts.c.locality != "")
        whole = may.c.contact_point_id.in_(known_whole)
    one = once(
        select(
            may.c.person_id,
            literal(0).label("place"),
            may.c.contact_point_id,
            may.c.address,
            homes.c.household_id,
            func.coalesce(donor.last_cents, 0).label("last_cents"),
            func.coalesce(donor.largest_cents, 0).label("largest_cents"),
            *known,
        )
        .select_from(
            may.outerjoin(homes, homes.c.person_id == may.c.person_id)
            .outerjoin(donor, donor.person_id == may.c.person_id)
            .outerjoin(names, names.c.household_id == homes.c.household_id)
        )
        .where(may.c.person_id == person_id, may.c.choice == 1, unlisted, whole),
        "one",
    )
    return _written(select(one.c.person_id, one.c.place, literal(cell.plan.package).label("package")), one, asked)


def no_appeals(plan: NewAppeal) -> Select[int] | None:
    """Whoever wants no appeal by its channel, where its purpose is another; the gate knows them where it is that."""
    return None if plan.purpose == APPEALS else no_selects.no_appeals(plan.channel)


def unwilling(plan: NewAppeal, moment: consent.Moment) -> Select[int]:
    """The `person_id` of whoever no envelope and no greeting of an appeal names, by their own word."""
    return no_selects.unwilling_at_home(plan.purpose, plan.channel, moment=moment, also=no_appeals(plan))


def _may(plan: NewAppeal, moment: consent.Moment) -> Select[*tuple[Any, ...]]:
    """Where everybody may be asked, in turn: the gate says yes, and they did not say no to all appeals."""
    may, closed = consent.allowed_in_turn(plan.purpose, plan.channel, moment=moment), no_appeals(plan)
    return may if closed is None else may.where(may.selected_columns.person_id.not_in(closed))


def _pool(asked: Asked) -> Select[*tuple[Any, ...]]:
    columns: frozenset[str] = frozenset()
    for _, definition in asked.cells:
        columns |= person_columns(definition.tree, asked.question)
    everybody = asked.question.everybody(columns)
    flags = [
        case((belongs(definition, everybody, asked.question), 1), else_=0).label(f"in_{place}")
        for place, (_, definition) in enumerate(asked.cells)
    ]
    # The offset keeps each segment from being asked anew for the place, and once more for who is in any of them.
    each = select(everybody.c.person_id, *flags).offset(0).subquery("each_segment")
    named = [each.c[f"in_{place}"] for place in range(len(asked.cells))]
    place = case(*((flag == 1, number) for number, flag in enumerate(named)), else_=-1)
    return select(each.c.person_id, *named, place.label("place")).where(or_(false(), *(flag == 1 for flag in named)))


def _judged(asked: Asked, *, named: bool = False) -> Select[*tuple[Any, ...]]:
    """The pool, with the first reason that is a person's own, and where they can be reached.

    `named`: with how their household is written to. It is joined here, where SQLite knows how many people there are:
    after a window it expects one, and would look at all households for each letter.
    """
    pool, plan = once(_pool(asked), "pool"), asked.appeal.plan
    may, closed = once(_may(plan, asked.moment), "may"), no_appeals(plan)
    among = select(pool.c.person_id).where(pool.c.person_id.not_in(select(may.c.person_id)))
    no = consent.refused(plan.purpose, plan.channel, moment=asked.moment, among=among).subquery("no")
    homes, donor = people.living_together().subquery("homes"), donor_selects.donors()
    closed_word = "" if closed is None else case((pool.c.person_id.in_(closed), Refusal.OBJECTED.value), else_="")
    refusal = func.coalesce(no.c.refusal, closed_word)
    reasons: list[tuple[ColumnElement[bool], str]] = [
        (or_(people.deceased(pool.c.person_id), refusal.in_(sorted(_GONE))), Reason.DECEASED.value),
        (consent.minor(pool.c.person_id, asked.moment), Reason.MINOR.value),
        (and_(may.c.person_id.is_(None), refusal != Refusal.NO_ADDRESS.value), Reason.GATE.value),
        (may.c.person_id.is_(None), Reason.NO_ADDRESS.value),
    ]
    parts = people.letter_parts().subquery("parts")
    source: FromClause = (
        pool.outerjoin(may, and_(may.c.choice == 1, may.c.person_id == pool.c.person_id))
        .outerjoin(no, no.c.person_id == pool.c.person_id)
        .outerjoin(homes, homes.c.person_id == pool.c.person_id)
        .outerjoin(donor, donor.person_id == pool.c.person_id)
    )
    if plan.channel is Channel.POST:
        source = source.outerjoin(parts, parts.c.postal_address_id == may.c.contact_point_id)
        reasons.append((or_(parts.c.street == "", parts.c.locality == ""), Reason.NO_ADDRESS.value))
    names = people.household_names(select(homes.c.household_id)).subquery("names") if named else None
    if names is not None:
        source = source.outerjoin(names, names.c.household_id == homes.c.household_id)
    if plan.channel is Channel.PHONE:
        reasons.append((may.c.address_key.in_(do_not_call.blocked()), Reason.DO_NOT_CALL.value))
    reasons += peace.in_peace(asked, pool.c.person_id, homes.c.household_id, donor.last_on)
    gate_word = case((and_(may.c.person_id.is_(None), refusal != Refusal.NO_ADDRESS.value), refusal), else_="")
    return select(
        *pool.c,
        case(*reasons, else_=null()).label("reason"),
        gate_word.label("refusal"),
        may.c.contact_point_id,
        may.c.address,
        homes.c.household_id,
        func.coalesce(donor.last_cents, 0).label("last_cents"),
        func.coalesce(donor.largest_cents, 0).label("largest_cents"),
        func.coalesce(donor.last_on, date.min).label("last_on"),
        func.coalesce(donor.cents, 0).label("given_cents"),
        *(() if names is None else (names.c[name].label(f"home_{name}") for name in NAMES)),
    ).select_from(source)


def _single(judged: CTE, asked: Asked) -> Select[*tuple[Any, ...]]:
    """One of a household: who is in the highest cell, of those who gave last, then most, then whom we know longest."""
    if not asked.appeal.plan.one_a_household:
        return select(*judged.c)
    standing = case((judged.c.reason.is_(None), 0), else_=1)
    turn = func.row_number().over(
        partition_by=(standing, judged.c.household_id),
        order_by=(judged.c.place, judged.c.last_on.desc(), judged.c.given_cents.desc(), judged.c.person_id),
    )
    others = [column for column in judged.c if column.name != "reason"]
    ranked = select(*judged.c, turn.label("turn")).subquery("ranked")
    late = and_(ranked.c.reason.is_(None), ranked.c.household_id.is_not(None), ranked.c.turn > 1)
    return select(
        *(ranked.c[column.name] for column in others),
        case((late, Reason.HOUSEHOLD.value), else_=ranked.c.reason).label("reason"),
    )


def _capped(single: CTE, asked: Asked) -> Select[*tuple[Any, ...]]:
    """As many of a cell as its cap lets through, by lot."""
    caps = {place: cell.plan.cap for place, (cell, _) in enumerate(asked.cells) if cell.plan.cap is not None}
    if not caps:
        return select(*single.c)
    standing = case((single.c.reason.is_(None), 0), else_=1)
    drawn = lot(single.c.person_id, f"{asked.appeal.seed} cap")
    turn = func.row_number().over(partition_by=(standing, single.c.place), order_by=(drawn, single.c.person_id))
    ranked = select(*single.c, turn.label("turn_of_cell")).subquery("ranked_cells")
    over = and_(ranked.c.reason.is_(None), ranked.c.turn_of_cell > case(caps, value=ranked.c.place, else_=None))
    others = [column.name for column in single.c if column.name != "reason"]
    return select(
        *(ranked.c[name] for name in others),
        case((over, Reason.CAP.value), else_=ranked.c.reason).label("reason"),
    )


def _written(found: Select[*tuple[Any, ...]], capped: CTE, asked: Asked) -> Select[*tuple[Any, ...]]:
    """With names, the address as it is now, what they gave."""
    who, parts = people.everybody().subquery("who"), people.letter_parts().subquery("letter")
    found = found.add_columns(
        *(who.c[name] for name in ("kind", "title", "first_name", "last_name", "organisation_name", "member_number")),
        who.c.language,
        who.c.greeting,
        *(_of_house(capped, who.c.kind, name) for name in NAMES),
        capped.c.address,
        capped.c.last_cents,
        capped.c.largest_cents,
    )
    reason = capped.c.get("reason")
    is_asked = true() if reason is None else reason.is_(None)  # of the others no more is looked up than that
    source = capped.outerjoin(who, and_(is_asked, who.c.person_id == capped.c.person_id))
    if asked.appeal.plan.channel is Channel.POST:
        source = source.outerjoin(parts, and_(is_asked, parts.c.postal_address_id == capped.c.contact_point_id))
        found = found.add_columns(
            *(parts.c[name].label(f"at_{name}") for name in PARTS), parts.c.language.label("address_language")
        )
    return found.select_from(source)


def _of_house(capped: CTE, kind: ColumnElement[Any], name: str) -> ColumnElement[Any]:
    """How the household is written to; an organisation is written to by its own name, whoever lives there."""
    known = capped.c.get(f"home_{name}")
    return (null() if known is None else case((kind != PersonKind.ORGANISATION, known))).label(f"home_{name}")


def _by_place(rows: CTE, values: dict[int, Any]) -> ColumnElement[Any]:
    return case({place: literal(value) for place, value in values.items()}, value=rows.c.place)


def asked(appeal_id: AppealId, cell_id: CellId | None = None) -> Select[int]:
    """The `person_id` of whom a frozen appeal, or a cell of it, asks, and who was not taken out since."""
    row = RecipientRow
    found = select(row.person_id).where(row.appeal_id == appeal_id, row.arm == Arm.MAILED, row.removal.is_(None))
    return found if cell_id is None else found.where(row.cell_id == cell_id)


def readers(appeal_id: AppealId, cell_id: CellId | None = None) -> Select[int]:
    """The same as far as an edition may ask them, by whatever the appeal asks: without who wants no appeal by mail.

    Nobody of an appeal that was called off.
    """
    plan = AppealPlanRow
    called_off = select(plan.appeal_id).where(plan.appeal_id == appeal_id, plan.abandoned_at.is_not(None)).exists()
    found = asked(appeal_id, cell_id).where(~called_off)
    return found.where(RecipientRow.person_id.not_in(no_selects.no_appeals(Channel.EMAIL)))


def communications(appeal_id: AppealId, *which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """What the slips of a frozen appeal carry: appeal_id, person_id, source_code, digits."""
    row = RecipientRow
    found = select(row.appeal_id, row.person_id, row.source_code, row.digits)
    return found.where(row.appeal_id == appeal_id, row.arm == Arm.MAILED, *which)


def asked_by_appeal() -> Select[int, int]:
    """(appeal_id, people) of each frozen appeal: how many a file or an edition of it reached."""
    row, here = RecipientRow, (RecipientRow.arm == Arm.MAILED, store.reached())
    return select(row.appeal_id, func.count().label("people")).where(*here).group_by(row.appeal_id)
