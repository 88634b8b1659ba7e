"""A house that asks: a purpose people may object to, segments that are kept, an appeal, and a crowd of all sorts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import policies
from crm.consent import service as consent
from crm.consent.model import Act, Channel, LegalBasis, NewAct, Purpose, Way
from crm.consent.policy import EVERYWHERE, Need, NewPolicy, Population
from crm.donations.model import GENERAL
from crm.fundraising import service, store
from crm.fundraising.model import FileForm, FileState, Kind, NewAppeal, NewCell, WholeAppeal
from crm.fundraising.tables import AppealFileRow
from crm.people import contacts, households
from crm.people import service as people
from crm.people.model import NewPerson
from crm.privacy import limits
from crm.rooms import QUESTIONS
from crm.segments import service as segments
from crm.segments.model import Every, NewSegment, Sample, Tree
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId, CampaignId, CellId, PersonId, SegmentId
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from crm.values.postal_address import PostalAddress
from tests.conftest import NOW
from tests.segments.conftest import give

TODAY = NOW.date()
ASKING = "giving"
BY = AccountId(7)
HOME = PostalAddress(street="Rue Haute", number="8", postcode="1000", locality="Bruxelles")
PLAN = NewAppeal(
    name="Noël", kind=Kind.GENERAL, channel=Channel.POST, purpose=ASKING, planned_on=TODAY + timedelta(days=7),
    fund=GENERAL, cost_cents=50000,
)  # fmt: skip
EVERYBODY: Tree = Every()


def half(seed: str) -> Tree:
    """About one in two, by lot."""
    return Sample(per_thousand=500, seed=seed)


@pytest.fixture
def house(assembly: Assembly) -> Assembly:
    """The assembly of a house whose letters go to whoever has not objected."""
    with assembly.database.transaction() as session:
        furnish(session)
    return assembly


def furnish(session: Session) -> CampaignId:
    """The purpose, its policy, a campaign."""
    consent.put_purpose(session, Purpose(code=ASKING, names={"fr": "Appels"}, promises={"fr": "…"}, position=3))
    for channel in (Channel.POST, Channel.PHONE):
        new = NewPolicy(
            purpose=ASKING,
            channel=channel,
            population=Population.EVERYBODY,
            need=Need.NO_OBJECTION,
            legal_basis=LegalBasis.LEGITIMATE_INTEREST,
            valid_from_on=date(2020, 1, 1),
            reason="Un appel peut être refusé à tout moment.",
        )
        proposed = policies.propose(session, new, by=BY, at=NOW)
        policies.decide(session, proposed.id, approve=True, by=AccountId(8), at=NOW)
    return service.add_campaign(session, code="NOEL26", name="Noël 2026").id


def decide_limit(session: Session, limit: limits.Limit, value: int) -> None:
    """Two colleagues agree on a limit."""
    facts: dict[str, Any] = {"value": value, "valid_from_on": TODAY, "reason": "Décidé en équipe"}
    proposed = limits.propose(session, limit.code, by=BY, at=NOW, **facts)
    limits.decide(session, proposed.id, approve=True, by=AccountId(8), at=NOW)


def segment(session: Session, name: str, tree: Tree = EVERYBODY) -> SegmentId:
    """A kept segment."""
    return segments.create(session, QUESTIONS, NewSegment(name=name, tree=tree), by=BY, at=NOW)


def appeal(session: Session, *cells: NewCell, code: str = "P1", **plan: Any) -> WholeAppeal:
    """An appeal with those cells."""
    campaign = service.campaigns(session)[0]
    made = service.plan(session, campaign.id, code, replace(PLAN, **plan), seed="s", by=BY, at=NOW)
    for cell in cells:
        service.add_cell(session, made.id, cell, by=BY)
    return made


def leaves(session: Session, made: WholeAppeal, *, at: datetime = NOW, cell_id: CellId | None = None) -> None:
    """Everybody who stands in a frozen appeal, or in a cell of it, is written to."""
    row = AppealFileRow(appeal_id=made.id, form=FileForm.LIST, state=FileState.MADE, asked_at=at, asked_by=BY,
                        asked_rows=1, recipient="Imprimerie", cell_id=cell_id, made_at=at, parts=[])  # fmt: skip
    session.add(row)
    store.leave(session, made.id, on=brussels_day(at))


def person(session: Session, assembly: Assembly, name: str, **facts: Any) -> PersonId:
    """Somebody who can be written to, unless told otherwise."""
    known: dict[str, Any] = {"language": Language.FR, "first_name": "Ana", "last_name": name, "address": HOME}
    return people.add(session, assembly.addresses, NewPerson(**known | facts), at=NOW).id


def object_to(session: Session, assembly: Assembly, who: PersonId, channel: Channel = Channel.POST) -> None:
    """They say no."""
    new = NewAct(person_id=who, purpose=ASKING, channel=channel, address_key=EVERYWHERE, act=Act.OBJECTED,
                 way=Way.STAFF, occurred_at=NOW)  # fmt: skip
    consent.record(session, assembly.sealer, new, at=NOW)


def crowd(session: Session, assembly: Assembly, chance: Random, size: int = 30) -> list[PersonId]:
    """People of all sorts: dead, objecting, without address, young, unthanked, in households."""
    found = []
    for n in range(size):
        home = replace(HOME, number=str(n + 1))
        facts: dict[str, Any] = {
            "address": chance.choice([home, home, home, None]),
            "birth_on": chance.choice([None, None, TODAY - timedelta(days=365 * 15)]) if n % 5 == 0 else None,
            "phone": PhoneNumber.parse(f"0470 12 34 {n:02d}") if n % 2 else None,
        }
        who = person(session, assembly, f"N{n}", **facts)
        found.append(who)
        for _ in range(chance.choice([0, 0, 1, 2])):
            give(session, assembly, who, chance.choice([1000, 4000, 25000]),
                 TODAY - timedelta(days=chance.choice([10, 85, 100, 400])))  # fmt: skip
        if n % 7 == 1:
            object_to(session, assembly, who)
        if n % 11 == 2:
            people.record_death(session, who, died_on=None, at=NOW)
        if n % 9 == 4:
            for abode in contacts.addresses_of(session, [who]).get(who, ()):
                contacts.end_address(session, abode.id, at=NOW)
    for pair in zip(found[::6], found[3::6], strict=False):
        households.found(session, pair, at=NOW)
    return found
