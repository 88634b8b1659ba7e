"""The door of plans: sign, change, pause, resume, cancel, revive; look them up, and what falls due.

Every change is a version or an event with its day. `seen` is the version of the plan that a colleague looked at: who
comes second is told. Every door that takes a day of its own may be called for days past or to come.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from crm.donations import codes
from crm.foundation.database import hold
from crm.people import service as people
from crm.people.errors import PersonMissing
from crm.plans import mandates, rules, store
from crm.plans.errors import MandateOver, PlanChanged, PlanMissing, PlanOver, ReferenceTaken, TermsWrong
from crm.plans.model import (
    Channel,
    Due,
    EndReason,
    Event,
    EventKind,
    NewPlan,
    Plan,
    PlanState,
    Terms,
    Totals,
    Wanted,
    WholePlan,
)
from crm.plans.tables import PlanEventRow, PlanRow, PlanVersionRow
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, MandateId, PersonId, PlanId

NOTE = 500
"""So many characters may be said beside an event."""


def sign(session: Session, new: NewPlan, *, at: datetime, by: AccountId | None = None) -> Plan:
    """Writes a promise down. One that a supplier's reference knows already is given back as it stands.

    Raises TermsWrong, CodeUnknown, PersonMissing, MandateOver where the mandate cannot serve, and ReferenceTaken where
    that reference is of somebody else's plan.
    """
    if wrong := rules.is_sound(new.terms):
        raise TermsWrong(wrong)
    person = people.find_survivor(session, new.person_id)
    if person is None:
        raise PersonMissing
    if new.supplier_reference:
        hold(session, f"plan {new.supplier} {new.supplier_reference}")
        there = store.plan_of_supplier(session, new.supplier, new.supplier_reference)
        if there is not None:
            if there.person_id != person.id:
                raise ReferenceTaken
            return there
    codes.require(session, funds={new.fund}, sources={new.source_code})
    if new.mandate_id is not None:
        _claim(session, new.mandate_id, person.id, new.started_on)
    row = PlanRow(
        person_id=person.id,
        mandate_id=new.mandate_id,
        fund_code=new.fund,
        source_code=new.source_code or None,
        supplier=new.supplier or None,
        supplier_reference=new.supplier_reference or None,
        started_on=new.started_on,
        version=1,
        recorded_at=at,
        recorded_by=by,
        **_columns(new.terms),
    )
    plan_id = PlanId(store.add(session, row))
    told_on = min(new.started_on, brussels_day(at))
    _version(session, plan_id, new.terms, new.started_on, told=new.channel, told_on=told_on, at=at, by=by)
    signed = Event(kind=EventKind.SIGN, on=new.started_on, delta_cents=new.terms.yearly_cents, channel=new.channel)
    _enter(session, plan_id, signed, at=at, by=by)
    return plan(session, plan_id)


def change(
    session: Session,
    plan_id: PlanId,
    *,
    cents: int,
    seen: int,
    effective_on: date,
    channel: Channel,
    at: datetime,
    by: AccountId | None,
    fee_cents: int | None = None,
    anchor_day: int | None = None,
    every_months: int | None = None,
    note: str = "",
    is_told: bool = True,
) -> Plan:
    """Other terms from a day on; the rhythm is counted as before unless it changes. Nothing new changes nothing.

    Whoever asked for it knows of it: that is the pre-notification. Where nobody `is_told` yet, nothing is asked by the
    new terms before `announce`.

    Raises PlanChanged, PlanOver where it has ended by then, TermsWrong.
    """
    found = _seen(session, plan_id, seen)
    if rules.state_on(found.standing, effective_on) is PlanState.ENDED or effective_on < found.started_on:
        raise PlanOver
    before = rules.in_force(store.versions(session, [plan_id])[plan_id], effective_on) or found.terms
    after = replace(
        before,
        cents=cents,
        fee_cents=before.fee_cents if fee_cents is None else fee_cents,
        anchor_day=anchor_day or before.anchor_day,
        every_months=every_months or before.every_months,
    )
    if wrong := rules.is_sound(after):
        raise TermsWrong(wrong)
    if after.every_months != before.every_months:
        after = replace(after, first_month_on=rules.first_month(effective_on, after.anchor_day))
    kind = rules.changed(before, after)
    if kind is None:
        return found
    _version(session, plan_id, after, effective_on, told=channel if is_told else None, at=at, by=by)
    event = Event(
        kind=kind,
        on=effective_on,
        delta_cents=after.yearly_cents - before.yearly_cents,
        note=_tidy(note),
        channel=channel,
    )
    _enter(session, plan_id, event, at=at, by=by)
    if effective_on <= brussels_day(at):
        store.change(session, plan_id, _columns(after))
    return plan(session, plan_id)


def announce(session: Session, plan_id: PlanId, *, channel: Channel, on: date, until_on: date = date.max) -> int:
    """They were told of every change, in force by a day, of which they knew nothing yet; how many. Twice is once."""
    return store.announce(session, plan_id, channel=channel, on=on, until_on=until_on)


def pause(
    session: Session,
    plan_id: PlanId,
    *,
    seen: int,
    on: date,
    until_on: date | None,
    channel: Channel | None,
    at: datetime,
    by: AccountId | None,
    reason: str = "",
    note: str = "",
) -> Plan:
    """Nothing is asked from a day on, up to another (not included) or until somebody resumes it.

    Raises PlanChanged, PlanOver where it has ended or pauses then already, Invalid where it ends before it begins.
    """
    found = _seen(session, plan_id, seen)
    if rules.state_on(found.standing, on) is not PlanState.ACTIVE:
        raise PlanOver
    if until_on is not None and until_on <= on:
        raise Invalid("a pause ends after it begins", field="until_on")
    event = Event(kind=EventKind.PAUSE, on=on, until_on=until_on, reason=reason[:40], note=_tidy(note), channel=channel)
    return _stand(session, plan_id, event, at=at, by=by)


def resume(
    session: Session, plan_id: PlanId, *, seen: int, on: date, channel: Channel | None, at: datetime,
    by: AccountId | None,
) -> Plan:  # fmt: skip
    """A pause is over from a day on. Raises PlanChanged, PlanOver where it does not pause then."""
    found = _seen(session, plan_id, seen)
    if rules.state_on(found.standing, on) is not PlanState.PAUSED:
        raise PlanOver
    return _stand(session, plan_id, Event(kind=EventKind.RESUME, on=on, channel=channel), at=at, by=by)


def cancel(
    session: Session,
    plan_id: PlanId,
    *,
    seen: int,
    on: date,
    reason: EndReason,
    channel: Channel,
    at: datetime,
    by: AccountId | None,
    note: str = "",
) -> Plan:
    """It ends on a day, for a reason; the mandate stays and sleeps. Raises PlanChanged, PlanOver where it has ended."""
    found = _seen(session, plan_id, seen)
    if found.standing.ended_on is not None:
        raise PlanOver
    event = Event(
        kind=EventKind.CANCEL,
        on=max(on, found.started_on),
        reason=reason.value,
        note=_tidy(note),
        channel=channel,
        delta_cents=-found.terms.yearly_cents,
    )
    return _stand(session, plan_id, event, at=at, by=by)


def revive(
    session: Session, plan_id: PlanId, *, seen: int, on: date, channel: Channel, at: datetime, by: AccountId | None
) -> Plan:
    """One that ended goes on from a day. Raises PlanChanged, PlanOver where it has not ended, MandateOver."""
    found = _seen(session, plan_id, seen)
    if found.standing.ended_on is None or on < found.standing.ended_on:
        raise PlanOver
    if found.mandate_id is not None and not rules.is_usable(mandates.mandate(session, found.mandate_id), on):
        raise MandateOver
    event = Event(kind=EventKind.REVIVE, on=on, channel=channel, delta_cents=found.terms.yearly_cents)
    return _stand(session, plan_id, event, at=at, by=by)


def note_account(
    session: Session, plan_id: PlanId, *, channel: Channel, at: datetime, by: AccountId | None, on: date | None = None
) -> Plan:
    """Writes down that the account behind a plan is another (see `mandates.amend_account`)."""
    event = Event(kind=EventKind.ACCOUNT, on=on or brussels_day(at), channel=channel)
    _enter(session, plan_id, event, at=at, by=by)
    store.change(session, plan_id, {})
    return plan(session, plan_id)


def note_failure(session: Session, plan_id: PlanId, *, reason: str, on: date, at: datetime) -> None:
    """Writes down that an instalment came back, with the bank's reason."""
    event = Event(kind=EventKind.FAILED, on=on, reason=reason[:40], channel=Channel.BANK)
    _enter(session, plan_id, event, at=at, by=None)


def serve_by(
    session: Session,
    plan_id: PlanId,
    mandate_id: MandateId,
    *,
    seen: int,
    at: datetime,
    by: AccountId | None,
    channel: Channel | None = None,
) -> Plan:
    """Another mandate serves the plan from now on; the one before ends. Raises PlanChanged, MandateOver."""
    found, today = _seen(session, plan_id, seen), brussels_day(at)
    if found.mandate_id == mandate_id:
        return found
    _claim(session, mandate_id, found.person_id, today)
    if found.mandate_id is not None:
        mandates.end(session, found.mandate_id, on=today)
    note = mandates.mandate(session, mandate_id).reference
    _enter(session, plan_id, Event(kind=EventKind.MANDATE, on=today, note=note, channel=channel), at=at, by=by)
    store.change(session, plan_id, {"mandate_id": mandate_id})
    return plan(session, plan_id)


def plan(session: Session, plan_id: PlanId) -> Plan:
    """A plan as it stands. Raises PlanMissing."""
    found = store.find(session, plan_id)
    if found is None:
        raise PlanMissing
    return found


def whole(session: Session, plan_id: PlanId) -> WholePlan:
    """A plan with all that belongs to it. Raises PlanMissing."""
    found = plan(session, plan_id)
    mandate = None if found.mandate_id is None else mandates.mandate(session, found.mandate_id)
    return WholePlan(
        plan=found,
        versions=store.versions(session, [plan_id]).get(plan_id, ()),
        events=store.events(session, [plan_id]).get(plan_id, ()),
        mandate=mandate,
        amendments=() if mandate is None else store.amendments(session, [mandate.id]),
    )


def page(session: Session, wanted: Wanted, *, after: PlanId | None = None, size: int = 50) -> tuple[Plan, ...]:
    """The newest plans that answer, a page at a time."""
    return store.page(session, wanted, after=after, size=size)


def totals(session: Session, wanted: Wanted) -> Totals:
    """What all plans that answer come to in a year."""
    return store.totals(session, wanted)


def of_person(session: Session, person_id: PersonId, *, on: date) -> tuple[Plan, ...]:
    """Somebody's plans, the newest first."""
    return store.page(session, Wanted(on=on, person_id=person_id), after=None, size=50)


def falling_due(
    session: Session, plan_ids: Collection[PlanId], *, first_on: date, last_on: date
) -> Mapping[PlanId, tuple[Due, ...]]:
    """Of each plan the instalments whose day lies between two, set-wise."""
    versions, events = store.versions(session, plan_ids), store.events(session, plan_ids)
    return {
        plan_id: rules.instalments(
            versions.get(plan_id, ()), events.get(plan_id, ()), first_on=first_on, last_on=last_on
        )
        for plan_id in plan_ids
    }


def refresh_terms(session: Session, day: date) -> int:
    """Changes that were to come and now hold are shown as today's terms; how many plans. Twice is once."""
    return store.refresh_terms(session, day)


def _claim(session: Session, mandate_id: MandateId, person_id: PersonId, on: date) -> None:
    """Makes sure that a mandate is that person's, may be used, and serves no plan yet."""
    hold(session, f"mandate {mandate_id}")
    found = mandates.mandate(session, mandate_id)
    is_free = store.plan_of_mandate(session, mandate_id) is None
    if found.person_id != person_id or not is_free or not rules.is_usable(found, max(on, found.signed_on)):
        raise MandateOver


def _seen(session: Session, plan_id: PlanId, seen: int) -> Plan:
    hold(session, f"plan {plan_id}")
    found = plan(session, plan_id)
    if found.version != seen:
        raise PlanChanged
    return found


def _stand(session: Session, plan_id: PlanId, event: Event, *, at: datetime, by: AccountId | None) -> Plan:
    """Writes an event down, and where the plan stands with it."""
    _enter(session, plan_id, event, at=at, by=by)
    stands = rules.standing(store.events(session, [plan_id])[plan_id])
    store.change(
        session,
        plan_id,
        {
            "paused_from_on": stands.paused_from_on,
            "paused_until_on": stands.paused_until_on,
            "ended_on": stands.ended_on,
        },
    )
    return plan(session, plan_id)


def _enter(session: Session, plan_id: PlanId, event: Event, *, at: datetime, by: AccountId | None) -> None:
    row = PlanEventRow(
        plan_id=plan_id,
        kind=event.kind,
        on=event.on,
        until_on=event.until_on,
        delta_cents=event.delta_cents,
        reason=event.reason,
        note=event.note,
        channel=event.channel,
        recorded_at=at,
        recorded_by=by,
    )
    store.add(session, row)


def _version(
    session: Session,
    plan_id: PlanId,
    terms: Terms,
    effective_on: date,
    *,
    told: Channel | None,
    at: datetime,
    by: AccountId | None,
    told_on: date | None = None,
) -> None:
    row = PlanVersionRow(
        plan_id=plan_id,
        effective_on=effective_on,
        announced_on=(told_on or brussels_day(at)) if told else None,
        announced_by=told,
        recorded_at=at,
        recorded_by=by,
        **_columns(terms),
    )
    store.add(session, row)


def _columns(terms: Terms) -> dict[str, object]:
    return {
        "cents": terms.cents,
        "fee_cents": terms.fee_cents,
        "every_months": terms.every_months,
        "anchor_day": terms.anchor_day,
        "first_month_on": terms.first_month_on,
    }


def _tidy(note: str) -> str:
    return note.strip()[:NOTE]
