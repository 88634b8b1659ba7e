"""Of people, their consents, their deeds and the mails they were owed: what a merge must never lose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actions import service as actions
from crm.actions.model import CallKind, Deed, DeedKind, NewCall, NewRegistration, NewSignature
from crm.actions.tables import DeedRow, RegistrationRow, SignatureRow
from crm.assembly import Assembly
from crm.consent import interests, paces, restrictions
from crm.consent import service as consent
from crm.consent.interest import Interest, InterestKind
from crm.consent.model import Act, NewAct, Purpose, Way
from crm.consent.pace import Rhythm
from crm.consent.policy import Population
from crm.consent.tables import ConsentEventRow, InterestRow, LastLetterRow, PaceEventRow, PopulationRow, RestrictionRow
from crm.people import contacts, differences, households, links, search
from crm.people.model import ExternalId, FailureReason, TieKind, Usage
from crm.people.tables import (
    ContactFailureRow,
    ContactPointRow,
    DifferenceRow,
    ExternalIdRow,
    HouseholdMemberRow,
    PersonChangeRow,
    PersonKeyRow,
    PersonTagRow,
    PostalAddressRow,
    SearchTextRow,
    TieRow,
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
from tests.duplicates.holding import Ends, Held, Holding, of, put


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
                search.remember_words(session, "iban", [(one, f"00{chance.randrange(3)}")])
                put(session, chance, PersonChangeRow, person_id=one, rows=[])
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


def _paces(session: Session, assembly: Assembly, chance: Random, ids: Sequence[PersonId]) -> None:
    for person_id in ids:
        at = NOW + timedelta(hours=chance.randrange(9))
        to: dict[str, Any] = {"person_id": person_id, "way": Way.PAPER, "at": at}
        if chance.random() < 0.6:
            rhythm = chance.choice(list(Rhythm))
            paces.declare(session, assembly.sealer, pause_until_on=None, rhythm=rhythm, **to)
        if chance.random() < 0.5:
            wanted = [Interest(kind=InterestKind.THEME, code=str(n)) for n in chance.sample(range(4), 2)]
            interests.declare(session, assembly.sealer, wanted=wanted, text="Oui", language=Language.FR, **to)
        if chance.random() < 0.3:
            restrictions.restrict(session, person_id, since_on=NOW.date(), reason="Il conteste", by=None, at=NOW)


def _ties(session: Session) -> Held:
    found: Held = defaultdict(set)
    for tie in session.scalars(select(TieRow)):
        found[tie.person_id].add((tie.kind, "to", tie.other_person_id))
        found[tie.other_person_id].add((tie.kind, "of", tie.person_id))
    return found


def _same_ties(now: Held, then: Held, end: Ends) -> bool:
    """Whoever they are tied to today; nobody is tied to themselves. A tie that somebody has twice is one."""

    def today(held: Held) -> Held:
        told = {one: {(kind, side, end[far]) for kind, side, far in held[one] if end[far] != one} for one in held}
        return {one: ties for one, ties in told.items() if ties}

    return today(now) == today(then)


HOLDINGS = (
    of(ContactPointRow, "kind", "address_key", plant=_points),
    of(ContactFailureRow, "id"),
    of(PostalAddressRow, "dedupe_key", "usage", "season_from", plant=_abodes),
    of(ExternalIdRow, "system", "value", plant=_bonds),
    of(PersonTagRow, "tag_id"),
    of(HouseholdMemberRow, "household_id"),
    of(DifferenceRow, "id"),
    of(PersonChangeRow, "id"),
    of(PersonKeyRow, "key", where=PersonKeyRow.kind == "iban"),
    of(SearchTextRow, "kind", "text"),
    Holding(columns=("tie.person_id", "tie.other_person_id"), held=_ties, agrees=_same_ties),
    of(ConsentEventRow, "id", "recorded_person_id", plant=_consents),
    of(PopulationRow, "population"),
    of(PaceEventRow, "id", "recorded_person_id", plant=_paces),
    of(LastLetterRow, "channel"),
    of(RestrictionRow, "id"),
    of(InterestRow, "kind", "code"),
    of(SignatureRow, "petition_id", plant=_actions),
    of(RegistrationRow, "event_id"),
    of(DeedRow, "id", "recorded_person_id"),
    of(DeliveryRow, "id", "recorded_person_id", plant=_mails),
)
