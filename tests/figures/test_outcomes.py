"""What came of appeals: counted by the clock, kept with its hour, begun at the freeze."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from crm.assembly import Assembly
from crm.donations import corrections, recoding
from crm.donations import service as donations
from crm.donations.tables import GiftRow
from crm.figures import outcome_json, outcomes, rules
from crm.figures.model import Count
from crm.fundraising import freezing, results, store
from crm.fundraising import rules as appeal_rules
from crm.fundraising.model import Arms, Lift, NewCell
from crm.fundraising.outcome_model import Answered, Promises, Results
from crm.rooms import QUESTIONS
from crm.values.identifiers import AccountId, AppealId, CellId, GiftId
from jobs import count_appeals
from tests.conftest import NOW
from tests.fundraising.conftest import BY, TODAY, appeal, furnish, half, leaves, person, segment
from tests.segments.conftest import give


def test_an_appeal_is_counted_when_a_gift_of_it_came_and_else_each_hour(
    assembly: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the freeze nought is kept, which is what a count finds then; a gift of another appeal is none of its."""
    monkeypatch.setattr(appeal_rules, "FEWEST", 2)
    with assembly.database.transaction() as session:
        furnish(session)
        several = [person(session, assembly, f"N{n}") for n in range(24)]
        cells = [NewCell(name="Moitié", segment_id=segment(session, "Moitié", half("x")), rival="B", rival_share=500),
                 NewCell(name="Tous", segment_id=segment(session, "Tous"), control_share=400)]  # fmt: skip
        made = appeal(session, *cells, one_a_household=False, planned_on=TODAY, gift_months=0, rest_days=0)
        later = appeal(session, cells[1], code="P2", one_a_household=False, planned_on=TODAY + timedelta(days=40),
                       gift_months=0, rest_days=0)  # fmt: skip
        for one in (made, later):
            frozen = freezing.freeze(session, QUESTIONS, one.id, by=BY, at=NOW)
            outcomes.begin(session, one.id, frozen, at=NOW)
            begun, counted = outcomes.find(session, one.id), results.of(session, one, on=TODAY)
            assert begun is not None
            assert begun.results == counted
            assert (counted.gifts, counted.mailed, counted.lift) == (0, 0, None)
            leaves(session, one)
            found = results.of(session, one, on=TODAY)
            assert (found.gifts, found.lift) == (0, Lift(cents=0, low_cents=0, high_cents=0))

    def run(minutes: int) -> int:
        return int(count_appeals.run(assembly, NOW + timedelta(minutes=minutes))["counted"])

    def told(appeal_id: AppealId) -> tuple[int, int]:
        with assembly.database.reading() as session:
            found = outcomes.find(session, appeal_id)
        assert found is not None
        return found.results.gifts, int((found.count.counted_at - NOW).total_seconds() / 60)

    assert run(1) == 0
    with assembly.database.transaction() as session:
        rows = [store.recipient(session, made.id, who) for who in several]
        code = next(row.source_code for row in rows if row is not None and row.source_code)
        give(session, assembly, several[0], 4000, TODAY, source_code=code)
    assert (run(2), told(made.id), told(later.id)) == (1, (1, 2), (0, 0))
    with assembly.database.transaction() as session:
        give(session, assembly, several[1], 1000, TODAY - timedelta(days=1))
    assert run(3) == 0, "a day before it began"
    assert run(62) == 1
    assert told(later.id) == (0, 0), "which is not open yet"
    with assembly.database.transaction() as session:
        outcomes.ask(session, later.id, at=NOW + timedelta(minutes=63))
        waiting = outcomes.find(session, later.id)
        assert waiting is not None
        assert waiting.count.is_asked
    assert (run(64), run(65), told(later.id)) == (1, 0, (0, 64))

    # No money moves where a gift becomes somebody else's, or bears another code: it is counted anew all the same.
    with assembly.database.transaction() as session:
        gift_id = session.scalar(select(GiftRow.id).where(GiftRow.source_code == code))
        assert gift_id is not None
        outsider = person(session, assembly, "Ailleurs")
        at = NOW + timedelta(minutes=80)
        donations.move(session, GiftId(gift_id), outsider, reason="Compte joint", at=at, by=BY)
    assert (run(81), run(83), told(made.id)) == (1, 0, (1, 81))
    with assembly.database.transaction() as session:
        at = NOW + timedelta(minutes=90)
        asked = recoding.ask(session, GiftId(gift_id), "", reason="Mal lu", at=at, by=BY)
        corrections.decide(session, assembly.sealer, asked, agreed=True, at=at, by=AccountId(8))
    assert (run(91), run(93), told(made.id)) == (1, 0, (0, 91))


def test_how_often_an_appeal_is_counted() -> None:
    def last(minutes: int, *, took: int = 0, asked: bool = False) -> Count:
        return Count(counted_at=NOW - timedelta(minutes=minutes), milliseconds=took, is_asked=asked)

    assert rules.is_outcome_due(None, NOW, is_open=False)
    assert [rules.is_outcome_due(last(n), NOW, is_open=True) for n in (59, 60)] == [False, True]
    assert [rules.is_outcome_due(last(n), NOW, is_open=False) for n in (60, 60 * 24 * 7)] == [False, True]
    assert rules.is_outcome_due(last(1, took=10_000, asked=True), NOW, is_open=True), "ten seconds, at the next turn"
    assert not rules.is_outcome_due(last(1, took=30_000, asked=True), NOW, is_open=True)
    assert not rules.is_outcome_due(last(60, took=90_000), NOW, is_open=True), "a sixtieth of the time"


def test_what_is_kept_of_an_appeal_is_what_was_counted() -> None:
    arms, lift = Arms(people=200, cents=4000, squares=1234.5), Lift(cents=3, low_cents=-1, high_cents=7)
    found = Results(
        until_on=date(2026, 3, 1),
        answered=(
            Answered(cell_id=CellId(1), package="A", mailed=2, people=1, gifts=1, cents=3, window_gifts=0,
                             window_cents=0),
        ),
        cost_cents=5, paid_back_on=date(2026, 2, 3), mailed_arm=arms, control_arm=arms, lift=lift, opt_outs=1,
        promises=Promises(begun=1, raised=2, cents=3, mailed_arm=arms, control_arm=arms, lift=None),
    )  # fmt: skip
    assert outcome_json.from_json(outcome_json.as_json(found)) == found
