"""Plans of a file: weighed against what stands, their accounts enclosed, written set-wise, taken out again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from crm.donations import taking_over
from crm.imports.earlier import Before
from crm.imports.giving import Heard
from crm.imports.kinds.promises import LONGEST_HOLDER
from crm.imports.model import Change, ChangeKind, Reason, Run
from crm.imports.wish import Promised, Wish
from crm.people import service as people
from crm.people.model import Person
from crm.people.taking_back import Kept
from crm.plans import arriving
from crm.plans.arriving import Row
from crm.plans.mandates import Safe, enclose
from crm.plans.model import Channel
from crm.values.identifiers import PersonId, PlanId
from crm.values.money import exact

Terms = tuple[int, int, int, str]
"""Whose plan it is (as a block tells people apart), its cents, every how many months, and the key of its account."""


def enclosed(safe: Safe, wish: Wish) -> Wish:
    """The wish as it may be kept: an account that was read stands in its envelope."""
    amended = wish.amended
    if amended is not None and amended.account is not None:
        return replace(wish, amended=replace(amended, account=None, enclosed=enclose(safe, amended.account)))
    one = wish.promised
    if one is None or one.account is None:
        return wish
    return replace(wish, promised=replace(one, account=None, enclosed=enclose(safe, one.account)))


class Promises:
    """The plans of one block on its way; rows see what earlier ones bring."""

    def __init__(self, session: Session, wishes: Iterable[Wish], before: Before) -> None:
        told = [wish.promised for wish in wishes if wish.promised is not None]
        self._before = before
        there = arriving.there(session, {(one.supplier, one.reference) for one in told}) if told else {}
        self._there: dict[tuple[str, str], Terms] = {
            name: (one.person_id, one.cents, one.every_months, one.account_key) for name, one in there.items()
        }
        self._taken = arriving.taken(session, {one.reference for one in told if one.enclosed})
        self._sources = taking_over.sources(session, {one.source_code for one in told if one.source_code})

    def weigh(self, one: Promised, person_id: int | None) -> Heard:
        """What that plan comes to; `person_id` is None for a newcomer, and where nobody can tell whose it is."""
        if one.source_code and one.source_code not in self._sources:
            return Heard(reason=(Reason.NOT_SOURCE, one.source_code), is_wrong=True)
        stands = self._there.get((one.supplier, one.reference)) or self._before.promised(one.supplier, one.reference)
        if stands is None:
            if one.enclosed and (one.reference in self._taken or self._before.is_mandated(one.reference)):
                return Heard(reason=(Reason.REFERENCE_TAKEN, ""), asks=True)
            return Heard(reason=(Reason.PROMISES, exact(one.cents)), is_new=True)
        whose, cents, every_months, key = stands
        if whose != person_id:
            return Heard(reason=(Reason.PLAN_OF_ANOTHER, ""), asks=True)
        is_same = (cents, every_months) == (one.cents, one.every_months)
        if is_same and one.enclosed and one.enclosed.key != key:
            return Heard(reason=(Reason.PLAN_ACCOUNT, ""), asks=True)
        return Heard(reason=(Reason.PLAN_THERE if is_same else Reason.PLAN_OTHERWISE, exact(cents)), asks=not is_same)

    def bring(self, one: Promised, person_id: int) -> None:
        """Notes that a row brings it, for the rows that follow."""
        key = one.enclosed.key if one.enclosed else ""
        self._there[one.supplier, one.reference] = (person_id, one.cents, one.every_months, key)
        if one.enclosed:
            self._taken.add(one.reference)


def write(
    session: Session, run: Run, promised: Sequence[tuple[int, Promised, PersonId]], *, at: datetime
) -> list[Change]:
    """Writes plans, each given as (row, plan, whose), and says what was written."""
    named = people.people(session, {person_id for _, one, person_id in promised if one.enclosed and not one.holder})
    rows = [
        Row(
            person_id=person_id,
            supplier=one.supplier,
            reference=one.reference,
            signed_on=one.signed_on,
            cents=one.cents,
            channel=Channel(one.channel),
            account=one.enclosed,
            holder=one.holder or _name(named.get(person_id)) or one.reference,
            bic=one.bic,
            starts_on=one.starts_on,
            anchor_day=one.anchor_day,
            every_months=one.every_months,
            fee_cents=one.fee_cents,
            proof=one.proof or f"import {run.id}, {number}",
            source_code=one.source_code,
            last_collected_on=one.last_collected_on,
            ended_on=one.ended_on,
        )
        for number, one, person_id in promised
    ]
    made = arriving.bring_many(session, rows, at=at, by=run.started_by)
    return [
        Change(
            number=number,
            kind=ChangeKind.PLAN,
            target_id=brought.plan_id,
            person_id=person_id,
            before={},
            after={"cents": one.cents, "taught": brought.has_taught},
        )
        for (number, one, person_id), brought in zip(promised, made, strict=True)
    ]


def take_back(session: Session, changes: Sequence[Change]) -> dict[int, Kept]:
    """Takes those plans out; by row number, why one stays."""
    brought = {PlanId(change.target_id): change for change in changes if change.kind is ChangeKind.PLAN}
    owners = {
        plan_id: (PersonId(change.person_id or 0), bool(change.after.get("taught")))
        for plan_id, change in brought.items()
    }
    stays = arriving.take_back(session, owners)
    return {brought[plan_id].number: why for plan_id, why in stays.items()}


def _name(person: Person | None) -> str:
    return "" if person is None else person.full_name[:LONGEST_HOLDER]
