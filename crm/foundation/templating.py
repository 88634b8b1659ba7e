"""Jinja environments: finished values in, strict about unknown names, escaped, dates and numbers by locale."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from crm.foundation.translation import babel_locale, translations
from crm.values.calendar import BRUSSELS, brussels
from crm.values.languages import Language

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


@cache
def environment(language: Language) -> Environment:
    """The environment of one language. Names ending in `.txt` are not escaped; everything else is."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=lambda name: not (name or "").endswith(".txt"),  # noqa: S701 - only plain text is left as it is
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    spoken = translations(language)
    made.install_gettext_callables(spoken.ugettext, spoken.ungettext, newstyle=True)  # type: ignore[attr-defined]
    made.filters.update(locale_filters(language))
    made.globals["language"] = language.value
    return made


def render(template: str, language: Language, **values: Any) -> str:
    """The text of `templates/<template>` in `language`."""
    return environment(language).get_template(template).render(**values)


def locale_filters(language: Language) -> dict[str, Callable[..., str]]:
    """Filters for dates, times, numbers and money, in the language's Belgian way.

    Instants are shown on a Belgian clock; `money` takes integer cents.
    """
    locale = babel_locale(language)

    def day(value: date | datetime, style: str = "medium") -> str:
        shown = brussels(value).date() if isinstance(value, datetime) else value
        pattern = _own_way(language, _DAY.get(style, style))
        if language is Language.FR and shown.day == 1:
            pattern = pattern.replace("d MMM", "d'er' MMM")
        return format_date(shown, pattern, locale=locale)

    def clock(value: datetime | time) -> str:
        if isinstance(value, datetime):
            value = brussels(value).time()
        return format_time(value, "HH:mm", locale=locale)

    def instant(value: datetime, style: str = "medium") -> str:
        pattern = _own_way(language, _INSTANT.get(style, style))
        return format_datetime(brussels(value), pattern, tzinfo=BRUSSELS, locale=locale)

    def number(value: int) -> str:
        return format_decimal(value, locale=locale)

    def money(cents: int) -> str:
        return format_currency(Decimal(cents) / 100, "EUR", locale=locale)

    def percent(value: float, pattern: str = "#,##0.#\u00a0%") -> str:
        return format_percent(value, pattern, locale=locale)

    def ago(value: datetime, now: datetime) -> str:
        return format_timedelta(value - now, add_direction=True, locale=locale)

    return {
        "day": day,
        "clock": clock,
        "instant": instant,
        "number": number,
        "money": money,
        "percent": percent,
        "ago": ago,
    }


def _own_way(language: Language, pattern: str) -> str:
    """German puts a comma after the weekday and a point after the day: « Montag, 23. November 2026 »."""
    if language is Language.DE:
        return pattern.replace("EEE d", "EEE, d").replace("d MMM", "d. MMM")
    return pattern


_DAY = {"short": "dd/MM/yyyy", "medium": "EEE d MMM y", "long": "EEEE d MMMM y", "month": "d MMMM", "plain": "d MMMM y"}
_INSTANT = {"medium": "EEE d MMM y, HH:mm", "short": "dd/MM/yyyy HH:mm", "full": "EEEE d MMMM y, HH:mm:ss zzz"}
