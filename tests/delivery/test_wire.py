"""Over a real connection: every fault a relay can have ends in the state it must, and nobody is written to twice."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from crm.foundation.database import Database
from crm.foundation.settings import Mail
from mailing.delivery.model import DeliveryState
from mailing.delivery.tables import DeliveryRow
from mailing.delivery.worker import Worker
from tests.delivery import ledger
from tests.sinks import CLOSE, SILENT, TAKE_AND_CLOSE, Sink, for_recipient, free_port, sometimes

Senders = Callable[..., Worker]
READERS = 12


def owe(database: Database, readers: int = READERS) -> None:
    with database.transaction() as session:
        ledger.add_readers(session, readers)
        ledger.add_mailing(session)


def send(worker: Worker, seconds: float = 20) -> None:
    """Runs a sender until nothing is due; it must not need long."""
    stopper = threading.Timer(seconds, worker.stop)
    stopper.start()
    worker.run(once=True)
    assert stopper.is_alive(), "the sender did not come to an end"
    stopper.cancel()


@pytest.mark.parametrize("features", [("PIPELINING", "SIZE 1000000", "DSN", "SMTPUTF8"), (), None])
def test_everybody_gets_their_mail_once(database: Database, sender: Senders, features: tuple[str, ...] | None) -> None:
    owe(database)
    faults = {"ehlo": sometimes("502 no")} if features is None else {}
    with Sink(features=features or (), faults=faults) as sink:
        send(sender(database, sink.port))
    assert ledger.states(database) == {"accepted": READERS}
    assert sink.recipients == sorted(ledger.address(n) for n in range(1, READERS + 1))
    assert len(set(sink.message_ids)) == READERS
    assert ledger.events(database, 1) == ["attempting", "accepted"]
    with database.reading() as session:
        row = ledger.row(session, 3)
        assert row.message_id in sink.message_ids
        assert row.reply.startswith("250 2.0.0 Ok: queued as Q")
        assert (row.attempts, row.lease_until, row.settled_at is None) == (1, None, False)


MATRIX: dict[str, tuple[dict[str, Any], dict[str, int], int]] = {
    # what goes wrong with one recipient of twelve (or once): the states that follow, and how many mails arrived
    "rcpt 4xx": ({"rcpt": for_recipient("451 4.7.1 greylisted", "lectrice7@")}, {"accepted": 11, "deferred": 1}, 11),
    "rcpt 5xx": ({"rcpt": for_recipient("550 5.1.1 unknown", "lectrice7@")}, {"accepted": 11, "refused": 1}, 11),
    "rcpt 5xx, data 354": (
        {"rcpt": for_recipient("550 5.1.1 unknown", "lectrice7@"), "data": sometimes("354 go on anyway", 0)},
        {"accepted": 11, "refused": 1},
        11,
    ),
    "mail 4xx": ({"mail": sometimes("451 later", 1)}, {"accepted": 11, "deferred": 1}, 11),
    "mail 5xx": ({"mail": sometimes("550 5.7.1 no", 1)}, {"accepted": 11, "refused": 1}, 11),
    "mail closed": ({"mail": sometimes(CLOSE, 1)}, {"accepted": 12}, 12),
    "mail 421": ({"mail": sometimes("421 busy", 1)}, {"accepted": 12}, 12),
    "rcpt closed": ({"rcpt": for_recipient(CLOSE, "lectrice7@")}, {"accepted": 11, "deferred": 1}, 11),
    "data 4xx": ({"data": for_recipient("451 later", "lectrice7@")}, {"accepted": 11, "deferred": 1}, 11),
    "data 5xx": ({"data": for_recipient("554 no", "lectrice7@")}, {"accepted": 11, "refused": 1}, 11),
    "data 421": ({"data": for_recipient("421 bye", "lectrice7@")}, {"accepted": 11, "deferred": 1}, 11),
    "dot 4xx": ({"dot": for_recipient("451 4.3.0 disk full", "lectrice7@")}, {"accepted": 11, "deferred": 1}, 11),
    "dot 5xx": ({"dot": for_recipient("554 5.6.0 spam", "lectrice7@")}, {"accepted": 11, "refused": 1}, 11),
    "dot 421": ({"dot": for_recipient("421 4.3.0 bye", "lectrice7@")}, {"accepted": 11, "uncertain": 1}, 11),
    "dot closed": ({"dot": for_recipient(CLOSE, "lectrice7@")}, {"accepted": 11, "uncertain": 1}, 11),
    "dot taken, closed": ({"dot": for_recipient(TAKE_AND_CLOSE, "lectrice7@")}, {"accepted": 11, "uncertain": 1}, 12),
    "dot garbled": ({"dot": for_recipient("hello there", "lectrice7@")}, {"accepted": 11, "uncertain": 1}, 11),
}


@pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "step by step"])
@pytest.mark.parametrize("fault", MATRIX)
def test_a_fault_ends_as_it_must(embedded: Database, sender: Senders, fault: str, pipelining: bool) -> None:
    faults, states, arrived = MATRIX[fault]
    if fault == "rcpt 5xx, data 354":
        faults = faults | {"data": lambda recipient, _n: None if recipient else "354 go on anyway"}
    owe(embedded)
    with Sink(faults=faults, features=("PIPELINING",) if pipelining else ()) as sink:
        send(sender(embedded, sink.port))
    assert ledger.states(embedded) == states
    assert len(sink.taken) == len(set(sink.message_ids)) == arrived
    with embedded.reading() as session:
        seventh = ledger.row(session, 7)
        assert seventh.lease_until is None
        assert (seventh.settled_at is None) == (seventh.state is DeliveryState.DEFERRED)


def test_a_mail_in_doubt_is_not_sent_again(database: Database, sender: Senders) -> None:
    owe(database)
    with Sink(faults={"dot": for_recipient(TAKE_AND_CLOSE, "lectrice7@")}) as sink:
        send(sender(database, sink.port))
        ledger.let_time_pass(database)
        send(sender(database, sink.port))
    assert len(sink.taken) == len(set(sink.message_ids)) == READERS
    assert ledger.states(database) == {"accepted": READERS - 1, "uncertain": 1}


def test_silence_after_the_dot_is_doubt_and_before_it_is_not(embedded: Database, sender: Senders) -> None:
    owe(embedded, 3)
    faults = {
        "dot": for_recipient(SILENT, "lectrice1@"),
        "data": for_recipient(SILENT, "lectrice2@"),
    }
    with Sink(faults=faults) as sink:
        send(sender(embedded, sink.port, timeout_seconds=0.4))
    assert ledger.states(embedded) == {"accepted": 1, "uncertain": 1, "deferred": 1}
    with embedded.reading() as session:
        assert ledger.row(session, 1).state is DeliveryState.UNCERTAIN


def test_greylisting_is_over_at_the_second_try(database: Database, sender: Senders) -> None:
    owe(database)
    seen: set[str] = set()

    def greylist(recipient: str, _number: int) -> str | None:
        known = recipient in seen
        seen.add(recipient)
        return None if known else "451 4.7.1 come back later"

    with Sink(faults={"rcpt": greylist}) as sink:
        send(sender(database, sink.port))
        assert ledger.states(database) == {"deferred": READERS}
        ledger.let_time_pass(database)
        send(sender(database, sink.port))
    assert ledger.states(database) == {"accepted": READERS}
    assert ledger.events(database, 5) == ["attempting", "deferred", "attempting", "accepted"]
    assert len(set(sink.message_ids)) == READERS


def test_after_the_sixth_set_back_we_give_up(embedded: Database, sender: Senders) -> None:
    owe(embedded, 1)
    with Sink(faults={"rcpt": sometimes("451 4.2.2 full")}) as sink:
        for _ in range(6):
            send(sender(embedded, sink.port))
            ledger.let_time_pass(embedded)
    with embedded.reading() as session:
        row = ledger.row(session, 1)
        assert (row.state, row.reason, row.attempts) == (DeliveryState.REFUSED, "gave-up", 6)


def test_a_relay_that_is_down_burns_no_try_and_is_not_called_without_pause(database: Database, sender: Senders) -> None:
    owe(database)
    port = free_port()
    worker = sender(database, port, connections=8)
    began = time.monotonic()
    thread = threading.Thread(target=worker.run)
    thread.start()
    time.sleep(1.5)
    assert worker.tally.relay == "the relay refuses connections"
    assert ledger.states(database) == {"planned": READERS}
    with Sink(port=port) as sink:
        until = time.monotonic() + 15
        while len(sink.taken) < READERS and time.monotonic() < until:
            time.sleep(0.05)
        worker.stop()
        thread.join(10)
    assert ledger.states(database) == {"accepted": READERS}
    assert time.monotonic() - began < 20
    with database.reading() as session:
        assert ledger.row(session, 1).attempts == 1


@pytest.mark.parametrize(
    "faults",
    [
        {"greeting": sometimes("554 go away")},
        {"greeting": sometimes(CLOSE)},
        {"ehlo": sometimes("421 busy")},
        {"mail": sometimes(CLOSE)},
        {"mail": sometimes("421 too many")},
    ],
)
def test_a_relay_that_takes_nothing_is_called_less_than_five_times_a_second(
    embedded: Database, sender: Senders, faults: dict[str, Any]
) -> None:
    owe(embedded)
    with Sink(faults=faults) as sink:
        worker = sender(embedded, sink.port, connections=8)
        thread = threading.Thread(target=worker.run)
        thread.start()
        time.sleep(2)
        worker.stop()
        thread.join(10)
        assert 1 <= len(sink.calls) <= 10
    assert worker.tally.relay != ""
    assert ledger.states(embedded) == {"planned": READERS}


def test_a_relay_with_fewer_connections_than_we_have_lines_gets_everything(embedded: Database, sender: Senders) -> None:
    owe(embedded, 60)
    with Sink(most_connections=1, dot_seconds=0.005) as sink:
        send(sender(embedded, sink.port, connections=6))
        assert len(sink.calls) < 20
    assert ledger.states(embedded) == {"accepted": 60}


@pytest.mark.parametrize(
    "flood", [b"2", b"220-" + b"x" * 40 + b"\r\n", b"220 " + b"x" * 100_000, b"\x00\x1b\xff\r\n"], ids=str
)
def test_a_server_that_never_comes_to_the_point_is_left_in_time(
    embedded: Database, sender: Senders, flood: bytes
) -> None:
    owe(embedded, 1)

    def babble(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, suppress(OSError):
                    for _ in range(400):
                        connection.sendall(flood)
                        time.sleep(0.01)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=babble, args=(listener,), daemon=True).start()
        began = time.monotonic()
        send(sender(embedded, listener.getsockname()[1], timeout_seconds=0.5))
        assert time.monotonic() - began < 4
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
    assert ledger.states(embedded) == {"planned": 1}


@pytest.mark.parametrize("takes_utf8", [True, False])
def test_an_address_beyond_ascii_leaves_where_the_relay_takes_it(
    embedded: Database, sender: Senders, takes_utf8: bool
) -> None:
    owe(embedded, 2)
    with embedded.transaction() as session:
        session.execute(update(DeliveryRow).where(DeliveryRow.recorded_person_id == 1).values(address="zoé@boîte.test"))
        session.execute(update(DeliveryRow).where(DeliveryRow.recorded_person_id == 2).values(address="zoe@boîte.test"))
    with Sink(features=("PIPELINING", "SMTPUTF8") if takes_utf8 else ("PIPELINING",)) as sink:
        send(sender(embedded, sink.port))
    if takes_utf8:
        assert sink.recipients == ["zoe@xn--bote-1pa.test", "zoé@boîte.test"]
        return
    assert sink.recipients == ["zoe@xn--bote-1pa.test"]
    with embedded.reading() as session:
        row = ledger.row(session, 1)
        assert (row.state, row.reason) == (DeliveryState.REFUSED, "address-unsupported")


def test_an_address_that_cannot_be_written_to_is_refused_and_holds_nobody_back(
    embedded: Database, sender: Senders, caplog: pytest.LogCaptureFixture
) -> None:
    owe(embedded)
    with embedded.transaction() as session:
        hostile = update(DeliveryRow).where(DeliveryRow.recorded_person_id == 4)
        session.execute(hostile.values(address="a@b.test>\r\nDATA"))
    with Sink() as sink:
        send(sender(embedded, sink.port))
    assert ledger.states(embedded) == {"accepted": READERS - 1, "refused": 1}
    with embedded.reading() as session:
        assert ledger.row(session, 4).reason == "unsafe-message"
    assert "cannot be written" in caplog.text


def test_a_dropped_idle_connection_costs_nobody_a_try(embedded: Database, sender: Senders) -> None:
    owe(embedded, 2)
    closed = threading.Event()

    def close_second(_recipient: str, number: int) -> str | None:
        if number == 2:
            closed.set()
            return CLOSE
        return None

    with Sink(faults={"mail": close_second}) as sink:
        send(sender(embedded, sink.port, connections=1))
    assert closed.is_set()
    assert ledger.states(embedded) == {"accepted": 2}
    with embedded.reading() as session:
        assert {ledger.row(session, n).attempts for n in (1, 2)} == {1}
    assert "returned" in ledger.events(embedded, 2)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for 127.0.0.1 that nobody vouches for."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl on this machine: the tests of TLS are left out")
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    what = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    whose = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(
        [openssl, "req", *what, *whose, "-keyout", file, "-out", f"{file}.crt"], check=True, capture_output=True
    )
    file.write_bytes(file.read_bytes() + Path(f"{file}.crt").read_bytes())
    return file


@pytest.mark.parametrize("is_trusted", [True, False])
def test_starttls_is_used_and_the_certificate_counts(embedded: Database, certificate: Path, is_trusted: bool) -> None:
    owe(embedded)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    with Sink(features=("PIPELINING", "STARTTLS", "AUTH PLAIN"), tls=server) as sink:
        worker = Worker(
            embedded,
            relay=Mail(host="127.0.0.1", port=sink.port, security="starttls", username="nous", connections=2),
            post=ledger.POST,
            clock=lambda: datetime.now(UTC),
            tls=lambda: ssl.create_default_context(cafile=certificate if is_trusted else None),
        )
        send(worker)
    if is_trusted:
        assert ledger.states(embedded) == {"accepted": READERS}
        assert sum(command.startswith("AUTH") for command in sink.commands) == len(sink.calls)
    else:
        assert ledger.states(embedded) == {"planned": READERS}
        assert "certificate is not valid" in worker.tally.relay


def test_a_relay_that_offers_no_tls_gets_nothing_where_tls_is_asked_for(embedded: Database, sender: Senders) -> None:
    owe(embedded, 1)
    with Sink() as sink:
        worker = sender(embedded, sink.port, security="starttls")
        send(worker)
    assert worker.tally.relay == "the relay offers no STARTTLS"
    assert sink.taken == []
