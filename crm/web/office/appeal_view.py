"""What the pages of appeals show of a waterfall: a table with a column for each cell, and a chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crm.consent import words as consent_words
from crm.consent.model import Refusal
from crm.fundraising import words
from crm.fundraising.model import Cell, Reason, Waterfall
from crm.web.office import charts, shell
from crm.web.words import N_


def table(cells: Sequence[Cell], found: Waterfall) -> dict[str, Any]:
    """The waterfall: a row for each step, in order; the last column is everybody, each once."""
    counts = {one.cell_id: one for one in found.cells}
    several = [counts[cell.id] for cell in cells if cell.id in counts]
    rows: list[dict[str, Any]] = [
        _row(N_("dans le segment"), [one.people for one in several], found.people, "start"),
        _row(words.HIGHER, [-one.higher for one in several], None),
    ]
    rows += [
        _row(words.REASONS[reason], [-one.excluded.get(reason, 0) for one in several], -found.excluded[reason])
        for reason in Reason
        if reason in found.excluded
    ]
    selected = [one.selected for one in several]
    rows.append(_row(N_("sélectionnées"), selected, found.mailed + found.control, "sum"))
    if found.control:
        rows.append(_row(N_("laissées en paix, pour comparer (témoin)"), [-c.control for c in several], -found.control))
    rows.append(_row(N_("sollicitées"), [one.mailed_total for one in several], found.mailed, "sum"))
    packages = sorted({package for one in several for package in one.mailed})
    if len(packages) > 1:
        rows += [
            _row(
                shell.say(N_("dont l’envoi %(package)s"), package=package),
                [one.mailed.get(package, 0) for one in several],
                sum(one.mailed.get(package, 0) for one in several),
                "part",
            )
            for package in packages
        ]
    return {
        "cells": [cell for cell in cells if cell.id in counts],
        "rows": rows,
        "refusals": [(shell.say(_refusal(word)), count) for word, count in found.refusals.items()],
    }


def chart(found: Waterfall) -> charts.Chart | None:
    """How many are left after each step."""
    if not found.people:
        return None
    out = found.excluded
    allowed = found.people - sum(out.get(one, 0) for one in (Reason.DECEASED, Reason.GATE, Reason.NO_ADDRESS))
    steps = [
        (N_("dans les segments"), found.people),
        (N_("joignables"), allowed),
        (N_("sélectionnées"), found.mailed + found.control),
        (N_("sollicitées"), found.mailed),
    ]
    finding = N_("%(mailed)s personnes sollicitées, sur %(people)s dans les segments.")
    return charts.bars(
        shell.say(finding, mailed=shell.number(found.mailed), people=shell.number(found.people)),
        [charts.Point(label=shell.say(word), value=value) for word, value in steps],
        head=(shell.say(N_("Étape")), shell.say(N_("Personnes"))),
        show=shell.number,
    )


def _row(word: str, values: list[int], total: int | None, kind: str = "minus") -> dict[str, Any]:
    return {"word": shell.say(word), "cells": values, "total": total, "kind": kind}


def _refusal(word: str) -> str:
    return consent_words.REFUSALS[Refusal(word)] if word in set(Refusal) else N_("sans consentement connu")
