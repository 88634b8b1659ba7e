"""`kill -9` in the middle of a merge: nothing is half done, and the two can be merged as if nothing had been."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from random import Random

import pytest

from crm.assembly import Assembly
from crm.duplicates import merges
from tests.conftest import NOW
from tests.duplicates.test_law import plant, snapshot


@pytest.mark.slow
def test_a_merge_that_was_killed_left_nothing_and_can_be_done_again(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        one, other, *_ = plant(session, assembly, Random(7))
    with assembly.database.reading() as session:
        before = snapshot(session)
    environment = {
        **os.environ,
        "PORTEVOIX_HOME": str(assembly.settings.home),
        "PORTEVOIX_DATABASE_URL": assembly.settings.database_url,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.duplicates.merging_alone", str(one), str(other)],
        env=environment,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"written\n"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    with assembly.database.reading() as session:
        assert snapshot(session) == before
        assert merges.of(session, one) == ()
    with assembly.database.transaction() as session:
        done = merges.merge(
            session,
            assembly.sealer,
            assembly.pointers,
            survivor_id=one,
            loser_id=other,
            chosen={},
            by=None,
            at=NOW,
        )
    with assembly.database.transaction() as session:
        merges.undo(session, assembly.sealer, assembly.pointers, done.id, by=None, at=NOW)
    with assembly.database.reading() as session:
        assert snapshot(session) == before
