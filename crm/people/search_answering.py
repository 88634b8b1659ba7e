"""SQL of who answers: people who have a word for each term, those first whose name it is.

A term is looked for in ranges of the index; the rarest leads, the others are held against whom it finds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    String,
    any_,
    bindparam,
    column,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

from crm.foundation.bulk import texts
from crm.people.search_model import Facet
from crm.people.search_question import Term
from crm.people.search_words import LONG_MEANT
from crm.people.tables import SearchWordRow

PROBED = 50_000
"""How far a term's words are counted before it is taken to be frequent."""
SINGLY = 2_000
"""So few who answer to the rarest term are looked up one by one, whatever the other terms are."""
LOOK = 8
"""Looking one person up takes as long as reading so many of a set."""
_BEYOND = "\U0010ffff"
_EMPTY = (_BEYOND, "")
"""A range in which no word stands."""
_NAMES = (Facet.NAME, Facet.FIRST_NAME)
_MEANT_IN = (Facet.NAME, Facet.FIRST_NAME, Facet.MAIL, Facet.STREET, Facet.PLACE)
_ALL = tuple(Facet)
_table: Any = SearchWordRow.__table__
_facet = type_coerce(_table.c.facet, String)

Known = Mapping[str, Collection[Facet]]
"""Of what may have been meant, where each stands."""
Asked = Mapping[Facet, Sequence[tuple[str, str]]]
"""The ranges of words, from and to, that a term may be, in each facet."""
Shape = tuple[tuple[Facet, int], ...]
"""In which facets a term is looked for, in how many ranges each."""


class Answering(NamedTuple):
    """People who may answer, and the facets in which they do: names alone, or all of them."""

    people: list[int]
    facets: tuple[Facet, ...]


def candidates(session: Session, terms: Sequence[Term], known: Known, *, limit: int, enough: int) -> Answering:
    """People who have a word for every term, at most `limit`.

    Where `enough` answer by their names alone, nobody is looked for who would stand behind them.
    """
    asked = [{facet: _ranges(term, facet, known) for facet in _ALL} for term in terms]
    named = _together(session, asked, _NAMES, _NAMES, limit)
    if len(named) >= enough:
        return Answering(named, _NAMES)
    further = _ALL if len(terms) > 1 else tuple(facet for facet in _ALL if facet not in _NAMES)
    others = _together(session, asked, further, _ALL, limit)
    return Answering(list(dict.fromkeys(chain(named, others)))[:limit], _ALL)


def known(session: Session, words: Collection[str]) -> Known:
    """Which of those words stand in names and addresses, and in which; long ones also where a word begins so."""
    long = [word for word in words if len(word) >= LONG_MEANT]
    short = [word for word in words if len(word) < LONG_MEANT]
    return {**_standing(session, short, ""), **_standing(session, long, _BEYOND)}


def words_of(session: Session, people: Sequence[int], facets: Collection[Facet]) -> dict[int, list[tuple[str, str]]]:
    """The (facet, word) of each of those people, as far as they stand in those facets."""
    found: dict[int, list[tuple[str, str]]] = {person_id: [] for person_id in people}
    if found:
        statement, ids = _listed(session, people)
        for person_id, facet, word in session.execute(statement, {"ids": ids, "facets": [str(one) for one in facets]}):
            found[person_id].append((facet, word))
    return found


def _listed(session: Session, people: Sequence[int]) -> tuple[Select[Any], Any]:
    if session.get_bind().dialect.name == "sqlite":
        return _OF_PEOPLE_SQLITE, "[" + ",".join(map(str, people)) + "]"
    return _OF_PEOPLE, list(people)


_OF = select(_table.c.person_id, _facet, _table.c.word).where(_facet.in_(bindparam("facets", expanding=True)))
_OF_PEOPLE = _OF.where(_table.c.person_id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
_each = func.json_each(bindparam("ids", type_=String)).table_valued(column("value", Integer), name="listed")
_OF_PEOPLE_SQLITE = _OF.where(_table.c.person_id.in_(select(_each.c.value)))


def plan_by_values(session: Session) -> None:
    """Lets PostgreSQL plan by the words that are asked for: a plan for any word takes rare ones for frequent."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_BY_VALUES)


_BY_VALUES = select(func.set_config("plan_cache_mode", "force_custom_plan", True))


def _standing(session: Session, words: Collection[str], beyond: str) -> Known:
    if not words:
        return {}
    asked = texts(session, words)
    row = _table.c
    there = {
        facet: exists().where(_facet == facet.value, row.word.between(asked.c.value, asked.c.value + beyond))
        for facet in _MEANT_IN
    }
    query = select(asked.c.value, *there.values()).where(or_(*there.values()))
    found: dict[str, Collection[Facet]] = {}
    for word, *stands in session.execute(query):
        found[word] = {facet for facet, does in zip(_MEANT_IN, stands, strict=True) if does}
    return found


def _together(
    session: Session, asked: Sequence[Asked], led: Sequence[Facet], within: Sequence[Facet], limit: int
) -> list[int]:
    """People who stand under one term in the facets `led`, and under all others `within` those facets."""
    sizes = _sizes(session, asked, within)
    first, *others = sorted(range(len(asked)), key=sizes.__getitem__)
    lead = {facet: asked[first][facet] for facet in led}
    values, further = _named("lead", lead), []
    for at, other in enumerate(others):
        # A set is read once and whole; whom many answer to is met soon enough by looking one by one.
        as_set = sizes[first] >= SINGLY and sizes[other] < min(PROBED, LOOK * sizes[first])
        ranges = {facet: asked[other][facet] for facet in within}
        if not as_set:
            ranges = {Facet.OTHER: _few_shapes(_apart(chain.from_iterable(ranges.values())))}
        further.append((as_set, _shape(ranges)))
        values |= _named(f"other{at}", ranges)
    statement = _statement(_shape(lead), tuple(further), tuple(within))
    found = session.scalars(statement, {**values, "most": limit})
    return list(dict.fromkeys(found))[:limit]


def _shape(ranges: Asked) -> Shape:
    return tuple((facet, len(several)) for facet, several in ranges.items())


def _ranges(term: Term, facet: Facet, known: Known) -> list[tuple[str, str]]:
    """From where to where the words stand that a term may be, in one facet; what overlaps is one."""
    meant = [guess for guess in term.guesses if facet in known.get(guess, ())]
    ranges = [(start, start + _BEYOND) for start in term.starts]
    ranges += [(guess, guess + _BEYOND if len(guess) >= LONG_MEANT else guess) for guess in meant]
    return _few_shapes(_apart(ranges))


def _few_shapes(ranges: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Filled up to 1, 2, 4, 8 … ranges: each other number of them would be a statement to make and to compile."""
    return ranges + [_EMPTY] * ((1 << max(len(ranges) - 1, 0).bit_length()) - len(ranges))


def _apart(ranges: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for first, last in sorted(one for one in ranges if one != _EMPTY):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


def _named(prefix: str, ranges: Asked) -> dict[str, Any]:
    return {
        f"{prefix}_{facet}_{at}_{end}": word
        for facet, several in ranges.items()
        for at, one in enumerate(several)
        for end, word in zip(("from", "to"), one, strict=True)
    }


def _between(word: Any, name: str) -> ColumnElement[bool]:
    first, last = (bindparam(f"{name}_{end}", type_=_table.c.word.type) for end in ("from", "to"))
    return word.between(first, last)  # type: ignore[no-any-return]


def _sizes(session: Session, asked: Sequence[Asked], within: Sequence[Facet]) -> list[int]:
    """How many stand under each term, counted as far as it matters: no further than a rare one, where there is one."""
    if len(asked) == 1:
        return [0]
    shapes, values = [], dict[str, Any]()
    for at, term in enumerate(asked):
        ranges = {facet: term[facet] for facet in within}
        shapes.append(_shape(ranges))
        values |= _named(f"term{at}", ranges)
    counting = _counting(tuple(shapes))
    sizes = list(session.execute(counting, {**values, "most": SINGLY}).one())
    return sizes if min(sizes) < SINGLY else list(session.execute(counting, {**values, "most": PROBED}).one())


def _all_under(prefix: str, shape: Shape) -> list[Select[Any]]:
    """(person_id, word) of each range of a term.

    Apart, not in one condition with OR: SQLite would read all the words of a facet.
    """
    return [
        select(_table.c.person_id, _table.c.word).where(
            _facet == facet.value, _between(_table.c.word, f"{prefix}_{facet}_{at}")
        )
        for facet, count in shape
        for at in range(count)
    ]


def _one_or_all(several: Sequence[Select[Any]]) -> Any:
    return several[0] if len(several) == 1 else union_all(*several)


@lru_cache(maxsize=500)
def _counting(shapes: tuple[Shape, ...]) -> Select[Any]:
    counts = []
    for at, shape in enumerate(shapes):
        some = _one_or_all(_all_under(f"term{at}", shape)).limit(bindparam("most")).subquery()
        counts.append(select(func.count()).select_from(some).scalar_subquery())
    return select(*counts)


@lru_cache(maxsize=500)
def _statement(lead: Shape, others: tuple[tuple[bool, Shape], ...], within: tuple[Facet, ...]) -> Select[Any]:
    """`others`: whether they are read as a set, and their shape."""
    sets = {
        at: _one_or_all(_all_under(f"other{at}", shape)).cte(f"set{at}")
        for at, (as_set, shape) in enumerate(others)
        if as_set
    }
    parts = []
    for facet, count in lead:
        rows = _one_or_all(_all_under("lead", ((facet, count),))).subquery()
        query = select(literal(facet.value, String).label("facet"), rows.c.word, rows.c.person_id)
        for at, (_, shape) in enumerate(others):
            if at in sets:
                # « IS true » keeps PostgreSQL from making a join of it, whose order it would choose by guesses.
                query = query.where(rows.c.person_id.in_(select(sets[at].c.person_id)).is_(true()))
                continue
            other = _table.alias()
            ways = [_between(other.c.word, f"other{at}_{where}_{n}") for where, many in shape for n in range(many)]
            # A scalar, not EXISTS, for the same reason: it is asked row by row, and no further than to the last wanted.
            any_one = select(literal(1)).where(
                other.c.person_id == rows.c.person_id,
                type_coerce(other.c.facet, String).in_([one.value for one in within]),
                or_(*ways),
            )
            query = query.where(any_one.limit(1).scalar_subquery().is_not(None))
        parts.append(query.order_by(rows.c.word, rows.c.person_id).limit(bindparam("most")).subquery())
    whole = _one_or_all([select(part) for part in parts]).subquery()
    return select(whole.c.person_id).order_by(whole.c.facet, whole.c.word, whole.c.person_id)
