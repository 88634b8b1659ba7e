"""The results of one appeal, reckoned by hand: every figure of its page."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm.assembly import Assembly
from crm.consent import service as consent
from crm.consent.model import Act, Channel, NewAct, Way
from crm.consent.policy import EVERYWHERE
from crm.donations import appeals
from crm.donations.model import GiftKind
from crm.fundraising import codes, freezing, results, rules, store
from crm.fundraising.model import Arm, Lift, NewCell
from crm.rooms import QUESTIONS
from tests.conftest import NOW
from tests.fundraising.conftest import ASKING, BY, TODAY, appeal, leaves, person, segment
from tests.segments.conftest import give

CODE = "NOEL26-P1-A-01"
START = TODAY - timedelta(days=120)


def test_each_figure_of_an_appeal_is_the_one_reckoned_by_hand(house: Assembly, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight are asked, four left alone; 100 € for the whole and 20 € for the code.

    | who | day | euros | code |      Asked, one-off within 90 days: 50, 50, 40 and five times 0: mean 17.50,
    |---|---|---|---|                 squares 2500 + 2500 + 1600 = 6600, variance (6600 - 8 x 306.25) / 7 = 592.857,
    | a | 0 | 30 | yes |              of the mean 74.107.
    | c | 10 | 40 | no |              Left alone: 20 and three times 0: mean 5, variance (400 - 4 x 25) / 3 = 100,
    | b | 40 | 50 | yes |             of the mean 25.
    | a | 60 | 20 | yes |             Lift 12.50, give or take 1.96 x sqrt(99.107) = 19.512: from -7.01 to 32.01.
    | d | 20 | 10 | instalment |      By the code 30 + 50 + 20 = 100 by 3 gifts, 33.33 on average, and 10 + 10 + 10 of a
    | a | 70..72 | 10 | yes, same |   regular gift: 130; 120 / 130 = 92 cents a euro; (130 - 120) / 120 = 8.3 %; 30, 80,
    | e | 100 | 999 | no, too late |  100, 110, 120: covered on day 71. Without a code 40.
    | z | 5 | 20 | left alone |       Two of eight answered: 25 %.
    """
    with house.database.transaction() as session:
        made = appeal(session, NewCell(name="Tous", segment_id=segment(session, "Tous")), planned_on=START,
                      cost_cents=10000, one_a_household=False)  # fmt: skip
        several = [person(session, house, f"N{n}") for n in range(12)]
        freezing.freeze(session, QUESTIONS, made.id, by=BY, at=NOW - timedelta(days=120))
        for who in several[8:]:
            row = store.recipient(session, made.id, who)
            assert row is not None
            row.arm = Arm.CONTROL
        leaves(session, made, at=NOW - timedelta(days=120))
        codes.price(session, made.id, whole_cents=10000, costs={CODE: 2000})
        a, b, c, d, e, z = (several[n] for n in (0, 1, 2, 3, 4, 8))
        for who, day, euros, code in ((a, 0, 30, CODE), (c, 10, 40, ""), (b, 40, 50, CODE), (a, 60, 20, CODE),
                                      (e, 100, 999, ""), (z, 5, 20, "")):  # fmt: skip
            give(session, house, who, 100 * euros, START + timedelta(days=day), source_code=code)
        give(session, house, d, 1000, START + timedelta(days=20), kind=GiftKind.INSTALMENT)
        for day in (70, 71, 72):
            give(session, house, a, 1000, START + timedelta(days=day), kind=GiftKind.INSTALMENT, source_code=CODE)
        for who in (several[5], several[9]):
            no = NewAct(person_id=who, purpose=ASKING, channel=Channel.POST, address_key=EVERYWHERE,
                        act=Act.OBJECTED, way=Way.STAFF, occurred_at=NOW - timedelta(days=115))  # fmt: skip
            consent.record(session, house.sealer, no, at=NOW)
        end = TODAY

        assert results.of(session, made, on=end).lift is None, "four are too few to claim anything"
        monkeypatch.setattr(rules, "FEWEST", 4)
        found = results.of(session, made, on=end)
        [answered] = found.answered
        assert (found.mailed, found.people, answered.gifts, answered.regular_gifts) == (8, 2, 3, 3)
        assert (found.cents, found.one_off_cents // found.gifts) == (13000, 3333), "what is given regularly apart"
        assert (found.window_gifts, found.window_cents) == (1, 4000)
        assert appeals.costs(session)[made.id] == found.cost_cents == 12000
        assert found.cost_per_euro_cents == 92
        assert found.gain == pytest.approx(1 / 12)
        assert found.paid_back_on == START + timedelta(days=71)
        assert found.until_on == START + timedelta(days=90)
        assert found.lift == Lift(cents=1250, low_cents=-701, high_cents=3201)
        assert not found.lift.is_clear
        assert found.opt_outs == 1, "whoever was left alone was put off by nothing"
        assert (found.promises.begun, found.promises.cents) == (0, 0)
        [priced] = codes.catalogue(session)
        told = (priced.brought.cents, priced.brought.cost_cents, priced.brought.cents_an_euro, priced.paid_back_on)
        assert told == (found.cents, found.cost_cents, found.cost_per_euro_cents, found.paid_back_on)
