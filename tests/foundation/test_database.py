"""Transactions end as the rim says, on both databases, and instants come back as they went in."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from crm.audit.tables import AuditRow
from crm.foundation.bulk import pour_rows
from crm.foundation.columns import Instant
from crm.foundation.database import Database
from mailing.delivery.tables import SendingSwitchRow

AT = datetime(2026, 11, 23, 9, 0, 0, 123456, tzinfo=UTC)


def entry(action: str, at: datetime = AT) -> AuditRow:
    return AuditRow(at=at, account_id=None, action=action, subject="essai", facts={}, mark_key_id=1, mark="")


def test_a_transaction_commits_on_leaving_and_rolls_back_on_an_exception(database: Database) -> None:
    with database.transaction() as session:
        session.add(entry("kept"))

    def break_off() -> None:
        with database.transaction() as session:
            session.add(entry("lost"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    with database.reading() as session:
        assert session.scalars(select(AuditRow.action)).all() == ["kept"]


def test_reading_writes_nothing(database: Database) -> None:
    with database.reading() as session:
        session.add(entry("lost"))
        session.flush()
    poured = {"at": AT, "action": "lost", "subject": "essai", "facts": {}, "mark_key_id": 1, "mark": ""}
    with database.reading() as session:
        pour_rows(session, AuditRow.metadata.tables[AuditRow.__tablename__], [poured])
    with database.reading() as session:
        session.execute(update(SendingSwitchRow).values(reason="lost"))
    with database.reading() as session:
        assert session.scalar(select(func.count()).where(SendingSwitchRow.reason == "lost")) == 0
        assert session.scalar(select(func.count(AuditRow.id))) == 0


def test_a_reading_in_which_a_writing_failed_ends_all_the_same(database: Database) -> None:
    one, same = entry("lost"), entry("lost")
    one.id = same.id = 1
    with database.reading() as session:
        session.add(one)
        session.flush()
        session.expunge(one)
        session.add(same)
        with pytest.raises(IntegrityError):
            session.flush()
    with database.reading() as session:
        assert session.scalar(select(func.count(AuditRow.id))) == 0


def test_an_instant_comes_back_in_utc_to_the_microsecond(database: Database) -> None:
    brussels = AT.astimezone(timezone(timedelta(hours=1)))
    with database.transaction() as session:
        session.add(entry("then", brussels))
    with database.reading() as session:
        found = session.scalars(select(AuditRow.at).where(AuditRow.at == AT)).one()
    assert found == AT
    assert found.tzinfo is UTC


def test_an_instant_without_a_zone_never_gets_in() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        Instant().process_bind_param(datetime(2026, 1, 1), None)  # type: ignore[arg-type]  # noqa: DTZ001 - the point


def test_writers_at_once_lose_no_update(database: Database) -> None:
    with database.transaction() as session:
        session.add(SendingSwitchRow(id=1, is_open=True, reason="", changed_at=AT, changed_by=0))
    failures: list[BaseException] = []

    def write() -> None:
        try:
            for _ in range(10):
                with database.transaction() as session:
                    session.execute(update(SendingSwitchRow).values(changed_by=SendingSwitchRow.changed_by + 1))
        except BaseException as error:  # noqa: BLE001 - shown below
            failures.append(error)

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failures == []
    with database.reading() as session:
        assert session.scalars(select(SendingSwitchRow.changed_by)).one() == 40
