"""Putting questions: how many, what each condition does, who, why somebody is in or out, two segments compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, assert_never

from sqlalchemy import BigInteger, Select, and_, case, cast, false, func, not_, or_, select, true

from crm.consent import gate
from crm.consent import selects as consent
from crm.consent.model import Channel, Refusal
from crm.consent.restriction_selects import restricted
from crm.foundation import bulk
from crm.segments import wide, wide_store
from crm.segments.catalogue import Catalogue
from crm.segments.facts import facts_of
from crm.segments.model import (
    Breakdown,
    Comparing,
    Comparison,
    Condition,
    Definition,
    Effect,
    Every,
    Facts,
    InSegment,
    Membership,
    Not,
    Run,
    Sample,
    Some,
    Told,
    Tree,
    Words,
)
from crm.segments.rules import Others, belongs, drawn, matches, measured
from crm.segments.selects import Question, clause, members, person_columns, picked
from crm.segments.selects import belongs as belonging

Stopwatch = Callable[[], float]
"""Seconds that only go forward."""


FEW = 20
"""One in so many is named to the gate; where there are more, it is asked about everybody, which takes less then."""


def count(definition: Definition, question: Question) -> int:
    """How many people are in a segment."""
    asked, alone = _widened(definition, question)
    found = members(definition, asked).subquery()
    several = question.session.scalar(select(func.count()).select_from(found)) or 0
    today, catalogue, others = question.today, question.catalogue, question.others
    return several + sum(belongs(definition, facts, today=today, catalogue=catalogue, others=others) for facts in alone)


def _widened(definition: Definition, question: Question) -> tuple[Question, Sequence[Facts]]:
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


def breakdown(definition: Definition, question: Question) -> Breakdown:
    """How it comes to its number, condition by condition, in one pass over everybody."""
    tree = definition.tree
    parts = tree.parts if isinstance(tree, Every) else (tree,)
    asked, alone = _widened(definition, question)
    kinds = [*_kinds(definition, parts, asked), *_kinds_alone(definition, parts, alone, question)]
    everybody = people = 0
    figures = [[0, 0, 0] for _ in parts]
    for kind in kinds:
        everybody += kind.people
        people += kind.people if kind.is_in else 0
        lacking = kind.holds.count(False)
        for n, (holds, of_part) in enumerate(zip(kind.holds, figures, strict=True)):
            of_part[0] += kind.people if holds else 0
            of_part[1] += kind.people if all(kind.holds[: n + 1]) else 0
            of_part[2] += kind.people if lacking == 1 and not holds else 0
    effects = [
        Effect(part=part, alone=one, left=left, only=only)
        for part, (one, left, only) in zip(parts, figures, strict=True)
    ]
    return Breakdown(everybody=everybody, people=people, effects=tuple(effects))


@dataclass(frozen=True, slots=True)
class _Kind:
    """So many people of whom the same conditions hold."""

    people: int
    holds: tuple[bool, ...]
    is_in: bool


_BITS = 60
"""Conditions that one whole number says of, each by a bit: people are told apart by few numbers."""


def _kinds(definition: Definition, parts: Sequence[Tree], question: Question) -> Iterator[_Kind]:
    everybody = question.everybody(person_columns(definition.tree, question))
    masks = []
    for start in range(0, len(parts), _BITS):
        some = enumerate(parts[start : start + _BITS])
        bits = [case((clause(part, everybody, question), 1 << n), else_=0) for n, part in some]
        masks.append(cast(sum(bits[1:], start=bits[0]), BigInteger).label(f"mask_{start}"))
    by_hand = picked(definition, false(), everybody.c.person_id), picked(definition, true(), everybody.c.person_id)
    hands = [case((one, 1), else_=0).label(f"hand_{n}") for n, one in enumerate(by_hand)]
    each = select(*masks, *hands).select_from(everybody).cte("each")
    if question.wide is None:
        # Worked out once: SQLite would write each condition out again, and ask the rooms twice.
        each = each.prefix_with("MATERIALIZED")
    for *found, if_not, if_so, people in question.session.execute(select(*each.c, func.count()).group_by(*each.c)):
        holds = tuple(bool(found[n // _BITS] >> n % _BITS & 1) for n in range(len(parts)))
        yield _Kind(people, holds, bool(if_so if all(holds) else if_not))


def _kinds_alone(
    definition: Definition, parts: Sequence[Tree], several: Sequence[Facts], question: Question
) -> Iterator[_Kind]:
    today, catalogue, others = question.today, question.catalogue, question.others
    for facts in several:
        if facts.rows[catalogue.person.key, frozenset()]:
            holds = [matches(part, facts, today=today, catalogue=catalogue, others=others) for part in parts]
            is_in = belongs(definition, facts, today=today, catalogue=catalogue, others=others)
            yield _Kind(1, tuple(holds), is_in)


def refusals(definition: Definition, question: Question) -> Mapping[str, int]:
    """Of those who fail a segment for want of being reachable only, how many for which reason of the gate.

    Empty where it asks for nobody's reach, or for that of several at once. "" counts those who never said anything.
    """
    tree = definition.tree
    parts = tree.parts if isinstance(tree, Every) else (tree,)
    reach = [part for part in parts if isinstance(part, Condition) and part.source == "reach"]
    if len(reach) != 1:
        return {}
    named = {test.column: test.asks.values for test in reach[0].where if isinstance(test.asks, Words)}
    if any(len(values) != 1 for values in named.values()):
        return {}
    (purpose,), (channel,) = named["purpose"], named["channel"]
    rest = Every(parts=tuple(part for part in parts if part is not reach[0]))
    lost = Every(parts=(rest, Not(part=reach[0])))
    few = _few(Definition(tree=lost), question)
    if few is None:
        return reasons(question, members(Definition(tree=lost), question), purpose, Channel(channel))
    whom = bulk.numbers(question.session, few)
    return reasons(question, select(whom.subquery().c.value.label("person_id")), purpose, Channel(channel), within=whom)


def _few(definition: Definition, question: Question) -> list[int] | None:
    """Who is in a segment, by the rows that are fast; None where those are many."""
    most = wide_store.highest(question) // FEW
    asked, alone = _widened(definition, question)
    found = list(question.session.scalars(members(definition, asked).limit(most + 1)))
    today, catalogue, others = question.today, question.catalogue, question.others
    found += [
        facts.person_id
        for facts in alone
        if belongs(definition, facts, today=today, catalogue=catalogue, others=others)
    ]
    return found if len(found) <= most else None


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
