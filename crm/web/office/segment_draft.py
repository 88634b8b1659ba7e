"""A tree as the builder shows it: what it has fields for; the rest is kept as it is."""

from __future__ import annotations

import json
from datetime import date
from typing import Any, assert_never

from crm.contracts.segment_fields import Kind, Source
from crm.segments.catalogue import OF_AMOUNTS, Catalogue
from crm.segments.json_form import to_json
from crm.segments.model import (
    Ahead,
    Between,
    Comparison,
    Condition,
    Every,
    InSegment,
    Month,
    Near,
    Not,
    Rolling,
    Sample,
    Side,
    Some,
    Span,
    Tree,
    Unit,
    Window,
    Words,
    Year,
)
from crm.values import money
from crm.web.office.segment_form import ASKED, COMPARE, RIGHT, SAMPLE, SEGMENT, WHEN, Draft, Node
from crm.web.office.segment_words import SHIFTED

Fields = dict[str, list[str]]


def drafted(tree: Tree, catalogue: Catalogue) -> Draft:
    """The draft of a tree; what the builder has no fields for stays as it is."""
    root = tree if isinstance(tree, Every | Some) else Every(parts=(tree,))
    nodes: list[Node] = []

    def put(part: Tree, parent: str) -> None:
        number = str(len(nodes))
        values = group_values(part)
        if values is not None:
            nodes.append(Node(id=number, parent=parent, kind="group", values=values))
            inner = part.part if isinstance(part, Not) else part
            for one in inner.parts if isinstance(inner, Every | Some) else ():
                put(one, number)
            return
        leaf = part.part if isinstance(part, Not) else part
        fields = _fields(leaf, catalogue)
        if fields is None:
            fixed = {"json": [json.dumps(to_json(part))]}
            nodes.append(Node(id=number, parent=parent, kind="fixed", values=fixed))
            return
        if isinstance(part, Not):
            fields["neg"] = ["1"]
        nodes.append(Node(id=number, parent=parent, kind="if", values=fields))

    put(root, "")
    return tuple(nodes)


def group_values(part: Tree) -> Fields | None:
    """How a group is chosen in the builder; None of what is no group."""
    is_denied = isinstance(part, Not)
    match part.part if isinstance(part, Not) else part:
        case Every():
            return {"mode": ["not-every" if is_denied else "every"]}
        case Some(least=1):
            return {"mode": ["none" if is_denied else "some"]}
        case Some(least=least):
            return {"mode": ["fewer" if is_denied else "least"], "least": [str(least)]}
        case _:
            return None


def _fields(leaf: Tree, catalogue: Catalogue) -> Fields | None:
    match leaf:
        case InSegment(segment_id=number):
            return {"source": [SEGMENT], f"a-{ASKED}": [str(number)]}
        case Sample(per_thousand=share, seed=seed):
            return {"source": [SAMPLE], f"a-{ASKED}": [str(share)], f"b-{ASKED}": [seed]}
        case Condition():
            return _condition_fields(leaf, catalogue)
        case Comparison():
            return _comparison_fields(leaf, catalogue)
        case _:
            return None


def _comparison_fields(leaf: Comparison, catalogue: Catalogue) -> Fields | None:
    source = catalogue.source(leaf.source)
    found: Fields = {
        "source": [leaf.source],
        "measure": [COMPARE],
        "left": [leaf.left.measure.value],
        "right": [leaf.right.measure.value],
        "relation": [leaf.relation.value],
        "percent": [str(leaf.percent)],
    }
    asks = [*_side_asks(leaf.left, source, ""), *_side_asks(leaf.right, source, RIGHT)]
    return _all_fields(found, asks) if source.amount else None


def _side_asks(part: Condition | Side, source: Source, suffix: str) -> list[tuple[str, Any, Kind]]:
    asks: list[tuple[str, Any, Kind]] = [(f"{WHEN}{suffix}", part.window, Kind.DAY)] if part.window is not None else []
    for test in part.where:
        column = source.find_column(test.column)
        assert column is not None
        asks.append((f"{test.column}{suffix}", test.asks, column.kind))
    return asks


def _condition_fields(leaf: Condition, catalogue: Catalogue) -> Fields | None:
    source = catalogue.source(leaf.source)
    found: Fields = {"source": [leaf.source], "measure": [leaf.measure.value]}
    asks = _side_asks(leaf, source, "")
    if isinstance(leaf.asks, Span):
        asks.append((ASKED, leaf.asks, Kind.CENTS if leaf.measure in OF_AMOUNTS else Kind.NUMBER))
    elif leaf.asks is not None:
        if leaf.window is not None:
            return None
        asks.append((WHEN, leaf.asks, Kind.DAY))
    return _all_fields(found, asks)


def _all_fields(found: Fields, asks: list[tuple[str, Any, Kind]]) -> Fields | None:
    """None where a column is asked twice, or something is asked that has no field."""
    if len({key for key, _, _ in asks}) < len(asks):
        return None
    for key, asked, kind in asks:
        fields = _asked_fields(key, asked, kind)
        if fields is None:
            return None
        found |= fields
    return found


def _asked_fields(  # noqa: PLR0911 - one for each kind of question
    key: str, asked: Words | Span | Near | Window, kind: Kind
) -> Fields | None:
    match asked:
        case Words(values=values, other=other):
            return {f"t-{key}": sorted(values), f"x-{key}": ["1"] if other else []}
        case Span(low=low, high=high):
            how = "exact" if low == high else "most" if low is None else "least" if high is None else "between"
            asked_ends = [high] if low is None else [low] if how in {"least", "exact"} else [low, high]
            shown = [_shown(end, kind) for end in asked_ends]
            return {f"o-{key}": [how], f"a-{key}": shown[:1], f"b-{key}": shown[1:]}
        case Near(postcode=postcode, kilometres=kilometres):
            return {f"a-{key}": [str(kilometres)], f"b-{key}": [postcode]}
        case Year():
            return _year_fields(key, asked)
        case Month(shift=shift):
            return {f"w-{key}": [f"month:{shift}"]} if f"month:{shift}" in SHIFTED else None
        case Rolling(unit=unit, length=length, ending=ending):
            return _counted_fields(key, "ago", unit, length, ending)
        case Ahead(unit=unit, length=length, starting=starting):
            return _counted_fields(key, "in", unit, length, starting)
        case Between(first=date(month=1, day=1, year=year), last=date(month=12, day=31, year=end)) if year == end:
            return {f"w-{key}": ["yearof"], f"f-{key}": [str(year)]}
        case Between(first=first, last=last):
            ends = [first.isoformat() if first else "", last.isoformat() if last else ""]
            return {f"w-{key}": ["between"], f"f-{key}": ends[:1], f"l-{key}": ends[1:]}
        case _:
            assert_never(asked)


def _counted_fields(key: str, way: str, unit: Unit, length: int | None, since: int) -> Fields:
    days = "days" if unit is Unit.DAYS else ""
    if length is None:
        return {f"w-{key}": [f"{way}{days}"], f"f-{key}": [str(since)]}
    if since:
        return {f"w-{key}": [f"{way}s{days}"], f"f-{key}": [str(since)], f"l-{key}": [str(since + length)]}
    return {f"w-{key}": [f"{'next' if way == 'in' else ''}{unit.value}"], f"f-{key}": [str(length)]}


def _year_fields(key: str, year: Year) -> Fields | None:
    days = [f"{day[3:]}/{day[:2]}" if day else "" for day in (year.from_day, year.to_day)]
    word = "part" if any(days) else "todate" if year.to_date else "year"
    if (year.to_date and any(days)) or (year.shift > 0 and f"{word}:{year.shift}" not in SHIFTED):
        return None
    part = {f"f-{key}": days[:1], f"l-{key}": days[1:]} if any(days) else {}
    if f"{word}:{year.shift}" in SHIFTED:
        return {f"w-{key}": [f"{word}:{year.shift}"]} | part
    ago = {f"a-{key}": [str(-year.shift)]} if part else {f"f-{key}": [str(-year.shift)]}
    return {f"w-{key}": [f"{word}s"]} | ago | part


def _shown(end: int | str | None, kind: Kind) -> str:
    if kind is Kind.CENTS and isinstance(end, int):
        return money.exact(end).removesuffix(".00").replace(".", ",")
    return str(end)
