"""What is in the house before the journey starts: why we write, who works here, what is followed, and one reader."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import service as consent
from crm.consent.model import Act, NewAct, Way
from crm.demo.organisation import PURPOSES
from crm.demo.site import feeds_of
from crm.people import service as people
from crm.people.model import NewPerson
from crm.staff import service as staff
from crm.staff.model import Role
from crm.values.calendar import brussels
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from mailing.composition import service as composition
from mailing.composition.model import Cadence, Frequency, Section, SectionPlan
from mailing.composition.service import NewsletterWords
from mailing.content import service as content
from mailing.feeds import service as feeds

EMAIL, PASSWORD = "claire@exemple.test", "une phrase assez longue"
STAYS = "tom@exemple.test"
"""Somebody who reads along to the end."""


def furnish(assembly: Assembly, now: datetime, *, site_url: str) -> datetime:
    """Fills an empty house; returns the hour of the first edition, half an hour from `now`."""
    slot = (now + timedelta(minutes=30)).replace(second=0, microsecond=0)
    with assembly.database.transaction() as session:
        for purpose in PURPOSES:
            consent.put_purpose(session, purpose)
        staff.add_account(
            session,
            email=EMAIL,
            name="Claire Lambert",
            roles={Role.ADMINISTRATOR},
            language=Language.FR,
            password=PASSWORD,
            at=now,
        )
        content.load_taxonomy(session)
        for name, url, kind in feeds_of(site_url):
            feeds.follow(session, name=name, url=url, kind=kind, language=Language.FR, interval_minutes=60, at=now)
        composition.add_newsletter(session, _weekly(slot), at=now)
        _add_reader(assembly, session, now)
    return slot


def _weekly(slot: datetime) -> NewsletterWords:
    local = brussels(slot)
    return NewsletterWords(
        code="hebdo",
        name="L’Hebdo",
        purpose="newsletter",
        language=Language.FR,
        cadence=Cadence(frequency=Frequency.WEEKLY, weekday=local.weekday(), at=local.time(), lead_hours=24),
        layout=(
            SectionPlan(section=Section.TOP),
            SectionPlan(section=Section.NEWS, at_most=3),
            SectionPlan(section=Section.PETITIONS, at_most=2),
            SectionPlan(section=Section.EVENTS, at_most=3),
        ),
        sender_name="Ligue des libertés",
        sender_address="hebdo@exemple.test",
        minimum_items=1,
    )


def _add_reader(assembly: Assembly, session: Session, now: datetime) -> None:
    new = NewPerson(email=EmailAddress.parse(STAYS), language=Language.FR, first_name="Tom")
    person = people.add(session, assembly.addresses, new, at=now)
    act = NewAct(
        person_id=person.id,
        purpose="newsletter",
        address_key=person.contact_points[0].address_key,
        act=Act.GIVEN,
        way=Way.IMPORT,
        occurred_at=now,
    )
    consent.record(session, assembly.sealer, act, at=now)
