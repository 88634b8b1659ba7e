"""What the demonstration's supporters promised: monthly gifts by mandate, standing orders, pauses."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.donations import service as donations
from crm.donations.model import GiftKind
from crm.donations.model import Wanted as WantedGifts
from crm.people import service as people
from crm.people.model import Person
from crm.plans import arriving
from crm.plans import service as plans
from crm.plans.arriving import Row
from crm.plans.mandates import enclose
from crm.plans.model import Channel, EndReason, Plan, Wanted
from crm.staff import service as staff
from crm.values.calendar import brussels_day
from crm.values.iban import Iban
from crm.values.identifiers import AccountId, PersonId

SEED = 1976
STREET = 24
"""So many came from the street, beside those who give every month already."""
ONLINE, WEBSITE = 9, "site web"
"""So many signed on the site, and left a phone number; the accounts of some of them turn out to be empty."""
UNASKED = 68
"""Their first instalment that this house asks is the last one of so many days ago or more."""
FORMER = 90
"""So many once gave by standing order, and stopped: how long a regular gift lasts is seen by them."""
FORMERLY = (
    ("recrutement de rue", Channel.STREET, 3), ("agence téléphonique", Channel.PHONE, 2), ("salons", Channel.VISIT, 1),
)  # fmt: skip
"""Who brought them, how, and how early they stop: the higher, the earlier."""
BANKS = ("001", "063", "096", "363", "523", "734", "750", "979")


def let_them_promise(assembly: Assembly, now: datetime) -> None:
    """Once: a house that has plans is left alone."""
    with assembly.database.transaction() as session:
        today = brussels_day(now)
        if plans.page(session, Wanted(on=today), size=1):
            return
        chance = random.Random(SEED)  # noqa: S311 - made-up promises, not secrets
        by = next((account.id for account in staff.accounts(session)), None)
        given = donations.page(session, WantedGifts(kind=GiftKind.INSTALMENT), size=1_000)
        begun, monthly = {one.person_id: one for one in given}, {one.person_id: one for one in reversed(given)}
        rows = [
            _monthly(
                assembly,
                chance,
                _named(session, person_id),
                gift.cents,
                since_on=begun[person_id].given_on,
                last_on=gift.given_on,
            )
            for person_id, gift in monthly.items()
        ]
        arriving.bring_many(session, rows, at=now, by=by)
        others = [one for one in people.page(session, size=400).people if one.id not in monthly and not one.is_deceased]
        met = chance.sample(others, min(STREET, len(others)))
        rows = [_street(assembly, chance, person, today, number) for number, person in enumerate(met)]
        for number, made in enumerate(arriving.bring_many(session, rows, at=now, by=by)):
            _live(session, plans.plan(session, made.plan_id), number, at=now, by=by)
        known = {one.id for one in met}
        online = [one for one in others if one.id not in known and one.phones][:ONLINE]
        rows = [_online(assembly, chance, person, today) for person in online]
        arriving.bring_many(session, rows, at=now, by=by)
        known |= {one.id for one in online}
        once = [one.id for one in others if one.id not in known][:FORMER]
        rows = [_former(chance, person_id, today, number) for number, person_id in enumerate(once)]
        arriving.bring_many(session, rows, at=now, by=by)


def _named(session: Session, person_id: PersonId) -> Person:
    return people.people(session, {person_id})[person_id]


def _monthly(
    assembly: Assembly, chance: random.Random, person: Person, cents: int, *, since_on: date, last_on: date
) -> Row:
    return Row(
        person_id=person.id,
        supplier="ancien fichier",
        reference=f"AF-{person.id:06d}",
        signed_on=since_on - timedelta(days=chance.randrange(12, 45)),
        cents=cents,
        channel=Channel.LETTER,
        account=enclose(assembly.safe, _account(chance)),
        holder=(person.full_name or "Sans nom")[:70],
        starts_on=since_on.replace(day=5),
        proof="classeur 2025",
        last_collected_on=last_on,
    )


def _street(assembly: Assembly, chance: random.Random, person: Person, today: date, number: int) -> Row:
    signed_on = today - timedelta(days=chance.randrange(45, 60))
    row = Row(
        person_id=person.id,
        supplier="recrutement de rue",
        reference=f"RUE-{today:%y}-{number:04d}",
        signed_on=signed_on,
        cents=chance.choice((700, 1000, 1200, 1500, 1500, 2000)),
        channel=Channel.STREET,
        account=enclose(assembly.safe, _account(chance)),
        holder=(person.full_name or "Sans nom")[:70],
        anchor_day=chance.choice((1, 5, 5, 15, 31)),
        starts_on=today - timedelta(days=40),
        proof=f"tablette {number:04d}",
    )
    if number % 8 == 3:
        return replace(row, cents=6000, every_months=12, fee_cents=2500)
    return replace(row, account=None, channel=Channel.LETTER, supplier="ordres") if number % 8 == 6 else row


def _online(assembly: Assembly, chance: random.Random, person: Person, today: date) -> Row:
    day, before = chance.choice((1, 5, 15)), today - timedelta(days=UNASKED)
    due = before.replace(day=day) if before.day >= day else (before.replace(day=1) - timedelta(days=1)).replace(day=day)
    last_on = (due.replace(day=1) - timedelta(days=1)).replace(day=day)
    return Row(
        person_id=person.id,
        supplier=WEBSITE,
        reference=f"WEB-{person.id:06d}",
        signed_on=last_on - timedelta(days=chance.randrange(60, 200)),
        cents=chance.choice((500, 1000, 1000, 1500)),
        channel=Channel.WEBSITE,
        account=enclose(assembly.safe, _account(chance)),
        holder=(person.full_name or "Sans nom")[:70],
        anchor_day=day,
        proof="formulaire du site",
        last_collected_on=last_on,
    )


def _former(chance: random.Random, person_id: PersonId, today: date, number: int) -> Row:
    supplier, channel, early = FORMERLY[number % len(FORMERLY)]
    days = chance.randrange(120, 1_500)
    started_on = today - timedelta(days=days)
    return Row(
        person_id=person_id,
        supplier=supplier,
        reference=f"ANCIEN-{number:04d}",
        signed_on=started_on,
        cents=chance.choice((500, 1000, 1500)),
        channel=channel,
        starts_on=started_on,
        ended_on=started_on + timedelta(days=30 + int((days - 35) * chance.random() ** early)),
    )


def _live(session: Session, plan: Plan, number: int, *, at: datetime, by: AccountId | None) -> None:
    today = brussels_day(at)
    match number % 8:
        case 2:
            plans.pause(
                session,
                plan.id,
                seen=plan.version,
                on=today,
                until_on=today + timedelta(days=60),
                note="Entre deux emplois",
                channel=Channel.PHONE,
                at=at,
                by=by,
            )
        case 4:
            plans.change(
                session,
                plan.id,
                cents=plan.terms.cents + 500,
                seen=plan.version,
                effective_on=today + timedelta(days=20),
                channel=Channel.PHONE,
                at=at,
                by=by,
            )
        case 5:
            plans.cancel(
                session,
                plan.id,
                seen=plan.version,
                on=today,
                reason=EndReason.MONEY,
                channel=Channel.MAIL,
                at=at,
                by=by,
            )
        case _:
            return


def _account(chance: random.Random) -> Iban:
    body = chance.choice(BANKS) + f"{chance.randrange(10**7):07d}"
    number = body + f"{int(body) % 97 or 97:02d}"
    return Iban.parse(f"BE{98 - int(number + '111400') % 97:02d}{number}")
