"""Letters, what an agency reported and files of segments, killed in the middle: done whole, once, or begun again."""

from __future__ import annotations

from random import Random

import pytest
from sqlalchemy import func, select

from crm.assembly import Assembly
from crm.care.tables import InteractionRow
from crm.consent.model import Channel
from crm.fundraising import calls, exporting, freezing, service
from crm.fundraising.call_model import ReportState
from crm.fundraising.errors import FileUndecided
from crm.fundraising.model import FileForm, FileState, NewCell
from crm.fundraising.tables import CallResultRow
from crm.rooms import QUESTIONS
from crm.segments import leaving
from crm.segments import service as segments
from crm.segments.errors import ExportUndecided
from crm.segments.model import Definition, ExportState
from crm.segments.tables import SegmentExportPersonRow
from crm.values.identifiers import AccountId
from tests import victims
from tests.conftest import NOW
from tests.fundraising.conftest import ASKING, BY, EVERYBODY, appeal, crowd, person, segment
from tests.fundraising.test_calls import called, read
from tests.killing import killed

POST = Channel.POST


def test_letters_that_are_killed_while_they_are_set_never_left_and_are_set_again(house: Assembly) -> None:
    with house.database.transaction() as session:
        crowd(session, house, Random(4), size=26)
        cell = NewCell(name="Tous", segment_id=segment(session, "Tous"))
        made = appeal(session, cell, letter="Merci.").id
        freezing.freeze(session, QUESTIONS, made, by=None, at=NOW)
        rows = sum(service.standing(session, made).values())
        asked = exporting.ask(session, made, FileForm.LETTERS, by=AccountId(7), at=NOW)
    for after in (0.0, 0.2):
        killed(house.settings, victims.print_letters, made, asked.id, after=after)
        with house.database.reading() as session:
            [file] = exporting.files(session, made)
        assert (file.state, file.rows) in ((FileState.APPROVED, None), (FileState.MADE, rows))
        if file.state is FileState.MADE:
            break
    else:
        victims.print_letters(house, made, asked.id)
    with house.database.reading() as session:
        [file] = exporting.files(session, made)
    told = [part["rows"] for part in file.parts]
    assert (file.state, file.rows, sum(map(int, map(str, told)))) == (FileState.MADE, rows, rows)
    with pytest.raises(FileUndecided):
        victims.print_letters(house, made, asked.id)


def test_what_an_agency_reported_is_done_once_line_by_line_wherever_it_is_killed(assembly: Assembly) -> None:
    house = assembly
    with house.database.transaction() as session:
        appeal_id, _ = called(session, house)
        report, _ = read(
            session, appeal_id, *((str(n), "", "joint") for n in range(1, 6)), ("6", "", "ne plus appeler")
        )
        calls.start(session, appeal_id, report.id, by=BY, at=NOW)
    row = CallResultRow
    for after in (0.0, 0.02, 0.05):
        killed(house.settings, victims.report_calls, appeal_id, report.id, after=after)
        with house.database.reading() as session:
            done = session.scalar(select(func.count(row.done_at)))
            assert session.scalar(select(func.count()).select_from(InteractionRow)) == done
    victims.report_calls(house, appeal_id, report.id)
    victims.report_calls(house, appeal_id, report.id)
    with house.database.reading() as session:
        assert session.scalar(select(func.count(row.done_at))) == 6
        assert session.scalar(select(func.count()).select_from(InteractionRow)) == 6
        assert calls.report(session, appeal_id, report.id).state is ReportState.APPLIED


def test_the_file_of_a_segment_that_is_killed_never_left_and_leaves_once(house: Assembly) -> None:
    with house.database.transaction() as session:
        for n in range(12):
            person(session, house, f"N{n}")
        kept = segments.get(session, segment(session, "Tous", EVERYBODY), by=BY)
        question = segments.question(session, QUESTIONS, [kept.tree], at=NOW)
        asked = leaving.ask(
            session, kept, people=12, purpose=ASKING, channel=POST, recipient="Imprimerie", at=NOW, by=BY,
            definition=segments.fingerprint(Definition(tree=kept.tree), question),
        )  # fmt: skip
        leaving.decide(session, kept.id, asked.id, approve=True, by=AccountId(8), at=NOW)
    count = select(func.count()).select_from(SegmentExportPersonRow)
    for after in (0.0, 0.02):
        killed(house.settings, victims.carry_segment, kept.id, asked.id, after=after)
        with house.database.reading() as session:
            [file] = leaving.files(session, kept.id)
            whole = (file.state, session.scalar(count))
        assert whole in ((ExportState.APPROVED, 0), (ExportState.MADE, 12))
        if file.state is ExportState.MADE:
            break
    else:
        victims.carry_segment(house, kept.id, asked.id)
    with pytest.raises(ExportUndecided):
        victims.carry_segment(house, kept.id, asked.id)
    with house.database.reading() as session:
        [file] = leaving.files(session, kept.id)
        assert (file.state, file.people, session.scalar(count)) == (ExportState.MADE, 12, 12)
