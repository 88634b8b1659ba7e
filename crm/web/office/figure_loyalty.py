"""The figures of loyalty as one sees them: flows, retention, cohorts, second gifts, what a donor brings in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from crm.figures import loyalty, rules
from crm.figures.behind import period
from crm.figures.model import Part, Sheet
from crm.web.office import figure_charts, shell
from crm.web.office.charts import Chart
from crm.web.office.figure_charts import Series, Table
from crm.web.office.figure_sections import (
    NONE,
    Cell,
    Grid,
    Section,
    Sheets,
    Stat,
    euros,
    heat,
    links,
    people_cell,
    people_stat,
    percent,
    way_to,
    whole_percent,
)
from crm.web.words import N_


def flows(sheets: Sheets) -> Section:
    """Who is new, kept, back and gone, year by year."""
    sheet = sheets[Part.LOYALTY]
    year = sheet.on.year
    years = range(year - loyalty.FLOW_YEARS + 1, year + 1)
    names = [shell.say(one) for one in (N_("Gardés"), N_("Revenus"), N_("Nouveaux"), N_("Pas revenus"))]
    words = ("kept", "back", "first", "gone")
    keys = [[f"{word}:{one}" for word in words] for one in years]
    numbers = [[sheet.people(key) for key in row] for row in keys]
    arrived, gone = numbers[-1][1] + numbers[-1][2], numbers[-1][3]
    table = Table(
        head=(shell.say(N_("Année")), *names, shell.say(N_("Ont donné"))),
        rows=tuple(
            (str(one), *(shell.number(number) for number in row), shell.number(sheet.people(f"gave:{one}")))
            for one, row in zip(years, numbers, strict=True)
        ),
        links=links(sheet, [["", *row, f"gave:{one}"] for one, row in zip(years, keys, strict=True)]),
    )
    chart = figure_charts.diverging(
        shell.say(
            N_("%(arrived)s arrivées ou retours en %(year)s, %(gone)s pas encore revenues"),
            arrived=shell.number(arrived), gone=shell.number(gone), year=str(year),
        ),
        [str(one) for one in years],
        [(name, [row[place] for row in numbers]) for place, name in enumerate(names[:3])],
        (names[3], [row[3] for row in numbers]),
        table=table,
        show=shell.number,
        note=shell.say(
            N_("Au-dessus de la ligne, qui a donné ; en dessous, qui avait donné l’année d’avant et n’est pas revenu.")
        ),
    )  # fmt: skip
    return Section(key="flows", charts=(chart,))


def retention(sheets: Sheets) -> Section:
    """Who of a year gives again the next: all, new ones, those who had stayed before; and to the same day."""
    sheet = sheets[Part.LOYALTY]
    year = sheet.on.year
    years = range(year - loyalty.FLOW_YEARS + 1, year + 1)
    kinds = ("all", "new", "repeat", "back")

    def keys(kind: str, one: int) -> tuple[str, str]:
        """Those of the year before, and who of them stayed."""
        origin = {"all": "gave", "new": "first", "repeat": "kept", "back": "back"}[kind]
        return f"{origin}:{one - 1}", f"kept:{one}" if kind == "all" else f"kept-{kind}:{one}"

    names = {
        "all": shell.say(N_("Ensemble")), "new": shell.say(N_("Nouveaux")),
        "repeat": shell.say(N_("Fidèles")), "back": shell.say(N_("Revenus")),
    }  # fmt: skip
    rates = {kind: [_rate(sheet, *keys(kind, one)) for one in years] for kind in kinds}
    by_key = [f"kept-by:{loyalty.same_day(sheet.on, one)}" for one in years]
    by_day = [_rate(sheet, f"gave:{one - 1}", key) for one, key in zip(years, by_key, strict=True)]
    table = Table(
        head=(shell.say(N_("Année")), *names.values(), shell.say(N_("Au même jour"))),
        rows=tuple(
            (str(one), *(percent(rates[kind][place]) for kind in kinds), percent(by_day[place]))
            for place, one in enumerate(years)
        ),
        links=links(
            sheet,
            [
                ["", *(keys(kind, one)[1] for kind in kinds), by_key[place]] for place, one in enumerate(years)
            ]
        ),
    )  # fmt: skip
    now, before = by_day[-1], by_day[-2]
    chart = figure_charts.lines(
        _retained(now, before),
        [str(one) for one in years],
        [
            Series(name=names["repeat"], values=rates["repeat"], tone="calm"),
            Series(name=names["all"], values=rates["all"]),
            Series(name=names["new"], values=rates["new"], tone="calm"),
        ],
        table=table,
        show=whole_percent,
        top=Fraction(1),
        note=shell.say(N_("Part des donateurs de l’année d’avant qui ont redonné ; %(year)s court encore."), year=year),
    )
    return Section(key="retention", stats=_rates(sheet, year, by_key), charts=(chart,))


def _retained(now: Fraction | None, before: Fraction | None) -> str:
    if now is None:
        return shell.say(N_("Personne n’avait donné l’an dernier"))
    if before is None:
        return shell.say(N_("%(now)s sont revenus cette année"), now=percent(now))
    return shell.say(
        N_("%(now)s sont revenus cette année ; l’an dernier au même jour, c’était %(before)s"),
        now=percent(now), before=percent(before),
    )  # fmt: skip


def _rates(sheet: Sheet, year: int, by_key: Sequence[str]) -> tuple[Stat, ...]:
    early = f"{year - 1}-01-01..{loyalty.same_day(sheet.on, year - 1)}"
    both = f"both-by:{early}+{year}-01-01..{loyalty.same_day(sheet.on, year)}"
    asked = (
        (N_("Fidélité à ce jour"), f"kept:{year}", f"gave:{year - 1}", N_("%(part)s sur %(all)s de %(year)s")),
        (N_("L’an dernier au même jour"), by_key[-2], f"gave:{year - 2}", N_("%(part)s sur %(all)s de %(before)s")),
        (N_("Du 1er janvier à ce jour"), both, f"gave:{early}", N_("%(part)s sur %(all)s, à dates égales")),
        (N_("Nouveaux de l’an dernier"), f"kept-new:{year}", f"first:{year - 1}", N_("%(part)s sur %(all)s")),
    )
    return tuple(
        people_stat(
            sheet,
            part,
            label,
            value=percent(_rate(sheet, whole, part)),
            note=shell.say(
                note, part=shell.number(sheet.people(part)), all=shell.number(sheet.people(whole)),
                year=str(year - 1), before=str(year - 2),
            ),
        )
        for label, part, whole, note in asked
    )  # fmt: skip


def _rate(sheet: Sheet, whole: str, part: str) -> Fraction | None:
    return rules.share(sheet.people(part), sheet.people(whole))


def cohorts(sheets: Sheets) -> Section:
    """The matrix: of those who began in a year, who gave each year after; and what each brought by then."""
    sheet = sheets[Part.COHORTS]
    years = [one for one in range(sheet.on.year - loyalty.COHORT_YEARS + 1, sheet.on.year + 1)
             if sheet.people(f"first:{one}")]  # fmt: skip
    laters = range(loyalty.COHORT_YEARS)
    rows, money = [], []
    for year in years:
        began, brought, cells, sums = sheet.people(f"first:{year}"), 0, [], []
        for later in laters:
            if year + later > sheet.on.year:
                cells.append(Cell(shown=""))
                sums.append(Cell(shown=""))
                continue
            key = f"cohort:{year}:{later}"
            kept, brought = sheet.people(key), brought + sheet.amount(f"{year}:{later}")
            stays, way = Fraction(kept, began), way_to(sheet, key)
            cells.append(
                Cell(shown=whole_percent(stays), href=way.href, heat=heat(stays, 1) if later else None,
                     note=", ".join(filter(None, (shell.number(kept), way.aside))))
            )  # fmt: skip
            sums.append(Cell(shown=euros(Fraction(brought, began))))
        name = str(year)
        rows.append((name, (people_cell(sheet, f"first:{year}"), *cells)))
        money.append((name, tuple(sums)))
    head = tuple(shell.say(N_("+%(n)s an") if n == 1 else N_("+%(n)s ans"), n=n) if n else shell.say(N_("L’année même"))
                 for n in laters)  # fmt: skip
    return Section(
        key="cohorts",
        grids=(
            Grid(
                caption=shell.say(N_("Part de ceux qui ont commencé une année, et qui donnent les années d’après")),
                corner=shell.say(N_("Premier don en")),
                head=(shell.say(N_("Personnes")), *head),
                rows=tuple(rows),
                note=shell.say(N_("La dernière case de chaque ligne est l’année en cours : elle monte encore.")),
            ),
            Grid(
                caption=shell.say(N_("Ce que chacun a apporté depuis, en moyenne")),
                corner=shell.say(N_("Premier don en")),
                head=head,
                rows=tuple(money),
            ),
        ),
    )


def second_gifts(sheets: Sheets) -> Section:
    """Who gives a second time, and how soon."""
    sheet = sheets[Part.SECOND]
    year = sheet.on.year
    labels = [str(one) for one in range(year - loyalty.FLOW_YEARS + 1, year + 1)]
    found: dict[str, dict[str, str]] = {"90": {}, "12": {}}
    for key in sheet.numbers.people:
        word, _, when = key.partition(":")
        if word.startswith("second-"):
            first = period(when).first
            assert first is not None
            found[word.removeprefix("second-")][str(first.year)] = when
    rates = {
        length: [_rate(sheet, f"starts:{whens[one]}", f"second-{length}:{whens[one]}") if one in whens else None
                 for one in labels]
        for length, whens in found.items()
    }  # fmt: skip

    def cells(one: str) -> tuple[list[str], list[str]]:
        shown, keys = [], []
        for length, whens in found.items():
            for word in ("starts", f"second-{length}"):
                key = f"{word}:{whens[one]}" if one in whens else ""
                shown.append(shell.number(sheet.people(key)) if key else NONE)
                keys.append(key)
            shown.append(percent(rates[length][labels.index(one)]))
            keys.append("")
        return shown, keys

    rows = [cells(one) for one in labels]
    within = (shell.say(N_("En 90 jours")), shell.say(N_("En 12 mois")))
    head = [shell.say(N_("Premier don en"))]
    for name in within:
        head += [shell.say(N_("Ont eu le temps")), name, "%"]
    last = next((rate for rate in reversed(rates["12"]) if rate is not None), None)
    chart = figure_charts.lines(
        shell.say(N_("%(rate)s donnent une deuxième fois dans l’année"), rate=percent(last)),
        labels,
        [
            Series(name=within[1], values=rates["12"]),
            Series(name=within[0], values=rates["90"], tone="calm"),
        ],
        table=Table(
            head=tuple(head),
            rows=tuple((one, *row[0]) for one, row in zip(labels, rows, strict=True)),
            links=links(sheet, [["", *row[1]] for row in rows]),
        ),
        show=whole_percent,
        note=shell.say(
            N_("Par année du premier don, dons réguliers à part ; seulement qui a eu le temps de redonner.")
        ),
    )
    return Section(key="second", charts=(chart,))


def lifetimes(sheets: Sheets) -> Section:
    """What a donor brings within one, two, three and five years, and an estimate of what one may bring."""
    sheet = sheets[Part.LIFETIME]
    whens: dict[tuple[str, int], str] = {}
    for key in sheet.numbers.people:
        when = key.partition(":")[2]
        first, last = period(when).first, period(when).last
        assert first is not None
        assert last is not None
        for span in loyalty.SPANS:
            bound = loyalty.bound(sheet.on, span)
            if last == min(bound, date(first.year, 12, 31)):
                whens[str(first.year), span] = when
    labels = sorted({year for year, _ in whens})

    def each(year: str, span: int) -> Fraction | None:
        when = whens.get((year, span))
        return None if when is None else rules.share(sheet.amount(f"{year}:{span}"), sheet.people(f"first:{when}"))

    rows = [[each(year, span) for span in loyalty.SPANS] for year in labels]
    head = tuple(shell.say(N_("%(n)s mois"), n=span) for span in loyalty.SPANS)
    table = Table(
        head=(shell.say(N_("Premier don en")), *head),
        rows=tuple(
            (year, *(NONE if value is None else euros(value) for value in row))
            for year, row in zip(labels, rows, strict=True)
        ),
        links=links(
            sheet,
            [
                ["", *(f"first:{whens[year, span]}" if (year, span) in whens else "" for span in loyalty.SPANS)]
                for year in labels
            ]
        ),
    )  # fmt: skip
    shown = [(year, row) for year, row in zip(labels, rows, strict=True) if row[1] is not None][-4:]
    best = max((row[0] for row in rows if row[0] is not None), default=None)
    charts: tuple[Chart, ...] = ()
    if best is not None:
        charts = (
            figure_charts.lines(
                shell.say(N_("Une nouvelle personne apporte jusqu’à %(money)s en un an"), money=euros(best)),
                head,
                [Series(name=year, values=row, tone="strong" if year == shown[-1][0] else "calm")
                 for year, row in shown],
                table=table,
                show=euros,
                places=loyalty.SPANS,
                note=shell.say(N_("Total moyen par personne, depuis son premier don ; une ligne par année d’arrivée.")),
            ),
        )  # fmt: skip
    return Section(key="lifetime", stats=(_estimate(sheet),), charts=charts)


def _estimate(sheet: Sheet) -> Stat:
    numbers = [sheet.amount(key) for key in ("year", "donors", "kept", "before")]
    found = rules.lifetime_cents(*numbers)
    return Stat(
        label=shell.say(N_("Valeur à venir, une estimation")),
        value=NONE if found is None else f"≈ {euros(found)}",
        note=shell.say(
            N_("%(each)s par personne en %(year)s, %(rate)s de fidélité, dix ans au plus"),
            each=euros(Fraction(numbers[0], numbers[1])) if numbers[1] else NONE,
            year=str(sheet.on.year - 1),
            rate=percent(rules.share(numbers[2], numbers[3])),
        ),
    )
