"""Money is conserved, whatever is done with it and in whatever order."""

from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.donations import rules, selects, service
from crm.donations.errors import MoreThanReceived
from crm.donations.model import EntryKind, GiftKind, LineKind, Method, NewGift, NewLine, Wanted
from crm.donations.tables import FundRow, GiftRow, MoneyEntryRow
from crm.values.identifiers import AccountId, GiftId
from tests.conftest import NOW
from tests.donations.conftest import TODAY, donor, paid

FUNDS = ("general", "urgences", "ecoles")


@settings(max_examples=6, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_money_is_conserved_by_any_deeds_in_any_order(assembly: Assembly, seed: int) -> None:
    chance, truth, by = Random(seed), Counter[int](), AccountId(1)
    with assembly.database.reading() as session:
        session.add_all(FundRow(code=code, name=code, is_open=True) for code in FUNDS[1:])
        donors = [donor(session, assembly) for _ in range(4)]
        owner: dict[int, int] = {}
        for number in range(24):
            movement = paid(method=chance.choice(list(Method)), provider="test", external_id=str(number))
            cents, times = chance.randrange(1, 20000), chance.choice([1, 1, 2])
            if not truth or chance.random() < 0.4:
                person = chance.choice(donors)
                new = NewGift(
                    person_id=person,
                    kind=chance.choice([GiftKind.ONE_OFF, GiftKind.MEMBERSHIP_FEE, GiftKind.SALE]),
                    lines=tuple(
                        NewLine(
                            cents=chance.randrange(1, 9999),
                            fund=chance.choice(FUNDS),
                            kind=chance.choice(list(LineKind)),
                        )
                        for _ in range(chance.randrange(1, 4))
                    ),
                    given_on=TODAY,
                    movement=movement,
                    split_beforehand=chance.random() < 0.5,
                )
                for _ in range(times):
                    gift = service.record(session, assembly.sealer, new, at=NOW)
                truth[gift.id] += new.cents
                owner[gift.id] = person
                continue
            gift_id = GiftId(chance.choice(list(truth)))
            deed = chance.choice(["back", "back", "receive", "correct", "fee", "move"])
            try:
                for _ in range(times):
                    delta = _do(session, assembly, deed, gift_id, cents, movement, chance, by)
            except MoreThanReceived:
                assert truth[gift_id] < cents
                continue
            truth[gift_id] += delta
            if deed == "move":
                owner[gift_id] = chance.choice(donors)
                service.move(session, gift_id, owner[gift_id], reason="Compte joint", at=NOW, by=by)  # type: ignore[arg-type]
            assert truth[gift_id] >= 0
        _check(session, truth, owner)


def _do(
    session: Session, assembly: Assembly, deed: str, gift_id: GiftId, cents: int, movement: object, chance: Random,
    by: AccountId,
) -> int:  # fmt: skip
    facts = {"cents": cents, "at": NOW, "by": by}
    match deed:
        case "back":
            kind = sorted(rules.OUTGOING)[cents % len(rules.OUTGOING)]
            service.take_back(session, assembly.sealer, gift_id, kind, movement, **facts)  # type: ignore[arg-type]
            return -cents
        case "receive":
            service.receive(session, assembly.sealer, gift_id, movement, **facts)  # type: ignore[arg-type]
            return cents
        case "correct":
            delta = cents if cents % 2 else -cents
            service.correct(session, assembly.sealer, gift_id, movement, **{**facts, "cents": delta})  # type: ignore[arg-type]
            return delta
        case "fee":
            service.charge(session, assembly.sealer, gift_id, movement, **facts)  # type: ignore[arg-type]
    return 0


def _check(session: Session, truth: Counter[int], owner: dict[int, int]) -> None:
    assert service.drift(session) == 0
    totals = service.totals(session, Wanted())
    ledger = session.scalar(select(func.sum(MoneyEntryRow.cents)).where(MoneyEntryRow.kind != EntryKind.FEE))
    assert totals.net_cents == sum(totals.by_fund.values()) == sum(totals.by_method.values()) == int(ledger or 0)
    assert totals.net_cents == truth.total()
    rows = {row.id: (row.person_id, row.net_cents) for row in session.scalars(select(GiftRow))}
    assert rows == {gift_id: (owner[gift_id], cents) for gift_id, cents in truth.items()}
    effective = selects.effective_gifts().subquery()
    assert session.scalar(select(func.coalesce(func.sum(effective.c.net_cents), 0))) == totals.net_cents
