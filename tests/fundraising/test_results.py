"""What came of an appeal: like is compared with like, and files that left keep counting whom they went to."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from tempfile import TemporaryFile
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.fundraising import exporting, freezing, late, results, rules, service, store
from crm.fundraising.model import Arm, FileForm, Kind, NewCell, WholeAppeal
from crm.people import service as people
from crm.plans.model import EventKind
from crm.plans.tables import PlanEventRow
from crm.rooms import QUESTIONS
from crm.segments.model import Condition, Definition, Test, Words
from crm.segments.selects import Question, members
from crm.values.identifiers import PersonId
from tests.conftest import NOW
from tests.fundraising.conftest import BY, TODAY, appeal, leaves, object_to, person, segment
from tests.segments import sowing
from tests.segments.conftest import give


def _drawn(
    session: Session, house: Assembly, made: WholeAppeal, lots: list[tuple[int, Arm, int]], *, has_left: bool = True
) -> list[PersonId]:
    """Freezes an appeal to as many people, and lays each in the cell and arm that is told, with a gift afterwards."""
    several = [person(session, house, f"N{n}") for n in range(len(lots))]
    freezing.freeze(session, QUESTIONS, made.id, by=BY, at=NOW)
    cells = service.cells(session, made.id)
    for who, (place, arm, cents) in zip(several, lots, strict=True):
        row = store.recipient(session, made.id, who)
        assert row is not None
        row.cell_id, row.arm = cells[place].id, arm
        if cents:
            give(session, house, who, cents, TODAY)
    session.flush()
    if has_left:
        leaves(session, made)
    return several


def _segment(session: Session, made: WholeAppeal, arm: Arm, **more: str) -> set[int]:
    """Whom a segment finds of an appeal."""
    said = {"arm": arm.value, "appeal": made.appeal.code} | more
    where = tuple(Test(column=name, asks=Words(values=frozenset({word}))) for name, word in said.items())
    tree, asked = Condition(source="asked", where=where), Question(session=session, at=NOW, catalogue=QUESTIONS)
    return set(session.scalars(members(Definition(tree=tree), asked)))


def test_each_cell_is_compared_with_its_own_control_group(house: Assembly, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of those who give anyway few are left alone, of the others many: beside all of both, an appeal that brings
    nothing would look as if it did. Nor does whoever was added by hand count, nor a cell without a control group."""
    monkeypatch.setattr(rules, "FEWEST", 6)
    mailed, control = Arm.MAILED, Arm.CONTROL
    lots = [
        *[(0, mailed, 4000)] * 4, *[(0, control, 4000)] * 2,
        *[(1, mailed, 0)] * 2, *[(1, control, 0)] * 4,
        *[(2, mailed, 90000)] * 3,
    ]  # fmt: skip
    with house.database.transaction() as session:
        everybody = segment(session, "Tous")
        several = [NewCell(name=name, segment_id=everybody) for name in ("Fidèles", "Autres", "Tous")]
        made = appeal(session, *several, one_a_household=False, planned_on=TODAY)
        _drawn(session, house, made, lots)
        friend = person(session, house, "Amie")
        late.add(session, QUESTIONS, made.id, service.cells(session, made.id)[0].id, friend, why="Amie", by=BY, at=NOW)
        give(session, house, friend, 70000, TODAY)
        found = results.of(session, made, on=TODAY)
    assert (found.mailed_arm.people, found.control_arm.people) == (6, 6)
    assert (found.mailed_arm.cents, found.control_arm.cents) == (16000, 8000)
    assert found.lift is not None
    assert (found.lift.low_cents, found.lift.cents, found.lift.high_cents) == (0, 0, 0)


def test_who_was_written_to_stays_counted_whatever_becomes_of_them(house: Assembly) -> None:
    """A next file leaves out who has died or said no since; the letter they had is a letter still."""
    days = [NOW + timedelta(minutes=n) for n in range(6)]
    with house.database.transaction() as session:
        made = appeal(session, NewCell(name="Tous", segment_id=segment(session, "Tous")), one_a_household=False,
                      planned_on=TODAY)  # fmt: skip
        early, dead, angry = _drawn(session, house, made, [(0, Arm.MAILED, 0)] * 3, has_left=False)
        [cell] = service.cells(session, made.id)

        def counted() -> tuple[int, int]:
            [one] = results.of(session, made, on=TODAY).answered
            return one.mailed, one.window_gifts

        late.take_out(session, made.id, early, why="Sur demande", by=BY, at=days[0])
        assert counted() == (0, 0)
        _leaves(session, made, at=days[1])
        give(session, house, dead, 4000, TODAY)
        assert _segment(session, made, Arm.MAILED) == {dead, angry}
        assert _segment(session, made, Arm.MAILED, reply="gave") == {dead}
        assert _segment(session, made, Arm.CONTROL) == set()
        people.record_death(session, dead, died_on=None, at=days[2])
        assert late.strike(session, made.id, at=days[2]) == 1
        assert counted() == (2, 1)
        # Added after the file and taken out again: no file had them.
        friend = person(session, house, "Amie")
        late.add(session, QUESTIONS, made.id, cell.id, friend, why="Amie", by=BY, at=days[3])
        assert counted() == (2, 1)
        late.take_out(session, made.id, friend, why="Déjà vue", by=BY, at=days[4])
        assert counted() == (2, 1)
        _leaves(session, made, at=days[5])
        assert counted() == (2, 1)
        # The appeal caused the no of whoever had its letter, and not of whoever it never reached.
        for who in (friend, early, angry):
            object_to(session, house, who)
        assert results.of(session, made, on=TODAY).opt_outs == 1


def test_regular_gifts_begun_or_raised_are_an_outcome_too(house: Assembly, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the control group, in euros a year, net of what was ended; and nothing is claimed of too few."""
    mailed, control, before = Arm.MAILED, Arm.CONTROL, TODAY - timedelta(days=700)
    with house.database.reading() as session:
        made = appeal(session, NewCell(name="Tous", segment_id=segment(session, "Tous")), one_a_household=False,
                      planned_on=TODAY, kind=Kind.UPGRADE, spares_regular=False)  # fmt: skip
        lots = [(0, mailed, 0)] * 4 + [(0, control, 0)] * 2
        begins, raises, stops, _, anyway, _ = several = _drawn(session, house, made, lots)
        changes: tuple[tuple[PersonId, date, dict[str, Any], EventKind, int], ...] = (
            (begins, TODAY, {}, EventKind.SIGN, 12000), (raises, before, {"raised_on": TODAY}, EventKind.UPGRADE, 6000),
            (stops, before, {"ended_on": TODAY}, EventKind.CANCEL, -2000), (anyway, TODAY, {}, EventKind.SIGN, 1000),
        )  # fmt: skip
        for who, on, more, kind, yearly in changes:
            plan = sowing.promise(session, who, 1000, on, **more)
            here = (PlanEventRow.plan_id == plan, PlanEventRow.kind == kind)
            session.execute(update(PlanEventRow).where(*here).values(delta_cents=yearly))
        few = results.of(session, made, on=TODAY).promises
        monkeypatch.setattr(rules, "FEWEST", 2)
        found = results.of(session, made, on=TODAY).promises
        late.take_out(session, made.id, begins, why="Avant le départ", by=BY, at=NOW - timedelta(hours=1))
        left = results.of(session, made, on=TODAY).promises
    assert len(several) == 6
    assert few.lift is None
    assert (found.begun, found.raised, found.cents) == (1, 1, 16000)
    assert (found.mailed_arm.cents, found.control_arm.cents) == (16000, 1000)
    assert found.lift is not None
    assert found.lift.cents == 3500
    assert not found.lift.is_clear
    assert (left.begun, left.raised, left.cents) == (0, 1, 4000)


def _leaves(session: Session, made: WholeAppeal, *, at: datetime) -> None:
    asked = exporting.ask(session, made.id, FileForm.LIST, recipient="Imprimerie", by=BY, at=at)
    with TemporaryFile() as file:
        manifest = exporting.write(session, made, file, recipient=asked.recipient, at=at)
    exporting.note(session, made.id, asked.id, manifest, by=BY, at=at)
