"""The mails of somebody, on their page and in their timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.contracts.person_page import Link, Look, Panel, PersonPanel, Place, TimelineEntry, TimelineSource
from crm.foundation import presence
from crm.foundation.newest import Before, newest
from crm.foundation.translation import N_, say
from mailing.delivery import service, store, words
from mailing.delivery.tables import DeliveryRow

LATEST = 8
SOURCE = "mails"
NO_SUBJECT = N_("Sans objet")


@dataclass(frozen=True, slots=True)
class MailsPanel:
    """The latest mails, and what became of each."""

    key: str = "mails"
    order: int = 50
    place: Place = Place.MAIN
    permission: str = "deliveries.read"

    def panel(self, session: Session, look: Look) -> Panel | None:
        """The newest ones first."""
        mails = service.deliveries_to(session, look.person_id, limit=LATEST + 1)
        subjects = service.subjects(session, {mail.mailing_id for mail in mails}) if mails else {}
        return Panel(
            key=self.key,
            values={
                "mails": [
                    {
                        "id": mail.id,
                        "subject": subjects.get(mail.mailing_id) or say(look.language, NO_SUBJECT),
                        "word": say(look.language, words.STATES[mail.state][0]),
                        "shape": words.STATES[mail.state][1],
                        "settled_at": mail.settled_at,
                    }
                    for mail in mails[:LATEST]
                ],
                "has_more": len(mails) > LATEST,
            },
        )


@dataclass(frozen=True, slots=True)
class MailsTimeline:
    """Every mail, at the instant it was settled, or owed while it waits."""

    source: str = SOURCE
    kind: str = "mails"
    label: str = N_("Mails")
    permission: str = "deliveries.read"

    def entries(self, session: Session, look: Look, *, before: Before | None, size: int) -> Sequence[TimelineEntry]:
        """Newest first."""
        if presence.nothing(session, service.OWED, look.person_id):
            return ()
        at = func.coalesce(DeliveryRow.settled_at, DeliveryRow.created_at)
        query = select(DeliveryRow.id, DeliveryRow.mailing_id, DeliveryRow.state, at.label("at"))
        query = query.where(DeliveryRow.person_id == look.person_id)
        rows = session.execute(newest(query, at, DeliveryRow.id, before, size)).all()
        subjects = store.subjects(session, [row.mailing_id for row in rows]) if rows else {}
        return [
            TimelineEntry(
                source=SOURCE,
                number=row.id,
                at=row.at,
                title=subjects.get(row.mailing_id) or say(look.language, NO_SUBJECT),
                text=say(look.language, N_("Mail : %(state)s"), state=say(look.language, words.STATES[row.state][0])),
                shape=words.STATES[row.state][1],
                link=Link(endpoint="mails.show", numbers={"delivery_id": row.id}),
            )
            for row in rows
        ]


PANELS: tuple[PersonPanel, ...] = (MailsPanel(),)
TIMELINE: tuple[TimelineSource, ...] = (MailsTimeline(),)
