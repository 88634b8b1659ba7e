"""No table reaches a person without being on the list that an erasure will go through."""

from __future__ import annotations

import re

from crm.foundation.columns import Base
from crm.migrations.schema import METADATA
from crm.rooms import HOLDERS
from tests.architecture.sources import ROOT

TELLING = {
    "person_id",
    "recorded_person_id",
    "contact_point_id",
    "address",
    "address_key",
    "email",
    "email_key",
    "mailbox_key",
}
TELLING |= {"account_id", "proposed_by", "changed_by", "approved_by", "started_by", "closed_by", "opened_by"}
ROOTS = {"person", "account"}


def _reaching() -> set[str]:
    """The tables from which a chain of foreign keys, or a telling column, leads to a person."""
    found = ROOTS | {t.name for t in METADATA.sorted_tables if TELLING & {c.name for c in t.columns}}
    holding = {"person", "person_merge", "contact_point", "delivery", "account", "staff_session"}
    holding |= {"signature", "gift", "gift_line", "mandate", "plan", "collection", "attestation"}
    while True:
        more = {
            table.name
            for table in METADATA.sorted_tables
            if table.name not in found and {key.column.table.name for key in table.foreign_keys} & holding
        }
        if not more:
            return found
        found |= more


COLLEAGUES = {
    "account",
    "account_link",
    "api_token",
    "app_secret",
    "attestation_rules",
    "attestation_run",
    "attestation_signature",
    "audit_entry",
    "closed_month",
    "creditor_identity",
    "deduction_proposal",
    "edition",
    "file_limit",
    "gift_batch",
    "import_run",
    "passkey",
    "permission_round",
    "policy",
    "recovery_code",
    "retention_term",
    "sending_switch",
    "sepa_batch",
    "sign_in_attempt",
    "staff_session",
    "welcome_words",
}
"""Tables that lead to colleagues, never to a supporter."""


def test_every_table_that_leads_to_a_supporter_has_a_room_that_shows_and_forgets_it() -> None:
    declared = [name for holder in HOLDERS for name in holder.TABLES]
    owners = {str(mapper.local_table): mapper.class_.__module__ for mapper in Base.registry.mappers}
    assert [name for h in HOLDERS for name in h.TABLES if owners[name].rpartition(".")[0] != h.ROOM] == []
    assert len(declared) == len(set(declared))
    assert set(declared) == _reaching() - COLLEAGUES


def test_every_table_that_reaches_a_person_is_declared() -> None:
    page = (ROOT / "docs" / "personal-data.md").read_text()
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == _reaching()
