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
from tests.fundraising.conftest import ASKING, BY, TODAY, appeal, person, segment
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
    | d | 20 | 10 | instalment |      Received 30 + 40 + 50 + 20 = 140 by 4 gifts: 35 on average; 120 / 140 = 86 cents
    | e | 100 | 999 | no, too late |  a euro; (140 - 120) / 120 = 16.7 %; 30, 70, 120: covered on day 40.
    | z | 5 | 20 | left alone |       Two of eight answered: 25 %.
    """
    with house.database.transaction() as session:
        made = appeal(session, NewCell(name="Tous", segment_id=segment(session, "Tous")), planned_on=START,
                      cost_cents=10000, one_a_household=False)  # fmt: skip
        several = [person(session, house, f"N{n}") for n in range(12)]
        freezing.freeze(session, QUESTIONS, made.id, by=BY, at=NOW)
        for who in several[8:]:
            row = store.recipient(session, made.id, who)
            assert row is not None
            row.arm = Arm.CONTROL
        session.flush()
        codes.price(session, made.id, whole_cents=10000, costs={CODE: 2000})
        a, b, c, d, e, z = (several[n] for n in (0, 1, 2, 3, 4, 8))
        for who, day, euros, code in ((a, 0, 30, CODE), (c, 10, 40, ""), (b, 40, 50, CODE), (a, 60, 20, CODE),
                                      (e, 100, 999, ""), (z, 5, 20, "")):  # fmt: skip
            give(session, house, who, 100 * euros, START + timedelta(days=day), source_code=code)
        give(session, house, d, 1000, START + timedelta(days=20), kind=GiftKind.INSTALMENT)
        for who in (several[5], several[9]):
            no = NewAct(person_id=who, purpose=ASKING, channel=Channel.POST, address_key=EVERYWHERE,
                        act=Act.OBJECTED, way=Way.STAFF, occurred_at=NOW - timedelta(days=115))  # fmt: skip
            consent.record(session, house.sealer, no, at=NOW)
        end = TODAY

        assert results.of(session, made, on=end).lift is None, "four are too few to claim anything"
        monkeypatch.setattr(rules, "FEWEST", 4)
        found = results.of(session, made, on=end)
        [answered] = found.answered
        assert (found.mailed, found.people, answered.gifts, answered.window_gifts) == (8, 2, 3, 1)
        assert (found.cents, found.gifts, found.cents // found.gifts) == (14000, 4, 3500)
        assert appeals.costs(session)[made.id] == found.cost_cents == 12000
        assert found.cost_per_euro_cents == 86
        assert found.gain == pytest.approx(1 / 6)
        assert found.paid_back_on == START + timedelta(days=40)
        assert found.until_on == START + timedelta(days=90)
        assert found.lift == Lift(cents=1250, low_cents=-701, high_cents=3201)
        assert not found.lift.is_clear
        assert found.opt_outs == 1, "whoever was left alone was put off by nothing"
        assert (found.promises.begun, found.promises.cents) == (0, 0)
        [priced] = codes.catalogue(session)
        assert (priced.brought.cents, priced.brought.cost_cents, priced.brought.cents_an_euro) == (10000, 12000, 120)
        assert priced.paid_back_on is None, "of gifts with the code alone, 100 € of 120 €"
