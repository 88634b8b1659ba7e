"""Every way to reach somebody, on their page: what works, what failed and why, what holds when, what ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from crm.contracts.person_page import Look, Panel, Place
from crm.foundation.translation import say
from crm.people import contact_store, words
from crm.people.model import Abode, ContactKind, ContactPoint, Failure
from crm.people.rules import holds_on
from crm.values.address_lines import lines
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber

LATEST_FAILURES = 5
"""So many of the failures of one address are told; their number always is."""


@dataclass(frozen=True, slots=True)
class ReachPanel:
    """E-mail addresses, phones and postal addresses."""

    key: str = "reach"
    order: int = 20
    place: Place = Place.MAIN
    permission: str = "supporters.read"

    def panel(self, session: Session, look: Look) -> Panel | None:
        """All of them, in three queries."""
        points = contact_store.points_of(session, [look.person_id], ended=True)[look.person_id]
        abodes = contact_store.abodes_of(session, [look.person_id], ended=True)[look.person_id]
        failures = contact_store.failures_of(session, look.person_id)
        of_points: dict[int, list[Failure]] = defaultdict(list)
        of_abodes: dict[int, list[Failure]] = defaultdict(list)
        for failure in failures:
            if failure.contact_point_id is not None:
                of_points[failure.contact_point_id].append(failure)
            if failure.abode_id is not None:
                of_abodes[failure.abode_id].append(failure)
        shown = [_point(point, of_points[point.id], look) for point in points]
        homes = [_abode(abode, of_abodes[abode.id], look) for abode in abodes]
        return Panel(
            key=self.key,
            values={
                "person_id": look.person_id,
                "emails": [one for one in shown if one["kind"] == "email" and not one["ended_at"]],
                "phones": [one for one in shown if one["kind"] == "phone" and not one["ended_at"]],
                "addresses": [one for one in homes if not one["ended_at"]],
                "former": [one for one in (*shown, *homes) if one["ended_at"]],
            },
        )


def shown_value(point: ContactPoint) -> str:
    """A contact point as people read it: a number in groups, an address as it is."""
    if point.kind is not ContactKind.PHONE:
        return point.value
    try:
        return PhoneNumber.parse(point.value).international
    except Invalid:
        return point.value


def _point(point: ContactPoint, failures: Sequence[Failure], look: Look) -> dict[str, Any]:
    language = look.language
    word, shape = words.DELIVERABILITY[point.deliverability]
    usage = say(language, words.USAGES[point.usage])
    if point.kind is ContactKind.PHONE:
        usage = f"{_phone_kind(point.value, language)}, {usage}"
    return {
        "id": point.id,
        "kind": point.kind.value,
        "lines": (shown_value(point),),
        "value": point.value,
        "usage": usage,
        "is_primary": point.is_primary,
        "word": say(language, word),
        "shape": shape,
        "failures": point.failures,
        "told": _told(failures, look.language),
        **_times(point, look),
    }


def _phone_kind(number: str, language: Language) -> str:
    try:
        return say(language, words.PHONES[PhoneNumber.parse(number).kind])
    except Invalid:
        return say(language, words.PHONES[next(reversed(words.PHONES))])


def _abode(abode: Abode, failures: Sequence[Failure], look: Look) -> dict[str, Any]:
    word, shape = words.DELIVERABILITY[abode.deliverability]
    return {
        "id": abode.id,
        "kind": "address",
        "lines": lines(abode.address, language=look.language),
        "usage": say(look.language, words.USAGES[abode.usage]),
        "is_primary": abode.is_primary,
        "word": say(look.language, word),
        "shape": shape,
        "failures": abode.failures,
        "told": _told(failures, look.language),
        **_times(abode, look),
    }


def _times(way: Abode | ContactPoint, look: Look) -> dict[str, Any]:
    """When it holds, and whether it does today."""
    return {
        "valid_from_on": way.valid_from_on,
        "valid_until_on": way.valid_until_on,
        "season": _season(way),
        "holds_today": holds_on(way, brussels_day(look.now)),
        "ended_at": way.ended_at,
    }


def _season(way: Abode | ContactPoint) -> tuple[date, date] | None:
    """The two days of a season, in a leap year so that 29 February exists."""
    if not way.season_from:
        return None
    return date.fromisoformat(f"2024-{way.season_from}"), date.fromisoformat(f"2024-{way.season_until}")


def _told(failures: Sequence[Failure], language: Language) -> list[dict[str, Any]]:
    return [
        {
            "at": failure.at,
            "reason": say(language, words.FAILURES[failure.reason]),
            "source": say(language, words.SOURCES[failure.source]) if failure.source in words.SOURCES else "",
        }
        for failure in failures[:LATEST_FAILURES]
    ]
