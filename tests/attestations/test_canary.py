"""A planted number, looked for in six spellings wherever it could have stayed: it is in the vault alone, sealed."""

from __future__ import annotations

import base64
import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from crm.assembly import Assembly, attesting_house, press
from crm.attestations import answering, filing, handing, service
from crm.attestations.model import Format
from crm.attestations.tables import AttestationRow
from crm.foundation.signing import TokenPurpose
from crm.people import service as people
from crm.values.email_address import EmailAddress
from crm.vault import service as vault
from crm.vault.model import Way
from crm.web.app import create_app
from jobs import hand_over_attestations
from mailing.correspondence import tax_numbers
from tests.attestations.conftest import PROPOSER, YEAR, Give, NewDonor, locked
from tests.conftest import NOW
from tests.privacy.canary import decoded, tables

NUMBER = "17073003384"
SPELLINGS = tuple(
    spelling.encode()
    for spelling in (
        NUMBER,
        "17.07.30-033.84",
        "17 07 30 033 84",
        "170730-033.84",
        "17/07/30-033-84",
        base64.b64encode(NUMBER.encode()).decode().rstrip("="),
    )
)


def test_the_number_is_nowhere_but_sealed(
    house: Assembly, donor: NewDonor, give: Give, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    with house.database.transaction() as session:
        marie = donor(session, email=EmailAddress.parse("marie@exemple.be"))
        give(session, marie, 5000)
        request_id = vault.ask_many(session, house.sealer, [marie], way=Way.MAIL, at=NOW, by=PROPOSER)[marie]
        person = people.find_person(session, marie)
        assert person is not None
        assert tax_numbers.send(session, house.desk, [(person, request_id)], year=YEAR, at=NOW) == 1
    client = create_app(house).test_client()
    here = f"/attestation/numero/{house.links.sign(TokenPurpose.NATIONAL_NUMBER, request_id)}"
    pages = [client.get(here), client.post(here, data={"number": "17.07.30 033 85"})]
    pages += [client.post(here, data={"number": "17.07.30-033.84"}), client.get(here)]
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
    places = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    places |= {name: repr(rows).encode() for name, rows in tables(house).items()}
    places |= {"pages": "".join(page.text for page in pages).encode(), "logs": caplog.text.encode()}
    places |= {"trail": repr([record.__dict__ for record in caplog.records]).encode()}
    assert {"attestation", "delivery", "body", "audit_entry"} <= places.keys()
    if house.database.engine.dialect.name == "sqlite":
        file = Path(str(house.database.engine.url.database))
        assert {file.name, f"{file.name}-wal"} <= places.keys()
        with closing(sqlite3.connect(file)) as dumped:
            places["dump"] = "\n".join(dumped.iterdump()).encode()
    whole = {name: raw + b"".join(decoded(raw)) for name, raw in places.items()}
    assert {name for name, raw in whole.items() if any(one in raw for one in SPELLINGS)} == set()
