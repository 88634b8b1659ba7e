"""What people said is chained: a row that vanishes whole, or the end that is cut off, is noticed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Executable, delete, func, select, text, update
from sqlalchemy.exc import DatabaseError

from crm.assembly import Assembly
from crm.cli import consent as cli
from crm.consent import chains, paces
from crm.consent import service as consent
from crm.consent.model import Act, NewAct, SuppressionCause, Way
from crm.consent.pace import Rhythm
from crm.consent.tables import ConsentEventRow, NoticeRow, SuppressionEventRow
from crm.ledgers.anchors import Anchor, AnchorBook
from crm.ledgers.tables import LedgerBlockRow
from crm.people.model import Person
from crm.values.languages import Language
from jobs import anchor_ledgers, seal_ledgers, verify_ledgers
from jobs.errors import LedgerTouched, StandingsDrifted
from mailing.delivery.tables import DeliveryRow
from tests.conftest import NOW


def _speak(assembly: Assembly, add: Callable[..., Person]) -> None:
    with assembly.database.transaction() as session:
        person = add(session, "a@exemple.be")
        notice = consent.notice_for(session, purpose="news", language=Language.FR, text="mots", at=NOW)
        for hour, act in enumerate((Act.REQUESTED, Act.GIVEN, Act.WITHDRAWN)):
            new = NewAct(
                person_id=person.id,
                purpose="news",
                address_key=person.contact_points[0].address_key,
                act=act,
                way=Way.WEB,
                occurred_at=NOW + timedelta(hours=hour),
                notice_id=notice.id,
            )
            consent.record(session, assembly.sealer, new, at=NOW)
        paces.declare(
            session,
            assembly.sealer,
            person_id=person.id,
            pause_until_on=None,
            rhythm=Rhythm.MONTHLY,
            way=Way.PREFERENCES,
            at=NOW,
        )


def _drop_guard(assembly: Assembly, *names: str) -> list[str]:
    if assembly.database.is_sqlite:
        return [f"DROP TRIGGER IF EXISTS {name}" for name in names]
    return ["SET LOCAL session_replication_role = replica"]


def test_the_clock_chains_what_people_said_and_finds_what_was_touched(
    assembly: Assembly, add: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "assembly", lambda: assembly)
    _speak(assembly, add)
    assert seal_ledgers.run(assembly, NOW) == {"sealed": 4}
    assert verify_ledgers.run(assembly, NOW) == {"verified": 4}
    ran = CliRunner().invoke(cli.command, ["verify-chain", "--json"])
    found = json.loads(ran.stdout)
    assert (ran.exit_code, found["whole"]) == (0, True)
    assert {name: one["chained"] for name, one in found["ledgers"].items()} == {
        "consent": 3,
        "pace": 1,
        "suppression": 0,
    }

    with assembly.database.transaction() as session:
        session.execute(text("UPDATE consent_standing SET act = 'objected'"))
    with pytest.raises(StandingsDrifted):
        verify_ledgers.run(assembly, NOW)
    with assembly.database.transaction() as session:
        consent.rebuild(session)
    assert verify_ledgers.run(assembly, NOW) == {"verified": 4}

    with pytest.raises(DatabaseError), assembly.database.transaction() as session:
        session.execute(update(ConsentEventRow).values(block=7))
    with assembly.database.transaction() as session:
        for statement in _drop_guard(assembly, "consent_event_keeps_delete", "notice_keeps_update"):
            session.execute(text(statement))
        last = session.scalar(select(func.max(ConsentEventRow.id)))
        session.execute(text("DELETE FROM consent_standing"))
        session.execute(delete(ConsentEventRow).where(ConsentEventRow.id == last))
        session.execute(update(NoticeRow).values(text="d’autres mots"))
    ran = CliRunner().invoke(cli.command, ["verify-chain", "--json"])
    assert ran.exit_code == 1
    faults = [(f["kind"], f["row"]) for f in json.loads(ran.stdout)["ledgers"]["consent"]["faults"]]
    assert faults == [("row-changed", 1), ("row-changed", 2), ("row-removed", 3)]
    with pytest.raises(LedgerTouched):
        verify_ledgers.run(assembly, NOW)


def test_the_end_of_a_chain_is_written_down_elsewhere_and_mailed_to_two_people(
    assembly: Assembly, add: Callable[..., Person]
) -> None:
    keepers = ("une@exemple.test", "deux@exemple.test")
    assembly = replace(assembly, settings=assembly.settings.model_copy(update={"anchor_keepers": keepers}))
    assert anchor_ledgers.run(assembly, NOW) == {"anchored": 0, "letters": 0}
    _speak(assembly, add)
    seal_ledgers.run(assembly, NOW)
    assert anchor_ledgers.run(assembly, NOW) == {"anchored": 2, "letters": 2}
    with assembly.database.reading() as session:
        assert set(session.scalars(select(DeliveryRow.address))) == set(keepers)
    verify_ledgers.run(assembly, NOW)
    with assembly.database.transaction() as session:
        for statement in _drop_guard(assembly, "consent_event_keeps_delete", "ledger_block_keeps_delete"):
            session.execute(text(statement))
        session.execute(text("DELETE FROM consent_standing"))
        session.execute(delete(LedgerBlockRow).where(LedgerBlockRow.ledger == chains.CONSENTS.name))
        session.execute(delete(ConsentEventRow))
    with pytest.raises(LedgerTouched, match="head-lost"):
        verify_ledgers.run(assembly, NOW)


def test_that_an_address_was_silenced_or_no_longer_is_cannot_vanish(
    assembly: Assembly, add: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "assembly", lambda: assembly)
    with assembly.database.transaction() as session:
        key = add(session, "a@exemple.be").contact_points[0].address_key
        consent.suppress(session, address_key=key, cause=SuppressionCause.STAFF, way=Way.STAFF, at=NOW)
    assert seal_ledgers.run(assembly, NOW) == {"sealed": 1}
    with assembly.database.transaction() as session:
        consent.lift(session, address_key=key, cause=SuppressionCause.STAFF, way=Way.STAFF, at=NOW)
    assert seal_ledgers.run(assembly, NOW) == {"sealed": 1}
    assert anchor_ledgers.run(assembly, NOW)["anchored"] == 1
    assert verify_ledgers.run(assembly, NOW) == {"verified": 2}

    def faults() -> list[tuple[str, int, int | None]]:
        found = json.loads(CliRunner().invoke(cli.command, ["verify-chain", "--json"]).stdout)
        return [(f["kind"], f["block"], f["row"]) for f in found["ledgers"]["suppression"]["faults"]]

    def behind_its_back(*statements: Executable) -> None:
        names = ("suppression_event_keeps_update", "suppression_event_keeps_delete", "ledger_block_keeps_delete")
        with assembly.database.transaction() as session:
            for guard in _drop_guard(assembly, *names):
                session.execute(text(guard))
            for statement in statements:
                session.execute(statement)

    row = SuppressionEventRow
    behind_its_back(update(row).where(row.suppressed.is_(False)).values(cause=SuppressionCause.COMPLAINT))
    assert faults() == [("block-changed", 2, None)]
    behind_its_back(delete(row).where(row.suppressed.is_(False)))
    assert faults() == [("row-removed", 2, 2)]
    behind_its_back(delete(row), delete(LedgerBlockRow))
    assert faults() == [("head-lost", 2, None)]


def test_the_book_of_anchors_only_grows_and_survives_a_line_cut_short(tmp_path: Path) -> None:
    book = AnchorBook(tmp_path / "home" / "anchors.jsonl")
    assert book.latest() == {}
    first = Anchor(ledger="consent", number=1, mark="ab", rows=3, at=NOW)
    second = replace(first, number=2, mark="cd", rows=5)
    book.write([first])
    book.write([second])
    with book.path.open("a") as file:
        file.write('{"ledger": "consent", "block"')
    assert book.latest() == {"consent": second}
    assert str(second) == "consent:2:cd"
    assert book.path.stat().st_mode & 0o077 == 0
