"""What a merge must never lose, room by room. A later room joins the law by adding its `Holding` to `HOLDINGS`.

`plant` scatters rows of the room over people; `held` says what each record holds by itself. The law: whoever somebody
is today holds exactly what all records that became theirs held.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actions import service as actions
from crm.actions.model import CallKind, Deed, DeedKind, NewCall, NewRegistration, NewSignature
from crm.actions.tables import DeedRow, RegistrationRow, SignatureRow
from crm.assembly import Assembly
from crm.consent import service as consent
from crm.consent.model import Act, NewAct, Purpose, Way
from crm.consent.policy import Population
from crm.consent.tables import ConsentEventRow, PopulationRow
from crm.donations import service as donations
from crm.donations.model import Method, Movement, NewGift, NewLine
from crm.donations.tables import GiftRow
from crm.people import contacts, differences, households, links
from crm.people.model import ExternalId, FailureReason, TieKind, Usage
from crm.people.tables import (
    ContactFailureRow,
    ContactPointRow,
    DifferenceRow,
    ExternalIdRow,
    HouseholdMemberRow,
    PersonTagRow,
    PostalAddressRow,
)
from crm.values.email_address import EmailAddress
from crm.values.errors import Conflict
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from crm.values.postal_address import PostalAddress
from mailing.delivery import store as delivery_store
from mailing.delivery.tables import DeliveryRow
from tests.conftest import NOW
from tests.delivery import ledger

Held = dict[int, set[Any]]


@dataclass(frozen=True)
class Holding:
    """One thing people hold: how it is scattered, and what each record has of it (where `adds_up`)."""

    name: str
    plant: Callable[[Session, Assembly, Random, Sequence[PersonId]], None]
    held: Callable[[Session], Held]


def _points(session: Session, assembly: Assembly, chance: Random, ids: Sequence[PersonId]) -> None:
    for _ in range(chance.randrange(2 * len(ids))):
        facts: dict[str, Any] = {"person_id": chance.choice(ids), "at": NOW, "usage": chance.choice(list(Usage))}
        if chance.random() < 0.6:
            email = EmailAddress.parse(f"adresse{chance.randrange(4)}@exemple.be")
            point = contacts.add_email(session, assembly.addresses, email, **facts)
        else:
            phone = PhoneNumber.parse(f"047000000{chance.randrange(3)}")
            point = contacts.add_phone(session, assembly.addresses, phone, **facts)
        match chance.randrange(5):
            case 0:
                contacts.end_point(session, point.id, at=NOW)
            case 1:
                contacts.fail_point(session, point.id, chance.choice(list(FailureReason)), source="test", at=NOW)
            case 2 if point.ended_at is None:
                contacts.prefer_point(session, point.id)


def _abodes(session: Session, assembly: Assembly, chance: Random, ids: Sequence[PersonId]) -> None:
    for _ in range(chance.randrange(2 * len(ids))):
        address = PostalAddress.parse(
            street="Rue Haute", number=str(chance.randrange(3)), postcode="1000", locality="Bruxelles"
        )
        season = chance.choice([("", ""), ("06-01", "09-15")])
        abode = contacts.add_address(
            session,
            assembly.addresses,
            address,
            person_id=chance.choice(ids),
            at=NOW,
            usage=chance.choice([Usage.HOME, Usage.HOLIDAY]),
            is_primary=chance.choice([None, None, False]),
            season=season,
        )
        match chance.randrange(4):
            case 0:
                contacts.end_address(session, abode.id, at=NOW)
            case 1:
                contacts.fail_address(session, abode.id, FailureReason.GONE, source="test", at=NOW)


def _bonds(session: Session, assembly: Assembly, chance: Random, ids: Sequence[PersonId]) -> None:
    tags = [links.put_tag(session, name, at=NOW) for name in ("Bénévole", "École", "Presse")]
    for _ in range(chance.randrange(3 * len(ids))):
        one, other = chance.choice(ids), chance.choice(ids)
        match chance.randrange(5):
            case 0:
                links.tag(session, one, chance.choice(tags).id, at=NOW)
            case 1:
                try:
                    number = ExternalId(system="spip", value=str(chance.randrange(9)))
                    links.add_external_id(session, one, number)
                except Conflict:
                    pass
            case 2 if one != other:
                links.tie(session, one, other, chance.choice([TieKind.PARTNER, TieKind.PARENT]), at=NOW)
            case 3:
                links.remember_keys(session, "iban", {(one, f"compte{chance.randrange(3)}")})
            case 4:
                households.found(session, list({one: 1, other: 1}), at=NOW)
    for person_id in ids:
        if chance.random() < 0.4:
            differences.note(session, person_id, field="language", held={}, said={"v": 1}, source="test", at=NOW)


def _consents(session: Session, assembly: Assembly, chance: Random, ids: Sequence[PersonId]) -> None:
    for position, code in enumerate(("news", "urgent")):
        consent.put_purpose(session, Purpose(code=code, names={}, promises={}, position=position))
    for person_id in ids:
        for population in Population:
            if chance.random() < 0.3:
                session.add(PopulationRow(person_id=person_id, population=population, since_at=NOW))
    for _ in range(chance.randrange(4 * len(ids))):
        act = NewAct(
            person_id=chance.choice(ids),
            purpose=chance.choice(["news", "urgent"]),
            address_key=assembly.addresses.key_of(f"adresse{chance.randrange(3)}@exemple.be"),
            act=chance.choice([Act.REQUESTED, Act.GIVEN, Act.REFUSED, Act.WITHDRAWN]),
            way=chance.choice([Way.WEB, Way.CONFIRMATION]),
            occurred_at=NOW + timedelta(days=chance.randrange(3)),
        )
        consent.record(session, assembly.sealer, act, at=NOW)


def _mails(session: Session, assembly: Assembly, chance: Random, ids: Sequence[PersonId]) -> None:
    mailing = ledger.add_mailing(session)
    body = delivery_store.add_body(
        session, mailing_id=mailing.id, language=Language.NL, digest="1", subject="x", html="<p>x</p>", text="x"
    )
    for person_id in ids:
        if chance.random() < 0.6:
            delivery_store.add_letter(
                session,
                mailing_id=mailing.id,
                body_id=body,
                recorded_person_id=person_id,
                person_id=person_id,
                contact_point_id=None,
                occasion="",
                address="x@exemple.be",
                address_key="1:x",
                values={},
                priority=10,
                next_attempt_at=NOW,
                created_at=NOW,
                message_id=f"<{person_id}@exemple.be>",
            )


def _actions(session: Session, assembly: Assembly, chance: Random, ids: Sequence[PersonId]) -> None:
    calls = [
        actions.put_call(session, NewCall(kind=kind, code=str(n), title=str(n), language=Language.FR), at=NOW)
        for kind in (CallKind.PETITION, CallKind.EVENT, CallKind.URGENT_ACTION)
        for n in range(2)
    ]
    for _ in range(chance.randrange(4 * len(ids))):
        call, one, at = chance.choice(calls), chance.choice(ids), NOW - timedelta(days=chance.randrange(5))
        if call.kind is CallKind.PETITION:
            actions.sign(session, NewSignature(petition_id=call.id, person_id=one, signed_at=at), at=NOW)
        elif call.kind is CallKind.EVENT:
            actions.register(session, NewRegistration(event_id=call.id, person_id=one, at=at))
            if chance.random() < 0.3:
                actions.cancel(session, call.id, one, at=NOW)
        else:
            actions.act(session, Deed(action_id=call.id, person_id=one, kind=DeedKind.EMAIL, done_at=at), at=NOW)


def _gifts(session: Session, assembly: Assembly, chance: Random, ids: Sequence[PersonId]) -> None:
    for number in range(chance.randrange(2 * len(ids))):
        lines = (NewLine(cents=chance.randrange(1, 5000)),)
        movement = Movement(method=Method.CASH, booked_on=NOW.date(), provider="test", external_id=str(number))
        new = NewGift(person_id=chance.choice(ids), lines=lines, given_on=NOW.date(), movement=movement)
        donations.record(session, assembly.sealer, new, at=NOW)


def _by_person(row: Any, *columns: str) -> Callable[[Session], Held]:
    def held(session: Session) -> Held:
        found: Held = defaultdict(set)
        query = select(row.person_id, *(getattr(row, name) for name in columns))
        if hasattr(row, "folded_into_id"):
            query = query.where(row.folded_into_id.is_(None))
        for person_id, *values in session.execute(query):
            found[person_id].add(tuple(values))
        return found

    return held


def _nothing(session: Session, assembly: Assembly, chance: Random, ids: Sequence[PersonId]) -> None:
    """Planted by another of the room."""


HOLDINGS = (
    Holding("contact points", _points, _by_person(ContactPointRow, "kind", "address_key")),
    Holding("failures", _nothing, _by_person(ContactFailureRow, "id")),
    Holding("letter boxes", _abodes, _by_person(PostalAddressRow, "dedupe_key", "usage", "season_from")),
    Holding("other systems' numbers", _bonds, _by_person(ExternalIdRow, "system", "value")),
    Holding("tags", _nothing, _by_person(PersonTagRow, "tag_id")),
    Holding("households", _nothing, _by_person(HouseholdMemberRow, "household_id")),
    Holding("differences", _nothing, _by_person(DifferenceRow, "id")),
    Holding("acts of consent", _consents, _by_person(ConsentEventRow, "id", "recorded_person_id")),
    Holding("populations", _nothing, _by_person(PopulationRow, "population")),
    Holding("petitions signed", _actions, _by_person(SignatureRow, "petition_id")),
    Holding("events", _nothing, _by_person(RegistrationRow, "event_id")),
    Holding("urgent actions", _nothing, _by_person(DeedRow, "id", "recorded_person_id")),
    Holding("gifts to the cent", _gifts, _by_person(GiftRow, "id", "net_cents", "recorded_person_id")),
    Holding("mails", _mails, _by_person(DeliveryRow, "id", "recorded_person_id")),
)
