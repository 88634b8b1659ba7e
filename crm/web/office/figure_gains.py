"""Gains and losses as one sees them: who is won back, what a year has more, how long a second gift takes."""

from __future__ import annotations

from itertools import pairwise

from crm.figures import loyalty, rules
from crm.figures.model import Part
from crm.web.office import charts, figure_charts, shell
from crm.web.office.figure_charts import Series, Table
from crm.web.office.figure_sections import NONE, Section, Sheets, Stat, euros, links, percent, whole_percent
from crm.web.words import N_


def recapture(sheets: Sheets) -> Section:
    """Of those who had given, though not in the year before, who came back."""
    sheet = sheets[Part.LOYALTY]
    years = range(sheet.on.year - loyalty.FLOW_YEARS + 1, sheet.on.year + 1)
    keys = [(f"lapsed:{one}", f"back:{one}") for one in years]
    rates = [rules.share(sheet.people(back), sheet.people(lapsed)) for lapsed, back in keys]
    if not any(sheet.people(lapsed) for lapsed, _ in keys):
        return Section(key="recapture")
    chart = figure_charts.lines(
        shell.say(N_("%(rate)s des inactifs sont revenus cette année"), rate=percent(rates[-1])),
        [str(one) for one in years],
        [Series(name=shell.say(N_("Reconquis")), values=rates)],
        table=Table(
            head=tuple(
                shell.say(one) for one in (N_("Année"), N_("Inactifs au 1er janvier"), N_("Revenus"), N_("Taux"))
            ),
            rows=tuple(
                (str(one), shell.number(sheet.people(lapsed)), shell.number(sheet.people(back)), percent(rate))
                for one, (lapsed, back), rate in zip(years, keys, rates, strict=True)
            ),
            links=links(sheet, [["", *pair, ""] for pair in keys]),
        ),
        show=percent,
        note=shell.say(N_("Inactifs : avaient donné, mais pas l’année d’avant ; l’année en cours monte encore.")),
    )  # fmt: skip
    return Section(key="recapture", charts=(chart,))


def gains(sheets: Sheets) -> Section:
    """What whole years brought more, and lost, beside the year before, and by whom."""
    sheet = sheets[Part.GAINS]
    years = sorted({int(key.partition(":")[2]) for key in sheet.numbers.people if sheet.amount(key)})
    if not years:
        return Section(key="gains")
    up, down = ("first", "back", "up"), ("down", "gone-new", "gone-repeat")
    names = {
        "first": N_("Nouveaux"), "back": N_("Revenus"), "up": N_("Donnent plus"), "down": N_("Donnent moins"),
        "gone-new": N_("Nouveaux perdus"), "gone-repeat": N_("Fidèles perdus"),
    }  # fmt: skip
    won = {one: sum(sheet.amount(f"{word}:{one}") for word in up) for one in years}
    lost = {one: sum(sheet.amount(f"{word}:{one}") for word in down) for one in years}
    growth = {one: rules.share(won[one] - lost[one], sheet.amount(str(one - 1))) for one in years}
    last = years[-1]
    chart = figure_charts.diverging(
        shell.say(
            N_("%(year)s : %(won)s gagnés, %(lost)s perdus"),
            year=str(last), won=euros(won[last]), lost=euros(lost[last]),
        ),
        [str(one) for one in years],
        [(shell.say(names[word]), [sheet.amount(f"{word}:{one}") for one in years]) for word in up],
        (shell.say(N_("Perdus")), [lost[one] for one in years]),
        table=Table(
            head=(
                shell.say(N_("Année")), *(shell.say(names[word]) for word in (*up, *down)), shell.say(N_("Croissance"))
            ),
            rows=tuple(
                (str(one), *(euros(sheet.amount(f"{word}:{one}")) for word in (*up, *down)), percent(growth[one]))
                for one in years
            ),
            links=links(sheet, [["", *(f"{word}:{one}" for word in (*up, *down)), ""] for one in years]),
        ),
        show=euros,
        note=shell.say(N_("Années entières, chacune à côté de celle d’avant ; en dessous de la ligne, ce qui manque.")),
    )  # fmt: skip
    stat = Stat(
        label=shell.say(N_("Croissance des dons en %(year)s"), year=str(last)),
        value=percent(growth[last]),
        note=shell.say(N_("%(won)s gagnés, %(lost)s perdus"), won=euros(won[last]), lost=euros(lost[last])),
    )
    return Section(key="gains", stats=(stat,), charts=(chart,))


def delays(sheets: Sheets) -> Section:
    """How long a second gift took, of those who have had two years for it."""
    sheet = sheets[Part.DELAYS]
    everybody, *keys = loyalty.delay_keys(sheet.numbers.names["when"])
    whole = sheet.people(everybody)
    if not whole:
        return Section(key="delays")
    words = [
        shell.say(N_("moins de %(n)s mois"), n=high)
        if not low
        else shell.say(N_("%(low)s à %(n)s mois"), low=low, n=high)
        for low, high in pairwise(loyalty.DELAYS)
    ]
    words += [shell.say(N_("plus tard")), shell.say(N_("jamais encore"))]
    rates = [rules.share(sheet.people(key), whole) for key in keys]
    soon = sum(sheet.people(key) for key in keys[:-2])
    chart = charts.bars(
        shell.say(N_("%(rate)s donnent une deuxième fois en deux ans"), rate=percent(rules.share(soon, whole))),
        figure_charts.plain([(word, sheet.people(key)) for word, key in zip(words, keys, strict=True)]),
        head=(shell.say(N_("Deuxième don après")), shell.say(N_("Personnes"))),
        show=lambda number: whole_percent(rules.share(number, whole)),
        note=shell.say(
            N_("Des %(count)s personnes qui ont commencé sans don régulier et ont eu deux ans."),
            count=shell.number(whole),
        ),
    )
    table = Table(
        head=(shell.say(N_("Deuxième don après")), shell.say(N_("Personnes")), "%"),
        rows=tuple(
            (word, shell.number(sheet.people(key)), NONE if rate is None else percent(rate))
            for word, key, rate in zip(words, keys, rates, strict=True)
        ),
        links=links(sheet, [["", key, ""] for key in keys]),
    )
    return Section(key="delays", charts=(figure_charts.with_table(chart, table),))
