"""What a call learnt of plans: weighed against how they stand, changed or ended, and put back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from crm.imports.giving import Heard
from crm.imports.model import Change, ChangeKind, Reason, Run
from crm.imports.wish_beside import Amended
from crm.people.taking_back import Kept
from crm.plans import arriving
from crm.plans import service as plans
from crm.plans.arriving import OfSupplier
from crm.plans.model import Channel, EndReason
from crm.values.calendar import brussels_day
from crm.values.identifiers import PersonId, PlanId
from crm.values.money import exact


class Amendments:
    """The plans that calls of one block speak of; rows see what earlier ones change. `met`: who of them is known."""

    def __init__(self, session: Session, told: Sequence[Amended], met: Collection[int]) -> None:
        self._of: dict[tuple[str, int], tuple[OfSupplier, ...]] = {}
        for supplier in {one.supplier for one in told} if met else ():
            found = arriving.of_supplier(session, supplier, met)
            self._of |= {(supplier, person_id): several for person_id, several in found.items()}

    def weigh(self, one: Amended, person_id: int | None) -> Heard:
        """What a call comes to; `person_id` is None where nobody can tell whose plan it is."""
        stands = meant(one, self._of.get((one.supplier, person_id or 0), ()))
        if stands is None:
            return Heard(reason=(Reason.NO_PLAN, ""), asks=True)
        if stands.ended_on:
            return Heard(reason=(Reason.PLAN_OVER, ""), asks=not one.cancels)
        if one.cancels:
            return Heard(reason=(Reason.CANCELS, ""), is_new=True)
        if one.account_key and one.account_key != stands.account_key:
            return Heard(reason=(Reason.ACCOUNT_OTHERWISE, ""), asks=True)
        is_other = one.cents is not None and one.cents != stands.cents
        why = Reason.AMENDS if is_other else Reason.PLAN_THERE
        return Heard(reason=(why, exact(one.cents or stands.cents)), is_new=is_other)

    def bring(self, one: Amended, person_id: int) -> None:
        """Notes what a row changes, for the rows that follow."""
        several = self._of.get((one.supplier, person_id), ())
        stands = meant(one, several)
        if stands is not None:
            after = replace(
                stands,
                cents=stands.cents if one.cents is None or one.cancels else one.cents,
                ended_on=one.called_on if one.cancels else stands.ended_on,
            )
            self._of[one.supplier, person_id] = tuple(after if each is stands else each for each in several)


def meant(one: Amended, several: Sequence[OfSupplier]) -> OfSupplier | None:
    """Which plan a call speaks of: the one of its reference, else the only one there is."""
    named = [each for each in several if each.reference in one.references]
    if len(named) == 1:
        return named[0]
    return several[0] if len(several) == 1 else None


def write(session: Session, run: Run, told: Sequence[tuple[int, Amended, PersonId]], *, at: datetime) -> list[Change]:
    """Changes plans, each given as (row, what was learnt, whose), and says what was there before."""
    changes: list[Change] = []
    for number, one, whose in told:  # calls of a day: dozens, each a plan of its own
        stands = meant(one, arriving.of_supplier(session, one.supplier, [whose]).get(whose, ()))
        if stands is None:
            continue
        seen = plans.plan(session, stands.plan_id).version
        if one.cancels:
            done = plans.cancel(
                session,
                stands.plan_id,
                seen=seen,
                on=one.called_on,
                reason=EndReason.UNEXPLAINED,
                channel=Channel.PHONE,
                at=at,
                by=run.started_by,
            )
            after: dict[str, object] = {"ended_on": str(done.standing.ended_on)}
        else:
            assert one.cents is not None
            _change(session, stands.plan_id, one.cents, run=run, at=at)
            after = {"cents": one.cents}
        changes.append(
            Change(
                number=number,
                kind=ChangeKind.AMENDMENT,
                target_id=stands.plan_id,
                person_id=whose,
                before={} if one.cancels else {"cents": stands.cents},
                after=after,
            )
        )
    return changes


def take_back(session: Session, run: Run, changes: Sequence[Change], *, at: datetime) -> dict[int, Kept]:
    """Puts plans back as they stood, the newest change first, where nobody changed them since."""
    kept: dict[int, Kept] = {}
    for change in changes:
        if change.kind is not ChangeKind.AMENDMENT:
            continue
        plan_id = PlanId(change.target_id)
        found = plans.plan(session, plan_id)
        ended_on = date.fromisoformat(change.after["ended_on"]) if "ended_on" in change.after else None
        cents = change.after.get("cents", found.terms.cents)
        if found.standing.ended_on != ended_on or found.terms.cents != cents:
            kept[change.number] = Kept.CHANGED
        elif ended_on is not None:
            plans.revive(
                session, plan_id, seen=found.version, on=ended_on, channel=Channel.IMPORT, at=at, by=run.started_by
            )
        else:
            _change(session, plan_id, change.before["cents"], run=run, at=at)
    return kept


def _change(session: Session, plan_id: PlanId, cents: int, *, run: Run, at: datetime) -> None:
    """From today on: what was asked before was asked as it stood."""
    found = plans.plan(session, plan_id)
    plans.change(
        session,
        plan_id,
        cents=cents,
        seen=found.version,
        effective_on=max(brussels_day(at), found.started_on),
        channel=Channel.PHONE,
        at=at,
        by=run.started_by,
        fee_cents=min(cents, found.terms.fee_cents),
    )
