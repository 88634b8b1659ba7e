"""The roll of a run: everybody with a right to a copy, with theirs or the reason for none, household by household.

One stream serves the preview, the freeze and the lists, so that what one sees is what is printed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.magazine import selects
from crm.magazine.model import Basis, Difference, Entitled, Funnel, NewIssue, Reason
from crm.magazine.rules import cost_cents, is_mixed, one_a_household
from crm.magazine.selects import Question
from crm.magazine.tables import CopyRow
from crm.people import selects as people
from crm.people.model import PersonKind
from crm.values.folding import folded

AT_ONCE = 2000
Row = Any
"""A row of the roll, by the names of its columns."""
Rolled = tuple[Entitled, Row]


def rolled(session: Session, asked: Question, *, whole: bool = False) -> Iterator[list[Rolled]]:
    """Everybody with a right, letter box by letter box, in the order of the post: country, postcode, street, number.

    Who has no letter box comes alone, in no order. A few thousand are in memory at once.
    """
    query = selects.roll(asked, whole=whole).execution_options(yield_per=AT_ONCE)
    stream = session.execute(query).mappings()
    for street, rows in groupby(stream, key=_street):
        if not street:
            for row in rows:
                yield [(_entitled(row), row)]
            continue
        several = sorted(rows, key=_door)
        for _, box in groupby(several, key=lambda row: str(row["box_key"])):
            together = list(box)
            people = [_entitled(row) for row in together]
            if len(people) > 1:
                people = one_a_household(people)
            yield list(zip(people, together, strict=True))


def _street(row: Row) -> str:
    key = row["box_key"]
    return key.rsplit("|", 2)[0] if key else ""


def _door(row: Row) -> tuple[Any, ...]:
    return (*_natural(row["number"]), *_natural(row["box"]), row["box_key"], row["person_id"])


def _natural(text: str) -> tuple[int, str]:
    """`9` before `10`, `10A` after `10`."""
    found = re.match(r"\d+", text)
    return (int(found[0]) if found else 0, text)


def _entitled(row: Row) -> Entitled:
    reason = row["reason"]
    alone = row["own_copy"] or row["kind"] == PersonKind.ORGANISATION
    return Entitled(
        person_id=row["person_id"],
        basis=Basis(row["basis"]),
        reason=None if reason is None else Reason(reason),
        copies=row["copies"],
        box_key=row["box_key"] or "",
        surname=folded(row["last_name"]),
        household_id=row["household_id"],
        alone=bool(alone),
        before_key=row["before_key"],
    )


@dataclass(kw_only=True, slots=True)
class Tally:
    """Counts a roll as it passes by."""

    entitled: int = 0
    mailed: int = 0
    copies: int = 0
    mixed: int = 0
    new: int = 0
    moved: int = 0
    stayed: int = 0
    seen_before: int = 0
    excluded: Counter[Reason] = field(default_factory=Counter)
    bases: Counter[Basis] = field(default_factory=Counter)
    countries: Counter[str] = field(default_factory=Counter)
    versions: Counter[str] = field(default_factory=Counter)
    gone: Counter[Reason | None] = field(default_factory=Counter)

    def add(self, box: list[Rolled]) -> None:
        """Counts a letter box."""
        self.entitled += len(box)
        if len(box) > 1 and is_mixed(one for one, _ in box):
            self.mixed += 1
        for one, row in box:
            self.seen_before += one.before_key is not None
            if one.reason is not None:
                self.excluded[one.reason] += 1
                if one.before_key is not None:
                    self.gone[one.reason] += 1
                continue
            self.mailed += 1
            self.copies += one.copies
            self.bases[one.basis] += one.copies
            self.countries[row["country"]] += one.copies
            self.versions[version_of(row)] += one.copies
            if one.before_key is None:
                self.new += 1
            elif one.before_key == one.box_key:
                self.stayed += 1
            else:
                self.moved += 1

    def funnel(self, everybody: int, plan: NewIssue) -> Funnel:
        """What was counted, with what it costs."""
        return Funnel(
            everybody=everybody,
            entitled=self.entitled,
            mailed=self.mailed,
            copies=self.copies,
            excluded=dict(self.excluded.most_common()),
            bases=dict(self.bases.most_common()),
            countries=dict(self.countries.most_common()),
            versions=dict(self.versions.most_common()),
            cents=cost_cents(plan, self.countries.items()),
            mixed=self.mixed,
        )

    def difference(self, before: int) -> Difference:
        """The same beside the issue before, of which so many people had a copy."""
        gone = dict(self.gone.most_common())
        if before > self.seen_before:
            gone[None] = before - self.seen_before
        return Difference(new=self.new, gone=gone, moved=self.moved, stayed=self.stayed)


def version_of(row: Row) -> str:
    """Which version of the magazine somebody gets: that of their language."""
    return str(row["language"]).upper()


def tallied(boxes: Iterable[list[Rolled]]) -> Tally:
    """A whole roll, counted."""
    tally = Tally()
    for box in boxes:
        tally.add(box)
    return tally


def everybody(session: Session) -> int:
    """How many living people and organisations there are."""
    who = people.everybody().subquery()
    return session.scalar(select(func.count()).where(~who.c.is_merged, ~who.c.is_deceased)) or 0


def had_before(session: Session, issue_id: int | None) -> int:
    """How many people had a copy of an issue."""
    row = CopyRow
    query = select(func.count()).where(row.issue_id == (issue_id or 0), row.again == 0, row.removal.is_(None))
    return session.scalar(query) or 0
