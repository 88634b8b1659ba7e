"""Decisions about memberships: the months a fee pays for, until when fees carry one, who may vote for whom. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from itertools import accumulate

from crm.foundation.months import MONTH, day_at, mark
from crm.members.model import Fee, HouseRules, Part, Period, Proxy, Rate, RemindWay, State
from crm.values.identifiers import PersonId

ALWAYS = date(1900, 1, 1)
"""From this day hold the terms that were never changed."""
YEAR_MONTHS = 12
"""A fee pays for a year where nobody decided otherwise."""
BY_DEFAULT = HouseRules(from_on=ALWAYS, grace_months=3, remind_days=30, proxies_most=1)
"""What holds where the house decided nothing."""
MOST_MONTHS = 600
FOREVER = mark(date(9000, 1, 1))
"""Until then holds what asks no fee."""


def months_paid(cents: int, rate: Rate | None, *, is_instalment: bool) -> int:
    """How many months a fee pays for; a whole fee its period, several as many, a part its share, one month at least.

    Where nobody said what a fee costs, any pays for a year, and an instalment for its month.
    """
    months = YEAR_MONTHS if rate is None else rate.months
    if rate is None or rate.fee_cents == 0:
        return 1 if is_instalment else months
    if cents >= rate.fee_cents:
        return min(cents // rate.fee_cents * months, MOST_MONTHS)
    return max(1, (2 * cents * months + rate.fee_cents) // (2 * rate.fee_cents))


def periods(fees: Iterable[Fee]) -> tuple[Period, ...]:
    """The time that each fee pays for, by its day: whoever pays early loses nothing, whoever pays late starts anew."""
    ordered = sorted(fees, key=lambda fee: (fee.paid_on, fee.line_id))
    found: list[Period] = []
    until = 0
    for fee in ordered:
        begin = max(until, mark(fee.paid_on))
        until = begin + MONTH * fee.months
        found.append(Period(fee=fee, from_on=day_at(begin), until_on=day_at(until)))
    return tuple(found)


def paid_until(fees: Iterable[Fee], *, on: date) -> int | None:
    """The mark of the first day for which no fee pays, as one could know on a day; None where none came by then."""
    known = sorted((fee for fee in fees if fee.paid_on <= on), key=lambda fee: (fee.paid_on, fee.line_id))
    if not known:
        return None
    sums = list(accumulate(fee.months for fee in known))
    starts = (mark(fee.paid_on) - MONTH * (total - fee.months) for fee, total in zip(known, sums, strict=True))
    return max(starts) + MONTH * sums[-1]


def is_free(terms: Iterable[tuple[date, str]], rates: Iterable[Rate], *, signed_on: date | None, on: date) -> bool:
    """Whether a membership asks no fee on a day and has begun by then: it is of a kind such as an honorary one."""
    kind = max((one for one in terms if one[0] <= on), default=(ALWAYS, ""))[1]
    rate = rate_on(rates, kind, on)
    return rate is not None and rate.is_free and (signed_on is None or signed_on <= on)


def is_in_force(fees: Iterable[Fee], *, on: date, grace_months: int, ended_on: date | None = None) -> bool:
    """Whether fees carry a membership on a day, the grace included, and nobody has left."""
    if ended_on is not None and ended_on <= on:
        return False
    until = paid_until(fees, on=on)
    return until is not None and mark(on) < until + MONTH * grace_months


def is_fed(parts: Iterable[Part], payers: Collection[PersonId], *, on: date) -> bool:
    """Whether the next fee of a membership comes by itself: somebody of it has a running plan that holds one."""
    return any(
        part.person_id in payers
        and (part.since_on is None or part.since_on <= on)
        and (part.until_on is None or part.until_on > on)
        for part in parts
    )


def state(until: int | None, *, on: date, grace_months: int, ended_on: date | None) -> State:
    """Where a membership stands on a day, `until` being the mark of the first day for which nobody paid."""
    if ended_on is not None and ended_on <= on:
        return State.RESIGNED
    if until is None:
        return State.AWAITED
    if mark(on) < until:
        return State.IN_FORCE
    return State.GRACE if mark(on) < until + MONTH * grace_months else State.LAPSED


def rate_on(rates: Iterable[Rate], kind: str, on: date) -> Rate | None:
    """What a kind costs on a day."""
    held = [rate for rate in rates if rate.kind == kind and rate.from_on <= on]
    return max(held, key=lambda rate: rate.from_on, default=None)


def rules_on(several: Iterable[HouseRules], on: date) -> HouseRules:
    """What the statutes say on a day."""
    return max((one for one in several if one.from_on <= on), key=lambda one: one.from_on, default=BY_DEFAULT)


def convocation_way(
    told: RemindWay | None, *, has_mailbox: bool, has_letter_box: bool, is_averse: bool
) -> RemindWay | None:
    """How a voter is asked to come next, or None where nothing is left to do or no way leads to them.

    Once, by mail or by letter. A letter where no mailbox answers, or where they would rather have none of our mails (no
    mail leaves then, unless there is no letter box); also after a mail whose mailbox turned out to be dead.
    """
    if told is RemindWay.LETTER or (told is RemindWay.MAIL and has_mailbox):
        return None
    if has_letter_box and (is_averse or not has_mailbox):
        return RemindWay.LETTER
    return RemindWay.MAIL if has_mailbox else None


def why_not(
    giver: PersonId, holder: PersonId, *, voters: Collection[PersonId], proxies: Sequence[Proxy], most: int
) -> str | None:
    """Why `holder` cannot vote for `giver` in one word, or None where they can.

    Both vote in person or by one other; who has given their own vote away holds nobody else's, and nobody holds more
    than `most`.
    """
    if giver == holder:
        return "self"
    if giver not in voters or holder not in voters:
        return "voter"
    if any(proxy.giver_id == giver for proxy in proxies):
        return "given"
    if any(proxy.holder_id == giver for proxy in proxies) or any(proxy.giver_id == holder for proxy in proxies):
        return "chain"
    if sum(proxy.holder_id == holder for proxy in proxies) >= most:
        return "most"
    return None
