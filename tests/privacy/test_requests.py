"""What people ask about their data: one month, asked twice is once, a no says why."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.foundation.database import Database
from crm.privacy import rules
from crm.privacy import service as privacy
from crm.privacy.errors import RequestClosed, RequestMissing
from crm.privacy.model import Counts, RequestKind, RequestState, RequestWay
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, PersonId
from tests.conftest import NOW

SHE = PersonId(7)


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2200, 1, 1)), st.integers(1, 36))
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(day: date, months: int) -> None:
    later = rules.months_later(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


def test_a_request_of_the_last_of_january_is_due_on_the_last_of_february() -> None:
    assert rules.due_on(date(2027, 1, 31)) == date(2027, 2, 28)
    assert rules.due_on(date(2027, 1, 31), is_extended=True) == date(2027, 4, 30)


def test_asking_twice_is_asking_once_until_it_is_answered(database: Database) -> None:
    with database.transaction() as session:
        first = privacy.request(
            session, person_id=SHE, kind=RequestKind.ACCESS, way=RequestWay.WEB, at=NOW, words=" Que savez-vous ? "
        )
        again = privacy.request(
            session, person_id=SHE, kind=RequestKind.ACCESS, way=RequestWay.EMAIL, at=NOW + timedelta(days=9)
        )
        assert again == first
        assert (first.due_on, first.words) == (date(2026, 12, 23), "Que savez-vous ?")
        assert privacy.counts(session, date(2026, 12, 23)) == Counts(open=1, late=0)
        assert privacy.counts(session, date(2026, 12, 24)) == Counts(open=1, late=1)
        answered = privacy.close(
            session, first.id, state=RequestState.ANSWERED, outcome="envoyé", by=AccountId(3), at=NOW
        )
        assert (answered.state, answered.closed_at, answered.closed_by) == (RequestState.ANSWERED, NOW, 3)
        other = privacy.request(session, person_id=SHE, kind=RequestKind.ACCESS, way=RequestWay.WEB, at=NOW)
        assert other.id != first.id
        assert privacy.waiting(session) == (other,)
        assert privacy.closed(session) == (answered,)
        assert {one.id for one in privacy.requests_of(session, [SHE])} == {first.id, other.id}


def test_more_time_and_a_no_both_need_their_reason(database: Database) -> None:
    with database.transaction() as session:
        asked = privacy.request(session, person_id=SHE, kind=RequestKind.ERASURE, way=RequestWay.LETTER, at=NOW)
        with pytest.raises(Invalid):
            privacy.extend(session, asked.id, outcome=" ")
        with pytest.raises(Invalid):
            privacy.close(session, asked.id, state=RequestState.DECLINED, outcome="", by=None, at=NOW)
        with pytest.raises(Invalid):
            privacy.close(session, asked.id, state=RequestState.OPEN, outcome="x", by=None, at=NOW)
        longer = privacy.extend(session, asked.id, outcome="beaucoup de pièces")
        assert (longer.due_on, longer.is_extended) == (date(2027, 2, 23), True)
        privacy.close(session, asked.id, state=RequestState.DECLINED, outcome="la loi", by=None, at=NOW)
        with pytest.raises(RequestClosed):
            privacy.extend(session, asked.id, outcome="encore")
        with pytest.raises(RequestMissing):
            privacy.extend(session, 999, outcome="encore")
