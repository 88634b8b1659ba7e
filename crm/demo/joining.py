"""The demonstration's members: fees of several years, a household, somebody who left, an assembly to come."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.donations import service as donations
from crm.donations.model import Basis, GiftKind, LineKind, Method, Movement, NewGift, NewLine
from crm.members import assemblies
from crm.members import service as members
from crm.members.model import ORDINARY, LeaveReason, Rate, State, Wanted
from crm.people import service as people
from crm.staff import service as staff
from crm.values.calendar import brussels_day
from crm.values.identifiers import PersonId

SEED = 1977
MEMBERS = 40
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
        joined = chance.sample(everybody, min(MEMBERS, len(everybody)))
        for person_id in joined:
            _pay(session, assembly, chance, person_id, today=today, now=now)
        members.catch_up(session, at=now)
        found = members.page(session, Wanted(on=today, state=State.IN_FORCE), size=20)
        others = [one for one in everybody if one not in joined]
        for one, other in zip(found[:3], others, strict=False):
            members.share(session, one.id, other, since_on=today - timedelta(days=90), at=now)
        for one in found[3:5]:
            reason = LeaveReason.MOVED
            members.resign(session, one.id, on=today - timedelta(days=20), reason=reason, note="", at=now)
        held_on = today + timedelta(days=45)
        agenda = "Comptes de l’année\nRapport d’activité\nÉlection de l’organe d’administration"
        title, place = f"Assemblée générale {held_on.year}", "Chaussée de Wavre 169, Bruxelles"
        assemblies.plan(session, title=title, held_on=held_on, place=place, agenda=agenda, voters_on=today)


def _pay(
    session: Session, assembly: Assembly, chance: random.Random, person_id: PersonId, *, today: date, now: datetime
) -> None:
    first = today - timedelta(days=chance.randrange(20, 1400))
    until = today - timedelta(days=chance.choice((0, 0, 0, 0, 420)))
    day = first
    while day <= until:
        new = NewGift(
            person_id=person_id,
            lines=(NewLine(cents=FEE, kind=LineKind.FEE),),
            kind=GiftKind.MEMBERSHIP_FEE,
            given_on=day,
            basis=Basis.SETTLEMENT,
            movement=Movement(
                method=Method.TRANSFER, booked_on=day, provider="ancien", external_id=f"cotisation {person_id} {day}"
            ),
        )
        donations.record(session, assembly.sealer, new, at=now)
        day += timedelta(days=chance.randrange(345, 372))
