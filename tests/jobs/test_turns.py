"""Each due moment is run once, by one worker; what goes wrong is written down and asked about, never lost."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from crm.assembly import Assembly
from jobs import prune_runs, service, turns
from jobs.errors import JobBusy, JobMissing, RunSettled
from jobs.model import Daily, Job, JobStatus, Run, RunState
from tests.conftest import NOW
from tests.jobs.timetables import cannot, fails, job, mark, marks


def at(assembly: Assembly, now: datetime) -> Assembly:
    return replace(assembly, clock=lambda: now)


def runs(assembly: Assembly, name: str = "mark") -> tuple[Run, ...]:
    with assembly.database.reading() as session:
        return service.history(session, name, quiet=True)


def status(assembly: Assembly, only: Job, now: datetime = NOW) -> JobStatus:
    with assembly.database.reading() as session:
        return service.status(session, [only], now)[0]


def test_a_moment_is_run_once_and_its_figures_are_kept(assembly: Assembly) -> None:
    marking = job(run=mark)
    assert turns.once(assembly, [marking], NOW) == {"mark": RunState.DONE}
    assert turns.once(assembly, [marking], NOW + timedelta(seconds=59)) == {}
    assert marks(assembly) == 1
    (only,) = runs(assembly)
    assert (only.state, only.due_at, only.outcome, only.error) == (RunState.DONE, NOW, {"done": 1}, "")
    assert turns.once(assembly, [marking], NOW + timedelta(seconds=60)) == {"mark": RunState.DONE}


def test_an_hour_of_sleep_is_caught_up_once_and_said(assembly: Assembly) -> None:
    marking = job(run=mark)
    turns.once(assembly, [marking], NOW)
    turns.once(assembly, [marking], NOW + timedelta(hours=1))
    assert marks(assembly) == 2
    assert runs(assembly)[0].outcome == {"done": 1, "missed": 59}


def test_a_failure_is_written_down_without_anybodys_address_and_tried_again(assembly: Assembly) -> None:
    failing = job(run=fails)
    assert turns.once(assembly, [failing], NOW) == {"mark": RunState.FAILED}
    (first,) = runs(assembly)
    assert first.error.startswith("ValueError (tests.jobs.timetables:")
    assert "marie" not in first.error
    assert turns.once(assembly, [failing], NOW + timedelta(minutes=1)) == {"mark": RunState.FAILED}
    found = status(assembly, failing)
    assert found.last == found.last_failed == runs(assembly)[0]


def test_the_houses_own_errors_are_told_in_their_own_words(assembly: Assembly) -> None:
    turns.once(assembly, [job(run=cannot)], NOW)
    assert runs(assembly)[0].error == "Unavailable: the site does not answer"


def test_a_dead_workers_run_is_taken_after_its_lease_and_its_late_word_is_refused(assembly: Assembly) -> None:
    marking = job(run=mark, lease=timedelta(minutes=10))
    (dead,) = turns.claim_due(assembly, [marking], NOW)
    assert turns.claim_due(assembly, [marking], NOW + timedelta(minutes=10)) == ()
    later = NOW + timedelta(minutes=10, seconds=1)
    (taken,) = turns.claim_due(assembly, [marking], later)
    assert taken.run.id == dead.run.id
    assert taken.run.worker != dead.run.worker

    assert turns.carry_out(at(assembly, later), taken) is RunState.DONE
    with assembly.database.transaction() as session:
        assert not service.renew(session, marking, dead.run, now=later)
        assert not service.finish(session, dead.run, now=later, outcome={"done": 7})
    assert runs(assembly)[0].outcome == {"done": 1}


def test_a_run_that_lasts_keeps_its_lease(assembly: Assembly) -> None:
    clock = {"now": NOW}
    renewed = threading.Event()
    ticking = replace(assembly, clock=lambda: clock["now"])

    def lasts(own: Assembly, now: datetime) -> dict[str, int]:
        clock["now"] = NOW + timedelta(seconds=2)
        assert renewed.wait(10)
        return {"done": 1}

    lasting = job(run=lasts, lease=timedelta(seconds=0.3))
    (claim,) = turns.claim_due(ticking, [lasting], NOW)
    worker = threading.Thread(target=turns.carry_out, args=(ticking, claim))
    worker.start()
    while not runs(assembly)[0].lease_until or runs(assembly)[0].lease_until < NOW + timedelta(seconds=1):  # type: ignore[operator] # set by then
        threading.Event().wait(0.02)
    renewed.set()
    worker.join()
    assert runs(assembly)[0].state is RunState.DONE


def nightly() -> Job:
    return job(run=mark, when=Daily(at=time(2)), ask_after=timedelta(hours=6))


def missed(assembly: Assembly) -> Run:
    turns.once(assembly, [nightly()], NOW - timedelta(days=3))
    assert turns.once(assembly, [nightly()], NOW) == {}
    (asking,) = status(assembly, nightly()).asking
    return asking


def test_a_run_missed_for_too_long_waits_for_a_persons_word(assembly: Assembly) -> None:
    asking = missed(assembly)
    assert turns.once(assembly, [nightly()], NOW) == {}
    with assembly.database.transaction() as session:
        service.run_asked(session, asking.id, now=NOW)
    assert turns.once(assembly, [nightly()], NOW) == {"mark": RunState.DONE}
    assert marks(assembly) == 2
    with pytest.raises(RunSettled), assembly.database.transaction() as session:
        service.drop_asked(session, asking.id, now=NOW)


def test_a_dropped_run_stays_written_down(assembly: Assembly) -> None:
    asking = missed(assembly)
    with assembly.database.transaction() as session:
        service.drop_asked(session, asking.id, now=NOW)
    assert turns.once(assembly, [nightly()], NOW) == {}
    assert runs(assembly)[0].state is RunState.DROPPED
    assert turns.once(assembly, [nightly()], NOW + timedelta(days=1) - timedelta(hours=5)) == {"mark": RunState.DONE}


def test_a_run_can_be_ordered_and_is_carried_out_at_the_next_beat(assembly: Assembly) -> None:
    marking = job(run=mark)
    turns.once(assembly, [marking], NOW)
    ordered_at = NOW + timedelta(seconds=5)
    with assembly.database.transaction() as session:
        assert service.order(session, marking, now=ordered_at)
        assert service.order(session, marking, now=ordered_at) is None
    assert turns.once(assembly, [marking], ordered_at) == {"mark": RunState.DONE}
    assert marks(assembly) == 2


def test_a_named_job_runs_now_unless_it_is_running(assembly: Assembly) -> None:
    marking = job(run=mark)
    claim = turns.claim_named(assembly, [marking], "mark", NOW + timedelta(seconds=3))
    with pytest.raises(JobBusy):
        turns.claim_named(assembly, [marking], "mark", NOW + timedelta(seconds=4))
    assert turns.claim_due(assembly, [marking], NOW + timedelta(seconds=4)) == ()
    assert turns.carry_out(assembly, claim) is RunState.DONE
    with pytest.raises(JobMissing):
        turns.claim_named(assembly, [marking], "other", NOW)


def test_eight_claimants_at_once_claim_each_moment_once(assembly: Assembly) -> None:
    timetable = [job(f"job-{n}", run=mark) for n in range(4)]
    gate = threading.Barrier(8)

    def look(_: int) -> int:
        gate.wait()
        return len(turns.claim_due(assembly, timetable, NOW))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(look, range(8))) == 4


def test_old_runs_are_forgotten_quiet_ones_sooner_and_the_newest_never(assembly: Assembly) -> None:
    busy, quiet = job("busy", run=mark), job("quiet")
    for days in (40, 29, 2):
        then = NOW - timedelta(days=days)
        turns.once(at(assembly, then), [busy, quiet], then)
    assert prune_runs.run(assembly, NOW) == {"forgotten": 3}
    assert [run.due_at for run in runs(assembly, "busy")] == [NOW - timedelta(days=2), NOW - timedelta(days=29)]
    assert [run.due_at for run in runs(assembly, "quiet")] == [NOW - timedelta(days=2)]


def test_quiet_runs_are_left_out_of_the_history(assembly: Assembly) -> None:
    turns.once(assembly, [job("quiet"), job("busy", run=mark)], NOW)
    with assembly.database.reading() as session:
        assert [run.job for run in service.history(session)] == ["busy"]
