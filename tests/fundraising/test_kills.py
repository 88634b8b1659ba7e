"""A freeze that is killed anywhere, or done by two at once, leaves an appeal as it was, or frozen whole, once.

Two appeals frozen at once ask nobody twice.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.donations import appeals
from crm.foundation import print_files
from crm.fundraising import exporting, freezing, rules, service
from crm.fundraising.errors import AppealFrozen, FileUndecided, NobodyToAsk
from crm.fundraising.model import Arm, FileForm, FileState, NewCell
from crm.fundraising.tables import LeftOutRow, RecipientRow
from crm.people.tables import PersonRow
from crm.rooms import QUESTIONS
from crm.values.identifiers import AccountId, AppealId, PersonId
from tests import victims
from tests.conftest import NOW
from tests.donations.test_two_at_once import at_once
from tests.fundraising.conftest import appeal, crowd, object_to, segment
from tests.killing import killed


def _freeze(house: Assembly, appeal_id: AppealId) -> None:
    with house.database.transaction() as session:
        freezing.freeze(session, house.questions, appeal_id, by=None, at=NOW)


def _planned(house: Assembly) -> AppealId:
    with house.database.transaction() as session:
        crowd(session, house, Random(4), size=26)
        return appeal(session, NewCell(name="Tous", segment_id=segment(session, "Tous"), control_share=200)).id


def _counts(house: Assembly, appeal_id: AppealId) -> tuple[int, int, int]:
    with house.database.reading() as session:
        people, left_out = (session.scalar(select(func.count()).select_from(row)) for row in (RecipientRow, LeftOutRow))
        letters = {rules.communication(appeal_id, seq).digits for seq in range(1, 20)}
        return people or 0, left_out or 0, len(appeals.printed(session, letters))


def test_a_freeze_that_is_killed_is_whole_or_never_was(house: Assembly) -> None:
    appeal_id = _planned(house)
    with house.database.reading() as session:
        would = freezing.preview(session, QUESTIONS, appeal_id, at=NOW)
    whole = would.mailed + would.control, sum(would.excluded.values()), would.mailed
    assert min(whole) > 0
    for kill in range(2):
        killed(house.settings, _freeze, appeal_id, after=0.3 * kill)
        with house.database.reading() as session:
            is_frozen = service.appeal(session, appeal_id).frozen_at is not None
        assert _counts(house, appeal_id) == (whole if is_frozen else (0, 0, 0))
        if is_frozen:
            break
    else:
        _freeze(house, appeal_id)
    assert _counts(house, appeal_id) == whole
    with pytest.raises(AppealFrozen):
        _freeze(house, appeal_id)
    assert _counts(house, appeal_id) == whole


def test_a_file_that_is_killed_while_it_is_written_never_left_and_is_made_again(
    house: Assembly, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what was on the way to the workbook nothing stays either, once the clock has come by."""
    appeal_id = _planned(house)
    _freeze(house, appeal_id)
    with house.database.transaction() as session:
        rows = sum(service.standing(session, appeal_id).values())
        asked = exporting.ask(session, appeal_id, FileForm.LIST, recipient="Imprimerie", by=AccountId(7), at=NOW)
    for after in (0.0, 0.01, 0.03):
        killed(house.settings, victims.carry_off, appeal_id, asked.id, after=after)
        with house.database.reading() as session:
            [file] = exporting.files(session, appeal_id)
        assert (file.state, file.rows) in ((FileState.APPROVED, None), (FileState.MADE, rows))
        if file.state is FileState.MADE:
            break
    else:
        victims.carry_off(house, appeal_id, asked.id)
    with house.database.reading() as session:
        [file] = exporting.files(session, appeal_id)
    assert (file.state, file.rows, len(file.parts)) == (FileState.MADE, rows, 3)
    with pytest.raises(FileUndecided):
        victims.carry_off(house, appeal_id, asked.id)
    monkeypatch.setattr(print_files, "FOLDER", tmp_path / "sheets")
    sheet = print_files.Sheet(io.BytesIO(), ("nom",), name="adresses")
    sheet.add(["Silva"])
    [own] = (tmp_path / "sheets").iterdir()
    assert list(own.iterdir())
    sheet.close()
    assert not own.exists()
    own.mkdir()
    (own / "half").write_text("Silva")
    now = datetime.now(UTC)
    assert [print_files.sweep(now - timedelta(hours=6)), print_files.sweep(now + timedelta(hours=6))] == [0, 1]
    assert not list((tmp_path / "sheets").iterdir())


def test_two_freezes_at_once_are_one(house: Assembly) -> None:
    appeal_id = _planned(house)

    def freeze(session: object) -> None:
        freezing.freeze(session, QUESTIONS, appeal_id, by=None, at=NOW)  # type: ignore[arg-type] # a session

    wrong = at_once(house, freeze, freeze)
    assert [type(one) for one in wrong] == [AppealFrozen]
    people, _, letters = _counts(house, appeal_id)
    assert people >= letters > 0


def test_two_appeals_frozen_at_once_ask_nobody_twice(house: Assembly) -> None:
    """Each rests whom the other asks, though neither was there when the other began."""
    with house.database.transaction() as session:
        crowd(session, house, Random(4), size=26)
        everybody = NewCell(name="Tous", segment_id=segment(session, "Tous"))
        first, second = (appeal(session, everybody, code=code).id for code in ("P1", "P2"))
        would = freezing.preview(session, QUESTIONS, first, at=NOW).mailed

    def freeze(appeal_id: AppealId) -> Callable[[Session], object]:
        return lambda session: freezing.freeze(session, QUESTIONS, appeal_id, by=None, at=NOW)

    wrong = at_once(house, freeze(first), freeze(second))
    with house.database.reading() as session:
        asked = session.scalars(select(RecipientRow.person_id)).all()
    assert len(asked) == len(set(asked)) == would > 0
    assert [type(one) for one in wrong] == [NobodyToAsk]


def test_what_is_counted_is_what_was_written_down(house: Assembly) -> None:
    """Somebody says no while the roll is read: whichever side of it they fall on, the sums agree with the rows."""
    appeal_id = _planned(house)
    late: list[str] = []
    with house.database.reading() as session:
        of_house = session.scalars(select(PersonRow.id)).all()

    def say_no(_: object, __: object, statement: str, *___: object) -> None:
        if "INSERT INTO appeal_draft" in statement and not late and not house.database.is_sqlite:
            late.append(statement)
            with house.database.transaction() as other:
                for number in of_house:
                    object_to(other, house, PersonId(number))

    event.listen(house.database.engine, "after_cursor_execute", say_no)
    try:
        _freeze(house, appeal_id)
    finally:
        event.remove(house.database.engine, "after_cursor_execute", say_no)
    assert bool(late) is not house.database.is_sqlite
    with house.database.reading() as session:
        kept = service.waterfall(session, appeal_id)
        assert kept is not None
        row = RecipientRow
        people = session.scalar(select(func.count()).where(row.appeal_id == appeal_id, row.arm == Arm.MAILED))
        left_out = session.scalar(select(func.count()).where(LeftOutRow.appeal_id == appeal_id))
        assert (kept.mailed, sum(kept.excluded.values())) == (people, left_out)
        assert people
