"""What SQL says of everybody is what the rules say of each, on both databases, whatever happens in whatever order."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.donations import service as donations
from crm.donations.model import EntryKind, Gift, GiftKind, Method, Movement
from crm.members import rules, selects, service, store
from crm.members.errors import AlreadyMember, MembershipOver
from crm.members.model import Fee, LeaveReason, Rate, Wanted
from crm.members.tables import MembershipRow, PartRow
from crm.values.identifiers import GiftId, PersonId
from tests.members.conftest import NOW, TODAY, donor, pay_fee

BEGIN = date(2022, 1, 1)


@settings(max_examples=5, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_members_in_sql_are_members_by_the_rules(assembly: Assembly, seed: int) -> None:
    chance = Random(seed)
    span = (TODAY - BEGIN).days

    def some_day() -> date:
        return BEGIN + timedelta(days=chance.randrange(span + 1))

    with assembly.database.reading() as session:  # thrown away at the end of each example
        if chance.random() < 0.8:
            for kind, cents in (("member", 2500), ("reduced", 1000)):
                for day in (BEGIN, date(2024, 1, 31)):
                    rate = Rate(kind=kind, from_on=day, fee_cents=chance.choice([cents, cents * 2, 0]), months=12)
                    if kind == "reduced" and chance.random() < 0.5:
                        rate = Rate(kind=kind, from_on=day, fee_cents=0, months=0)
                    service.set_rate(session, rate, name=kind, at=NOW, by=None)
        everybody = [donor(session, assembly) for _ in range(8)]
        paid: dict[GiftId, Gift] = {}
        for _ in range(20):
            who = chance.choice(everybody)
            kind = chance.choice([GiftKind.MEMBERSHIP_FEE, GiftKind.INSTALMENT])
            gift = pay_fee(session, assembly, who, chance.choice([2500, 1000, 210, 5000]), some_day(), kind=kind)
            paid[gift.id] = gift
            if chance.random() < 0.3:
                service.catch_up(session, at=NOW)
            if chance.random() < 0.2:
                gone = paid.pop(chance.choice(list(paid)))
                donations.take_back(
                    session, assembly.sealer, gone.id, EntryKind.RETURN,
                    Movement(method=Method.TRANSFER, booked_on=TODAY), cents=gone.net_cents, at=NOW,
                )  # fmt: skip
            if chance.random() < 0.3:
                _something_happens(session, chance, everybody, some_day())
        _hold_together(session, (TODAY, some_day(), some_day()))


def _hold_together(session: Session, days: tuple[date, ...]) -> None:
    for day in days:
        for grace in (0, 3):
            assert set(session.scalars(selects.in_force(day, grace_months=grace))) == _by_the_rules(session, day, grace)
    before = set(session.scalars(selects.in_force(TODAY, grace_months=3)))
    service.catch_up(session, at=NOW)
    assert set(session.scalars(selects.in_force(TODAY, grace_months=3))) == before
    assert service.catch_up(session, at=NOW) == 0
    shown = service.page(session, Wanted(on=TODAY), size=500)
    for one in shown:
        until = rules.paid_until(store.fees(session, one.id), on=TODAY)
        assert one.is_free is (one.id in _free(session, TODAY))
        until = rules.FOREVER if one.is_free else until
        assert one.state is rules.state(until, on=TODAY, grace_months=3, ended_on=one.ended_on)
    totals = service.totals(session, Wanted(on=TODAY))
    assert totals.memberships == len(shown) == sum(totals.by_kind.values())


def _something_happens(session: Session, chance: Random, everybody: list[PersonId], day: date) -> None:
    several = service.page(session, Wanted(on=TODAY), size=500)
    try:
        match chance.randrange(5):
            case 0:
                service.join(session, chance.choice(everybody), kind="member", signed_on=day, at=NOW, by=None)
            case 1 if several:
                one = chance.choice(several)
                service.resign(session, one.id, on=day, reason=LeaveReason.MONEY, note="", at=NOW)
            case 2 if several:
                service.share(session, chance.choice(several).id, chance.choice(everybody), since_on=day, at=NOW)
            case 3 if several:
                service.reopen(session, chance.choice(several).id)
            case 4 if several and any(kind.code == "reduced" for kind in service.kinds(session)):
                service.change_kind(session, chance.choice(several).id, "reduced", from_on=day)
    except (AlreadyMember, MembershipOver):
        return


def _free(session: Session, day: date) -> set[int]:
    """The memberships that ask no fee on a day, one by one."""
    rates = [rate for kind in service.kinds(session) for rate in kind.rates]
    return {
        row.id
        for row in session.scalars(select(MembershipRow))
        if rules.is_free(store.terms(session, row.id), rates, signed_on=row.signed_on, on=day)
    }


def _by_the_rules(session: Session, day: date, grace: int) -> set[int]:
    """Each membership on its own, by its fees one by one, and those who have none yet."""
    paid: dict[int, list[Fee]] = {}
    for fee in session.execute(selects.fees()):
        one = Fee(
            line_id=fee.line_id,
            gift_id=fee.gift_id,
            person_id=fee.person_id,
            paid_on=fee.given_on,
            cents=fee.cents,
            months=fee.months,
        )
        paid.setdefault(fee.key, []).append(one)
    ends = {row.id: row.ended_on for row in session.scalars(select(MembershipRow))}
    held = {
        key for key, fees in paid.items() if rules.is_in_force(fees, on=day, grace_months=grace, ended_on=ends.get(key))
    }
    held |= {one for one in _free(session, day) if (ended_on := ends[one]) is None or ended_on > day}
    parts = session.scalars(select(PartRow).where(PartRow.membership_id.in_(held))).all()
    shared = {
        part.person_id
        for part in parts
        if (part.since_on is None or part.since_on <= day) and (part.until_on is None or part.until_on > day)
    }
    return shared | {-key for key in held if key < 0}
