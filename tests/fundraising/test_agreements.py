"""An agreement to a file holds for those for whom it was given, and for a fortnight: of appeals and of segments."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent.model import Channel
from crm.fundraising import exporting, freezing, late, service
from crm.fundraising.model import FileForm, NewCell
from crm.privacy import limits
from crm.privacy.errors import AgreementOver
from crm.rooms import QUESTIONS
from crm.segments import leaving
from crm.segments import service as segments
from crm.values.identifiers import AccountId
from tests.conftest import NOW
from tests.fundraising.conftest import BY, appeal, decide_limit, person, segment

DAY = timedelta(days=1)


def _over(session: Session, appeal_id: int, file_id: int, at: datetime) -> bool:
    try:
        exporting.ready(session, appeal_id, file_id, at=at)  # type: ignore[arg-type] # a number is enough
    except AgreementOver:
        return True
    return False


def test_the_file_of_an_appeal_leaves_as_it_was_agreed_to(house: Assembly) -> None:
    with house.database.reading() as session:
        decide_limit(session, limits.LARGE_FILE, 4)
        for n in range(3):
            person(session, house, f"N{n}")
        made = appeal(session, NewCell(name="Tous", segment_id=segment(session, "Tous")))
        freezing.freeze(session, QUESTIONS, made.id, by=BY, at=NOW)
        [cell] = service.cells(session, made.id)
        small = exporting.ask(session, made.id, FileForm.LIST, recipient="Imprimerie", by=BY, at=NOW)
        assert [_over(session, made.id, small.id, NOW + n * DAY) for n in (0, 14, 15)] == [False, False, True]
        late.add(session, QUESTIONS, made.id, cell.id, person(session, house, "Amie"), why="Amie", by=BY, at=NOW)
        assert _over(session, made.id, small.id, NOW), "four ask for a second colleague"
        large = exporting.ask(session, made.id, FileForm.LIST, recipient="Imprimerie", by=BY, at=NOW)
        exporting.decide(session, made.id, large.id, approve=True, by=AccountId(8), at=NOW + 20 * DAY)
        assert not _over(session, made.id, large.id, NOW + 34 * DAY)
        assert _over(session, made.id, large.id, NOW + 700 * DAY)


def test_the_file_of_a_segment_leaves_as_it_was_agreed_to(house: Assembly) -> None:
    with house.database.reading() as session:
        decide_limit(session, limits.LARGE_FILE, 30)
        kept = segments.get(session, segment(session, "Tous"), by=BY)
        facts = {"purpose": "giving", "channel": Channel.POST, "recipient": "Imprimerie", "definition": "d" * 64}

        def over(agreed: int, leave: int, days: int = 0) -> bool:
            asked = leaving.ask(session, kept, people=agreed, **facts, at=NOW, by=BY)  # type: ignore[arg-type] # facts
            leaving.decide(session, kept.id, asked.id, approve=True, by=AccountId(8), at=NOW)
            at = NOW + days * DAY
            try:
                leaving.ready(session, kept, asked.id, definition="d" * 64, people=leave, at=at)
            except AgreementOver:
                return True
            return False

        assert not over(1, 21), "twenty more"
        assert over(1, 22)
        assert over(15, 30), "which asks for a second colleague, and none looked at so many"
        assert not over(300, 330)
        assert over(300, 331)
        assert not over(30, 20, days=14)
        assert over(30, 20, days=15)
