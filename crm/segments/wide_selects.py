"""What conditions mean of `segment_wide`, where everybody stands in one row; `wide_store.py` makes the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from crm.contracts.segment_fields import Asking, Measure, Source
from crm.segments.model import Condition, Words
from crm.segments.passing import figure_holds, kept_figure, passes
from crm.segments.wide_tables import SegmentWideRow

Pair = tuple[str, str]
"""A purpose and a channel."""
PERSON = ("kind", "organisation_kind", "language", "birth_on", "created_at")
ADDRESS = ("country", "postcode", "language", "province")
_BY_POSTCODE = {"distance": "postcode"}
"""What a column of the row says besides: the postcode is a Belgian one, as that of the distance is."""
_ROW = SegmentWideRow
COLUMNS = tuple(column.name for column in _ROW.__table__.columns)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wide:
    """Everybody in one row each, true now; but for those `alone`, whom one has to ask about one by one."""

    places: Mapping[Pair, int]
    alone: tuple[int, ...]

    def rows(self) -> Select[*tuple[Any, ...]]:
        """The rows of everybody else."""
        found = select(*(getattr(_ROW, name) for name in COLUMNS), _ROW.birth_on.label("birthday"))
        return found.where(_ROW.person_id.not_in(self.alone)) if self.alone else found

    def clause(
        self, condition: Condition, source: Source, everybody: Any, asking: Asking
    ) -> ColumnElement[bool] | None:
        """Whether a condition holds of the row at hand, never NULL; None where the row does not say."""
        if (bits := self.bits(condition)) is not None:
            reached: ColumnElement[int] = everybody.c.reach.bitwise_and(bits)
            return reached != 0
        if source.key == "address":
            return _lives(condition, source, everybody, asking)
        if source.key == "gift" and (found := kept_figure(condition, source, asking)) is not None:
            figure = everybody.c[found[1]]
            # Said so, not by COALESCE: an index is of use then.
            return and_(figure.is_not(None), figure_holds(condition, figure, source, asking.on))
        return None

    def bits(self, condition: Condition) -> int | None:
        """The bits of `reach`, any of which a condition about reach asks for; None where the row does not say."""
        named = {test.column: test.asks.values for test in condition.where if isinstance(test.asks, Words)}
        if condition.source != "reach" or condition.measure is not Measure.HAS or set(named) != {"purpose", "channel"}:
            return None
        pairs = list(product(named["purpose"], named["channel"]))
        if any(pair not in self.places for pair in pairs):
            return None
        return sum(1 << self.places[pair] for pair in pairs)


def _lives(condition: Condition, source: Source, everybody: Any, asking: Asking) -> ColumnElement[bool] | None:
    if condition.measure is not Measure.HAS:
        return None
    if not {test.column for test in condition.where} <= {*ADDRESS, *_BY_POSTCODE}:
        return None
    found: list[ColumnElement[bool]] = []
    for test in condition.where:
        column = everybody.c[f"address_{_BY_POSTCODE.get(test.column, test.column)}"]
        found += [column.is_not(None), *passes(test, column, source, asking.on)]
    return and_(*found) if found else everybody.c.has_address
