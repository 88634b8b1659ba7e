"""The magazine on somebody's page: how they want it, what became of the last issues; returns in the timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from crm.contracts.person_page import Link, Look, Panel, PersonPanel, Place, TimelineEntry, TimelineSource
from crm.foundation import presence
from crm.foundation.newest import Before
from crm.foundation.translation import N_, say
from crm.magazine import history, rules, store, words
from crm.magazine.tables import IssueRow, ReturnRow
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId

SHOWN = 4
_RETURNED = presence.watch(ReturnRow.person_id)


@dataclass(frozen=True, slots=True)
class MagazinePanel:
    """How they want it, and the last issues."""

    key: str = "magazine"
    order: int = 46
    place: Place = Place.SIDE
    permission: str = "magazine.read"

    def panel(self, session: Session, look: Look) -> Panel | None:
        """Nothing where the house has no magazine."""
        publication = store.publication(session)
        if publication is None:
            return None
        said = store.subscription(session, look.person_id)
        today = brussels_day(look.now)
        sent = history.of_person(session, look.person_id, size=SHOWN)
        return Panel(
            key=self.key,
            since_on=history.first_sent_on(session, look.person_id) if sent else None,
            values={
                "person_id": look.person_id,
                "name": publication.name,
                "format": say(look.language, words.FORMATS[said.format]),
                "basis": say(look.language, words.BASES[said.basis]) if said.basis else "",
                "copies": said.copies,
                "paused_until_on": said.paused_until_on if rules.is_paused(said, today) else None,
                "is_paused": rules.is_paused(said, today),
                "sent": [
                    {
                        "number": one.number,
                        "drop_on": one.drop_on,
                        "word": say(look.language, _word(one)),
                        "shape": _shape(one),
                    }
                    for one in sent
                ],
            },
        )


def _word(one: history.Sent) -> str:
    if one.reason is not None:
        return words.REASONS[one.reason]
    if one.removal is not None:
        return words.REMOVALS[one.removal]
    if one.returned is not None:
        return words.RETURNS[one.returned]
    return N_("envoyé")


def _shape(one: history.Sent) -> str:
    if one.reason is not None or one.removal is not None:
        return "note"
    return "done" if one.returned is None else "warn"


@dataclass(frozen=True, slots=True)
class ReturnsTimeline:
    """Copies that came back."""

    source: str = "magazine-returns"
    kind: str = "magazine"
    label: str = N_("Magazine")
    permission: str = "magazine.read"

    def entries(self, session: Session, look: Look, *, before: Before | None, size: int) -> Sequence[TimelineEntry]:
        """Newest first."""
        if presence.nothing(session, _RETURNED, look.person_id):
            return ()
        row = ReturnRow
        query = select(row, IssueRow.number).join(IssueRow, IssueRow.id == row.issue_id)
        query = query.where(row.person_id == look.person_id).order_by(row.recorded_at.desc(), row.id.desc())
        if before is not None:
            query = query.where(tuple_(row.recorded_at, row.id) < tuple_(before.at, before.number))
        return [
            TimelineEntry(
                source=self.source,
                number=one.id,
                at=one.recorded_at,
                title=say(look.language, N_("Le magazine n° %(number)s est revenu"), number=number),
                text=say(look.language, words.RETURNS[one.reason]),
                shape="warn",
                by=None if one.recorded_by is None else AccountId(one.recorded_by),
                link=Link(endpoint="magazine_people.show", numbers={"person_id": look.person_id}),
            )
            for one, number in session.execute(query.limit(size))
        ]


PANELS: tuple[PersonPanel, ...] = (MagazinePanel(),)
TIMELINE: tuple[TimelineSource, ...] = (ReturnsTimeline(),)
