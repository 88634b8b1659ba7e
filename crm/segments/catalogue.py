"""Everything one may ask about people: the sources of every room, and what a tree may say of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from crm.contracts.segment_fields import Column, Kind, Measure, SegmentFields, Source
from crm.segments.errors import TreeInvalid, YearFar
from crm.segments.model import (
    DEEPEST,
    LARGEST_NUMBER,
    LONGEST_MONTHS,
    MOST_CONDITIONS,
    MOST_VALUES,
    Ahead,
    Between,
    Comparison,
    Condition,
    Every,
    Given,
    InSegment,
    Leaf,
    Month,
    Near,
    Not,
    Rolling,
    Sample,
    Side,
    Some,
    Span,
    Test,
    Tree,
    Window,
    Words,
    Year,
)
from crm.values.belgium.distances import FARTHEST_KM, centre_of
from crm.values.languages import Language

OF_AMOUNTS = frozenset({Measure.SUM, Measure.AVERAGE, Measure.LARGEST, Measure.SMALLEST})
OF_DAYS = frozenset({Measure.FIRST, Measure.LAST})
COMPARED = frozenset({Measure.COUNT, Measure.SUM, Measure.LARGEST, Measure.SMALLEST})
FIRST_YEAR, LAST_YEAR = 1900, 2200
"""Of days that are named: nothing that is asked about lies beyond, and a slip of the pen does."""
COUNTED = frozenset({Kind.NUMBER, Kind.CENTS, Kind.BIRTH})
_DAYS = frozenset({Kind.DAY, Kind.INSTANT, Kind.BIRTH, Kind.ANNIVERSARY})
_KINDS: dict[type, frozenset[Kind]] = {
    Words: frozenset({Kind.WORD, Kind.TEXT}),
    Span: COUNTED | {Kind.TEXT},
    Near: frozenset({Kind.PLACE}),
}
"""How each kind of column is asked; by days, where it is none of these."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalogue:
    """The sources, each under its key."""

    sources: tuple[Source, ...]
    _by_key: dict[str, Source] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._by_key.update((source.key, source) for source in self.sources)

    @classmethod
    def of(cls, rooms: Iterable[SegmentFields]) -> Catalogue:
        """What those rooms let one ask."""
        return cls(sources=tuple(source for room in rooms for source in room.SOURCES))

    @property
    def person(self) -> Source:
        """The source that says who can be found at all."""
        return next(source for source in self.sources if source.is_person)

    def find(self, key: str) -> Source | None:
        """The source of that name, or None."""
        return self._by_key.get(key)

    def source(self, key: str) -> Source:
        """The source of that name. Raises `TreeInvalid`."""
        if (found := self.find(key)) is None:
            raise TreeInvalid("there is nothing of that name to ask about", field="source")
        return found

    def measures(self, source: Source) -> tuple[Measure, ...]:
        """What can be measured of a source."""
        if source.is_person:
            return (Measure.HAS,)
        return tuple(
            one for one in Measure if (one not in OF_AMOUNTS or source.amount) and (one not in OF_DAYS or source.day)
        )

    def given(self, key: str, where: Sequence[Test]) -> Given:
        """The words a condition names for the required columns of its source."""
        required = {column.key for column in self.source(key).columns if column.is_required}
        return frozenset(
            (test.column, test.asks.values)
            for test in where
            if test.column in required and isinstance(test.asks, Words)
        )

    def rows(self, tree: Tree) -> tuple[tuple[Source, tuple[Test, ...]], ...]:
        """The rows a tree asks about: each source, with the tests they have to pass."""
        match tree:
            case Every() | Some():
                return tuple(pair for part in tree.parts for pair in self.rows(part))
            case Not():
                return self.rows(tree.part)
            case Condition():
                return ((self.source(tree.source), tree.where),)
            case Comparison():
                source = self.source(tree.source)
                return ((source, tree.left.where), (source, tree.right.where))
            case _:
                return ()

    def asked(self, tree: Tree) -> frozenset[str]:
        """The sources a tree asks."""
        match tree:
            case Every() | Some():
                return frozenset().union(*(self.asked(part) for part in tree.parts))
            case Not():
                return self.asked(tree.part)
            case Condition() | Comparison():
                return frozenset({tree.source})
            case _:
                return frozenset()

    def tells(self, session: Session, tree: Tree) -> bool:
        """Whether a tree asks about words that tell an opinion: by name, or because it leaves them in.

        Who « wears any tag but this one » wears a sensitive one, perhaps the only other one there is.
        """
        for source, where in self.rows(tree):
            for column in source.columns:
                telling = column.telling(session) if column.telling is not None else frozenset()
                named = [test.asks for test in where if test.column == column.key and isinstance(test.asks, Words)]
                if telling and (all(words.other for words in named) or any(words.values & telling for words in named)):
                    return True
        return False

    def unlisted(self, session: Session, tree: Tree) -> frozenset[str]:
        """The words a tree names that the list they are chosen from does not have, where that list is closed."""
        found = set[str]()
        for source, where in self.rows(tree):
            for test in where:
                column = source.find_column(test.column)
                if column is not None and column.is_closed and isinstance(test.asks, Words):
                    assert column.options is not None
                    found |= test.asks.values - {one.value for one in column.options(session, Language.FR)}
        return frozenset(found)

    def permissions(self, sources: Collection[str]) -> frozenset[str]:
        """What asking about those sources takes."""
        return frozenset(self.source(key).permission for key in sources)


def is_known(tree: Tree, catalogue: Catalogue) -> bool:
    """Whether all that a tree names can be asked: its sources, what they measure, their columns, each as its kind is.

    What was kept before a rule became stricter can be.
    """
    match tree:
        case Every() | Some():
            return all(is_known(part, catalogue) for part in tree.parts)
        case Not():
            return is_known(tree.part, catalogue)
        case Condition():
            source = catalogue.find(tree.source)
            return source is not None and _is_of(tree, source, catalogue)
        case Comparison():
            source = catalogue.find(tree.source)
            return source is not None and all(_is_of(side, source, catalogue) for side in (tree.left, tree.right))
        case _:
            return True


def _is_of(part: Condition | Side, source: Source, catalogue: Catalogue) -> bool:
    columns = [source.find_column(test.column) for test in part.where]
    fit = all(column is not None and column.kind in _KINDS.get(type(test.asks), _DAYS)
              for column, test in zip(columns, part.where, strict=True))  # fmt: skip
    required = {column.key for column in source.columns if column.is_required}
    return (
        fit
        and part.measure in catalogue.measures(source)
        and (part.window is None or bool(source.day))
        and required == {name for name, _ in catalogue.given(source.key, part.where)}
    )


def checked(tree: Tree, catalogue: Catalogue) -> Tree:
    """The tree, once every part of it can be asked. Raises `TreeInvalid` with the path of the part to mend."""
    count = _check(tree, catalogue, "tree", 0)
    if count > MOST_CONDITIONS:
        raise TreeInvalid(f"at most {MOST_CONDITIONS} conditions", field="tree")
    return tree


def _check(tree: Tree, catalogue: Catalogue, path: str, depth: int) -> int:
    if depth > DEEPEST:
        raise TreeInvalid(f"groups within groups, {DEEPEST} deep at most", field=path)
    match tree:
        case Every() | Some():
            if isinstance(tree, Some) and not 1 <= tree.least <= max(1, len(tree.parts)):
                raise TreeInvalid("at least one, and no more than there are", field=path)
            return sum(_check(part, catalogue, f"{path}.{n}", depth + 1) for n, part in enumerate(tree.parts))
        case Not():
            return _check(tree.part, catalogue, path, depth + 1)
        case _:
            check_leaf(tree, catalogue, path)
            return 1


def check_leaf(leaf: Leaf, catalogue: Catalogue, path: str) -> None:
    """Raises `TreeInvalid` for one condition that cannot be asked."""
    match leaf:
        case Condition():
            source = _known(leaf.source, catalogue, path)
            _check_rows(leaf, source, catalogue, path)
            _check_asked(leaf, source, path)
        case Comparison():
            _check_comparison(leaf, _known(leaf.source, catalogue, path), catalogue, path)
        case Sample():
            if not 1 <= leaf.per_thousand <= 1000 or len(leaf.seed) > 80:
                raise TreeInvalid("from 1 to 1000 in a thousand", field=path)
        case InSegment():
            if leaf.segment_id < 1:
                raise TreeInvalid("which segment", field=path)


def _check_comparison(comparison: Comparison, source: Source, catalogue: Catalogue, path: str) -> None:
    for side in (comparison.left, comparison.right):
        if side.measure not in COMPARED or (side.measure is not Measure.COUNT and not source.amount):
            raise TreeInvalid("counts and amounts can be compared", field=path)
        _check_rows(side, source, catalogue, path)
    if len({catalogue.given(source.key, side.where) for side in (comparison.left, comparison.right)}) > 1:
        raise TreeInvalid("both sides ask about the same", field=path)
    if not 1 <= comparison.percent <= 100_000:
        raise TreeInvalid("from 1 to 100000 percent", field=path)


def _known(key: str, catalogue: Catalogue, path: str) -> Source:
    if (source := catalogue.find(key)) is None:
        raise TreeInvalid("there is nothing of that name to ask about", field=path)
    return source


def _check_rows(part: Condition | Side, source: Source, catalogue: Catalogue, path: str) -> None:
    if part.measure not in catalogue.measures(source):
        raise TreeInvalid("this cannot be measured so", field=path)
    if part.window is not None:
        if not source.day:
            raise TreeInvalid("this has no days", field=path)
        check_window(part.window, path)
    for test in part.where:
        column = source.find_column(test.column)
        if column is None:
            raise TreeInvalid("there is no such column", field=path)
        _check_test(test, column, path)
    named = {name for name, _ in catalogue.given(source.key, part.where)}
    required = {column.key for column in source.columns if column.is_required}
    if named != required or len([t for t in part.where if t.column in required]) != len(required):
        raise TreeInvalid("this has to be chosen", field=path)


def _check_test(test: Test, column: Column, path: str) -> None:
    match test.asks:
        case Words():
            _check_words(test.asks, column, path)
        case Span():
            if column.kind is Kind.TEXT:
                _check_texts(test.asks, path)
            elif column.kind in COUNTED:
                _check_numbers(test.asks, path)
            else:
                raise TreeInvalid("no numbers for this", field=path)
        case Near():
            _check_near(test.asks, column, path)
        case _:
            if column.kind not in _DAYS:
                raise TreeInvalid("no days for this", field=path)
            check_window(test.asks, path)


def _check_words(words: Words, column: Column, path: str) -> None:
    if column.kind is not Kind.WORD and column.kind is not Kind.TEXT:
        raise TreeInvalid("no words for this", field=path)
    if not 1 <= len(words.values) <= MOST_VALUES or any(len(value) > 200 for value in words.values):
        raise TreeInvalid("from 1 to 500 values", field=path)
    if column.is_required and words.other:
        raise TreeInvalid("this has to be chosen", field=path)


def _check_near(near: Near, column: Column, path: str) -> None:
    if column.kind is not Kind.PLACE:
        raise TreeInvalid("no distances for this", field=path)
    if centre_of(near.postcode) is None or not 1 <= near.kilometres <= FARTHEST_KM:
        raise TreeInvalid("a Belgian postcode, and from 1 to 300 km", field=path)


def _check_asked(condition: Condition, source: Source, path: str) -> None:
    match condition.measure:
        case Measure.HAS:
            if condition.asks is not None:
                raise TreeInvalid("nothing is counted here", field=path)
            if source.is_person and not condition.where:
                raise TreeInvalid("this has to be chosen", field=path)
        case Measure.FIRST | Measure.LAST:
            if not isinstance(condition.asks, Between | Year | Month | Rolling | Ahead):
                raise TreeInvalid("since when, until when", field=path)
            check_window(condition.asks, path)
        case _:
            if not isinstance(condition.asks, Span):
                raise TreeInvalid("how much", field=path)
            _check_numbers(condition.asks, path)


def check_window(window: Window, path: str) -> None:
    """Raises `TreeInvalid` for a window that no calendar has."""
    match window:
        case Between():
            _check_days(window, path)
        case Year():
            if not -100 <= window.shift <= 10:
                raise TreeInvalid("a year of the last hundred", field=path)
            days = [_day_of_year(text, path) for text in (window.from_day, window.to_day) if text]
            if len(days) == 2 and days[1] < days[0]:
                raise TreeInvalid("it ends before it begins", field=path)
        case Month():
            if not -LONGEST_MONTHS <= window.shift <= LONGEST_MONTHS:
                raise TreeInvalid("from 1 to 1200", field=path)
        case Rolling(length=length, ending=away) | Ahead(length=length, starting=away):
            if not 0 <= away <= LONGEST_MONTHS or (length is not None and not 1 <= length <= LONGEST_MONTHS):
                raise TreeInvalid("from 1 to 1200", field=path)
            if length is None and away == 0:
                raise TreeInvalid("how long", field=path)


def _check_days(window: Between, path: str) -> None:
    days = [day for day in (window.first, window.last) if day is not None]
    if not days:
        raise TreeInvalid("a first or a last day", field=path)
    if any(not FIRST_YEAR <= day.year <= LAST_YEAR for day in days):
        raise YearFar(f"a year from {FIRST_YEAR} to {LAST_YEAR}", field=path)
    if days != sorted(days):
        raise TreeInvalid("it ends before it begins", field=path)


def _day_of_year(text: str, path: str) -> str:
    month, _, day = text.partition("-")
    if not (len(text) == 5 and month.isdecimal() and day.isdecimal() and text.isascii()):
        raise TreeInvalid("a day as MM-DD", field=path)
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        raise TreeInvalid("a day as MM-DD", field=path)
    return text


def _check_numbers(span: Span, path: str) -> None:
    ends = [end for end in (span.low, span.high) if end is not None]
    if not ends or any(not isinstance(end, int) or not 0 <= end <= LARGEST_NUMBER for end in ends):
        raise TreeInvalid("a number", field=path)
    if len(ends) == 2 and ends[1] < ends[0]:  # type: ignore[operator] # both are whole numbers by now
        raise TreeInvalid("the smaller one first", field=path)


def _check_texts(span: Span, path: str) -> None:
    ends = [end for end in (span.low, span.high) if end is not None]
    if not ends or any(not isinstance(end, str) or len(end) > 60 or not end for end in ends):
        raise TreeInvalid("a text", field=path)
