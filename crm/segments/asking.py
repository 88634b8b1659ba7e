"""Putting questions: how many, who, why somebody is in or out, two segments compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, assert_never

from sqlalchemy import Select, and_, case, func, not_, or_, select
from sqlalchemy.orm import Session

from crm.consent import gate
from crm.consent import selects as consent
from crm.consent.model import Channel, Refusal
from crm.consent.restriction_selects import restricted
from crm.segments import service, store, wide
from crm.segments.catalogue import Catalogue
from crm.segments.facts import facts_of
from crm.segments.model import (
    Comparing,
    Comparison,
    Condition,
    Definition,
    Every,
    Facts,
    InSegment,
    Membership,
    Not,
    Run,
    Sample,
    Segment,
    Some,
    Told,
    Tree,
)
from crm.segments.rules import Others, belongs, drawn, matches, measured
from crm.segments.selects import Question, lot, members, person_columns
from crm.segments.selects import belongs as belonging

Stopwatch = Callable[[], float]
"""Seconds that only go forward."""


LOTS = (1, 10, 100, 1000)
"""In a thousand: among so many a few are drawn, and among more where these are not enough."""
FEW = 20
"""One in so many is named to the gate; where there are more, it is asked about everybody, which takes less then."""


def count(definition: Definition, question: Question) -> int:
    """How many people are in a segment."""
    asked, alone = widened(definition, question)
    found = members(definition, asked).subquery()
    several = question.session.scalar(select(func.count()).select_from(found)) or 0
    today, catalogue, others = question.today, question.catalogue, question.others
    return several + sum(belongs(definition, facts, today=today, catalogue=catalogue, others=others) for facts in alone)


def frozen(definition: Definition, question: Question) -> int:
    """How many of its people have data that are kept and not used (art. 18)."""
    found = members(definition, question).subquery()
    return question.session.scalar(select(func.count()).where(restricted(found.c.person_id))) or 0


def widened(definition: Definition, question: Question) -> tuple[Question, Sequence[Facts]]:
    """The question as it is put to everybody in one row, with the facts of those whom it leaves out.

    The question itself, and nobody, where no such rows can be asked today.
    """
    found = wide.find(question)
    if found is None:
        return question, ()
    return replace(question, wide=found), facts_of(question, definition.tree, found.alone) if found.alone else ()


def run(definition: Definition, question: Question, *, number: int, stopwatch: Stopwatch) -> Run:
    """The same, with how long it took."""
    started = stopwatch()
    people = count(definition, question)
    elapsed = round((stopwatch() - started) * 1000)
    return Run(people=people, milliseconds=elapsed, counted_at=question.at, number=number)


def reasons(
    question: Question, lost: Select[*tuple[Any, ...]], purpose: str, channel: Channel, *, within: Any = None
) -> dict[str, int]:
    """Why the gate refuses those people (a select of `person_id`), counted; "" for those who never said anything.

    Whose data are frozen is told so whether or not they ever said a word.

    `within`: the same people again, where they are few enough to look at nobody else.
    """
    moment, whom = gate.moment(question.session, question.at), lost.subquery("lost")
    refused = consent.refused(purpose, channel, moment=moment, within=within).subquery("refused")
    frozen = case((restricted(whom.c.person_id), Refusal.RESTRICTED.value), else_="")
    reason = func.coalesce(refused.c.refusal, frozen)
    found = (
        select(reason, func.count())
        .select_from(whom.outerjoin(refused, refused.c.person_id == whom.c.person_id))
        .group_by(reason)
    )
    return {str(word): int(number) for word, number in question.session.execute(found)}


def sample(definition: Definition, question: Question, *, size: int, after: int = 0) -> list[int]:
    """Some of its people, by number."""
    found = members(definition, question).subquery()
    wanted = select(found.c.person_id).where(found.c.person_id > after).order_by(found.c.person_id).limit(size)
    return list(question.session.scalars(wanted))


def by_lot(definition: Definition, question: Question, *, size: int, seed: str) -> list[int]:
    """So many of its people by lot, in the order they are drawn: the same each time for one seed.

    A lot is drawn among as few of them as it takes, so that no million is put in order.
    """
    for share in LOTS:
        few = Every(parts=(Sample(per_thousand=share, seed=seed), definition.tree))
        by_hand = frozenset(one for one in definition.included if drawn(one, seed) < share)
        found = members(replace(definition, tree=few, included=by_hand), question).subquery()
        whole = lot(found.c.person_id, seed)
        wanted = select(found.c.person_id).order_by(whole % 1000, whole, found.c.person_id).limit(size)
        numbers = list(question.session.scalars(wanted))
        if len(numbers) == size:
            break
    return numbers


def compare(first: Definition, second: Definition, question: Question) -> Comparing:
    """How many are in both, or in one of them only."""
    columns = person_columns(first.tree, question) | person_columns(second.tree, question)
    everybody = question.everybody(columns)
    one, other = (belonging(definition, everybody, question) for definition in (first, second))
    kinds = [and_(one, other), and_(one, not_(other)), and_(other, not_(one))]
    figures = [func.sum(case((kind, 1), else_=0)) for kind in kinds]
    row = question.session.execute(select(*figures).select_from(everybody).where(or_(one, other))).one()
    both, first_only, second_only = (int(value or 0) for value in row)
    return Comparing(both=both, first_only=first_only, second_only=second_only)


def membership(definition: Definition, question: Question, person_id: int) -> Membership:
    """Why somebody is in a segment or not, condition by condition; a fixed number of queries for a tree."""
    (facts,) = facts_of(question, definition.tree, [person_id])
    catalogue, today, others = question.catalogue, question.today, question.others
    hand = True if person_id in definition.included else False if person_id in definition.excluded else None
    return Membership(
        is_in=belongs(definition, facts, today=today, catalogue=catalogue, others=others),
        told=told(definition.tree, facts, today=today, catalogue=catalogue, others=others),
        by_hand=hand,
        is_known=bool(facts.rows[catalogue.person.key, frozenset()]),
    )


def memberships(definitions: Mapping[int, Definition], question: Question, person_id: int) -> frozenset[int]:
    """Which of many segments somebody is in: their facts are fetched once for all, a query for each source."""
    (facts,) = facts_of(question, Every(parts=tuple(one.tree for one in definitions.values())), [person_id])
    today, catalogue, others = question.today, question.catalogue, question.others
    return frozenset(
        number
        for number, one in definitions.items()
        if belongs(one, facts, today=today, catalogue=catalogue, others=others)
    )


def now_in(
    session: Session, catalogue: Catalogue, segments: Sequence[Segment], person_id: int, *, at: datetime
) -> frozenset[int]:
    """The numbers of those segments that somebody is in now; a fixed number of queries, however many they are."""
    if not segments:
        return frozenset()
    by_hand = store.picks(session, [one.id for one in segments])
    question = service.question(session, catalogue, [one.tree for one in segments], at=at)
    asked = {int(one.id): service.definition(one.tree, by_hand[one.id]) for one in segments}
    return memberships(asked, question, person_id)


def told(tree: Tree, facts: Facts, *, today: date, catalogue: Catalogue, others: Others) -> Told:
    """A tree with, at each part, whether it holds of somebody and what was found of them."""
    holds = matches(tree, facts, today=today, catalogue=catalogue, others=others)

    def below(part: Tree) -> Told:
        return told(part, facts, today=today, catalogue=catalogue, others=others)

    match tree:
        case Every() | Some():
            return Told(part=tree, holds=holds, parts=tuple(below(part) for part in tree.parts))
        case Not():
            return Told(part=tree, holds=holds, parts=(below(tree.part),))
        case Condition():
            found = measured(tree, facts, today=today, catalogue=catalogue)
            return Told(part=tree, holds=holds, found=found)
        case Comparison():
            sides = (tree.left, tree.right)
            pair = [measured(one, facts, today=today, catalogue=catalogue, source=tree.source) for one in sides]
            return Told(part=tree, holds=holds, found=tuple(pair))
        case InSegment():
            other, who = others[tree.segment_id], facts.person_id
            by_hand = True if who in other.included else False if who in other.excluded else None
            return Told(part=tree, holds=holds, found=by_hand, parts=(below(other.tree),))
        case Sample():
            return Told(part=tree, holds=holds, found=drawn(facts.person_id, tree.seed))
        case _:
            assert_never(tree)
