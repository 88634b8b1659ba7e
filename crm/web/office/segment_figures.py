"""Understanding donors: a few charts, each with its table, its definition and the people behind it."""

from __future__ import annotations

from typing import Any

from babel.dates import get_month_names
from flask import Blueprint
from flask.typing import ResponseReturnValue

from crm.foundation.templating import environment
from crm.foundation.translation import babel_locale
from crm.segments import service, understanding
from crm.segments.grid import HABITS, RECENCIES
from crm.segments.library import FLOWS
from crm.segments.understanding import Income
from crm.staff.model import Permission
from crm.web.office import charts, guard, shell
from crm.web.office.charts import Chart, Point
from crm.web.words import N_

blueprint = Blueprint("segment_figures", __name__, url_prefix="/office/segments/figures")

MOVES = ("flow-new", "flow-kept", "flow-back", "flow-gone")


@guard.page(blueprint, "", permission=Permission.DONATIONS_READ)
def index() -> ResponseReturnValue:
    """Income by month, the flows of the year, retention, and the grid of RFM."""
    made = shell.assembly()
    with made.database.reading() as session:
        question = service.question(session, made.questions, (), at=shell.now())
        income, flows, grid = (
            understanding.income(question),
            understanding.flows(question),
            understanding.grid(question),
        )
    year = question.today.year
    return shell.show(
        "office/segments/figures.html",
        income=income,
        income_chart=_income_chart(income, year, question.today.month),
        moves=[
            {
                "key": key,
                "name": shell.say(FLOWS[key].name),
                "definition": shell.say(FLOWS[key].definition),
                "people": flows[key],
            }
            for key in MOVES
        ],
        moves_chart=_moves_chart(flows, year),
        rates=_rates(flows, year),
        grid=_grid(grid),
        habits=[shell.say(one) for one in HABITS],
        year=year,
    )


def _money(cents: int) -> str:
    return str(environment(shell.language()).filters["money"](cents))


def _euros(cents: int) -> str:
    return f"{shell.number(round(cents / 100))}\u202f€"


def _percent(part: int, whole: int) -> str:
    return str(environment(shell.language()).filters["percent"](part / whole)) if whole else "—"


def _income_chart(income: Income, year: int, month: int) -> Chart:
    names = get_month_names("abbreviated", locale=babel_locale(shell.language()))
    points = [Point(label=str(names[n]), value=income.this_year[n - 1]) for n in range(1, month + 1)]
    before = [Point(label=str(names[n]), value=income.last_year[n - 1]) for n in range(1, month + 1)]
    more = income.total - income.same_day
    words = N_("%(amount)s de plus que l’an dernier au même jour")
    if more < 0:
        words = N_("%(amount)s de moins que l’an dernier au même jour")
    return charts.versus(
        shell.say(words, amount=_money(abs(more))),
        points,
        before,
        head=(shell.say(N_("Mois")), str(year), str(year - 1)),
        show=_euros,
        note=shell.say(N_("Reçu et gardé, ventes à part. En gris : l’an dernier, mois entiers.")),
    )


def _moves_chart(flows: dict[str, int], year: int) -> Chart:
    points = [Point(label=shell.say(FLOWS[key].name), value=flows[key]) for key in MOVES]
    arrived = flows["flow-new"] + flows["flow-back"]
    finding = shell.say(
        N_("%(arrived)s arrivées ou retours en %(year)s, %(gone)s pas encore revenues"),
        arrived=shell.number(arrived), gone=shell.number(flows["flow-gone"]), year=str(year),
    )  # fmt: skip
    head = (shell.say(N_("Mouvement")), shell.say(N_("Personnes")))
    return charts.bars(finding, points, head=head, show=shell.number)


def _rates(flows: dict[str, int], year: int) -> list[dict[str, Any]]:
    repeat, repeat_kept = flows["flow-last"] - flows["flow-fresh"], flows["flow-kept"] - flows["flow-fresh-kept"]
    return [
        {
            "label": shell.say(N_("Fidélité à ce jour")),
            "rate": _percent(flows["flow-kept"], flows["flow-last"]),
            "note": shell.say(
                N_("%(kept)s des %(all)s donateurs et donatrices de %(year)s ont redonné"),
                kept=shell.number(flows["flow-kept"]), all=shell.number(flows["flow-last"]), year=str(year - 1),
            ),
            "key": "flow-kept",
        },
        {
            "label": shell.say(N_("L’an dernier au même jour")),
            "rate": _percent(flows["flow-before-kept"], flows["flow-before"]),
            "note": shell.say(
                N_("%(kept)s des %(all)s de %(year)s avaient redonné"),
                kept=shell.number(flows["flow-before-kept"]), all=shell.number(flows["flow-before"]),
                year=str(year - 2),
            ),
            "key": "flow-before-kept",
        },
        {
            "label": shell.say(N_("Nouveaux de l’an dernier")),
            "rate": _percent(flows["flow-fresh-kept"], flows["flow-fresh"]),
            "note": shell.say(
                N_("%(kept)s sur %(all)s ont fait un don cette année"),
                kept=shell.number(flows["flow-fresh-kept"]), all=shell.number(flows["flow-fresh"]),
            ),
            "key": "flow-fresh-kept",
        },
        {
            "label": shell.say(N_("Les autres")),
            "rate": _percent(repeat_kept, repeat),
            "note": shell.say(
                N_("%(kept)s sur %(all)s ont fait un don cette année"),
                kept=shell.number(repeat_kept), all=shell.number(repeat),
            ),
            "key": "flow-kept",
        },
    ]  # fmt: skip


def _grid(grid: dict[str, int]) -> list[dict[str, Any]]:
    most = max(grid.values(), default=0) or 1

    def cell(recency: int, habit: int) -> dict[str, Any]:
        key = f"rfm-{recency}-{habit}"
        return {"key": key, "people": grid[key], "heat": min(3, -(-grid[key] * 3 // most))}

    return [
        {"label": shell.say(word), "cells": [cell(recency, habit) for habit in range(len(HABITS))]}
        for recency, word in enumerate(RECENCIES)
    ]
