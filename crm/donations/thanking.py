"""How somebody is thanked: rules as data, the most particular first, and what can reach them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from crm.donations.model import Method
from crm.values.identifiers import GiftId, PersonId
from crm.values.languages import Language


class ThankWay(StrEnum):
    """How thanks reach somebody."""

    MAIL = "mail"
    LETTER = "letter"
    PHONE = "phone"
    NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class ThankRule:
    """From so many cents on, of a first gift or any, in one language or any, come by one channel or any: this way."""

    way: ThankWay
    least_cents: int = 0
    first_only: bool = False
    language: Language | None = None
    method: Method | None = None
    id: int = 0


BY_DEFAULT = (
    ThankRule(way=ThankWay.MAIL),
    ThankRule(way=ThankWay.LETTER, least_cents=25_000),
    ThankRule(way=ThankWay.PHONE, least_cents=100_000),
)
"""What holds where nobody has made rules."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """Thanks that are owed to somebody, for all their gifts that wait at once.

    `given` is the day and cents of each, no cents where it was in kind.
    """

    person_id: PersonId
    gift_ids: tuple[GiftId, ...]
    given: tuple[tuple[date, int], ...]
    cents: int
    last_on: date
    is_first: bool
    way: ThankWay


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """What leads to somebody: a mailbox that works, an address of today, a telephone."""

    has_mail: bool
    has_address: bool
    has_phone: bool


def way(
    rules: Iterable[ThankRule],
    *,
    cents: int,
    is_first: bool,
    language: Language,
    reach: Reach,
    methods: Collection[Method] = (),
) -> ThankWay:
    """The way of the most particular rule that answers, or what comes nearest to it; NONE where nothing reaches them.

    More euro goes before a first gift, a first gift before a channel, a channel before a language, the newer rule
    before the older. `methods`: by which their gifts that wait came; any of them is enough.
    """
    answering = [
        rule
        for rule in tuple(rules) or BY_DEFAULT
        if rule.least_cents <= cents
        and (is_first or not rule.first_only)
        and (rule.language is None or rule.language is language)
        and (rule.method is None or rule.method in methods)
    ]
    if not answering:
        return ThankWay.NONE
    best = max(answering, key=_weight)
    can = {ThankWay.MAIL: reach.has_mail, ThankWay.LETTER: reach.has_address, ThankWay.PHONE: reach.has_phone}
    if best.way is ThankWay.NONE or can[best.way]:
        return best.way
    return next((other for other in (ThankWay.MAIL, ThankWay.LETTER, ThankWay.PHONE) if can[other]), ThankWay.NONE)


def _weight(rule: ThankRule) -> tuple[int, bool, bool, bool, int]:
    return (rule.least_cents, rule.first_only, rule.method is not None, rule.language is not None, rule.id)
