"""What somebody allows, on their page, and every word of theirs in the timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from crm.consent import gate, interests, paces, restrictions, service, stopping, store, words
from crm.consent.model import Act, Channel, ConsentEvent, Glance, Notice
from crm.consent.pace import PaceEvent, Rhythm
from crm.consent.policy import EVERYWHERE
from crm.consent.tables import ConsentEventRow
from crm.contracts.person_page import (
    Link,
    Look,
    Panel,
    PersonPanel,
    Place,
    Quote,
    TimelineEntry,
    TimelineSource,
)
from crm.foundation.newest import Before
from crm.foundation.templating import locale_filters
from crm.foundation.translation import N_, say
from crm.people import service as people
from crm.people.model import Person
from crm.people.words import LANGUAGES
from crm.values.calendar import brussels_day

SOURCE = "consent"


@dataclass(frozen=True, slots=True)
class ConsentPanel:
    """Where they stand on each purpose, and which of their addresses nothing is sent to."""

    key: str = "consent"
    order: int = 30
    place: Place = Place.MAIN
    permission: str = "supporters.read"

    def panel(self, session: Session, look: Look) -> Panel | None:
        """Consent at a glance."""
        person = people.looked_at(session, look)
        if person is None:
            return None
        names = {purpose.code: purpose.name(look.language) for purpose in service.purposes(session)}
        keys = {point.address_key: point.value for point in person.contact_points}
        glances = [_glance(person, one, names, look) for one in gate.glances(session, [person], look.now)[person.id]]
        silenced = store.suppressions_at_all(session, keys)
        first_at = session.scalar(_FIRST_WORD, {"person_id": person.id})
        return Panel(
            key=self.key,
            since_on=brussels_day(first_at) if first_at else None,
            values={
                "person_id": person.id,
                "is_deceased": person.is_deceased,
                "restriction": restrictions.standing(session, person.id),
                "glances": glances,
                "paces": [_pace(session, person, look, channel) for channel in (Channel.EMAIL, Channel.POST)],
                "interest_count": len(interests.interests_of(session, person.id)),
                "silenced": [
                    {
                        "address": keys[one.address_key],
                        "cause": say(look.language, words.CAUSES[one.cause]),
                        "since_at": one.since_at,
                    }
                    for one in silenced
                ],
            },
        )


_FIRST_WORD = select(func.min(ConsentEventRow.occurred_at)).where(ConsentEventRow.person_id == bindparam("person_id"))


def _pace(session: Session, person: Person, look: Look, channel: Channel) -> dict[str, Any]:
    pace = paces.pace_of(session, person.id, channel)
    is_slower = pace.rhythm is not Rhythm.EVERY_LETTER
    return {
        "paused_until": pace.rests_until(brussels_day(look.now)),
        "since_at": pace.since_at,
        "rhythm": say(look.language, words.RHYTHMS[pace.rhythm]) if is_slower else "",
        "next_on": paces.next_letter_of(session, person.id, look.now, channel) if is_slower else None,
        "is_paper": channel is Channel.POST,
    }


def _place(person: Person | None, address_key: str, look: Look) -> str:
    """The address a word is about, in words where it is about none that stands."""
    if address_key == EVERYWHERE:
        return say(look.language, N_("toutes ses adresses"))
    point = person.at(address_key) if person else None
    return point.value if point else say(look.language, N_("ancienne adresse"))


def _glance(person: Person, one: Glance, names: Mapping[str, str], look: Look) -> dict[str, Any]:
    word, shape = words.ACTS[one.standing.act]
    refusal = one.verdict.refusal
    is_stopped_otherwise = one.standing.act is Act.GIVEN and refusal is not None
    return {
        "purpose": names[one.standing.purpose],
        "address": _place(person, one.standing.address_key, look),
        "word": say(look.language, word),
        "shape": "warn" if is_stopped_otherwise else shape,
        "is_allowed": one.verdict.allowed,
        "because": say(look.language, words.REFUSALS[refusal]) if is_stopped_otherwise and refusal else "",
        "way": say(look.language, words.WAYS[one.standing.way]),
        "since": one.standing.since_at,
        "event_id": one.standing.event_id,
        "can_withdraw": stopping.is_open(one.standing),
        "awaits": say(look.language, words.ACTS[Act.REQUESTED][0]) if one.standing.asked_id else "",
    }


@dataclass(frozen=True, slots=True)
class ConsentTimeline:
    """Every act, with the very words that were shown."""

    source: str = SOURCE
    kind: str = "consent"
    label: str = N_("Accords")
    permission: str = "supporters.read"

    def entries(self, session: Session, look: Look, *, before: Before | None, size: int) -> Sequence[TimelineEntry]:
        """Newest first."""
        events = store.latest_events_of(session, look.person_id, before=before, size=size)
        if not events:
            return []
        names = {purpose.code: purpose.name(look.language) for purpose in service.purposes(session)}
        shown = service.notices(session, [e.notice_id for e in events if e.notice_id is not None])
        person = people.looked_at(session, look)
        return [
            _entry(event, names, person, shown.get(event.notice_id) if event.notice_id else None, look)
            for event in events
        ]


def _entry(
    event: ConsentEvent, names: Mapping[str, str], person: Person | None, notice: Notice | None, look: Look
) -> TimelineEntry:
    word, shape = words.ACTS[event.act]
    asked = words.ASKED.get(str(event.evidence.get("asked")))
    way = say(look.language, words.WAYS[event.way])
    if asked:
        way = f"{way}, {say(look.language, asked)}"
    mail = event.evidence.get("delivery")
    return TimelineEntry(
        source=SOURCE,
        number=event.id,
        at=event.occurred_at,
        title=f"{say(look.language, word)} — {names[event.purpose]}",
        text=f"{way} · {_place(person, event.address_key, look)}",
        shape="note" if shape == "wait" else shape,
        link=Link(endpoint="mails.show", numbers={"delivery_id": mail}) if isinstance(mail, int) else None,
        quote=None if notice is None else _quote(notice, look),
    )


def _quote(notice: Notice, look: Look) -> Quote:
    title = say(
        look.language,
        N_("Lire ce qui lui était montré (version %(version)s, %(language)s)"),
        version=notice.version,
        language=say(look.language, LANGUAGES[notice.language.value]),
    )
    return Quote(title=title, lines=tuple(notice.text.splitlines()), language=notice.language)


@dataclass(frozen=True, slots=True)
class PaceTimeline:
    """Every word about how often."""

    source: str = "pace"
    kind: str = "consent"
    label: str = N_("Accords")
    permission: str = "supporters.read"

    def entries(self, session: Session, look: Look, *, before: Before | None, size: int) -> Sequence[TimelineEntry]:
        """Newest first."""
        events = paces.latest_events_of(session, look.person_id, before=before, size=size)
        return [_pace_entry(event, look) for event in events]


def _pace_entry(event: PaceEvent, look: Look) -> TimelineEntry:
    asked = words.ASKED.get(str(event.evidence.get("asked")))
    way = [say(look.language, words.WAYS[event.way]), *([say(look.language, asked)] if asked else [])]
    mail = event.evidence.get("delivery")
    until = event.pause_until_on
    title = say(look.language, words.RHYTHMS[event.rhythm])
    if until is not None:
        title = say(
            look.language, N_("pause jusqu’au %(day)s"), day=locale_filters(look.language)["day"](until, "plain")
        )
        if event.rhythm is not Rhythm.EVERY_LETTER:
            title += ", " + say(look.language, words.RHYTHMS[event.rhythm])
    return TimelineEntry(
        source="pace",
        number=event.id,
        at=event.occurred_at,
        title=say(look.language, N_("A choisi : %(choice)s"), choice=title),
        text=", ".join(way),
        link=Link(endpoint="mails.show", numbers={"delivery_id": mail}) if isinstance(mail, int) else None,
    )


PANELS: tuple[PersonPanel, ...] = (ConsentPanel(),)
TIMELINE: tuple[TimelineSource, ...] = (ConsentTimeline(), PaceTimeline())
