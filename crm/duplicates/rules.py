"""How alike two records are, and why: points for and against, the same rule for one person and for a million."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from types import MappingProxyType

from rapidfuzz.distance import OSA, JaroWinkler

from crm.duplicates.model import CERTAIN_FROM, LIKELY_FROM, Facts, Likeness, Reason
from crm.people.model import PersonKind, Title
from crm.values.sounds import sound

POINTS = MappingProxyType(
    {
        Reason.EMAIL: 35,
        Reason.PHONE: 25,
        Reason.ACCOUNT: 20,
        Reason.ENTERPRISE: 60,
        Reason.NAME_SAME: 45,
        Reason.NAME_CLOSE: 32,
        Reason.FIRST_SAME: 25,
        Reason.FIRST_CLOSE: 15,
        Reason.FIRST_INITIAL: 8,
        Reason.FIRST_MISSING: 0,
        Reason.FIRST_GENDER: -10,
        Reason.LAST_SAME: 20,
        Reason.LAST_CLOSE: 12,
        Reason.LAST_MISSING: 0,
        Reason.LAST_OTHER: -15,
        Reason.SWAPPED: 40,
        Reason.NAMELESS: 20,
        Reason.BIRTH: 40,
        Reason.BIRTH_NEAR: 15,
        Reason.BIRTH_OTHER: -60,
        Reason.BOX: 20,
        Reason.STREET: 15,
        Reason.POSTCODE: 5,
        Reason.TITLE_OTHER: -25,
    }
)
"""Weighed so that what a family shares (a mailbox, a telephone, a letter box, a name) never makes two of them one."""

_SAME_NAME = frozenset({Reason.FIRST_SAME, Reason.SWAPPED})
_SAME_REACH = frozenset({Reason.EMAIL, Reason.PHONE, Reason.BOX, Reason.STREET, Reason.POSTCODE, Reason.ACCOUNT})
_FEMININE = ("e", "ne", "le", "te", "se", "pe")
_TYPOS_FROM, _TWO_TYPOS_FROM = 4, 8


def likeness(one: Facts, other: Facts) -> Likeness | None:
    """How alike the two are; None for two who are surely not one person.

    A different first name is a different person, whatever else they share: twins, couples, a parent and a child.
    """
    if one.kind is not other.kind:
        return None
    is_person = one.kind is PersonKind.INDIVIDUAL
    named = _names(one, other) if is_person else _organisations(one, other)
    if named is None:
        return None
    reasons = _reach(one, other)
    if Reason.NAMELESS in named and Reason.EMAIL not in reasons:
        return None
    # A last name changes at a wedding; without the same first name, it tells two people apart.
    if Reason.LAST_OTHER in named and Reason.FIRST_SAME not in named and Reason.FIRST_CLOSE not in named:
        return None
    if is_person:
        reasons += _birth(one.birth_on, other.birth_on)
        if one.title is not other.title and Title.NONE not in (one.title, other.title):
            reasons.append(Reason.TITLE_OTHER)
    reasons = [*reasons[:1], *named, *reasons[1:]] if reasons else list(named)
    return Likeness(score=_score(reasons, is_person=is_person), reasons=tuple(reasons))


def _score(reasons: list[Reason], *, is_person: bool) -> int:
    """The sum of the points, kept below "certain" where a parent, a child or a twin could look the same."""
    total = sum(POINTS[reason] for reason in reasons)
    said = set(reasons)
    if is_person:
        told_apart = {Reason.TITLE_OTHER, Reason.LAST_OTHER} & said
        is_sure = Reason.BIRTH in said and bool(said & _SAME_NAME and said & _SAME_REACH) and not told_apart
    else:
        is_sure = {Reason.ENTERPRISE, Reason.NAME_SAME} <= said
    if not is_sure:
        total = min(total, CERTAIN_FROM - 1)
    if Reason.FIRST_GENDER in said:
        total = min(total, LIKELY_FROM - 1)
    return max(0, min(total, 100))


def _reach(one: Facts, other: Facts) -> list[Reason]:
    reasons = []
    if one.emails and other.emails and _meet(one.emails, other.emails):
        reasons.append(Reason.EMAIL)
    if one.phones and other.phones and _meet(one.phones, other.phones):
        reasons.append(Reason.PHONE)
    if one.accounts and other.accounts and _meet(one.accounts, other.accounts):
        reasons.append(Reason.ACCOUNT)
    if one.enterprise and one.enterprise == other.enterprise:
        reasons.append(Reason.ENTERPRISE)
    if one.boxes and other.boxes and (place := _place(one.boxes, other.boxes)):
        reasons.append(place)
    return reasons


def _meet(ones: tuple[int, ...], others: tuple[int, ...]) -> bool:
    return any(one in others for one in ones)


def _place(ones: tuple[str, ...], others: tuple[str, ...]) -> Reason | None:
    """The nearest two of their addresses come to each other."""
    near: Reason | None = None
    for one in ones:
        for other in others:
            country, postcode, place, street, rest = one.split("|", 4)
            if one == other and not rest.startswith("|"):
                return Reason.BOX
            far_country, far_postcode, far_place, far_street, _ = other.split("|", 4)
            if (country, postcode) != (far_country, far_postcode) or not postcode:
                continue
            if street and place == far_place and (street == far_street or _is_typo(street, far_street)):
                near = Reason.STREET
            near = near or Reason.POSTCODE
    return near


def _names(one: Facts, other: Facts) -> list[Reason] | None:
    """What two people's names say; None where the first names are two people's."""
    if not (one.first or one.last) or not (other.first or other.last):
        return [Reason.NAMELESS]
    first, last = _first(one.first, other.first), _last(one.last, other.last)
    straight = first is not None and last is not Reason.LAST_OTHER
    if not straight and _alike(one.first, other.last) and _alike(one.last, other.first):
        return [Reason.SWAPPED]
    return None if first is None else [first, last]


def _first(one: str, other: str) -> Reason | None:
    if not one or not other:
        return Reason.FIRST_MISSING
    if one == other:
        return Reason.FIRST_SAME
    shorter, longer = sorted((one, other), key=len)
    if len(shorter.rstrip(".")) == 1:
        return Reason.FIRST_INITIAL if longer.startswith(shorter[0]) else None
    if any(longer == shorter + ending for ending in _FEMININE):
        return Reason.FIRST_GENDER
    words, more = set(_words(shorter)), set(_words(longer))
    if words <= more or more <= words or _is_typo(one, other):
        return Reason.FIRST_CLOSE
    return None


def _last(one: str, other: str) -> Reason:
    if not one or not other:
        return Reason.LAST_MISSING
    if one == other or "".join(_words(one)) == "".join(_words(other)):
        return Reason.LAST_SAME
    words, more = set(_words(one)), set(_words(other))
    if words <= more or more <= words or _is_typo(one, other) or _sound_alike(one, other):
        return Reason.LAST_CLOSE
    return Reason.LAST_OTHER


def _organisations(one: Facts, other: Facts) -> list[Reason] | None:
    if not one.last or not other.last:
        return None
    if one.last == other.last:
        return [Reason.NAME_SAME]
    words, more = set(_words(one.last)), set(_words(other.last))
    if words <= more or more <= words or JaroWinkler.similarity(one.last, other.last) >= 0.93:
        return [Reason.NAME_CLOSE]
    return [Reason.LAST_OTHER] if one.enterprise and one.enterprise == other.enterprise else None


def _birth(one: date | None, other: date | None) -> list[Reason]:
    if one is None or other is None:
        return []
    if one == other:
        return [Reason.BIRTH]
    return [Reason.BIRTH_NEAR if _is_misread(one, other) else Reason.BIRTH_OTHER]


def _is_misread(one: date, other: date) -> bool:
    """True where one is the other with day and month swapped, one part wrong, or two digits of the year swapped."""
    if one.year == other.year:
        swapped = (one.month, one.day) == (other.day, other.month)
        return swapped or one.month == other.month or one.day == other.day
    if (one.month, one.day) != (other.month, other.day):
        return False
    digits, others = str(one.year), str(other.year)
    swaps = {digits[:i] + b + a + digits[i + 2 :] for i, (a, b) in enumerate(pairwise(digits))}
    return abs(one.year - other.year) == 1 or others in swaps


def _alike(one: str, other: str) -> bool:
    return bool(one) and bool(other) and (one == other or _is_typo(one, other))


def _is_typo(one: str, other: str) -> bool:
    """True where one is the other with a slip of the fingers; two slips in a long name."""
    length = min(len(one), len(other))
    if length < _TYPOS_FROM or abs(len(one) - len(other)) > 2:
        return False
    most = 2 if length >= _TWO_TYPOS_FROM else 1
    return OSA.distance(one, other, score_cutoff=most) <= most


def _sound_alike(one: str, other: str) -> bool:
    return sound(one) == sound(other) != "-" and OSA.distance(one, other, score_cutoff=2) <= 2


def _words(name: str) -> list[str]:
    return name.replace("-", " ").replace("'", " ").split()
