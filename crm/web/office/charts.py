"""Bars and lines as geometry: figures in, marks and words out; the template only writes them down as SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH = 640
HEIGHT = 240
_TOP = 28
_FOOT = 28
_SIDE = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """One figure and the word below it."""

    label: str
    value: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """A rectangle standing on the floor."""

    x: float
    y: float
    width: float
    height: float
    tone: str
    label: str
    shown: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Dot:
    """A point of a line."""

    x: float
    y: float
    label: str
    shown: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line through its dots."""

    tone: str
    points: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """A label at its place."""

    x: float
    y: float
    anchor: str
    tone: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """Where a cell of a table leads (empty: nowhere), and what is said beside it."""

    href: str = ""
    aside: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """A whole chart. `finding` is its title: what one sees in it. `table` holds the same figures as text.

    `links` say where each cell of the table leads.
    """

    finding: str
    note: str
    bars: tuple[Bar, ...] = ()
    lines: tuple[Line, ...] = ()
    words: tuple[Word, ...] = ()
    head: tuple[str, ...]
    table: tuple[tuple[str, ...], ...]
    links: tuple[tuple[Way, ...], ...] = ()
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _SIDE
    right: int = WIDTH - _SIDE
    floor: float = HEIGHT - _FOOT
    has_axis: bool = True


def bars(
    finding: str, points: Sequence[Point], *, head: tuple[str, str], show: Callable[[int], str], note: str = ""
) -> Chart:
    """Bars from zero; the last one is the strong one. `show` writes a figure."""
    step = (WIDTH - 2 * _SIDE) / max(len(points), 1)
    thick = min(step * 0.68, 64)
    drawn, words = [], []
    for index, point in enumerate(points):
        middle = _SIDE + step * (index + 0.5)
        tone = "strong" if index == len(points) - 1 else "calm"
        height = _scaled(point.value, points)
        top = HEIGHT - _FOOT - height
        drawn.append(
            Bar(
                x=round(middle - thick / 2, 1),
                y=round(top, 1),
                width=round(thick, 1),
                height=round(height, 1),
                tone=tone,
                label=point.label,
                shown=show(point.value),
            )
        )
        words.append(Word(x=round(middle, 1), y=round(top - 8, 1), anchor="middle", tone=tone, text=show(point.value)))
        if _has_room(index, len(points)):
            words.append(Word(x=round(middle, 1), y=HEIGHT - 8, anchor="middle", tone=tone, text=point.label))
    return Chart(
        finding=finding,
        note=note,
        bars=tuple(drawn),
        words=tuple(words),
        head=head,
        table=tuple((point.label, show(point.value)) for point in points),
    )


def line(
    finding: str, points: Sequence[Point], *, head: tuple[str, str], show: Callable[[int], str], note: str = ""
) -> Chart:
    """A line from a zero floor, its first and last figures written at their ends."""
    step = (WIDTH - 2 * _SIDE - 48) / max(len(points) - 1, 1)
    dots = tuple(
        Dot(
            x=round(_SIDE + 24 + step * index, 1),
            y=round(HEIGHT - _FOOT - _scaled(point.value, points), 1),
            label=point.label,
            shown=show(point.value),
        )
        for index, point in enumerate(points)
    )
    words = [
        Word(x=dot.x, y=HEIGHT - 8, anchor="middle", tone="calm", text=dot.label)
        for index, dot in enumerate(dots)
        if _has_room(index, len(dots))
    ]
    for place, dot in enumerate(dots[:1] + dots[-1:] if len(dots) > 1 else dots):
        tone = "strong" if place or len(dots) == 1 else "calm"
        words.append(Word(x=dot.x, y=round(dot.y - 12, 1), anchor="middle", tone=tone, text=dot.shown))
    return Chart(
        finding=finding,
        note=note,
        lines=(Line(tone="strong", points=" ".join(f"{dot.x},{dot.y}" for dot in dots), dots=dots),),
        words=tuple(words),
        head=head,
        table=tuple((point.label, show(point.value)) for point in points),
    )


def stacked(
    finding: str,
    labels: Sequence[str],
    series: Sequence[tuple[str, Sequence[int]]],
    *,
    head: str,
    show: Callable[[int], str],
    note: str = "",
) -> Chart:
    """Bars from zero, each made of parts that lie on one another, the first at the bottom; figures in the table."""
    step = (WIDTH - 2 * _SIDE) / max(len(labels), 1)
    thick = min(step * 0.68, 64)
    totals = [Point(label=label, value=sum(values[i] for _, values in series)) for i, label in enumerate(labels)]
    drawn, words = [], []
    for index, total in enumerate(totals):
        middle, top = _SIDE + step * (index + 0.5), float(HEIGHT - _FOOT)
        for place, (name, values) in enumerate(series):
            height = _scaled(values[index], totals)
            top -= height
            said = f"{total.label}, {name}"
            drawn.append(
                Bar(
                    x=round(middle - thick / 2, 1),
                    y=round(top, 1),
                    width=round(thick, 1),
                    height=round(height, 1),
                    tone=f"part-{place}",
                    label=said,
                    shown=show(values[index]),
                )
            )
        tone = "strong" if index == len(labels) - 1 else "calm"
        words.append(Word(x=round(middle, 1), y=round(top - 8, 1), anchor="middle", tone=tone, text=show(total.value)))
        if _has_room(index, len(labels)):
            words.append(Word(x=round(middle, 1), y=HEIGHT - 8, anchor="middle", tone=tone, text=total.label))
    return Chart(
        finding=finding,
        note=note,
        bars=tuple(drawn),
        words=tuple(words),
        head=(head, *(name for name, _ in series)),
        table=tuple((label, *(show(values[i]) for _, values in series)) for i, label in enumerate(labels)),
    )


def versus(
    finding: str,
    points: Sequence[Point],
    before: Sequence[Point],
    *,
    head: tuple[str, str, str],
    show: Callable[[int], str],
    note: str = "",
) -> Chart:
    """Bars from zero, each beside what was there before, in grey; figures stand in the table."""
    step = (WIDTH - 2 * _SIDE) / max(len(points), 1)
    thick = min(step * 0.36, 28)
    both = [*points, *before]
    drawn, words = [], []
    for index, pair in enumerate(zip(before, points, strict=True)):
        middle = _SIDE + step * (index + 0.5)
        for side, (point, tone) in enumerate(zip(pair, ("calm", "strong"), strict=True)):
            height = _scaled(point.value, both)
            drawn.append(
                Bar(
                    x=round(middle - thick + side * (thick + 1), 1),
                    y=round(HEIGHT - _FOOT - height, 1),
                    width=round(thick, 1),
                    height=round(height, 1),
                    tone=tone,
                    label=point.label,
                    shown=show(point.value),
                )
            )
        words.append(Word(x=round(middle, 1), y=HEIGHT - 8, anchor="middle", tone="calm", text=pair[1].label))
    return Chart(
        finding=finding,
        note=note,
        bars=tuple(drawn),
        words=tuple(words),
        head=head,
        table=tuple((now.label, show(now.value), show(old.value)) for old, now in zip(before, points, strict=True)),
    )


def _scaled(value: int, points: Sequence[Point]) -> float:
    highest = max((point.value for point in points), default=0)
    return (HEIGHT - _FOOT - _TOP) * value / highest if highest > 0 else 0.0


def _has_room(index: int, count: int) -> bool:
    """At most ten labels, counted from the newest."""
    every = -(-count // 10)
    return (count - 1 - index) % every == 0
