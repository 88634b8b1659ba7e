"""Plans as the house collects them: block by block what falls due, and what the bank's file says of each mandate."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from crm.foundation.numbered import one_of
from crm.people import selects as people
from crm.plans import rules, selects, store
from crm.plans.mandates import Safe
from crm.plans.model import Amendment, Channel, Due, Mandate, Plan
from crm.plans.tables import MandateRow, PlanRow, PlanVersionRow
from crm.values.identifiers import MandateId, PlanId


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A plan with its mandate, what fell due within a time, and what of the mandate the bank does not know yet."""

    plan: Plan
    mandate: Mandate
    has_account: bool
    due: tuple[Due, ...]
    untold: tuple[Amendment, ...]
    is_deceased: bool = False
    is_in_vain: bool = False
    """A mail that told of these terms reached nobody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OnFile:
    """What the bank's file says of a mandate."""

    reference: str
    holder: str
    account: str
    bic: str
    signed_on: date


def block(
    session: Session,
    *,
    after: PlanId | None,
    size: int,
    first_on: date,
    last_on: date,
    also: Collection[PlanId] = frozenset(),
) -> tuple[tuple[Asked, ...], PlanId | None]:
    """Some plans by mandate that run on `last_on`, in their order, and the last of them; None at the end.

    Those of which nothing falls due between the two days are left out, unless they are among `also`.
    """
    row = PlanRow
    query = (
        select(row, MandateRow, people.deceased(row.person_id))
        .join(MandateRow, MandateRow.id == row.mandate_id)
        .where(row.started_on <= last_on, ~selects.is_ended(last_on), ~selects.is_paused(last_on))
        .order_by(row.id)
        .limit(size)
    )
    if after is not None:
        query = query.where(row.id > after)
    found = session.execute(query).all()
    if not found:
        return (), None
    ids = [plan.id for plan, *_ in found]
    versions, events = store.versions(session, ids), store.events(session, ids)
    untold: dict[int, list[Amendment]] = {}
    for one in store.amendments(session, [mandate.id for _, mandate, _ in found], untold=True):
        untold.setdefault(one.mandate_id, []).append(one)
    asked = []
    for plan, mandate, is_deceased in found:
        due = rules.instalments(
            versions.get(plan.id, ()),
            events.get(plan.id, ()),
            first_on=max(first_on, plan.started_on),
            last_on=last_on,
        )
        if due or plan.id in also:
            asked.append(
                Asked(
                    plan=store.plan(plan),
                    mandate=store.mandate(mandate),
                    has_account=mandate.sealed_account is not None,
                    due=due,
                    untold=tuple(untold.get(mandate.id, ())),
                    is_deceased=is_deceased,
                )
            )
    return tuple(asked), PlanId(ids[-1])


def untold(
    session: Session, *, after: int, size: int, first_on: date, last_on: date
) -> tuple[tuple[Asked, ...], int | None]:
    """As `block`, of plans with terms of which nobody was told yet; of the instalments only those by such
    terms, which are those of the plan that is given back.
    """
    row, version = PlanRow, PlanVersionRow
    waits = select(version.id).where(version.plan_id == row.id, version.announced_on.is_(None)).exists()
    living = (MandateRow.ended_on.is_(None), ~selects.is_ended(first_on))
    query = (
        select(row, MandateRow).join(MandateRow, MandateRow.id == row.mandate_id).where(row.id > after, waits, *living)
    )
    found = session.execute(query.order_by(row.id).limit(size)).all()
    if not found:
        return (), None
    ids = [plan.id for plan, _ in found]
    versions, events = store.versions(session, ids), store.events(session, ids)
    asked = []
    for plan, mandate in found:
        due = rules.instalments(
            versions.get(plan.id, ()), events.get(plan.id, ()), first_on=max(first_on, plan.started_on), last_on=last_on
        )
        new = tuple(one for one in due if one.announced_on is None)
        if new:
            first = new[0].due_on
            terms = [one.terms for one in versions[plan.id] if one.effective_on <= first][-1]
            asked.append(
                Asked(
                    plan=replace(store.plan(plan), terms=terms),
                    mandate=store.mandate(mandate),
                    has_account=mandate.sealed_account is not None,
                    due=new,
                    untold=(),
                    is_in_vain=any(one.announced_on is None and one.announced_by for one in versions[plan.id]),
                )
            )
    return tuple(asked), ids[-1]


def on_file(session: Session, safe: Safe, mandate_ids: Collection[MandateId]) -> Mapping[int, OnFile]:
    """Those mandates with their accounts opened, for the bank's file; one whose account was forgotten is left out."""
    found = {}
    row = MandateRow
    columns = (row.id, row.uid, row.reference, row.holder, row.sealed_account, row.bic, row.signed_on)
    query = select(*columns).where(one_of(row.id, mandate_ids), row.sealed_account.is_not(None))
    for one in session.execute(query):
        found[one.id] = OnFile(
            reference=one.reference,
            holder=one.holder,
            account=safe.secrets.decrypt(one.sealed_account, context=f"mandate {one.uid}"),
            bic=one.bic,
            signed_on=one.signed_on,
        )
    return found


def gone(session: Session, plan_ids: Sequence[PlanId], mandate_ids: Sequence[MandateId], on: date) -> set[PlanId]:
    """Those plans by which nothing may be asked on a day any more: they ended or pause, whoever gave has died, the
    mail that told of it reached nobody, or the mandate by which each would be asked (of the same place) is over,
    whatever serves the plan by now.
    """
    row, mandate = PlanRow, MandateRow
    rests = or_(selects.is_ended(on), selects.is_paused(on), people.deceased(row.person_id))
    found = set(session.scalars(select(row.id).where(one_of(row.id, plan_ids), rests)))
    over = set(session.scalars(select(mandate.id).where(one_of(mandate.id, mandate_ids), mandate.ended_on <= on)))
    found |= {plan_id for plan_id, mandate_id in zip(plan_ids, mandate_ids, strict=True) if mandate_id in over}
    return {PlanId(number) for number in found} | _in_vain(session, plan_ids, on)


def _in_vain(session: Session, plan_ids: Sequence[PlanId], on: date) -> set[PlanId]:
    """Those of the plans of whose terms of a day nobody was told, since the mail reached nobody."""
    row = PlanVersionRow
    in_vain = (row.announced_on.is_(None), row.announced_by.is_not(None), row.effective_on <= on)
    some = set(session.scalars(select(row.plan_id).where(one_of(row.plan_id, plan_ids), *in_vain)))
    found = set()
    for plan_id, versions in store.versions(session, some).items() if some else ():
        last = [one for one in versions if one.effective_on <= on][-1]
        if last.announced_on is None and last.announced_by is not None:
            found.add(PlanId(plan_id))
    return found


def told_in_vain(session: Session, mails: Collection[tuple[PlanId, date]]) -> int:
    """The mails that told of terms, on those days, reached nobody: they are untold again, and how they were tried stays
    with them. Of how many versions; twice is once.
    """
    row, days = PlanVersionRow, set(mails)
    told = (row.announced_by == Channel.MAIL, row.announced_on.in_({day for _, day in days}))
    query = select(row).where(one_of(row.plan_id, {plan_id for plan_id, _ in days}), *told)
    several = [one for one in session.scalars(query) if (one.plan_id, one.announced_on) in days] if days else []
    for one in several:
        one.announced_on = None
    session.flush()
    return len(several)


def told_of(session: Session, mandate_ids: Collection[int], *, at: datetime) -> None:
    """The bank has been told of every change of those mandates."""
    store.told(session, [one.id for one in store.amendments(session, mandate_ids, untold=True)], at)


def untold_again(session: Session, mandate_ids: Collection[int], *, told_at: datetime) -> None:
    """The bank never took what told it of changes at that instant: it is to be told of them again."""
    store.untell(session, mandate_ids, told_at)


def collected(session: Session, mandate_ids: Collection[int], *, on: date) -> None:
    """Those mandates served on a day: they sleep from then, at the latest."""
    row = MandateRow
    later = or_(row.last_collected_on.is_(None), row.last_collected_on < on)
    session.execute(
        update(row)
        .where(one_of(row.id, mandate_ids), later)
        .values(last_collected_on=on)
        .execution_options(synchronize_session=False)
    )


def plans(session: Session, plan_ids: Collection[PlanId]) -> Mapping[PlanId, Plan]:
    """Those plans, by number."""
    query = select(PlanRow).where(one_of(PlanRow.id, plan_ids))
    return {PlanId(row.id): store.plan(row) for row in session.scalars(query)}


def by_reference(session: Session, references: Collection[str]) -> Mapping[str, int]:
    """The numbers of the mandates that are called so."""
    query = select(MandateRow.reference, MandateRow.id).where(MandateRow.reference.in_(references))
    return {row.reference: row.id for row in session.execute(query)}
