"""The words and shapes of feeds."""

from __future__ import annotations

import re

from crm.web.office import shell
from crm.web.words import N_
from mailing.feeds.model import FeedKind, Health

HEALTH: dict[Health, tuple[str, str]] = {
    Health.NEW: (N_("Jamais lu"), "draft"),
    Health.FINE: (N_("Va bien"), "done"),
    Health.FAILING: (N_("Échoue"), "warn"),
    Health.DOWN: (N_("En panne"), "stop"),
}

KINDS: dict[FeedKind, str] = {
    FeedKind.NEWS: N_("Actualités"),
    FeedKind.PETITIONS: N_("Pétitions"),
    FeedKind.EVENTS: N_("Événements"),
    FeedKind.BLOG: N_("Blogs"),
}


_NUMBER = re.compile(r"\d+")


def reason(last_error: str) -> str:
    """What went wrong at a visit, in the language of the person at the screen; it was kept in French."""
    found = _NUMBER.search(last_error)
    if found is None:
        return shell.say(last_error) if last_error else ""
    return shell.say(last_error.replace(found[0], "%(number)s", 1)).replace("%(number)s", found[0])


def why(last_error: str) -> str:
    """The same as a sentence."""
    said = reason(last_error)
    return f"{said[:1].upper()}{said[1:].rstrip('.')}." if said else ""
