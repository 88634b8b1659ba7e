"""When and where something takes place, said in one line, in the reader's language."""

from __future__ import annotations

import re

from crm.foundation.templating import locale_filters
from crm.foundation.translation import translations
from crm.values.languages import Language
from mailing.content.model import ContentItem


def N_(text: str) -> str:  # noqa: N802 - the name that gettext's tools look for
    """Marks a French sentence for the catalogues."""
    return text


UNTIL = N_("jusqu’au %(day)s")
_HOUR = re.compile(r"(\d{1,2}):(\d\d)")
_SAID = {
    Language.FR: "{hour}\u00a0h\u00a0{minute}",
    Language.NL: "{hour}.{minute}\u00a0uur",
    Language.DE: "{hour}:{minute}\u00a0Uhr",
}


def when(item: ContentItem, language: Language, *, in_full: bool) -> str:
    """The day, the hour, the place and the kind of event, in one line; empty where nothing is known.

    In full the whole date is said; else only what stands well beside it: the weekday, or the day it ends.
    """
    day = locale_filters(language)["day"]
    pieces: list[str] = []
    lasts = item.starts_on and item.ends_on and item.ends_on > item.starts_on
    if item.starts_on and (in_full or not lasts):
        pieces.append(day(item.starts_on, "long" if in_full else "EEEE"))
    if lasts and item.ends_on:
        until: str = translations(language).ugettext(UNTIL)
        pieces.append(until % {"day": day(item.ends_on, "month")})
    return " · ".join([*pieces, *filter(None, [_hour(item.starts_time, language), item.place, *item.event_types])])


def _hour(said: str, language: Language) -> str:
    """« 19:30 » as one would say it: « 19 h 30 »; what the site says otherwise stays as it is."""
    found = _HOUR.fullmatch(said)
    if not found or language not in _SAID:
        return said
    hour, minute = found.groups()
    spoken = _SAID[language].format(hour=int(hour), minute=minute)
    return spoken.removesuffix("\u00a000")
