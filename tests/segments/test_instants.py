"""Instants are counted by the Belgian day, on both databases, wherever the server stands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.foundation.columns import Instant
from crm.foundation.months import brussels_day_of
from crm.segments.model import Condition, Span, Test
from crm.values.calendar import brussels_day
from tests.segments import sowing
from tests.segments.conftest import both, person

SAME_THEME = Condition(source="signature_theme", where=(Test(column="months_since", asks=Span(high=11)),))


def test_a_signature_of_new_years_night_belongs_to_the_new_year(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        one, same = sowing.petitions(session, ("torture",), ("torture",))
        pairs = {
            "a year": (datetime(2025, 1, 1, 9, tzinfo=UTC), datetime(2025, 12, 31, 23, 30, tzinfo=UTC)),
            "nearly": (datetime(2024, 12, 31, 23, 30, tzinfo=UTC), datetime(2025, 12, 31, 22, 30, tzinfo=UTC)),
            "in summer": (datetime(2024, 6, 30, 22, 30, tzinfo=UTC), datetime(2025, 6, 30, 21, 30, tzinfo=UTC)),
        }
        everyone = {name: person(session, assembly, name) for name in pairs}
        for name, several in pairs.items():
            for petition, at in zip((one, same), several, strict=True):
                sowing.sign(session, everyone[name], petition, at.date(), at)
        assert both(session, SAME_THEME, everyone) == {"nearly", "in summer"}


def test_the_belgian_day_is_the_same_in_sql(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        for turn in (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC),
                     datetime(2023, 3, 26, 1, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC),
                     datetime(2026, 7, 31, 22, tzinfo=UTC)):  # fmt: skip
            for hours in (-3, -2, -1, 0, 1, 2, 21, 22, 23):
                for moment in (turn + timedelta(hours=hours), turn + timedelta(hours=hours, seconds=-1)):
                    assert _day(session, moment) == brussels_day(moment), moment


def _day(session: Session, moment: datetime) -> date | None:
    return session.scalar(select(brussels_day_of(literal(moment, type_=Instant()))))
