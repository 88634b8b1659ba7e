"""kill -9 in the middle of a send, twenty times: nobody gets two, nobody is forgotten, every doubt is listed."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crm.foundation.database import Database
from mailing.delivery import service
from mailing.delivery.model import RelayLog
from tests.delivery import ledger, processes
from tests.delivery.test_sender import owe
from tests.sinks import Sink

READERS = 500
KILLS = 20
CONNECTIONS = 4


@pytest.mark.slow
def test_twenty_kills_in_a_send_of_five_hundred(database: Database, tmp_path: Path) -> None:
    chance = random.Random(2026)
    mailing = owe(database, READERS)
    log = tmp_path / "sink.log"
    with Sink(dot_seconds=0.02, log=log, keep_content=False) as sink:
        for kill in range(KILLS):
            worker = processes.start(database, tmp_path, sink.port, connections=CONNECTIONS, lease_seconds=2)
            # Deaths are spread over the send: each comes a little after its share of the mails has arrived.
            share = (kill + 1) * (READERS - 40) // KILLS
            until = time.monotonic() + 60
            while len(sink.taken) < share and time.monotonic() < until:
                time.sleep(0.002)
            time.sleep(chance.uniform(0, 0.03))
            worker.kill()
            worker.join(10)
        assert 40 < len(sink.taken) < READERS, "the kills came in the middle of the send"
        while ledger.states(database).total() != sum(
            ledger.states(database)[state] for state in ("accepted", "uncertain")
        ):
            last = processes.start(database, tmp_path, sink.port, connections=CONNECTIONS, lease_seconds=2, once=True)
            assert processes.ended(last, 60) == 0
            time.sleep(0.5)
    arrived = log.read_text().split()
    assert len(arrived) == len(set(arrived)), "somebody got two"
    with database.reading() as session:
        report = service.report(session, mailing.id)
        doubtful = {d.message_id for d in service.uncertain(session, mailing_id=mailing.id)}
        everybody = {d.message_id for d in service.deliveries(session, mailing.id, size=READERS).deliveries}
    assert report.balances
    assert report.recipients == READERS == report.accepted + report.uncertain
    assert everybody - doubtful <= set(arrived), "somebody was forgotten"
    assert len(doubtful) == report.uncertain <= CONNECTIONS * KILLS
    # With the relay's own log, long enough after, no doubt is left and still nobody gets two.
    now = datetime.now(UTC)
    told = RelayLog(
        accepted=dict.fromkeys(arrived, "Q"), first_at=now - timedelta(days=1), last_at=now + timedelta(minutes=2)
    )
    with database.transaction() as session:
        found = service.reconcile(session, now, told)
    assert found.still_uncertain == 0
    assert found.accepted == len(doubtful & set(arrived))
    print(f"{KILLS} kills: {report.accepted} accepted, {report.uncertain} in doubt, {found.accepted} of them taken")
