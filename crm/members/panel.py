"""The memberships of somebody, on their page and in their timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy.orm import Session

from crm.contracts.person_page import Link, Look, Panel, PersonPanel, Place, TimelineEntry, TimelineSource
from crm.foundation.newest import Before
from crm.foundation.translation import N_, say
from crm.members import service, words
from crm.members.model import Membership
from crm.values.calendar import brussels_day, instant_of
from crm.values.identifiers import PersonId


@dataclass(frozen=True, slots=True)
class MembershipPanel:
    """Of what they are a member, since when, until when it is paid."""

    key: str = "membership"
    order: int = 16
    place: Place = Place.MAIN
    permission: str = "members.read"

    def panel(self, session: Session, look: Look) -> Panel | None:
        """The newest first."""
        found = service.of_person(session, look.person_id, on=brussels_day(look.now))
        names = words.kind_names(service.kinds(session) if found else (), look.language)
        shown = [
            {
                "id": one.id,
                "kind": names.get(one.kind, one.kind),
                "state": say(look.language, words.STATES[one.state][0]),
                "shape": words.STATES[one.state][1],
                "joined_on": one.joined_on,
                "until_on": one.ended_on or one.paid_until_on,
                "is_free": one.is_free,
                "people": one.people,
                "is_shared": one.holder_id != look.person_id,
            }
            for one in found
        ]
        can_join = all(one.ended_on is not None for one in found)
        return Panel(
            key=self.key,
            since_on=min((one.joined_on for one in found if one.joined_on), default=None),
            values={"person_id": look.person_id, "memberships": shown, "can_join": can_join},
        )


@dataclass(frozen=True, slots=True)
class MembershipTimeline:
    """When they joined, and when they left, at noon of the day."""

    source: str = "membership"
    kind: str = "membership"
    label: str = N_("Adhésions")
    permission: str = "members.read"

    def entries(self, session: Session, look: Look, *, before: Before | None, size: int) -> Sequence[TimelineEntry]:
        """Newest first."""
        found = []
        for one in service.of_person(session, PersonId(look.person_id), on=brussels_day(look.now)):
            found += [
                self._entry(look, one, day, is_end=is_end)
                for day, is_end in ((one.joined_on, False), (one.ended_on, True))
                if day is not None
            ]
        found.sort(key=lambda one: (one.at, one.number), reverse=True)
        if before is not None:
            found = [one for one in found if (one.at, one.number) < (before.at, before.number)]
        return found[:size]

    def _entry(self, look: Look, one: Membership, day: date, *, is_end: bool) -> TimelineEntry:
        why = words.REASONS[one.end_reason] if is_end and one.end_reason else ""
        return TimelineEntry(
            source=self.source,
            number=2 * one.id + is_end,
            at=instant_of(day, time(12)),
            title=say(look.language, N_("N’est plus membre") if is_end else N_("Devient membre")),
            text=say(look.language, why) if why else "",
            shape="stop" if is_end else "done",
            link=Link(endpoint="members.show", numbers={"membership_id": one.id}),
        )


PANELS: tuple[PersonPanel, ...] = (MembershipPanel(),)
TIMELINE: tuple[TimelineSource, ...] = (MembershipTimeline(),)
