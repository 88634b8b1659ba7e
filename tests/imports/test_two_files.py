"""What two files say: undoing one leaves it with the other, in whatever order they go."""

from __future__ import annotations

import hashlib

import pytest

from crm.consent import service as consent
from crm.consent.model import Act
from crm.donations import service as donations
from crm.donations.model import Wanted
from crm.imports import service as imports
from crm.imports.model import Run
from crm.people import service as people
from tests.imports.conftest import Desk
from tests.imports.test_gifts import CHOICES, FORMATS, HEAD

MARIE, LUC = "marie@exemple.be", "luc@exemple.be"


def silenced(desk: Desk) -> list[str]:
    made = desk.assembly
    with made.database.reading() as session:
        return [one for one in (MARIE, LUC) if consent.suppressions(session, made.addresses.key_of(one))]


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@pytest.mark.parametrize("date", ["2026-11-02", "2026-11-01"], ids=["said otherwise", "word for word"])
@pytest.mark.parametrize("is_first_undone_first", [True, False], ids=["first", "last"])
def test_whom_two_stop_lists_name_stays_silenced_while_one_stands(
    desk: Desk, date: str, *, is_first_undone_first: bool
) -> None:
    first = desk.apply(desk.bring("suppressions", f"email;date\n{MARIE};2026-11-01\n"))
    second = desk.apply(desk.bring("suppressions", f"email;date\n{MARIE};{date}\n{LUC};{date}\n"))
    one, other = (first, second) if is_first_undone_first else (second, first)
    undone = desk.undo(one)
    assert silenced(desk) == ([MARIE, LUC] if is_first_undone_first else [MARIE])
    assert [row.kept_because for row in desk.rows(undone).values() if row.kept_because] == (
        ["other-file"] if is_first_undone_first else []
    )
    assert desk.undo(other).counts["kept"] == 0
    assert silenced(desk) == []


def test_a_digest_of_two_lists_goes_on_waiting_and_silencing_while_one_stands(desk: Desk) -> None:
    desk.apply(desk.bring("people", f"id;prénom;nom;email\n1;Luc;Sac;{LUC}\n", choices={"system": "vieux"}))
    runs = [
        desk.apply(desk.bring("suppressions", f"email;date\n{md5(MARIE)};{day}\n{md5(LUC)};{day}\n"))
        for day in ("2026-11-01", "2026-11-02")
    ]
    desk.undo(runs[0])
    desk.apply(desk.bring("people", f"id;prénom;nom;email\n2;Marie;Dupont;{MARIE}\n", choices={"system": "vieux"}))
    assert silenced(desk) == [MARIE, LUC]


def test_a_no_that_two_files_say_stands_while_one_of_them_does(desk: Desk) -> None:
    before = desk.apply(desk.bring("people", f"id;prénom;nom;email\n1;Marie;Dupont;{MARIE}\n", choices={"system": "a"}))
    assert before.counts == {"create": 1}

    def stands() -> list[Act]:
        with desk.assembly.database.reading() as session:
            [marie] = people.people_at(session, desk.assembly.addresses.key_of(MARIE))
            return [one.act for one in consent.standings(session, marie.id)]

    rows = "email;consentement;date;voie;preuve\n" + f"{MARIE};non;%s;;\n"
    runs = [
        desk.apply(desk.bring("consents", rows % day, choices={"purpose": "news"}))
        for day in ("2026-11-01", "2026-11-02", "2026-11-03")
    ]
    assert [desk.said(run)[2][0] for run in runs] == ["update", "same", "same"]
    for run, left in zip(runs, ([Act.REFUSED], [Act.REFUSED], []), strict=True):
        desk.undo(run)
        assert stands() == left


def test_a_gift_that_two_files_name_stands_while_one_of_them_does(desk: Desk) -> None:
    def bring(*rows: str) -> Run:
        return desk.apply(desk.bring("gifts", HEAD + "\n".join(rows) + "\n", choices=CHOICES, formats=FORMATS))

    def net() -> int:
        with desk.assembly.database.reading() as session:
            assert donations.drift(session) == 0
            return donations.totals(session, Wanted()).net_cents

    first = bring("R1;30;03/04/2024;77;Marie;Dupont;marie@exemple.be;;;;")
    second = bring("R1;30;03/04/2024;77;;;;Don;;;", "R2;25;03/05/2024;77;;;;;;;")
    desk.undo(first)
    assert net() == 5500
    with desk.assembly.database.reading() as session:
        step = next(step for kind, step in imports.day_zero(session) if kind.code == "gifts")
        assert step is not None
        assert (step.inside, step.cents) == (2, 5500)
    assert desk.undo(second).counts["kept"] == 0
    assert net() == 0
