"""The demonstration's members: fees of several years, a household, somebody who left, an assembly to come."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.donations import pouring
from crm.donations import service as donations
from crm.donations.model import Basis, GiftKind, LineKind, Method, Movement, NewGift, NewLine
from crm.donations.model import Wanted as WantedGifts
from crm.members import assemblies
from crm.members import service as members
from crm.members.model import ORDINARY, LeaveReason, Rate, State, Wanted
from crm.people import service as people
from crm.privacy.rules import months_later
from crm.staff import service as staff
from crm.values.calendar import brussels_day
from crm.values.identifiers import PersonId

SEED = 1977
PLACE = "Chaussée de Wavre 169, Bruxelles"
AGENDA = "Comptes de l’année\nRapport d’activité\nÉlection de l’organe d’administration"
MEMBERS = 40
LAPSED = 8
"""So many paid once, a year and some weeks ago: nobody has reminded them yet."""
FEE, REDUCED = 2500, 1000


def let_them_join(assembly: Assembly, now: datetime) -> None:
    """Once: a house that has set its fees is left alone."""
    with assembly.database.transaction() as session:
        if any(kind.rates for kind in members.kinds(session)):
            return
        today, chance = brussels_day(now), random.Random(SEED)  # noqa: S311 - made-up fees, not secrets
        by = next((account.id for account in staff.accounts(session)), None)
        since = date(today.year - 4, 1, 1)
        for kind, name, cents in ((ORDINARY, "", FEE), ("tarif-reduit", "Tarif réduit", REDUCED)):
            rate = Rate(kind=kind, from_on=since, fee_cents=cents, months=12)
            members.set_rate(session, rate, name=name, at=now, by=by)
        everybody = [one.id for one in people.page(session, size=300).people if not one.is_deceased]
        joined = chance.sample(everybody, min(MEMBERS, len(everybody) // 6))
        fees = [fee for person_id in joined for fee in _fees(chance, person_id, today)]
        pouring.record_many(session, assembly.sealer, fees, at=now)
        paid = {one.person_id for one in donations.page(session, WantedGifts(kind=GiftKind.MEMBERSHIP_FEE), size=2_000)}
        lapsed = chance.sample([one for one in everybody if one not in paid], LAPSED)
        over = months_later(today, -12)
        late = [_fee(person_id, over - timedelta(days=chance.randrange(4, 56))) for person_id in lapsed]
        pouring.record_many(session, assembly.sealer, late, at=now)
        members.catch_up(session, at=now)
        found = members.page(session, Wanted(on=today, state=State.IN_FORCE), size=20)
        others = [one for one in everybody if one not in {*joined, *lapsed}]
        for one, other in zip(found[:3], others, strict=False):
            members.share(session, one.id, other, since_on=today - timedelta(days=90), at=now)
        for one in found[3:5]:
            reason = LeaveReason.MOVED
            members.resign(session, one.id, on=today - timedelta(days=20), reason=reason, note="", at=now)
        _meet(session, today)


def _meet(session: Session, today: date) -> None:
    """The assembly of last spring, for which members of 1 March had a vote, and the one to come."""
    spring = date(today.year if today >= date(today.year, 4, 1) else today.year - 1, 3, 28)
    coming = today + timedelta(days=45)
    for held_on, voters_on in ((spring, spring.replace(day=1)), (coming, today)):
        is_second = held_on.year == spring.year and held_on != spring
        title = f"Assemblée générale {'extraordinaire ' if is_second else ''}{held_on.year}"
        assemblies.plan(session, title=title, held_on=held_on, place=PLACE, agenda=AGENDA, voters_on=voters_on)


def _fees(chance: random.Random, person_id: PersonId, today: date) -> Iterator[NewGift]:
    """One a year, some days late, up to this one or the one before."""
    day = today - timedelta(days=chance.randrange(20, 1400))
    until = today - timedelta(days=chance.choice((0, 0, 0, 0, 420)))
    while day <= until:
        yield _fee(person_id, day)
        day += timedelta(days=chance.randrange(366, 381))


def _fee(person_id: PersonId, day: date) -> NewGift:
    return NewGift(
        person_id=person_id,
        lines=(NewLine(cents=FEE, kind=LineKind.FEE),),
        kind=GiftKind.MEMBERSHIP_FEE,
        given_on=day,
        basis=Basis.SETTLEMENT,
        movement=Movement(
            method=Method.TRANSFER, booked_on=day, provider="ancien", external_id=f"cotisation {person_id} {day}"
        ),
    )
