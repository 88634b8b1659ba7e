"""How often, on the supporters' pages: what one may choose, and how it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from crm.consent.pace import Pace, Rhythm, ends_of_pause
from crm.web.words import N_

RHYTHMS: dict[Rhythm, str] = {
    Rhythm.EVERY_LETTER: N_("Toutes celles que j’ai choisies"),
    Rhythm.FORTNIGHTLY: N_("Au plus une toutes les deux semaines"),
    Rhythm.MONTHLY: N_("Au plus une par mois"),
    Rhythm.QUARTERLY: N_("Au plus une tous les trois mois"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Wished:
    """The pace a form asks for, and whether one could read it."""

    pace: Pace
    is_clear: bool


def ends(pace: Pace, today: date) -> tuple[date, ...]:
    """The days a list offers for the end of a pause: today's own choice of them, and the one that stands."""
    resting = pace.rests_until(today)
    standing = {resting} if resting else set()
    return tuple(sorted({*ends_of_pause(today), *standing}))


def read(form: Mapping[str, str], pace: Pace, today: date) -> Wished:
    """What the fields `rhythm` and `until` say; one that is not there leaves what stands as it is."""
    rhythm, until, is_clear = pace.rhythm, pace.pause_until_on, True
    if "rhythm" in form:
        is_clear = form["rhythm"] in set(Rhythm)
        rhythm = Rhythm(form["rhythm"]) if is_clear else rhythm
    if "until" in form:
        typed = form["until"]
        offered = {day.isoformat(): day for day in ends(pace, today)}
        # A page that was open over midnight offers yesterday's days: those are as good.
        offered |= {day.isoformat(): day for day in ends_of_pause(date.fromordinal(today.toordinal() - 1))}
        is_clear = is_clear and (not typed or typed in offered)
        until = offered.get(typed)
    asked = Pace(person_id=pace.person_id, channel=pace.channel, pause_until_on=until, rhythm=rhythm)
    return Wished(pace=asked if is_clear else pace, is_clear=is_clear)
