"""Whoever is said to have died gets no magazine while nobody has decided; whom they lived with still do, alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.magazine import freezing, printing, service
from crm.magazine.model import IssueRun, Reason, RunKind
from crm.magazine.tables import CopyRow, ExclusionRow
from crm.people import differences, households
from crm.people.arrivals import UNDATED
from crm.people.model import DifferenceState
from crm.values.identifiers import AccountId, DifferenceId, PersonId
from tests.conftest import NOW
from tests.magazine.conftest import Reader
from tests.magazine.test_run import frozen


def report(session: Session, who: PersonId, said: str = UNDATED, *, source: str = "import:1") -> DifferenceId:
    """A file, a returned letter or a partner says that they died; nobody decides."""
    told = {"text": said}
    return differences.note(
        session, who, field="deceased_on", held={"text": ""}, said=told, source=source, at=NOW
    ).id  # fmt: skip


def printed(session: Session, run: IssueRun) -> dict[int, str]:
    """Whose copies of the issue stand, and the first line of each."""
    rows = session.scalars(select(CopyRow).where(CopyRow.issue_id == run.issue_id, CopyRow.removal.is_(None)))
    return {row.person_id: row.lines.splitlines()[0] for row in rows}


def excluded(session: Session, run: IssueRun) -> dict[int, Reason]:
    """Who has a right and no copy, and why."""
    row = ExclusionRow
    found = session.execute(select(row.person_id, row.reason).where(row.run_id == run.id))
    return {person_id: Reason(reason) for person_id, reason in found}


@contextmanager
def tried(session: Session) -> Iterator[IssueRun]:
    """The issue frozen, for a while only."""
    with session.begin_nested() as trial:
        yield frozen(session)
        trial.rollback()


@pytest.mark.parametrize(("by_hand", "said"), [("", UNDATED), ("Les Maes-Dumont", "2026-10-01")])
def test_who_is_said_dead_is_left_out_and_the_living_of_the_household_still_receive(
    house: Assembly, reader: Reader, by_hand: str, said: str
) -> None:
    with house.database.transaction() as session:
        jean, marie = reader(session, first_name="Jean", last_name="Maes"), reader(session, last_name="Maes")
        alone, alive = reader(session, last_name="Peeters"), reader(session, last_name="Diallo")
        home = households.found(session, [jean, marie], at=NOW)
        households.name(session, home.id, on_envelope=by_hand, greeting="")
        own = {alone: "Marie Peeters", alive: "Marie Diallo"}
        with tried(session) as run:
            assert printed(session, run) == {jean: by_hand or "Jean et Marie Maes"} | own
        told = [report(session, who, said) for who in (jean, alone)]
        with tried(session) as run:
            assert printed(session, run) == {marie: "Marie Maes", alive: "Marie Diallo"}
            assert excluded(session, run) == {jean: Reason.DECEASED, alone: Reason.DECEASED}
        for one in told:
            differences.decide(session, one, DifferenceState.KEPT, by=AccountId(7), at=NOW)
        with tried(session) as run:
            assert printed(session, run) == {jean: by_hand or "Jean et Marie Maes"} | own


def test_a_report_after_the_freeze_takes_a_copy_out_and_names_out_of_the_others(
    house: Assembly, reader: Reader
) -> None:
    with house.database.transaction() as session:
        marie, jean = reader(session, last_name="Maes"), reader(session, first_name="Jean", last_name="Maes")
        lou, paul = reader(session, first_name="Lou", last_name="Roy"), reader(session, last_name="Roy")
        for pair in ((marie, jean), (lou, paul)):
            households.found(session, pair, at=NOW)
        run = frozen(session)
        assert printed(session, run) == {marie: "Marie et Jean Maes", lou: "Lou et Marie Roy"}
        for who in (jean, lou):
            report(session, who)
        assert printing.strike(session, run.id, at=NOW) == 1
        assert printed(session, run) == {marie: "Marie Maes"}
        issue = service.issues(session)[0]
        later = freezing.supplement(session, issue.id, by=None, at=NOW + timedelta(days=1))
        assert later.kind is RunKind.LATE
        assert printed(session, run) == {marie: "Marie Maes", paul: "Marie Roy"}, "who lives on has theirs after all"
