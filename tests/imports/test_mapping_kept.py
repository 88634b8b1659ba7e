"""What a source was matched to before a field got another name is read as it was meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from crm.foundation.database import Database, open_database
from crm.imports import store
from crm.imports.model import Matching
from crm.imports.tables import ImportMappingRow
from crm.migrations import schema
from tests.conftest import KINDS, NOW

OLD = Matching(
    columns={"year": 0, "number": 1, "street": 2}, formats={"amount": "comma"}, choices={"system": "civicrm"}
)
NEW = Matching(columns={"year": 0, "paper_number": 1, "number": 2})


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, new_database_url: Callable[[str], str]) -> Iterator[Database]:
    made = open_database(new_database_url(request.param))
    yield made
    made.close()


@pytest.mark.database
def test_the_number_of_an_attestation_stays_one(database: Database) -> None:
    told = {("attestations", "a"): OLD, ("attestations", "b"): NEW, ("people", "a"): OLD}
    with database.transaction() as session:
        for (kind, signature), matching in told.items():
            store.keep_mapping(session, kind, signature, matching, at=NOW)
    schema.downgrade(database, "d1f9")
    with database.transaction() as session:
        row = ImportMappingRow
        [whole] = session.scalars(sa.select(row.matching).where(row.kind == "attestations", row.signature == "b"))
        assert whole["columns"] == {"year": 0, "number": 1}
        store.keep_mapping(session, "attestations", "b", NEW, at=NOW)
    schema.upgrade(database)
    with database.reading() as session:
        found = {key: store.find_mapping(session, *key) for key in told}
    meant = Matching(columns={"year": 0, "paper_number": 1, "street": 2}, formats=OLD.formats, choices=OLD.choices)
    assert found == {**told, ("attestations", "a"): meant}
