"""A new key of addresses: every hash follows, nothing else changes, and what the ledgers prove they go on proving."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import String, select
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.cli import addresses as cli
from crm.consent import chains, paces
from crm.consent import service as consent
from crm.consent.model import Act, NewAct, SuppressionCause, Way
from crm.consent.pace import Rhythm
from crm.duplicates import merges
from crm.foundation import rekeying
from crm.foundation.columns import AddressKey, Base, KeyedJson
from crm.foundation.keys import Keyring, KeyTaken, add_key, keep_key
from crm.foundation.rekeying import KeysBehind
from crm.foundation.signing import AddressHasher
from crm.imports.model import ChangeKind
from crm.imports.tables import ImportChangeRow
from crm.ledgers import service as ledgers
from crm.people import service as people
from crm.people.model import NewPerson
from crm.people.tables import ContactPointRow
from crm.privacy import erasing
from crm.privacy.tables import ErasedIdentityRow
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from tests import victims
from tests.conftest import NOW
from tests.duplicates.test_law import plant, snapshot
from tests.imports.conftest import desk_on
from tests.killing import killed

BYTES = st.binary(min_size=32, max_size=32)
RINGS = st.lists(BYTES, min_size=1, max_size=4, unique=True)
PURPOSE = "news"
NOT_OURS = {"national_number", "bank_line", "import_row", "attestation", "audit_entry"}
"""Tables with hashes under keys of their own (and the trail, to which a rotation adds)."""


def _hasher(keys: Sequence[bytes]) -> AddressHasher:
    return AddressHasher(Keyring(use="addresses", keys=tuple(enumerate(keys, 1))))


@given(RINGS, st.text(max_size=30), st.data())
def test_a_hash_is_brought_to_any_key_and_back_without_the_address(
    keys: list[bytes], text: str, data: st.DataObject
) -> None:
    newest, older = _hasher(keys), _hasher(keys[: data.draw(st.integers(1, len(keys)))])
    then, now = older.key_of(text), newest.key_of(text)
    assert newest.current(then) == now
    assert newest.original(now) == newest.original(then) == _hasher(keys[:1]).key_of(text)
    number, _, digest = then.partition(":")
    short = newest.current(f"{number}:{digest[:32]}")
    assert short.partition(":")[2] == now.partition(":")[2][:32]
    assert (newest.current(""), newest.current("1060 DPNT")) == ("", "1060 DPNT")


def _filled(assembly: Assembly) -> None:
    """People and all that rooms hold of them, silenced addresses (one by a file), somebody forgotten; all sealed."""
    desk = desk_on(assembly, assembly.settings.home / "imports")
    run = desk.bring("suppressions", "email\nimporte@exemple.be\n")
    desk.apply(run)
    with assembly.database.transaction() as session:
        ids = plant(session, assembly, Random(4))
        for address in ("sana@exemple.be", "silence@exemple.be"):
            new = NewPerson(language=Language.FR, last_name="Sana", email=EmailAddress.parse(address))
            who, key = people.add(session, assembly.addresses, new, at=NOW).id, assembly.addresses.key_of(address)
            act = NewAct(person_id=who, purpose=PURPOSE, address_key=key, act=Act.GIVEN, way=Way.PAPER, occurred_at=NOW)
            consent.record(session, assembly.sealer, act, at=NOW)
        paces.declare(
            session, assembly.sealer, person_id=who, pause_until_on=None, rhythm=Rhythm.MONTHLY, way=Way.PAPER, at=NOW
        )
        consent.suppress(session, address_key=key, cause=SuppressionCause.STAFF, way=Way.STAFF, at=NOW)
    with assembly.database.transaction() as session:
        erasing.erase(session, assembly.holdings, ids[-1], at=NOW)
    with assembly.database.transaction() as session:
        for ledger in chains.ALL:
            while ledgers.seal(session, assembly.sealer, ledger, at=NOW):
                pass


def _brought(assembly: Assembly, before: dict[str, list[Any]]) -> dict[str, list[Any]]:
    found = {}
    for name, rows in before.items():
        columns = Base.metadata.tables[name].columns
        kinds = [(isinstance(one.type, AddressKey), isinstance(one.type, KeyedJson)) for one in columns]
        brought = (
            tuple(_one(value, *kind, assembly.addresses) for value, kind in zip(row, kinds, strict=True))
            for row in rows
        )
        found[name] = sorted(brought, key=repr)
    return found


def _at(session: Session, assembly: Assembly, emails: Collection[str]) -> dict[str, list[int]]:
    """Who has each address, by the words of the address."""
    found = {one: people.people_at(session, assembly.addresses.key_of(one)) for one in emails}
    return {one: [person.id for person in persons] for one, persons in found.items() if persons}


def _one(value: Any, is_key: bool, is_object: bool, addresses: AddressHasher) -> Any:
    if is_key and value:
        return addresses.current(value)
    if is_object:
        told = re.sub(r'"([0-9]+:[0-9a-f]{64})"', lambda m: f'"{addresses.current(m[1])}"', json.dumps(value))
        return json.loads(told)
    return value


def test_a_rotation_changes_hashes_alone_and_every_one_of_them(
    assembly: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "assembly", lambda: assembly)
    _filled(assembly)
    with assembly.database.reading() as session:
        before = snapshot(session)
        emails = {row.value for row in session.scalars(select(ContactPointRow)) if "@" in row.value}
        stood = _at(session, assembly, emails)
    for number in (2, 3):
        ran = CliRunner().invoke(cli.command, ["rotate", "--stopped", "--json"])
        said = json.loads(ran.stdout)
        assert (ran.exit_code, said["key"], said["went_on"]) == (0, number, False)
    assert {"contact_point", "consent_event", "suppression_event", "person_key", "import_change"} <= {
        table for table, count in said["tables"].items() if count
    }
    with assembly.database.reading() as session:
        after = snapshot(session)
        assert after == _brought(assembly, before)
        assert _at(session, assembly, emails) == stood
        assert stood.keys() >= {"sana@exemple.be", "silence@exemple.be"}
        for address in ("silence@exemple.be", "importe@exemple.be"):
            assert consent.suppressions(session, assembly.addresses.key_of(address))
        for ledger in chains.ALL:
            verified = ledgers.verify(session, assembly.sealer, ledger)
            assert (verified.faults, verified.state.chained > 0) == ((), True)
        assert not rekeying.is_behind(session, assembly.addresses)
        change = session.scalars(select(ImportChangeRow).where(ImportChangeRow.kind == ChangeKind.SUPPRESSION)).one()
        assert change.after["address_key"] == assembly.addresses.key_of("importe@exemple.be")
        forgotten = set(session.scalars(select(ErasedIdentityRow.key)))
    left = re.compile(r"\b[12]:[0-9a-f]{32}")
    assert {name for name, rows in after.items() if left.search(repr(rows))} <= NOT_OURS
    with assembly.database.transaction() as session:
        erasing.forget_again(session, assembly.holdings, at=NOW)
    with assembly.database.reading() as session:
        assert set(session.scalars(select(ErasedIdentityRow.key))) == forgotten


def test_a_merge_from_before_is_undone_after(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        survivor, loser, *_ = plant(session, assembly, Random(9))
    with assembly.database.reading() as session:
        before = snapshot(session)
    with assembly.database.transaction() as session:
        done = merges.merge(
            session,
            assembly.sealer,
            assembly.pointers,
            survivor_id=survivor,
            loser_id=loser,
            chosen={},
            by=None,
            at=NOW,
        )
    add_key(assembly.settings.keys_folder, cli.USE)
    with assembly.database.transaction() as session:
        rekeying.rekey(session, assembly.addresses)
        merges.undo(session, assembly.sealer, assembly.pointers, done.id, by=None, at=NOW)
    with assembly.database.reading() as session:
        assert snapshot(session) == _brought(assembly, before)


def test_every_hash_of_an_address_is_declared_so() -> None:
    named = re.compile(r"(address|mailbox|email|account)_key$")
    forgotten = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if named.search(column.name) and isinstance(column.type, String) and not isinstance(column.type, AddressKey)
    }
    assert forgotten == set()


def test_a_rotation_that_is_killed_is_whole_or_is_ended_by_the_next(
    assembly: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "assembly", lambda: assembly)
    _filled(assembly)
    with assembly.database.reading() as session:
        before = snapshot(session)
    for kill in range(3):
        killed(assembly.settings, victims.rotate, after=0.06 * kill)
    ran = CliRunner().invoke(cli.command, ["rotate", "--stopped", "--json"])
    assert ran.exit_code == 0
    with assembly.database.reading() as session:
        assert snapshot(session) == _brought(assembly, before)
        rekeying.require_current(session, assembly.addresses)


def test_two_rotations_at_once_take_turns(assembly: Assembly, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "assembly", lambda: assembly)
    _filled(assembly)
    with assembly.database.reading() as session:
        before = snapshot(session)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: cli.rotate.callback(stopped=True, as_json=True), range(2)))  # type: ignore[misc]
    assert assembly.addresses.keyring.keys[-1][0] == 3
    with assembly.database.reading() as session:
        assert snapshot(session) == _brought(assembly, before)


def test_a_key_is_never_written_over_another(assembly: Assembly) -> None:
    folder = assembly.settings.keys_folder
    keep_key(folder, cli.USE, 2, b"a" * 32)
    with pytest.raises(KeyTaken):
        keep_key(folder, cli.USE, 2, b"b" * 32)
    assert assembly.addresses.keyring.keys[-1] == (2, b"a" * 32)


def test_rows_under_another_key_than_the_files_are_refused(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        plant(session, assembly, Random(4))
        consent.suppress(
            session,
            address_key=assembly.addresses.key_of("silence@exemple.be"),
            cause=SuppressionCause.STAFF,
            way=Way.STAFF,
            at=NOW,
        )
    older = assembly.addresses.keyring.keys
    with assembly.database.transaction() as session:
        rekeying.require_current(session, assembly.addresses)
        add_key(assembly.settings.keys_folder, cli.USE)
        with pytest.raises(KeysBehind):  # a backup that is older than the keys
            rekeying.require_current(session, assembly.addresses)
        rekeying.rekey(session, assembly.addresses)
        with pytest.raises(KeysBehind):  # a key file that is missing
            rekeying.is_behind(session, AddressHasher(Keyring(use="addresses", keys=older)))
