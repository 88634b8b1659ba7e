"""The builder as a form: fields in, a draft of conditions out, and a tree of those that are whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from crm.contracts.segment_fields import Kind, Measure, Source
from crm.segments.catalogue import OF_AMOUNTS, Catalogue, check_leaf, checked
from crm.segments.errors import TreeInvalid, WordUnlisted, YearFar
from crm.segments.json_form import from_json
from crm.segments.model import (
    Comparison,
    Condition,
    Every,
    InSegment,
    Leaf,
    Near,
    Not,
    Relation,
    Sample,
    Side,
    Some,
    Span,
    Test,
    Tree,
    Window,
    Words,
)
from crm.values import money
from crm.values.belgium.localities import postcode_of
from crm.values.errors import Invalid
from crm.values.identifiers import SegmentId
from crm.web.office import segment_when

MOST_NODES = 2000
"""More would be an attack: it is refused, and nothing of it is passed over."""
DEEPEST_SHOWN = 64
LONGEST = 200
SEGMENT = "segment"
SAMPLE = "sample"
ASKED = "="
"""The name under which a condition's own number stands, beside those of its columns."""
WHEN = "@"
"""The name under which its window stands."""
RIGHT = "~"
"""What ends the names of the right side of a comparison."""
COMPARE = "compare"
OF_ANY = frozenset({"neg", "source"})
"""What a condition keeps when another source is chosen."""


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
SIDES = ("left", "right")

Form = Mapping[str, Sequence[str]]


def read(form: Form, keys: Sequence[str]) -> Draft:
    """The draft a form holds, nodes in order; `keys` are all fields there are. The root is always there.

    Raises TreeInvalid for more than anybody would build.
    """
    nodes = [Node(id=ROOT, parent="", kind="group", values=_values(form, ROOT, keys))]
    known, depths = {ROOT}, {ROOT: 0}
    if len(form.get("n", ())) > MOST_NODES:
        raise TreeInvalid("too many conditions", field="tree")
    for number in form.get("n", ()):
        parent, kind = ("".join(form.get(f"{number}-{key}", ())[:1]) for key in ("parent", "kind"))
        if number in known or not number.isascii() or not number.isdecimal() or kind not in {"group", "if", "fixed"}:
            continue
        parent = parent if parent in known else ROOT
        known.add(number)
        depths[number] = depths[parent] + 1
        if depths[number] > DEEPEST_SHOWN:
            raise TreeInvalid("too deep", field="tree")
        nodes.append(Node(id=number, parent=parent, kind=kind, values=_values(form, number, keys)))
    groups = {node.id for node in nodes if node.kind == "group"}
    return tuple(node if node.parent in groups or not node.parent else replace(node, parent=ROOT) for node in nodes)


def _values(form: Form, number: str, keys: Sequence[str]) -> dict[str, list[str]]:
    """The fields of a node. Those that were asked of another source than the one chosen now are dropped: under the same
    name they would mean something else."""
    found = {key: form.get(f"{number}-{key}", ())[:500] for key in keys}
    was, source = (form.get(f"{number}-{key}", ())[:1] for key in ("was", "source"))
    if was and source and was != source:
        found = {key: values for key, values in found.items() if key in OF_ANY}
    return {key: [value[:20_000] for value in values] for key, values in found.items() if values}


def keys_of(catalogue: Catalogue) -> tuple[str, ...]:
    """Every field a node may have."""
    columns = sorted({column.key for source in catalogue.sources for column in source.columns})
    names = (*columns, ASKED, WHEN, *(f"{key}{RIGHT}" for key in (*columns, WHEN)))
    of_columns = [f"{letter}-{key}" for key in names for letter in "txoabwfl"]
    return ("mode", "least", "neg", "source", "measure", "json", *SIDES, "relation", "percent", *of_columns)


def changed(draft: Draft, deed: str) -> Draft:
    """The draft after a button: `add:3`, `group:3`, `drop:3`, `up:3`, `down:3`, `in:3`, `out:3`."""
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
        case "in" if number != ROOT:
            nodes = _taken_in(nodes, node)
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


def _taken_in(nodes: list[Node], node: Node) -> list[Node]:
    """Into the next group below it, as its first part; where there is none, into the one above, as its last."""
    siblings = [one for one in nodes if one.parent == node.parent]
    place = siblings.index(node)
    groups = [one for one in siblings[place + 1 :] if one.kind == "group"]
    above = [one for one in siblings[:place] if one.kind == "group"]
    if not (groups or above):
        return nodes
    others = [one for one in nodes if one is not node]
    moved = replace(node, parent=(groups or above[::-1])[0].id)
    after = others.index(groups[0]) + 1 if groups else len(others)
    return [*others[:after], moved, *others[after:]]


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
    far: frozenset[str]
    """Those of `incomplete` that name a year out of reach."""
    unknown: Mapping[str, str]
    """Those that name words which no list of theirs has, with these words."""
    asked: Mapping[str, Tree]
    """What each condition that is whole asks, by node."""
    is_too_large: bool
    """More conditions, or groups within groups, than anybody may ask: it is not counted."""


def built(
    draft: Draft,
    catalogue: Catalogue,
    allowed: Callable[[Source], bool],
    unlisted: Callable[[Leaf], Collection[str]] = lambda _: (),
) -> Built:
    """What a draft asks. A condition that is not whole, or that one may not ask, is left out and named.

    `unlisted`: the words of a condition that none of its lists has.
    """
    wrong: dict[str, Exception] = {}
    whole: dict[str, Tree] = {}

    def below(node: Node) -> tuple[Tree, ...]:
        found: list[Tree] = []
        for child in draft:
            if child.parent != node.id:
                continue
            try:
                whole[child.id] = part(child)
                found += _asked(child, whole[child.id])
            except (Invalid, ValueError) as refused:
                wrong[child.id] = refused
        return tuple(found)

    def part(node: Node) -> Tree:
        match node.kind:
            case "group":
                return _group(node, below(node))
            case "fixed":
                tree = checked(from_json(parsed(node.get("json"))), catalogue)
                if not all(allowed(catalogue.source(key)) for key in catalogue.asked(tree)):
                    raise Invalid("not to be asked by everybody")
                return tree
            case _:
                leaf = _whole_leaf(node, catalogue, allowed)
                if words := unlisted(leaf):
                    raise WordUnlisted(", ".join(sorted(words)), field=node.id)
                return Not(part=leaf) if node.get("neg") else leaf

    tree = part(draft[0])
    is_too_large = _is_too_large(tree, catalogue)
    return Built(
        tree=tree,
        incomplete=frozenset(wrong),
        far=frozenset(number for number, refused in wrong.items() if isinstance(refused, YearFar)),
        unknown={number: str(refused) for number, refused in wrong.items() if isinstance(refused, WordUnlisted)},
        asked={node.id: whole[node.id] for node in draft if node.id in whole and node.kind != "group"},
        is_too_large=is_too_large,
    )


def parsed(text: str) -> Any:
    """What a part that is kept as it is says. Raises ValueError, for brackets without end too."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _asked(node: Node, tree: Tree) -> tuple[Tree, ...]:
    """A group with nothing in it yet asks nothing; kept, it would ask who is known at all."""
    return () if node.kind == "group" and tree == Every() else (tree,)


def _is_too_large(tree: Tree, catalogue: Catalogue) -> bool:
    try:
        checked(tree, catalogue)
    except TreeInvalid:
        return True
    return False


def _group(node: Node, parts: tuple[Tree, ...]) -> Tree:
    match node.get("mode"):
        case "some" if parts:
            return Some(parts=parts)
        case "none" if parts:
            return Not(part=Some(parts=parts))
        case "not-every" if parts:
            return Not(part=Every(parts=parts))
        case "least" | "fewer" if parts:
            several = Some(parts=parts, least=min(max(1, segment_when.whole(node.get("least") or "2")), len(parts)))
            return Not(part=several) if node.get("mode") == "fewer" else several
        case _:
            return Every(parts=parts)


def _whole_leaf(node: Node, catalogue: Catalogue, allowed: Callable[[Source], bool]) -> Leaf:
    leaf = _leaf(node, catalogue)
    if isinstance(leaf, Condition | Comparison) and not allowed(catalogue.source(leaf.source)):
        raise Invalid("not to be asked by everybody")
    check_leaf(leaf, catalogue, node.id)
    return leaf


def _leaf(node: Node, catalogue: Catalogue) -> Leaf:
    key = node.get("source")
    if key == SEGMENT:
        return InSegment(segment_id=SegmentId(segment_when.whole(node.get(f"a-{ASKED}"))))
    if key == SAMPLE:
        return Sample(per_thousand=segment_when.whole(node.get(f"a-{ASKED}")), seed=node.get(f"b-{ASKED}"))
    source = catalogue.source(key)
    if is_compared(node, source):
        return _comparison(node, source)
    measure = measure_of(node, source, catalogue)
    window = _window(node, WHEN)
    asks: Span | Window | None = None
    if measure in {Measure.FIRST, Measure.LAST}:
        window, asks = None, window
    elif measure is not Measure.HAS:
        asks = _span(node, ASKED, Kind.CENTS if measure in OF_AMOUNTS else Kind.NUMBER)
    where = _where(node, source, "")
    return Condition(source=key, measure=measure, where=where, window=window if source.day else None, asks=asks)


def _where(node: Node, source: Source, suffix: str) -> tuple[Test, ...]:
    found = [(column.key, _test(node, f"{column.key}{suffix}", column.kind)) for column in source.columns]
    return tuple(replace(test, column=key) for key, test in found if test is not None)


def is_compared(node: Node, source: Source) -> bool:
    """Whether two measures of a source are set beside each other."""
    return node.get("measure") == COMPARE and bool(source.amount)


def _comparison(node: Node, source: Source) -> Comparison:
    def side(name: str, suffix: str) -> Side:
        measure = Measure(node.get(name) or Measure.SUM)
        return Side(measure=measure, where=_where(node, source, suffix), window=_window(node, f"{WHEN}{suffix}"))

    return Comparison(
        source=source.key,
        left=side("left", ""),
        relation=Relation(node.get("relation") or Relation.MORE_THAN),
        percent=segment_when.whole(node.get("percent") or "100"),
        right=side("right", RIGHT),
    )


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
        case Kind.DAY | Kind.INSTANT | Kind.ANNIVERSARY:
            window = _window(node, key)
            return Test(column=key, asks=window) if window is not None else None
        case Kind.PLACE:
            far, postcode = (node.get(f"{letter}-{key}").strip()[:LONGEST] for letter in "ab")
            if not far and not postcode:
                return None
            return Test(
                column=key, asks=Near(postcode=postcode_of(postcode) or postcode, kilometres=segment_when.whole(far))
            )
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
        return money.typed(text) if kind is Kind.CENTS else segment_when.whole(text)

    match how:
        case "most":
            return Span(high=value(first))
        case "exact":
            return Span(low=value(first), high=value(first))
        case "between":
            return Span(low=value(first) if first else None, high=value(second) if second else None)
        case _:
            return Span(low=value(first))


def _window(node: Node, key: str) -> Window | None:
    how, first, last, back = (node.get(f"{letter}-{key}").strip()[:LONGEST] for letter in "wfla")
    return segment_when.read(how, first, last, back, field=key)
