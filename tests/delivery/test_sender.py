"""The sender beside people: pause, cancel, switch, a change of mind, letters first, a stop that loses nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.exc import OperationalError

from crm.consent import service as consent
from crm.consent.model import Act, SuppressionCause, Way
from crm.consent.tables import ConsentStandingRow
from crm.foundation.database import Database
from mailing.delivery import service
from mailing.delivery.model import Mailing
from mailing.delivery.tables import DeliveryRow
from mailing.delivery.worker import Worker
from tests.delivery import ledger
from tests.sinks import Sink

Senders = Callable[..., Worker]


def owe(database: Database, readers: int) -> Mailing:
    with database.transaction() as session:
        ledger.add_readers(session, readers)
        return ledger.add_mailing(session)


@contextmanager
def running(worker: Worker) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield thread
    finally:
        worker.stop()
        thread.join(60)
        assert not thread.is_alive()


def wait_for(look: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.01)


STOPS: dict[str, tuple[Callable[..., None], Callable[..., None] | None]] = {
    "pause": (lambda s, m: service.pause(s, m.id), lambda s, m: service.resume(s, m.id)),
    "cancel": (lambda s, m: service.cancel(s, m.id), None),
    "switch": (
        lambda s, _m: service.set_switch(s, is_open=False, reason="essai", by=None, now=ledger.LONG_AGO),
        lambda s, _m: service.set_switch(s, is_open=True, reason="", by=None, now=ledger.LONG_AGO),
    ),
}


@pytest.mark.parametrize("how", STOPS)
def test_a_stop_takes_effect_at_once_and_going_on_sends_nobody_a_second_mail(
    database: Database, sender: Senders, how: str
) -> None:
    stop, go_on = STOPS[how]
    mailing = owe(database, 120)
    with Sink(dot_seconds=0.02) as sink, running(sender(database, sink.port, connections=4)):
        wait_for(lambda: len(sink.taken) >= 20)
        with database.transaction() as session:
            stop(session, mailing)
        acknowledged = time.time()
        wait_for(lambda: ledger.states(database)["attempting"] == 0)
        assert time.time() - acknowledged < 2
        late = [t for t in sink.taken if t.at > acknowledged]
        assert len(late) <= 4, "only what was on the wire may still arrive"
        before = len(sink.taken)
        time.sleep(0.7)
        assert len(sink.taken) == before
        if go_on:
            with database.transaction() as session:
                go_on(session, mailing)
            wait_for(lambda: len(sink.taken) == 120)
    assert len(sink.taken) == len(set(sink.message_ids))
    with database.reading() as session:
        report = service.report(session, mailing.id)
    assert report.balances
    assert (report.accepted, report.cancelled) == ((120, 0) if go_on else (before, 120 - before))
    assert ledger.states(database)["claimed"] == 0


def test_whoever_changes_their_mind_after_the_freeze_gets_nothing(database: Database, sender: Senders) -> None:
    owe(database, 8)
    with database.transaction() as session:
        for person, act in ((2, Act.WITHDRAWN), (3, Act.REFUSED)):
            standing = update(ConsentStandingRow).where(ConsentStandingRow.person_id == person)
            session.execute(standing.values(act=act))
        for person, cause in ((4, SuppressionCause.DEAD_ADDRESS), (5, SuppressionCause.COMPLAINT)):
            consent.suppress(session, address_key=f"k{person}", cause=cause, way=Way.STAFF, at=ledger.LONG_AGO)
    with Sink() as sink:
        worker = sender(database, sink.port)
        worker.run(once=True)
    assert sink.recipients == [ledger.address(n) for n in (1, 6, 7, 8)]
    assert worker.tally.counts == {"accepted": 4, "withheld": 4}
    with database.reading() as session:
        reasons = {n: ledger.row(session, n).reason for n in (2, 3, 4, 5)}
        assert reasons == {2: "withdrawn", 3: "refused", 4: "suppressed", 5: "suppressed"}
        assert all(ledger.row(session, n).settled_at for n in (2, 3, 4, 5))
    assert ledger.events(database, 2) == ["withheld"]


def test_somebody_merged_into_another_gets_one_mail(database: Database, sender: Senders) -> None:
    owe(database, 4)
    with database.transaction() as session:
        # What a merge of 3 into 2 does to rows that point at people: the person moves, what is recorded stays.
        session.execute(update(DeliveryRow).where(DeliveryRow.recorded_person_id == 3).values(person_id=2))
        session.execute(update(DeliveryRow).where(DeliveryRow.recorded_person_id == 3).values(address_key="k2"))
    with Sink() as sink:
        sender(database, sink.port).run(once=True)
    assert sink.recipients == [ledger.address(n) for n in (1, 2, 4)]
    with database.reading() as session:
        assert ledger.row(session, 3).reason == "merged"


def test_a_letter_does_not_wait_behind_a_newsletter(database: Database, sender: Senders) -> None:
    owe(database, 150)
    with Sink(dot_seconds=0.02) as sink, running(sender(database, sink.port, connections=2)):
        wait_for(lambda: len(sink.taken) >= 10)
        with database.transaction() as session:
            ledger.add_letter(session, person=1)
        asked = time.time()
        wait_for(lambda: any("letter" in found for found in sink.message_ids))
        letter = next(t for t in sink.taken if "letter" in t.message_id)
        assert letter.at - asked < 1.5
        assert len(sink.taken) < 150
    with database.reading() as session:
        row = session.scalars(select(DeliveryRow).where(DeliveryRow.occasion == "1")).one()
        assert row.values == {}, "the letter's own link is forgotten once it has left"


def test_a_letter_passes_every_refusal_but_a_dead_address(database: Database, sender: Senders) -> None:
    with database.transaction() as session:
        ledger.add_readers(session, 3)
        session.execute(update(ConsentStandingRow).values(act=Act.WITHDRAWN))
        for person in (1, 2):
            ledger.add_letter(session, person=person)
        consent.suppress(
            session, address_key="k2", cause=SuppressionCause.DEAD_ADDRESS, way=Way.BOUNCE, at=ledger.LONG_AGO
        )
    with Sink() as sink:
        sender(database, sink.port).run(once=True)
    assert sink.recipients == [ledger.address(1)]
    assert ledger.states(database) == {"accepted": 1, "withheld": 1}


def test_two_senders_share_the_work_and_nobody_gets_two(database: Database, sender: Senders) -> None:
    owe(database, 200)
    with Sink(dot_seconds=0.002) as sink:
        workers = [sender(database, sink.port, connections=3) for _ in range(2)]
        threads = [threading.Thread(target=worker.run, kwargs={"once": True}) for worker in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        workers[0] = sender(database, sink.port)
        workers[0].run(once=True)
    assert len(sink.taken) == len(set(sink.message_ids)) == 200
    assert ledger.states(database) == {"accepted": 200}


def test_a_sender_that_is_asked_to_stop_finishes_and_gives_the_rest_back(database: Database, sender: Senders) -> None:
    owe(database, 100)
    with Sink(dot_seconds=0.05) as sink:
        with running(sender(database, sink.port, connections=4)):
            wait_for(lambda: len(sink.taken) >= 8)
        states = ledger.states(database)
        assert states == {"accepted": len(sink.taken), "planned": 100 - len(sink.taken)}


def test_the_pace_is_kept(database: Database, sender: Senders) -> None:
    owe(database, 30)
    with Sink() as sink:
        began = time.monotonic()
        sender(database, sink.port, per_second=20).run(once=True)
        took = time.monotonic() - began
    assert len(sink.taken) == 30
    assert took > 1.0
    longest_burst = max(sum(1 for u in sink.taken if 0 <= u.at - t.at < 0.5) for t in sink.taken)
    assert longest_burst <= 17


def test_while_the_database_fails_nothing_leaves_and_afterwards_everything_does(
    database: Database, sender: Senders
) -> None:
    owe(database, 60)
    failing = threading.Event()

    def fail(_connection: Any) -> None:
        if failing.is_set():
            raise OperationalError("COMMIT", {}, RuntimeError("disk full"))

    with Sink(dot_seconds=0.01) as sink:
        worker = sender(database, sink.port, connections=3)
        event.listen(database.engine, "commit", fail)
        try:
            with running(worker):
                wait_for(lambda: len(sink.taken) >= 10)
                failing.set()
                time.sleep(0.3)
                stuck = len(sink.taken)
                time.sleep(0.5)
                assert len(sink.taken) == stuck
                failing.clear()
                wait_for(lambda: ledger.states(database)["accepted"] == 60, 30)
        finally:
            event.remove(database.engine, "commit", fail)
    assert len(sink.taken) == len(set(sink.message_ids)) == 60
    assert ledger.states(database) == {"accepted": 60}


def test_bodies_not_used_for_long_make_room(database: Database, sender: Senders) -> None:
    with database.transaction() as session:
        ledger.add_readers(session, 1)
        for number in range(20):
            ledger.add_mailing(session, code=f"actu-{number}")
    with Sink() as sink:
        worker = sender(database, sink.port)
        worker.run(once=True)
    assert len(sink.taken) == 20


def test_a_commit_whose_answer_is_lost_sends_nobody_a_second_mail(
    database: Database, sender: Senders, monkeypatch: pytest.MonkeyPatch
) -> None:
    owe(database, 60)
    dialect, commits = database.engine.dialect, 0
    commit = dialect.do_commit

    def commit_and_lose_the_answer(connection: Any) -> None:
        nonlocal commits
        commit(connection)
        commits += 1
        if commits % 5 == 0 and commits < 60:
            raise OperationalError("COMMIT", {}, RuntimeError("the server closed the connection"))

    with Sink() as sink:
        monkeypatch.setattr(dialect, "do_commit", commit_and_lose_the_answer)
        with running(sender(database, sink.port, connections=3)):
            wait_for(lambda: ledger.states(database)["accepted"] == 60, 60)
    assert len(sink.taken) == len(set(sink.message_ids)) == 60
    assert ledger.states(database) == {"accepted": 60}
