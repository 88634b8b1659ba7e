"""A planted number, looked for in six spellings wherever it could have stayed: it is in the vault alone, sealed."""

from __future__ import annotations

import base64
import email.policy
import logging
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from email import message_from_bytes
from pathlib import Path

import pytest
from sqlalchemy import String, cast, func, select

from crm.assembly import Assembly, attesting_house, press
from crm.attestations import answering, handing, service
from crm.attestations.tables import AttestationRow
from crm.foundation.database import Database
from crm.foundation.settings import Mail
from crm.foundation.signing import TokenPurpose
from crm.people import service as people
from crm.values.email_address import EmailAddress
from crm.vault import service as vault
from crm.vault.model import Way
from crm.web.app import create_app
from jobs import hand_over_attestations
from mailing.correspondence import tax_numbers
from mailing.delivery.worker import Worker
from tests import postgres
from tests.attestations.conftest import PROPOSER, YEAR, Give, NewDonor, locked
from tests.attestations.test_file_orders import made, taken
from tests.conftest import NOW
from tests.delivery.ledger import POST
from tests.privacy.canary import decoded, tables
from tests.sinks import Sink

NUMBER = "86070425129"
"""Of no other test: the log of a PostgreSQL cluster holds what several of them write at once."""
SPELLINGS = tuple(
    spelling.encode()
    for spelling in (
        NUMBER,
        "86.07.04-251.29",
        "86 07 04 251 29",
        "860704-251.29",
        "86/07/04-251-29",
        base64.b64encode(NUMBER.encode()).decode().rstrip("="),
    )
)


def test_the_number_is_nowhere_but_sealed(
    house: Assembly, donor: NewDonor, give: Give, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    begun = _begun(house.database)
    with house.database.transaction() as session:
        marie = donor(session, email=EmailAddress.parse("marie@exemple.be"))
        give(session, marie, 5000)
        request_id = vault.ask_many(session, house.sealer, [marie], way=Way.MAIL, at=NOW, by=PROPOSER)[marie]
        person = people.find_person(session, marie)
        assert person is not None
        assert tax_numbers.send(session, house.desk, [(person, request_id)], year=YEAR, at=NOW) == 1
    client = create_app(house).test_client()
    here = f"/attestation/numero/{house.links.sign(TokenPurpose.NATIONAL_NUMBER, request_id)}"
    pages = [client.get(here), client.post(here, data={"number": "86.07.04 251 28"})]
    pages += [client.post(here, data={"number": "86.07.04-251.29"}), client.get(here)]
    assert [page.status_code for page in pages] == [200, 422, 200, 404]
    assert ("Marie" in pages[0].text, "Marie" in pages[3].text) == (True, False)
    run = locked(house)
    with house.database.transaction() as session:
        handing.begin(session, house.sealer, run.id, at=NOW, by=PROPOSER)
    assert hand_over_attestations.run(house, NOW) == {"made": 1, "mailed": 1}
    told = taken(house, made(house, is_test=True))
    made(house)  # lies there, to be taken
    with house.database.transaction() as session:
        desk = attesting_house(house)
        paper = service.of_person(session, marie)[0]
        said = f'{{"key": "{paper.fiche_key}", "detail": "zone 2011: {NUMBER} wrong"}}'
        assert answering.read(session, house.sealer, YEAR, said, at=NOW, by=PROPOSER) == 1
        row = session.get(AttestationRow, paper.id)
        assert row is not None
        fiche = desk.seal.open(row.sealed, row.uid)
    assert (NUMBER.encode() in told, fiche.zones["2011"]) == (True, NUMBER)
    press(house).copy(paper.id, at=NOW)
    mails = list(_sent(house))
    assert len(mails) == 2
    places = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    places |= {name: repr(rows).encode() for name, rows in tables(house).items()}
    places |= {
        "pages": "".join(page.text for page in pages).encode(),
        "logs": caplog.text.encode(),
        "mails": b"".join(mails),
    }
    places |= {"trail": repr([record.__dict__ for record in caplog.records]).encode()}
    assert {"attestation", "delivery", "body", "audit_entry"} <= places.keys()
    if not house.database.is_sqlite:
        places |= _cluster(house.database, begun)
        seen = {name for name, raw in places.items() if b"marie@exemple.be" in raw}
        assert ({"raw contact_point", "mails"} <= seen, any(name.startswith("0000") for name in seen)) == (True, True)
        assert {"raw attestation", "raw national_number", "said by the server"} <= places.keys()
    else:
        file = Path(str(house.database.engine.url.database))
        assert {file.name, f"{file.name}-wal"} <= places.keys()
        with closing(sqlite3.connect(file)) as dumped:
            places["dump"] = "\n".join(dumped.iterdump()).encode()
    whole = {name: raw + b"".join(decoded(raw)) for name, raw in places.items()}
    assert {name for name, raw in whole.items() if any(one in raw for one in SPELLINGS)} == set()


def _sent(house: Assembly) -> Iterator[bytes]:
    """What goes over the wire, and every part of it as a reader sees it."""
    with Sink() as sink:
        Worker(house.database, relay=Mail(host="127.0.0.1", port=sink.port), post=POST, clock=house.clock).run(
            once=True
        )
    for received in sink.taken:
        message = message_from_bytes(received.content, policy=email.policy.default)
        parts = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
        yield b"\n".join([received.content, *(part for part in parts if isinstance(part, bytes))])


def _begun(database: Database) -> tuple[int, int]:
    """How far the write-ahead log is now, and what the server has said; nothing on SQLite.

    The cluster is one for the whole run: what others wrote before is theirs to look through.
    """
    if database.is_sqlite:
        return 0, 0
    with database.reading() as session:
        written = session.scalar(select(cast(func.pg_current_wal_lsn(), String)))
    return _place(written), (Path(str(database.engine.url.query["host"])) / "log").stat().st_size


def _place(written: str | None) -> int:
    """Where in the log that is, in bytes."""
    high, _, low = (written or "0/0").partition("/")
    return int(high, 16) * 2**32 + int(low, 16)


def _since(segment: Path, size: int, begun: int, ended: int) -> bytes:
    """What of a file of the log was written between two places in it."""
    named = segment.name
    start = int(named[8:16], 16) * 2**32 + int(named[16:24], 16) * size
    with segment.open("rb") as file:
        file.seek(max(0, begun - start))
        return file.read(max(0, min(size, ended - start) - max(0, begun - start)))


def _cluster(database: Database, begun: tuple[int, int]) -> dict[str, bytes]:
    """What PostgreSQL keeps: the file of each table and index, the log and what it says since `begun`, a dump."""
    address = database.engine.url
    folder = Path(str(address.query["host"]))
    with postgres.connect(str(folder), str(address.database)) as own:
        own.execute("CHECKPOINT")
        paths = own.execute("SELECT relname, pg_relation_filepath(oid) FROM pg_class WHERE relkind IN ('r', 'i', 't')")
        files = {f"raw {name}": folder / "data" / path for name, path in paths if path and name[:3] != "pg_"}
        toast = own.execute("SELECT pg_relation_filepath(oid) FROM pg_class WHERE relkind = 't'").fetchall()
        (ended,) = own.execute("SELECT pg_current_wal_lsn()::text").fetchone() or ("",)
        (size,) = own.execute("SELECT setting FROM pg_settings WHERE name = 'wal_segment_size'").fetchone() or (0,)
    files |= {f"toast {path}": folder / "data" / path for (path,) in toast}
    found = {name: file.read_bytes() for name, file in files.items()}
    for segment in (folder / "data" / "pg_wal").iterdir():
        if segment.is_file() and (written := _since(segment, int(size), begun[0], _place(ended))):
            found[segment.name] = written
    words = [f"--host={folder}", f"--username={postgres.SUPERUSER}", f"--dbname={address.database}"]
    program = shutil.which("pg_dump", path=str(postgres.binaries())) or shutil.which("pg_dump")
    if program is not None:
        dumped = subprocess.run([program, *words], check=False, capture_output=True)
        if not dumped.returncode:  # an older one does not read a newer server
            assert b"marie@exemple.be" in dumped.stdout
            found["dump"] = dumped.stdout
    with (folder / "log").open("rb") as said:
        said.seek(begun[1])
        return found | {"said by the server": said.read()}
