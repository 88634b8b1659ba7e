"""Mollie's notices: signed, classic, forged; what is booked, what leaves no trace; the way back from paying."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from crm.assembly import Assembly, payment_providers
from crm.consent import service as consent
from crm.consent import taking_over as lists
from crm.consent.model import SuppressionCause
from crm.donations import service as donations
from crm.donations.model import EntryKind, Wanted
from crm.foundation.settings import Mollie as Settings
from crm.payments import service as payments
from crm.payments.mollie import Mollie
from crm.people import service as people
from crm.values.errors import Unavailable
from crm.web.app import create_app
from jobs import read_payouts
from mailing.delivery.tables import DeliveryRow
from tests.conftest import NOW
from tests.payments.house import API, SECRET, Answering, at, euro, payment, settlement, with_mollie
from tests.web.whole_database import digest

HOOK = "/hooks/payments/mollie"


def house(assembly: Assembly, pages: dict[str, Any]) -> tuple[Assembly, Answering, FlaskClient]:
    fetcher = Answering(pages)
    made = with_mollie(assembly, fetcher)
    app = create_app(made)
    app.config["EVEN_PACE_SECONDS"] = 0
    return made, fetcher, app.test_client()


def signed(client: FlaskClient, event: dict[str, Any], secret: str = SECRET) -> int:
    body = json.dumps(event).encode()
    mark = f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"
    headers = {"X-Mollie-Signature": f"sha256=00, {mark}"}
    return client.post(HOOK, data=body, content_type="application/json", headers=headers).status_code


def test_a_payment_becomes_one_gift_with_one_receipt_and_what_goes_back_is_booked(assembly: Assembly) -> None:
    paid = payment("tr_abcd1")
    _, fetcher, client = house(assembly, {at("tr_abcd1"): paid})
    assert [client.post(HOOK, data={"id": "tr_abcd1"}).status_code for _ in range(2)] == [200, 200]
    assert fetcher.asked[0] == (at("tr_abcd1"), "live_key")
    refund = {"id": "re_1", "amount": euro("5.00"), "status": "refunded", "createdAt": "2026-11-23T08:00:00+00:00"}
    queued = refund | {"id": "re_2", "status": "queued"}
    lost = {"id": "chb_1", "amount": euro("20.00"), "createdAt": "2026-11-23T08:30:00+00:00", "reversedAt": None}
    paid["_embedded"] = {"refunds": [refund, queued], "chargebacks": [lost]}
    assert signed(client, {"resource": "event", "type": "payment.paid", "entityId": "tr_abcd1"}) == 200
    with assembly.database.reading() as session:
        [gift] = donations.page(session, Wanted())
        person = people.find_survivor(session, gift.person_id)
        assert person is not None
        assert (person.full_name, person.language.value, str(gift.given_on)) == ("Marie Dupont", "nl", "2026-11-23")
        told = [(one.kind, one.cents, one.external_id) for one in donations.whole(session, gift.id).entries]
        assert told == [
            (EntryKind.RECEIPT, 2500, "tr_abcd1"), (EntryKind.REFUND, -500, "re_1"),
            (EntryKind.CHARGEBACK, -2000, "chb_1"),
        ]  # fmt: skip
        assert len(session.scalars(select(DeliveryRow.id)).all()) == 1
    paid["_embedded"]["chargebacks"] = [lost | {"reversedAt": "2026-11-23T09:00:00+00:00"}]
    event = {"resource": "event", "entityId": "re_1", "_embedded": {"entity": {"id": "re_1", "paymentId": "tr_abcd1"}}}
    assert [signed(client, event) for _ in range(2)] == [200, 200]
    with assembly.database.reading() as session:
        assert donations.gift(session, gift.id).net_cents == 2000
    code = paid["metadata"]["return_code"]
    assert "Merci de tout cœur" in client.get(f"/merci/{code}").text


@pytest.mark.parametrize(
    ("paid_at", "given_on"),
    [
        ("2025-12-31T22:59:59+00:00", "2025-12-31"),
        ("2025-12-31T23:00:00+00:00", "2026-01-01"),
        ("2026-01-01T00:30:00+02:00", "2025-12-31"),
        ("2025-06-30T22:00:00Z", "2025-07-01"),
    ],
)
def test_a_gift_of_new_year_s_eve_is_of_the_year_that_belgian_clocks_showed(
    assembly: Assembly, paid_at: str, given_on: str
) -> None:
    _, _, client = house(assembly, {at("tr_abcd1"): payment("tr_abcd1", createdAt=paid_at, paidAt=paid_at)})
    client.post(HOOK, data={"id": "tr_abcd1"})
    with assembly.database.reading() as session:
        [gift] = donations.page(session, Wanted())
    assert str(gift.given_on) == given_on


def test_a_payer_whose_address_a_hashed_list_waits_for_is_left_alone(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        lists.put_digests(session, {lists.digests_of("marie@exemple.be")[2]: NOW}, at=NOW)
    _, _, client = house(assembly, {at("tr_abcd1"): payment("tr_abcd1")})
    assert client.post(HOOK, data={"id": "tr_abcd1"}).status_code == 200
    with assembly.database.reading() as session:
        [one] = consent.suppressions(session, assembly.addresses.key_of("marie@exemple.be"))
    assert one.cause is SuppressionCause.LISTED


def test_what_was_paid_in_another_money_is_left_out_where_colleagues_see_it_once(assembly: Assembly) -> None:
    dollars = payment("tr_usd1", amount={"currency": "USD", "value": "9.00"})
    unpaid = payment("tr_usd2", amount={"currency": "USD", "value": "9.00"}, status="open")
    odd = payment("tr_usd3", amount={"currency": "<b>", "value": "9.00"})
    _, _, client = house(assembly, {at(one["id"]): one for one in (dollars, unpaid, odd)})
    for name in ("tr_usd1", "tr_usd1", "tr_usd2", "tr_usd3"):
        assert client.post(HOOK, data={"id": name}).status_code == 200
    with assembly.database.reading() as session:
        assert [(one.reference, one.amount, one.currency) for one in payments.left_out(session)] == [
            ("tr_usd1", "9.00", "USD")
        ]
        assert donations.totals(session, Wanted()).gifts == 0


def test_what_is_forged_or_unknown_leaves_no_trace_and_hears_the_same(
    assembly: Assembly, caplog: pytest.LogCaptureFixture
) -> None:
    nothing = payment("tr_real1", amount=euro("0.00"))
    _, fetcher, client = house(assembly, {at("tr_real1"): nothing})
    whole = digest(assembly)
    forms: tuple[dict[str, Any], ...] = (
        {"id": "tr_nobody"},
        {"id": "tr_real1"},
        {"id": "../settlements"},
        {},
        {"id": ["tr_a1234", "tr_b1234"]},
    )
    bodies = (b"{", b"[]", b"\xff", b'{"entityId": "tr_real1"}')
    with caplog.at_level(logging.DEBUG):
        heard = [client.post(HOOK, data=form) for form in forms]
        heard += [client.post(HOOK, data=body, content_type="application/json") for body in bodies]
        heard += [client.post("/hooks/payments/nobody", data={"id": "tr_real1"})]
        assert signed(client, {"entityId": "tr_real1"}, "another secret") == 200
    assert {(one.status_code, one.data, str(one.headers)) for one in heard} == {(200, b"", str(heard[0].headers))}
    assert [url for url, _ in fetcher.asked] == [at("tr_nobody"), at("tr_real1")]
    now = digest(assembly)
    assert {name for name in now if now[name] != whole[name]} == {"api_rate"}
    assert [one.message for one in caplog.records if one.name.startswith("portevoix")] == []
    object.__setattr__(fetcher, "is_down", True)
    assert client.post(HOOK, data={"id": "tr_real1"}).status_code == 503
    told = [client.get(f"/merci/{code}?lang=de").status_code for code in ("x" * 24, "marie@exemple.be")]
    assert told == [200, 404]
    assert "en attente" in client.get(f"/merci/{'x' * 24}").text


def test_a_settlement_brings_what_no_notice_told_and_what_each_payment_cost(assembly: Assembly) -> None:
    first, second = payment("tr_one1", "10.00"), payment("tr_two2", "30.00", metadata=None, method="creditcard")
    old = payment("tr_old3", "8.00", metadata=None)
    gone = {"id": "re_9", "paymentId": "tr_old3", "amount": euro("8.00"), "createdAt": "2026-11-22T10:00:00+00:00"}
    costs = [
        {"method": "bancontact", "amountGross": euro("0.4719")}, {"method": "creditcard", "amountGross": euro("0.8470")}
    ]  # fmt: skip
    pages = settlement([first, second], amount="30.68", refunds=[gone | {"status": "processing"}], costs=costs)
    made, _, _ = house(assembly, {at("tr_old3"): old, **pages})
    assert [read_payouts.run(made, NOW) for _ in range(2)] == [{"read": 1, "differ": 0}, {"read": 0, "differ": 0}]
    with assembly.database.reading() as session:
        [payout] = payments.payouts(session)
        assert (payout.gross_cents, payout.back_cents, payout.fee_cents, payout.cents) == (4000, 800, 132, 3068)
        waiting = payments.waiting(session)
        assert {(one.reference, one.fee_cents) for one in waiting} == {("tr_two2", 85), ("tr_old3", 0)}
        [gift] = donations.page(session, Wanted())
        fees = [one.cents for one in donations.whole(session, gift.id).entries if one.kind is EntryKind.FEE]
        assert fees == [-47]
    wrong = settlement([payment("tr_six6", "10.00")], amount="11.00")
    wrong = json.loads(json.dumps(wrong).replace("1234567.2611.03", "1234567.2611.04"))
    other = with_mollie(assembly, Answering(wrong))
    assert read_payouts.run(other, NOW) == {"read": 0, "differ": 1}
    with assembly.database.reading() as session:
        assert len(donations.page(session, Wanted())) == 1


def test_a_settlement_that_cannot_be_read_is_told_once_and_stops_no_other(assembly: Assembly) -> None:
    dollars = payment("tr_usd1", amount={"currency": "USD", "value": "9.00"})
    settled = [settlement([dollars, payment("tr_one1", "10.00")], amount="17.20")]
    settled += [settlement([payment("tr_two2", "10.00")], amount="10.00")]
    settled += [settlement([payment("tr_six6", "10.00")], amount="10.00", costs=[{"method": "ideal"}])]
    names = ("stl_0000dollar", "stl_0000fine", "stl_0000costs")
    pages: dict[str, Any] = {}
    first, several = f"{API}/settlements?limit=50", []
    for at_, (one, name) in enumerate(zip(settled, names, strict=True)):
        told = json.loads(json.dumps(one).replace("stl_abcd1234", name).replace("2611.03", f"2611.1{at_}"))
        several += told.pop(first)["_embedded"]["settlements"]
        pages |= told
    pages[first] = {"_embedded": {"settlements": several}}
    made, _, _ = house(assembly, pages)
    assert read_payouts.run(made, NOW) == {"read": 1, "differ": 0, "left_out": 3}
    assert read_payouts.run(made, NOW) == {"read": 0, "differ": 0, "left_out": 3}
    with assembly.database.reading() as session:
        assert [one.reference for one in payments.payouts(session)] == ["1234567.2611.11"]
        told_ = {(one.reference, one.amount, one.currency, one.is_unread) for one in payments.left_out(session)}
        assert told_ == {
            ("tr_usd1", "9.00", "USD", False), ("1234567.2611.10", "17.20", "EUR", True),
            ("1234567.2611.12", "10.00", "EUR", True),
        }  # fmt: skip
    pages[first]["_embedded"]["settlements"][2]["periods"] = {}
    assert read_payouts.run(made, NOW) == {"read": 1, "differ": 0, "left_out": 2}
    with assembly.database.reading() as session:
        assert len(payments.left_out(session)) == 2


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("tr_abcd1"), lambda inner:
    st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("id", "amount", "value", "currency", "metadata",
        "status", "_embedded", "refunds", "chargebacks", "paidAt", "createdAt", "email", "lines")), inner, max_size=6),
    max_leaves=12), st.binary(max_size=60))  # fmt: skip
def test_whatever_mollie_answers_is_a_payment_or_one_clear_error(answer: Any, body: bytes) -> None:
    said = {"id": "tr_abcd1", "status": "paid", "amount": euro("5.00"), "createdAt": "2026-11-22T10:00:00+00:00"}
    page = said | answer if isinstance(answer, dict) else answer
    mollie = Mollie(settings=Settings(), fetcher=Answering({at("tr_abcd1"): page}))
    with suppress(Unavailable):
        mollie.payment("tr_abcd1")
    assert mollie.named(body, is_form=False, signatures=["sha256=00"]) is None
    assert mollie.named(body, is_form=True, signatures=[]) is None


def test_without_a_key_there_is_no_provider(assembly: Assembly) -> None:
    assert dict(payment_providers(replace(assembly))) == {}
