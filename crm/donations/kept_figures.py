"""What gifts come to, written down beforehand: by person as donors are counted, by household out of that."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select, union_all

from crm.contracts.segment_fields import Asking, Kept, Measure
from crm.donations import donor_store
from crm.donations.donor_tables import DonorStatsRow
from crm.donations.portraits import WINDOWS
from crm.people import selects as people

Figures = dict[tuple[Measure, date | None], str]
_WHOLE = {
    Measure.COUNT: "gifts",
    Measure.SUM: "cents",
    Measure.LARGEST: "largest_cents",
    Measure.FIRST: "first_on",
    Measure.LAST: "last_on",
}


def of_person(asking: Asking) -> Kept | None:
    """Donor statistics, which are kept with each gift, while their windows end today."""
    figures = _figures(asking)
    if figures is None:
        return None
    row, names = DonorStatsRow, sorted(set(figures.values()))
    return Kept(rows=select(row.person_id, *(getattr(row, name) for name in names)), figures=figures)


def of_household(asking: Asking) -> Kept | None:
    """The same of everybody who shares a household, together; of somebody alone, their own."""
    figures = _figures(asking)
    if figures is None:
        return None
    row, names = DonorStatsRow, sorted(set(figures.values()))
    giver, other, housed = (people.living_together().subquery(name) for name in ("giver", "other", "housed"))
    folds: dict[str, Any] = dict.fromkeys(names, func.sum) | {
        "largest_cents": func.max, "first_on": func.min, "last_on": func.max
    }  # fmt: skip
    homes = (
        select(giver.c.household_id, *(folds[name](getattr(row, name)).label(name) for name in names))
        .join(giver, giver.c.person_id == row.person_id)
        .group_by(giver.c.household_id)
        .subquery("homes")
    )
    together = select(other.c.person_id, *(homes.c[name] for name in names)).join(
        homes, homes.c.household_id == other.c.household_id
    )
    alone = select(row.person_id, *(getattr(row, name) for name in names)).where(
        row.person_id.not_in(select(housed.c.person_id))
    )
    either = union_all(together, alone).subquery("either")
    return Kept(rows=select(*either.c), figures=figures)


def _figures(asking: Asking) -> Figures | None:
    windows = donor_store.windows(asking.session)
    if windows is None or windows.counted_at is None or windows.as_of_on != asking.on:
        return None
    figures: Figures = {(measure, None): name for measure, name in _WHOLE.items()}
    for size in WINDOWS:
        day = getattr(windows, f"since_{size}m_on") + timedelta(days=1)
        figures |= {(Measure.COUNT, day): f"gifts_{size}m", (Measure.SUM, day): f"cents_{size}m"}
    return figures
