"""What programs hand in: people, consents, signatures, registrations, urgent actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from crm.actions import service as actions
from crm.actions.model import CallKind, Tally
from crm.care import service as care
from crm.consent import service as consent
from crm.consent import taking_over as lists
from crm.consent.model import Act, NewAct, SuppressionCause, Way
from crm.donations import service as donations
from crm.donations.model import EntryKind, Wanted
from crm.partners.model import Scope
from crm.partners.tables import ApiRequestRow
from crm.payments.model import PaymentState
from crm.payments.tables import OnlinePaymentRow
from crm.people import differences
from crm.web.api import examples
from mailing.delivery import service as delivery
from tests.api.conftest import NOTICE, House, Program
from tests.conftest import NOW
from tests.donations.test_cost_centres import furnish

MARIE = {"email": "marie@exemple.be", "first_name": "Marie", "last_name": "Dubois"}
EXAMPLES = {
    "/people": examples.PERSON,
    "/consents": examples.CONSENT,
    "/signatures": examples.SIGNATURE,
    "/registrations": examples.REGISTRATION,
    "/urgent-actions": examples.URGENT_ACTION,
    "/gifts": examples.GIFT,
}


def _letters(house: House) -> list[str]:
    with house.assembly.database.reading() as session:
        mailing = delivery.find_mailing(session, code="confirm")
        page = delivery.deliveries(session, mailing.id, size=100).deliveries if mailing else ()
        return sorted(one.address for one in page)


def _tally(house: House, kind: CallKind) -> Tally:
    with house.assembly.database.reading() as session:
        return actions.tally(session, house.call(kind))


@pytest.mark.parametrize(("path", "body"), EXAMPLES.items(), ids=EXAMPLES)
def test_each_example_of_the_documentation_is_taken(
    program: Callable[..., Program], path: str, body: dict[str, Any]
) -> None:
    answer = program().post(path, body)
    assert answer.status_code == 201, answer.json
    assert set(answer.json) == {"reference", "kind", "taken_at"}


def test_somebody_known_and_somebody_new_get_the_same_answer(house: House, program: Callable[..., Program]) -> None:
    caller = program()
    answers = [caller.post("/people", {"person": MARIE}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json.keys() == answers[1].json.keys()
    assert answers[0].json["reference"] != answers[1].json["reference"]
    assert list(answers[0].headers.keys()) == list(answers[1].headers.keys())
    assert len(house.people("marie@exemple.be")) == 1


def test_an_arrival_adds_and_never_overwrites(house: House, program: Callable[..., Program]) -> None:
    caller = program()
    caller.post("/people", {"person": MARIE})
    more = {**MARIE, "first_name": "Marie", "phone": "0470 12 34 56", "birth_on": "1980-02-03"}
    caller.post("/people", {"person": more})
    caller.post("/people", {"person": {**more, "birth_on": "1999-09-09"}})
    person = house.person("marie@exemple.be")
    assert ([p.value for p in person.phones], str(person.birth_on)) == (["+32470123456"], "1980-02-03")
    with house.assembly.database.reading() as session:
        [waiting] = differences.of(session, person.id)
    assert (waiting.field, waiting.held, waiting.said) == ("birth_on", {"text": "1980-02-03"}, {"text": "1999-09-09"})
    assert waiting.statement["first_name"] == "Marie"


def test_another_name_at_one_mailbox_signs_for_themself(house: House, program: Callable[..., Program]) -> None:
    caller = program()
    for name in ("Marie", "Paul", "Marie"):
        caller.post("/signatures", {"petition": {"code": "liberez-nadia"}, "person": {**MARIE, "first_name": name}})
    assert _tally(house, CallKind.PETITION).people == 2
    assert [person.first_name for person in house.people("marie@exemple.be")] == ["Marie", "Paul"]


def test_a_comment_that_cannot_be_printed_is_refused_of_known_and_new_alike(program: Callable[..., Program]) -> None:
    caller, body = program(), {"petition": {"code": "liberez-nadia"}, "person": MARIE}
    assert caller.post("/signatures", body).status_code == 201
    for email in ("marie@exemple.be", "autre@exemple.be"):
        answer = caller.post("/signatures", {**body, "person": {"email": email}, "comment": "a\u202eb"})
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/comment")


def test_handing_a_signature_over_never_makes_anybody_mailable(house: House, program: Callable[..., Program]) -> None:
    body = {"petition": {"code": "liberez-nadia"}, "person": MARIE, "delivery": {"allowed": True, "notice": NOTICE}}
    assert program().post("/signatures", body).status_code == 201
    assert _tally(house, CallKind.PETITION) == Tally(people=1, to_deliver=1, last_at=NOW)
    assert (house.acts("marie@exemple.be"), _letters(house)) == ([], [])


def test_a_consent_is_asked_and_one_letter_leaves(house: House, program: Callable[..., Program]) -> None:
    wishes = [{"purpose": purpose, "notice": NOTICE} for purpose in ("newsletter", "urgent-actions")]
    body = {"petition": {"code": "liberez-nadia"}, "person": MARIE, "consents": wishes}
    caller = program()
    taken = caller.post("/signatures", body).json
    assert [(act.purpose, act.act, act.way) for act in house.acts("marie@exemple.be")] == [
        ("newsletter", Act.REQUESTED, Way.API),
        ("urgent-actions", Act.REQUESTED, Way.API),
    ]
    assert _letters(house) == ["marie@exemple.be"]
    told = caller.get(f"/requests/{taken['reference']}/consents").json
    assert [one["state"] for one in told["consents"]] == ["requested", "requested"]


def test_a_confirmed_consent_needs_the_scope_and_is_dated_by_its_proof(
    house: House, program: Callable[..., Program]
) -> None:
    proof = {"confirmed_at": "2026-11-20T10:00:00+01:00", "method": "link", "evidence": "k-77"}
    body = {"act": "request", "person": MARIE, "purpose": "newsletter", "notice": NOTICE, "double_opt_in": proof}
    refused = program().post("/consents", body)
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (403, "/double_opt_in")
    assert house.people("marie@exemple.be") == ()
    trusted = program(Scope.CONSENTS, Scope.CONFIRMED_CONSENTS, Scope.STATUS)
    taken = trusted.post("/consents", body).json
    [act] = house.acts("marie@exemple.be")
    assert (act.act, act.way, act.evidence["proof"]) == (Act.GIVEN, Way.API, "k-77")
    assert act.occurred_at < NOW - timedelta(days=2)
    assert _letters(house) == []
    told = trusted.get(f"/requests/{taken['reference']}/consents").json
    assert told["consents"] == [{"purpose": "newsletter", "state": "confirmed"}]


def test_of_a_proved_yes_a_program_is_told_what_was_said_after_it_and_never_what_was_said_before(
    house: House, program: Callable[..., Program]
) -> None:
    caller, told = program(*Scope), {}
    house.now = NOW - timedelta(days=400)
    caller.post("/consents", {"act": "withdraw", "person": MARIE, "purpose": "newsletter"})
    caller.post("/people", {"person": MARIE})
    no = {"act": "withdraw", "person": MARIE, "purpose": "newsletter"}
    caller.post("/consents", no)
    house.now = NOW
    for name, days in (("fresh", 0), ("before the no", 500)):
        proof = {"confirmed_at": (NOW - timedelta(days=days, minutes=1)).isoformat(), "method": "link"}
        body = {"act": "request", "purpose": "newsletter", "notice": NOTICE, "double_opt_in": proof}
        for email in ("marie@exemple.be", f"new-{days}@exemple.be"):
            house.now += timedelta(minutes=1)
            person = {**MARIE, "email": email}
            reference = caller.post("/consents", {**body, "person": person}).json["reference"]
            answers = [caller.get(f"/requests/{reference}/consents").json["consents"][0]["state"]]
            house.now += timedelta(minutes=1)
            caller.post("/consents", {**no, "person": person})
            answers.append(caller.get(f"/requests/{reference}/consents").json["consents"][0]["state"])
            told[name, email[:3]] = answers
    assert set(map(tuple, told.values())) == {("confirmed", "withdrawn")}, told


def test_a_withdrawal_holds_for_all_at_the_address_and_makes_nobody(
    house: House, program: Callable[..., Program]
) -> None:
    caller = program()
    for name in ("Marie", "Paul"):
        person = {**MARIE, "first_name": name}
        caller.post("/consents", {"act": "request", "person": person, "purpose": "newsletter", "notice": NOTICE})
    taken = caller.post("/consents", {"act": "withdraw", "person": MARIE, "purpose": "newsletter"})
    unknown = {"act": "withdraw", "person": {"email": "inconnue@exemple.be"}, "purpose": "newsletter"}
    other = caller.post("/consents", unknown)
    assert (taken.status_code, other.status_code) == (201, 201)
    assert house.people("inconnue@exemple.be") == ()
    with house.assembly.database.reading() as session:
        for one in house.people("marie@exemple.be"):
            assert [s.act for s in consent.standings(session, one.id)] == [Act.WITHDRAWN]
    for answer in (taken, other):
        told = caller.get(f"/requests/{answer.json['reference']}/consents").json
        assert told["consents"] == [{"purpose": "newsletter", "state": "withdrawn"}]


def test_who_received_our_letters_already_stays_asked_for_ever(house: House, program: Callable[..., Program]) -> None:
    caller = program()
    caller.post("/people", {"person": MARIE})
    known = house.person("marie@exemple.be")
    with house.assembly.database.transaction() as session:
        act = NewAct(
            person_id=known.id, purpose="newsletter", address_key=known.contact_points[0].address_key,
            act=Act.GIVEN, way=Way.CONFIRMATION, occurred_at=NOW,
        )  # fmt: skip
        consent.record(session, house.assembly.sealer, act, at=NOW)
    states = []
    for email in ("marie@exemple.be", "nouvelle@exemple.be"):
        body = {"act": "request", "person": {"email": email}, "purpose": "newsletter", "notice": NOTICE}
        taken = caller.post("/consents", body).json
        states.append(caller.get(f"/requests/{taken['reference']}/consents").json["consents"])
    assert states[0] == states[1] == [{"purpose": "newsletter", "state": "requested"}]


def test_a_registration_comes_and_goes(house: House, program: Callable[..., Program]) -> None:
    caller, body = program(), {"event": {"code": "nuit-des-bougies"}, "person": MARIE, "seats": 3}
    caller.post("/registrations", body)
    assert _tally(house, CallKind.EVENT) == Tally(people=1, seats=3, last_at=NOW)
    assert caller.post("/registrations", {**body, "seats": 4}).status_code == 201
    assert _tally(house, CallKind.EVENT) == Tally(people=1, seats=4, last_at=NOW)
    assert caller.post("/registrations", {**body, "act": "cancel"}).status_code == 201
    assert _tally(house, CallKind.EVENT) == Tally(last_at=NOW)
    stranger = {**body, "act": "cancel", "person": {"email": "inconnu@exemple.be"}}
    assert caller.post("/registrations", stranger).status_code == 201
    assert house.people("inconnu@exemple.be") == ()


def test_a_petition_tells_its_figures(house: House, program: Callable[..., Program]) -> None:
    caller = program()
    caller.post("/signatures", {"petition": {"code": "liberez-nadia"}, "person": MARIE})
    told = caller.get("/petitions/liberez-nadia").json
    assert (told["signatures"], told["to_deliver"], told["is_open"]) == (1, 0, True)
    assert caller.get("/petitions/inconnue").status_code == 404


def test_a_closed_petition_says_so(house: House, program: Callable[..., Program]) -> None:
    call = house.call(CallKind.PETITION)
    with house.assembly.database.transaction() as session:
        actions.change_call(session, call.id, replace(call, closes_on=(NOW - timedelta(days=1)).date()))
    answer = program().post("/signatures", {"petition": {"code": "liberez-nadia"}, "person": MARIE})
    assert (answer.status_code, answer.json["type"]) == (409, "/api/v1/docs#closed")
    assert house.people("marie@exemple.be") == ()


def test_a_payment_is_a_gift_once_of_whoever_the_one_policy_finds(
    house: House, program: Callable[..., Program]
) -> None:
    caller = program(Scope.GIFTS)
    payment = {"provider": "mollie", "reference": "tr_1", "method": "online"}
    body = {"person": MARIE, "cents": 2505, "given_on": "2026-11-20", "payment": payment}
    program().post("/people", {"person": {**MARIE, "phone": "0470 12 34 56"}})
    answers = [caller.post("/gifts", body), caller.post("/gifts", {**body, "person": {"email": "b@exemple.be"}})]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert house.people("b@exemple.be") == ()
    twice = {**body, "payment": {**payment, "reference": "tr_2"}}
    assert [caller.post("/gifts", twice, key="k").status_code for _ in range(2)] == [201, 201]
    with house.assembly.database.reading() as session:
        found = donations.page(session, Wanted(person_id=house.person("marie@exemple.be").id))
    assert [(gift.cents, gift.net_cents, gift.method.value, gift.basis.value) for gift in found] == [
        (2505, 2505, "online", "provider")
    ] * 2
    refused = [
        caller.post("/gifts", {**body, "cents": 2506}),
        caller.post("/gifts", {**body, "given_on": "2027-01-01"}),
        caller.post("/gifts", {**body, "fund": "lune", "payment": {**payment, "reference": "tr_3"}}),
        caller.post("/gifts", {**body, "payment": {**payment, "provider": "bank"}}),
        caller.post("/gifts", {**body, "cents": 25.05}),
    ]
    assert [(one.status_code, one.json["errors"][0]["pointer"]) for one in refused] == [
        (409, "/payment/reference"),
        (422, "/given_on"),
        (422, "/fund"),
        (422, "/payment/provider"),
        (422, "/cents"),
    ]
    assert program(Scope.PEOPLE).post("/gifts", body).status_code == 403


def test_who_gave_is_heard_when_a_second_program_says_the_same_payment_with_more(
    house: House, program: Callable[..., Program]
) -> None:
    with house.assembly.database.transaction() as session:
        furnish(session)
    body: dict[str, Any] = {
        "person": MARIE, "cents": 2505, "given_on": "2026-11-20",
        "payment": {"provider": "mollie", "reference": "tr_1", "method": "online"},
    }  # fmt: skip
    program(Scope.GIFTS).post("/gifts", body)
    site, wish = program(Scope.GIFTS, Scope.STATUS), {"purpose": "newsletter", "notice": NOTICE}
    more = {**body, "person": {**MARIE, "phone": "0470 12 34 56"}, "consents": [wish], "source_code": "A-1"}
    refused = site.post("/gifts", {**more, "consents": [{**wish, "purpose": "lune"}]})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/consents/0/purpose")
    taken = [site.post("/gifts", one).json["reference"] for one in (more, {**more, "consents": []})]
    told = [site.get(f"/requests/{one}/consents").json["consents"] for one in taken]
    assert told == [[{"purpose": "newsletter", "state": "requested"}], []]
    assert [act.act for act in house.acts("marie@exemple.be")] == [Act.REQUESTED]
    [marie] = house.people("marie@exemple.be")
    assert [one.value for one in marie.phones] == ["+32470123456"]
    with house.assembly.database.reading() as session:
        [gift] = donations.page(session, Wanted())
        [task] = care.open_tasks_of(session, marie.id)
    assert (gift.person_id, gift.source_code, "« A-1 »" in task.title) == (marie.id, "", True)


def test_a_code_that_no_appeal_has_refuses_no_gift_and_somebody_looks_at_it(
    house: House, program: Callable[..., Program]
) -> None:
    caller = program(Scope.GIFTS)
    with house.assembly.database.transaction() as session:
        furnish(session)
    told = ("A-1", "A-1x", "A-1x", "A-1&utm=\u202e é", "A" * 3000, "", " ")
    for number, code in enumerate(told):
        body = {
            "person": MARIE, "cents": 2505, "given_on": "2026-11-20", "source_code": code,
            "payment": {"provider": "mollie", "reference": f"tr_{number}", "method": "online"},
        }  # fmt: skip
        assert caller.post("/gifts", body).status_code == 201, code
    with house.assembly.database.reading() as session:
        marie = house.person("marie@exemple.be").id
        found = donations.page(session, Wanted(person_id=marie))
        tasks = care.open_tasks_of(session, marie)
        facts = session.scalars(select(ApiRequestRow.facts).order_by(ApiRequestRow.id)).all()
    assert [gift.source_code for gift in reversed(found)] == ["A-1", *[""] * 6]
    kept = ["", "A-1x", "A-1x", "A-1&utm=  é", "A" * 60, "", ""]
    assert [one.get("source_code", "") for one in facts] == kept
    assert sorted(one.title.partition("« ")[2].partition(" »")[0] for one in tasks) == sorted(
        {" ".join(one.split()) for one in kept if one}
    )


def test_a_gift_comes_in_its_parts_with_what_the_provider_kept_beside(
    house: House, program: Callable[..., Program]
) -> None:
    caller = program(Scope.GIFTS)
    parts = [{"cents": 2500, "kind": "fee"}, {"cents": 1500}]
    body = {
        "person": MARIE, "cents": 4000, "given_on": "2026-11-20", "given_as": "membership-fee", "lines": parts,
        "kept_cents": 39, "payment": {"provider": "ailleurs", "reference": "p1", "method": "online"},
    }  # fmt: skip
    assert [caller.post("/gifts", body).status_code for _ in range(2)] == [201, 201]
    other = {**body, "payment": {"provider": "ailleurs", "reference": "p2", "method": "online"}}
    refused = [
        caller.post("/gifts", {**other, "cents": 4001}),
        caller.post("/gifts", {**other, "kept_cents": 4001}),
        caller.post("/gifts", {**other, "lines": [{"cents": 4000, "fund": "lune"}]}),
    ]
    assert [(one.status_code, one.json["errors"][0]["pointer"]) for one in refused] == [
        (422, "/lines"), (422, "/kept_cents"), (422, "/lines"),
    ]  # fmt: skip
    with house.assembly.database.reading() as session:
        [gift] = donations.page(session, Wanted(person_id=house.person("marie@exemple.be").id))
        whole = donations.whole(session, gift.id)
        assert [(line.cents, line.is_deductible) for line in whole.lines] == [(2500, False), (1500, True)]
        assert [(one.kind, one.cents) for one in whole.entries] == [(EntryKind.RECEIPT, 4000), (EntryKind.FEE, -39)]
        assert (gift.net_cents, donations.drift(session)) == (4000, 0)


def test_a_payment_that_failed_is_no_gift_and_one_of_a_trial_counts_as_such(
    house: House, program: Callable[..., Program]
) -> None:
    caller = program(Scope.GIFTS)
    with house.assembly.database.transaction() as session:
        for reference, state, is_test in (("tr_f", PaymentState.FAILED, False), ("tr_t", PaymentState.OPEN, True)):
            row = OnlinePaymentRow(
                provider="mollie", reference=reference, state=state, cents=2505, fee_cents=0, paid_on=NOW.date(),
                means="", is_test=is_test, told_at=NOW,
            )  # fmt: skip
            session.add(row)
    answers = [
        caller.post(
            "/gifts",
            {
                "person": MARIE, "cents": 2505, "given_on": "2026-11-20",
                "payment": {"provider": "mollie", "reference": reference, "method": "online"},
            },
        )
        for reference in ("tr_f", "tr_t")
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [409, 201]
    with house.assembly.database.reading() as session:
        assert [gift.is_test for gift in donations.page(session, Wanted())] == [True]


@pytest.mark.parametrize("hashed", range(3), ids=["md5", "sha-1", "sha-256"])
def test_an_address_that_a_hashed_list_waits_for_is_left_alone_from_the_day_of_the_list(
    house: House, program: Callable[..., Program], hashed: int
) -> None:
    listed_at = NOW - timedelta(days=9)
    with house.assembly.database.transaction() as session:
        lists.put_digests(session, {lists.digests_of(MARIE["email"])[hashed]: listed_at}, at=NOW)
    for who in (MARIE, {**MARIE, "email": "autre@exemple.be"}):
        assert program().post("/people", {"person": who}).status_code == 201
    with house.assembly.database.reading() as session:
        keys = [house.assembly.addresses.key_of(email) for email in (MARIE["email"], "autre@exemple.be")]
        [one], none = (consent.suppressions(session, key) for key in keys)
    assert (one.cause, one.since_at, list(none)) == (SuppressionCause.LISTED, listed_at, [])
