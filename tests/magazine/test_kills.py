"""A freeze that is killed anywhere leaves an issue as it was, or frozen whole."""

from __future__ import annotations

import os
import signal
import time

import pytest
from sqlalchemy import func, select

from crm.assembly import Assembly, assemble
from crm.magazine import freezing, service
from crm.magazine.errors import IssueFrozen
from crm.magazine.tables import CopyRow, ExclusionRow, IssueRunRow
from tests.conftest import NOW
from tests.magazine.conftest import Reader


def test_a_freeze_that_is_killed_is_whole_or_never_was(house: Assembly, reader: Reader) -> None:
    with house.database.transaction() as session:
        for number in range(6):
            reader(session, said={} if number else {"format": "pdf"})
        issue_id = service.issues(session)[0].id
    for kill in range(5):
        house.database.close()  # nothing open is shared with the child
        child = os.fork()
        if not child:
            own = assemble(house.settings, clock=lambda: NOW)
            with own.database.transaction() as session:
                freezing.freeze(session, issue_id, by=None, at=NOW)
            os._exit(0)
        time.sleep(0.12 * kill)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with house.database.reading() as session:
            counts = [
                session.scalar(select(func.count()).select_from(row)) for row in (IssueRunRow, CopyRow, ExclusionRow)
            ]
            is_frozen = service.issue(session, issue_id).frozen_at is not None
        assert counts == ([1, 5, 1] if is_frozen else [0, 0, 0])
    with house.database.transaction() as session:
        if is_frozen:
            with pytest.raises(IssueFrozen):
                freezing.freeze(session, issue_id, by=None, at=NOW)
        else:
            assert freezing.freeze(session, issue_id, by=None, at=NOW).mailed == 5
