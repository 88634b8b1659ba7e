"""The trail keeps what was recorded, and shows when a row is no longer what it was."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.audit.tables import AuditRow
from crm.values.identifiers import AccountId
from tests.conftest import NOW


def _three(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        for minute in range(3):
            audit.record(
                session,
                assembly.sealer,
                at=NOW + timedelta(minutes=minute),
                account_id=AccountId(7) if minute else None,
                action="edition.approve",
                subject="edition",
                subject_id=40 + minute,
                facts={"revision": minute, "langue": "français"},
            )


def test_what_was_recorded_is_whole_and_the_newest_comes_first(assembly: Assembly) -> None:
    _three(assembly)
    with assembly.database.reading() as session:
        entries = audit.latest(session, subject="edition")
        assert audit.verify(session, assembly.sealer) == []
        assert [e.subject_id for e in audit.latest(session, subject="edition", subject_id=41)] == [41]
    assert [(e.subject_id, e.account_id, e.facts["revision"]) for e in entries] == [
        (42, 7, 2),
        (41, 7, 1),
        (40, None, 0),
    ]


@pytest.mark.parametrize(
    "damage",
    [
        {"action": "edition.cancel"},
        {"account_id": 8},
        {"subject_id": 1},
        {"facts": {"revision": 9, "langue": "français"}},
        {"at": NOW + timedelta(microseconds=1)},
        {"mark": "0" * 64},
        {"mark_key_id": 2},
    ],
)
def test_a_row_that_was_touched_is_named(assembly: Assembly, damage: dict[str, object]) -> None:
    _three(assembly)
    with assembly.database.transaction() as session:
        [_newest, _middle, oldest] = audit.latest(session)
        session.execute(update(AuditRow).where(AuditRow.id == oldest.id).values(**damage))
    with assembly.database.reading() as session:
        assert audit.verify(session, assembly.sealer) == [oldest.id]
