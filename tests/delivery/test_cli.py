"""`portevoix delivery`, as people and programs see it: the sender, its account, doubts settled, everything stopped."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crm.assembly import Assembly
from crm.cli import delivery as cli
from tests.delivery import ledger
from tests.sinks import TAKE_AND_CLOSE, Sink, for_recipient, free_port, sometimes

READERS = 5
House = Callable[..., Assembly]


@pytest.fixture
def house(assembly: Assembly, monkeypatch: pytest.MonkeyPatch) -> House:
    """An assembly that owes mails and sends them to a relay's port."""
    with assembly.database.transaction() as session:
        ledger.add_readers(session, READERS)
        ledger.add_mailing(session)

    def make(port: int) -> Assembly:
        mail = assembly.settings.mail.model_copy(update={"host": "127.0.0.1", "port": port})
        settings = assembly.settings.model_copy(update={"mail": mail})
        made = replace(assembly, settings=settings, clock=lambda: datetime.now(UTC))
        monkeypatch.setattr(cli, "assembly", lambda: made)
        monkeypatch.setattr(cli, "write_json_lines", lambda: None)
        return made

    return make


def run(*words: str) -> Result:
    return CliRunner().invoke(cli.command, words)


def told(*words: str) -> Any:
    ran = run(*words, "--json")
    assert ran.exit_code == 0, ran.output
    return json.loads(ran.stdout)


def test_what_is_due_is_sent_and_accounted_for(house: House) -> None:
    with Sink() as sink:
        house(sink.port)
        assert told("work", "--once") == {"counts": {"accepted": READERS}, "relay": ""}
    assert len(sink.taken) == READERS
    (account,) = told("report")["mailings"]
    assert (account["recipients"], account["accepted"], account["balances"]) == (READERS, READERS, True)
    assert run("work", "--once").stdout == "rien à envoyer\n"
    assert f"destinataires {READERS} = expédiés {READERS} + en attente 0" in run("report").stdout
    assert told("report", "--mailing", account["mailing"])["mailings"] == [account]
    assert run("report", "--mailing", "nulle-part").exit_code == 1


@pytest.mark.parametrize(
    ("greeting", "said"),
    [
        (None, "il refuse les connexions"),
        ("421 4.3.2 pause", "il répond « 421 4.3.2 pause »"),
    ],
)
def test_a_relay_that_takes_nothing_is_named_in_one_sentence(house: House, greeting: str | None, said: str) -> None:
    port = free_port()
    house(port)
    if greeting is None:
        ran = run("work", "--once")
    else:
        with Sink(port=port, faults={"greeting": sometimes(greeting)}):
            ran = run("work", "--once")
    assert (ran.exit_code, ran.stdout) == (1, "rien n’est parti\n")
    assert ran.stderr == (
        f"portevoix : le serveur d’envoi 127.0.0.1:{port} ne prend rien : {said} ; "
        "rien n’est perdu, les mails attendent\n"
    )
    assert told("report")["mailings"][0]["waiting"] == READERS


def test_a_doubt_is_listed_and_settled_by_the_relays_log(house: House, tmp_path: Path) -> None:
    with Sink(faults={"dot": for_recipient(TAKE_AND_CLOSE, ledger.address(2))}) as sink:
        house(sink.port)
        run("work", "--once")
    (doubt,) = told("report")["uncertain"]
    assert doubt["reason"] in run("report").stdout
    log = tmp_path / "mail.log"
    at = (datetime.now(UTC) + timedelta(minutes=3)).isoformat(timespec="microseconds")
    log.write_text(
        f"{at} relay postfix/cleanup[9]: 4F0: message-id={doubt['message_id']}\n"
        f"{at} relay postfix/qmgr[9]: 4F0: from=<b@retours.test>, size=1000, nrcpt=1 (queue active)\n"
    )
    settled = told("reconcile", "--postfix-log", str(log), "--grace", "10")
    assert (settled["accepted"], settled["planned_again"], settled["still_uncertain"]) == (1, 0, 0)
    assert told("report")["uncertain"] == []


def test_everything_is_stopped_with_a_reason_and_taken_up_again(house: House) -> None:
    house(free_port())
    assert run("stop", "--reason", " ").exit_code == 1
    assert told("stop", "--reason", "une erreur") == {"open": False, "reason": "une erreur"}
    refused = run("work", "--once")
    assert refused.exit_code == 1
    assert "une erreur" in refused.stderr
    assert run("report").stdout.startswith("tous les envois sont arrêtés : une erreur\n")
    assert run("resume").stdout == "les envois reprennent\n"
    assert told("report")["sending"] == {"open": True, "reason": ""}
