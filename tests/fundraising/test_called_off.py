"""A frozen appeal counts for what left of it: before, it can be called off; after, whoever had their letter had it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import paces
from crm.consent.model import Channel, Way
from crm.consent.pace import Rhythm
from crm.fundraising import abandoning, editions, exporting, freezing, late, results, selects, service
from crm.fundraising.errors import AppealAbandoned, AppealLeft, AppealOpen, DayPassed, PlanWrong
from crm.fundraising.model import FileForm, NewCell, Reason, Waterfall, WholeAppeal
from crm.people import households
from crm.rooms import QUESTIONS
from crm.values.identifiers import SegmentId
from tests.conftest import NOW
from tests.fundraising.conftest import BY, TODAY, appeal, leaves, person, segment
from tests.segments.conftest import give

DAY = timedelta(days=1)


def _frozen(session: Session, everybody: SegmentId, code: str, *, back: int = 0, **plan: Any) -> WholeAppeal:
    """An appeal frozen so many days ago, for that day unless told otherwise."""
    told = {"planned_on": TODAY - back * DAY, "one_a_household": False, "rest_days": 0, "gift_months": 0} | plan
    made = appeal(session, NewCell(name="Tous", segment_id=everybody), code=code, **told)
    freezing.freeze(session, QUESTIONS, made.id, by=BY, at=NOW - back * DAY)
    return service.appeal(session, made.id)


def _would(session: Session, everybody: SegmentId, code: str, **plan: Any) -> Waterfall:
    told = {"one_a_household": False} | plan
    made = appeal(session, NewCell(name="Tous", segment_id=everybody), code=code, **told)
    return freezing.preview(session, QUESTIONS, made.id, at=NOW)


def test_a_frozen_appeal_is_called_off_before_anything_left_and_holds_nobody_back(house: Assembly) -> None:
    with house.database.reading() as session:
        seldom, _ = (person(session, house, name) for name in ("Rare", "Autre"))
        chosen_at = NOW - 200 * DAY
        paces.declare(session, house.sealer, person_id=seldom, pause_until_on=None, rhythm=Rhythm.QUARTERLY,
                      way=Way.STAFF, at=chosen_at, channel=Channel.POST)  # fmt: skip
        everybody = segment(session, "Tous")
        wrong = _frozen(session, everybody, "P1")
        held = _would(session, everybody, "P2", yearly_most=1)
        assert dict(held.excluded) == {Reason.GATE: 1, Reason.ENOUGH: 1}
        with pytest.raises(PlanWrong):
            abandoning.abandon(session, wrong.id, why=" ", by=BY, at=NOW)
        asked = exporting.ask(session, wrong.id, FileForm.LIST, recipient="Imprimerie", by=BY, at=NOW)
        abandoning.abandon(session, wrong.id, why="Mauvais  segment", by=BY, at=NOW)
        found = service.appeal(session, wrong.id)
        assert (found.abandoned_at, found.abandoned_by, found.abandoned_why) == (NOW, BY, "Mauvais segment")
        free = _would(session, everybody, "P3", yearly_most=1)
        assert (free.mailed, dict(free.excluded)) == (2, {})
        [cell] = service.cells(session, wrong.id)
        with pytest.raises(AppealAbandoned):
            exporting.ready(session, wrong.id, asked.id, at=NOW)
        with pytest.raises(AppealAbandoned):
            late.add(session, QUESTIONS, wrong.id, cell.id, seldom, why="Amie", by=BY, at=NOW)
        with pytest.raises(AppealAbandoned):
            abandoning.abandon(session, wrong.id, why="Encore", by=BY, at=NOW)
        assert editions.source_codes(session, wrong.id, None)[0] == ()
        assert results.of(session, found, on=TODAY).mailed == 0
        assert wrong.id not in results.frozen_days(session)
        assert service.waterfall(session, wrong.id) is not None

        plan = appeal(session, code="P4")
        with pytest.raises(AppealOpen):
            abandoning.abandon(session, plan.id, why="Trop tôt", by=BY, at=NOW)
        sent = _frozen(session, everybody, "P5")
        leaves(session, sent)
        with pytest.raises(AppealLeft):
            abandoning.abandon(session, sent.id, why="Trop tard", by=BY, at=NOW)


def test_who_is_taken_out_after_their_letter_left_was_asked(house: Assembly) -> None:
    with house.database.reading() as session:
        before, after = (person(session, house, name) for name in ("Avant", "Apres"))
        everybody = segment(session, "Tous")
        made = _frozen(session, everybody, "P1", back=5)
        late.take_out(session, made.id, before, why="Pas elle", by=BY, at=NOW - 5 * DAY)
        leaves(session, made, at=NOW - 4 * DAY)
        late.take_out(session, made.id, after, why="Nous l’a demandé", by=BY, at=NOW - 3 * DAY)
        assert dict(_would(session, everybody, "P2").excluded) == {Reason.ASKED_RECENTLY: 1}
        assert dict(session.execute(selects.asked_by_appeal()).all()) == {made.id: 1}
        [one] = results.of(session, service.appeal(session, made.id), on=TODAY).answered
        assert one.mailed == 1


def test_an_appeal_counts_from_the_day_it_left_and_is_frozen_for_no_day_of_the_past(house: Assembly) -> None:
    with house.database.reading() as session:
        ana = person(session, house, "Silva")
        everybody = segment(session, "Tous")
        past = appeal(session, NewCell(name="Tous", segment_id=everybody), code="P0", planned_on=TODAY - DAY)
        with pytest.raises(DayPassed):
            freezing.freeze(session, QUESTIONS, past.id, by=BY, at=NOW)
        made = _frozen(session, everybody, "P1", back=30)
        leaves(session, made, at=NOW - 10 * DAY)
        near = _would(session, everybody, "P2", planned_on=TODAY + 45 * DAY)
        assert dict(near.excluded) == {Reason.ASKED_RECENTLY: 1}
        give(session, house, ana, 4000, TODAY - 20 * DAY)
        found = results.of(session, service.appeal(session, made.id), on=TODAY)
        assert (found.mailed, found.window_gifts, found.until_on) == (1, 0, TODAY)
        assert results.frozen_days(session) == {made.id: TODAY - 10 * DAY}


def test_a_gift_without_a_code_answers_the_last_appeal_that_reached_its_giver(house: Assembly) -> None:
    """And one of whoever lives with them, where each home gets one letter."""
    with house.database.reading() as session:
        ana, paul = (person(session, house, name) for name in ("Silva", "Leroy"))
        households.found(session, [ana, paul], at=NOW - 90 * DAY)
        give(session, house, paul, 50000, TODAY - 400 * DAY)
        everybody = segment(session, "Tous")
        first, second = (
            _frozen(session, everybody, code, back=back, one_a_household=True)
            for code, back in (("P1", 40), ("P2", 20))
        )
        for made, back in ((first, 40), (second, 20)):
            [letter] = exporting.recipients(session, made.id)
            assert (letter.person_id, letter.asks[-1]) == (paul, 50000), "whoever gave, not whom we know longest"
            leaves(session, made, at=NOW - back * DAY)
        give(session, house, ana, 1000, TODAY - 30 * DAY)
        give(session, house, ana, 4000, TODAY - 10 * DAY)
        told = [results.of(session, service.appeal(session, one.id), on=TODAY) for one in (first, second)]
        assert [(one.window_gifts, one.window_cents, one.cents) for one in told] == [(1, 1000, 0), (1, 4000, 0)]


def test_what_bears_a_code_is_told_though_nobody_stands_behind_it_any_more(house: Assembly) -> None:
    with house.database.reading() as session:
        ana = person(session, house, "Silva")
        made = _frozen(session, segment(session, "Tous"), "P1")
        late.take_out(session, made.id, ana, why="Pas elle", by=BY, at=NOW)
        leaves(session, made, at=NOW + DAY)
        give(session, house, ana, 4000, TODAY, source_code="NOEL26-P1-A-01")
        found = results.of(session, service.appeal(session, made.id), on=TODAY + DAY)
        [one] = found.answered
        assert (one.mailed, one.people, found.cents) == (0, 1, 4000)
