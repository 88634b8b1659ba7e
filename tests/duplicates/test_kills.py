"""`kill -9` in the middle of a merge or its undoing, and two who do the same at once: nothing is half done or twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from random import Random
from threading import Barrier, Thread

import pytest

from crm.assembly import Assembly
from crm.duplicates import merges
from crm.duplicates.errors import AlreadyMerged, AlreadyUndone
from crm.duplicates.model import Merge
from crm.values.errors import Conflict
from crm.values.identifiers import PersonId
from tests.conftest import NOW
from tests.duplicates.test_law import part, plant, snapshot


def _merge(assembly: Assembly, survivor: PersonId, loser: PersonId) -> Merge:
    with assembly.database.transaction() as session:
        return merges.merge(
            session,
            assembly.sealer,
            assembly.pointers,
            survivor_id=survivor,
            loser_id=loser,
            chosen={},
            by=None,
            at=NOW,
        )


def _undo(assembly: Assembly, merge: Merge) -> None:
    with assembly.database.transaction() as session:
        part(session, assembly, merge)


def _killed(assembly: Assembly, *numbers: int) -> None:
    """Somebody else's process does it, writes everything, and dies before the end."""
    environment = {
        **os.environ,
        "PORTEVOIX_HOME": str(assembly.settings.home),
        "PORTEVOIX_DATABASE_URL": assembly.settings.database_url,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.duplicates.merging_alone", *map(str, numbers)],
        env=environment,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"written\n"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()


@pytest.mark.slow
def test_a_merge_or_an_undoing_that_was_killed_left_nothing_and_can_be_done_again(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        one, other, *_ = plant(session, assembly, Random(7))
    with assembly.database.reading() as session:
        apart = snapshot(session)
    _killed(assembly, one, other)
    with assembly.database.reading() as session:
        assert snapshot(session) == apart
        assert merges.of(session, one) == ()
    done = _merge(assembly, one, other)
    with assembly.database.reading() as session:
        together = snapshot(session)
    _killed(assembly, done.id)
    with assembly.database.reading() as session:
        assert snapshot(session) == together
    _undo(assembly, done)
    with assembly.database.reading() as session:
        assert snapshot(session) == apart


def _at_once(deeds: list[Callable[[], object]]) -> list[type[Conflict]]:
    """All of them at the same instant; why some were refused."""
    together, refused = Barrier(len(deeds)), list[type[Conflict]]()

    def press(deed: Callable[[], object]) -> None:
        together.wait()
        try:
            deed()
        except Conflict as error:
            refused.append(type(error))

    threads = [Thread(target=press, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def test_of_two_who_merge_the_same_two_at_once_one_does_and_of_two_who_undo_it_one(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        one, other, *_ = plant(session, assembly, Random(3))
    with assembly.database.reading() as session:
        apart = snapshot(session)
    both = [(one, other), (other, one)]
    assert _at_once([lambda way=way: _merge(assembly, *way) for way in both]) == [AlreadyMerged]  # type: ignore[misc] # as called
    with assembly.database.reading() as session:
        [done] = [*merges.of(session, one), *merges.of(session, other)]
    assert _at_once([lambda: _undo(assembly, done)] * 2) == [AlreadyUndone]
    with assembly.database.reading() as session:
        assert snapshot(session) == apart
