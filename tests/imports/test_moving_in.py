"""The totals of a move: all files of one kind together, whatever was mended, brought twice or taken back."""

from __future__ import annotations

from pathlib import Path

from crm.imports import service as imports
from crm.imports.moving_in import Step
from tests.imports.conftest import Desk, desk_on
from tests.imports.test_gifts import bring as bring_gifts


def step(desk: Desk, kind: str) -> Step:
    with desk.assembly.database.reading() as session:
        found = {one.code: told for one, told in imports.day_zero(session)}[kind]
    assert found is not None
    return found


def test_the_files_of_a_step_are_counted_together(desk: Desk, tmp_path: Path) -> None:
    head = "id;prénom;email\n"
    chosen = {"system": "vieux"}
    first = desk.apply(desk.bring("people", head + "1;Marie;m@exemple.be\n2;Jean;non\n3;Luc;\n", choices=chosen))
    with desk.assembly.database.transaction() as session:
        imports.expect(session, first.id, 4)
    assert (step(desk, "people").inside, step(desk, "people").aside, step(desk, "people").missing) == (2, 1, 1)
    assert step(desk, "people").waiting == 1
    tried = desk.bring("people", head + "8;Eva;\n", choices=chosen)  # and given up on: it counts for nothing
    assert (step(desk, "people").inside, step(desk, "people").runs[0].id) == (2, tried.id)
    with desk.assembly.database.transaction() as session:
        imports.cancel(session, tried.id, at=desk.assembly.clock())
    mended = desk.apply(desk.bring("people", head + "2;Jean;j@exemple.be\n3;Luc;\n", choices=chosen))
    assert [one.id for one in step(desk, "people").runs] == [mended.id, first.id]
    assert (step(desk, "people").inside, step(desk, "people").missing) == (3, 0)
    last = desk.apply(desk.bring("people", head + "4;Zoé;\n5;Ana;\n", choices=chosen))
    assert step(desk, "people").missing == -1
    with desk.assembly.database.transaction() as session:
        imports.expect(session, last.id, 5)
    assert (step(desk, "people").expected, step(desk, "people").missing) == (5, 0)
    desk_on(desk.assembly, tmp_path / "files", minutes=2).undo(last)
    assert (step(desk, "people").inside, step(desk, "people").expected) == (3, None)


def test_the_cents_of_several_years_are_added_up_and_a_file_brought_twice_counts_once(desk: Desk) -> None:
    old = ["r1;10,00;01/02/2020;7;Marie;Dupont;m@exemple.be;;;;"]
    new = ["r2;15,50;01/02/2021;7;Marie;Dupont;m@exemple.be;;;;"]
    for rows in (old, new, old):
        last = desk.apply(bring_gifts(desk, rows))
    with desk.assembly.database.transaction() as session:
        imports.expect(session, last.id, 2, 2550)
    told = step(desk, "gifts")
    assert (told.inside, told.missing, told.cents, told.gap) == (2, 0, 2550, 0)


def test_a_file_that_was_read_wrongly_and_brought_again_counts_as_it_went_in(desk: Desk) -> None:
    rows = "id;prénom;naissance\n1;Marie;31/12/1980\n2;Jean;30/11/1981\n"
    for read_as, aside in (("month-day", 2), ("day-month", 0)):
        run = desk.bring("people", rows, choices={"system": "vieux"}, formats={"birth_on": read_as})
        desk.apply(run)
        with desk.assembly.database.transaction() as session:
            imports.expect(session, run.id, 2)
        told = step(desk, "people")
        assert (told.inside, told.aside, told.missing, told.waiting) == (2 - aside, aside, 0, aside)
