"""What the team did with somebody's file, for their timeline: which part of it, and who; never what stood in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from crm.audit import service as audit
from crm.contracts.person_page import Look, TimelineEntry
from crm.foundation.newest import Before
from crm.foundation.translation import N_, say
from crm.people import service as people
from crm.web.office.supporter_words import TRAIL

SOURCE = "trail"


@dataclass(frozen=True, slots=True)
class TrailTimeline:
    """The actions of `supporter_words.TRAIL`; what a room tells itself is not among them.

    Those on records that were merged into this one are told too.
    """

    source: str = SOURCE
    kind: str = "file"
    label: str = N_("Fiche")
    permission: str = "supporters.read"

    def entries(self, session: Session, look: Look, *, before: Before | None, size: int) -> Sequence[TimelineEntry]:
        """Newest first."""
        found = audit.about(
            session,
            subject="person",
            subject_ids=people.records_of(session, look.person_id),
            actions=tuple(TRAIL),
            before=before,
            size=size,
        )
        return [
            TimelineEntry(
                source=SOURCE,
                number=entry.id,
                at=entry.at,
                title=say(look.language, TRAIL[entry.action]),
                by=entry.account_id,
            )
            for entry in found
        ]
