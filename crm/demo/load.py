"""Fills a home with the demonstration; doing it twice is doing it once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import policies
from crm.consent import service as consent
from crm.consent.model import Act, Channel, LegalBasis, NewAct, Way
from crm.consent.policy import Need, NewPolicy, Population
from crm.demo.homes import settle
from crm.demo.newsletters import put_newsletters, set_the_hour
from crm.demo.organisation import MARK, PURPOSES, TEAM
from crm.demo.site import feeds_of
from crm.demo.supporters import HOW_MANY, Story, stories
from crm.people import service as people
from crm.people.model import NewPerson
from crm.staff import service as staff
from crm.values.calendar import brussels_day
from crm.values.email_address import EmailAddress
from crm.values.errors import Conflict
from crm.values.identifiers import NoticeId
from crm.values.languages import Language
from mailing.content import service as content
from mailing.feeds import service as feeds

_SHOWN = frozenset({Way.WEB, Way.CONFIRMATION, Way.PREFERENCES})
"""The ways by which someone saw our words; the others have no notice."""


def load(assembly: Assembly, now: datetime, *, site_url: str, supporters: int = HOW_MANY) -> None:
    """Loads what is missing, so many supporters among it. `site_url` is where the organisation's site answers.

    Raises Conflict where this home already belongs to an organisation: nobody gets made-up supporters by mistake.
    """
    with assembly.database.transaction() as session:
        refuse_strangers(session)
        for purpose in PURPOSES:
            consent.put_purpose(session, purpose)
    put_team(assembly, now)
    with assembly.database.transaction() as session:
        put_shop_policy(session, now)
    with assembly.database.transaction() as session:
        if people.page(session, size=1).total == 0:
            notices: dict[tuple[str, Language], NoticeId] = {}
            for story in sorted(stories(supporters), key=lambda s: s.arrived_ago, reverse=True):
                _tell(assembly, session, story, now, notices)
            settle(assembly, session, now)
    with assembly.database.transaction() as session:
        content.load_taxonomy(session)
        for name, url, kind in feeds_of(site_url):
            feeds.follow(
                session, name=name, url=url, kind=kind, language=Language.FR, interval_minutes=15, at=now, moves=True
            )
        put_newsletters(session, now)
        set_the_hour(session, now)


def put_team(assembly: Assembly, now: datetime) -> None:
    """The demonstration's colleagues, those who are not there yet."""
    for colleague in TEAM:
        with assembly.database.transaction() as session:
            if colleague.email not in {account.email for account in staff.accounts(session)}:
                staff.add_account(
                    session,
                    email=colleague.email,
                    name=colleague.name,
                    roles={colleague.role, *colleague.also},
                    language=Language.FR,
                    password=colleague.password,
                    at=now,
                )


def put_shop_policy(session: Session, now: datetime) -> None:
    """Who bought candles or at the shop may hear of us until they say no: proposed by one, decided by another."""
    if policies.policies(session):
        return
    accounts = {account.email: account.id for account in staff.accounts(session)}
    soft = NewPolicy(
        purpose=PURPOSES[0].code,
        channel=Channel.EMAIL,
        population=Population.BUYERS,
        need=Need.NO_OBJECTION,
        legal_basis=LegalBasis.LEGITIMATE_INTEREST,
        valid_from_on=brussels_day(now),
        reason="Bougies et boutique : qui a acheté reçoit des nouvelles semblables, tant qu’on ne nous dit pas non.",
    )
    proposed = policies.propose(session, soft, by=accounts[TEAM[1].email], at=now)
    policies.decide(session, proposed.id, approve=True, by=accounts[TEAM[0].email], at=now)


def refuse_strangers(session: Session) -> None:
    """The demonstration's team comes first into an empty home; a team without it is somebody's own. Raises Conflict."""
    emails = {account.email for account in staff.accounts(session)}
    ours = TEAM[0].email in emails
    if not ours and (emails or people.page(session, size=1).total):
        raise Conflict(
            "ce dossier contient déjà une organisation ; la démonstration n’y touche pas. "
            "Donnez-lui le sien : PORTEVOIX_HOME=var-demo make demo"
        )


def _tell(
    assembly: Assembly, session: Session, story: Story, now: datetime, notices: dict[tuple[str, Language], NoticeId]
) -> None:
    """Lets a supporter live their year through the doors that real ones come in by."""
    arrived = story.arrived_at(now)
    person = people.add(
        session,
        assembly.addresses,
        NewPerson(
            email=EmailAddress.parse(story.email),
            language=story.language,
            first_name=story.first_name,
            last_name=story.last_name,
            source=MARK,
        ),
        at=arrived,
    )
    address_key = person.contact_points[0].address_key
    promises = {purpose.code: purpose.promise(story.language) for purpose in PURPOSES}
    for deed in story.deeds:
        at = arrived + deed.after
        if deed.act is Act.WITHDRAWN:
            consent.withdraw(
                session,
                assembly.sealer,
                person_id=person.id,
                purpose=deed.purpose,
                address_key=address_key,
                way=deed.way,
                at=at,
            )
            continue
        notice_id = None
        if deed.way in _SHOWN:
            shown = (deed.purpose, story.language)
            if shown not in notices:
                text = promises[deed.purpose]
                notice = consent.notice_for(session, purpose=deed.purpose, language=story.language, text=text, at=at)
                notices[shown] = notice.id
            notice_id = notices[shown]
        act = NewAct(
            person_id=person.id,
            purpose=deed.purpose,
            address_key=address_key,
            act=deed.act,
            way=deed.way,
            occurred_at=at,
            notice_id=notice_id,
        )
        consent.record(session, assembly.sealer, act, at=at)
    if story.suppressed:
        way = Way.BOUNCE if story.suppressed == "dead-address" else Way.COMPLAINT
        consent.suppress(
            session, address_key=address_key, cause=story.suppressed, way=way, at=now - story.arrived_ago / 3
        )
