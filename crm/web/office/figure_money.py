"""The figures of money as one sees them: income by month, the months of a year, what appeals brought."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from flask import url_for

from crm.figures import rules
from crm.figures.model import Part, Sheet
from crm.staff.model import Permission
from crm.web.office import charts, figure_charts, guard, shell
from crm.web.office.charts import Chart
from crm.web.office.figure_charts import Table
from crm.web.office.figure_sections import (
    NONE,
    Cell,
    Grid,
    Section,
    Sheets,
    Stat,
    euros,
    links,
    people_cell,
    percent,
    whole_percent,
)
from crm.web.words import N_

MONTHS = range(1, 13)


def income(sheets: Sheets) -> Section:
    """What came in this year, month by month, beside last year."""
    sheet = sheets[Part.INCOME]
    year, until = sheet.on.year, sheet.on.month
    now, before = ([sheet.amount(f"{one}-{month:02d}") for month in MONTHS] for one in (year, year - 1))
    total, same_day = sum(now), sheet.amount("so-far")
    more = total - same_day
    words = N_("%(amount)s de plus que l’an dernier au même jour")
    if more < 0:
        words = N_("%(amount)s de moins que l’an dernier au même jour")
    keys = [[f"gave:{one}-{month:02d}" for one in (year, year - 1)] for month in MONTHS]
    numbers = [[sheet.people(key) for key in row] for row in keys]
    chart = charts.versus(
        shell.say(words, amount=euros(abs(more))),
        figure_charts.plain(list(zip(_months("abbreviated"), now, strict=True))[:until]),
        figure_charts.plain(list(zip(_months("abbreviated"), before, strict=True))[:until]),
        head=("", "", ""),
        show=euros,
        note=shell.say(N_("Reçu et gardé, ventes à part. En gris : l’an dernier, mois entiers.")),
    )
    table = Table(
        head=(
            shell.say(N_("Mois")), str(year), str(year - 1),
            shell.say(N_("Personnes en %(year)s"), year=str(year)),
            shell.say(N_("Personnes en %(year)s"), year=str(year - 1)),
        ),
        rows=tuple(
            (name, euros(one), euros(other), *(shell.number(number) for number in row))
            for name, one, other, row in zip(_months("wide"), now, before, numbers, strict=True)
        ),
        links=links(
            sheet,
            [["", "", "", *row] for row in keys]
        ),
    )  # fmt: skip
    books = url_for("gift_books.index")
    return Section(
        key="income",
        stats=(
            Stat(label=shell.say(N_("Cette année à ce jour")), value=shell.money(total), href=books),
            Stat(label=shell.say(N_("L’an dernier au même jour")), value=shell.money(same_day)),
        ),
        charts=(figure_charts.with_table(chart, table),),
    )


def seasons(sheets: Sheets) -> Section:
    """How much each month weighs in a year, over the last whole ones."""
    sheet = sheets[Part.SEASONS]
    first, last = sheet.amount("first"), sheet.amount("last")
    if not first:
        return Section(key="seasons")
    years = range(first, last + 1)
    totals = {year: sum(sheet.amount(f"{year}-{month:02d}") for month in MONTHS) for year in years}
    shares = {
        month: [Fraction(sheet.amount(f"{year}-{month:02d}"), totals[year]) for year in years if totals[year]]
        for month in MONTHS
    }
    middle, mean = zip(*(rules.middle_and_mean(shares[month]) for month in MONTHS), strict=True)
    best = max(MONTHS, key=lambda month: mean[month - 1])
    keys = {month: f"season:{month}:{first}:{last}" for month in MONTHS}
    chart = figure_charts.months(
        shell.say(
            N_("%(month)s apporte %(share)s de l’année"), month=_months("wide")[best - 1].capitalize(),
            share=percent(mean[best - 1]),
        ),
        list(zip(_months("abbreviated"), mean, middle, strict=True)),
        table=Table(
            head=tuple(shell.say(one) for one in (N_("Mois"), N_("Moyenne"), N_("Médiane"), N_("Personnes"))),
            rows=tuple(
                (name, percent(mean[n - 1]), percent(middle[n - 1]), shell.number(sheet.people(keys[n])))
                for n, name in enumerate(_months("wide"), start=1)
            ),
            links=links(sheet, [["", "", "", keys[n]] for n in MONTHS]),
        ),
        show=whole_percent,
        note=shell.say(
            N_("Part de chaque mois dans l’année, en moyenne de %(first)s à %(last)s ; le trait est la médiane."),
            first=str(first), last=str(last),
        ),
    )  # fmt: skip
    return Section(key="seasons", charts=(chart,))


def appeals(sheets: Sheets) -> Section:
    """What the last appeals brought and cost."""
    sheet = sheets[Part.APPEALS]
    codes = [(key.partition(":")[2], name) for key, name in sorted(sheet.numbers.names.items())]
    if not codes:
        return Section(key="appeals")
    known = [code for code, _ in codes if sheet.amount(f"cents:{code}") or sheet.amount(f"cost:{code}")][:6][::-1]
    found: tuple[Chart, ...] = ()
    if len(known) > 1:
        brought = sum(sheet.amount(f"cents:{code}") for code in known)
        cost = sum(sheet.amount(f"cost:{code}") for code in known)
        ratio = rules.share(cost, brought)
        finding = N_("%(each)s dépensé par euro reçu") if cost and ratio is not None else N_("%(brought)s reçus")
        chart = charts.versus(
            shell.say(finding, each=shell.money(round(100 * (ratio or 0))), brought=euros(brought)),
            figure_charts.plain([(code, sheet.amount(f"cents:{code}")) for code in known]),
            figure_charts.plain([(code, sheet.amount(f"cost:{code}")) for code in known]),
            head=(shell.say(N_("Appel")), shell.say(N_("Reçu")), shell.say(N_("Coût"))),
            show=euros,
            note=shell.say(N_("Reçu, et en gris ce que l’appel a coûté ; les six derniers.")),
        )
        found = (chart,)
    head = (N_("Sollicités"), N_("Ont donné"), N_("Réponse"), N_("Don moyen"), N_("Reçu"), N_("Coût"),
            N_("Coût par €"), N_("Rendement"), N_("Nouveaux"), N_("Coût par nouvelle personne"))  # fmt: skip
    return Section(
        key="appeals",
        charts=found,
        grids=(
            Grid(
                caption=shell.say(N_("Résultat des derniers appels")),
                corner=shell.say(N_("Appel")),
                head=tuple(shell.say(one) for one in head),
                rows=tuple((name, _appeal(sheet, code)) for code, name in codes),
            ),
        ),
    )


def _appeal(sheet: Sheet, code: str) -> tuple[Cell, ...]:
    asked, gifts, cents, cost = (sheet.amount(f"{word}:{code}") for word in ("asked", "gifts", "cents", "cost"))
    gain = rules.share(cents - cost, cost)
    page = ""
    if asked and guard.may(Permission.CAMPAIGNS_READ):
        page = url_for("appeal_cells.show", appeal_id=sheet.amount(f"number:{code}"))
    recruit = rules.share(cost - cents, sheet.people(f"recruited:{code}"))
    average, each = rules.share(cents, gifts), rules.share(cost, cents)
    return (
        Cell(shown=shell.number(asked) if asked else NONE, href=page),
        people_cell(sheet, f"appeal:{code}"),
        Cell(shown=percent(rules.share(sheet.people(f"appeal:{code}"), asked))),
        Cell(shown=NONE if average is None else shell.money(round(average))),
        Cell(shown=euros(cents)),
        Cell(shown=euros(cost) if cost else NONE),
        Cell(shown=NONE if each is None or not cost else shell.money(round(100 * each))),
        Cell(shown=NONE if gain is None else percent(gain)),
        people_cell(sheet, f"recruited:{code}"),
        Cell(shown=NONE if recruit is None or not cost else shell.money(max(0, round(recruit)))),
    )


def _months(width: str) -> Sequence[str]:
    pattern = {"abbreviated": "LLL", "wide": "LLLL"}[width]
    return [shell.day(date(2024, month, 1), pattern) for month in MONTHS]
