"""What a call learnt of plans: weighed against how they stand, changed or ended, and put back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from crm.imports.giving import Heard
from crm.imports.model import Change, ChangeKind, Reason, Run
from crm.imports.wish import Decided
from crm.imports.wish_beside import ENCLOSED, Amended
from crm.people.taking_back import Kept
from crm.plans import arriving, mandates, rules
from crm.plans import service as plans
from crm.plans.arriving import OfSupplier
from crm.plans.mandates import Enclosed
from crm.plans.model import Channel, EndReason, Plan, Terms
from crm.values.calendar import brussels_day
from crm.values.identifiers import MandateId, PersonId, PlanId
from crm.values.money import exact


class Amendments:
    """The plans that calls of one block speak of; rows see what earlier ones change. `met`: who of them is known."""

    def __init__(self, session: Session, told: Sequence[Amended], met: Collection[int], *, at: datetime) -> None:
        self._of: dict[tuple[str, int], tuple[OfSupplier, ...]] = {}
        for supplier in {one.supplier for one in told} if met else ():
            found = arriving.of_supplier(session, supplier, met, on=brussels_day(at))
            self._of |= {(supplier, person_id): several for person_id, several in found.items()}

    def weigh(self, one: Amended, person_id: int | None, said: Decided | None) -> Heard:
        """What a call comes to; `person_id` is None where nobody can tell whose plan it is.

        Another account than the one we hold is for a person to decide (`said`): it is never changed by the file alone.
        """
        stands = meant(one, self._of.get((one.supplier, person_id or 0), ()))
        if stands is None:
            return Heard(reason=(Reason.NO_PLAN, ""), asks=True)
        if stands.ended_on:
            return Heard(reason=(Reason.PLAN_OVER, ""), asks=not one.cancels)
        if one.cancels:
            return Heard(reason=(Reason.CANCELS, ""), is_new=True)
        if one.enclosed is not None and one.enclosed.key != stands.account_key:
            tails = " → ".join(f"…{tail}" for tail in (stands.tail, one.enclosed.tail) if tail)
            if takes_account(one, stands, said):
                return Heard(reason=(Reason.ACCOUNT_TAKEN, tails), is_new=True)
            if said is None or said.takes_account is not False:
                return Heard(reason=(Reason.ACCOUNT_OTHERWISE, tails), asks=True)
        is_other = one.cents is not None and one.cents != stands.cents
        why = Reason.AMENDS if is_other else Reason.PLAN_THERE
        return Heard(reason=(why, exact(one.cents or stands.cents)), is_new=is_other)

    def bring(self, one: Amended, person_id: int, said: Decided | None) -> None:
        """Notes what a row changes, for the rows that follow."""
        several = self._of.get((one.supplier, person_id), ())
        stands = meant(one, several)
        if stands is not None:
            after = replace(
                stands,
                cents=stands.cents if one.cents is None or one.cancels else one.cents,
                ended_on=one.called_on if one.cancels else stands.ended_on,
            )
            if one.enclosed is not None and takes_account(one, stands, said):
                after = replace(after, account_key=one.enclosed.key, tail=one.enclosed.tail)
            self._of[one.supplier, person_id] = tuple(after if each is stands else each for each in several)


def takes_account(one: Amended, stands: OfSupplier, said: Decided | None) -> bool:
    """Whether a person decided that another account serves the mandate of a plan from now on."""
    is_taken = said is not None and bool(said.takes_account)
    is_other = one.enclosed is not None and one.enclosed.key != stands.account_key
    return is_taken and is_other and stands.mandate_id is not None and not one.cancels


def meant(one: Amended, several: Sequence[OfSupplier]) -> OfSupplier | None:
    """Which plan a call speaks of: the one of its reference, else the only one there is."""
    named = [each for each in several if each.reference in one.references]
    if len(named) == 1:
        return named[0]
    return several[0] if len(several) == 1 else None


def write(
    session: Session, run: Run, told: Sequence[tuple[int, Amended, Decided | None, PersonId]], *, at: datetime
) -> list[Change]:
    """Changes plans, each given as (row, what was learnt, what a person decided, whose), and says what was there."""
    changes: list[Change] = []
    for number, one, said, whose in told:  # calls of a day: dozens, each a plan of its own
        there = arriving.of_supplier(session, one.supplier, [whose], on=brussels_day(at))
        stands = meant(one, there.get(whose, ()))
        if stands is None:
            continue
        if one.enclosed is not None and takes_account(one, stands, said):
            changes.append(_change_account(session, stands, number, one.enclosed, run=run, whose=whose, at=at))
        seen = plans.plan(session, stands.plan_id).version
        if not one.cancels and one.cents in (None, stands.cents):
            continue
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
        if "sealed" in change.before:
            if not _give_account_back(session, change, at=at):
                kept[change.number] = Kept.CHANGED
            continue
        plan_id = PlanId(change.target_id)
        found = plans.plan(session, plan_id)
        ended_on = date.fromisoformat(change.after["ended_on"]) if "ended_on" in change.after else None
        terms = _terms(session, found, at)
        if found.standing.ended_on != ended_on or terms.cents != change.after.get("cents", terms.cents):
            kept[change.number] = Kept.CHANGED
        elif ended_on is not None:
            plans.revive(
                session, plan_id, seen=found.version, on=ended_on, channel=Channel.IMPORT, at=at, by=run.started_by
            )
        else:
            _change(session, plan_id, change.before["cents"], run=run, at=at)
    return kept


def _change_account(
    session: Session, stands: OfSupplier, number: int, account: Enclosed, *, run: Run, whose: PersonId, at: datetime
) -> Change:
    """Another account for the same mandate, from now on; the one before stays in its envelope, for an undo."""
    assert stands.mandate_id is not None
    bic, before = mandates.mandate(session, stands.mandate_id).bic, mandates.enclosed(session, stands.mandate_id)
    _, is_taught = mandates.amend_enclosed(session, stands.mandate_id, account, at=at, by=run.started_by)
    plans.note_account(session, stands.plan_id, channel=Channel.PHONE, at=at, by=run.started_by)
    return Change(
        number=number,
        kind=ChangeKind.AMENDMENT,
        target_id=stands.plan_id,
        person_id=whose,
        before=({} if before is None else asdict(before)) | {"sealed": before.sealed if before else "", "bic": bic},
        after=asdict(account) | {"taught": is_taught, "mandate": stands.mandate_id},
    )


def _give_account_back(session: Session, change: Change, *, at: datetime) -> bool:
    """The account that was there, where nobody changed it since; False where it cannot be."""
    mandate_id, was = MandateId(change.after["mandate"]), dict(change.before)
    bic = was.pop("bic")
    plan, stands = plans.plan(session, PlanId(change.target_id)), mandates.enclosed(session, mandate_id)
    is_over = plan.mandate_id != mandate_id or mandates.mandate(session, mandate_id).ended_on is not None
    if is_over or not was["sealed"] or stands is None or stands.key != change.after["key"]:
        return False
    mandates.amend_enclosed(session, mandate_id, Enclosed(**was), at=at, bic=bic)
    plans.note_account(session, plan.id, channel=Channel.IMPORT, at=at, by=None)
    if change.after["taught"]:
        taken = Enclosed(**{name: change.after[name] for name in ENCLOSED})
        mandates.unlearn(session, plan.person_id, taken)
    return True


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
        fee_cents=min(cents, _terms(session, found, at).fee_cents),
    )


def _terms(session: Session, found: Plan, at: datetime) -> Terms:
    """Those that a change made now changes: of a plan that has not begun, those it begins with."""
    on = max(brussels_day(at), found.started_on)
    return rules.in_force(plans.whole(session, found.id).versions, on) or found.terms
