"""How often people have promised to give: the room of plans tells it, the statistics of donors below it ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import Integer, Select, false, literal, select

Running = Callable[[date], Select[*tuple[Any, ...]]]
"""(person_id, every_months) of each regular gift that runs on a day."""


def _nobody(_on: date) -> Select[*tuple[Any, ...]]:
    nothing = literal(0, Integer())
    return select(nothing.label("person_id"), nothing.label("every_months")).where(false())


_TELLING: list[Running] = [_nobody]


def tell(running: Running) -> None:
    """From now on that says whose regular gifts run."""
    _TELLING[:] = [running]


def running(on: date) -> Select[*tuple[Any, ...]]:
    """(person_id, every_months) of each regular gift that runs on a day."""
    return _TELLING[0](on)
