"""Before the drop: addresses that look doubtful, letters that cannot be printed, letter boxes to be looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest

from sqlalchemy.orm import Session

from crm.foundation.transliteration import is_printable, printable
from crm.magazine import envelopes, freezing, neighbour_store, roll
from crm.magazine.model import Eligibility, Issue, Reason
from crm.magazine.printing import Odd
from crm.magazine.rules import is_mixed, is_settled
from crm.values.address_quality import Doubt, quality
from crm.values.identifiers import PersonId

SOUND = 100
SHOWN = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubtful:
    """An address that a copy would go to, what is doubtful about it and how good it is out of a hundred."""

    person_id: PersonId
    score: int
    doubts: tuple[Doubt, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkList:
    """What somebody could mend before the drop: the worst first, and how many there are of each kind."""

    checked: int
    doubtful_count: int
    doubtful: tuple[Doubtful, ...]
    doubts: Mapping[Doubt, int]
    mixed_count: int
    unreachable: int
    odd: tuple[Odd, ...]
    odd_count: int


def work_list(session: Session, issue: Issue, rule: Eligibility, *, at: datetime, size: int = SHOWN) -> WorkList:
    """Looks at every address of the issue that would be frozen now."""
    asked = freezing.question(session, issue, rule, at=at)
    doubts: Counter[Doubt] = Counter()
    worst: list[tuple[int, int, Doubtful]] = []
    decided, silent = neighbour_store.standing(session), freezing.silent(session, asked)
    checked = doubtful_count = mixed_count = unreachable = odd_count = 0
    odd: list[Odd] = []
    for box in roll.rolled(session, asked, whole=True):
        unreachable += sum(1 for one, _ in box if one.reason in {Reason.NO_ADDRESS, Reason.INCOMPLETE})
        mailed = [(one, row) for one, row in box if one.reason is None]
        group = [one for one, _ in box]
        if len(mailed) > 1 and is_mixed(group) and not is_settled(group, decided):
            mixed_count += 1
        for one, row in mailed:
            checked += 1
            address = envelopes.address_of(row)
            printed = envelopes.lines_of(row, address, silent)
            if not is_printable("".join(printed)):
                odd += [
                    Odd(person_id=one.person_id, written=line, printed=printable(line))
                    for line in printed
                    if not is_printable(line)
                ]
                odd_count += 1
                if len(odd) > 20 * size:
                    odd = _lost_first(odd, size)
            found = quality(address)
            if found.score == SOUND:
                continue
            doubtful_count += 1
            doubts.update(found.doubts)
            doubtful = Doubtful(
                person_id=PersonId(one.person_id),
                score=found.score,
                doubts=found.doubts,
                lines=printed,
            )
            worst.append((SOUND - found.score, -one.person_id, doubtful))
            if len(worst) > 20 * size:
                worst = nlargest(size, worst, key=lambda each: each[:2])
    return WorkList(
        checked=checked,
        doubtful_count=doubtful_count,
        doubtful=tuple(each[2] for each in nlargest(size, worst, key=lambda each: each[:2])),
        doubts=dict(doubts.most_common()),
        mixed_count=mixed_count,
        unreachable=unreachable,
        odd=tuple(_lost_first(odd, size)),
        odd_count=odd_count,
    )


def _lost_first(odd: list[Odd], size: int) -> list[Odd]:
    return sorted(odd, key=lambda one: not one.is_lost)[:size]
