"""What somebody signed, came to and did, on their page and in their timeline; what tells an opinion is counted only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from crm.actions import history
from crm.actions.history import Done
from crm.actions.model import CallKind, RegistrationState
from crm.actions.saying import shown
from crm.contracts.person_page import Link, Look, Panel, PersonPanel, Place, TimelineEntry, TimelineSource
from crm.foundation.newest import Before
from crm.foundation.translation import N_
from crm.values.calendar import brussels_day

SOURCE = "actions"


@dataclass(frozen=True, slots=True)
class ActionsPanel:
    """The latest signatures, registrations and urgent actions."""

    key: str = "actions"
    order: int = 52
    place: Place = Place.MAIN
    permission: str = "supporters.read"

    def panel(self, session: Session, look: Look) -> Panel | None:
        """The newest first, in one query."""
        found = history.glance(session, look.person_id)
        return Panel(
            key=self.key,
            since_on=brussels_day(found.first_at) if found.first_at else None,
            values={
                "person_id": look.person_id,
                "acts": [shown(one, look.language) for one in found.latest],
                "petitions": found.counts.get(CallKind.PETITION, 0),
                "events": found.counts.get(CallKind.EVENT, 0),
                "urgent_actions": found.counts.get(CallKind.URGENT_ACTION, 0),
                "has_more": sum(found.counts.values()) > len(found.latest),
                "sensitive_count": found.sensitive,
            },
        )


@dataclass(frozen=True, slots=True)
class ActionsTimeline:
    """Every act that tells no opinion, when it was done."""

    source: str = SOURCE
    kind: str = "actions"
    label: str = N_("Actions")
    permission: str = "supporters.read"

    def entries(self, session: Session, look: Look, *, before: Before | None, size: int) -> Sequence[TimelineEntry]:
        """Newest first, in one query."""
        found = history.ordinary(session, look.person_id, before=before, size=size)
        return [_entry(one, look) for one in found]


def _entry(one: Done, look: Look) -> TimelineEntry:
    told = shown(one, look.language)
    shapes = {RegistrationState.CANCELLED: "stop", RegistrationState.REGISTERED: "note"}
    return TimelineEntry(
        source=SOURCE,
        number=one.number,
        at=one.at,
        title=f"{told['kind']} · {one.title}",
        text=" · ".join(part for part in (told["state"], told["text"]) if part),
        shape=shapes.get(one.state, "done") if one.state else "done",
        link=Link(endpoint="actions.show", numbers={"call_id": one.call_id}),
    )


PANELS: tuple[PersonPanel, ...] = (ActionsPanel(),)
TIMELINE: tuple[TimelineSource, ...] = (ActionsTimeline(),)
