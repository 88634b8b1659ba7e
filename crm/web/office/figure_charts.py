"""Charts of figures as geometry: bars up and down, several lines, a butterfly, how far the top reaches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from crm.web.office.charts import HEIGHT, WIDTH, Bar, Chart, Dot, Line, Point, Way, Word

TOP, FOOT, SIDE = 28, 28, 16
LABELS = 148
"""Room on the right, where each line says its name."""
APART = 21
"""Names of lines stand so far from one another at least."""
SQUARE = 320
PARTS = ("part-0", "part-3", "part-1")
"""From below: told apart by how dark they are."""
Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """A line: its name, and a value at each place, or None."""

    name: str
    values: Sequence[Fraction | None]
    tone: str = "strong"


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """The same figures as text: a head, rows, and where each cell leads."""

    head: tuple[str, ...]
    rows: Rows
    links: tuple[tuple[Way, ...], ...] = ()


def diverging(
    finding: str,
    labels: Sequence[str],
    up: Sequence[tuple[str, Sequence[int]]],
    down: tuple[str, Sequence[int]],
    *,
    table: Table,
    show: Callable[[int], str],
    note: str = "",
) -> Chart:
    """Bars of parts on one another above the axis, and those who left below it; each part is named at the right."""
    count = len(labels)
    highest = max((sum(values[i] for _, values in up) for i in range(count)), default=0)
    lowest = max(down[1], default=0)
    height = HEIGHT + 60
    room = height - TOP - FOOT
    scale = room / (highest + lowest) if highest + lowest else 0.0
    floor = round(TOP + highest * scale, 1)
    step = (WIDTH - SIDE - LABELS) / max(count, 1)
    thick = min(step * 0.62, 56)
    drawn, words, names = [], [], []
    for index, label in enumerate(labels):
        left, top = SIDE + step * (index + 0.5) - thick / 2, floor
        for place, (name, values) in enumerate(up):
            tall = values[index] * scale
            top -= tall
            drawn.append(_bar((left, top), (thick, tall), PARTS[place], f"{label}, {name}", show(values[index])))
            if index == count - 1 and values[index]:
                names.append((top + tall / 2, name, "strong"))
        tall = down[1][index] * scale
        drawn.append(_bar((left, floor), (thick, tall), "past", f"{label}, {down[0]}", show(down[1][index])))
        if index == count - 1 and down[1][index]:
            names.append((floor + tall / 2, down[0], "calm"))
        total = sum(values[index] for _, values in up)
        middle, tone = round(left + thick / 2, 1), "strong" if index == count - 1 else "calm"
        words.append(Word(x=middle, y=round(top - 8, 1), anchor="middle", tone=tone, text=show(total)))
        words.append(Word(x=middle, y=height - 8, anchor="middle", tone=tone, text=label))
    x = SIDE + step * (count - 0.5) + thick / 2 + 10
    words += [Word(x=round(x, 1), y=y + 4, anchor="start", tone=tone, text=name) for y, name, tone in _apart(names)]
    return Chart(
        finding=finding, note=note, bars=tuple(drawn), words=tuple(words), head=table.head, table=table.rows,
        links=table.links, height=height, floor=floor, right=WIDTH - LABELS,
    )  # fmt: skip


def lines(
    finding: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    table: Table,
    show: Callable[[Fraction], str],
    note: str = "",
    places: Sequence[int] = (),
    top: Fraction | None = None,
) -> Chart:
    """Lines from a zero floor, each named at its end with its last value. `places`: where labels stand on the axis."""
    at = list(places) or list(range(len(labels)))
    width = WIDTH - SIDE - LABELS - 24
    span = (at[-1] - at[0]) if at else 0
    xs = [SIDE + 24 + (width * (place - at[0]) / span if span else 0) for place in at]
    known = [value for one in series for value in one.values if value is not None]
    highest = top or max(known, default=Fraction(0))
    height = HEIGHT + 20
    floor = height - FOOT
    drawn, scale = _scale(highest, floor, show)
    names = []
    for one in series:
        dots = tuple(
            Dot(x=round(x, 1), y=round(floor - _tall(value, highest, floor), 1), label=f"{label}, {one.name}",
                shown=show(value))
            for x, label, value in zip(xs, labels, one.values, strict=True)
            if value is not None
        )  # fmt: skip
        if not dots:
            continue
        drawn.append(Line(tone=one.tone, points=" ".join(f"{dot.x},{dot.y}" for dot in dots), dots=dots))
        names.append((dots[-1].y, dots[-1].x, f"{one.name} {dots[-1].shown}", one.tone))
    words = scale + [
        Word(x=round(x, 1), y=height - 8, anchor="middle", tone="calm", text=label)
        for index, (x, label) in enumerate(zip(xs, labels, strict=True))
        if _room(index, xs)
    ]
    ends = {name: x for _, x, name, _ in names}
    every = [dot for line in drawn for dot in line.dots]
    for y, name, tone in _apart([(y, name, tone) for y, _, name, tone in names], floor - 6):
        is_free = all(dot.x <= ends[name] or abs(dot.y - y) > APART for dot in every)
        x = ends[name] if is_free else max(ends.values())
        words.append(Word(x=round(x + 10, 1), y=round(y + 4, 1), anchor="start", tone=tone, text=name))
    return Chart(
        finding=finding, note=note, lines=tuple(drawn), words=tuple(words), head=table.head, table=table.rows,
        links=table.links, height=height, floor=floor, right=WIDTH - LABELS,
    )  # fmt: skip


def butterfly(
    finding: str,
    steps: Sequence[tuple[str, Fraction, Fraction]],
    *,
    sides: tuple[str, str],
    table: Table,
    show: Callable[[Fraction], str],
    note: str = "",
) -> Chart:
    """Two shares of each step back to back, its name between them: how many, and how much."""
    tall, gap, names = 26, 8, 150
    half = (WIDTH - names) / 2 - 56
    highest = max((max(one, other) for _, one, other in steps), default=Fraction(0))
    height = 34 + len(steps) * (tall + gap)
    left, right = (WIDTH - names) / 2, (WIDTH + names) / 2
    words = [
        Word(x=left, y=16, anchor="end", tone="calm", text=sides[0]),
        Word(x=right, y=16, anchor="start", tone="strong", text=sides[1]),
    ]
    drawn = []
    for index, (label, one, other) in enumerate(steps):
        y = 30 + index * (tall + gap)
        people, money = (half * float(value / highest) if highest else 0.0 for value in (one, other))
        drawn.append(_bar((left - people, y), (people, tall), "calm", f"{label}, {sides[0]}", show(one)))
        drawn.append(_bar((right, y), (money, tall), "strong", f"{label}, {sides[1]}", show(other)))
        base = y + tall / 2 + 5
        words += [
            Word(x=WIDTH / 2, y=base, anchor="middle", tone="calm", text=label),
            Word(x=round(left - people - 8, 1), y=base, anchor="end", tone="calm", text=show(one)),
            Word(x=round(right + money + 8, 1), y=base, anchor="start", tone="strong", text=show(other)),
        ]
    return Chart(
        finding=finding, note=note, bars=tuple(drawn), words=tuple(words), head=table.head, table=table.rows,
        links=table.links, height=height, has_axis=False,
    )  # fmt: skip


def reach(
    finding: str,
    points: Sequence[tuple[Fraction, Fraction]],
    marked: Sequence[tuple[Fraction, Fraction, str]],
    *,
    table: Table,
    equal: str,
    axes: tuple[str, str],
    note: str = "",
) -> Chart:
    """How much of the money (up) the first so many of the people (rightwards) give; the straight line: equality."""
    size, left = SQUARE - 2 * FOOT, 44

    def place(one: Fraction, other: Fraction) -> tuple[float, float]:
        return round(left + size * float(one), 1), round(FOOT + size * (1 - float(other)), 1)

    def path(several: Sequence[tuple[Fraction, Fraction]]) -> str:
        return " ".join("{},{}".format(*place(*one)) for one in several)

    start, end = (Fraction(0), Fraction(0)), (Fraction(1), Fraction(1))
    dots = tuple(
        Dot(x=place(one, other)[0], y=place(one, other)[1], label=label, shown="") for one, other, label in marked
    )
    words = [Word(x=dot.x + 12, y=dot.y + 5, anchor="start", tone="strong", text=dot.label) for dot in dots]
    middle = place(Fraction(62, 100), Fraction(56, 100))
    words += [
        Word(x=middle[0] + 8, y=middle[1] + 12, anchor="start", tone="calm", text=equal),
        Word(x=left, y=16, anchor="start", tone="calm", text=axes[1]),
        Word(x=left + size, y=SQUARE - 6, anchor="end", tone="calm", text=axes[0]),
    ]
    return Chart(
        finding=finding,
        note=note,
        lines=(
            Line(tone="past", points=path([start, end]), dots=()),
            Line(tone="strong", points=path([start, *points]), dots=dots),
        ),
        words=tuple(words),
        head=table.head,
        table=table.rows,
        links=table.links,
        height=SQUARE,
        floor=SQUARE - FOOT,
        left=left,
        right=left + size,
    )


def months(
    finding: str,
    points: Sequence[tuple[str, Fraction, Fraction]],
    *,
    table: Table,
    show: Callable[[Fraction], str],
    note: str = "",
) -> Chart:
    """A bar a month for the mean, a line across it for the median; the highest is the strong one."""
    highest = max((max(mean, middle) for _, mean, middle in points), default=Fraction(0))
    step = (WIDTH - 2 * SIDE) / max(len(points), 1)
    thick, floor = min(step * 0.68, 64), HEIGHT - FOOT
    best = max((mean for _, mean, _ in points), default=Fraction(0))
    drawn, words, ticks = [], [], []
    for index, (label, mean, middle) in enumerate(points):
        left, tone = SIDE + step * (index + 0.5) - thick / 2, "strong" if mean == best else "calm"
        tall, level = _tall(mean, highest, floor), floor - _tall(middle, highest, floor)
        drawn.append(_bar((left, floor - tall), (thick, tall), tone, label, show(mean)))
        ticks.append(
            Line(tone="tick", points=f"{left - 4:.1f},{level:.1f} {left + thick + 4:.1f},{level:.1f}", dots=())
        )
        x = round(left + thick / 2, 1)
        above = min(floor - tall, level)
        words.append(Word(x=x, y=round(above - 8, 1), anchor="middle", tone=tone, text=show(mean)))
        words.append(Word(x=x, y=HEIGHT - 8, anchor="middle", tone=tone, text=label))
    return Chart(
        finding=finding, note=note, bars=tuple(drawn), lines=tuple(ticks), words=tuple(words), head=table.head,
        table=table.rows, links=table.links,
    )  # fmt: skip


def with_table(chart: Chart, table: Table) -> Chart:
    """The same chart over another table."""
    return replace(chart, head=table.head, table=table.rows, links=table.links)


def plain(points: Sequence[tuple[str, int]]) -> list[Point]:
    """Labels and values as other charts take them."""
    return [Point(label=label, value=value) for label, value in points]


def _bar(place: tuple[float, float], size: tuple[float, float], tone: str, label: str, shown: str) -> Bar:
    x, y, width, height = (round(value, 1) for value in (*place, *size))
    return Bar(x=x, y=y, width=width, height=height, tone=tone, label=label, shown=shown)


def _scale(highest: Fraction, floor: float, show: Callable[[Fraction], str]) -> tuple[list[Line], list[Word]]:
    """Two fine lines that say how high the highest and the half of it are; nothing where all is nought."""
    rules, words = [], []
    for value in (highest, highest / 2) if highest else ():
        y = round(floor - _tall(value, highest, floor), 1)
        rules.append(Line(tone="rule", points=f"{SIDE},{y} {WIDTH - LABELS},{y}", dots=()))
        words.append(Word(x=SIDE, y=round(y - 6, 1), anchor="start", tone="calm", text=show(value)))
    return rules, words


def _tall(value: Fraction, highest: Fraction, floor: float) -> float:
    return float((floor - TOP) * (value / highest)) if highest else 0.0


def _room(index: int, xs: Sequence[float]) -> bool:
    """Labels at least 44 apart, counted from the last one."""
    later = xs[-1]
    for place in range(len(xs) - 1, index, -1):
        later = min(later, xs[place]) if later - xs[place] >= 44 or place == len(xs) - 1 else later
    return index == len(xs) - 1 or later - xs[index] >= 44


def _apart(names: Sequence[tuple[float, str, str]], lowest: float = HEIGHT + 60) -> list[tuple[float, str, str]]:
    """The same names from top to bottom, none on another, none below the lowest place."""
    ordered = sorted(names)
    places = [y for y, _, _ in ordered]
    for index in range(1, len(places)):
        places[index] = max(places[index], places[index - 1] + APART)
    for index in range(len(places) - 1, -1, -1):
        below = places[index + 1] - APART if index + 1 < len(places) else lowest
        places[index] = min(places[index], below)
    return [(round(y, 1), name, tone) for y, (_, name, tone) in zip(places, ordered, strict=True)]
