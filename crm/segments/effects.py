"""How a segment comes to its number: what each condition does by itself, wherever it stands; whom the gate refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from sqlalchemy import BigInteger, case, cast, false, func, select, true

from crm.consent.model import Channel
from crm.foundation import bulk
from crm.segments import wide_store
from crm.segments.asking import FEW, reasons, widened
from crm.segments.model import (
    Breakdown,
    Condition,
    Definition,
    Does,
    Effect,
    Every,
    Facts,
    Not,
    Refused,
    Some,
    Tree,
    Words,
)
from crm.segments.rules import belongs, matches
from crm.segments.selects import Question, clause, members, person_columns, picked

MOST_WITHIN = 16
"""With more conditions in all, a group is told as one."""
MOST_REFUSED = 6
"""So many purposes and channels are gone through for their reasons."""
Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Spot:
    """A part in its place; `is_turned`: that it holds speaks against the whole."""

    path: Path
    part: Tree
    does: Does
    is_turned: bool
    is_told_whole: bool


@dataclass(frozen=True, slots=True)
class _Kind:
    """So many people of whom the same conditions hold; in whom a hand or the tree puts in."""

    people: int
    holds: Mapping[Path, bool]
    if_not: bool
    if_so: bool


@dataclass(slots=True)
class _Figures:
    alone: int = 0
    left: int = 0
    only: int = 0


@dataclass(slots=True)
class _Counts:
    everybody: int = 0
    people: int = 0
    of: dict[Path, _Figures] = field(default_factory=dict)


def breakdown(definition: Definition, question: Question) -> Breakdown:
    """How it comes to its number, condition by condition, in one pass over everybody."""
    tree = definition.tree
    spots = _spots(tree)
    ends = [spot for spot in spots if spot.is_told_whole]
    asked, alone = widened(definition, question)
    counts = _Counts(of={spot.path: _Figures() for spot in spots})
    for kind in (*_kinds(definition, ends, asked), *_kinds_alone(definition, ends, alone, question)):
        _add(counts, tree, spots, kind)
    effects = tuple(
        Effect(
            part=spot.part,
            does=spot.does,
            depth=max(0, len(spot.path) - 1),
            alone=counts.of[spot.path].alone,
            left=counts.of[spot.path].left if len(spot.path) < 2 else None,
            only=counts.of[spot.path].only,
        )
        for spot in spots
    )
    return Breakdown(everybody=counts.everybody, people=counts.people, effects=effects)


def refusals(definition: Definition, question: Question) -> tuple[Refused, ...]:
    """Of those who are out for want of being reachable only, how many for which reason of the gate: per condition.

    A condition of several purposes or channels is told one by one. "" counts those who never said anything.
    """
    found: list[Refused] = []
    for spot in _spots(definition.tree):
        part = spot.part
        if not (isinstance(part, Condition) and part.source == "reach") or spot.is_turned or not spot.is_told_whole:
            continue
        named = {test.column: sorted(test.asks.values) for test in part.where if isinstance(test.asks, Words)}
        pairs = [(one, Channel(way)) for one, way in product(named["purpose"], named["channel"]) if way in set(Channel)]
        if not pairs or len(found) + len(pairs) > MOST_REFUSED:
            continue
        lost = _lost(definition, spot)
        few = _few(lost, question)
        for purpose, channel in pairs:
            if few is None:
                said = reasons(question, members(lost, question), purpose, channel)
            else:
                whom = bulk.numbers(question.session, few)
                several = select(whom.subquery().c.value.label("person_id"))
                said = reasons(question, several, purpose, channel, within=whom)
            found.append(Refused(part=part, purpose=purpose, channel=channel, reasons=said))
    return tuple(found)


def group(part: Tree) -> tuple[bool, Every | Some] | None:
    """Whether a group is denied, and the group; None of what is no group, or has nothing in it."""
    is_denied = False
    while isinstance(part, Not):
        is_denied, part = not is_denied, part.part
    return (is_denied, part) if isinstance(part, Every | Some) and part.parts else None


def _spots(tree: Tree) -> tuple[_Spot, ...]:
    """Each part with those below it; the parts of the root only, where there are many. What is no group, itself."""
    if group(tree) is None:
        return (_Spot((), tree, Does.KEEPS_OUT, is_turned=False, is_told_whole=True),)
    every = tuple(_below(tree, (), is_turned=False))
    if sum(spot.is_told_whole for spot in every) <= MOST_WITHIN:
        return every
    return tuple(
        _Spot(spot.path, spot.part, spot.does, spot.is_turned, is_told_whole=True)
        for spot in every
        if len(spot.path) == 1
    )


def _below(part: Tree, path: Path, *, is_turned: bool) -> Iterator[_Spot]:
    found = group(part)
    assert found is not None
    is_denied, inner = found
    is_turned ^= is_denied
    does = Does.KEEPS_OUT if isinstance(inner, Every) is not is_turned else Does.BRINGS_IN
    for n, one in enumerate(inner.parts):
        is_end = group(one) is None
        yield _Spot((*path, n), one, does, is_turned, is_told_whole=is_end)
        if not is_end:
            yield from _below(one, (*path, n), is_turned=is_turned)


def _add(counts: _Counts, tree: Tree, spots: Sequence[_Spot], kind: _Kind) -> None:
    holds = dict(kind.holds)
    whole = _filled(tree, (), holds)
    turning = set(_turning(tree, (), holds)) if kind.if_so is not kind.if_not else set()
    counts.everybody += kind.people
    counts.people += kind.people if (kind.if_so if whole else kind.if_not) else 0
    found, held = group(tree), 0
    for spot in spots:
        figures = counts.of[spot.path]
        figures.alone += kind.people if holds[spot.path] else 0
        if spot.path in turning and whole is (spot.does is Does.BRINGS_IN):
            figures.only += kind.people
        if found is None:
            figures.left += kind.people if holds[spot.path] else 0
        elif len(spot.path) == 1:
            is_denied, inner = found
            held += holds[spot.path]
            least = spot.path[0] + 1 if isinstance(inner, Every) else inner.least
            figures.left += kind.people if (held >= least) is not is_denied else 0


def _filled(part: Tree, path: Path, holds: dict[Path, bool]) -> bool:
    """Whether a part holds, and each below it, by what is known of the conditions."""
    if path not in holds:
        found = group(part)
        assert found is not None
        is_denied, inner = found
        held = sum(_filled(one, (*path, n), holds) for n, one in enumerate(inner.parts))
        holds[path] = (held >= _least(inner)) is not is_denied
    return holds[path]


def _turning(part: Tree, path: Path, holds: Mapping[Path, bool]) -> Iterator[Path]:
    """The parts that would turn the whole if they alone were otherwise."""
    found = group(part)
    if not path and found is None:
        yield path
    if found is None or (*path, 0) not in holds:
        return
    _, inner = found
    held, least = sum(holds[*path, n] for n in range(len(inner.parts))), _least(inner)
    for n, one in enumerate(inner.parts):
        if held == (least if holds[*path, n] else least - 1):
            yield (*path, n)
            yield from _turning(one, (*path, n), holds)


def _least(inner: Every | Some) -> int:
    return len(inner.parts) if isinstance(inner, Every) else inner.least


_BITS = 60
"""Conditions that one whole number says of, each by a bit: people are told apart by few numbers."""


def _kinds(definition: Definition, ends: Sequence[_Spot], question: Question) -> Iterator[_Kind]:
    everybody = question.everybody(person_columns(definition.tree, question))
    masks = []
    for start in range(0, len(ends), _BITS):
        some = enumerate(ends[start : start + _BITS])
        bits = [case((clause(spot.part, everybody, question), 1 << n), else_=0) for n, spot in some]
        masks.append(cast(sum(bits[1:], start=bits[0]), BigInteger).label(f"mask_{start}"))
    who, session = everybody.c.person_id, question.session
    by_hand = picked(definition, false(), who, session), picked(definition, true(), who, session)
    hands = [case((one, 1), else_=0).label(f"hand_{n}") for n, one in enumerate(by_hand)]
    each = select(*masks, *hands).select_from(everybody).cte("each")
    if question.wide is None:
        # Worked out once: SQLite would write each condition out again, and ask the rooms twice.
        each = each.prefix_with("MATERIALIZED")
    for *found, if_not, if_so, people in question.session.execute(select(*each.c, func.count()).group_by(*each.c)):
        holds = {spot.path: bool(found[n // _BITS] >> n % _BITS & 1) for n, spot in enumerate(ends)}
        yield _Kind(people, holds, bool(if_not), bool(if_so))


def _kinds_alone(
    definition: Definition, ends: Sequence[_Spot], several: Sequence[Facts], question: Question
) -> Iterator[_Kind]:
    today, catalogue, others = question.today, question.catalogue, question.others
    for facts in several:
        if facts.rows[catalogue.person.key, frozenset()]:
            holds = {
                spot.path: matches(spot.part, facts, today=today, catalogue=catalogue, others=others) for spot in ends
            }
            is_out, is_put_in = facts.person_id in definition.excluded, facts.person_id in definition.included
            yield _Kind(1, holds, if_not=is_put_in and not is_out, if_so=not is_out)


def _lost(definition: Definition, spot: _Spot) -> Definition:
    """Who is out, and would be in if that condition alone held of them; whom a hand put in or out is neither."""
    tree = definition.tree
    parts = [granted(tree, spot.path), Not(part=spot.part)]
    if spot.path and not _is_all(tree, spot.path):
        parts.append(Not(part=tree))
    return Definition(tree=Every(parts=tuple(parts)), excluded=definition.included | definition.excluded)


def granted(part: Tree, path: Path) -> Tree:
    """A tree as it would be if what stands at a place held of everybody."""
    if not path:
        return Every()
    match part:
        case Not():
            return Not(part=granted(part.part, path))
        case Every():
            several = [granted(one, path[1:]) if n == path[0] else one for n, one in enumerate(part.parts)]
            return Every(parts=tuple(one for one in several if one != Every()))
        case Some():
            several = [granted(one, path[1:]) if n == path[0] else one for n, one in enumerate(part.parts)]
            return Some(parts=tuple(several), least=part.least)
        case _:
            return part


def _is_all(part: Tree, path: Path) -> bool:
    """Whether only groups that ask for all lead there."""
    if not path:
        return True
    return isinstance(part, Every) and _is_all(part.parts[path[0]], path[1:])


def _few(definition: Definition, question: Question) -> list[int] | None:
    """Who is in a segment, by the rows that are fast; None where those are many."""
    most = wide_store.highest(question) // FEW
    asked, alone = widened(definition, question)
    found = list(question.session.scalars(members(definition, asked).limit(most + 1)))
    today, catalogue, others = question.today, question.catalogue, question.others
    found += [
        facts.person_id
        for facts in alone
        if belongs(definition, facts, today=today, catalogue=catalogue, others=others)
    ]
    return found if len(found) <= most else None
