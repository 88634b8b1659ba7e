"""A tree as JSON and back. What is read is taken apart strictly: an unknown word is refused, never passed over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar, assert_never

from crm.contracts.segment_fields import Measure
from crm.segments.errors import TreeInvalid
from crm.segments.model import (
    DEEPEST,
    FORM,
    Ahead,
    Between,
    Comparison,
    Condition,
    Every,
    InSegment,
    Month,
    Near,
    Not,
    Relation,
    Rolling,
    Sample,
    Side,
    Some,
    Span,
    Test,
    Tree,
    Unit,
    Window,
    Words,
    Year,
)
from crm.values.identifiers import SegmentId

UPGRADES: Mapping[int, Callable[[Any], Any]] = {1: lambda tree: tree, 2: lambda tree: tree}
"""For each form before `FORM`, what makes its tree one of the next. The first had no windows that lie ahead, the
second no months of the calendar."""
_W = TypeVar("_W", Measure, Relation)


def to_json(tree: Tree) -> dict[str, Any]:
    """A tree as it is kept: `{"form": 3, "tree": …}`."""
    return {"form": FORM, "tree": _tree(tree)}


def from_json(whole: Any) -> Tree:
    """The tree of a form we know. Raises `TreeInvalid` for anything else; older forms are read as they were meant."""
    unknown = TreeInvalid("a form of a segment that we do not know", field="form")
    if not isinstance(whole, Mapping):
        raise unknown
    form, tree = whole.get("form"), whole.get("tree")
    if isinstance(form, bool) or not isinstance(form, int):
        raise unknown
    while form != FORM:
        if form not in UPGRADES:
            raise unknown
        form, tree = form + 1, UPGRADES[form](tree)
    return _read(tree, "tree", 0)


def _tree(tree: Tree) -> dict[str, Any]:  # noqa: PLR0911 - one answer for each noun
    match tree:
        case Every():
            return {"every": [_tree(part) for part in tree.parts]}
        case Some():
            return {"some": [_tree(part) for part in tree.parts], "least": tree.least}
        case Not():
            return {"not": _tree(tree.part)}
        case Condition():
            found = {"of": tree.source, **_side(tree)}
            if tree.asks is not None:
                found["is"] = _span(tree.asks) if isinstance(tree.asks, Span) else _window(tree.asks)
            return found
        case Comparison():
            return {
                "compare": tree.source,
                "left": _side(tree.left),
                "relation": tree.relation.value,
                "percent": tree.percent,
                "right": _side(tree.right),
            }
        case InSegment():
            return {"segment": tree.segment_id}
        case Sample():
            return {"sample": tree.per_thousand, "seed": tree.seed}
        case _:
            assert_never(tree)


def _side(part: Condition | Side) -> dict[str, Any]:
    found: dict[str, Any] = {"measure": part.measure.value}
    if part.where:
        found["where"] = [_test(test) for test in part.where]
    if part.window is not None:
        found["window"] = _window(part.window)
    return found


def _test(test: Test) -> dict[str, Any]:
    match test.asks:
        case Words(values=values, other=other):
            return {"column": test.column, "not_in" if other else "in": sorted(values)}
        case Span():
            return {"column": test.column, "is": _span(test.asks)}
        case Near(postcode=postcode, kilometres=kilometres):
            return {"column": test.column, "near": postcode, "km": kilometres}
        case _:
            return {"column": test.column, "within": _window(test.asks)}


def _span(span: Span) -> dict[str, Any]:
    ends = {"from": span.low, "to": span.high}
    return {name: end for name, end in ends.items() if end is not None}


def _window(window: Window) -> dict[str, Any]:
    match window:
        case Between(first=first, last=last):
            ends = {"first": first, "last": last}
            return {name: day.isoformat() for name, day in ends.items() if day is not None}
        case Year():
            found: dict[str, Any] = {"year": window.shift}
            found |= {"from_day": window.from_day} if window.from_day else {}
            found |= {"to_day": window.to_day} if window.to_day else {}
            return found | ({"to_date": True} if window.to_date else {})
        case Month():
            return {"month": window.shift}
        case Rolling():
            return {window.unit.value: window.length, "ending": window.ending}
        case Ahead():
            return {window.unit.value: window.length, "starting": window.starting}
        case _:
            assert_never(window)


def _read(found: Any, path: str, depth: int) -> Tree:  # noqa: PLR0911 - one answer for each noun
    if depth > DEEPEST:
        raise TreeInvalid(f"groups within groups, {DEEPEST} deep at most", field=path)
    if not isinstance(found, Mapping):
        raise TreeInvalid("a part of a segment", field=path)
    match dict(found):
        case {"every": list(parts), **rest} if not rest:
            return Every(parts=_parts(parts, path, depth))
        case {"some": list(parts), "least": least, **rest} if not rest:
            return Some(parts=_parts(parts, path, depth), least=_whole(least, path))
        case {"not": part, **rest} if not rest:
            return Not(part=_read(part, path, depth + 1))
        case {"segment": number, **rest} if not rest:
            return InSegment(segment_id=SegmentId(_whole(number, path)))
        case {"sample": number, "seed": str(seed), **rest} if not rest:
            return Sample(per_thousand=_whole(number, path), seed=seed)
        case {"compare": str(source), "left": left, "relation": relation, "percent": percent, "right": right, **rest}:
            _nothing(rest, path)
            return Comparison(
                source=source,
                left=_read_side(left, path),
                relation=_word(Relation, relation, path),
                percent=_whole(percent, path),
                right=_read_side(right, path),
            )
        case {"of": str(source), **rest}:
            asks = rest.pop("is", None)
            side = _read_side(rest, path)
            read = None if asks is None else _read_asks(side.measure, asks, path)
            return Condition(source=source, measure=side.measure, where=side.where, window=side.window, asks=read)
        case _:
            raise TreeInvalid("a part of a segment", field=path)


def _parts(parts: Sequence[Any], path: str, depth: int) -> tuple[Tree, ...]:
    return tuple(_read(part, f"{path}.{place}", depth + 1) for place, part in enumerate(parts))


def _read_side(found: Any, path: str) -> Side:
    match found:
        case {"measure": measure, **rest}:
            where, window = rest.pop("where", []), rest.pop("window", None)
            _nothing(rest, path)
            if not isinstance(where, list):
                raise TreeInvalid("conditions on rows", field=path)
            return Side(
                measure=_word(Measure, measure, path),
                where=tuple(_read_test(test, path) for test in where),
                window=None if window is None else _read_window(window, path),
            )
        case _:
            raise TreeInvalid("what is measured", field=path)


def _read_test(found: Any, path: str) -> Test:
    match found:
        case {"column": str(column), "in": list(values), **rest} if not rest:
            return Test(column=column, asks=Words(values=_texts(values, path)))
        case {"column": str(column), "not_in": list(values), **rest} if not rest:
            return Test(column=column, asks=Words(values=_texts(values, path), other=True))
        case {"column": str(column), "is": span, **rest} if not rest:
            return Test(column=column, asks=_read_span(span, path))
        case {"column": str(column), "near": str(postcode), "km": kilometres, **rest} if not rest:
            return Test(column=column, asks=Near(postcode=postcode, kilometres=_whole(kilometres, path)))
        case {"column": str(column), "within": window, **rest} if not rest:
            return Test(column=column, asks=_read_window(window, path))
        case _:
            raise TreeInvalid("a condition on rows", field=path)


def _read_asks(measure: Measure, found: Any, path: str) -> Span | Window:
    return _read_window(found, path) if measure in {Measure.FIRST, Measure.LAST} else _read_span(found, path)


def _read_span(found: Any, path: str) -> Span:
    if not isinstance(found, Mapping) or set(found) - {"from", "to"}:
        raise TreeInvalid("at least, at most", field=path)
    ends = [found.get("from"), found.get("to")]
    if any(end is not None and (isinstance(end, bool) or not isinstance(end, int | str)) for end in ends):
        raise TreeInvalid("a number", field=path)
    return Span(low=ends[0], high=ends[1])


def _read_window(found: Any, path: str) -> Window:  # noqa: PLR0911 - one answer for each noun
    match found:
        case {"year": shift, **rest}:
            part = {name: rest.pop(name, "") for name in ("from_day", "to_day")}
            to_date = rest.pop("to_date", False)
            _nothing(rest, path)
            if not isinstance(to_date, bool) or not all(isinstance(day, str) for day in part.values()):
                raise TreeInvalid("a part of a year", field=path)
            days = [str(day) for day in part.values()]
            return Year(shift=_whole(shift, path), from_day=days[0], to_day=days[1], to_date=to_date)
        case {"month": shift, **rest} if not rest:
            return Month(shift=_whole(shift, path))
        case {"months": length, "ending": ending, **rest} if not rest:
            return _rolling(Unit.MONTHS, length, ending, path)
        case {"days": length, "ending": ending, **rest} if not rest:
            return _rolling(Unit.DAYS, length, ending, path)
        case {"months": length, "starting": starting, **rest} if not rest:
            return _ahead(Unit.MONTHS, length, starting, path)
        case {"days": length, "starting": starting, **rest} if not rest:
            return _ahead(Unit.DAYS, length, starting, path)
        case {**ends} if ends and not set(ends) - {"first", "last"}:
            return Between(first=_read_day(ends.get("first"), path), last=_read_day(ends.get("last"), path))
        case _:
            raise TreeInvalid("a window of time", field=path)


def _rolling(unit: Unit, length: Any, ending: Any, path: str) -> Rolling:
    return Rolling(unit=unit, length=None if length is None else _whole(length, path), ending=_whole(ending, path))


def _ahead(unit: Unit, length: Any, starting: Any, path: str) -> Ahead:
    return Ahead(unit=unit, length=None if length is None else _whole(length, path), starting=_whole(starting, path))


def _read_day(found: Any, path: str) -> date | None:
    if found is None:
        return None
    try:
        return date.fromisoformat(found)
    except (TypeError, ValueError) as error:
        raise TreeInvalid("a day of the calendar", field=path) from error


def _texts(values: Sequence[Any], path: str) -> frozenset[str]:
    if not all(isinstance(value, str) for value in values):
        raise TreeInvalid("words", field=path)
    return frozenset(values)


def _whole(found: Any, path: str) -> int:
    if isinstance(found, bool) or not isinstance(found, int):
        raise TreeInvalid("a whole number", field=path)
    return found


def _word(words: type[_W], found: Any, path: str) -> _W:
    try:
        return words(found)
    except ValueError as error:
        raise TreeInvalid("a word we do not know", field=path) from error


def _nothing(rest: Mapping[Any, Any], path: str) -> None:
    if rest:
        raise TreeInvalid("a word we do not know", field=path)
