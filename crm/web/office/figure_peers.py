"""The figures of donors beside each other as one sees them: grids of scores, the pyramid, how much the top gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

from crm.donations.portraits import Measure, Peers
from crm.figures import homes, peers, rules
from crm.figures.model import Part, Sheet
from crm.segments.grid import HABITS, RECENCIES, RFM
from crm.web.office import figure_charts, shell
from crm.web.office.figure_charts import Table
from crm.web.office.figure_sections import (
    NONE,
    Cell,
    Grid,
    Section,
    Sheets,
    Stat,
    behind,
    decimal,
    euros,
    links,
    people_cell,
    percent,
    whole_percent,
)
from crm.web.words import N_

FEW = Fraction(1, 5)
"""So many at the top are told of, in steps, at most."""
AMONG = {Peers.OTHERS: N_("Dons ponctuels"), Peers.REGULAR: N_("Dons réguliers en cours, entre eux")}


def plain(sheets: Sheets) -> Section:
    """The plain Belgian grid."""
    sheet = sheets[Part.SCORES]
    most = max((sheet.people(key) for key in RFM), default=0)
    return Section(
        key="rfm",
        grids=(
            Grid(
                caption=shell.say(N_("Personnes par case")),
                head=tuple(shell.say(one) for one in HABITS),
                rows=tuple(
                    (
                        shell.say(word),
                        tuple(
                            people_cell(sheet, key, most=most) if (key := f"rfm-{recency}-{habit}") in RFM
                            else Cell(shown="")
                            for habit in range(len(HABITS))
                        ),
                    )
                    for recency, word in enumerate(RECENCIES)
                ),
            ),
        ),
    )  # fmt: skip


def quintiles(sheets: Sheets) -> Section:
    """Recency and frequency in fifths, those of regular gifts apart."""
    sheet = sheets[Part.SCORES]
    grids = []
    for among, name in AMONG.items():
        if not any(key.startswith(f"score:{among}:") for key in sheet.numbers.people):
            continue
        keys = [[f"score:{among}:{recency}:{frequency}" for frequency in peers.SCORES] for recency in peers.SCORES]
        most = max(sheet.people(key) for row in keys for key in row)
        grids.append(
            Grid(
                caption=shell.say(name),
                corner=shell.say(N_("Récence ↓ Fréquence →")),
                head=tuple(_bound(sheet, among, Measure.FREQUENCY, score) for score in peers.SCORES),
                rows=tuple(
                    (
                        _bound(sheet, among, Measure.RECENCY, score),
                        tuple(people_cell(sheet, key, most=most) for key in row),
                    )
                    for score, row in zip(peers.SCORES, keys, strict=True)
                ),
                note=shell.say(
                    N_("Montant sur cinq ans, note 5 : à partir de %(money)s. Sans don depuis cinq ans : %(asleep)s."),
                    money=_money(sheet, among), asleep=shell.number(sheet.people(f"asleep:{among}")),
                ),
            )
        )  # fmt: skip
    best = f"best:{Peers.OTHERS}"
    stat = Stat(
        label=shell.say(N_("Les 555 : récents, fréquents, généreux")),
        value=shell.number(sheet.people(best)),
        href=behind(best, sheet.people(best)),
    )
    return Section(key="quintiles", stats=(stat,), grids=tuple(grids))


def _bound(sheet: Sheet, among: Peers, measure: Measure, score: int) -> str:
    least = sheet.amount(f"{among}:{measure}:{score}")
    if score < peers.SCORES[0] and least and least == sheet.amount(f"{among}:{measure}:{score + 1}"):
        return str(score)  # whoever is as good has the better score
    if score == 1 or not least:
        return shell.say(N_("%(score)s · moins"), score=score)
    if measure is Measure.RECENCY:
        return shell.say(N_("%(score)s · dès %(day)s"), score=score, day=shell.day(date.fromordinal(least), "LLL y"))
    return shell.say(N_("%(score)s · dès %(count)s"), score=score, count=shell.number(least))


def _money(sheet: Sheet, among: Peers) -> str:
    least = sheet.amount(f"{among}:{Measure.MONEY}:5")
    return euros(least) if least else NONE


def pyramid(sheets: Sheets) -> Section:
    """How many give how much in twelve months, and what part of the money that is."""
    sheet = sheets[Part.PYRAMID]
    starts = [one for one in peers.STEPS[::-1] if sheet.people(peers.step_key(one))]
    return _pyramid(
        {start: sheet.people(peers.step_key(start)) for start in starts},
        {start: sheet.amount(str(start)) for start in starts},
        sheet,
        {start: peers.step_key(start) for start in starts},
        finding=N_("Au sommet, %(few)s des personnes donnent %(much)s du montant"),
        who=N_("Personnes"),
        note=N_("Total donné par personne en douze mois, du plus grand au plus petit."),
    )


def home_pyramid(sheets: Sheets) -> Section:
    """The same by household."""
    sheet = sheets[Part.PYRAMID]
    starts = [one for one in peers.STEPS[::-1] if sheet.amount(f"homes:{one}")]
    if not starts and any(sheet.people(peers.step_key(one)) for one in peers.STEPS):
        return Section(key="pyramid", is_uncounted=True)
    keys = {start: homes.step_key(start, peers.STEPS) for start in starts}
    return _pyramid(
        {start: sheet.amount(f"homes:{start}") for start in starts},
        {start: sheet.amount(f"home-cents:{start}") for start in starts},
        sheet,
        keys,
        finding=N_("Au sommet, %(few)s des foyers donnent %(much)s du montant"),
        who=N_("Foyers"),
        note=N_("Total donné par foyer en douze mois ; qui vit sans foyer compte seul."),
    )


def _pyramid(
    people: Mapping[int, int],
    cents: Mapping[int, int],
    sheet: Sheet,
    keys: Mapping[int, str],
    *,
    finding: str,
    who: str,
    note: str,
) -> Section:
    starts = list(people)
    all_people, all_cents = sum(people.values()), sum(cents.values())
    if not all_people or not all_cents:
        return Section(key="pyramid")
    names = {start: _step(start) for start in starts}
    few, much = Fraction(people[starts[0]], all_people), Fraction(cents[starts[0]], all_cents)
    for start in starts[1:]:
        if few + Fraction(people[start], all_people) > FEW:
            break
        few, much = few + Fraction(people[start], all_people), much + Fraction(cents[start], all_cents)
    sides = (shell.say(who), shell.say(N_("Montant")))
    chart = figure_charts.butterfly(
        shell.say(finding, few=percent(few), much=percent(much)),
        [
            (names[start], Fraction(people[start], all_people), Fraction(cents[start], all_cents))
            for start in starts
        ],
        sides=sides,
        table=Table(
            head=(shell.say(N_("En douze mois")), *sides, shell.say(N_("Part du montant"))),
            rows=tuple(
                (names[start], shell.number(people[start]), euros(cents[start]),
                 percent(Fraction(cents[start], all_cents)))
                for start in starts
            ),
            links=links(sheet, [["", keys[start], "", ""] for start in starts]),
        ),
        show=whole_percent,
        note=shell.say(note),
    )  # fmt: skip
    return Section(key="pyramid", charts=(chart,))


def _step(start: int) -> str:
    after = peers.STEPS[peers.STEPS.index(start) + 1 :]
    if not after:
        return shell.say(N_("%(money)s ou plus"), money=euros(start * peers.EURO))
    if not start:
        return shell.say(N_("moins de %(money)s"), money=euros(after[0] * peers.EURO))
    return shell.say(N_("%(low)s à %(high)s"), low=shell.number(start), high=euros(after[0] * peers.EURO))


def concentration(sheets: Sheets) -> Section:
    """What part of the money of 36 months the first so many persons give."""
    sheet = sheets[Part.CONCENTRATION]
    return _concentration(
        _hundredths(sheet, "people", "cents"),
        sheet,
        {top: f"top:{top}" for top in peers.TOPS},
        weighted=sheet.amount("weighted"),
        who=N_("Personnes"),
        one=N_("%(count)s personne"),
        several=N_("%(count)s personnes"),
        axis=N_("part des personnes →"),
        note=N_("Personnes qui ont donné en 36 mois, organisations à part."),
    )


def home_concentration(sheets: Sheets) -> Section:
    """The same of households."""
    sheet = sheets[Part.CONCENTRATION]
    if "home-weighted" not in sheet.numbers.amounts:
        return Section(key="concentration", is_uncounted=True)
    keys = {top: homes.top_key(sheet.amount(f"least:{top}")) for top in peers.TOPS}
    return _concentration(
        _hundredths(sheet, "homes", "home-cents"),
        sheet,
        keys,
        weighted=sheet.amount("home-weighted"),
        who=N_("Foyers"),
        one=N_("%(count)s foyer"),
        several=N_("%(count)s foyers"),
        axis=N_("part des foyers →"),
        note=N_("Foyers qui ont donné en 36 mois, organisations à part ; qui vit sans foyer compte seul."),
    )


def _hundredths(sheet: Sheet, people: str, cents: str) -> list[tuple[int, int, int]]:
    """From the top: which hundredth, how many, how much."""
    found = sorted(int(key.rpartition(":")[2]) for key in sheet.numbers.amounts if key.startswith(f"{cents}:"))
    return [(one, sheet.amount(f"{people}:{one}"), sheet.amount(f"{cents}:{one}")) for one in found]


def _concentration(
    hundredths: Sequence[tuple[int, int, int]],
    sheet: Sheet,
    keys: Mapping[int, str],
    *,
    weighted: int,
    who: str,
    one: str,
    several: str,
    axis: str,
    note: str,
) -> Section:
    people, cents = (sum(each[place] for each in hundredths) for place in (1, 2))
    if not people or not cents:
        return Section(key="concentration")
    counts = {top: sum(number for place, number, _ in hundredths if place <= top) for top in peers.TOPS}
    shares = {top: Fraction(sum(much for place, _, much in hundredths if place <= top), cents) for top in peers.TOPS}
    points, few, more = [], 0, 0
    for _, number, much in hundredths:
        few, more = few + number, more + much
        points.append((Fraction(few, people), Fraction(more, cents)))
    stats = tuple(
        Stat(
            label=shell.say(N_("Le premier %(top)s") if top == 1 else N_("Les premiers %(top)s"),
                            top=whole_percent(Fraction(top, 100))),
            value=percent(shares[top]) if counts[top] else NONE,
            note=shell.say_count(one, several, counts[top], count=shell.number(counts[top])),
            href=behind(keys[top], sheet.people(keys[top])),
        )
        for top in peers.TOPS
    )  # fmt: skip
    inequality = rules.gini(weighted, cents, people)
    stats += (
        Stat(label=shell.say(N_("Indice de Gini")), value=decimal(inequality or Fraction(0)),
             note=shell.say(N_("0 : tout le monde donne autant ; 1 : une seule personne donne tout"))),
    )  # fmt: skip
    marked = [
        (Fraction(counts[top], people), shares[top],
         f"{whole_percent(Fraction(top, 100))} → {whole_percent(shares[top])}")
        for top in peers.TOPS if counts[top]
    ]  # fmt: skip
    chart = figure_charts.reach(
        shell.say(
            N_("Les premiers %(top)s donnent %(share)s du montant"),
            top=whole_percent(Fraction(10, 100)),
            share=percent(shares[10]),
        ),
        points,
        marked,
        equal=shell.say(N_("si toutes donnaient autant")),
        axes=(shell.say(axis), shell.say(N_("↑ part du montant"))),
        table=Table(
            head=(shell.say(N_("Du sommet")), shell.say(who), shell.say(N_("Part du montant"))),
            rows=tuple(
                (whole_percent(Fraction(top, 100)), shell.number(counts[top]), percent(shares[top]))
                for top in peers.TOPS
            ),
            links=links(sheet, [["", keys[top], ""] for top in peers.TOPS]),
        ),
        note=shell.say(note),
    )
    return Section(key="concentration", stats=stats, charts=(chart,))
