"""A table for whoever types the fiches into the administration's site by hand: one column per zone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from crm.foundation.csv_out import csv_lines

ZONES = (
    "2009",
    "2028",
    "2011",
    "2013",
    "2114",
    "2015",
    "2016",
    "2112",
    "2017",
    "2018",
    "2027",
    "2030",
    "2045",
    "2060",
)


def csv(fiches: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """The head, then a line per fiche."""
    return csv_lines(_rows(fiches))


def _rows(fiches: Iterable[Mapping[str, str]]) -> Iterator[Sequence[str]]:
    yield ZONES
    for zones in fiches:
        yield [zones[zone] for zone in ZONES]
