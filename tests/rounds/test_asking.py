"""Asking again: whom, why not others, by two; a yes, a no, another sign, a question that never came, and silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.care import service as care
from crm.care.model import Direction, InteractionKind
from crm.consent import gate, policies, taking_over
from crm.consent import service as consent
from crm.consent.model import Act, Channel, LegalBasis, NewAct, Refusal, SuppressionCause, Way
from crm.consent.policy import Need, NewPolicy, Population
from crm.people import service as people
from crm.people.model import Person
from crm.values.identifiers import AccountId, DeliveryId
from crm.values.languages import Language
from jobs import close_rounds
from mailing.correspondence.model import Reader
from mailing.delivery.model import DeliveryState
from mailing.delivery.tables import DeliveryRow, MailingRow
from mailing.rounds import service
from mailing.rounds.errors import OwnRound, RoundDecided
from mailing.rounds.model import Outcome, Reach
from tests.conftest import NOW
from tests.origins.test_telling import bring
from tests.web.supporters import Site

SPANS = {"reader-sleep": 24, "reader-silence": 2}
LONG_AGO, LATER = NOW - timedelta(days=1000), NOW + timedelta(days=90)
ONE, TWO = AccountId(1), AccountId(2)


def _person(assembly: Assembly, name: str, act: Act = Act.GIVEN) -> Person:
    number = bring(assembly, name, "sign-up", days=1000)
    with assembly.database.reading() as session:
        person = people.people(session, [number])[number]
    way = Way.IMPORT if act is Act.IMPORTED else Way.WEB
    said = NewAct(
        person_id=person.id, purpose="news", address_key=person.emails[0].address_key, act=act, way=way,
        occurred_at=LONG_AGO,
    )  # fmt: skip
    with assembly.database.transaction() as session:
        taking_over.record(session, assembly.sealer, [said], at=LONG_AGO)
    return person


def _reader(session: Session, person: Person) -> Reader:
    sent = session.scalars(select(DeliveryRow.id).where(DeliveryRow.person_id == person.id)).one()
    return Reader(person=person, point=person.emails[0], purpose="news", delivery_id=DeliveryId(sent))


def _answer(assembly: Assembly, person: Person, *, is_yes: bool) -> bool:
    with assembly.database.transaction() as session:
        return service.answer(
            session, assembly.desk, _reader(session, person), is_yes=is_yes, text="Oui, les nouvelles",
            language=Language.FR, at=NOW + timedelta(days=9),
        )  # fmt: skip


def _refusal(assembly: Assembly, person: Person) -> Refusal | None:
    with assembly.database.reading() as session:
        return gate.verdict_of(session, person.id, "news", Channel.EMAIL, LATER).refusal


def test_the_sleeping_and_the_unproven_are_asked_and_only_a_silence_that_was_reached_ends_a_yes(
    assembly: Assembly,
) -> None:
    Site.open(assembly)
    legacy_is_enough = NewPolicy(
        purpose="news", channel=Channel.EMAIL, population=Population.EVERYBODY, need=Need.LEGACY,
        legal_basis=LegalBasis.CONSENT, valid_from_on=LONG_AGO.date(), reason="Reprise",
    )  # fmt: skip
    with assembly.database.transaction() as session:
        rule = policies.propose(session, legacy_is_enough, by=ONE, at=LONG_AGO)
        policies.decide(session, rule.id, approve=True, by=TWO, at=LONG_AGO)
    yes, no, silent, called, lost = (_person(assembly, one) for one in ("oui", "non", "muet", "appel", "perdu"))
    legacy = _person(assembly, "ancien", Act.IMPORTED)
    awake, gone = _person(assembly, "eveil"), _person(assembly, "parti", Act.WITHDRAWN)
    with assembly.database.transaction() as session:
        care.log(
            session, awake.id, kind=InteractionKind.CALL, direction=Direction.IN, summary="x", by=ONE,
            at=NOW - timedelta(days=100),
        )  # fmt: skip
        found = service.foresee(session, "news", Reach.BOTH, spans=SPANS, at=NOW)
        assert (found.asked, dict(found.left_out)) == (6, {"awake": 1, "withdrawn": 1})
        assert service.foresee(session, "news", Reach.LEGACY, spans=SPANS, at=NOW).asked == 1
        made = service.propose(session, "news", Reach.BOTH, reason="Chaque année", by=ONE, at=NOW)
    with pytest.raises(OwnRound), assembly.database.transaction() as session:
        service.decide(session, assembly.desk, made.id, approve=True, spans=SPANS, by=ONE, at=NOW)
    with assembly.database.transaction() as session:
        service.decide(session, assembly.desk, made.id, approve=True, spans=SPANS, by=TWO, at=NOW)
    with pytest.raises(RoundDecided), assembly.database.transaction() as session:
        service.decide(session, assembly.desk, made.id, approve=True, spans=SPANS, by=TWO, at=NOW)
    with assembly.database.transaction() as session:
        [mailing] = session.scalars(select(MailingRow).where(MailingRow.code == f"still-{made.id}"))
        assert mailing.purpose == "news"
        assert service.foresee(session, "news", Reach.BOTH, spans=SPANS, at=NOW).left_out["asked-lately"] == 6
        arrived = DeliveryRow.person_id != lost.id
        session.execute(update(DeliveryRow).where(arrived).values(state=DeliveryState.ACCEPTED, settled_at=NOW))

    assert [_answer(assembly, yes, is_yes=True), _answer(assembly, yes, is_yes=True)] == [True, False]
    assert [_answer(assembly, no, is_yes=False), _answer(assembly, no, is_yes=True)] == [True, False]
    with assembly.database.transaction() as session:
        for who in (called, legacy):
            care.log(
                session, who.id, kind=InteractionKind.CALL, direction=Direction.IN, summary="x", by=ONE,
                at=NOW + timedelta(days=5),
            )  # fmt: skip
    assert close_rounds.run(assembly, NOW + timedelta(days=20)) == {"expired": 0}
    assert close_rounds.run(assembly, LATER) == {"expired": 2}
    assert close_rounds.run(assembly, LATER) == {"expired": 0}
    assert {one: _refusal(assembly, one) for one in (yes, no, silent, called, lost, legacy, awake, gone)} == {
        yes: None, no: Refusal.WITHDRAWN, silent: Refusal.EXPIRED, called: None, lost: None,
        legacy: Refusal.EXPIRED, awake: None, gone: Refusal.WITHDRAWN,
    }  # fmt: skip
    with assembly.database.reading() as session:
        [done] = service.rounds(session)
        assert done.outcomes == dict.fromkeys(Outcome, 1) | {Outcome.WAITING: 0, Outcome.EXPIRED: 2}
        [confirmed] = [one for one in consent.standings(session, yes.id) if one.act is Act.GIVEN]
        assert confirmed.is_confirmed
        assert consent.drift(session) == 0
    assert _answer(assembly, silent, is_yes=True)
    with assembly.database.reading() as session:
        assert service.rounds(session)[0].outcomes[Outcome.YES] == 2


def test_an_old_link_that_was_forwarded_lifts_no_complaint_and_spoils_no_proof(assembly: Assembly) -> None:
    Site.open(assembly)
    with assembly.database.transaction() as session:
        loose = NewPolicy(
            purpose="news", channel=Channel.EMAIL, population=Population.EVERYBODY, need=Need.CONSENT,
            legal_basis=LegalBasis.CONSENT, valid_from_on=LONG_AGO.date(), reason="x",
        )  # fmt: skip
        rule = policies.propose(session, loose, by=ONE, at=LONG_AGO)
        policies.decide(session, rule.id, approve=True, by=TWO, at=LONG_AGO)
    angry, proved = _person(assembly, "fachee"), _person(assembly, "prouvee")
    with assembly.database.transaction() as session:
        here = {"purpose": "news", "address_key": proved.emails[0].address_key, "act": Act.GIVEN}
        after = LONG_AGO + timedelta(days=1)
        said = NewAct(person_id=proved.id, way=Way.CONFIRMATION, occurred_at=after, **here)  # type: ignore[arg-type]
        consent.record(session, assembly.sealer, said, at=after)
        made = service.propose(session, "news", Reach.ASLEEP, reason="x", by=ONE, at=NOW)
        service.decide(session, assembly.desk, made.id, approve=True, spans=SPANS, by=TWO, at=NOW)
        consent.suppress(
            session, address_key=angry.emails[0].address_key, cause=SuppressionCause.COMPLAINT, way=Way.COMPLAINT,
            at=NOW + timedelta(days=2),
        )  # fmt: skip
    for person in (angry, proved):
        with assembly.database.transaction() as session:
            old = replace(_reader(session, person), delivery_id=None)
            yes = {"is_yes": True, "text": "Oui", "language": Language.FR, "at": NOW + timedelta(days=9)}
            assert service.answer(session, assembly.desk, old, **yes)  # type: ignore[arg-type]
    assert (_refusal(assembly, angry), _refusal(assembly, proved)) == (Refusal.SUPPRESSED, None)
    with assembly.database.reading() as session:
        assert consent.history(session, angry.id)[-1].way is Way.PREFERENCES
        assert [one.is_confirmed for one in consent.standings(session, proved.id)] == [True]
