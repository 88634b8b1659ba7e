"""The builder as a form: fields in, a draft of conditions out, and a tree of those that are whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from crm.contracts.segment_fields import Kind, Measure, Source
from crm.segments.catalogue import OF_AMOUNTS, Catalogue, check_leaf
from crm.segments.json_form import from_json, to_json
from crm.segments.model import (
    Between,
    Condition,
    Every,
    InSegment,
    Leaf,
    Not,
    Rolling,
    Sample,
    Some,
    Span,
    Test,
    Tree,
    Unit,
    Window,
    Words,
    Year,
)
from crm.values import money
from crm.values.errors import Invalid
from crm.values.identifiers import SegmentId

MOST_NODES = 150
LONGEST = 200
SEGMENT = "segment"
SAMPLE = "sample"
ASKED = "="
"""The name under which a condition's own number stands, beside those of its columns."""
WHEN = "@"
"""The name under which its window stands."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """A group, a condition, or something the builder shows and keeps as it is (`fixed`, as JSON)."""

    id: str
    parent: str
    kind: str
    values: Mapping[str, list[str]] = field(default_factory=dict)

    def get(self, key: str) -> str:
        """The only value of a field, or nothing."""
        found = self.values.get(key) or [""]
        return found[0]


Draft = tuple[Node, ...]
ROOT = "0"


Form = Mapping[str, Sequence[str]]


def read(form: Form, keys: Sequence[str]) -> Draft:
    """The draft a form holds, nodes in order; `keys` are all fields there are. The root is always there."""
    nodes = [Node(id=ROOT, parent="", kind="group", values=_values(form, ROOT, keys))]
    known = {ROOT}
    for number in list(form.get("n", ()))[:MOST_NODES]:
        parent, kind = ("".join(form.get(f"{number}-{key}", ())[:1]) for key in ("parent", "kind"))
        if number in known or not number.isascii() or not number.isdecimal() or kind not in {"group", "if", "fixed"}:
            continue
        parent = parent if parent in known else ROOT
        known.add(number)
        nodes.append(Node(id=number, parent=parent, kind=kind, values=_values(form, number, keys)))
    groups = {node.id for node in nodes if node.kind == "group"}
    return tuple(node if node.parent in groups or not node.parent else replace(node, parent=ROOT) for node in nodes)


def _values(form: Form, number: str, keys: Sequence[str]) -> dict[str, list[str]]:
    found = {key: form.get(f"{number}-{key}", ())[:500] for key in keys}
    return {key: [value[:20_000] for value in values] for key, values in found.items() if values}


def keys_of(catalogue: Catalogue) -> tuple[str, ...]:
    """Every field a node may have."""
    columns = sorted({column.key for source in catalogue.sources for column in source.columns})
    of_columns = [f"{letter}-{key}" for key in (*columns, ASKED, WHEN) for letter in "txoabwfl"]
    return ("mode", "least", "neg", "source", "measure", "json", *of_columns)


def changed(draft: Draft, deed: str) -> Draft:
    """The draft after a button: `add:3`, `group:3`, `drop:3`, `up:3`, `down:3`, `out:3`."""
    verb, _, number = deed.partition(":")
    nodes = list(draft)
    node = next((one for one in nodes if one.id == number), None)
    if node is None:
        return draft
    free = str(max(int(one.id) for one in nodes) + 1)
    match verb:
        case "add" if node.kind == "group":
            nodes.append(Node(id=free, parent=number, kind="if", values={"source": ["gift"], "measure": ["has"]}))
        case "group" if node.kind == "group":
            nodes.append(Node(id=free, parent=number, kind="group", values={"mode": ["some"]}))
        case "drop" if number != ROOT:
            gone = _with_children(nodes, number)
            nodes = [one for one in nodes if one.id not in gone]
        case "up" | "down" if number != ROOT:
            nodes = _swapped(nodes, node, -1 if verb == "up" else 1)
        case "out" if node.parent not in {"", ROOT}:
            above = next(one.parent for one in nodes if one.id == node.parent)
            nodes[nodes.index(node)] = replace(node, parent=above)
        case _:
            pass
    return _ordered(nodes)


def _swapped(nodes: list[Node], node: Node, step: int) -> list[Node]:
    siblings = [one for one in nodes if one.parent == node.parent]
    place = siblings.index(node) + step
    if not 0 <= place < len(siblings):
        return nodes
    other = siblings[place]
    first, second = nodes.index(node), nodes.index(other)
    nodes[first], nodes[second] = nodes[second], nodes[first]
    return nodes


def _with_children(nodes: Sequence[Node], number: str) -> set[str]:
    gone = {number}
    while more := {one.id for one in nodes if one.parent in gone} - gone:
        gone |= more
    return gone


def _ordered(nodes: Sequence[Node]) -> Draft:
    def below(number: str) -> list[Node]:
        return [one for child in nodes if child.parent == number for one in (child, *below(child.id))]

    return (nodes[0], *below(ROOT))


@dataclass(frozen=True, kw_only=True, slots=True)
class Built:
    """The tree of what is whole, and what is not, by node."""

    tree: Tree
    incomplete: frozenset[str]


def built(draft: Draft, catalogue: Catalogue, allowed: Callable[[Source], bool]) -> Built:
    """What a draft asks. A condition that is not whole, or that one may not ask, is left out and named."""
    wrong: set[str] = set()

    def below(node: Node) -> tuple[Tree, ...]:
        found = []
        for child in draft:
            if child.parent != node.id:
                continue
            try:
                found.append(part(child))
            except (Invalid, ValueError):
                wrong.add(child.id)
        return tuple(found)

    def part(node: Node) -> Tree:
        match node.kind:
            case "group":
                return _group(node, below(node))
            case "fixed":
                tree = from_json(json.loads(node.get("json")))
                if not all(allowed(catalogue.source(key)) for key in catalogue.asked(tree)):
                    raise Invalid("not to be asked by everybody")
                return tree
            case _:
                leaf = _leaf(node, catalogue)
                if isinstance(leaf, Condition) and not allowed(catalogue.source(leaf.source)):
                    raise Invalid("not to be asked by everybody")
                check_leaf(leaf, catalogue, node.id)
                return Not(part=leaf) if node.get("neg") else leaf

    return Built(tree=part(draft[0]), incomplete=frozenset(wrong))


def _group(node: Node, parts: tuple[Tree, ...]) -> Tree:
    match node.get("mode"):
        case "some" if parts:
            return Some(parts=parts)
        case "none" if parts:
            return Not(part=Some(parts=parts))
        case "least" if parts:
            return Some(parts=parts, least=min(max(1, _whole(node.get("least") or "2")), len(parts)))
        case _:
            return Every(parts=parts)


def _leaf(node: Node, catalogue: Catalogue) -> Leaf:
    key = node.get("source")
    if key == SEGMENT:
        return InSegment(segment_id=SegmentId(_whole(node.get(f"a-{ASKED}"))))
    if key == SAMPLE:
        return Sample(per_thousand=_whole(node.get(f"a-{ASKED}")), seed=node.get(f"b-{ASKED}"))
    source = catalogue.source(key)
    measure = measure_of(node, source, catalogue)
    window = _window(node, WHEN)
    asks: Span | Window | None = None
    if measure in {Measure.FIRST, Measure.LAST}:
        window, asks = None, window
    elif measure is not Measure.HAS:
        asks = _span(node, ASKED, Kind.CENTS if measure in OF_AMOUNTS else Kind.NUMBER)
    tests = [test for column in source.columns if (test := _test(node, column.key, column.kind)) is not None]
    return Condition(source=key, measure=measure, where=tuple(tests), window=window if source.day else None, asks=asks)


def measure_of(node: Node, source: Source, catalogue: Catalogue) -> Measure:
    """The chosen measure, or whether there is anything where another source was chosen since."""
    wanted = node.get("measure")
    measures = catalogue.measures(source)
    return Measure(wanted) if wanted in set(measures) else Measure.HAS


def _test(node: Node, key: str, kind: Kind) -> Test | None:
    match kind:
        case Kind.WORD:
            values = frozenset(value for value in node.values.get(f"t-{key}", []) if value)
            words = Words(values=values, other=bool(node.get(f"x-{key}")))
            return Test(column=key, asks=words) if values else None
        case Kind.DAY | Kind.INSTANT:
            window = _window(node, key)
            return Test(column=key, asks=window) if window is not None else None
        case _:
            span = _span(node, key, kind)
            return Test(column=key, asks=span) if span is not None else None


def _span(node: Node, key: str, kind: Kind) -> Span | None:
    how, first, second = (node.get(f"{letter}-{key}").strip()[:LONGEST] for letter in "oab")
    if not first and not (how == "between" and second):
        return None

    def value(text: str) -> int | str:
        if kind is Kind.TEXT:
            return text
        return money.typed(text) if kind is Kind.CENTS else _whole(text)

    match how:
        case "most":
            return Span(high=value(first))
        case "exact":
            return Span(low=value(first), high=value(first))
        case "between":
            return Span(low=value(first) if first else None, high=value(second) if second else None)
        case _:
            return Span(low=value(first))


def _window(node: Node, key: str) -> Window | None:  # noqa: PLR0911 - one for each kind of window
    how, first, last = (node.get(f"{letter}-{key}").strip()[:LONGEST] for letter in "wfl")
    word, _, shift = how.partition(":")
    match word:
        case "year" | "todate":
            return Year(shift=int(shift), to_date=word == "todate")
        case "months":
            return Rolling(length=_whole(first))
        case "days":
            return Rolling(unit=Unit.DAYS, length=_whole(first))
        case "ago":
            return Rolling(length=None, ending=_whole(first))
        case "agos":
            return Rolling(length=_whole(last) - _whole(first), ending=_whole(first))
        case "between":
            days = [date.fromisoformat(text) if text else None for text in (first, last)]
            return Between(first=days[0], last=days[1])
        case _:
            return None


def _whole(text: str) -> int:
    if not text.strip().isdecimal() or len(text) > 12:
        raise Invalid("a whole number")
    return int(text)


def drafted(tree: Tree, catalogue: Catalogue) -> Draft:
    """The draft of a tree; what the builder has no fields for stays as it is."""
    root = tree if isinstance(tree, Every | Some) else Every(parts=(tree,))
    nodes: list[Node] = []

    def put(part: Tree, parent: str) -> None:
        number = str(len(nodes))
        values = _group_values(part)
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


def _group_values(part: Tree) -> dict[str, list[str]] | None:
    match part:
        case Every():
            return {"mode": ["every"]}
        case Some(least=1):
            return {"mode": ["some"]}
        case Some(least=least):
            return {"mode": ["least"], "least": [str(least)]}
        case Not(part=Some(least=1)):
            return {"mode": ["none"]}
        case _:
            return None


def _fields(leaf: Tree, catalogue: Catalogue) -> dict[str, list[str]] | None:
    match leaf:
        case InSegment(segment_id=number):
            return {"source": [SEGMENT], f"a-{ASKED}": [str(number)]}
        case Sample(per_thousand=share, seed=seed):
            return {"source": [SAMPLE], f"a-{ASKED}": [str(share)], f"b-{ASKED}": [seed]}
        case Condition():
            return _condition_fields(leaf, catalogue)
        case _:
            return None


def _condition_fields(leaf: Condition, catalogue: Catalogue) -> dict[str, list[str]] | None:
    source = catalogue.source(leaf.source)
    if len({test.column for test in leaf.where}) < len(leaf.where):
        return None
    found: dict[str, Any] = {"source": [leaf.source], "measure": [leaf.measure.value]}
    asks: list[tuple[str, Any, Kind]] = [(WHEN, leaf.window, Kind.DAY)] if leaf.window is not None else []
    if isinstance(leaf.asks, Span):
        asks.append((ASKED, leaf.asks, Kind.CENTS if leaf.measure in OF_AMOUNTS else Kind.NUMBER))
    elif leaf.asks is not None:
        if leaf.window is not None:
            return None
        asks.append((WHEN, leaf.asks, Kind.DAY))
    for test in leaf.where:
        column = source.find_column(test.column)
        assert column is not None
        asks.append((test.column, test.asks, column.kind))
    for key, asked, kind in asks:
        fields = _asked_fields(key, asked, kind)
        if fields is None:
            return None
        found |= fields
    return found


def _asked_fields(  # noqa: PLR0911 - one for each kind of question
    key: str, asked: Words | Span | Window, kind: Kind
) -> dict[str, list[str]] | None:
    match asked:
        case Words(values=values, other=other):
            return {f"t-{key}": sorted(values), f"x-{key}": ["1"] if other else []}
        case Span(low=low, high=high):
            how = "exact" if low == high else "most" if low is None else "least" if high is None else "between"
            asked_ends = [high] if low is None else [low] if how in {"least", "exact"} else [low, high]
            shown = [_shown(end, kind) for end in asked_ends]
            return {f"o-{key}": [how], f"a-{key}": shown[:1], f"b-{key}": shown[1:]}
        case Year(from_day="", to_day=""):
            return {f"w-{key}": [f"{'todate' if asked.to_date else 'year'}:{asked.shift}"]}
        case Rolling(unit=Unit.DAYS, length=int(length), ending=0):
            return {f"w-{key}": ["days"], f"f-{key}": [str(length)]}
        case Rolling(unit=Unit.MONTHS, length=None, ending=ending):
            return {f"w-{key}": ["ago"], f"f-{key}": [str(ending)]}
        case Rolling(unit=Unit.MONTHS, length=int(length), ending=0):
            return {f"w-{key}": ["months"], f"f-{key}": [str(length)]}
        case Rolling(unit=Unit.MONTHS, length=int(length), ending=ending):
            return {f"w-{key}": ["agos"], f"f-{key}": [str(ending)], f"l-{key}": [str(ending + length)]}
        case Between(first=first, last=last):
            ends = [first.isoformat() if first else "", last.isoformat() if last else ""]
            return {f"w-{key}": ["between"], f"f-{key}": ends[:1], f"l-{key}": ends[1:]}
        case _:
            return None


def _shown(end: int | str | None, kind: Kind) -> str:
    if kind is Kind.CENTS and isinstance(end, int):
        return money.exact(end).removesuffix(".00").replace(".", ",")
    return str(end)
