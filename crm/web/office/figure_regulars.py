"""The figures of regular gifts as one sees them: how many stop each month, how long they last by who brought them."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from crm.collections.words import REASONS
from crm.figures import regulars, rules
from crm.figures.model import Part
from crm.plans.model import NOBODY
from crm.web.office import figure_charts, shell
from crm.web.office.figure_charts import Series, Table
from crm.web.office.figure_sections import (
    NONE,
    Cell,
    Grid,
    Section,
    Sheets,
    links,
    people_cell,
    people_stat,
    percent,
    whole_percent,
)
from crm.web.words import N_

DRAWN = 5
"""So many origins have a line; the table holds all."""
ENOUGH = 10
"""A line says nothing of fewer people."""


def churn(sheets: Sheets) -> Section:
    """Of those who had a regular gift when a month began, who ended one within it."""
    sheet = sheets[Part.PLANS]
    firsts = sorted(date.fromisoformat(key.partition(":")[2]) for key in sheet.numbers.people
                    if key.startswith("plans:"))  # fmt: skip
    keys = [(f"plans:{first}", f"plans-ended:{first:%Y-%m}") for first in firsts]
    rates = [rules.share(sheet.people(ended), sheet.people(ran)) for ran, ended in keys]
    ran_over, ended_over = (sum(sheet.people(pair[side]) for pair in keys[:-1]) for side in (0, 1))
    mean = rules.share(ended_over, ran_over)
    chart = figure_charts.lines(
        shell.say(N_("Il est trop tôt pour dire combien s’arrêtent"))
        if mean is None
        else shell.say(N_("%(rate)s s’arrêtent chaque mois, en moyenne sur un an"), rate=percent(mean)),
        [shell.day(first, "LLL") for first in firsts],
        [Series(name=shell.say(N_("Arrêts")), values=rates)],
        table=Table(
            head=tuple(shell.say(one) for one in (N_("Mois"), N_("En cours au 1er"), N_("Arrêtés"), N_("Taux"))),
            rows=tuple(
                (shell.day(first, "LLLL y"), shell.number(sheet.people(ran)), shell.number(sheet.people(ended)),
                 percent(rate))
                for first, (ran, ended), rate in zip(firsts, keys, rates, strict=True)
            ),
            links=links(
                sheet,
                [["", *pair, ""] for pair in keys]
            ),
        ),
        show=percent,
        note=shell.say(N_("Personnes dont un don régulier s’est arrêté dans le mois ; le dernier mois court encore.")),
    )  # fmt: skip
    ran, ended = keys[-1]
    return Section(
        key="churn",
        stats=(
            people_stat(sheet, ran, N_("Don régulier en cours au 1er du mois")),
            people_stat(sheet, ended, N_("Arrêtés ce mois-ci")),
        ),
        charts=(chart,),
    )  # fmt: skip


def failures(sheets: Sheets) -> Section:
    """What part of the instalments failed, month by month, and for which reasons of the bank."""
    sheet = sheets[Part.FAILURES]
    months = sorted(key.partition(":")[2] for key in sheet.numbers.amounts if key.startswith("known:"))
    if not months:
        return Section(key="failures")
    known = {month: sheet.amount(f"known:{month}") for month in months}
    failed = {month: sheet.amount(f"failed:{month}") for month in months}
    rates = [rules.share(failed[month], known[month]) for month in months]
    days = [date.fromisoformat(f"{month}-01") for month in months]
    mean = rules.share(sum(failed.values()), sum(known.values()))
    chart = figure_charts.lines(
        shell.say(N_("%(rate)s des échéances échouent"), rate=percent(mean)),
        [shell.day(day, "LLL") for day in days],
        [Series(name=shell.say(N_("Échecs")), values=rates)],
        table=Table(
            head=tuple(
                shell.say(one) for one in (N_("Mois"), N_("Réponses"), N_("Échecs"), N_("Taux"), N_("Personnes"))
            ),
            rows=tuple(
                (shell.day(day, "LLLL y"), shell.number(known[month]), shell.number(failed[month]), percent(rate),
                 shell.number(sheet.people(f"failed:{month}")))
                for month, day, rate in zip(months, days, rates, strict=True)
            ),
            links=links(sheet, [["", "", "", "", f"failed:{month}"] for month in months]),
        ),
        show=percent,
        note=shell.say(N_("Échéances refusées ou reprises par la banque, parmi celles dont on sait le sort.")),
    )  # fmt: skip
    when = sheet.numbers.names["when"]
    told = {key.partition(":")[2]: number for key, number in sheet.numbers.amounts.items() if key.startswith("reason:")}
    whole = sum(told.values())
    rows = tuple(
        (
            f"{reason} · {shell.say(REASONS[reason])}" if reason in REASONS else reason or shell.say(N_("sans raison")),
            (
                Cell(shown=shell.number(number)),
                Cell(shown=percent(rules.share(number, whole))),
                people_cell(sheet, f"failed-for:{when}:{reason}") if reason else Cell(shown=NONE),
            ),
        )
        for reason, number in sorted(told.items(), key=lambda pair: (-pair[1], pair[0]))
    )
    grid = Grid(
        caption=shell.say(N_("Pourquoi, les douze derniers mois entiers")),
        corner=shell.say(N_("Raison de la banque")),
        head=(shell.say(N_("Échecs")), "%", shell.say(N_("Personnes"))),
        rows=rows,
    )
    return Section(key="failures", charts=(chart,), grids=(grid,) if rows else ())


def survival(sheets: Sheets) -> Section:
    """How many are still there after so many months, by who brought them."""
    sheet = sheets[Part.SURVIVAL]
    bounds = {span: regulars.bound(sheet.on, span) for span in regulars.LASTED}
    origins = [sheet.numbers.names[key] for key in sorted(sheet.numbers.names)]
    if not origins:
        return Section(key="survival")

    def rate(origin: str, span: int) -> Fraction | None:
        lasted = sheet.people(f"lasted:{span}:{bounds[span]}:{origin}")
        return rules.share(lasted, sheet.people(f"recruits:{bounds[span]}:{origin}"))

    rates = {origin: [rate(origin, span) for span in bounds] for origin in origins}
    spans = [span for place, span in enumerate(bounds) if any(row[place] is not None for row in rates.values())]
    names = {origin: shell.say(N_("Sans prestataire")) if origin == NOBODY else origin for origin in origins}
    lines = {
        origin: [
            value if sheet.people(f"recruits:{bounds[span]}:{origin}") >= ENOUGH else None
            for span, value in zip(spans, rates[origin], strict=False)
        ]
        for origin in origins
    }
    drawn = [origin for origin in origins if sum(value is not None for value in lines[origin]) > 1][:DRAWN]
    keys = {
        origin: [f"origin:{origin}", *(f"lasted:{span}:{bounds[span]}:{origin}" for span in spans)]
        for origin in origins
    }
    table = Table(
        head=(
            shell.say(N_("Origine")), shell.say(N_("Personnes")),
            *(shell.say(N_("%(n)s mois"), n=span) for span in spans),
        ),
        rows=tuple(
            (names[origin], shell.number(sheet.people(f"origin:{origin}")),
             *(NONE if value is None else percent(value) for value in rates[origin][: len(spans)]))
            for origin in origins
        ),
        links=links(sheet, [["", *keys[origin]] for origin in origins]),
    )  # fmt: skip
    if not drawn:
        return Section(key="survival", grids=(_early(table, _finding(rates, names)),))
    chart = figure_charts.lines(
        _finding(rates, names),
        [shell.say(N_("%(n)s mois"), n=span) if place == len(spans) - 1 else str(span)
         for place, span in enumerate(spans)],
        [
            Series(name=names[origin], values=lines[origin], tone="strong" if place == 0 else "calm")
            for place, origin in enumerate(drawn)
        ],
        table=table,
        show=whole_percent,
        places=spans,
        top=Fraction(1),
        note=shell.say(
            N_(
                "Part de ceux dont le don régulier a tenu si longtemps, parmi ceux qui l’ont commencé assez tôt ; "
                "les lignes se taisent sous dix personnes."
            )
        ),
    )  # fmt: skip
    return Section(key="survival", charts=(chart,))


def _early(table: Table, finding: str) -> Grid:
    """The table alone, where there is not enough to draw a line."""
    return Grid(
        caption=finding,
        corner=table.head[0],
        head=table.head[1:],
        rows=tuple(
            (
                row[0],
                tuple(
                    Cell(shown=shown, href=way.href, aside=way.aside)
                    for shown, way in zip(row[1:], to[1:], strict=True)
                ),
            )
            for row, to in zip(table.rows, table.links, strict=True)
        ),
    )


def _finding(rates: dict[str, list[Fraction | None]], names: dict[str, str]) -> str:
    year = regulars.LASTED.index(12)
    known = {origin: row[year] for origin, row in rates.items() if row[year] is not None}
    if not known:
        return shell.say(N_("Il est trop tôt pour dire qui tient un an"))
    best = max(known, key=lambda origin: known[origin] or Fraction(0))
    return shell.say(N_("%(name)s : %(rate)s tiennent un an"), name=names[best], rate=percent(known[best]))
