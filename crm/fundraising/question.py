"""What the roll of an appeal is asked by, and how a step of it is worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import CTE, Select

from crm.consent import selects as consent
from crm.fundraising.model import Cell, WholeAppeal
from crm.segments.model import Definition
from crm.segments.selects import Question


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a roll is asked by: the appeal, its cells in order with what their segments mean, the gate's moment."""

    question: Question
    appeal: WholeAppeal
    cells: Sequence[tuple[Cell, Definition]]
    moment: consent.Moment

    @property
    def on(self) -> date:
        return max(self.question.today, self.appeal.plan.planned_on)


def once(query: Select[*tuple[Any, ...]], name: str) -> CTE:
    """A step that is worked out once, however often the next looks at it: else each look would ask the gate anew."""
    return query.cte(name).prefix_with("MATERIALIZED")
