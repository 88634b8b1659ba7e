"""A freeze that is killed anywhere leaves an issue as it was, or frozen whole."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from crm.assembly import Assembly
from crm.magazine import freezing, service
from crm.magazine.errors import IssueFrozen
from crm.magazine.tables import CopyRow, ExclusionRow, IssueRunRow
from tests import victims
from tests.conftest import NOW
from tests.killing import killed
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
