"""The roll of a run: everybody with a right to a copy, with theirs or the reason for none, household by household.

One stream serves the preview, the freeze and the lists, so that what one sees is what is printed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby, starmap
from operator import attrgetter
from typing import Any

from sqlalchemy import String, case, cast, func, select
from sqlalchemy.orm import Session

from crm.magazine import draft, neighbour_store
from crm.magazine.draft import MOVED, NEW, STAYED, Row
from crm.magazine.model import Basis, Decided, Difference, Entitled, Funnel, NewIssue, Reason
from crm.magazine.rules import cost_cents, is_mixed, is_settled, one_a_household, spared
from crm.magazine.selects import Question, granted_runs
from crm.magazine.tables import CopyRow
from crm.people import selects as people
from crm.people.model import PersonKind
from crm.values.folding import folded
from crm.values.identifiers import PersonId

AT_ONCE = 5000
BASES = {one.value: one for one in Basis}
REASONS: dict[str | None, Reason | None] = {one.value: one for one in Reason} | {None: None}
ORGANISATION = PersonKind.ORGANISATION.value
Rolled = tuple[Entitled, Row]
Homes = Mapping[int, frozenset[int]]
_NO_HOMES: frozenset[int] = frozenset()
_DIGITS = re.compile(r"\d+")
_box = attrgetter("box_key")


def shared(session: Session, asked: Question) -> Iterator[list[Rolled]]:
    """Each letter box of several people, by its key: who gets a copy there and what is printed on it."""
    stream, homes = _stream(session, asked, whole=True, shared=True)
    for _, rows in groupby(stream, key=_box):
        yield _decided(list(rows), homes)


def rolled(session: Session, asked: Question, *, whole: bool = False) -> Iterator[list[Rolled]]:
    """Everybody with a right, letter box by letter box, in the order of the post: country, postcode, street, number.

    Who has no letter box comes alone, in no order. A few thousand are in memory at once.
    """
    stream, homes = _stream(session, asked, whole=whole)
    for street, rows in groupby(stream, key=_street):
        if not street:
            for row in rows:
                yield [(_entitled(row, homes), row)]
            continue
        several = list(rows)
        if len(several) > 1:
            several.sort(key=_door)
        for _, box in groupby(several, key=_box):
            yield _decided(list(box), homes)


def tallied(session: Session, asked: Question) -> Tally:
    """The same, only counted: nobody needs to be looked at but those who share a letter box."""
    tally = Tally(decided=neighbour_store.standing(session))
    kinds = tally.kinds
    stream, homes = _stream(session, asked, whole=False)
    for box_key, rows in groupby(stream, key=_box):
        several = list(rows)
        if box_key and len(several) > 1:
            tally.add(_decided(several, homes))
            continue
        for row in several:
            kinds[row.reason, row.basis, row.country, row.language, row.copies, row.seen] += 1
    return tally


def _stream(session: Session, asked: Question, *, whole: bool, shared: bool = False) -> tuple[Iterator[Row], Homes]:
    draft.draw(session, asked)
    homes = draft.more_homes(session)
    query = draft.roll(asked, whole=whole, shared=shared)
    stream = session.connection().execute(query.execution_options(yield_per=AT_ONCE))
    return starmap(Row, stream), homes  # a plain tuple: a row of SQLAlchemy looks each name up


def _decided(box: list[Row], homes: Homes) -> list[Rolled]:
    people = [_entitled(row, homes) for row in box]
    if len(people) > 1:
        people = one_a_household(people)
    return list(zip(people, box, strict=True))


def _street(row: Row) -> str:
    key = row.box_key
    return key.rsplit("|", 2)[0] if key else ""


def _door(row: Row) -> tuple[Any, ...]:
    return (*_natural(row.number), *_natural(row.box), row.box_key, row.person_id)


def _natural(text: str) -> tuple[int, str]:
    """`9` before `10`, `10A` after `10`."""
    found = _DIGITS.match(text)
    return (int(found[0]) if found else 0, text)


def _entitled(row: Row, homes: Homes) -> Entitled:
    return Entitled(
        person_id=PersonId(row.person_id),
        basis=BASES[row.basis],
        reason=REASONS[row.reason],
        copies=row.copies,
        box_key=row.box_key or "",
        surname=folded(row.last_name),
        household_id=row.household_id,
        homes=homes.get(row.person_id, _NO_HOMES),
        alone=bool(row.own_copy) or row.kind == ORGANISATION,
    )


@dataclass(kw_only=True, slots=True)
class Tally:
    """Counts a roll as it passes by: how many of each kind (reason, ground, country, language, copies, seen before)."""

    decided: Decided = field(default_factory=Decided)
    kinds: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    mixed: int = 0
    apart: int = 0
    united: int = 0

    def add(self, box: list[Rolled]) -> None:
        """Counts a letter box."""
        if len(box) > 1:
            group = [one for one, _ in box]
            if is_mixed(group):
                settled = is_settled(group, self.decided)
                self.apart += settled
                self.mixed += not settled
            self.united += spared(group, self.decided)
        for one, row in box:
            reason = None if one.reason is None else one.reason.value
            self.kinds[reason, row.basis, row.country, row.language, one.copies, row.seen] += 1

    @property
    def mailed(self) -> int:
        """How many get a copy, or several."""
        return sum(people for (reason, *_), people in self.kinds.items() if reason is None)

    def funnel(self, everybody: int, plan: NewIssue) -> Funnel:
        """What was counted, with what it costs."""
        excluded: Counter[Reason] = Counter()
        bases: Counter[Basis] = Counter()
        countries: Counter[str] = Counter()
        versions: Counter[str] = Counter()
        for (reason, basis, country, language, copies, _), number in self.kinds.items():
            if reason is not None:
                excluded[Reason(reason)] += number
                continue
            bases[Basis(basis)] += copies * number
            countries[country] += copies * number
            versions[version_of(language)] += copies * number
        return Funnel(
            everybody=everybody,
            entitled=self.kinds.total(),
            mailed=self.mailed,
            copies=bases.total(),
            excluded=_most_first(excluded),
            bases=_most_first(bases),
            countries=_most_first(countries),
            versions=_most_first(versions),
            cents=cost_cents(plan, countries.items()),
            mixed=self.mixed,
            apart=self.apart,
            united=self.united,
        )

    def difference(self, before: int, lost: Mapping[Basis | None, int]) -> Difference:
        """The same beside the issue before, of which so many people had a copy, and so many have no right now."""
        mailed: Counter[str] = Counter()
        gone: Counter[Reason | None] = Counter()
        for (reason, *_, seen), number in self.kinds.items():
            if reason is None:
                mailed[seen] += number
            elif seen != NEW:
                gone[Reason(reason)] += number
        unseen = before - gone.total() - mailed[STAYED] - mailed[MOVED]
        kept: dict[Reason | None, int] = _most_first(gone)
        if unseen > 0:
            kept[None] = unseen
        return Difference(new=mailed[NEW], gone=kept, moved=mailed[MOVED], stayed=mailed[STAYED], lost=lost)


def _most_first(counted: Counter[Any]) -> dict[Any, int]:
    """The most numerous first; of as many, by their names: the same however they came by."""
    return dict(sorted(counted.items(), key=lambda one: (-one[1], str(one[0]))))


def version_of(language: str) -> str:
    """Which version of the magazine somebody gets: that of their language."""
    return language.upper()


def counted(boxes: Iterable[list[Rolled]]) -> Tally:
    """A list of letter boxes, counted."""
    tally = Tally()
    for box in boxes:
        tally.add(box)
    return tally


def everybody(session: Session) -> int:
    """How many living people and organisations there are."""
    who = people.everybody().subquery()
    return session.scalar(select(func.count()).where(~who.c.is_merged, ~who.c.is_deceased)) or 0


def lost(session: Session, issue_id: int | None) -> dict[Basis | None, int]:
    """Of those who had a copy of an issue, who has no right in the draft: by the ground they had, None if erased."""
    row, right = CopyRow, draft.RIGHT
    ground = case((row.lines == "", ""), else_=cast(row.basis, String)).label("ground")
    query = select(ground, func.count()).outerjoin(right, right.c.person_id == row.person_id)
    here = (row.issue_id == (issue_id or 0), row.run_id.in_(granted_runs(issue_id or 0)), row.removal.is_(None))
    found = session.execute(query.where(*here, right.c.person_id.is_(None)).group_by(ground))
    return _most_first(Counter({Basis(word) if word else None: number for word, number in found}))


def had_before(session: Session, issue_id: int | None) -> int:
    """How many people had a copy of an issue."""
    row = CopyRow
    here = (row.issue_id == (issue_id or 0), row.run_id.in_(granted_runs(issue_id or 0)), row.removal.is_(None))
    return session.scalar(select(func.count()).where(*here)) or 0
