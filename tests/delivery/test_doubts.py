"""Dead senders: what they held is taken over, what they were doing is in doubt until somebody knows."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from crm.foundation.database import Database
from mailing.delivery import postfix_log, rules, service, turns
from mailing.delivery.errors import DeliveryMissing, LogUnreadable, NotInDoubt
from mailing.delivery.model import (
    DeliveryState,
    Outcome,
    OutcomeKind,
    Reconciled,
    Recovered,
    RelayLog,
)
from mailing.delivery.tables import DeliveryRow
from mailing.delivery.worker import Worker
from tests.conftest import NOW
from tests.delivery import ledger, processes
from tests.delivery.test_sender import owe, wait_for
from tests.sinks import Sink

Senders = Callable[..., Worker]
LEASE = timedelta(seconds=30)
BRUSSELS = ZoneInfo("Europe/Brussels")


def turn(database: Database, *, by: str, now: datetime = NOW, **wanted: object) -> turns.Turn:
    with database.transaction() as session:
        plan = turns.Plan(by=by, now=now, until=now + LEASE, **wanted)  # type: ignore[arg-type] # by name
        return turns.take(session.connection(), plan)


def accepted(claim_and_tries: tuple[object, int]) -> turns.Ending:
    claim, tries = claim_and_tries
    outcome = Outcome(kind=OutcomeKind.ACCEPTED, reply="250 Ok")
    return turns.Ending(claim=claim, tries=tries, outcome=outcome)  # type: ignore[arg-type] # a Claim


def in_doubt(database: Database, readers: int = 4, *, tried: int = 2) -> None:
    """`tried` mails whose sender died at NOW, found out when its lease was over; the others are planned."""
    owe(database, readers)
    with database.transaction() as session:
        service.set_switch(session, is_open=True, reason="", by=None, now=NOW)
    turn(database, by="dead", idle=tried, claim=readers)
    with database.transaction() as session:
        assert service.recover(session, NOW + LEASE) == Recovered(given_back=0, uncertain=0)
        found = service.recover(session, NOW + LEASE + timedelta(seconds=1))
        assert found == Recovered(given_back=readers - tried, uncertain=tried)


def test_a_dead_sender_s_claims_are_planned_again_and_its_tries_are_listed(database: Database) -> None:
    in_doubt(database)
    assert ledger.states(database) == {"uncertain": 2, "planned": 2}
    with database.reading() as session:
        assert [d.address for d in service.uncertain(session)] == [ledger.address(1), ledger.address(2)]
        assert {d.reason for d in service.uncertain(session)} == {"sender-stopped"}
    assert ledger.events(database, 1) == ["attempting", "uncertain"]


def test_a_late_sender_holds_nothing_any_more(database: Database) -> None:
    owe(database, 4)
    late = turn(database, by="late", idle=0, claim=4)
    after = NOW + LEASE + timedelta(seconds=1)
    with database.transaction() as session:
        service.recover(session, after)
    other = turn(database, by="other", now=after, idle=4, claim=4)
    assert len(other.started) == 4
    nothing = turn(database, by="late", now=after, held=late.held, idle=4)
    assert (nothing.started, nothing.held) == ((), ())
    turn(database, by="late", now=after, endings=[accepted((claim, 1)) for claim in late.held])
    assert ledger.states(database) == {"attempting": 4}


def test_a_lease_that_has_run_out_lets_nothing_through_even_if_nobody_took_over(database: Database) -> None:
    owe(database, 2)
    held = turn(database, by="slow", idle=0, claim=2).held
    assert turn(database, by="slow", now=NOW + LEASE, held=held, idle=2).started == ()
    assert ledger.states(database) == {"claimed": 2}


def test_a_late_sender_may_still_tell_how_its_own_try_ended(database: Database) -> None:
    owe(database, 2)
    first, second = turn(database, by="late", idle=2, claim=2).started
    after = NOW + LEASE + timedelta(seconds=1)
    with database.transaction() as session:
        service.recover(session, after)
        service.send_again(session, second[0].id, now=after)
    turn(database, by="late", now=after, endings=[accepted(first), accepted(second)])
    assert ledger.states(database) == {"accepted": 1, "planned": 1}
    assert ledger.events(database, 2) == ["attempting", "uncertain", "sent-again"]


def test_an_ending_is_written_down_once(database: Database) -> None:
    owe(database, 1)
    (started,) = turn(database, by="a", idle=1, claim=1).started
    for _ in range(2):
        turn(database, by="a", endings=[accepted(started)])
    assert ledger.events(database, 1) == ["attempting", "accepted"]


def test_a_person_settles_a_doubt_once(database: Database) -> None:
    in_doubt(database)
    with database.transaction() as session:
        one, two = service.uncertain(session)
        service.mark_accepted(session, one.id, now=NOW)
        service.send_again(session, two.id, now=NOW)
        for settled in (one, two):
            with pytest.raises(NotInDoubt):
                service.send_again(session, settled.id, now=NOW)
        with pytest.raises(DeliveryMissing):
            service.mark_accepted(session, type(one.id)(999), now=NOW)
    assert ledger.states(database) == {"accepted": 1, "planned": 3}
    assert ledger.events(database, 1) == ["attempting", "uncertain", "marked-accepted"]
    assert ledger.events(database, 2) == ["attempting", "uncertain", "sent-again"]


def log_of(*message_ids: str, last: datetime, first: datetime = NOW - timedelta(hours=1)) -> RelayLog:
    return RelayLog(accepted={m: f"Q{n}" for n, m in enumerate(message_ids)}, first_at=first, last_at=last)


def test_the_relay_s_log_settles_doubts_both_ways(database: Database) -> None:
    in_doubt(database)
    doubted_at = NOW + LEASE + timedelta(seconds=1)
    with database.transaction() as session:
        taken = service.uncertain(session)[0].message_id
        short = log_of(taken, last=doubted_at + timedelta(seconds=59))
        assert service.reconcile(session, NOW, short) == Reconciled(accepted=1, planned_again=0, still_uncertain=1)
        long = log_of(taken, last=doubted_at + timedelta(seconds=60))
        assert service.reconcile(session, NOW, long) == Reconciled(accepted=0, planned_again=1, still_uncertain=0)
        assert service.uncertain(session) == ()
    assert ledger.states(database) == {"accepted": 1, "planned": 3}
    assert ledger.events(database, 1) == ["attempting", "uncertain", "reconciled-accepted"]
    assert ledger.events(database, 2) == ["attempting", "uncertain", "reconciled-not-accepted"]


INSTANTS = st.integers(0, 400).map(lambda seconds: NOW + timedelta(seconds=seconds))


@given(first=INSTANTS, last=INSTANTS, attempted=INSTANTS, doubted=INSTANTS, grace=st.integers(0, 120))
def test_only_a_log_of_the_whole_time_proves_that_a_mail_was_not_taken(
    first: datetime, last: datetime, attempted: datetime, doubted: datetime, grace: int
) -> None:
    waited = timedelta(seconds=grace)
    covers = first <= attempted and last >= doubted + waited
    asked = {"attempted_at": attempted, "doubted_at": doubted, "grace": waited}
    silent = RelayLog(accepted={}, first_at=first, last_at=last)
    assert rules.proof(silent, "<a>", **asked) is (  # type: ignore[arg-type] # by name
        OutcomeKind.UNTRIED if covers else OutcomeKind.UNCERTAIN
    )
    empty = RelayLog(accepted={}, first_at=None, last_at=None)
    assert rules.proof(empty, "<a>", **asked) is OutcomeKind.UNCERTAIN  # type: ignore[arg-type] # by name
    found = RelayLog(accepted={"<a>": "Q"}, first_at=first, last_at=last)
    assert rules.proof(found, "<a>", **asked) is OutcomeKind.ACCEPTED  # type: ignore[arg-type] # by name


OLD_STYLE = """\
Nov 23 09:59:58 relais postfix/smtpd[10]: connect from localhost[127.0.0.1]
Nov 23 10:00:01 relais postfix/cleanup[12]: 4Fabc123: message-id=<taken@exemple.test>
Nov 23 10:00:01 relais postfix/qmgr[3]: 4Fabc123: from=<b+1-x@r.test>, size=51234, nrcpt=1 (queue active)
Nov 23 10:00:02 relais postfix/cleanup[12]: 4Fdef456: message-id=<named-only@exemple.test>
Nov 23 10:00:02 relais postfix-out/cleanup[12]: 5Fdef456: message-id=<other-instance@exemple.test>
Nov 23 10:00:02 relais postfix-out/qmgr[12]: 5Fdef456: from=<b@r.test>, size=1, nrcpt=1 (queue active)
Nov 23 10:00:03 relais evil[1]: 4Fdef456: from=<x>, size=1, nrcpt=1 (queue active)
Nov 23 10:00:09 relais systemd[1]: something else
"""


def test_a_mail_counts_as_taken_when_the_queue_manager_has_it_and_not_before() -> None:
    log = postfix_log.read(OLD_STYLE.splitlines(), now=NOW, zone=BRUSSELS)
    assert log == RelayLog(
        accepted={"<taken@exemple.test>": "4Fabc123", "<other-instance@exemple.test>": "5Fdef456"},
        first_at=datetime(2026, 11, 23, 8, 59, 58, tzinfo=UTC),
        last_at=datetime(2026, 11, 23, 9, 0, 9, tzinfo=UTC),
    )
    iso = "2026-11-23T10:00:01.25+01:00 relais postfix/qmgr[3]: 4F: from=<a@b>, size=1, nrcpt=1 (queue active)"
    assert postfix_log.read([iso], now=NOW, zone=UTC).first_at == datetime(2026, 11, 23, 9, 0, 1, 250000, tzinfo=UTC)


def test_a_log_of_december_read_in_january_is_of_last_year() -> None:
    january = datetime(2027, 1, 2, 8, 0, tzinfo=UTC)
    log = postfix_log.read(["Dec 31 23:00:00 relais postfix/x[1]: y"], now=january, zone=UTC)
    assert log.first_at == datetime(2026, 12, 31, 23, 0, tzinfo=UTC)


@given(st.lists(st.text(max_size=80), max_size=5))
def test_any_text_is_a_log_or_is_refused(lines: list[str]) -> None:
    try:
        postfix_log.read(lines, now=NOW, zone=UTC)
    except LogUnreadable:
        return


def test_a_stopped_sender_sends_nothing_after_its_lease(database: Database, tmp_path: Path) -> None:
    """S11: SIGSTOP past the lease, another takes over, SIGCONT."""
    owe(database, 60)
    with Sink(dot_seconds=0.05, log=tmp_path / "sink.log") as sink:
        slow = processes.start(database, tmp_path, sink.port, connections=3, lease_seconds=1)
        wait_for(lambda: len(sink.taken) >= 6, 30)
        assert slow.pid
        os.kill(slow.pid, signal.SIGSTOP)
        time.sleep(0.3)
        # What the stopped process had written is on its way; everything else must not be handed over by it any more.
        known = set(sink.message_ids)
        other = processes.start(database, tmp_path, sink.port, connections=3, lease_seconds=1, once=True)
        time.sleep(3)
        os.kill(slow.pid, signal.SIGCONT)
        time.sleep(1.5)
        assert processes.ended(other, 30) == 0
        slow.terminate()
        assert processes.ended(slow, 30) == 0
    assert len(sink.taken) == len(set(sink.message_ids))
    states = ledger.states(database)
    assert sum(states.values()) == 60
    assert states["uncertain"] <= 3
    assert states["attempting"] == states["claimed"] == 0
    assert len(known) >= 6
    with database.reading() as session:
        ids = select(DeliveryRow.message_id)
        settled = set(session.scalars(ids.where(DeliveryRow.state == DeliveryState.ACCEPTED)))
        assert settled <= set(sink.message_ids)
        planned = set(session.scalars(ids.where(DeliveryRow.state == DeliveryState.PLANNED)))
        assert not planned & set(sink.message_ids)
