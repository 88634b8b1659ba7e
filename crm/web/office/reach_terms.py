"""The part of a form that says what a way to reach somebody is used for, and when it holds; and that part, read."""

from __future__ import annotations

from datetime import date
from typing import Any

from crm.people import words
from crm.people.model import Abode, ContactPoint, Usage
from crm.people.terms import Terms
from crm.values.errors import Invalid
from crm.web.office import in_place, shell
from crm.web.office.days import read_day
from crm.web.words import N_

FIELDS = (
    "usage",
    "valid_from_on",
    "valid_until_on",
    "season_from_day",
    "season_from_month",
    "season_until_day",
    "season_until_month",
)
WRONG = {
    "valid_from_on": N_("Écrivez un jour du calendrier, par exemple 01/09/2026."),
    "valid_until_on": N_("Écrivez un jour du calendrier, après le premier."),
    "season": N_("Une saison va d’un jour de l’année à un autre, par exemple du 15 juin au 15 septembre."),
}


def typed() -> dict[str, str]:
    """What stands in those fields."""
    return in_place.typed(*FIELDS)


def held(way: Abode | ContactPoint | None) -> dict[str, str]:
    """What the fields hold before anybody types."""
    first, last = (way.season_from, way.season_until) if way else ("", "")
    return {
        "usage": (way.usage if way else Usage.HOME).value,
        "valid_from_on": way.valid_from_on.isoformat() if way and way.valid_from_on else "",
        "valid_until_on": way.valid_until_on.isoformat() if way and way.valid_until_on else "",
        "season_from_month": first[:2],
        "season_from_day": first[3:],
        "season_until_month": last[:2],
        "season_until_day": last[3:],
    }


def read(given: dict[str, str]) -> Terms:
    """When it holds, as typed. Raises `Invalid` with the field."""
    return Terms(
        usage=Usage(given["usage"]) if given["usage"] in set(Usage) else Usage.HOME,
        valid_from_on=read_day(given["valid_from_on"], field="valid_from_on"),
        valid_until_on=read_day(given["valid_until_on"], field="valid_until_on"),
        season=(_season_day(given, "from"), _season_day(given, "until")),
    )


def problem(wrong: Invalid) -> dict[str, str]:
    """The field that is wrong, and what to write there."""
    field = wrong.field or "season"
    return {field: shell.say(WRONG.get(field, WRONG["season"]))}


def choices() -> dict[str, Any]:
    """What the fields let one choose from."""
    months = [(f"{month:02d}", shell.day(date(2024, month, 1), "MMMM")) for month in range(1, 13)]
    return {"usages": in_place.options(words.USAGES), "months": months}


def _season_day(given: dict[str, str], end: str) -> str:
    day, month = given[f"season_{end}_day"].strip(), given[f"season_{end}_month"].strip()
    return f"{month:0>2}-{day:0>2}" if day or month else ""
