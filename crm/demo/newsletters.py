"""The demonstration's newsletters, and an hour a few minutes ahead, so that one sees an edition leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from crm.demo.organisation import DOMAIN
from crm.values.calendar import brussels
from crm.values.languages import Language
from mailing.composition import service as composition
from mailing.composition.errors import NewsletterMissing
from mailing.composition.model import Cadence, EditionState, Frequency, Newsletter, Section, SectionPlan
from mailing.composition.service import NewsletterWords

MINUTES_AHEAD = 8
WEEKLY = "hebdo"
_WAITING = (EditionState.DRAFT, EditionState.APPROVED, EditionState.HELD)


@dataclass(frozen=True, kw_only=True, slots=True)
class Invitation:
    """The edition to look at first, and when it leaves; None where there was nothing new to make one of."""

    newsletter: str
    leaves_at: datetime | None


def put_newsletters(session: Session, now: datetime) -> None:
    """Adds the newsletters that are missing."""
    for words in (_weekly(_slot(now)), _urgent()):
        try:
            composition.newsletter_by_code(session, words.code)
        except NewsletterMissing:
            composition.add_newsletter(session, words, at=now)


def set_the_hour(session: Session, now: datetime) -> None:
    """Moves the weekly newsletter's hour to a few minutes from now, unless an edition is waiting already."""
    weekly = composition.newsletter_by_code(session, WEEKLY)
    if invitation(session).leaves_at is None:
        composition.edit_newsletter(session, weekly.id, _with_hour(weekly, _slot(now)), at=now)


def invitation(session: Session) -> Invitation:
    """The edition that waits for somebody."""
    weekly = composition.newsletter_by_code(session, WEEKLY)
    waiting = composition.editions(session, newsletter_id=weekly.id, states=_WAITING, limit=1)
    return Invitation(newsletter=weekly.name, leaves_at=waiting[0].due_at if waiting else None)


def _slot(now: datetime) -> datetime:
    return (now + timedelta(minutes=MINUTES_AHEAD)).replace(second=0, microsecond=0)


def _cadence(slot: datetime) -> Cadence:
    local = brussels(slot)
    return Cadence(frequency=Frequency.WEEKLY, weekday=local.weekday(), at=local.time(), lead_hours=24)


def _weekly(slot: datetime) -> NewsletterWords:
    return NewsletterWords(
        code=WEEKLY,
        name="L’Hebdo",
        tagline="Les droits humains, une fois par semaine",
        purpose="newsletter",
        language=Language.FR,
        cadence=_cadence(slot),
        layout=(
            SectionPlan(section=Section.TOP, at_most=1),
            SectionPlan(section=Section.NEWS, at_most=3),
            SectionPlan(section=Section.PETITIONS, at_most=2),
            SectionPlan(section=Section.EVENTS, at_most=4),
            SectionPlan(section=Section.BLOG, at_most=1),
            SectionPlan(section=Section.MAGAZINE),
            SectionPlan(section=Section.DONATE),
        ),
        sender_name="Amnesty Belgique (démonstration)",
        sender_address=f"hebdo@{DOMAIN}",
        reply_to=f"bonjour@{DOMAIN}",
    )


def _urgent() -> NewsletterWords:
    """One that sleeps: it shows how a second newsletter, of another purpose, is kept."""
    return NewsletterWords(
        code="actions-urgentes",
        name="Actions urgentes",
        tagline="Quand une signature peut sauver une vie",
        purpose="urgent-actions",
        language=Language.FR,
        cadence=Cadence(frequency=Frequency.MONTHLY, weekday=1, at=time(9, 30), lead_hours=48),
        layout=(SectionPlan(section=Section.PETITIONS, at_most=3), SectionPlan(section=Section.DONATE)),
        sender_name="Amnesty Belgique (démonstration)",
        sender_address=f"urgences@{DOMAIN}",
        is_active=False,
    )


def _with_hour(old: Newsletter, slot: datetime) -> NewsletterWords:
    return NewsletterWords(
        code=old.code,
        name=old.name,
        tagline=old.tagline,
        purpose=old.purpose,
        language=old.language,
        cadence=_cadence(slot),
        layout=old.layout,
        sender_name=old.sender_name,
        sender_address=old.sender_address,
        reply_to=old.reply_to,
        late_hours=old.late_hours,
        minimum_items=old.minimum_items,
        is_active=old.is_active,
    )
