"""Who is behind a figure: the segment that each key stands for. A law test holds every figure to its segment.

A key is a word and what it is about, parted by colons: `first:2024`, `second-12:2024`, `lasted:12:2025-11-23:Rue`.
Periods are a year, a month or two days (`2024`, `2024-03`, `2024-01-01..2024-11-23`); they are absolute, so that a
figure and the segment behind it speak of the same days whenever it is opened.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from crm.contracts.segment_fields import Measure
from crm.segments.grid import BY_KEY
from crm.segments.model import (
    Between,
    Comparison,
    Condition,
    Every,
    Not,
    Relation,
    Rolling,
    Side,
    Some,
    Span,
    Test,
    Tree,
    Words,
)
from crm.segments.phrases import GIFT

INSTALMENT = "instalment"
HOUSEHOLD = "household_gift"
LONGEST = 160
FIRST_YEAR, LAST_YEAR = 1900, 2200


@dataclass(frozen=True, kw_only=True, slots=True)
class Behind:
    """A key taken apart: its word, and the parts after it."""

    word: str
    parts: tuple[str, ...]
    tree: Tree


def find(key: str) -> Behind | None:
    """The segment behind a key, or None where it is none of ours."""
    if key in BY_KEY:
        ready = BY_KEY[key].tree
        return None if ready is None else Behind(word="", parts=(), tree=ready)
    word, _, rest = key.partition(":")
    if word not in WORDS or len(key) > LONGEST:
        return None
    many, made = WORDS[word]
    parts = tuple(rest.split(":", many - 1))
    if len(parts) != many:
        return None
    try:
        return Behind(word=word, parts=parts, tree=made(*parts))
    except ValueError:
        return None


def tree(key: str) -> Tree:
    """The same, of a key of ours."""
    found = find(key)
    assert found is not None, key
    return found.tree


def period(text: str) -> Between:
    """The days a text stands for. Raises ValueError."""
    if ".." in text:
        first, last = text.split("..")
        return Between(first=_day(first), last=_day(last))
    if "-" in text:
        first_on = _day(f"{text}-01")
        return Between(first=first_on, last=first_on.replace(day=monthrange(first_on.year, first_on.month)[1]))
    year = _year(text)
    return Between(first=date(year, 1, 1), last=date(year, 12, 31))


def days(first: date, last: date) -> str:
    """Two days as a key says them."""
    return f"{first}..{last}"


def _day(text: str) -> date:
    found = date.fromisoformat(text)
    _year(str(found.year))
    return found


def _year(text: str) -> int:
    if not (text.isdecimal() and FIRST_YEAR <= int(text) <= LAST_YEAR):
        raise ValueError(text)
    return int(text)


def _number(text: str) -> int:
    if not (text.isdecimal() and len(text) < 13):
        raise ValueError(text)
    return int(text)


def _all(*parts: Tree) -> Tree:
    return Every(parts=parts)


def _gave(window: Between | None, *where: Test) -> Condition:
    return Condition(source=GIFT, window=window, where=where)


def _in(year: int) -> Condition:
    return _gave(period(str(year)))


def _first(when: str) -> Condition:
    return Condition(source=GIFT, measure=Measure.FIRST, asks=period(when))


def _word(column: str, value: str, *, other: bool = False) -> Test:
    return Test(column=column, asks=Words(values=frozenset({value}), other=other))


def _span(column: str, low: int | None, high: int | None) -> Test:
    return Test(column=column, asks=Span(low=low, high=high))


def _exactly(column: str, number: int) -> Test:
    return _span(column, number, number)


def _back(year: int) -> tuple[Tree, ...]:
    return (_in(year), Not(part=_in(year - 1)), _gave(Between(last=date(year - 2, 12, 31))))


def _lapsed(year: int) -> tuple[Tree, ...]:
    return Not(part=_in(year - 1)), _gave(Between(last=date(year - 2, 12, 31)))


def _gone_repeat(year: int) -> Tree:
    return _all(_in(year - 1), _gave(Between(last=date(year - 2, 12, 31))), Not(part=_in(year)))


def _beside(year: int, relation: Relation) -> Tree:
    """Who gave more, or less, in a year than in the one before, and something in both."""
    this, before = (Side(measure=Measure.SUM, window=period(str(one))) for one in (year, year - 1))
    return _all(Comparison(source=GIFT, left=this, relation=relation, percent=100, right=before))


def _delay(low: str, high: str, when: str) -> Tree:
    took = _span("months_since", _number(low), _number(high) if high else None)
    return _all(_starts(when), _gave(None, _exactly("nth", 2), took))


def _failed(when: str, *more: Test) -> Condition:
    return Condition(source="collection", window=period(when), where=(_word("fate", "failed"), *more))


def _came_from(before: Callable[[int], tuple[Tree, ...]]) -> Callable[[str], Tree]:
    """Those of the year before of whom that is true, who gave again in the year."""
    return lambda text: _all(*before(_year(text) - 1), _in(_year(text)))


def _by(text: str) -> Tree:
    day = _day(text)
    return _all(_in(day.year - 1), _gave(Between(first=date(day.year, 1, 1), last=day)))


def _both_by(text: str) -> Tree:
    before, now = text.split("+")
    return _all(_gave(period(before)), _gave(period(now)))


def _starts(when: str) -> Condition:
    return _gave(period(when), _exactly("nth", 1), _word("kind", INSTALMENT, other=True))


def _second(column: str, most: int) -> Callable[[str], Tree]:
    return lambda when: _all(_starts(when), _gave(None, _exactly("nth", 2), _span(column, None, most)))


def _plan(*where: Test) -> Tree:
    return _all(Condition(source="plan", where=where))


def _until(column: str, day: date) -> Test:
    return Test(column=column, asks=Between(last=day))


def _running(text: str) -> Tree:
    """Plans that run in the morning of a day: begun before it, and not ended before it."""
    day = _day(text)
    return _plan(_until("started_on", day - timedelta(days=1)), Test(column="until_on", asks=Between(first=day)))


def _ended(text: str) -> Tree:
    """Plans that ran when a month began, and ended within it."""
    month = period(text)
    assert month.first is not None
    return _plan(_until("started_on", month.first - timedelta(days=1)), Test(column="ended_on", asks=month))


def _recruits(until: str, origin: str, *more: Test) -> Tree:
    return _plan(_word("origin", origin), _until("started_on", _day(until)), *more)


def _scored(peers: str, **scores: int) -> Tree:
    where = [_exactly(column, score) for column, score in scores.items()]
    return _all(Condition(source="donor", where=(_word("peers", peers), *where)))


def _band(low: str, high: str) -> Tree:
    asks = Span(low=_number(low), high=_number(high) if high else None)
    return _all(Condition(source=GIFT, measure=Measure.SUM, window=Rolling(length=12), asks=asks))


def _home(low: str, high: str) -> Tree:
    asks = Span(low=_number(low), high=_number(high) if high else None)
    return _all(Condition(source=HOUSEHOLD, measure=Measure.SUM, window=Rolling(length=12), asks=asks))


def _home_top(cents: str) -> Tree:
    person = Condition(source="person", where=(_word("kind", "individual"),))
    window, asks = Rolling(length=36), Span(low=_number(cents))
    return _all(Condition(source=HOUSEHOLD, measure=Measure.SUM, window=window, asks=asks), person)


def _top(percent: str) -> Tree:
    person = Condition(source="person", where=(_word("kind", "individual"),))
    return _all(Condition(source="donor", where=(_span("top", None, _number(percent)),)), person)


def _season(month: str, first: str, last: str) -> Tree:
    years = range(_year(first), _year(last) + 1)
    if not (1 <= _number(month) <= 12 and 0 < len(years) <= MOST_SEASONS):
        raise ValueError(month)
    return Some(parts=tuple(_gave(period(f"{year}-{int(month):02d}")) for year in years))


MOST_SEASONS = 10
WORDS: Mapping[str, tuple[int, Callable[..., Tree]]] = {
    "gave": (1, lambda when: _all(_gave(period(when)))),
    "first": (1, lambda when: _all(_first(when))),
    "kept": (1, lambda year: _all(_in(_year(year) - 1), _in(_year(year)))),
    "back": (1, lambda year: _all(*_back(_year(year)))),
    "gone": (1, lambda year: _all(_in(_year(year) - 1), Not(part=_in(_year(year))))),
    "lapsed": (1, lambda year: _all(*_lapsed(_year(year)))),
    "up": (1, lambda year: _beside(_year(year), Relation.MORE_THAN)),
    "down": (1, lambda year: _beside(_year(year), Relation.LESS_THAN)),
    "gone-new": (1, lambda year: _all(_first(str(_year(year) - 1)), Not(part=_in(_year(year))))),
    "gone-repeat": (1, lambda year: _gone_repeat(_year(year))),
    "kept-new": (1, _came_from(lambda year: (_first(str(year)),))),
    "kept-back": (1, _came_from(_back)),
    "kept-repeat": (1, _came_from(lambda year: (_in(year - 1), _in(year)))),
    "kept-by": (1, _by),
    "both-by": (1, _both_by),
    "cohort": (2, lambda year, later: _all(_first(str(_year(year))), _in(_year(year) + _number(later)))),
    "starts": (1, lambda when: _all(_starts(when))),
    "second-90": (1, _second("days_since", 90)),
    "second-12": (1, _second("months_since", 11)),
    "delay": (3, _delay),
    "once": (1, lambda when: _all(_starts(when), Not(part=_gave(None, _exactly("nth", 2))))),
    "failed": (1, lambda when: _all(_failed(when))),
    "failed-for": (2, lambda when, reason: _all(_failed(when, _word("reason", reason)))),
    "plans": (1, _running),
    "plans-ended": (1, _ended),
    "origin": (1, lambda origin: _plan(_word("origin", origin))),
    "recruits": (2, _recruits),
    "lasted": (3, lambda months, until, origin: _recruits(until, origin, _span("months", _number(months), None))),
    "score": (3, lambda peers, r, f: _scored(peers, recency=_number(r), frequency=_number(f))),
    "best": (1, lambda peers: _scored(peers, recency=5, frequency=5, money=5)),
    "asleep": (1, lambda peers: _scored(peers, recency=0)),
    "band": (2, _band),
    "home": (2, _home),
    "home-top": (1, _home_top),
    "top": (1, _top),
    "season": (3, _season),
    "recruited": (1, lambda code: _all(_gave(None, _exactly("nth", 1), _word("appeal", code)))),
    "appeal": (1, lambda code: _all(_gave(None, _word("appeal", code)))),
}
"""What a key may say: its word, how many parts follow it, and the tree they make."""
