"""What a page of figures is made of: sections with their numbers, charts and grids, each leading to people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from urllib.parse import urlencode

from babel.numbers import format_decimal
from flask import url_for

from crm.figures.model import Part, Sheet
from crm.foundation.templating import environment
from crm.foundation.translation import babel_locale
from crm.staff.model import Permission
from crm.web.office import guard, shell
from crm.web.office.charts import Chart, Way
from crm.web.words import N_

Sheets = Mapping[Part, Sheet]
NONE = "—"


@dataclass(frozen=True, kw_only=True, slots=True)
class Stat:
    """One number in large."""

    label: str
    value: str
    note: str = ""
    href: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One number of a grid; `heat` from 0 to 5, None where the number is only read. `note` is told to who points at it,
    `aside` stands beside it."""

    shown: str
    href: str = ""
    heat: int | None = None
    note: str = ""
    aside: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """A table that is read as a picture. Each row begins with its name."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    corner: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A subject: what it says, and the key of its definition.

    `is_uncounted` where the last count was made before there was such a figure: that is not nobody.
    """

    key: str
    stats: tuple[Stat, ...] = ()
    charts: tuple[Chart, ...] = ()
    grids: tuple[Grid, ...] = ()
    is_uncounted: bool = False


def behind(key: str, number: int = 1) -> str:
    """Where the people behind a figure are shown; empty for nobody, and for whoever may build no segment."""
    if not number or not guard.may(Permission.SEGMENTS_EDIT):
        return ""
    return f"{url_for('segment_builder.new')}?{urlencode({'from': key})}"


def percent(value: Fraction | None) -> str:
    """« 57,1 % », or a dash of nothing."""
    return NONE if value is None else str(environment(shell.language()).filters["percent"](float(value)))


def whole_percent(value: Fraction | None) -> str:
    """The same without a decimal."""
    return (
        NONE if value is None else str(environment(shell.language()).filters["percent"](float(value), "#,##0\u00a0%"))
    )


def decimal(value: Fraction) -> str:
    """Two decimals."""
    return str(format_decimal(float(value), "0.00", locale=babel_locale(shell.language())))


def euros(cents: Fraction | int) -> str:
    """Whole euros."""
    return f"{shell.number(round(Fraction(cents) / 100))}\u202f€"


def heat(value: Fraction | int, most: Fraction | int) -> int:
    """From 0 (nothing) to 5 (the most)."""
    return 0 if not value or not most else max(1, min(5, -int(-5 * Fraction(value) // Fraction(most))))


def people_cell(sheet: Sheet, key: str, *, most: int = 0) -> Cell:
    """So many people, and the way to them."""
    number, way = sheet.people(key), way_to(sheet, key)
    return Cell(shown=shell.number(number), href=way.href, aside=way.aside, heat=heat(number, most) if most else None)


def people_stat(sheet: Sheet, key: str, label: str, *, value: str = "", note: str = "") -> Stat:
    """A number in large that leads to people: of how many they are, unless `value` says it otherwise."""
    way = way_to(sheet, key)
    note = " · ".join(filter(None, (note, way.aside)))
    return Stat(label=shell.say(label), value=value or shell.number(sheet.people(key)), note=note, href=way.href)


def way_to(sheet: Sheet, key: str) -> Way:
    """To those behind a number who can still be found; how many of it have died is said beside it."""
    dead = sheet.dead(key)
    aside = shell.say_count(N_("dont %(n)s décédé"), N_("dont %(n)s décédés"), dead) if dead else ""
    return Way(href=behind(key, sheet.people(key) - dead), aside=aside)


def links(sheet: Sheet, rows: Sequence[Sequence[str]]) -> tuple[tuple[Way, ...], ...]:
    """Where the cells of a table lead: each row as keys; an empty one leads nowhere."""
    return tuple(tuple(way_to(sheet, key) if key else Way() for key in row) for row in rows)
