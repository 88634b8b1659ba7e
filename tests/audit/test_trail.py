"""The trail keeps what was recorded, answers questions about it, and says when it was touched."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from crm.assembly import Assembly
from crm.audit import rules
from crm.audit import service as audit
from crm.audit.model import Wanted
from crm.audit.tables import AuditRow
from crm.cli import audit as cli
from crm.values.identifiers import AccountId
from jobs import seal_ledgers, verify_ledgers
from jobs.errors import LedgerTouched
from tests.conftest import NOW


def _three(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        for minute in range(3):
            audit.record(
                session,
                assembly.sealer,
                at=NOW + timedelta(minutes=minute),
                account_id=AccountId(7) if minute else None,
                action="edition.approve" if minute else "edition.send",
                subject="edition",
                subject_id=40 + minute,
                facts={"revision": minute, "langue": "fr"},
            )


def _forge(assembly: Assembly) -> None:
    """A row slipped in by somebody who has the database but not the key."""
    with assembly.database.transaction() as session:
        row = dict(session.execute(select(AuditRow.__table__).where(AuditRow.id == 1)).mappings().one())
        session.execute(insert(AuditRow).values(**row | {"id": 90, "block": None, "action": "edition.cancel"}))


def _run(*words: str) -> tuple[int, Any]:
    ran = CliRunner().invoke(cli.command, [*words, "--json"])
    return ran.exit_code, json.loads(ran.stdout)


def test_what_was_recorded_comes_back_the_newest_first(assembly: Assembly) -> None:
    _three(assembly)
    with assembly.database.reading() as session:
        entries = audit.latest(session, subject="edition")
        assert [e.subject_id for e in audit.latest(session, subject="edition", subject_id=41)] == [41]
    assert [(e.subject_id, e.account_id, e.facts["revision"]) for e in entries] == [
        (42, 7, 2),
        (41, 7, 1),
        (40, None, 0),
    ]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Wanted(), [3, 2, 1]),
        (Wanted(since=NOW + timedelta(minutes=1)), [3, 2]),
        (Wanted(until=NOW + timedelta(minutes=1)), [1]),
        (Wanted(account_id=AccountId(7)), [3, 2]),
        (Wanted(by_the_house=True), [1]),
        (Wanted(action="edition.send"), [1]),
        (Wanted(subject="person"), []),
        (Wanted(subject="edition", subject_id=41, account_id=AccountId(7)), [2]),
    ],
)
def test_a_question_finds_exactly_its_entries(assembly: Assembly, wanted: Wanted, numbers: list[int]) -> None:
    _three(assembly)
    with assembly.database.reading() as session:
        assert [e.id for e in audit.entries(session, wanted)] == numbers
        assert audit.count(session, wanted) == len(numbers)
        assert [e.id for e in audit.entries(session, wanted, before=3, limit=1)] == [n for n in numbers if n < 3][:1]
        assert audit.seen(session) == (("edition.approve", "edition.send"), ("edition",))


def test_the_clock_chains_and_verifies(assembly: Assembly) -> None:
    _three(assembly)
    assert seal_ledgers.run(assembly, NOW) == {"sealed": 3}
    assert seal_ledgers.run(assembly, NOW) == {"sealed": 0}
    assert verify_ledgers.run(assembly, NOW) == {"verified": 3}
    _forge(assembly)
    with pytest.raises(LedgerTouched, match="row-changed at block None, row 90"):
        verify_ledgers.run(assembly, NOW)


def test_the_command_line_says_what_was_touched(assembly: Assembly, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "assembly", lambda: assembly)
    _three(assembly)
    assert _run("seal") == (0, {"sealed": 3})
    code, told = _run("verify-chain")
    assert (code, told["whole"], told["chained"], told["waiting"], told["faults"]) == (0, True, 3, 0, [])
    assert _run("verify-chain", "--head", told["head"])[0] == 0
    assert _run("verify-chain", "--head", "1:" + "0" * 64)[1]["faults"] == [
        {"kind": "head-lost", "block": 1, "row": None}
    ]
    assert CliRunner().invoke(cli.command, ["verify-chain", "--head", "x"]).exit_code == 1
    assert [e["action"] for e in _run("list", "--subject-id", "40")[1]] == ["edition.send"]
    _forge(assembly)
    code, told = _run("verify-chain")
    assert (code, told["faults"]) == (1, [{"kind": "row-changed", "block": None, "row": 90}])
    said = CliRunner().invoke(cli.command, ["verify-chain"])
    assert (said.exit_code, said.stdout) == (1, "une ligne a été modifiée (ligne 90)\n")


WORDS = st.text(min_size=1, max_size=40).filter(lambda text: any(not (c.isascii() and c.isalnum()) for c in text))
DIGITS = st.lists(st.sampled_from("0123456789"), min_size=8, max_size=16)


@given(words=WORDS, digits=DIGITS, between=st.sampled_from(["", ".", "/"]), front=st.sampled_from(["", "+32", "BE"]))
def test_no_words_address_or_number_of_anybody_gets_into_the_trail(
    words: str, digits: list[str], between: str, front: str
) -> None:
    """Whatever is handed in: the trail is chained and never emptied, so an erasure must find nothing in it."""
    for told in (
        f"{words} {words}", f"{words}@exemple.be", f"é{words}", f"Marguerite{words}", "Marguerite", "Vandenlefèvre",
        "marguerite.canari@exemple.be", front + between.join(digits),
    ):  # fmt: skip
        facts, withheld = rules.told({"a": told, "b": [1, told], "c": {"d": told}})
        assert facts == {"a": "…", "b": [1, "…"], "c": {"d": "…"}}, told
        assert withheld == ["a", "b", "c"]


def test_what_programs_made_up_is_kept_and_words_are_withheld_with_a_warning(assembly: Assembly) -> None:
    codes = ["newsletter", "fetch_feeds", "2026-11", "2026-11-23", "password+app", "f" * 64, "12.0", "", "APPEL-26"]
    facts = {"codes": codes, "count": 12, "yes": True, "none": None}
    assert rules.told(facts) == (facts, [])
    with assembly.database.transaction() as session:
        for said in ("Marguerite a appelé", "newsletter"):
            note = {"action": "care.note", "subject": "person", "subject_id": 4, "facts": {"said": said}}
            given_in = {"at": NOW, "account_id": None, **note}
            if said == "newsletter":
                audit.record(session, assembly.sealer, **given_in)  # type: ignore[arg-type] # as named
                continue
            with pytest.warns(UserWarning, match=r"care\.note.*\['said'\]") as warned:
                audit.record(session, assembly.sealer, **given_in)  # type: ignore[arg-type] # as named
            assert "Marguerite" not in str(warned[0].message)
    with assembly.database.reading() as session:
        assert [one.facts for one in audit.latest(session)] == [{"said": "newsletter"}, {"said": "…"}]
