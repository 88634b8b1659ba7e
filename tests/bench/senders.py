"""What is compared: the whole sender on a ledger, and a bare client that does nothing but write prepared bytes."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from crm.foundation.database import Database, open_database
from crm.foundation.keys import open_keyring
from crm.foundation.settings import Mail
from crm.foundation.signing import LinkSigner
from crm.migrations import schema
from mailing.delivery import mails, queue_store, store
from mailing.delivery.mails import Post
from mailing.delivery.worker import Worker
from tests import postgres
from tests.bench.relays import program
from tests.delivery import ledger

FILLER = "Une militante libérée après trois ans : « votre signature a compté ». Merci d’être là. " * 440
"""Makes a mail of some 50 kB."""


@contextmanager
def ledgers(kind: str, readers: int) -> Iterator[tuple[Database, Post]]:
    """An edition owed to so many readers, in a new database of that kind."""
    with tempfile.TemporaryDirectory(prefix="pv-bench-") as folder, _url(kind, Path(folder)) as url:
        database = open_database(url)
        schema.upgrade(database)
        with database.transaction() as session:
            ledger.add_readers(session, readers)
            ledger.add_mailing(session, filler=FILLER)
        post = Post(
            links=LinkSigner(open_keyring(Path(folder) / "keys", "links")),
            public_url="https://nouvelles.exemple.test",
            bounce_domain="retours.exemple.test",
        )
        try:
            yield database, post
        finally:
            database.close()


@contextmanager
def _url(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'bench.sqlite3'}"
        return
    run = Path(tempfile.mkdtemp(prefix="pv-bench-run-"))
    with postgres.hold_alive(run):
        sockets = postgres.cluster(run)
        with postgres.connect(sockets) as admin:
            admin.execute("CREATE DATABASE bench")
            # The cluster of the tests trades durability for speed; here what a real one does counts.
            for setting in ("fsync = on", "synchronous_commit = on", "full_page_writes = on", "autovacuum = on"):
                admin.execute(f"ALTER SYSTEM SET {setting}".encode())
            admin.execute("SELECT pg_reload_conf()")
        yield postgres.database_url(sockets, "bench")
    shutil.rmtree(run, ignore_errors=True)


def whole_sender(kind: str, port: int, *, messages: int, connections: int) -> float:
    """Mails a second through the whole sender: ledger, last look, tokens, headers, check, wire."""
    with ledgers(kind, messages) as (database, post):
        relay = Mail(host="127.0.0.1", port=port, connections=connections, lease_seconds=30)
        worker = Worker(database, relay=relay, post=post, clock=lambda: datetime.now(UTC))
        began = time.perf_counter()
        tally = worker.run(once=True)
        took = time.perf_counter() - began
        if tally.counts["accepted"] != messages:
            raise RuntimeError(f"the sender delivered {dict(tally.counts)} of {messages}: {tally.relay}")
    return messages / took


def prepared_bytes(number: int = 100) -> list[tuple[str, str, bytes]]:
    """(sender, recipient, mail) as the whole sender would write them."""
    with ledgers("sqlite", number) as (database, post), database.transaction() as session:
        store.ensure_switch(session, ledger.LONG_AGO)
        now = datetime.now(UTC)
        claims = queue_store.claim(session.connection(), by="bench", now=now, until=now, most=number)
        stored = store.find_body(session, claims[0].body_id)
        assert stored is not None
        mail = mails.prepare_mail(*stored)
        made = [mails.envelope(post, mail, claim, at=now, may_go_on=lambda: True) for claim in claims]
    return [(m.sender, m.recipient, m.message) for m in made]


def bare_client(port: int, prepared: Sequence[tuple[str, str, bytes]], *, messages: int, connections: int) -> float:
    """Mails a second when each connection only writes what is ready, pipelined, and reads the answers."""
    threads = [
        threading.Thread(target=_write, args=(port, prepared, messages // connections)) for _ in range(connections)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return (messages // connections) * connections / (time.perf_counter() - began)


def _write(port: int, prepared: Sequence[tuple[str, str, bytes]], messages: int) -> None:
    ready = [
        (f"MAIL FROM:<{sender}>\r\nRCPT TO:<{recipient}>\r\nDATA\r\n".encode(), mail + b".\r\n")
        for sender, recipient, mail in prepared
    ]
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _read(connection, 1)
        connection.sendall(b"EHLO bench\r\n")
        _read(connection, 1)
        for number in range(messages):
            commands, text = ready[number % len(ready)]
            connection.sendall(commands)
            _read(connection, 3)
            connection.sendall(text)
            _read(connection, 1)
        connection.sendall(b"QUIT\r\n")


def _read(connection: socket.socket, replies: int) -> None:
    got, said = 0, b""
    while got < replies:
        said += connection.recv(4096)
        *lines, said = said.split(b"\r\n")
        got += sum(line[3:4] == b" " for line in lines)
        if any(line[:1] not in (b"2", b"3") for line in lines):
            raise RuntimeError(f"the relay said {lines}")


def smtp_source(port: int, *, messages: int, connections: int, size: int) -> float | None:
    """Mails a second of Postfix's own load generator (each session anew with -d off), or None without it."""
    source = program("smtp-source")
    if source is None:
        return None
    options = ["-d", "-s", str(connections), "-m", str(messages), "-l", str(size), "-f", "a@exemple.test"]
    began = time.perf_counter()
    subprocess.run([source, *options, "-t", "b@exemple.test", f"127.0.0.1:{port}"], check=True, env=os.environ)
    return messages / (time.perf_counter() - began)
