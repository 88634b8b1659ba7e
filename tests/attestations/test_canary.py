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
from sqlalchemy import func, select

from crm.assembly import Assembly, attesting_house, press
from crm.attestations import answering, filing, handing, service
from crm.attestations.model import Format
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
    begun = _wal_at(house.database)
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
    with house.database.transaction() as session:
        desk = attesting_house(house)
        prepared = filing.prepare(session, desk, YEAR, Format.BELCOTAX_XML_2024)
        told = "".join(filing.pieces(session, desk, prepared, at=NOW))
        filing.note(session, desk, prepared, content_print=told, at=NOW, by=PROPOSER)
        paper = service.of_person(session, marie)[0]
        said = f'{{"key": "{paper.fiche_key}", "detail": "zone 2011: {NUMBER} wrong"}}'
        assert answering.read(session, house.sealer, YEAR, said, at=NOW, by=PROPOSER) == 1
        row = session.get(AttestationRow, paper.id)
        assert row is not None
        fiche = desk.seal.open(row.sealed, row.uid)
    assert (NUMBER in told, fiche.zones["2011"]) == (True, NUMBER)
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
    for taken in sink.taken:
        message = message_from_bytes(taken.content, policy=email.policy.default)
        parts = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
        yield b"\n".join([taken.content, *(part for part in parts if isinstance(part, bytes))])


def _wal_at(database: Database) -> str:
    """The file of the write-ahead log that is written to now; nothing on SQLite."""
    if database.is_sqlite:
        return ""
    with database.reading() as session:
        return session.scalar(select(func.pg_walfile_name(func.pg_current_wal_lsn()))) or ""


def _cluster(database: Database, begun: str) -> dict[str, bytes]:
    """What PostgreSQL keeps: the file of each table and index, the log since `begun`, what it says, a dump."""
    address = database.engine.url
    folder = Path(str(address.query["host"]))
    with postgres.connect(str(folder), str(address.database)) as own:
        own.execute("CHECKPOINT")
        paths = own.execute("SELECT relname, pg_relation_filepath(oid) FROM pg_class WHERE relkind IN ('r', 'i', 't')")
        files = {f"raw {name}": folder / "data" / path for name, path in paths if path and name[:3] != "pg_"}
        toast = own.execute("SELECT pg_relation_filepath(oid) FROM pg_class WHERE relkind = 't'").fetchall()
    files |= {f"toast {path}": folder / "data" / path for (path,) in toast}
    files |= {one.name: one for one in (folder / "data" / "pg_wal").iterdir() if one.is_file() and one.name >= begun}
    found = {name: file.read_bytes() for name, file in files.items()}
    words = [f"--host={folder}", f"--username={postgres.SUPERUSER}", f"--dbname={address.database}"]
    program = shutil.which("pg_dump", path=str(postgres.binaries())) or shutil.which("pg_dump")
    if program is not None:
        dumped = subprocess.run([program, *words], check=False, capture_output=True)
        if not dumped.returncode:  # an older one does not read a newer server
            assert b"marie@exemple.be" in dumped.stdout
            found["dump"] = dumped.stdout
    return found | {"said by the server": (folder / "log").read_bytes()}
