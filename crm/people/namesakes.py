"""Whether a name fits somebody, and what tells two of one name apart: fathers and sons share mailboxes and phones."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from rapidfuzz.distance import OSA

from crm.people.arrival import Arrival, Known
from crm.people.model import PersonKind
from crm.people.rules import FORMER_NUMBER
from crm.values.folding import folded

_TYPO_FROM = 4


def has_same_name(arrival: Arrival, known: Known) -> bool:
    """Each word of the shorter name stands in the longer one: « Dupont » and « Marie Dupont », in any order."""
    said, held = arrival.words, known.words
    return bool(said) and bool(held) and (said <= held or held <= said)


def may_mean(arrival: Arrival, known: Known) -> bool:
    """True where no name contradicts it: the same, or one of the two says none."""
    return has_same_name(arrival, known) or not (arrival.words and known.words)


def nearest(arrival: Arrival, several: Iterable[Known]) -> Known | None:
    """Of those whom the name fits: whom nothing tells apart first, then who bears just that name, then the living."""
    return min(
        (one for one in several if has_same_name(arrival, one)),
        key=lambda one: (is_another(arrival, one), arrival.words != one.words, one.person.is_deceased),
        default=None,
    )


def is_another(arrival: Arrival, known: Known) -> bool:
    """Whether somebody of that name is another all the same: by their birth day, or their number in one system.

    A list may hold somebody twice: both names in full at one mailbox are one person, whatever their numbers there.
    """
    if PersonKind.ORGANISATION in (arrival.kind, known.person.kind):
        return False
    if arrival.birth_on and known.person.birth_on and not _is_misread(arrival.birth_on, known.person.birth_on):
        return True
    systems = {one.system for one in arrival.external_ids} - {FORMER_NUMBER}
    is_whole = bool(arrival.first_name and arrival.last_name) and arrival.words == known.words
    return not is_whole and bool(systems & {system for system, _ in known.external_ids})


def is_of_another(arrival: Arrival, known: Known) -> bool:
    """Whether the name says that a number is not theirs: wholly another, or another first name."""
    if not arrival.words or not known.words:
        return False
    return not arrival.words & known.words or _has_other_first_name(arrival, known)


def _has_other_first_name(arrival: Arrival, known: Known) -> bool:
    """« Anne » is not « Jean », whatever they are called after it; « J. », « Jean-Marc » and a slip may be."""
    if PersonKind.ORGANISATION in (arrival.kind, known.person.kind):
        return False
    said, held = _words(arrival.first_name), _words(known.person.first_name)
    if not said or not held or said & _all(known) or held & _words(f"{arrival.first_name} {arrival.last_name}"):
        return False
    return not any(_may_be(one, other) for one in said for other in held)


def _all(known: Known) -> frozenset[str]:
    return _words(f"{known.person.first_name} {known.person.last_name}")


def _words(name: str) -> frozenset[str]:
    return frozenset(folded(name).replace("-", " ").replace(".", " ").split())


def _may_be(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) == 1:
        return longer.startswith(shorter)
    return len(shorter) >= _TYPO_FROM and OSA.distance(one, other, score_cutoff=1) <= 1


def _is_misread(one: date, other: date) -> bool:
    """True where at most one part differs, or day and month are swapped."""
    parts = (one.year, one.month, one.day), (other.year, other.month, other.day)
    return sum(a != b for a, b in zip(*parts, strict=True)) < 2 or (one.year, one.day, one.month) == parts[1]
