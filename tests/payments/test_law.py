"""Notices in any order, twice or lost, come to one account: what was paid less what went back and was kept."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from crm.assembly import Assembly, bank_counter, till
from crm.attestations import yearly_control
from crm.banking import bringing, store
from crm.banking.kept import LineState, Rule
from crm.donations import service as donations
from crm.donations.model import EntryKind, GiftKind, LineKind, NewLine
from crm.donations.tables import FundRow, GiftRow, MoneyEntryRow
from crm.payments import beside, paying_out
from crm.payments import service as payments
from crm.payments.model import Back, Giver, PaidOut, PaymentState, Said, Told
from crm.people import service as people
from crm.people.model import NewPerson
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from tests.banking import coda_files as coda
from tests.banking.coda_files import Move
from tests.conftest import NOW

DAY = date(2026, 11, 20)
TODAY = NOW.date()


def told(name: str, cents: int, **facts: object) -> Told:
    giver = Giver(
        email=EmailAddress.parse(f"{name.replace('_', '')}@exemple.be"), first_name="Ana", last_name="Roy",
        language=Language.FR, lines=(NewLine(cents=cents),),
    )  # fmt: skip
    made = Told(
        reference=name, state=PaymentState.PAID, cents=cents, on=DAY, means="bancontact", is_test=False, giver=giver
    )
    return replace(made, **facts)  # type: ignore[arg-type] # as named


def sums(assembly: Assembly) -> dict[EntryKind, int]:
    with assembly.database.reading() as session:
        kind, cents = MoneyEntryRow.kind, func.sum(MoneyEntryRow.cents)
        found = session.execute(select(kind, cents).where(MoneyEntryRow.provider == "mollie").group_by(kind))
        return {kind: int(cents) for kind, cents in found}


@settings(
    max_examples=3,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_whatever_notices_come_a_payout_settles_its_payments_to_the_cent(
    assembly: Assembly, data: st.DataObject
) -> None:
    number = data.draw(st.integers(1, 10**9))
    amounts = data.draw(st.lists(st.integers(200, 90_000), min_size=2, max_size=5))
    paid = [told(f"tr_{number}x{place}", cents) for place, cents in enumerate(amounts)]
    if data.draw(st.booleans()):
        paid[0] = replace(paid[0], giver=None)
    kinds = st.sampled_from((EntryKind.REFUND, EntryKind.CHARGEBACK))
    gone = [
        (one.reference, Back(reference=f"re_{one.reference}", kind=data.draw(kinds), cents=cents, on=DAY))
        for one in paid[:2]
        if (cents := data.draw(st.integers(0, one.cents)))
    ]
    fee = data.draw(st.integers(0, 100 * len(paid)))
    out = sum(amounts) - sum(back.cents for _, back in gone) - fee
    after = [replace(one, backs=tuple(b for name, b in gone if name == one.reference)) for one in paid]
    reference = f"{number}.2611.01"
    whole = PaidOut(reference=reference, cents=out, on=DAY, payments=after, backs=gone)
    before = sums(assembly)
    notices = [one for one in paid for _ in range(data.draw(st.integers(0, 2)))]
    notices += [one for one in after for _ in range(data.draw(st.integers(0, 2)))]
    acts: list[Told | PaidOut] = data.draw(st.permutations([*notices, whole, whole]))
    for act in acts:
        with assembly.database.transaction() as session:
            if isinstance(act, PaidOut):
                paying_out.take(session, till(assembly), "mollie", act, at=NOW)
            else:
                payments.take(session, till(assembly), "mollie", act, at=NOW)
    with assembly.database.transaction() as session:
        for one in payments.waiting(session):
            someone = session.scalar(select(GiftRow.person_id).limit(1))
            payments.assign(session, till(assembly), one.id, someone, at=NOW, by=1)  # type: ignore[arg-type] # as named
    now = {kind: cents - before.get(kind, 0) for kind, cents in sums(assembly).items()}
    expected = {EntryKind.RECEIPT: sum(amounts), EntryKind.FEE: -fee}
    for _, back in gone:
        expected[back.kind] = expected.get(back.kind, 0) - back.cents
    assert {kind: now.get(kind, 0) for kind in expected} == expected
    assert sum(now.values()) == out
    with assembly.database.reading() as session:
        assert donations.drift(session) == 0
    if out > 0:
        move = Move(cents=out, text=f"MOLLIE {reference}", name="STICHTING MOLLIE PAYMENTS", on=TODAY)
        wrong = replace(move, cents=out + 1)
        file = coda.file(coda.statement([wrong, move], on=TODAY, number=number % 900 + 1, opening=number))
        report = bringing.bring(bank_counter(assembly), io.BytesIO(file), name="day.cod", by=None)
        assert report.matched == 1
        with assembly.database.reading() as session:
            lines = store.lines(session, range(1, 10_000))
            settled = [line for line in lines if line.rule is Rule.PAYOUT and reference in line.communication]
            assert [(line.cents, line.state, line.gift_id) for line in settled] == [(out, LineState.MATCHED, None)]
            [payout] = [one for one in payments.payouts(session) if one.reference == reference]
            assert (payout.settled_on, payout.fee_cents, payout.gross_cents) == (TODAY, fee, sum(amounts))
            assert yearly_control.control(session, 2026, at=NOW).differences == ()


def test_a_fee_and_a_gift_fixed_beforehand_stay_two_lines(assembly: Assembly) -> None:
    giver = told("tr_1", 1).giver
    assert giver is not None
    lines = (NewLine(cents=2500, kind=LineKind.FEE), NewLine(cents=1500))
    two = replace(giver, lines=lines, kind=GiftKind.MEMBERSHIP_FEE)
    with assembly.database.transaction() as session:
        taken = payments.take(session, till(assembly), "mollie", told("tr_two", 4000, giver=two), at=NOW)
        assert taken.payment.gift_id is not None
        whole = donations.whole(session, taken.payment.gift_id)
    assert [(one.cents, one.is_deductible) for one in whole.lines] == [(2500, False), (1500, True)]
    with assembly.database.transaction() as session:
        wrong = payments.take(session, till(assembly), "mollie", told("tr_wrong", 4001, giver=two), at=NOW)
    assert (wrong.payment.gift_id, wrong.is_new_gift) == (None, False)


def test_what_the_site_said_is_the_default_of_whoever_says_whose_a_payment_is(assembly: Assembly) -> None:
    fee = beside.what(
        {"given_as": "membership-fee", "source_code": "FAUTE 26", "email": "?"}, cents=2500, is_recurring=False
    )
    assert fee is not None
    parts = (NewLine(cents=2500, kind=LineKind.FEE), NewLine(cents=1500, fund="ferme"))
    two = Said(lines=parts, kind=GiftKind.MEMBERSHIP_FEE)
    with assembly.database.transaction() as session:
        session.add(FundRow(code="ecoles", name="ecoles", is_open=True))
        who = people.add(session, assembly.addresses, NewPerson(language=Language.FR, last_name="Sac"), at=NOW).id
        waits = [
            payments.take(session, till(assembly), "mollie", told(name, cents, giver=None, said=said), at=NOW).payment
            for name, cents, said in (
                ("tr_f", 2500, fee),
                ("tr_p", 4000, two),
                ("tr_c", 2500, fee),
                ("tr_n", 900, None),
            )
        ]
        assert [one.said for one in waits] == [fee, two, fee, None]
        facts: dict[str, Any] = {"at": NOW, "by": 1}
        done = [payments.assign(session, till(assembly), one.id, who, **facts) for one in waits[:2]]
        chosen: dict[str, Any] = {"kind": GiftKind.ONE_OFF, "fund": "ecoles"}
        done += [payments.assign(session, till(assembly), one.id, who, **chosen, **facts) for one in waits[2:]]
        wholes = [donations.whole(session, one.gift_id) for one in done if one.gift_id is not None]
        assert [
            (one.gift.kind, one.gift.source_code, [(line.cents, line.fund, line.is_deductible) for line in one.lines])
            for one in wholes
        ] == [
            (GiftKind.MEMBERSHIP_FEE, "", [(2500, "general", False)]),
            (GiftKind.MEMBERSHIP_FEE, "", [(2500, "general", False), (1500, "general", True)]),
            (GiftKind.ONE_OFF, "", [(2500, "ecoles", True)]),
            (GiftKind.ONE_OFF, "", [(900, "ecoles", True)]),
        ]
        assert {one.reference for one in payments.unknown_sources(session)} == {"tr_f", "tr_c"}


def test_a_source_code_that_no_appeal_has_keeps_no_gift_from_its_giver(assembly: Assembly) -> None:
    giver = told("tr_s", 2500).giver
    assert giver is not None
    fee = replace(
        giver, lines=(NewLine(cents=2500, kind=LineKind.FEE),), kind=GiftKind.MEMBERSHIP_FEE, source_code="X1"
    )
    with assembly.database.transaction() as session:
        taken = payments.take(session, till(assembly), "mollie", told("tr_s", 2500, giver=fee), at=NOW)
        assert (taken.is_new_gift, taken.payment.said is not None and taken.payment.said.source_code) == (True, "X1")
        assert taken.payment.gift_id is not None
        whole = donations.whole(session, taken.payment.gift_id)
        assert (whole.gift.kind, whole.gift.source_code) == (GiftKind.MEMBERSHIP_FEE, "")
        assert [one.is_deductible for one in whole.lines] == [False]
        assert [one.reference for one in payments.unknown_sources(session)] == ["tr_s"]
