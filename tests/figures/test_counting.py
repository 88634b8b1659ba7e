"""The clock counts figures, in an empty house too, and no more often than it should."""

from __future__ import annotations

from datetime import timedelta

from crm.assembly import Assembly
from crm.figures import service
from crm.figures.model import Part
from jobs import count_figures
from tests.conftest import NOW


def test_everything_is_counted_once_an_hour_and_when_somebody_asks(assembly: Assembly) -> None:
    def run(minutes: int) -> int:
        return int(count_figures.run(assembly, NOW + timedelta(minutes=minutes))["counted"])

    assert [run(0), run(1), run(61)] == [len(Part), 0, len(Part)]
    with assembly.database.transaction() as session:
        service.ask(session, at=NOW + timedelta(minutes=62))
    with assembly.database.reading() as session:
        last = service.last(session)
        assert last is not None
        assert last.is_asked
        assert (last.counted_at, set(service.sheets(session, *Part))) == (NOW + timedelta(minutes=61), set(Part))
    assert [run(63), run(64)] == [len(Part), 0]
