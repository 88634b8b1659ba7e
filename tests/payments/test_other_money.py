"""Payments in another money: gifts at what their payout says they became, to the cent, with what was paid kept."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crm.assembly import Assembly, payment_providers
from crm.donations import service as donations
from crm.donations.model import EntryKind, LineKind, Method, Movement, NewGift, NewLine, Wanted
from crm.payments import beside, rules
from crm.payments import service as payments
from crm.payments.model import LeftOut, PaidIn
from jobs import read_payouts
from tests.conftest import NOW
from tests.donations.conftest import donor
from tests.payments.house import Answering, at, euro, payment, settlement, with_mollie


def dollars(name: str, value: str, settled: str, **facts: Any) -> dict[str, Any]:
    return payment(name, amount={"currency": "USD", "value": value}, settlementAmount=euro(settled), **facts)


def test_a_payout_books_what_was_paid_in_another_money_to_the_cent(assembly: Assembly) -> None:
    parts = [{"cents": 2000, "kind": "fee"}, {"cents": 1001, "kind": "donation"}]
    beside_it = payment("tr_usd1")["metadata"] | {"lines": parts, "tribute": " Ada  Lovelace "}
    first = dollars("tr_usd1", "30.01", "27.64", metadata=beside_it)
    asked = payment("tr_usd1", amount=first["amount"], settlementAmount=euro("27.50"))
    pages = settlement([first, payment("tr_eur2", "10.00")], amount="36.90")
    made = with_mollie(assembly, Answering({at("tr_usd1"): asked, **pages}))
    with assembly.database.transaction() as session:
        told = payment_providers(made)["mollie"].payment("tr_usd1")
        assert isinstance(told, LeftOut)
        payments.leave_out(session, "mollie", told, at=NOW)
    assert [read_payouts.run(made, NOW) for _ in range(2)] == [{"read": 1, "differ": 0}, {"read": 0, "differ": 0}]
    with assembly.database.transaction() as session:
        [payout] = payments.payouts(session)
        assert (payout.gross_cents, payout.back_cents, payout.fee_cents, payout.cents) == (3764, 0, 74, 3690)
        [gift] = [one for one in donations.page(session, Wanted()) if one.cents == 2764]
        assert (gift.tribute, payments.paid_in(session, gift.id)) == (
            "Ada Lovelace", PaidIn(currency="USD", amount="30.01")
        )  # fmt: skip
        lines = [(line.kind, line.cents) for line in donations.whole(session, gift.id).lines]
        assert lines == [(LineKind.FEE, 1842), (LineKind.DONATION, 922)]
        payments.leave_out(session, "mollie", told, at=NOW)
        assert payments.left_out(session) == ()


def test_what_goes_back_is_as_much_as_its_payout_says_and_the_rate_is_our_cost(assembly: Assembly) -> None:
    first = dollars("tr_usd1", "30.00", "27.00")
    made = with_mollie(assembly, Answering(settlement([first], amount="27.00")))
    assert read_payouts.run(made, NOW) == {"read": 1, "differ": 0}
    gone = {"id": "re_1", "paymentId": "tr_usd1", "amount": {"currency": "USD", "value": "30.00"},
            "settlementAmount": euro("-27.35"), "createdAt": "2026-11-23T10:00:00+00:00"}  # fmt: skip
    later = settlement([payment("tr_eur2", "50.00")], amount="22.65", refunds=[gone])
    later = {url: _other(page) for url, page in later.items()}
    now = first | {"settlementAmount": euro("27.40")}  # Mollie converts it anew when its status changes
    made = with_mollie(assembly, Answering({at("tr_usd1"): now, **later}))
    assert read_payouts.run(made, NOW) == {"read": 1, "differ": 0}
    with assembly.database.transaction() as session:
        [gift] = [one for one in donations.page(session, Wanted()) if one.cents == 2700]
        told = [(one.kind, one.cents) for one in donations.whole(session, gift.id).entries]
        assert told == [(EntryKind.RECEIPT, 2700), (EntryKind.REFUND, -2700), (EntryKind.FEE, -35)]


def test_a_gift_that_a_program_told_before_comes_to_what_the_payout_says(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        movement = Movement(method=Method.ONLINE, booked_on=NOW.date(), provider="mollie", external_id="tr_usd1")
        new = NewGift(person_id=donor(session, assembly), lines=(NewLine(cents=2800),), given_on=NOW.date(),
                      movement=movement)  # fmt: skip
        gift = donations.record(session, assembly.sealer, new, at=NOW)
    made = with_mollie(assembly, Answering(settlement([dollars("tr_usd1", "30.00", "27.00")], amount="26.50")))
    assert [read_payouts.run(made, NOW) for _ in range(2)] == [{"read": 1, "differ": 0}, {"read": 0, "differ": 0}]
    with assembly.database.transaction() as session:
        told = [(one.kind, one.cents) for one in donations.whole(session, gift.id).entries]
        assert told == [(EntryKind.RECEIPT, 2800), (EntryKind.CORRECTION, -100), (EntryKind.FEE, -50)]
        assert payments.paid_in(session, gift.id) == PaidIn(currency="USD", amount="30.00")


def _other(page: dict[str, Any]) -> dict[str, Any]:
    for one in page["_embedded"].get("settlements", ()):
        one["reference"] = "1234567.2611.04"
    return page


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=5), st.integers(1, 10**7))
def test_lines_fixed_in_another_money_add_up_in_euro(sizes: list[int], cents: int) -> None:
    metadata = {"lines": [{"cents": size, "kind": "donation"} for size in sizes]}
    said = beside.what(metadata, cents=cents, is_recurring=False, written=sum(sizes))
    assert said is not None
    assert sum(line.cents for line in said.lines) == cents


def test_a_rate_costs_a_tenth_at_most() -> None:
    assert [rules.lost(back, 2700, 3000) for back in (2600, 2700, 2735, 3000, 3001)] == [0, 0, 35, 300, 0]
    assert rules.lost(100, 0, 3000) == 0
