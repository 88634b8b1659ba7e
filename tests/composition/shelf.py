"""A newsletter and a library in a database, for tests of every room that needs an edition."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from crm.consent import service as consent
from crm.consent.model import Purpose
from crm.foundation.settings import Organisation
from crm.staff import store as accounts
from crm.staff.model import Account, Role
from crm.values.identifiers import ContentId
from crm.values.languages import Language
from mailing.composition import service as composition
from mailing.composition.model import Cadence, Edition, Frequency, Newsletter, Section, SectionPlan
from mailing.composition.service import NewsletterWords
from mailing.content.model import ContentKind
from mailing.content.tables import ContentItemRow
from tests.conftest import NOW

ORGANISATION = Organisation(
    name="Voix libres", donate_url="https://don.exemple.test/", magazine_url="https://le-fil.exemple.test/"
)
WEEKLY = Cadence(frequency=Frequency.WEEKLY, weekday=1, at=time(10), lead_hours=24)
"""Tuesdays at ten; at NOW (Monday, ten) the next edition is just due to be proposed."""

SLOT = NOW + timedelta(days=1)
LAYOUT = (
    SectionPlan(section=Section.TOP, at_most=1),
    SectionPlan(section=Section.NEWS, at_most=3),
    SectionPlan(section=Section.PETITIONS, at_most=2),
    SectionPlan(section=Section.DONATE, at_most=1),
)


def settings_of(**facts: Any) -> NewsletterWords:
    """What a person would say of a weekly newsletter."""
    return NewsletterWords(
        **{
            "code": "hebdo",
            "name": "L’Hebdo",
            "purpose": "news",
            "language": Language.FR,
            "cadence": WEEKLY,
            "layout": LAYOUT,
            "sender_name": "Voix libres",
            "sender_address": "hebdo@voix.exemple.be",
            **facts,
        }
    )


def weekly(session: Session, *, at: datetime = NOW - timedelta(hours=1), **facts: Any) -> Newsletter:
    """A newsletter started an hour ago, and the purpose it serves."""
    consent.put_purpose(
        session, Purpose(code="news", names={"fr": "Nouvelles"}, promises={"fr": "Chaque semaine."}, position=1)
    )
    return composition.add_newsletter(session, settings_of(**facts), at=at)


def put(session: Session, title: str, kind: ContentKind = ContentKind.ARTICLE, **facts: Any) -> ContentId:
    """A thing in the library, published two hours ago unless said otherwise."""
    seen = facts.pop("seen_at", NOW - timedelta(hours=2))
    row = ContentItemRow(
        **{
            "kind": kind,
            "language": Language.FR,
            "title": title,
            "folded_title": title.casefold(),
            "intro": f"Introduction de « {title} ».",
            "url": f"https://site.exemple.test/{abs(hash(title))}",
            "published_at": seen,
            "first_seen_at": seen,
            "changed_at": seen,
            "event_types": [],
            **facts,
        }
    )
    session.add(row)
    session.flush()
    return ContentId(row.id)


def fill(session: Session, *titles: str, **facts: Any) -> list[ContentId]:
    """Several articles, the first one the newest."""
    return [
        put(session, title, seen_at=facts.get("seen_at", NOW - timedelta(hours=2)) - timedelta(minutes=n))
        for n, title in enumerate(titles)
    ]


def account(session: Session, email: str = "redaction@voix.exemple.be", role: Role = Role.EDITOR) -> Account:
    """Somebody who may approve."""
    return accounts.add_account(
        session, email=email, name="Camille", roles={role}, language=Language.FR, password_hash="", at=NOW
    )


def propose(session: Session, now: datetime = NOW) -> Edition:
    """The one edition that is due to be proposed."""
    (made,) = composition.propose_due(session, now, organisation=ORGANISATION)
    return made


def drafted(session: Session) -> Edition:
    """A draft with a top story, two news, a petition and the donate block."""
    weekly(session)
    fill(session, "La une", "Deuxième", "Troisième")
    put(session, "Libérez-la", ContentKind.PETITION)
    return propose(session)
