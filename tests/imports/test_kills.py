"""`kill -9` in the middle of applying and of undoing: no row twice, none lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from crm.assembly import Assembly
from crm.imports import service as imports
from crm.imports.model import Run, RunState
from crm.people.tables import ContactPointRow, PersonRow
from crm.plans.tables import MandateRow, PlanRow
from tests import killing, victims
from tests.conftest import NOW
from tests.imports.conftest import Desk, desk_on
from tests.imports.test_laws import folded

PEOPLE = 84


@pytest.mark.slow
def test_killed_again_and_again_it_ends_with_each_row_once(desk: Desk, assembly: Assembly) -> None:
    home = assembly.settings.home
    desk = desk_on(assembly, home / "imports")
    before = folded(desk)
    rows = "".join(
        f"M-{i};03/04/2026;10;BE71096123456769;prenom{i % 50};nom{i};a{i}@exemple.be\n" for i in range(PEOPLE)
    )
    head = "mandat;signé le;montant;iban;prénom;nom;email\n"
    formats = {"signed_on": "day-month", "amount": "comma"}
    run = desk.bring("mandates", f"{head}{rows}", choices={"system": "ancien"}, formats=formats)
    with assembly.database.transaction() as session:
        imports.apply(session, run.id, at=NOW)
    deaths = kill_until(assembly, run, RunState.APPLYING)
    assert counted(assembly) == (PEOPLE, PEOPLE, PEOPLE, PEOPLE, PEOPLE)
    assert deaths > 1
    with assembly.database.transaction() as session:
        imports.undo(session, run.id, at=NOW + timedelta(minutes=1))
    assert kill_until(assembly, run, RunState.UNDOING) > 1
    assert folded(desk) == before


def kill_until(assembly: Assembly, run: Run, state: RunState) -> int:
    """Starts a process, kills it at a moment of its work, and so on until the stage is over; how many were killed."""
    deaths = 0
    for attempt in range(60):
        with assembly.database.reading() as session:
            if imports.get(session, run.id).state is not state:
                return deaths
        abandon(assembly, run)
        if attempt < 2:
            killing.killed(assembly.settings, victims.bring, run.id, after=0.15 + 0.04 * attempt)
            deaths += 1
        else:
            killing.started(assembly.settings, victims.bring, run.id).join()
    raise AssertionError("it never ended")


def abandon(assembly: Assembly, run: Run) -> None:
    """The lease of a dead worker runs out by itself after a minute; here at once."""
    from crm.imports import store

    with assembly.database.transaction() as session:
        store.change_run(session, run.id, lease_until=NOW - timedelta(seconds=1))


def counted(assembly: Assembly) -> tuple[int, ...]:
    """People, contact points, distinct addresses, plans, mandates."""
    with assembly.database.reading() as session:
        people = session.scalar(select(func.count()).select_from(PersonRow)) or 0
        points = session.scalar(select(func.count()).select_from(ContactPointRow)) or 0
        keys = session.scalar(select(func.count(func.distinct(ContactPointRow.address_key)))) or 0
        plans = session.scalar(select(func.count()).select_from(PlanRow)) or 0
        mandates = session.scalar(select(func.count()).select_from(MandateRow)) or 0
    return people, points, keys, plans, mandates
