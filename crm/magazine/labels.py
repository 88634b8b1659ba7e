"""Labels on standard sheets, as PDF: for hand deliveries, late copies and whatever does not go through the printer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crm.foundation import documents
from crm.magazine.model import Copy

TEMPLATE = "labels"
NOTE_MOST = 24
"""Signs of a delivery note that fit on a label beside the number; a longer one stands in the list alone."""
MOST = 5000
"""More labels than this are a print house's work."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelSheet:
    """A sheet of labels: how many across and down, millimetres of one label, of the margins and between columns."""

    name: str
    across: int
    down: int
    width: float
    height: float
    left: float
    top: float
    gap: float


SHEETS = {
    one.name: one
    for one in (
        LabelSheet(name="L7160", across=3, down=7, width=63.5, height=38.1, left=7.25, top=15.15, gap=2.5),
        LabelSheet(name="L7163", across=2, down=7, width=99.1, height=38.1, left=4.65, top=15.15, gap=2.5),
        LabelSheet(name="L7159", across=3, down=8, width=63.5, height=33.9, left=7.25, top=12.9, gap=2.5),
    )
}


def facts(copies: Sequence[Copy], sheet: LabelSheet, *, title: str) -> dict[str, object]:
    """What the template wants to know. A person with several copies has one label, which says how many."""
    return {
        "title": title,
        "sheet": {name: getattr(sheet, name) for name in ("across", "down", "width", "height", "left", "top", "gap")},
        "labels": [{"lines": list(one.lines), "mark": _mark(one)} for one in copies],
    }


def _mark(one: Copy) -> str:
    """What stands small in the corner: whose, how many, and a delivery note that is short enough for any sheet."""
    said = [one.notes] if 0 < len(one.notes) <= NOTE_MOST else []
    return " · ".join([*said, f"{one.member_number}{f' × {one.copies}' if one.copies > 1 else ''}"])


def pdf(copies: Sequence[Copy], sheet: LabelSheet, *, title: str, at: datetime) -> bytes:
    """The sheets, as many as are needed."""
    return documents.pdf(TEMPLATE, facts(copies, sheet, title=title), at=at)
