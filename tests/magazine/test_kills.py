"""A freeze that is killed anywhere leaves an issue as it was, or frozen whole."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import func, select

from crm.assembly import Assembly, workshop
from crm.audit.tables import AuditRow
from crm.magazine import freezing, ordering, printing, service
from crm.magazine.errors import FileGone, IssueFrozen, RollMoved
from crm.magazine.model import OrderState, RunKind
from crm.magazine.printing import Wanted
from crm.magazine.tables import CopyRow, ExclusionRow, IssueRunRow
from crm.people import service as people
from crm.people.tables import PostalAddressRow
from crm.privacy import erasing
from crm.values.identifiers import AccountId
from tests import victims
from tests.conftest import NOW
from tests.killing import killed, started
from tests.magazine.conftest import Reader


def test_a_freeze_that_is_killed_is_whole_or_never_was(house: Assembly, reader: Reader) -> None:
    with house.database.transaction() as session:
        for number in range(6):
            reader(session, said={} if number else {"format": "pdf"})
        issue_id = service.issues(session)[0].id
    for kill in range(5):
        killed(house.settings, victims.freeze, issue_id, after=0.12 * kill)
        with house.database.reading() as session:
            counts = [
                session.scalar(select(func.count()).select_from(row)) for row in (IssueRunRow, CopyRow, ExclusionRow)
            ]
            is_frozen = service.issue(session, issue_id).frozen_at is not None
        assert counts == ([1, 5, 1] if is_frozen else [0, 0, 0])
        if is_frozen:
            break
    with house.database.transaction() as session:
        if is_frozen:
            with pytest.raises(IssueFrozen):
                freezing.freeze(session, issue_id, by=None, at=NOW)
        else:
            assert freezing.freeze(session, issue_id, by=None, at=NOW).mailed == 5


def test_a_freeze_killed_once_every_copy_is_written_never_was(house: Assembly, reader: Reader, tmp_path: Path) -> None:
    with house.database.transaction() as session:
        for _ in range(3):
            reader(session)
        issue_id = service.issues(session)[0].id
    mark = tmp_path / "written"
    process = started(house.settings, victims.freeze_halfway, issue_id, str(mark))
    while process.is_alive() and not mark.exists():
        time.sleep(0.01)
    process.kill()
    process.join()
    assert mark.exists()
    with house.database.reading() as session:
        counts = [session.scalar(select(func.count()).select_from(row)) for row in (IssueRunRow, CopyRow, ExclusionRow)]
        assert (counts, service.issue(session, issue_id).frozen_at) == ([0, 0, 0], None)
    with house.database.transaction() as session:
        assert freezing.freeze(session, issue_id, by=None, at=NOW).mailed == 3


def test_a_freeze_beside_the_office_is_killed_taken_up_again_and_never_done_twice(
    house: Assembly, reader: Reader
) -> None:
    with house.database.transaction() as session:
        for _ in range(5):
            reader(session)
        issue_id = service.issues(session)[0].id
        order = ordering.ask(session, issue_id, by=AccountId(3), at=NOW)
        assert ordering.ask(session, issue_id, by=AccountId(4), at=NOW) == order
    killed(house.settings, victims.work, after=0.1)
    later = replace(workshop(house), clock=lambda: NOW + ordering.LEASE * 2)
    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(lambda _: later.work(), range(2)))
    assert ended.count(OrderState.DONE) <= 1
    with house.database.reading() as session:
        assert len(service.runs(session, issue_id)) == 1
        assert session.scalar(select(func.count()).select_from(CopyRow)) == 5
        settled = ordering.latest(session, issue_id)
        frozen = session.scalars(select(AuditRow.account_id).where(AuditRow.action == "magazine-issue.freeze")).all()
    assert (settled and settled.state, frozen) == (OrderState.DONE, [AccountId(3)])
    assert later.work() is None


def test_an_address_erased_while_a_list_is_drawn_is_on_no_list(house: Assembly, reader: Reader) -> None:
    with house.database.transaction() as session:
        gone, stays = reader(session), reader(session)
        issue_id = service.issues(session)[0].id
        kind = RunKind.MAIN
    with house.database.reading() as session, freezing.drawn(session, issue_id, kind, at=NOW) as sheet:
        with house.database.transaction() as writing:
            for row in writing.scalars(select(PostalAddressRow).where(PostalAddressRow.person_id == gone)):
                writing.delete(row)
        with pytest.raises(RollMoved), house.database.transaction() as writing:
            freezing.lay(writing, sheet, by=None)
    with house.database.transaction() as session:
        assert service.runs(session, issue_id) == ()
        ordering.ask(session, issue_id, by=None, at=NOW)
    assert workshop(house).work() is OrderState.DONE
    with house.database.reading() as session:
        assert list(session.scalars(select(CopyRow.person_id))) == [stays]


def test_files_made_beside_the_office_are_those_one_takes_at_once_and_go_when_somebody_is_taken_out(
    house: Assembly, reader: Reader
) -> None:
    with house.database.transaction() as session:
        several = [reader(session) for _ in range(3)]
        run = freezing.freeze(session, service.issues(session)[0].id, by=None, at=NOW)
        asked = ordering.ask_files(session, run.id, Wanted(xlsx=False), by=AccountId(3), at=NOW)
        assert ordering.ask_files(session, run.id, Wanted(xlsx=True), by=AccountId(4), at=NOW) == asked
        assert ordering.latest(session, run.issue_id) is None
    bench = workshop(house)
    with pytest.raises(FileGone):
        bench.take(run.id)
    assert (bench.work(), bench.work()) == (OrderState.DONE, None)
    order, kept = bench.take(run.id)
    at_once = BytesIO()
    with house.database.reading() as session:
        manifest = printing.write(session, run.id, at_once, Wanted(xlsx=False), at=NOW)
        (left,) = printing.left(session, [run.id])
        row = session.scalars(select(AuditRow).where(AuditRow.action == "magazine-run.export")).one()
        audited = (row.account_id, row.facts["rows"])
    with kept, ZipFile(kept) as made, ZipFile(at_once) as other:
        assert {name: made.read(name) for name in made.namelist()} == {
            name: other.read(name) for name in other.namelist()
        }
    assert (left.id, left.rows, left.copies) == (order.file_id, manifest.rows, manifest.copies)
    assert (*audited, order.seen, order.total) == (AccountId(3), 3, 0, 3)
    assert bench.tidy() == 0
    with house.database.transaction() as session:
        erasing.erase(session, house.holdings, several[0], at=NOW)
    assert (bench.tidy(), list(bench.shelf.folder.iterdir())) == (1, [])
    with pytest.raises(FileGone):
        bench.take(run.id)
    with house.database.transaction() as session:
        again = ordering.ask_files(session, run.id, Wanted(xlsx=False), by=None, at=NOW)
    assert bench.work(again.id) is OrderState.DONE
    with house.database.transaction() as session:
        people.record_death(session, several[1], died_on=None, at=NOW)
    with pytest.raises(FileGone):
        bench.take(run.id)
    assert list(bench.shelf.folder.iterdir()) == []
    with house.database.transaction() as session:
        ordering.ask_files(session, run.id, Wanted(xlsx=False), by=None, at=NOW)
    assert bench.work() is OrderState.DONE
    assert replace(bench, clock=lambda: NOW + ordering.KEPT).tidy() == 1
