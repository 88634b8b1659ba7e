"""Decisions about gifts: what is deductible, how money is shared among lines, on which day it counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from crm.donations.model import DeductionRule, EntryKind, GiftKind, LineKind, NewGift, Why
from crm.values.money import shared

OUTGOING = frozenset({EntryKind.REFUND, EntryKind.RETURN, EntryKind.CHARGEBACK})
"""What takes back of a gift."""

EFFECTIVE = frozenset(EntryKind) - {EntryKind.FEE}
"""What a gift's net is made of: the fee of a provider is our cost, not the donor's."""

LINE_OF = {GiftKind.MEMBERSHIP_FEE: LineKind.FEE, GiftKind.SALE: LineKind.GOODS}
"""What the one line of a gift is for, where nothing more is said: else it is a donation."""

LOSS = "loss"
"""Under this name stands what we refunded of a gift that the bank then took back as a whole."""

OUR_PROVIDERS = frozenset({"bank", "batch", "correction", "import", "import-undo", LOSS, "office", "refund", "sepa"})
"""Under these names our own rooms book movements; no file and no program may."""

_ALWAYS = date(1900, 1, 1)
_LINES = {
    LineKind.DONATION: (True, Why.DONATION),
    LineKind.FEE: (False, Why.FEE),
    LineKind.GOODS: (False, Why.GOODS),
}
_NEVER = {
    GiftKind.MEMBERSHIP_FEE: Why.FEE,
    GiftKind.SALE: Why.GOODS,
    GiftKind.LEGACY: Why.LEGACY,
    GiftKind.IN_KIND: Why.IN_KIND,
    GiftKind.SPONSORING: Why.SPONSORING,
}
"""A line of a membership or a sale that is a donation beside it may be deductible; of the others nothing is."""
_BESIDE = frozenset({GiftKind.MEMBERSHIP_FEE, GiftKind.SALE})


def _by_default() -> tuple[DeductionRule, ...]:
    found = []
    for kind in GiftKind:
        for line, verdict in _LINES.items():
            is_deductible, why = verdict
            if kind in _NEVER and not (line is LineKind.DONATION and kind in _BESIDE):
                is_deductible, why = False, _NEVER[kind]
            found.append(
                DeductionRule(
                    gift_kind=kind, line_kind=line, is_deductible=is_deductible, why=why, valid_from_on=_ALWAYS
                )
            )
    return tuple(found)


BY_DEFAULT = _by_default()
"""What holds where finance has decided nothing else: money given for nothing in return is deductible, no other."""


def verdict_by_default(kind: GiftKind, line: LineKind) -> tuple[bool, Why]:
    """What holds of such a line where finance has decided nothing."""
    found = next(rule for rule in BY_DEFAULT if (rule.gift_kind, rule.line_kind) == (kind, line))
    return found.is_deductible, found.why


def judged(
    kind: GiftKind,
    lines: Sequence[LineKind],
    *,
    given_on: date,
    split_beforehand: bool,
    rules: Iterable[DeductionRule] = (),
) -> tuple[tuple[bool, Why], ...]:
    """Of each line, whether it is deductible and why.

    What pays even in part for something gives nothing back, unless its parts were fixed before it was paid (art. 145/33
    CIR 92 as the administration reads it). `rules` go before those by default, the later of two before the earlier.
    """
    in_force = {
        (rule.gift_kind, rule.line_kind): (rule.is_deductible, rule.why)
        for rule in (*BY_DEFAULT, *sorted(rules, key=lambda rule: rule.valid_from_on))
        if rule.valid_from_on <= given_on and (rule.valid_until_on is None or given_on <= rule.valid_until_on)
    }
    found = [in_force[kind, line] for line in lines]
    pays_for_something = any(line is not LineKind.DONATION for line in lines)
    if pays_for_something and not split_beforehand:
        found = [(False, Why.MIXED if is_deductible else why) for is_deductible, why in found]
    return tuple(found)


def given(kind: GiftKind, lines: Iterable[tuple[LineKind, int]]) -> int:
    """What of a gift makes a donor, of its lines as (kind, what stands): the donations among them.

    A fee or a sale that has no other line is one, whatever its line is called. `store.given` says the same in SQL.
    """
    several = tuple(lines)
    if kind in LINE_OF and all(line is LineKind.DONATION for line, _ in several):
        return 0
    return sum(cents for line, cents in several if line is LineKind.DONATION)


def in_kind_name(new: NewGift) -> str:
    """How whoever tells of a gift in kind calls it, since no movement bears its name; empty for any other."""
    movement = new.movement
    is_named = new.kind is GiftKind.IN_KIND and movement.external_id
    return f"{movement.provider} {movement.external_id}" if is_named else ""


FRESH_DAYS = 90
"""A gift that is written down later than this came from an older system: nobody is thanked for it by ours."""


def owes_thanks(new: NewGift, today: date, *, has_begun: bool) -> bool:
    """Whether nobody asks its donor before they were thanked, however long that takes.

    Who gave a legacy is dead. Of instalments the first is thanked for: none where regular giving `has_begun`.
    """
    gives = given(new.kind, ((line.kind, line.cents) for line in new.lines)) > 0 or new.kind is GiftKind.IN_KIND
    is_thanked = new.kind is not GiftKind.LEGACY and not (new.kind is GiftKind.INSTALMENT and has_begun)
    return gives and is_thanked and not new.is_test and new.given_on > today - timedelta(days=FRESH_DAYS)


def has_right_sign(kind: EntryKind, cents: int) -> bool:
    """Receipts come, corrections do both, all else goes."""
    match kind:
        case EntryKind.RECEIPT:
            return cents > 0
        case EntryKind.CORRECTION:
            return cents != 0
        case _:
            return cents < 0


def allotted(cents: int, lines: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """How a movement of a gift is shared among its lines, each given as (what was meant, what stands).

    What comes goes where something is still owed, then as the lines were meant; what goes back is taken where it
    stands.
    """
    if cents < 0:
        return shared(cents, [standing for _, standing in lines])
    owed = [max(0, meant - standing) for meant, standing in lines]
    first = min(cents, sum(owed))
    parts = shared(first, owed)
    more = shared(cents - first, [meant for meant, _ in lines])
    return tuple(one + other for one, other in zip(parts, more, strict=True))


def accounted_on(booked_on: date, *, closed_until: date | None, today: date) -> date:
    """The day of a movement in the books: its own, or, where its month is closed, the first open day up to today."""
    if closed_until is None or booked_on > closed_until:
        return booked_on
    return max(today, closed_until + timedelta(days=1))


def first_of_month(day: date) -> date:
    """The month a day belongs to, by its first day."""
    return day.replace(day=1)


def last_of_month(month: date) -> date:
    """The last day of a month."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
