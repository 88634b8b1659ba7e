"""Decisions about plans: which instalments there are, where a plan stands, what a mandate still allows. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from crm.plans.model import Due, Event, EventKind, Mandate, PlanState, Standing, Terms, Version

DORMANT_MONTHS = 36
"""A mandate by which nothing was collected for so long may not be used again (SEPA Core rulebook)."""
RHYTHMS = (1, 2, 3, 6, 12)
"""A plan is due every so many months."""
LARGEST = 10**8
"""No instalment reaches a million euro."""

_REFERENCE = re.compile(r"[A-Za-z0-9+?/\-:().,']{1,35}")


def first_of_month(day: date) -> date:
    """The month of a day, by its first day."""
    return day.replace(day=1)


def month_after(month: date, count: int = 1) -> date:
    """The first day of the month so many months later."""
    year, index = divmod(month.year * 12 + month.month - 1 + count, 12)
    return date(year, index + 1, 1)


def day_in(month: date, anchor_day: int) -> date:
    """The anchor day in a month, or its last day where it has fewer: the 31st is never lost, and never drifts."""
    last = month_after(month) - timedelta(days=1)
    return min(last, month + timedelta(days=anchor_day - 1))


def period_of(month: date) -> str:
    """What an instalment of that month is called: `2026-05`."""
    return f"{month:%Y-%m}"


def first_month(started_on: date, anchor_day: int) -> date:
    """The month of the first instalment of a plan that starts on a day."""
    month = first_of_month(started_on)
    return month if day_in(month, anchor_day) >= started_on else month_after(month)


def instalments(
    versions: Sequence[Version], events: Iterable[Event], *, first_on: date, last_on: date
) -> tuple[Due, ...]:
    """Every instalment whose day lies between two (both included), in order, one a month at most.

    Terms are those of the version in force on the day itself; of the days in which a plan pauses or has ended, none.
    Where a change of the day would leave a month without any, the new terms are due on the day they begin.
    """
    runs = stretches(events)
    found: dict[str, Due] = {}
    month = first_of_month(first_on)
    ordered = sorted(enumerate(versions), key=lambda one: (one[1].effective_on, one[0]))
    while month <= last_on:
        for place, (_, version) in enumerate(ordered):
            terms = version.terms
            due_on = day_in(month, terms.anchor_day)
            until_on = ordered[place + 1][1].effective_on if place + 1 < len(ordered) else date.max
            in_force = version.effective_on <= due_on < until_on
            if in_force and first_on <= due_on <= last_on and _is_due(terms, month) and _is_in(runs, due_on):
                found.setdefault(period_of(month), _due(version, month, due_on))
        missed = _missed([version for _, version in ordered], month)
        if missed is not None and first_on <= missed.due_on <= last_on and _is_in(runs, missed.due_on):
            found.setdefault(missed.period, missed)
        month = month_after(month)
    return tuple(found.values())


def _due(version: Version, month: date, due_on: date) -> Due:
    terms = version.terms
    return Due(
        period=period_of(month),
        due_on=due_on,
        cents=terms.cents,
        fee_cents=terms.fee_cents,
        announced_on=version.announced_on,
    )


def _missed(ordered: Sequence[Version], month: date) -> Due | None:
    """What falls between two versions: the day of the one before had not come yet, that of the next has passed."""
    found = None
    for place, version in enumerate(ordered):
        begins_on, due_on = version.effective_on, day_in(month, version.terms.anchor_day)
        until_on = ordered[place + 1].effective_on if place + 1 < len(ordered) else date.max
        if not begins_on < until_on or not _is_due(version.terms, month):
            continue
        if begins_on <= due_on < until_on:
            return None
        before = next((one for one in reversed(ordered[:place]) if one.effective_on < begins_on), None)
        is_late = first_of_month(begins_on) == month and due_on < begins_on
        if found is None and is_late and before is not None and _is_due(before.terms, month):
            is_cut = day_in(month, before.terms.anchor_day) >= begins_on
            found = _due(version, month, begins_on) if is_cut else None
    return found


def _is_due(terms: Terms, month: date) -> bool:
    apart = (month.year - terms.first_month_on.year) * 12 + month.month - terms.first_month_on.month
    return apart >= 0 and apart % terms.every_months == 0


def _is_in(runs: Sequence[tuple[date, date | None]], day: date) -> bool:
    return any(begin <= day and (end is None or day < end) for begin, end in runs)


def stretches(events: Iterable[Event]) -> tuple[tuple[date, date | None], ...]:
    """From when to when (not included) a plan ran or runs, as its events say in the order they were written down."""
    runs: list[tuple[date, date | None]] = []
    for event in events:
        match event.kind:
            case EventKind.SIGN | EventKind.RESUME | EventKind.REVIVE:
                runs = [*_cut(runs, event.on), (event.on, None)]
            case EventKind.PAUSE:
                runs = _cut(runs, event.on)
                if event.until_on is not None:
                    runs.append((event.until_on, None))
            case EventKind.CANCEL:
                runs = _cut(runs, event.on)
            case _:
                continue
    return tuple(runs)


def _cut(runs: Sequence[tuple[date, date | None]], on: date) -> list[tuple[date, date | None]]:
    return [(begin, on if end is None else min(end, on)) for begin, end in runs if begin < on]


def in_force(versions: Sequence[Version], on: date) -> Terms | None:
    """The terms that hold on a day, of versions in the order in which they come into force."""
    return next((one.terms for one in reversed(versions) if one.effective_on <= on), None)


def standing(events: Iterable[Event]) -> Standing:
    """The events of a plan folded into the last pause and the end, as they are kept with the plan."""
    now = Standing()
    for event in events:
        match event.kind:
            case EventKind.PAUSE:
                now = Standing(paused_from_on=event.on, paused_until_on=event.until_on, ended_on=now.ended_on)
            case EventKind.RESUME:
                if now.paused_from_on is not None and event.on <= now.paused_from_on:
                    now = Standing(ended_on=now.ended_on)
                elif now.paused_from_on is not None:
                    until_on = min(now.paused_until_on or event.on, event.on)
                    now = Standing(paused_from_on=now.paused_from_on, paused_until_on=until_on, ended_on=now.ended_on)
            case EventKind.CANCEL:
                now = Standing(
                    paused_from_on=now.paused_from_on, paused_until_on=now.paused_until_on, ended_on=event.on
                )
            case EventKind.SIGN | EventKind.REVIVE:
                now = Standing()
            case _:
                continue
    return now


def state_on(stands: Standing, day: date) -> PlanState:
    """Where a plan stands on a day. `selects.state_on` says the same in SQL."""
    if stands.ended_on is not None and stands.ended_on <= day:
        return PlanState.ENDED
    is_paused = stands.paused_from_on is not None and stands.paused_from_on <= day
    if is_paused and (stands.paused_until_on is None or day < stands.paused_until_on):
        return PlanState.PAUSED
    return PlanState.ACTIVE


def is_sound(terms: Terms) -> str:
    """What is wrong with terms, as the name of the field; nothing where they are sound."""
    if not 0 < terms.cents < LARGEST:
        return "amount"
    if not 0 <= terms.fee_cents <= terms.cents:
        return "fee"
    if not 1 <= terms.anchor_day <= 31:
        return "day"
    return "" if terms.every_months in RHYTHMS else "every"


def changed(before: Terms, after: Terms) -> EventKind | None:
    """What going from one to the other is: more in a year, less, something else, or nothing."""
    if before == after:
        return None
    if after.yearly_cents == before.yearly_cents:
        return EventKind.CHANGE
    return EventKind.UPGRADE if after.yearly_cents > before.yearly_cents else EventKind.DOWNGRADE


def lapses_on(mandate: Mandate) -> date:
    """The day from which a mandate may not be used any more, unless something is collected before."""
    return asleep_on(mandate.last_collected_on or mandate.signed_on)


def asleep_on(last_on: date) -> date:
    """The day from which a mandate may not be used that was used last (or signed) on a day."""
    return day_in(month_after(first_of_month(last_on), DORMANT_MONTHS), last_on.day)


def is_usable(mandate: Mandate, day: date) -> bool:
    """Whether something may be collected by a mandate on a day: signed, not ended, not asleep for 36 months."""
    is_ended = mandate.ended_on is not None and mandate.ended_on <= day
    return mandate.signed_on <= day and not is_ended and day < lapses_on(mandate)


def is_reference(text: str) -> bool:
    """Whether a bank takes it as the reference of a mandate: no space, and none of `/` first, last or twice."""
    sound = _REFERENCE.fullmatch(text) is not None
    return sound and "//" not in text and not text.startswith("/") and not text.endswith("/")
