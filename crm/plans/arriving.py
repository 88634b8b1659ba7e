"""Plans that somebody else signed: a recruiter in the street, an old system. Each row twice is once.

A few statements however many there are; what a file brought by mistake can be taken back while nothing rests on it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.orm import Session

from crm.donations import codes
from crm.donations.model import GENERAL
from crm.foundation import bulk
from crm.foundation.database import hold
from crm.foundation.pointing import pointing_at
from crm.people import links, search
from crm.people import service as people
from crm.people.errors import PersonMissing
from crm.people.taking_back import Kept
from crm.plans import rules, store
from crm.plans.errors import ReferenceTaken, ReferenceWrong, TermsWrong
from crm.plans.mandates import IBAN, Enclosed
from crm.plans.model import Channel, EndReason, EventKind, Terms
from crm.plans.tables import MandateRow, PlanEventRow, PlanRow, PlanVersionRow
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId, MandateId, PersonId, PlanId

_TERMS = ("cents", "fee_cents", "every_months", "anchor_day", "first_month_on")
_MANDATE = (
    *("id", "person_id", "reference", "holder", "uid", "sealed_account", "account_key", "tail", "bic", "signed_on"),
    *("proof", "source", "last_collected_on", "ended_on", "recorded_at", "recorded_by"),
)
_PLAN = (
    *("id", "person_id", "mandate_id", "fund_code", "source_code", "supplier", "supplier_reference", "started_on"),
    *("ended_on", *_TERMS, "version", "recorded_at", "recorded_by"),
)
_VERSION = ("plan_id", "effective_on", "announced_on", "announced_by", *_TERMS, "recorded_at", "recorded_by")
_EVENT = (
    *("plan_id", "kind", "happens_on", "until_on", "delta_cents", "reason", "note", "channel"),
    *("recorded_at", "recorded_by"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One signed plan as its supplier tells it. Without an account it is a standing order.

    `reference` is the mandate's, or the supplier's own number of a standing order. `last_collected_on`: what was
    collected last before it came to us; nothing up to that day is asked again. `ended_on`: it is over already.
    """

    person_id: PersonId
    supplier: str
    reference: str
    signed_on: date
    cents: int
    channel: Channel
    account: Enclosed | None = None
    holder: str = ""
    bic: str = ""
    starts_on: date | None = None
    anchor_day: int | None = None
    every_months: int = 1
    fee_cents: int = 0
    proof: str = ""
    source_code: str = ""
    last_collected_on: date | None = None
    ended_on: date | None = None

    @property
    def started_on(self) -> date:
        return self.starts_on or self.signed_on

    @property
    def terms(self) -> Terms:
        """What is asked, when; the rhythm is counted from the last collection where there was one."""
        anchor_day = self.anchor_day or self.started_on.day
        if self.last_collected_on is not None:
            first = rules.month_after(rules.first_of_month(self.last_collected_on), self.every_months)
        else:
            first = rules.first_month(self.started_on, anchor_day)
        return Terms(
            cents=self.cents,
            fee_cents=self.fee_cents,
            every_months=self.every_months,
            anchor_day=anchor_day,
            first_month_on=first,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class There:
    """A plan that stands under a supplier's reference, and of whom; `account_key` of the account behind it."""

    plan_id: PlanId
    person_id: PersonId
    cents: int
    every_months: int
    account_key: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Brought:
    """What a row came to. `has_taught`: its person was not known by that account before."""

    plan_id: PlanId
    has_taught: bool = False


def there(session: Session, names: Collection[tuple[str, str]]) -> dict[tuple[str, str], There]:
    """The plans under those (supplier, reference); nobody else writes one before this ends."""
    hold(session, "mandates")
    row, found = PlanRow, dict[tuple[str, str], There]()
    for supplier in {supplier for supplier, _ in names}:
        listed = bulk.texts(session, {reference for other, reference in names if other == supplier})
        query = select(row, MandateRow.account_key).outerjoin(MandateRow, MandateRow.id == row.mandate_id)
        query = query.where(row.supplier == supplier, row.supplier_reference.in_(select(listed.c.value)))
        for one, key in session.execute(query):
            found[supplier, one.supplier_reference or ""] = There(
                plan_id=PlanId(one.id),
                person_id=PersonId(one.person_id),
                cents=one.cents,
                every_months=one.every_months,
                account_key=key or "",
            )
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class OfSupplier:
    """A plan that a supplier brought, as it stands. `account_key` and `tail`: of the account behind it.

    `mandate_id` is the mandate that serves it and whose account may be another; None for a standing order.
    """

    plan_id: PlanId
    reference: str
    cents: int
    started_on: date
    ended_on: date | None
    account_key: str
    tail: str = ""
    mandate_id: MandateId | None = None


def of_supplier(
    session: Session, supplier: str, person_ids: Collection[int], *, on: date
) -> dict[int, tuple[OfSupplier, ...]]:
    """The plans that a supplier brought of those people, the oldest first.

    `cents` are those of the terms in force on that day, or when the plan begins: what a change made then would change.
    """
    row, found = PlanRow, dict[int, list[OfSupplier]]()
    query = (
        select(row, MandateRow.account_key, MandateRow.tail, MandateRow.ended_on)
        .outerjoin(MandateRow, MandateRow.id == row.mandate_id)
        .where(row.supplier == supplier, row.person_id.in_(person_ids))
        .order_by(row.id)
        .execution_options(populate_existing=True)
    )
    rows = session.execute(query).all()
    versions = store.versions(session, [one.id for one, *_ in rows]) if rows else {}
    for one, key, tail, mandate_ended_on in rows:
        terms = rules.in_force(versions.get(one.id, ()), max(on, one.started_on))
        standing = OfSupplier(
            plan_id=PlanId(one.id),
            reference=one.supplier_reference or "",
            cents=one.cents if terms is None else terms.cents,
            started_on=one.started_on,
            ended_on=one.ended_on,
            account_key=key or "",
            tail=tail or "",
            mandate_id=None if one.mandate_id is None or mandate_ended_on else MandateId(one.mandate_id),
        )
        found.setdefault(one.person_id, []).append(standing)
    return {person_id: tuple(several) for person_id, several in found.items()}


def taken(session: Session, references: Collection[str]) -> set[str]:
    """Those of the references that a mandate bears already."""
    if not references:
        return set()
    listed = bulk.texts(session, references)
    return set(session.scalars(select(MandateRow.reference).where(MandateRow.reference.in_(select(listed.c.value)))))


def bring_many(
    session: Session, rows: Sequence[Row], *, at: datetime, by: AccountId | None = None
) -> tuple[Brought, ...]:
    """Writes mandates and their plans down, in order; one that its very reference made before is given as it stands.

    Raises, for the first that is wrong and having written nothing: TermsWrong, ReferenceWrong, ReferenceTaken (of
    somebody else's plan, or of another mandate), CodeUnknown, PersonMissing.
    """
    if not rows:
        return ()
    for row in rows:
        if wrong := rules.is_sound(row.terms):
            raise TermsWrong(wrong)
        if row.account is not None and not rules.is_reference(row.reference):
            raise ReferenceWrong
    living = people.survivors(session, {row.person_id for row in rows})
    if not living.keys() >= {row.person_id for row in rows}:
        raise PersonMissing
    stands = there(session, {(row.supplier, row.reference) for row in rows})
    fresh: dict[tuple[str, str], Row] = {}
    for row in rows:
        name = (row.supplier, row.reference)
        holder = stands[name].person_id if name in stands else living[fresh.setdefault(name, row).person_id]
        if holder != living[row.person_id]:
            raise ReferenceTaken
    mandated = [row.reference for row in fresh.values() if row.account is not None]
    if taken(session, mandated) or len(set(mandated)) != len(mandated):
        raise ReferenceTaken
    codes.require(session, funds={GENERAL}, sources={row.source_code for row in fresh.values()})
    made = _write(session, list(fresh.values()), living, at=at, by=by)
    written = dict(zip(fresh, made, strict=True))
    return tuple(
        written.get(name) or Brought(plan_id=stands[name].plan_id)
        for name in ((row.supplier, row.reference) for row in rows)
    )


def _write(
    session: Session,
    rows: Sequence[Row],
    living: Mapping[PersonId, PersonId],
    *,
    at: datetime,
    by: AccountId | None,
) -> list[Brought]:
    session.flush()
    tables: list[Any] = [one.__table__ for one in (MandateRow, PlanRow, PlanVersionRow, PlanEventRow)]
    plan_ids = bulk.reserve(session, tables[1], len(rows))
    free = iter(bulk.reserve(session, tables[0], sum(row.account is not None for row in rows)))
    mandates, plans, versions, events = [], [], [], []
    for plan_id, row in zip(plan_ids, rows, strict=True):
        person_id, mandate_id, terms = living[row.person_id], None, row.terms
        asked = tuple(getattr(terms, name) for name in _TERMS)
        if row.account is not None:
            mandate_id = next(free)
            mandates.append((mandate_id, person_id, *_mandate(row, row.account), at, by))
        plans.append(
            (
                *(plan_id, person_id, mandate_id, GENERAL, row.source_code or None, row.supplier, row.reference),
                *(row.started_on, row.ended_on, *asked, 1, at, by),
            )
        )
        told_on = min(row.started_on, brussels_day(at))
        versions.append((plan_id, row.started_on, told_on, row.channel, *asked, at, by))
        signed = (EventKind.SIGN, row.started_on, None, terms.yearly_cents, "", "", row.channel)
        events.append((plan_id, *signed, at, by))
        if row.ended_on is not None:
            over = (EventKind.CANCEL, row.ended_on, None, -terms.yearly_cents, EndReason.UNEXPLAINED, "", row.channel)
            events.append((plan_id, *over, at, by))
    columns = (_MANDATE, _PLAN, _VERSION, _EVENT)
    for table, named, several in zip(tables, columns, (mandates, plans, versions, events), strict=True):
        bulk.pour(session, table, named, several)
    accounts = {(living[row.person_id], row.account.key) for row in rows if row.account is not None}
    taught = links.remember_keys(session, IBAN, accounts)
    tails = {(living[row.person_id], row.account.tail) for row in rows if row.account is not None}
    search.remember_words(session, IBAN, tails)
    return [
        Brought(
            plan_id=PlanId(plan_id),
            has_taught=row.account is not None and (living[row.person_id], row.account.key) in taught,
        )
        for plan_id, row in zip(plan_ids, rows, strict=True)
    ]


def _mandate(row: Row, account: Enclosed) -> tuple[Any, ...]:
    return (
        row.reference,
        row.holder.strip(),
        account.uid,
        account.sealed,
        account.key,
        account.tail,
        row.bic.strip().upper(),
        row.signed_on,
        row.proof.strip()[:200],
        row.supplier,
        row.last_collected_on,
        None,
    )


def take_back(session: Session, brought: Mapping[PlanId, tuple[PersonId, bool]]) -> dict[PlanId, Kept]:
    """Takes plans out that a file brought (each with its person, and whether its account taught us them).

    One that was changed since, or that something rests on (a collection, a gift), stays, with the reason.
    """
    hold(session, "mandates")
    query = select(PlanRow).where(PlanRow.id.in_(brought)).execution_options(populate_existing=True)
    rows = {PlanId(row.id): row for row in session.scalars(query)} if brought else {}
    mandates = {row.mandate_id: plan_id for plan_id, row in rows.items() if row.mandate_id is not None}
    used = set(pointing_at(session, "plan", list(rows), but={"plan_version", "plan_event"}))
    used |= {mandates[one] for one in pointing_at(session, "mandate", list(mandates), but={"plan"})}
    lived = _lived(session, rows)
    stays: dict[PlanId, Kept] = {}
    for plan_id, (person_id, _) in brought.items():
        row = rows.get(plan_id)
        if row is None:
            stays[plan_id] = Kept.GONE
        elif row.person_id != person_id or row.version != 1 or plan_id in lived:
            stays[plan_id] = Kept.CHANGED
        elif plan_id in used:
            stays[plan_id] = Kept.USED
    gone = [plan_id for plan_id in brought if plan_id not in stays]
    _unteach(session, {mandate for mandate, plan_id in mandates.items() if plan_id in gone}, brought, mandates)
    for table, column, these in (
        (PlanEventRow, PlanEventRow.plan_id, gone),
        (PlanVersionRow, PlanVersionRow.plan_id, gone),
        (PlanRow, PlanRow.id, gone),
        (MandateRow, MandateRow.id, [one for one, plan_id in mandates.items() if plan_id in gone]),
    ):
        session.execute(delete(table).where(column.in_(these)).execution_options(synchronize_session="fetch"))
    return stays


def _lived(session: Session, rows: Mapping[PlanId, PlanRow]) -> set[PlanId]:
    """Those to which something happened after they were written down."""
    later = PlanEventRow.recorded_at > PlanRow.recorded_at
    query = select(PlanEventRow.plan_id).join(PlanRow).where(PlanEventRow.plan_id.in_(rows), later)
    return {PlanId(plan_id) for plan_id in session.scalars(query)}


def _unteach(
    session: Session,
    going: Collection[int],
    brought: Mapping[PlanId, tuple[PersonId, bool]],
    mandates: Mapping[int, PlanId],
) -> None:
    """Forgets accounts by which people became known with those mandates, and that no other mandate of theirs has."""
    row = MandateRow
    asked = [MandateId(one) for one in going if brought[mandates[one]][1]]
    theirs = session.execute(select(row.person_id, row.account_key, row.tail).where(row.id.in_(asked))).all()
    keys = {(PersonId(one), key) for one, key, _ in theirs if key}
    tails = {(PersonId(one), tail) for one, _, tail in theirs}
    for column, pairs, forget in (
        (row.account_key, keys, links.forget_keys),
        (row.tail, tails, search.forget_words),
    ):
        other = (
            select(row.person_id, column, func.count())
            .where(tuple_(row.person_id, column).in_(pairs), row.id.not_in(going))
            .group_by(row.person_id, column)
        )
        held = {(PersonId(one), text) for one, text, _ in session.execute(other)}
        forget(session, IBAN, pairs - held)
